import { useCallback, useMemo, useRef, useState } from "react";

import { type BlockColumn, type Cells, readCells } from "./block";

/** As many rows as one request may hold; more are put by and by. */
export const PORTION = 100;
const ROWS_MAX = 1000;

/** One row as it is typed; `key` names it for as long as it is on the page. */
export interface SheetRow {
  readonly key: number;
  readonly cells: Cells;
  /** Which of several SKUs is meant. */
  readonly skuId: string | null;
}

export interface Sheet {
  /** The first hundred that are not blank, which are put first, and a blank one to type on. */
  readonly rows: readonly SheetRow[];
  readonly portion: readonly SheetRow[];
  readonly filledCount: number;
  /** Rows of the last block that found no room. */
  readonly leftOutCount: number;
  set(key: number, cells: Cells): void;
  choose(key: number, skuId: string): void;
  remove(keys: readonly number[]): void;
  /** Rows after the last, such as for a SKU that was searched for. */
  append(rows: readonly Omit<SheetRow, "key">[]): void;
  /** Whether it was a block, which then stands from this row on. */
  paste(key: number, text: string): boolean;
}

interface State {
  readonly rows: readonly SheetRow[];
  readonly leftOutCount: number;
}

/** Rows that are typed or pasted, with a blank one at the end to go on with. */
export function useSheet(columns: readonly BlockColumn[]): Sheet {
  const lastKey = useRef(0);
  const newKey = useCallback(() => (lastKey.current += 1), []);
  const [{ rows, leftOutCount }, setState] = useState<State>(() => closed([], newKey()));

  return useMemo(() => {
    const change = (next: (rows: readonly SheetRow[]) => readonly SheetRow[]) => {
      const spare = newKey();
      setState((former) => closed(next(former.rows), spare));
    };
    const filled = rows.filter((row) => !isBlank(row));
    const portion = filled.slice(0, PORTION);
    const last = filled[PORTION - 1];
    const isPart = last !== undefined && filled.length > PORTION;
    return {
      rows: isPart ? rows.slice(0, rows.indexOf(last) + 1) : rows,
      portion,
      filledCount: filled.length,
      leftOutCount,
      set: (key, cells) => change((all) => all.map((row) => changed(row, key, cells))),
      choose: (key, skuId) =>
        change((all) => all.map((row) => (row.key === key ? { ...row, skuId } : row))),
      remove: (keys) => change((all) => all.filter((row) => !keys.includes(row.key))),
      append: (more) => {
        const appended = more.map((row) => ({ ...row, key: newKey() }));
        change((all) => [...all.filter((row) => !isBlank(row)), ...appended]);
      },
      paste: (key, text) => {
        const cells = readCells(text, columns);
        if (cells === null) return false;
        const pasted = cells.map((row) => ({ key: newKey(), cells: row, skuId: null }));
        change((all) => {
          const at = all.findIndex((row) => row.key === key);
          const after = all.slice(at + 1).filter((row) => !isBlank(row));
          const before = all.slice(0, at + 1);
          const here = before.at(-1);
          return [...(here && isBlank(here) ? before.slice(0, -1) : before), ...pasted, ...after];
        });
        return true;
      },
    };
  }, [rows, leftOutCount, newKey, columns]);
}

/** With a blank row at the end, and no more rows than are taken. */
function closed(rows: readonly SheetRow[], spare: number): State {
  const kept = rows.slice(0, ROWS_MAX);
  const last = kept.at(-1);
  const isOpen = last !== undefined && isBlank(last);
  return {
    rows: isOpen ? kept : [...kept, { key: spare, cells: {}, skuId: null }],
    leftOutCount: Math.max(0, rows.filter((row) => !isBlank(row)).length - ROWS_MAX),
  };
}

/** Which SKU was meant by a code says nothing about another code. */
function changed(row: SheetRow, key: number, cells: Cells): SheetRow {
  if (row.key !== key) return row;
  const isSame = cells["code"] === undefined || cells["code"] === row.cells["code"];
  return { key, cells: { ...row.cells, ...cells }, skuId: isSame ? row.skuId : null };
}

function isBlank(row: SheetRow): boolean {
  return Object.values(row.cells).every((cell) => cell.trim() === "");
}
