import { useMemo, useState } from "react";

import { useTexts } from "../../../shared/i18n/i18n";
import type { DraftKeeper, DraftState } from "../draft/keeper";
import { type NewRow, isBlank } from "../draft/rows";
import { readBlock } from "./block";
import { type Fix, fieldOf } from "./fixes";
import { padTexts } from "./padTexts";

export type CellField = "code" | "quantityText";

export interface Cell {
  readonly key: number;
  readonly field: CellField;
}

export interface PadMessage {
  readonly kind: "info" | "error";
  readonly text: string;
}

export function cellId({ key, field }: Cell): string {
  return `pad-${field}-${key}`;
}

/** What can be done on the sheet. None of it changes over renders: rows ask for the keeper's state. */
export interface Pad {
  type(cell: Cell, text: string): void;
  /** The SKU that is meant, as it was chosen from a list. */
  choose(key: number, code: string, skuId: string): void;
  /** True if it was a block and stands in the sheet now. */
  paste(cell: Cell, text: string): boolean;
  add(rows: readonly NewRow[]): void;
  fix(key: number, fix: Fix): void;
  remove(key: number): void;
  clear(): void;
  undo(): void;
  focus(cell: Cell): void;
}

/** The sheet's doings, what they have to tell, and the cell that is to be focused next. */
export function usePad(keeper: DraftKeeper) {
  const t = useTexts(padTexts);
  const [message, setMessage] = useState<PadMessage | null>(null);
  const [wanted, setWanted] = useState<Cell | null>(null);
  const pad = useMemo<Pad>(() => {
    const tell = (text: string, kind: PadMessage["kind"] = "info") => setMessage({ kind, text });
    const put = (isPut: boolean, count: number) => {
      if (isPut) tell(t("added", { count }));
      else tell(t("full", { count }), "error");
    };
    return {
      type({ key, field }, text) {
        setMessage(null);
        keeper.setRow(key, field === "code" ? { code: text, skuId: null } : { quantityText: text });
      },
      choose(key, code, skuId) {
        keeper.setRow(key, { code, skuId });
        setWanted({ key, field: "quantityText" });
      },
      paste(cell, text) {
        const block = readBlock(text);
        if (block === null) return false;
        if (block.kind === "unclear") tell(t("unclear"), "error");
        else if (block.kind === "rows") put(keeper.insertRows(cell.key, block.rows), block.rows.length);
        else if (cell.field === "code") {
          const rows = block.texts.map((code) => ({ code, quantityText: "" }));
          put(keeper.insertRows(cell.key, rows), rows.length);
        } else pasteQuantities(keeper, cell.key, block.texts);
        return true;
      },
      add: (rows) => put(keeper.addRows(rows), rows.length),
      fix(key, fix) {
        setMessage(null);
        const merged = mergedInto(keeper, key);
        if (fix.kind === "remove") keeper.removeRows(new Set([key, ...merged]));
        // What was summed up is in the new quantity: it must not be added to it once more.
        else if (fix.kind === "take") keeper.setRow(key, fix.values);
        else keeper.amend(new Map([[key, fix.values]]), new Set(merged));
      },
      remove(key) {
        const { rows, spareKey } = keeper.state();
        const position = rows.findIndex((row) => row.key === key);
        if (position < 0) return;
        keeper.removeRows(new Set([key]));
        setWanted({ key: rows[position + 1]?.key ?? spareKey, field: "code" });
      },
      clear: () => void keeper.replaceAll([]),
      undo() {
        keeper.undo();
        tell(t("undone"));
      },
      focus: (cell) => setWanted({ ...cell }),
    };
  }, [keeper, t]);
  return { pad, message, wanted };
}

/** The cell to mend in the row that an address names, as the server counts rows, from 1. */
export function cellOfAddress(
  row: string | null,
  { places, resolved }: Pick<DraftState, "places" | "resolved">,
): Cell | null {
  const key = places[Number(row) - 1];
  if (key === undefined) return null;
  const [problem] = resolved.get(key)?.problems ?? [];
  return { key, field: problem === undefined ? "code" : fieldOf(problem) };
}

/** A column of quantities goes down from a row, over what is there, as in any sheet. */
function pasteQuantities(keeper: DraftKeeper, key: number, texts: readonly string[]): void {
  const { rows } = keeper.state();
  const begin = rows.findIndex((row) => row.key === key);
  const below = begin < 0 ? [] : rows.slice(begin).filter((row) => !isBlank(row));
  const changed = new Map<number, Partial<NewRow>>();
  for (const [index, row] of below.slice(0, texts.length).entries()) {
    changed.set(row.key, { quantityText: texts[index] ?? "" });
  }
  keeper.amend(changed);
  const left = texts.slice(below.length);
  if (left.length > 0) keeper.addRows(left.map((quantityText) => ({ code: "", quantityText })));
}

function mergedInto(keeper: DraftKeeper, key: number): readonly number[] {
  const { resolved, places } = keeper.state();
  return [...resolved]
    .filter(([, { mergedInto: head }]) => head != null && places[head] === key)
    .map(([merged]) => merged);
}
