import { expect, test } from "vitest";

import { formatShare } from "../src/features/ordering/reports/charts";
import { amountOf, endOfDay, signOf, today, unsigned } from "../src/features/settlement/amounts";

const yuan = (amount: string) => ({ amount, currency: "CNY" });

test("a sum is above, at or below zero, however its zero is written", () => {
  expect(signOf(yuan("0.01"))).toBe("above");
  expect(signOf(yuan("-12.00"))).toBe("below");
  expect(["0", "0.00", "-0.00"].map((amount) => signOf(yuan(amount)))).toEqual([
    "zero",
    "zero",
    "zero",
  ]);
});

test("a sum without its sign keeps its digits", () => {
  expect(unsigned(yuan("-9007199254740993.10"))).toEqual(yuan("9007199254740993.10"));
});

test("a typed sum may be full-width, grouped and with a sign of currency", () => {
  expect(amountOf("１,２３４.５０")).toBe("1234.50");
  expect(amountOf(" ￥ 1，000 ")).toBe("1000");
});

test("what is no sum is none: words, signs, two points, nothing", () => {
  expect(["", "abc", "-5", "1.2.3", "1.", "1e3"].map(amountOf)).toEqual(Array(6).fill(null));
});

test("days are written by the calendar of this place", () => {
  expect(today(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});

test("a day ends when the next begins here, also at the end of a year", () => {
  const end = new Date(endOfDay("2026-12-31"));
  expect([end.getFullYear(), end.getMonth(), end.getDate(), end.getHours()]).toEqual([
    2027, 0, 1, 0,
  ]);
});

test("a share that is not quite all is not told as all", () => {
  expect(formatShare("0.99996", "en")).toBe("99.9%");
  expect(formatShare("1", "en")).toBe("100%");
  expect(formatShare(null, "en")).toBe("–");
});
