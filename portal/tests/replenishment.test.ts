import { expect, test } from "vitest";

import { byUrgency, quantityOf, shortened } from "../src/features/replenishment/lines";
import { type Demand, dayAfter, daysOf, weeksOf } from "../src/features/replenishment/series";

test("only whole numbers above zero are quantities", () => {
  expect(quantityOf(" 12 ")).toBe(12);
  for (const text of ["", "0", "-1", "1.5", "1e3", "12 CASE"]) expect(quantityOf(text)).toBeNull();
});

test("what runs out first comes first, and what nobody asks for last", () => {
  const lines = [{ daysOfCover: null }, { daysOfCover: "12.5" }, { daysOfCover: "3" }];
  expect(lines.toSorted(byUrgency).map(({ daysOfCover }) => daysOfCover)).toEqual([
    "3",
    "12.5",
    null,
  ]);
});

test("figures are cut, not rounded up to what is not there", () => {
  expect(shortened("12.99")).toBe("12.9");
  expect(shortened("12.000000", 3)).toBe("12");
  expect(shortened("7")).toBe("7");
});

const DEMAND = {
  daysOfCover: null,
  days: [
    { on: "2026-11-01", quantity: 4, returned: 1, isPromoted: true, isUnknown: false },
    { on: "2026-11-03", quantity: 0, returned: 0, isPromoted: false, isUnknown: true },
  ],
  sellIn: [{ on: "2026-11-02", quantity: 24 }],
  forecasts: [1, 2].map((factor) => ({
    days: ["2026-11-03", "2026-11-04"].map((on) => ({
      on,
      mean: String(2 * factor),
      low: String(factor),
      high: String(3 * factor),
    })),
  })),
} as unknown as Demand;

test("days on which nothing was sold are drawn, and forecasts only of days to come", () => {
  const days = daysOf(DEMAND, "2026-11-01", "2026-11-03", 30);
  expect(days.map(({ on, sold, mean }) => [on, sold, mean])).toEqual([
    ["2026-11-01", 4, null],
    ["2026-11-02", 0, null],
    ["2026-11-03", 0, null],
    ["2026-11-04", null, 6],
  ]);
  expect(days[1]?.sellIn).toBe(24);
  expect(days[2]?.isUnknown).toBe(true);
});

test("weeks end with the last day that is over", () => {
  const days = daysOf(DEMAND, "2026-10-28", "2026-11-03", 30);
  const weeks = weeksOf(days, "2026-11-03");
  expect(weeks.map(({ on, sold }) => [on, sold])).toEqual([
    ["2026-10-28", 4],
    ["2026-11-04", null],
  ]);
  expect(weeks[0]).toMatchObject({ isPromoted: true, isUnknown: true, sellIn: 24 });
});

test("a month's end is no obstacle", () => {
  expect(dayAfter("2026-02-28", 1)).toBe("2026-03-01");
  expect(dayAfter("2026-01-01", -1)).toBe("2025-12-31");
});
