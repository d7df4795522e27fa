import { expect, test } from "vitest";

import { inTree } from "../src/features/ordering/catalog/categories";
import {
  basePack,
  countOf,
  entryOf,
  heldBySku,
  largerPack,
  textOf,
} from "../src/features/ordering/catalog/held";
import { cellsOf, dimensionsOf, matrixOf } from "../src/features/ordering/grid/matrix";

const EA = { id: "1", code: "EA", units: 1 };
const CASE = { id: "2", code: "CASE24", units: 24 };
const PACKS = [EA, CASE];

test("a quantity is shown beside its pack, and saved with it", () => {
  expect(entryOf("2 CASE24", PACKS)).toEqual({ text: "2", pack: CASE });
  expect(entryOf("2 case24", PACKS)).toEqual({ text: "2", pack: CASE });
  expect(entryOf("24", PACKS)).toEqual({ text: "24", pack: EA });
  expect(textOf({ text: "2", pack: CASE })).toBe("2 CASE24");
  expect(textOf({ text: " 24 ", pack: EA })).toBe("24");
});

test("what names another pack stays as it was typed", () => {
  expect(entryOf("2箱", PACKS)).toEqual({ text: "2箱", pack: EA });
  expect(entryOf("2 PALLET", PACKS)).toEqual({ text: "2 PALLET", pack: EA });
  expect(textOf({ text: "2箱", pack: CASE })).toBe("2箱");
  expect(textOf({ text: "", pack: CASE })).toBe("");
});

test("only whole numbers from one on count", () => {
  expect(["12", "１２", " 7 "].map(countOf)).toEqual([12, 12, 7]);
  expect(["", "0", "1.5", "-1", "a", "1234567890"].map(countOf)).toEqual(Array(6).fill(null));
});

test("one orders in single units, or in the one larger pack", () => {
  expect(basePack([CASE, EA])).toBe(EA);
  expect(basePack([])).toBeNull();
  expect(largerPack(PACKS)).toBe(CASE);
  expect(largerPack([EA])).toBeNull();
  expect(largerPack([...PACKS, { id: "3", code: "PALLET", units: 960 }])).toBeNull();
});

test("rows of the draft are found by the SKU that was chosen, or that the server found", () => {
  const row = (key: number, skuId: string | null) => ({ key, code: "x", quantityText: "1", skuId });
  const rows = [row(1, "a"), row(2, null), row(3, null), row(4, "a")];
  const found = { sku: { id: "b" } } as never;
  const held = heldBySku({ rows, resolved: new Map([[2, found]]) });
  expect(held.get("a")?.map((each) => each.row.key)).toEqual([1, 4]);
  expect(held.get("b")).toEqual([{ row: rows[1], result: found }]);
  expect(held.size).toBe(2);
});

test("categories are listed as a tree, without losing those whose parent is not there", () => {
  const category = (id: string, parent: string | null) => ({
    id,
    parent: parent === null ? null : { id: parent },
  });
  const listed = inTree([
    category("tea", "drinks"),
    category("drinks", null),
    category("green", "tea"),
    category("stray", "hidden"),
  ]);
  expect(listed.map(({ category: { id }, depth }) => [id, depth])).toEqual([
    ["drinks", 0],
    ["tea", 1],
    ["green", 2],
    ["stray", 0],
  ]);
});

function variant(flavour: string, volume: string, brand = "L") {
  return {
    attributes: [
      { name: "flavour", value: flavour },
      { name: "volume", value: volume },
      { name: "brand", value: brand },
    ],
  };
}

test("two dimensions make a matrix, sizes from small to large, with gaps", () => {
  const variants = [
    variant("b", "1 L"),
    variant("a", "330 ml"),
    variant("c", "330 ml"),
    variant("b", "500 ml"),
  ];
  const dimensions = dimensionsOf(variants);
  expect(dimensions).toEqual({ down: "flavour", across: "volume" });
  if (dimensions === null) return;
  const matrix = matrixOf(variants, (each) => each, dimensions);
  expect(matrix.columns).toEqual(["330 ml", "500 ml", "1 L"]);
  expect(matrix.rows).toEqual(["a", "b", "c"]);
  expect(matrix.at("b", "1 L")).toBe(variants[0]);
  expect(matrix.at("a", "1 L")).toBeUndefined();
});

test("other products have no matrix", () => {
  expect(dimensionsOf([])).toBeNull();
  expect(dimensionsOf([variant("a", "1 L"), variant("b", "1 L")])).toBeNull();
  expect(dimensionsOf([variant("a", "1 L"), variant("b", "2 L", "M")])).toBeNull();
  expect(
    dimensionsOf([variant("a", "1 L"), variant("b", "2 L"), variant("a", "1 L")]),
  ).toBeNull();
});

test("a block of cells is read line by line", () => {
  expect(cellsOf("1\t2\r\n\t4\r\n")).toEqual([
    ["1", "2"],
    ["", "4"],
  ]);
  expect(cellsOf("7")).toEqual([["7"]]);
});
