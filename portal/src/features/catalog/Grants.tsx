import { useState } from "react";

import { usePermissions } from "../../app/session";
import { GrantableRelationshipsDocument, type GrantedRelationshipFragment } from "../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  Empty,
  FormDialog,
  IntentProblems,
  Notice,
  PagedTable,
  Section,
  StatePill,
  TextField,
  useName,
} from "../../shared/components";
import { type Pages, type Problem, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { grantTexts } from "./grantTexts";

export const GRANTS_PAGE_SIZE = 30;
export const NO_RELATIONSHIPS = { edges: [], pageInfo: { hasNextPage: false } } as const;

interface Granting {
  readonly problems: readonly Problem[];
  readonly error: Error | null;
  readonly isRunning: boolean;
  retry(): void;
  reset(): void;
}

type Outcome = Promise<{ readonly errors: readonly unknown[] } | null>;

/** To which relationships something is granted; to grant it to more, or take it back. */
export function Grants({
  title,
  note,
  emptyText,
  pages,
  granting,
  revoking,
  onGrant,
  onRevoke,
}: {
  readonly title: string;
  readonly note?: string;
  readonly emptyText: string;
  readonly pages: Pages<GrantedRelationshipFragment>;
  /** Left out where it is not granted one by one. */
  readonly granting?: Granting;
  readonly revoking?: Granting;
  readonly onGrant?: (relationshipIds: string[]) => Outcome;
  readonly onRevoke?: (relationshipIds: string[]) => Outcome;
}) {
  const t = useTexts(grantTexts);
  const may = usePermissions();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [isGranting, setIsGranting] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const columns = useColumns();

  async function revoke(): Promise<void> {
    const outcome = await onRevoke?.([...ids]);
    if (outcome?.errors.length !== 0) return;
    setTold(t("revoked", { count: ids.size }));
    setIds(new Set());
  }

  return (
    <Section
      title={title}
      actions={
        granting && (
          <Button
            onClick={() => {
              granting.reset();
              setTold(null);
              setIsGranting(true);
            }}
          >
            {t("grant")}
          </Button>
        )
      }
    >
      {note !== undefined && <p>{note}</p>}
      {revoking && <IntentProblems intent={revoking} />}
      {told !== null && <Notice kind="good">{told}</Notice>}
      {revoking && pages.rows.length > 0 && (
        <div className="row-actions">
          <ConfirmButton
            title={t("revoke.title", { count: ids.size })}
            text={t("revoke.text")}
            confirmText={t("revoke.confirm")}
            disabled={ids.size === 0}
            isBusy={revoking.isRunning}
            onConfirm={() => void revoke()}
          >
            {t("revoke", { count: ids.size })}
          </ConfirmButton>
        </div>
      )}
      <PagedTable<GrantedRelationshipFragment>
        caption={title}
        pages={pages}
        columns={columns}
        rowKey={(edge) => edge.id}
        rowLabel={(edge) => edge.buyer?.name ?? edge.id}
        {...(may("RELATIONSHIP_MANAGE", "CREDIT_MANAGE") && {
          rowHref: (edge) => `/setup/relationships/${encodeURIComponent(edge.id)}`,
        })}
        {...(revoking && { selection: { ids, onChange: setIds } })}
        empty={<Empty>{emptyText}</Empty>}
      />
      {isGranting && granting && onGrant && (
        <GrantDialog
          granting={granting}
          onGrant={onGrant}
          onDone={(count) => {
            setTold(t("granted", { count }));
            setIsGranting(false);
          }}
          onClose={() => setIsGranting(false)}
        />
      )}
    </Section>
  );
}

function GrantDialog({
  granting,
  onGrant,
  onDone,
  onClose,
}: {
  readonly granting: Granting;
  readonly onGrant: (relationshipIds: string[]) => Outcome;
  readonly onDone: (count: number) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(grantTexts);
  const [typed, setTyped] = useState("");
  const search = useSettled(typed).trim();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages({
    kinds: ["RELATIONSHIP"],
    document: GrantableRelationshipsDocument,
    variables: { search: search || null, first: GRANTS_PAGE_SIZE },
    connection: (result) => result.relationships,
    keepsFormer: true,
  });

  async function grant(): Promise<void> {
    const outcome = await onGrant([...ids]);
    if (outcome?.errors.length === 0) onDone(ids.size);
  }

  return (
    <FormDialog
      title={t("grant.title")}
      intent={granting}
      isWide
      submitText={t("grant.to", { count: ids.size })}
      isReady={ids.size > 0}
      onSubmit={() => void grant()}
      onClose={onClose}
    >
      <TextField
        label={t("search")}
        type="search"
        placeholder={t("search.hint")}
        value={typed}
        onText={setTyped}
      />
      <PagedTable
        caption={t("relationships")}
        pages={pages}
        columns={useColumns()}
        rowKey={(edge) => edge.id}
        rowLabel={(edge) => edge.buyer?.name ?? edge.id}
        selection={{ ids, onChange: setIds }}
        empty={<Empty>{t("empty")}</Empty>}
      />
    </FormDialog>
  );
}

const STATE_KINDS = {
  PROPOSED: "waiting",
  ACTIVE: "good",
  SUSPENDED: "bad",
  ENDED: "neutral",
} as const;

function useColumns(): readonly Column<GrantedRelationshipFragment>[] {
  const t = useTexts(grantTexts);
  const name = useName();
  return [
    { key: "buyer", title: t("buyer"), render: (edge) => name(edge.buyer) },
    { key: "code", title: t("code"), render: (edge) => edge.buyer?.code ?? "–" },
    {
      key: "state",
      title: t("state"),
      render: (edge) => (
        <StatePill kind={STATE_KINDS[edge.state]}>{t(`state.${edge.state}`)}</StatePill>
      ),
    },
    { key: "currency", title: t("currency"), render: (edge) => edge.currency },
  ];
}
