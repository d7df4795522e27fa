import { expect, test } from "vitest";

import { readBlock } from "../src/features/ordering/pad/block";

function rows(text: string): (readonly [string, string])[] | string {
  const block = readBlock(text);
  if (block?.kind !== "rows") return block?.kind ?? "text";
  return block.rows.map((row) => [row.code, row.quantityText] as const);
}

const TWO = [
  ["LST-1", "12"],
  ["LST-2", "2 CASE"],
];

test.each([
  ["tabs, as spreadsheets copy", "LST-1\t12\r\nLST-2\t2 CASE\r\n"],
  ["commas", "LST-1,12\nLST-2,2 CASE"],
  ["semicolons", "LST-1; 12\nLST-2; 2 CASE"],
  ["commas and semicolons in full width", "LST-1；12\nLST-2；2 CASE"],
  ["blanks", "LST-1 12\n  LST-2   2 CASE\n\n"],
  ["a header line", "SKU\tQTY\nLST-1\t12\nLST-2\t2 CASE"],
  ["a Chinese header, in another order", "数量\t商品名称\t商品编码*\n12\t梅子酒\tLST-1\n2 CASE\t茶\tLST-2"],
  ["a name between code and quantity", "LST-1\t梅子酒 500ml\t12\nLST-2\t茶\t2 CASE"],
  ["prices behind the quantity", "LST-1\t梅子酒\t12\t48.50\nLST-2\t茶\t2 CASE\t30.25"],
  ["counted lines", "1\tLST-1\t12\n2\tLST-2\t2 CASE"],
  ["a column for the pack", "code\tunit\tqty\nLST-1\t\t12\nLST-2\tCASE\t2"],
  ["quotes", '"LST-1"\t"12"\n"LST-2"\t"2 CASE"'],
])("rows are read from a block with %s", (_, text) => {
  expect(rows(text)).toEqual(TWO);
});

test("a pack named beside the quantity goes with it, also without a header", () => {
  expect(rows("A\t2\t箱\nB\t3\t瓶")).toEqual([
    ["A", "2 箱"],
    ["B", "3 瓶"],
  ]);
});

test("names with blanks stay whole, with a quantity behind them", () => {
  expect(rows("Plum Vinegar 500ml 12\nGreen Tea 3 boxes\n青梅酒 2箱")).toEqual([
    ["Plum Vinegar 500ml", "12"],
    ["Green Tea", "3 boxes"],
    ["青梅酒", "2箱"],
  ]);
});

test("thousands keep their comma, and one that may be either is not guessed at", () => {
  expect(rows("LST-1 1,000\nLST-2 2,500")).toEqual([
    ["LST-1", "1,000"],
    ["LST-2", "2,500"],
  ]);
  expect(rows("LST-1,1,000\nLST-2,2,500")).toBe("unclear");
  expect(rows("6901234567892,500\n6901234567893,120")).toEqual([
    ["6901234567892", "500"],
    ["6901234567893", "120"],
  ]);
});

test("of several columns that may be the quantity none is guessed", () => {
  expect(rows("LST-1\t12\t30\nLST-2\t5\t48")).toBe("unclear");
});

test("a few bad quantities do not hide the column", () => {
  const lines = Array.from({ length: 20 }, (_, n) => `X${n}\t茶\t${n === 3 ? "about ten" : n + 1}`);
  expect(rows(lines.join("\n"))).toHaveLength(20);
  expect(rows(lines.join("\n"))[3]).toEqual(["X3", "about ten"]);
});

test("one column is a column, and one cell is left to the field it is pasted into", () => {
  expect(readBlock("12\n24\n")).toEqual({ kind: "column", texts: ["12", "24"] });
  expect(readBlock("LST-1")).toBeNull();
  expect(readBlock("Plum Vinegar")).toBeNull();
  expect(readBlock("\n")).toBeNull();
});

test("a cell of several lines is one line, and what is too long for a cell is cut", () => {
  expect(rows('"LST\n1"\t12')).toEqual([["LST 1", "12"]]);
  expect(rows(`${"x".repeat(500)}\t12`)).toEqual([["x".repeat(200), "12"]]);
});
