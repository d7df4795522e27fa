import { useState } from "react";

import { usePermissions } from "../../../app/session";
import { WarehousesDocument } from "../../../gql/graphql";
import { SelectField, useName } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import type { OrderLine } from "./OrderLines";
import { receivingTexts } from "./receivingTexts";

const PLACES_MAX = 100;
const BY_LINE = "";

export interface ReceivingPlaces {
  readonly options: readonly { readonly value: string; readonly text: string }[];
  /** Where the line is received; undefined where there is nothing to choose. */
  of(line: OrderLine): string | undefined;
  choose(lineIds: readonly string[], warehouseId: string): void;
}

/** Where lines are received: begun with what each is meant for, else with the first warehouse. */
export function useReceivingPlaces(): ReceivingPlaces {
  const may = usePermissions();
  const name = useName();
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const { data } = useGraph({
    kinds: ["STOCK"],
    document: WarehousesDocument,
    variables: { first: PLACES_MAX },
    enabled: may("STOCK_READ"),
  });
  const open = (data?.warehouses.edges ?? [])
    .map(({ node }) => node)
    .filter(({ isActive }) => isActive)
    .toSorted((one, other) => one.priority - other.priority);
  const options = open.map((node) => ({ value: node.id, text: `${node.code} ${name(node)}` }));
  const meant = (line: OrderLine) =>
    open.find(({ id }) => id === line.receivingWarehouse?.id) ?? open[0];
  return {
    options,
    of: (line) => (options.length > 1 ? (chosen.get(line.id) ?? meant(line)?.id) : undefined),
    choose: (lineIds, warehouseId) =>
      setChosen((former) => new Map([...former, ...lineIds.map((id) => [id, warehouseId] as const)])),
  };
}

/** One warehouse for all, or one for each line; nothing where there is but one. */
export function ReceivingFields({
  lines,
  places,
}: {
  readonly lines: readonly OrderLine[];
  readonly places: ReceivingPlaces;
}) {
  const t = useTexts(receivingTexts);
  const [isByLine, setByLine] = useState<boolean | null>(null);
  if (places.options.length < 2) return null;
  const all = new Set(lines.map((line) => places.of(line)));
  const [first = BY_LINE] = all;
  const differs = isByLine ?? all.size > 1;
  return (
    <div className="receive-places">
      <SelectField
        label={t("warehouse")}
        options={
          lines.length > 1
            ? [...places.options, { value: BY_LINE, text: t("byLine") }]
            : places.options
        }
        value={differs ? BY_LINE : first}
        onText={(warehouseId) => {
          setByLine(warehouseId === BY_LINE);
          if (warehouseId === BY_LINE) return;
          places.choose(
            lines.map(({ id }) => id),
            warehouseId,
          );
        }}
      />
      {differs && (
        <ul className="line-inputs">
          {lines.map((line) => (
            <li key={line.id} className="line-input">
              <strong>{line.skuCode}</strong>
              <SelectField
                label={`${t("warehouse")}: ${line.skuCode}`}
                isLabelHidden
                options={places.options}
                value={places.of(line) ?? BY_LINE}
                onText={(warehouseId) => places.choose([line.id], warehouseId)}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
