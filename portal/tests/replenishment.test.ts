import { expect, test } from "vitest";

import { quantityOf, shortened } from "../src/features/replenishment/lines";
import { type Demand, dayAfter, daysOf, weeksOf } from "../src/features/replenishment/series";
import {
  BEGUN,
  NOTHING,
  type Term,
  changed,
  faultsIn,
  inputOf,
} from "../src/features/replenishment/termValues";

test("only whole numbers above zero are quantities", () => {
  expect(quantityOf(" 12 ")).toBe(12);
  for (const text of ["", "0", "-1", "1.5", "1e3", "12 CASE"]) expect(quantityOf(text)).toBeNull();
});

test("figures are cut, not rounded up to what is not there", () => {
  expect(shortened("12.99")).toBe("12.9");
  expect(shortened("12.000000", 3)).toBe("12");
  expect(shortened("7")).toBe("7");
});

const DEMAND = {
  daysOfCover: null,
  days: [
    { on: "2026-11-01", quantity: "4", returned: "1", isPromoted: true, isUnknown: false },
    { on: "2026-11-03", quantity: "0", returned: "0", isPromoted: false, isUnknown: true },
  ],
  sellIn: [{ on: "2026-11-02", quantity: "24" }],
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

test("what several are expected to ask for is as far off as errors that cancel out in part", () => {
  const [, , , ahead] = daysOf(DEMAND, "2026-11-01", "2026-11-03", 30);
  // One and two below and above: the root of five, and not three.
  expect(ahead?.mean).toBe(6);
  expect(ahead?.low).toBeCloseTo(6 - Math.sqrt(5));
  expect(ahead?.high).toBeCloseTo(6 + Math.sqrt(5));
});

test("a week is as far off as its days together", () => {
  const day = { sold: null, sellIn: 0, returned: 0, isPromoted: false, isUnknown: false };
  const days = ["2026-11-04", "2026-11-05", "2026-11-06", "2026-11-07"].map((on) => ({
    ...day,
    on,
    mean: 5,
    low: 4,
    high: 7,
  }));
  const [week] = weeksOf(days, "2026-11-03");
  expect(week).toMatchObject({ sold: null, mean: 20 });
  expect(week?.low).toBeCloseTo(18);
  expect(week?.high).toBeCloseTo(24);
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

const TERM = {
  leadTimeDays: 7,
  leadTimeSpreadDays: "1.5",
  serviceLevel: "0.95",
  reviewDays: 7,
  confirmDays: 2,
  orderMinimum: 12,
  shelfLifeDays: 90,
  maxCoverDays: null,
} as unknown as Term;

test("what is left empty for several terms stays as it is in each", () => {
  const typed = { ...NOTHING, reviewDays: " 14 ", maxCoverDays: "60" };
  const input = inputOf(
    { relationshipId: "r", skuId: "s", packId: "p" },
    changed(TERM, typed),
  );
  expect(input).toEqual({
    relationshipId: "r",
    skuId: "s",
    packId: "p",
    leadTimeDays: 7,
    leadTimeSpreadDays: "1.5",
    serviceLevel: "0.95",
    reviewDays: 14,
    confirmDays: 2,
    orderMinimum: 12,
    shelfLifeDays: 90,
    maxCoverDays: 60,
  });
});

test("figures of terms are figures, and some may be left out", () => {
  expect(faultsIn(BEGUN)).toEqual([]);
  expect(faultsIn(NOTHING)).toHaveLength(6);
  const odd = { ...BEGUN, leadTimeDays: "2.5", serviceLevel: "95%", shelfLifeDays: "-1" };
  expect(faultsIn(odd)).toEqual(["leadTimeDays", "serviceLevel", "shelfLifeDays"]);
});
