// What an order in the making consists of, as it is typed. Pure.

import type { DraftFragment } from "../../../gql/graphql";

/** What is typed into one row; `key` names the row for as long as it is on the page. */
export interface Row {
  readonly key: number;
  readonly code: string;
  readonly quantityText: string;
  /** Which of several SKUs is meant. */
  readonly skuId: string | null;
}

export type NewRow = Pick<Row, "code" | "quantityText"> & Partial<Pick<Row, "skuId">>;
export type BareRow = Omit<Row, "key">;

/** What is said of the order as a whole. */
export interface Header {
  readonly buyerReference: string;
  readonly note: string;
  readonly shipToRegion: string;
  readonly shipToAddress: string;
  readonly requestedOn: string | null;
}

export const ROWS_MAX = 1000;
export const CODE_LENGTH_MAX = 200;
export const QUANTITY_LENGTH_MAX = 60;

export const NO_HEADER: Header = {
  buyerReference: "",
  note: "",
  shipToRegion: "",
  shipToAddress: "",
  requestedOn: null,
};

export function isBlank(row: NewRow): boolean {
  return row.code.trim() === "" && row.quantityText.trim() === "";
}

/** The rows that say something: what is sent, in order. */
export function filled(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row) => !isBlank(row));
}

export function bare({ code, quantityText, skuId = null }: NewRow): BareRow {
  return { code, quantityText, skuId };
}

export function rowsOf(draft: DraftFragment | null): readonly BareRow[] {
  return (draft?.rows ?? []).map((row) => bare({ ...row, skuId: row.chosenSkuId ?? null }));
}

export function headerOf(draft: DraftFragment | null): Header {
  if (draft === null) return NO_HEADER;
  const { buyerReference, note, shipToRegion, shipToAddress, requestedOn } = draft;
  return { buyerReference, note, shipToRegion, shipToAddress, requestedOn: requestedOn ?? null };
}

export function isSameRow(one: NewRow | undefined, other: NewRow): boolean {
  return (
    one !== undefined &&
    one.code === other.code &&
    one.quantityText === other.quantityText &&
    (one.skuId ?? null) === (other.skuId ?? null)
  );
}

/** Whether a draft of the server says what is typed here. */
export function saysTheSame(
  draft: DraftFragment | null,
  rows: readonly Row[],
  header: Header,
): boolean {
  const theirs = rowsOf(draft);
  const mine = filled(rows);
  return (
    theirs.length === mine.length &&
    mine.every((row, position) => isSameRow(theirs[position], row)) &&
    JSON.stringify(headerOf(draft)) === JSON.stringify(bareHeader(header))
  );
}

/** Its fields in one order, for comparing. */
function bareHeader(header: Header): Header {
  const { buyerReference, note, shipToRegion, shipToAddress, requestedOn } = header;
  return { buyerReference, note, shipToRegion, shipToAddress, requestedOn };
}
