import { beforeEach, expect, test, vi } from "vitest";

import { preload, preloadOnHint, registerPage } from "../src/app/preload";

const order = vi.fn(() => Promise.resolve());
const orders = vi.fn(() => Promise.reject(new Error("gone")));
const detail = vi.fn(() => Promise.resolve());
registerPage("/order", order);
registerPage("/orders", orders);
registerPage("/orders/:id", detail);
preloadOnHint();

beforeEach(() => vi.clearAllMocks());

test("the page of an address is fetched, and no other", () => {
  preload("/orders/T3JkZXI6MQ");
  expect([order, orders, detail].map((load) => load.mock.calls.length)).toEqual([0, 0, 1]);
});

test("a page that cannot be fetched is nobody's trouble before it is opened", async () => {
  preload("/orders");
  await Promise.resolve();
  expect(orders).toHaveBeenCalledOnce();
});

test("a link that is pointed at or focused fetches its page; one that leads away fetches none", () => {
  document.body.innerHTML = `
    <a id="own" href="/order?tab=pad"><span id="text">Order</span></a>
    <a id="away" href="https://example.com/order">Elsewhere</a>`;
  document.getElementById("away")?.dispatchEvent(new Event("pointerover", { bubbles: true }));
  expect(order).not.toHaveBeenCalled();
  document.getElementById("text")?.dispatchEvent(new Event("pointerover", { bubbles: true }));
  document.getElementById("own")?.dispatchEvent(new Event("focusin", { bubbles: true }));
  expect(order).toHaveBeenCalledTimes(2);
});
