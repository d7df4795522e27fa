import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import { readAttributes, writeAttributes } from "../src/features/catalog/products/attributes";
import { type BlockColumn, readCells, readDay, readNumber } from "../src/features/catalog/sheet/block";
import type { Found, FoundSku } from "../src/features/catalog/sheet/useSkusByCodes";
import { PORTION, type SheetRow, useSheet } from "../src/features/catalog/sheet/useSheet";
import { beginOf, dayBegunAt, endOf, lastDayBefore } from "../src/shared/days";
import { PRICE_COLUMNS, packOf, readPrice } from "../src/features/pricing/priceRows";

const COLUMNS: readonly BlockColumn[] = [
  { key: "code", names: ["sku", "编码"] },
  { key: "price", names: ["price", "单价"], isNumber: true },
  { key: "from", names: ["from", "生效日期"], isDay: true },
];

const SKU: FoundSku = {
  id: "sku",
  code: "TEA",
  name: "茶",
  nameEn: "Tea",
  baseUnit: "EA",
  isActive: true,
  packs: [
    { id: "one", code: "EA", name: "", nameEn: "", units: 1 },
    { id: "case", code: "C12", name: "箱", nameEn: "Case", units: 12 },
  ],
};
const FOUND: Found = { kind: "sku", sku: SKU, packId: null };
const row = (cells: Record<string, string>): SheetRow => ({ key: 1, cells, skuId: null });

test("a block is read by its header, whatever the order of its columns", () => {
  const text = "生效日期\t备注\t编码\t单价\n2027/1/5\t新\tTEA\t¥1,234.50\n\n\t\tBEER\t8\n";
  expect(readCells(text, COLUMNS)).toEqual([
    { code: "TEA", price: "1234.50", from: "2027-01-05" },
    { code: "BEER", price: "8", from: "" },
  ]);
});

test("without a header a block is read by place, parted as it comes", () => {
  for (const text of ["TEA\t8\t2027-01-05", "TEA 8 2027-01-05", "TEA;8;2027-01-05", "TEA,8,2027-01-05"]) {
    expect(readCells(text, COLUMNS)).toEqual([{ code: "TEA", price: "8", from: "2027-01-05" }]);
  }
  expect(readCells('"A ""1"""\t8', COLUMNS)?.[0]?.["code"]).toBe('A "1"');
});

test("a single cell is no block, and several lines of codes are", () => {
  expect(readCells("TEA", COLUMNS)).toBeNull();
  expect(readCells("TEA\n", COLUMNS)).toBeNull();
  expect(readCells("TEA\nBEER", COLUMNS)?.map(({ code }) => code)).toEqual(["TEA", "BEER"]);
});

test("what is no day or number stays as it was written", () => {
  expect(readDay("2027年3月31日")).toBe("2027-03-31");
  expect(readDay("2027-02-30")).toBeNull();
  expect(readDay("soon")).toBeNull();
  expect(readNumber("１２．５")).toBe("12.5");
  expect(readNumber("1,23")).toBe("1,23");
  expect(readCells("TEA\tx\tsoon", COLUMNS)).toEqual([{ code: "TEA", price: "x", from: "soon" }]);
});

test("a price holds on the whole of its last day, and says so again", () => {
  expect(dayBegunAt(beginOf("2027-01-01"))).toBe("2027-01-01");
  expect(lastDayBefore(endOf("2027-03-31"))).toBe("2027-03-31");
  expect(endOf("2027-03-31")).toBe(beginOf("2027-04-01"));
  expect(lastDayBefore("2027-03-31T10:20:30Z")).toBeNull();
});

test("a row is a price once its SKU is found and its form is right", () => {
  expect(readPrice(row({ code: "TEA", price: "8.5" }), FOUND)).toEqual({
    skuId: "sku",
    unitPrice: "8.5",
    packId: null,
    quantityMinimum: 1,
    validFrom: null,
    validTo: null,
  });
  const unreadable: Record<string, string>[] = [
    { price: "" },
    { price: "-1" },
    { price: "8", quantity: "0" },
    { price: "8", quantity: "1.5" },
    { price: "8", from: "soon" },
    { price: "8", pack: "pallet" },
  ];
  for (const cells of unreadable) {
    expect(readPrice(row({ code: "TEA", ...cells }), FOUND)).toBeNull();
  }
  expect(readPrice(row({ price: "8" }), { kind: "unknown" })).toBeNull();
});

test("a price is for a base unit unless a pack is named, by a word or by its barcode", () => {
  expect(packOf(row({}), FOUND)).toBe("");
  expect(packOf(row({ pack: "ea" }), FOUND)).toBe("");
  expect(packOf(row({ pack: "箱" }), FOUND)).toBe("case");
  expect(packOf(row({ pack: "c12" }), FOUND)).toBe("case");
  expect(packOf(row({}), { ...FOUND, packId: "case" })).toBe("case");
  expect(packOf(row({}), { ...FOUND, packId: "one" })).toBe("");
  expect(packOf(row({ pack: "EA" }), { ...FOUND, packId: "case" })).toBe("");
  expect(packOf(row({ pack: "pallet" }), FOUND)).toBeNull();
});

test("a sheet takes a block in the middle, and puts a hundred rows at a time", () => {
  const { result } = renderHook(() => useSheet(PRICE_COLUMNS));
  const first = result.current.rows[0]?.key ?? 0;
  act(() => result.current.set(first, { code: "A" }));
  const blank = result.current.rows[1]?.key ?? 0;
  const block = Array.from({ length: 150 }, (_, at) => `S${at}\t1\t2`).join("\n");
  act(() => expect(result.current.paste(blank, block)).toBe(true));

  expect(result.current.filledCount).toBe(151);
  expect(result.current.portion).toHaveLength(PORTION);
  expect(result.current.portion[0]?.cells["code"]).toBe("A");
  act(() => result.current.remove(result.current.portion.map(({ key }) => key)));
  expect(result.current.filledCount).toBe(51);
  expect(result.current.rows.at(-1)?.cells).toEqual({});
});

test("of a block that is too long, a sheet tells how many rows it left out", () => {
  const { result } = renderHook(() => useSheet(PRICE_COLUMNS));
  const block = Array.from({ length: 1003 }, (_, at) => `S${at}\t1\t2`).join("\n");
  act(() => expect(result.current.paste(result.current.rows[0]?.key ?? 0, block)).toBe(true));
  expect(result.current.filledCount).toBe(1000);
  expect(result.current.leftOutCount).toBe(3);
});

test("the SKU that was chosen for a code is forgotten with the code alone", () => {
  const { result } = renderHook(() => useSheet(PRICE_COLUMNS));
  act(() => result.current.append([{ cells: { code: "A" }, skuId: "sku" }]));
  const key = result.current.rows[0]?.key ?? 0;
  act(() => result.current.set(key, { price: "8" }));
  expect(result.current.rows[0]?.skuId).toBe("sku");
  act(() => result.current.set(key, { code: "AB" }));
  expect(result.current.rows[0]?.skuId).toBeNull();
});

test("attributes are written one a line and read back", () => {
  const attributes = [
    { name: "容量", value: "500 ml" },
    { name: "口味", value: "原味: 淡" },
  ];
  expect(readAttributes(writeAttributes(attributes))).toEqual(attributes);
  expect(readAttributes("容量：500 ml\n\n")).toEqual([{ name: "容量", value: "500 ml" }]);
  expect(readAttributes("容量")).toBeNull();
  expect(readAttributes("")).toEqual([]);
});
