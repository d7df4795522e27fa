import { expect, test } from "vitest";

import type { ResolvedRow } from "../src/features/ordering/draft/keeper";
import type { Row } from "../src/features/ordering/draft/rows";
import { countOf, fixesOf } from "../src/features/ordering/pad/fixes";
import { cellOfAddress } from "../src/features/ordering/pad/usePad";

const CASE = { id: "p", code: "CASE12", name: "箱", nameEn: "Case", units: 12 };
const BASE = { id: "b", code: "EA", name: "EA", nameEn: "", units: 1 };
const path = ["rows", "0", "quantityText"];
const amount = (value: number) => ({ amount: value, unit: "EA" });

function texts(quantityText: string, pack: typeof CASE, problems: readonly object[]): unknown[] {
  const row: Row = { key: 1, code: "X", quantityText, skuId: null };
  const resolved = { ...row, pack, problems } as unknown as ResolvedRow;
  const fixes = [...fixesOf(row, resolved).values()].flat();
  return fixes.map((fix) => (fix.kind === "remove" ? "remove" : fix.values.quantityText));
}

const tooFew = { __typename: "BelowMinimum", path, message: "", minimum: amount(24) };
const between = (lower: number, upper: number) => ({
  __typename: "OutOfStep",
  path,
  message: "",
  lower: amount(lower),
  upper: amount(upper),
});
const short = (available: number) => ({
  __typename: "NotEnoughStock",
  path,
  message: "",
  available: amount(available),
});

test("a quantity is raised in the pack that was asked for, if it comes out even", () => {
  expect(texts("1 箱", CASE, [tooFew])).toEqual(["2 CASE12"]);
  expect(texts("1 箱", CASE, [short(30)])).toEqual(["30 EA"]);
});

test("a plain number stays one, and a named base unit stays named", () => {
  expect(texts("7", BASE, [tooFew])).toEqual(["24"]);
  expect(texts("7 EA", BASE, [tooFew])).toEqual(["24 EA"]);
});

test("the next lower step is no offer where it is nothing", () => {
  expect(texts("7", BASE, [between(0, 12)])).toEqual(["12"]);
  expect(texts("13", BASE, [between(12, 24)])).toEqual(["12", "24"]);
});

test("what clears two problems is offered once", () => {
  expect(texts("7", BASE, [tooFew, between(12, 24)])).toEqual(["24", "12"]);
});

test("where nothing is left of it, the row can go", () => {
  expect(texts("7", BASE, [short(0)])).toEqual(["remove"]);
});

test("how many were asked for is known, in whatever width, when the pack is not", () => {
  const of = (quantityText: string) => countOf({ quantityText } as ResolvedRow);
  expect([of("2 BOX"), of("１２ 盒"), of("many")]).toEqual(["2", "12", null]);
});

test("an address names a row as the server counts them, and the cell that is wrong in it", () => {
  const wrong = { problems: [{ __typename: "QuantityUnclear", path, message: "" }] };
  const draft = {
    places: [7, 4],
    resolved: new Map([[4, wrong as unknown as ResolvedRow]]),
  };
  expect(cellOfAddress("2", draft)).toEqual({ key: 4, field: "quantityText" });
  expect(cellOfAddress("1", draft)).toEqual({ key: 7, field: "code" });
  for (const row of [null, "", "0", "3", "1.5", "x"]) expect(cellOfAddress(row, draft)).toBeNull();
});
