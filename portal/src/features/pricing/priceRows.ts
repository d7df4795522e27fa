// Reads typed rows as prices: only their form. Pure.

import type { PriceInput } from "../../gql/graphql";
import { type BlockColumn, CODE_NAMES, readDay } from "../catalog/sheet/block";
import type { Found, FoundSku } from "../catalog/sheet/useSkusByCodes";
import type { SheetRow } from "../catalog/sheet/useSheet";
import { beginOf, endOf } from "../../shared/days";

const names = (text: string) => text.split(" ");

export const PRICE_COLUMNS: readonly BlockColumn[] = [
  { key: "code", names: CODE_NAMES },
  {
    key: "quantity",
    names: names("quantity qty minimum minimumquantity minqty fromquantity 数量 起订量 起订数量 数量起 起量 最小数量"),
    isNumber: true,
  },
  { key: "price", names: names("price unitprice 单价 价格 含税单价"), isNumber: true },
  { key: "from", names: names("from validfrom firstday 生效日期 开始日期 起始日期 从"), isDay: true },
  {
    key: "to",
    names: names("to until validto lastday 失效日期 结束日期 截止日期 最后一天 到"),
    isDay: true,
  },
  { key: "pack", names: names("pack unit per uom 包装 单位 按") },
];

const PRICE = /^\d{1,12}(\.\d{1,8})?$/;
const WHOLE = /^[1-9]\d{0,8}$/;

/** "" for one base unit, the id of a pack, or null for a word that is none of its packs. */
export function packOf(row: SheetRow, found: Found): string | null {
  const typed = (row.cells["pack"] ?? "").trim();
  if (found.kind !== "sku") return typed === "" ? "" : null;
  const { sku, packId } = found;
  if (typed === "") return isBasePack(sku, packId) ? "" : (packId ?? "");
  const word = typed.normalize("NFKC").toLowerCase();
  const pack = sku.packs.find(({ id, code, name, nameEn }) =>
    [id.toLowerCase(), code.toLowerCase(), name.toLowerCase(), nameEn.toLowerCase()].includes(word),
  );
  if (word === sku.baseUnit.toLowerCase() || isBasePack(sku, pack?.id)) return "";
  return pack?.id ?? null;
}

/** The pack of one base unit: a price of it is the price of a base unit. */
function isBasePack(sku: FoundSku, packId: string | null | undefined): boolean {
  return sku.packs.some(({ id, units }) => id === packId && units === 1);
}

export function isQuantity(text: string | undefined): boolean {
  return (text ?? "").trim() === "" || WHOLE.test((text ?? "").trim());
}

export function isPrice(text: string | undefined): boolean {
  return PRICE.test((text ?? "").trim());
}

export function isDay(text: string | undefined): boolean {
  return (text ?? "").trim() === "" || readDay(text ?? "") !== null;
}

/** Null for a row that cannot be read as a price yet. */
export function readPrice(row: SheetRow, found: Found): PriceInput | null {
  const { quantity = "", price = "", from = "", to = "" } = row.cells;
  const packId = packOf(row, found);
  const isReadable = isQuantity(quantity) && isPrice(price) && isDay(from) && isDay(to);
  if (found.kind !== "sku" || packId === null || !isReadable) return null;
  return {
    skuId: found.sku.id,
    unitPrice: price.trim(),
    packId: packId === "" ? null : packId,
    quantityMinimum: quantity.trim() === "" ? 1 : Number(quantity),
    validFrom: from.trim() === "" ? null : beginOf(from.trim()),
    validTo: to.trim() === "" ? null : endOf(to.trim()),
  };
}
