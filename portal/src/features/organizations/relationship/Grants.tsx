import { type ReactNode, useState } from "react";
import { Link } from "react-router";

import { usePermissions } from "../../../app/session";
import {
  AssortmentGrantDocument,
  AssortmentRevokeDocument,
  GrantableAssortmentsDocument,
  GrantablePriceListsDocument,
  PriceListGrantDocument,
  PriceListRevokeDocument,
  type RelationshipPageQuery,
} from "../../../gql/graphql";
import {
  Button,
  ConfirmButton,
  ErrorLine,
  FormDialog,
  IntentProblems,
  Section,
  SelectField,
  TextField,
  useName,
} from "../../../shared/components";
import { useGraph, useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useSettled } from "../../../shared/useSettled";
import { organizationsTexts } from "../texts";

type Edge = NonNullable<RelationshipPageQuery["relationship"]>;
type TextKey = keyof typeof organizationsTexts.zh;

interface Grantable {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
}

const GRANTABLE_MAX = 100;
const TOUCHES = ["RELATIONSHIP", "PRICE", "CATALOG"] as const;

/** The price lists that apply to an edge. */
export function PriceLists({ edge }: { readonly edge: Edge }) {
  const t = useTexts(organizationsTexts);
  const [isGranting, setIsGranting] = useState(false);
  const revoking = useIntent(PriceListRevokeDocument, "priceListRevoke", { touches: TOUCHES });
  const lists = edge.priceLists ?? [];
  return (
    <Section
      title={t("priceLists")}
      actions={
        <Button size="small" onClick={() => setIsGranting(true)}>
          {t("grant.priceList")}
        </Button>
      }
    >
      <IntentProblems intent={revoking} />
      <Granted
        items={lists}
        path="/setup/price-lists"
        emptyText={t("priceLists.empty")}
        remark={(item) => (isBase(lists, item) ? t("priceLists.base") : null)}
        onRevoke={(item) =>
          void revoking.run({ priceListId: item.id, relationshipIds: [edge.id] })
        }
      />
      {isGranting && <GrantPriceList edge={edge} onClose={() => setIsGranting(false)} />}
    </Section>
  );
}

function isBase(lists: NonNullable<Edge["priceLists"]>, item: Grantable): boolean {
  return lists.some(({ id, level }) => id === item.id && level === "BASE");
}

/** What is offered on an edge. */
export function Assortments({ edge }: { readonly edge: Edge }) {
  const t = useTexts(organizationsTexts);
  const [isGranting, setIsGranting] = useState(false);
  const revoking = useIntent(AssortmentRevokeDocument, "assortmentRevoke", { touches: TOUCHES });
  return (
    <Section
      title={t("assortments")}
      actions={
        <Button size="small" onClick={() => setIsGranting(true)}>
          {t("grant.assortment")}
        </Button>
      }
    >
      <IntentProblems intent={revoking} />
      <Granted
        items={edge.assortments ?? []}
        path="/setup/assortments"
        emptyText={t("assortments.empty")}
        onRevoke={(item) =>
          void revoking.run({ assortmentId: item.id, relationshipIds: [edge.id] })
        }
      />
      {isGranting && <GrantAssortment edge={edge} onClose={() => setIsGranting(false)} />}
    </Section>
  );
}

function Granted({
  items,
  path,
  emptyText,
  remark = () => null,
  onRevoke,
}: {
  readonly items: readonly Grantable[];
  readonly path: string;
  readonly emptyText: string;
  /** Said instead of a way to take it back. */
  readonly remark?: (item: Grantable) => ReactNode;
  readonly onRevoke: (item: Grantable) => void;
}) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  if (items.length === 0) return <p>{emptyText}</p>;
  return (
    <ul className="edge-grants">
      {items.map((item) => (
        <li key={item.id}>
          <Link to={`${path}/${encodeURIComponent(item.id)}`}>
            {name(item)} · {item.code}
          </Link>
          {remark(item) !== null ? (
            <span className="field-hint">{remark(item)}</span>
          ) : (
            <span className="row-actions">
              <ConfirmButton
                size="small"
                title={t("revoke.title", { name: name(item) })}
                text={t("revoke.text")}
                confirmText={t("revoke.do")}
                onConfirm={() => onRevoke(item)}
              >
                {t("revoke.do")}
                <span className="visually-hidden"> {name(item)}</span>
              </ConfirmButton>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

interface GrantProps {
  readonly edge: Edge;
  readonly onClose: () => void;
}

function GrantPriceList({ edge, onClose }: GrantProps) {
  const [search, setSearch] = useState("");
  const intent = useIntent(PriceListGrantDocument, "priceListGrant", {
    touches: TOUCHES,
    onDone: onClose,
  });
  const found = useGraph({
    kinds: ["PRICE"],
    document: GrantablePriceListsDocument,
    variables: { search: search || null, first: GRANTABLE_MAX },
    keepsFormer: true,
  });
  const granted = new Set(edge.priceLists?.map(({ id }) => id));
  const lists = (found.data?.priceLists.edges ?? [])
    .map(({ node }) => node)
    .filter(({ id, level, isActive }) => isActive && level !== "BASE" && !granted.has(id));
  return (
    <GrantDialog
      titleKey="grant.priceList"
      intent={intent}
      found={found}
      items={lists}
      onSearch={setSearch}
      onGrant={(priceListId) => void intent.run({ priceListId, relationshipIds: [edge.id] })}
      onClose={onClose}
    />
  );
}

function GrantAssortment({ edge, onClose }: GrantProps) {
  const [search, setSearch] = useState("");
  const intent = useIntent(AssortmentGrantDocument, "assortmentGrant", {
    touches: TOUCHES,
    onDone: onClose,
  });
  const found = useGraph({
    kinds: ["CATALOG"],
    document: GrantableAssortmentsDocument,
    variables: { search: search || null, first: GRANTABLE_MAX },
    keepsFormer: true,
  });
  const granted = new Set(edge.assortments?.map(({ id }) => id));
  const assortments = (found.data?.assortments.edges ?? [])
    .map(({ node }) => node)
    .filter(({ id }) => !granted.has(id));
  return (
    <GrantDialog
      titleKey="grant.assortment"
      intent={intent}
      found={found}
      items={assortments}
      onSearch={setSearch}
      onGrant={(assortmentId) => void intent.run({ assortmentId, relationshipIds: [edge.id] })}
      onClose={onClose}
    />
  );
}

function GrantDialog({
  titleKey,
  intent,
  found,
  items,
  onSearch,
  onGrant,
  onClose,
}: {
  readonly titleKey: TextKey;
  readonly intent: Parameters<typeof FormDialog>[0]["intent"];
  readonly found: { readonly data?: unknown; readonly error: Error | null; refetch(): unknown };
  readonly items: readonly Grantable[];
  readonly onSearch: (search: string) => void;
  readonly onGrant: (id: string) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  const [typed, setTyped] = useState("");
  const [id, setId] = useState("");
  const search = useSettled(typed).trim();
  const chosen = items.some((item) => item.id === id) ? id : "";
  const [sent, setSent] = useState("");
  if (sent !== search) {
    setSent(search);
    onSearch(search);
  }
  const isNone = found.data !== undefined && items.length === 0;
  return (
    <FormDialog
      title={t(titleKey)}
      intent={intent}
      submitText={t("grant.do")}
      isReady={chosen !== ""}
      onSubmit={() => onGrant(chosen)}
      onClose={onClose}
    >
      <ErrorLine error={found.error} onRetry={() => void found.refetch()} />
      <TextField
        label={t("grant.search")}
        type="search"
        placeholder={t("search.hint")}
        value={typed}
        onText={setTyped}
      />
      <SelectField
        label={t("grant.choose")}
        isRequired
        options={[
          { value: "", text: isNone ? t("grant.none") : "–" },
          ...items.map((item) => ({ value: item.id, text: `${name(item)} · ${item.code}` })),
        ]}
        value={chosen}
        onText={setId}
      />
    </FormDialog>
  );
}

/** Whether one sees anything of what a seller grants. */
export function useGrantPermissions() {
  const may = usePermissions();
  return {
    assortments: may("CATALOG_MANAGE"),
    priceLists: may("PRICE_MANAGE"),
    warehouses: may("STOCK_READ"),
  };
}
