import { useState } from "react";

import type { PriceInput, PriceListPartsFragment } from "../../gql/graphql";
import {
  Button,
  Notice,
  Section,
  SelectField,
  useUnsavedGuard,
} from "../../shared/components";
import type { Problem } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { CloseSheet, type SheetColumn, SkuSheet } from "../catalog/sheet/SkuSheet";
import { sheetTexts } from "../catalog/sheet/texts";
import { type Found, useSkusByCodes } from "../catalog/sheet/useSkusByCodes";
import { type SheetRow, useSheet } from "../catalog/sheet/useSheet";
import { usePackName } from "../catalog/usePackName";
import { ImpactDialog } from "./ImpactDialog";
import { PRICE_COLUMNS, isDay, isPrice, isQuantity, packOf, readPrice } from "./priceRows";
import { pricingTexts } from "./texts";

/** What was looked at: just this is put in. */
interface Looked {
  readonly rows: readonly SheetRow[];
  readonly prices: readonly PriceInput[];
}

/** Prices to put in, a hundred at a time, each time after a look at whom they reach. */
export function NewPrices({
  list,
  onClose,
}: {
  readonly list: PriceListPartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(pricingTexts);
  const sheet = useSheet(PRICE_COLUMNS);
  const finding = useSkusByCodes(sheet.portion);
  const [hasTried, setHasTried] = useState(false);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [refused, setRefused] = useState<ReadonlyMap<number, readonly Problem[]>>(new Map());
  const [putCount, setPutCount] = useState(0);
  const guard = useUnsavedGuard(sheet.filledCount > 0);
  const prices = sheet.portion.map((row) => readPrice(row, finding.of(row)));
  const isReady = !finding.isLooking && prices.every((price) => price !== null);

  function look(): void {
    setHasTried(true);
    setPutCount(0);
    if (!isReady || prices.length === 0) return;
    setRefused(new Map());
    setLooked({ rows: sheet.portion, prices: prices.filter((price) => price !== null) });
  }

  return (
    <Section title={t("prices.new")}>
      {guard}
      <p>{t("prices.help")}</p>
      <SkuSheet
        caption={t("prices.new")}
        codeTitle={t("sku")}
        sheet={sheet}
        finding={finding}
        columns={useColumns(sheet, hasTried)}
        problemsOf={(row) => refused.get(row.key) ?? []}
      />
      {putCount > 0 && (
        <Notice kind="good">
          {t(sheet.filledCount > 0 ? "put.more" : "put", {
            count: putCount,
            left: sheet.filledCount,
          })}
        </Notice>
      )}
      {hasTried && !isReady && !finding.isLooking && (
        <Notice kind="warning">{t("preview.wait")}</Notice>
      )}
      <div className="row-actions">
        <Button
          kind="primary"
          disabled={sheet.filledCount === 0}
          isBusy={finding.isLooking && finding.error === null && sheet.filledCount > 0}
          onClick={look}
        >
          {t("preview")}
        </Button>
        <CloseSheet sheet={sheet} onClose={onClose} />
      </div>
      {looked && (
        <ImpactDialog
          list={list}
          prices={looked.prices}
          onRefused={(problems) => setRefused(byRow(looked.rows, problems))}
          onDone={() => {
            sheet.remove(looked.rows.map(({ key }) => key));
            setHasTried(false);
            setPutCount(looked.rows.length);
            setLooked(null);
          }}
          onClose={() => setLooked(null)}
        />
      )}
    </Section>
  );
}

/** Problems by the row they are about: `["prices", "3", …]` is the fourth of those sent. */
function byRow(
  rows: readonly SheetRow[],
  problems: readonly Problem[],
): ReadonlyMap<number, readonly Problem[]> {
  const found = new Map<number, readonly Problem[]>();
  for (const problem of problems) {
    const row = rows[Number(problem.path[1])];
    if (row !== undefined) found.set(row.key, [...(found.get(row.key) ?? []), problem]);
  }
  return found;
}

function useColumns(
  sheet: ReturnType<typeof useSheet>,
  hasTried: boolean,
): readonly SheetColumn[] {
  const t = useTexts(pricingTexts);
  const words = useTexts(sheetTexts);
  const day = (key: string) => (row: SheetRow) =>
    isDay(row.cells[key]) ? undefined : t("day.fault", { text: row.cells[key] ?? "" });
  const isFilled = (row: SheetRow) => sheet.portion.includes(row);
  return [
    {
      key: "quantity",
      title: t("quantity"),
      type: "number",
      fault: (row) => (isQuantity(row.cells["quantity"]) ? undefined : t("quantity.fault")),
    },
    {
      key: "price",
      title: t("price"),
      type: "number",
      fault: ({ cells, ...row }) => {
        if (isPrice(cells["price"])) return undefined;
        if ((cells["price"] ?? "") !== "") return t("price.fault");
        return hasTried && isFilled({ cells, ...row }) ? words("missing") : undefined;
      },
    },
    { key: "from", title: t("validFrom"), type: "date", fault: day("from") },
    { key: "to", title: t("validTo"), type: "date", fault: day("to") },
    {
      key: "pack",
      title: t("pack"),
      render: (row, label, found) => (
        <PackField
          label={label}
          row={row}
          found={found}
          onChange={(pack) => sheet.set(row.key, { pack })}
        />
      ),
    },
  ];
}

/** What one price is for: a base unit, or one pack. */
function PackField({
  label,
  row,
  found,
  onChange,
}: {
  readonly label: string;
  readonly row: SheetRow;
  readonly found: Found;
  readonly onChange: (pack: string) => void;
}) {
  const t = useTexts(pricingTexts);
  const packName = usePackName();
  const chosen = packOf(row, found);
  const typed = row.cells["pack"] ?? "";
  if (found.kind !== "sku") return <span className="unit">{typed || "–"}</span>;
  const { sku } = found;
  return (
    <SelectField
      label={label}
      isLabelHidden
      options={[
        ...(chosen === null ? [{ value: typed, text: typed }] : []),
        { value: sku.baseUnit, text: sku.baseUnit },
        ...sku.packs
          .filter(({ units }) => units > 1)
          .map((pack) => ({ value: pack.id, text: packName(pack) })),
      ]}
      value={chosen === null ? typed : chosen || sku.baseUnit}
      {...(chosen === null && { error: t("pack.unknown", { text: typed }) })}
      onText={onChange}
    />
  );
}
