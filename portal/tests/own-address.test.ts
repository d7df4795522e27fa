import { expect, test } from "vitest";

import { ownAddress } from "../src/features/identity/SignInPage";

test("one goes on where one wanted to", () => {
  expect(ownAddress("/orders/abc?tab=all")).toBe("/orders/abc?tab=all");
  expect(ownAddress(null)).toBe("/");
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "/..//evil.example/a",
  "/a/../..//evil.example",
  "/.\\/evil.example",
  "https://evil.example/",
  "javascript:alert(1)",
  " javascript:alert(1)",
  "data:text/html,hello",
  "//",
  "//[",
  "orders",
  "",
])("a link to the sign-in leads nowhere else by next=%j", (next) => {
  expect(ownAddress(next)).toBe("/");
});
