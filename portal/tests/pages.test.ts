import { expect, test } from "vitest";

import { PAGES, mayOpen, pagesFor, ruleFor } from "../src/app/pages";
import type { Permission } from "../src/gql/graphql";

const BOTH = { buys: true, sells: true };
const has = (...permissions: Permission[]) => new Set(permissions);

test("whoever may do nothing sees no page but their own", () => {
  expect(pagesFor(has(), BOTH)).toEqual([]);
  for (const { path } of PAGES) expect(mayOpen(path, has())).toBe(false);
  expect(mayOpen("/", has())).toBe(true);
  expect(mayOpen("/account", has())).toBe(true);
});

test("a page below another follows its rule, and a namesake does not", () => {
  expect(ruleFor("/orders/abc")?.path).toBe("/orders");
  expect(ruleFor("/order/review")?.path).toBe("/order");
  expect(mayOpen("/setup/price-lists/x", has("PRICE_READ"))).toBe(false);
  expect(mayOpen("/setup/price-lists/x", has("PRICE_MANAGE"))).toBe(true);
});

test("a buyer's clerk sees what ordering takes, and of set-up only their own codes", () => {
  const clerk = has("ORDER_PLACE", "ORDER_READ", "CATALOG_READ", "PRICE_READ");
  const paths = pagesFor(clerk, { buys: true, sells: false }).map(({ path }) => path);
  expect(paths).toEqual(["/order", "/orders", "/supply", "/reports", "/setup/own-codes"]);
});

test("whoever only sells has no link to purchases, but is not shut out", () => {
  const seller = has("ORDER_READ", "ORDER_CONFIRM");
  const paths = pagesFor(seller, { buys: false, sells: true }).map(({ path }) => path);
  expect(paths).toEqual(["/sales", "/supply", "/reports"]);
  expect(mayOpen("/orders", seller)).toBe(true);
});

test("every page needs some permission, and each stands once", () => {
  for (const page of PAGES) expect(page.needs.length).toBeGreaterThan(0);
  expect(new Set(PAGES.map(({ path }) => path)).size).toBe(PAGES.length);
});
