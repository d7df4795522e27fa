import { useState } from "react";

import { usePermissions } from "../../../app/session";
import {
  GrantableWarehousesDocument,
  type RelationshipPageQuery,
  WarehouseGrantDocument,
} from "../../../gql/graphql";
import {
  Button,
  ErrorLine,
  FormDialog,
  Loading,
  Section,
  useName,
} from "../../../shared/components";
import { useGraph, useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";
import { useCounterpart } from "./Steps";

type Edge = NonNullable<RelationshipPageQuery["relationship"]>;

/** From where an edge is served, the first to serve first. */
export function Warehouses({ edge }: { readonly edge: Edge }) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  const may = usePermissions();
  const [isChoosing, setIsChoosing] = useState(false);
  const served = edge.warehouses ?? [];
  return (
    <Section
      title={t("warehouses")}
      actions={
        may("STOCK_MANAGE") && (
          <Button size="small" onClick={() => setIsChoosing(true)}>
            {t("warehouses.choose")}
          </Button>
        )
      }
    >
      {edge.hasOwnWarehouses === false && <p className="field-hint">{t("warehouses.all")}</p>}
      {served.length === 0 ? (
        <p>{t("warehouses.empty")}</p>
      ) : (
        <ol className="edge-grants">
          {served.map((warehouse) => (
            <li key={warehouse.id}>
              <span>
                {name(warehouse)} · {warehouse.code}
              </span>
              <span className="field-hint">{warehouse.region}</span>
            </li>
          ))}
        </ol>
      )}
      {isChoosing && <ChooseWarehouses edge={edge} onClose={() => setIsChoosing(false)} />}
    </Section>
  );
}

function ChooseWarehouses({
  edge,
  onClose,
}: {
  readonly edge: Edge;
  readonly onClose: () => void;
}) {
  const t = useTexts(organizationsTexts);
  const counterpart = useCounterpart({ edge });
  const [ids, setIds] = useState<readonly string[]>(
    edge.hasOwnWarehouses ? (edge.warehouses ?? []).map(({ id }) => id) : [],
  );
  const intent = useIntent(WarehouseGrantDocument, "warehouseGrant", {
    touches: ["RELATIONSHIP", "STOCK"],
    onDone: onClose,
  });
  const own = useGraph({
    kinds: ["STOCK"],
    document: GrantableWarehousesDocument,
    variables: { first: 100 },
  });
  const open = (own.data?.warehouses.edges ?? []).map(({ node }) => node);
  const byId = new Map([...(edge.warehouses ?? []), ...open].map((each) => [each.id, each]));
  const others = open.filter(({ id, isActive }) => isActive && !ids.includes(id));
  const swap = (position: number) =>
    setIds(ids.map((id, at) => ids[at === position ? at - 1 : at === position - 1 ? position : at] ?? id));
  return (
    <FormDialog
      title={t("warehouses.title", { name: counterpart })}
      intent={intent}
      isReady={own.data !== undefined}
      onSubmit={() => void intent.run({ relationshipId: edge.id, warehouseIds: [...ids] })}
      onClose={onClose}
    >
      <p className="field-hint">{t("warehouses.hint")}</p>
      {own.isPending && <Loading rows={2} />}
      <ErrorLine error={own.error} onRetry={() => void own.refetch()} />
      <WarehouseRows
        label={t("warehouses.chosen")}
        warehouses={ids.flatMap((id) => byId.get(id) ?? [])}
        actions={(id, position) => [
          { text: t("up"), isOff: position === 0, run: () => swap(position) },
          { text: t("down"), isOff: position === ids.length - 1, run: () => swap(position + 1) },
          { text: t("remove"), run: () => setIds(ids.filter((each) => each !== id)) },
        ]}
      />
      <WarehouseRows
        label={t("warehouses.others")}
        warehouses={others}
        actions={(id) => [{ text: t("add"), run: () => setIds([...ids, id]) }]}
      />
    </FormDialog>
  );
}

function WarehouseRows({
  label,
  warehouses,
  actions,
}: {
  readonly label: string;
  readonly warehouses: readonly {
    readonly id: string;
    readonly name: string;
    readonly nameEn: string;
  }[];
  readonly actions: (
    id: string,
    position: number,
  ) => readonly { readonly text: string; readonly isOff?: boolean; run(): void }[];
}) {
  const name = useName();
  if (warehouses.length === 0) return null;
  return (
    <fieldset className="edge-boxes">
      <legend>{label}</legend>
      <ol className="edge-grants">
        {warehouses.map((warehouse, position) => (
          <li key={warehouse.id}>
            <span>{name(warehouse)}</span>
            <span className="row-actions">
              {actions(warehouse.id, position).map(({ text, isOff = false, run }) => (
                <Button
                  key={text}
                  size="small"
                  aria-label={`${text}: ${name(warehouse)}`}
                  disabled={isOff}
                  onClick={run}
                >
                  {text}
                </Button>
              ))}
            </span>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}
