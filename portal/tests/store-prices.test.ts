import { expect, test } from "vitest";

import { markupText, readPrice, readWhole } from "../src/features/channels/prices";

test("a price is typed as it is, a markup with its sign and percent", () => {
  expect(readPrice(" 9.90 ")).toEqual({ unitPrice: "9.90" });
  expect(readPrice("+25%")).toEqual({ markupBasisPoints: 2500 });
  expect(readPrice("-2.5 %")).toEqual({ markupBasisPoints: -250 });
  expect(readPrice("＋30％")).toEqual({ markupBasisPoints: 3000 });
  for (const text of ["", "25%", "9.905", "1e3", "abc", "-3"]) {
    expect(readPrice(text)).toBeNull();
  }
});

test("a count may be left out, and is one or more", () => {
  expect(readWhole("")).toBeNull();
  expect(readWhole("12")).toBe(12);
  for (const text of ["0", "-1", "1.5", "x"]) {
    expect(readWhole(text)).toBeUndefined();
  }
});

test("markups read as they are typed", () => {
  expect(markupText(2500)).toBe("+25");
  expect(markupText(-250)).toBe("−2.5");
});
