import { expect, test } from "vitest";

import { isUnloaded } from "../src/app/unloaded";

test.each([
  new Error("Unable to preload CSS for /assets/StatementPage-B2x.css"),
  new TypeError("Failed to fetch dynamically imported module: http://127.0.0.1/assets/a.js"),
  new TypeError("error loading dynamically imported module: http://127.0.0.1/assets/a.js"),
  new TypeError("Importing a module script failed."),
])("a part that did not arrive is known by what is said of it: $message", (error) => {
  expect(isUnloaded(error)).toBe(true);
});

test("a page that broke is not taken for one that did not arrive", () => {
  expect(isUnloaded(new TypeError("Cannot read properties of undefined (reading 'module')"))).toBe(
    false,
  );
  expect(isUnloaded(new Error("Too many important things"))).toBe(false);
  expect(isUnloaded("Unable to preload CSS")).toBe(false);
  expect(isUnloaded(null)).toBe(false);
});
