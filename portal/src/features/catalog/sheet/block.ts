// Reads rows for a sheet out of what was copied from a spreadsheet or a text. Pure, and only about
// form: what a code means is for the server to say.

/** A column of a sheet, in the order in which a block without a header has them. */
export interface BlockColumn {
  readonly key: string;
  /** What it may be called in a header, folded: see `fold`. */
  readonly names: readonly string[];
  readonly isDay?: boolean;
  readonly isNumber?: boolean;
}

export type Cells = Readonly<Record<string, string>>;

/** Null where it is the text of a single cell. The first of `columns` is the one that every row
 * has, by which a header is known. */
export function readCells(text: string, columns: readonly BlockColumn[]): readonly Cells[] | null {
  const table = tableOf(text).filter((cells) => cells.some((cell) => cell !== ""));
  const [first = [], ...others] = table;
  if (table.length === 0 || (table.length === 1 && first.length < 2)) return null;
  const headers = first.map(fold);
  const isHeaded = headers.some((header) => columns[0]?.names.includes(header));
  const places = columns.map(({ names }, place) =>
    isHeaded ? headers.findIndex((header) => names.includes(header)) : place,
  );
  return (isHeaded ? others : table).map((cells) =>
    Object.fromEntries(
      columns.map((column, at) => [column.key, tidy(cells[places[at] ?? -1] ?? "", column)]),
    ),
  );
}

function tableOf(text: string): string[][] {
  const plain = text.replace(/^\uFEFF/, "");
  const parts = plain.includes("\t") ? /\t/ : /[;；,，]|\s+/;
  return plain.split(/\r\n|\r|\n/).map((line) => line.trimEnd().split(parts).map(unquoted));
}

function unquoted(cell: string): string {
  const match = /^"(.*)"$/.exec(cell.trim());
  return (match === null ? cell : (match[1] ?? "").replaceAll('""', '"')).trim();
}

function tidy(cell: string, { isDay = false, isNumber = false }: BlockColumn): string {
  if (isDay) return readDay(cell) ?? cell;
  return isNumber ? readNumber(cell) : cell;
}

/** "2026/1/5" or "2026年1月5日" as "2026-01-05"; null for what is no day. */
export function readDay(text: string): string | null {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.normalize("NFKC").trim());
  if (match === null) return null;
  const [, year = "", month = "", day = ""] = match;
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}

/** A number as spreadsheets show it, "¥1,234.50", without its sign and commas. */
export function readNumber(text: string): string {
  const narrow = text.normalize("NFKC").trim();
  const bare = narrow.replace(/^[¥￥$€]\s*/, "");
  return /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
}

/** In one width and case, and without blanks. */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[\s_]/g, "").replace(/[*:]+$/, "");
}

/** What the column of codes is called. */
export const CODE_NAMES = [
  "sku skucode code item itemcode productcode barcode ean gtin",
  "编码 商品编码 规格编码 产品编码 物料编码 货号 条码 商品条码 商品",
].flatMap((names) => names.split(" "));
