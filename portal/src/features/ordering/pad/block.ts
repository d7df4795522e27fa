// Reads rows out of what was copied from a spreadsheet, a message or a file of text. Pure, and
// only about form: what a code or a quantity means is for the server to say.

import { CODE_LENGTH_MAX, type NewRow, QUANTITY_LENGTH_MAX } from "../draft/rows";

/** `unclear`: several columns might be the quantity, and none says that it is. */
export type Block =
  | { readonly kind: "rows"; readonly rows: readonly NewRow[] }
  | { readonly kind: "column"; readonly texts: readonly string[] }
  | { readonly kind: "unclear" };

// What columns are called, in one width and case and without blanks, as in files. Where a block
// has several for the code, the first that is filled counts.
const CODE_HEADERS = [
  "sku skucode code item itemcode productcode owncode 编码 商品编码 规格编码 产品编码 物料编码" +
    " 商品代码 货号 自有编码 編碼 商品編碼 貨號",
  "barcode ean gtin upc 条码 条形码 商品条码 條碼 條形碼",
  "name product productname skuname 品名 名称 商品名称 商品 名稱",
].map((names) => new Set(names.split(" ")));
const QUANTITY_HEADERS = new Set([
  "qty",
  "quantity",
  "orderqty",
  "orderquantity",
  "数量",
  "订购数量",
  "订货数量",
  "采购数量",
  "下单数量",
  "數量",
  "訂購數量",
]);
const PACK_HEADERS = new Set("pack unit uom packunit 包装 单位 包裝 單位".split(" "));

/** A whole number, perhaps with a pack behind it: 12, 1,000, 12.0, 2 CASE, 3箱. */
const QUANTITY = /^\d[\d,]{0,12}(\.0+)?\s*([x×*]\s*)?(\p{L}[\p{L}\s]{0,15})?$/u;
const THOUSANDS = /(?<!\d)\d{1,3}(,\d{3})+(?!\d)/g;
/** Of a column that holds quantities, a few may be bad. */
const QUANTITY_SHARE_MIN = 0.8;
const PLAIN_NUMBER = /^[\d,]+(\.0+)?$/;
const CODE_AND_QUANTITY =
  /^(.+?)\s+(\d[\d,]*(?:\.0+)?\s*(?:[x×*]\s*)?(?:\p{L}{1,15})?)$/u;
const PACK_NAMES_MAX = 5;
const PACK_NAME_LENGTH_MAX = 10;

/** Null where it is the text of a single cell. */
export function readBlock(text: string): Block | null {
  const table = cellsOf(text)
    .map((cells) => cells.map(oneLine))
    .filter((cells) => cells.some((cell) => cell !== ""));
  const width = Math.max(0, ...table.map((cells) => cells.length));
  if (table.length === 0 || (table.length === 1 && width === 1)) return null;
  const headed = byHeader(table);
  if (headed !== null) return rowsBlock(headed);
  if (width === 1) return { kind: "column", texts: table.map(([cell = ""]) => cell) };
  const rows = byPlace(table, width);
  return rows === null ? { kind: "unclear" } : rowsBlock(rows);
}

function rowsBlock(rows: readonly NewRow[]): Block {
  const clipped = rows
    .filter((row) => row.code !== "" || row.quantityText !== "")
    .map(({ code, quantityText }) => ({
      code: code.slice(0, CODE_LENGTH_MAX),
      quantityText: quantityText.slice(0, QUANTITY_LENGTH_MAX),
    }));
  return { kind: "rows", rows: clipped };
}

function cellsOf(text: string): string[][] {
  const plain = text.replace(/^\uFEFF/, "");
  if (plain.includes("\t")) return split(plain, ["\t"]);
  if (/[;；]/.test(plain)) return split(plain, [";", "；"]);
  // A comma within a number alone parts no cells.
  if (/[,，]/.test(plain.replace(THOUSANDS, ""))) return split(plain, [",", "，"]);
  return plain.split(/\r\n|\r|\n/).map((line) => {
    const found = CODE_AND_QUANTITY.exec(line.trim());
    return found === null ? [line] : [found[1] ?? "", found[2] ?? ""];
  });
}

/** Lines and cells, of which some may stand in quotes, as spreadsheets copy them. */
function split(text: string, delimiters: readonly string[]): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text.charAt(at + 1) === '"') cell += text.charAt((at += 1));
      else isQuoted = false;
    } else if (sign === '"' && cell === "") isQuoted = true;
    else if (delimiters.includes(sign)) {
      cells.push(cell);
      cell = "";
    } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text.charAt(at + 1) === "\n") at += 1;
      rows.push([...cells, cell]);
      cells = [];
      cell = "";
    } else cell += sign;
  }
  rows.push([...cells, cell]);
  return rows;
}

/** By the line that names the columns, if there is one. */
function byHeader(table: readonly string[][]): readonly NewRow[] | null {
  const place = table.slice(0, 10).findIndex((cells) => codesOf(cells.map(fold)).length > 0);
  if (place < 0) return null;
  const named = (table[place] ?? []).map(fold);
  const codes = codesOf(named);
  const quantity = named.findIndex((name) => QUANTITY_HEADERS.has(name));
  const pack = named.findIndex((name) => PACK_HEADERS.has(name));
  return table.slice(place + 1).map((cells) => ({
    code: codes.map((at) => cells[at] ?? "").find((cell) => cell !== "") ?? "",
    quantityText: withPack(cells[quantity] ?? "", cells[pack] ?? ""),
  }));
}

function codesOf(named: readonly string[]): readonly number[] {
  return CODE_HEADERS.flatMap((names) =>
    named.flatMap((name, at) => (names.has(name) ? [at] : [])),
  );
}

/** Without names: the first column is the code, and the one that reads like it the quantity. */
function byPlace(table: readonly string[][], width: number): readonly NewRow[] | null {
  const filled = Array.from({ length: width }, (_, at) => at).filter((at) =>
    table.some((cells) => (cells[at] ?? "") !== ""),
  );
  const [first = 0, ...others] = isNumbered(table, filled) ? filled.slice(1) : filled;
  const column = (at: number) => table.map((cells) => cells[at] ?? "").filter((cell) => cell !== "");
  const holdsQuantities = (at: number) =>
    column(at).filter((cell) => QUANTITY.test(cell)).length >= QUANTITY_SHARE_MIN * column(at).length;
  const quantities = others.length < 2 ? others : others.filter(holdsQuantities);
  if (others.length > 0 && quantities.length !== 1) return null;
  const [quantity = -1] = quantities;
  const pack = quantity + 1;
  const isPack = others.includes(pack) && arePackNames(column(pack));
  return table.map((cells) => ({
    code: cells[first] ?? "",
    quantityText: withPack(cells[quantity] ?? "", isPack ? (cells[pack] ?? "") : ""),
  }));
}

/** Whether the first of three columns or more only counts the lines. */
function isNumbered(table: readonly string[][], filled: readonly number[]): boolean {
  const [first = 0] = filled;
  const isCounted = table.every((cells, line) => cells[first] === String(line + 1));
  return filled.length > 2 && table.length > 1 && isCounted;
}

function arePackNames(cells: readonly string[]): boolean {
  const isShort = cells.every((cell) => cell.length <= PACK_NAME_LENGTH_MAX && !/\d/.test(cell));
  return isShort && new Set(cells).size <= PACK_NAMES_MAX;
}

function withPack(quantity: string, pack: string): string {
  return pack !== "" && PLAIN_NUMBER.test(quantity) ? `${quantity} ${pack}` : quantity;
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[\s_]/g, "").replace(/[*:]+$/, "");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
