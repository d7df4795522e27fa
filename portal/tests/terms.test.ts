import { describe, expect, it } from "vitest";

import {
  basisPointsOf,
  isAmount,
  percentOf,
  regionsOf,
} from "../src/features/organizations/relationship/numbers";

describe("what people write in terms", () => {
  it.each([
    ["1.25", 125],
    ["2", 200],
    ["0.5", 50],
    ["100", 10_000],
    ["100.01", null],
    ["1.255", null],
    ["-1", null],
    ["", null],
  ])("reads %j per cent as %j basis points", (text, points) => {
    expect(basisPointsOf(text)).toBe(points);
  });

  it.each([0, 5, 50, 125, 200, 1_000, 10_000])("writes %j basis points so that it reads them again", (points) => {
    expect(basisPointsOf(percentOf(points))).toBe(points);
  });

  it("reads regions with any commas between", () => {
    expect(regionsOf(" CN-SH，CN-JS, CN-ZJ ")).toEqual(["CN-SH", "CN-JS", "CN-ZJ"]);
    expect(regionsOf("  ")).toEqual([]);
  });

  it("takes amounts as digits alone", () => {
    expect(isAmount("3000.50")).toBe(true);
    expect(isAmount("3,000")).toBe(false);
    expect(isAmount("-3")).toBe(false);
  });
});
