import { useState } from "react";

import { TextField, useName } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import type { StoreSale } from "../StoreSalePage";
import { shoppingTexts } from "../texts";

type Line = StoreSale["lines"][number];

export interface Units {
  readonly texts: ReadonlyMap<string, string>;
  /** What is wanted of each line, zeros left out; null while something is no count. */
  readonly wanted: readonly { readonly lineId: string; readonly quantity: number }[] | null;
  set(id: string, text: string): void;
}

/** So many of each line: what is to ship of them, or nothing, to begin with. */
export function useUnits(lines: readonly Line[], beginsFull: boolean): Units {
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const textOf = (line: Line): string =>
    texts.get(line.id) ?? (beginsFull ? String(line.unshippedQuantity) : "0");
  const counts = lines.map((line) => ({
    lineId: line.id,
    quantity: countOf(textOf(line), line.unshippedQuantity),
  }));
  const isWhole = counts.every(({ quantity }) => quantity !== null);
  return {
    texts: new Map(lines.map((line) => [line.id, textOf(line)])),
    wanted: isWhole
      ? counts.flatMap(({ lineId, quantity }) => (quantity ? [{ lineId, quantity }] : []))
      : null,
    set: (id, text) => setTexts((former) => new Map(former).set(id, text)),
  };
}

export function UnitFields({
  lines,
  units,
  label,
}: {
  readonly lines: readonly Line[];
  readonly units: Units;
  readonly label: string;
}) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return lines.map((line) => {
    const text = units.texts.get(line.id) ?? "";
    const most = line.unshippedQuantity;
    const isWrong = countOf(text, most) === null;
    return (
      <TextField
        key={line.id}
        label={`${label}: ${line.skuCode} ${name({ name: line.skuName, nameEn: line.skuNameEn })}`}
        hint={`/ ${most} ${line.baseUnit}`}
        inputMode="numeric"
        autoComplete="off"
        value={text}
        onText={(typed) => units.set(line.id, typed)}
        {...(isWrong && { error: t("units.wrong", { most }) })}
      />
    );
  });
}

function countOf(text: string, most: number): number | null {
  const count = /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
  return count !== null && count <= most ? count : null;
}
