import { expect, test } from "vitest";

import { payersOf, percentOf, pointsOf } from "../src/features/marketing/shares";

test("a percentage becomes whole points, and points a percentage", () => {
  expect(["60", "12.5", "0.01", " 100 ", ""].map(pointsOf)).toEqual([6000, 1250, 1, 10_000, 0]);
  expect([6000, 1250, 1, 10_000, 0].map(percentOf)).toEqual(["60", "12.5", "0.01", "100", "0"]);
});

test("what is no share is not taken for one", () => {
  expect(["100.01", "-1", "33.333", "1,5", "a third"].map(pointsOf)).toEqual(
    Array.from({ length: 5 }, () => null),
  );
});

test("only those on the route of every chosen store can bear a share", () => {
  const tier = (id: string) => ({ organization: { id, name: id } });
  const [shop, trader, brand] = [tier("shop"), tier("trader"), tier("brand")];
  const one = { id: "1", route: [shop, trader, brand] };
  const two = { id: "2", route: [tier("other"), brand, { organization: null }] };
  expect(payersOf([one]).map(({ id }) => id)).toEqual(["shop", "trader", "brand"]);
  expect(payersOf([one, two]).map(({ id }) => id)).toEqual(["brand"]);
  expect(payersOf([])).toEqual([]);
});
