"""A consumer's order in the portal: handed over by its code, taken back in part, and its money seen
by each party as far as it is theirs. The consumer has the mini-program's documents and no more."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import Axe, PageAs, Screenshot, Server
from tests.e2e.portal.looking import OTHERS_SEE_IT_MS
from tests.e2e.portal.words import Words
from tests.e2e.shopping.street import SECONDS_MAX, Consumer, Street
from tradeline.kernel import open_pool
from tradeline_server.bench.system import System
from tradeline_server.seed.stores import APP_ID
from tradeline_server.seed.story import NETWORK_CODE
from tradeline_server.wechat.beside import Beside

CLERK, TRADER, BRAND = (f"{name}@example.com" for name in ("retailer-1", "trader-a", "brand"))
# Of the store's own stock.
WANTED = ("FRT-BT-330", 2)
# From the brand over three legs, with a coupon, and one bottle of it went back.
TOLD = "CO00000001"
REFUNDED_MS_MAX = 30_000


@pytest.fixture
async def street(portal_server: Server) -> AsyncIterator[Street]:
    """The browser's own server, as consumers come to it."""
    announced = json.loads((portal_server.log.parent / "server.json").read_text())
    host, port = portal_server.url.removeprefix("http://").split(":")
    owner = await open_pool(portal_server.dsn, role=None, max_size=2)
    network_id = await owner.fetchval(
        "SELECT id FROM organizations.network WHERE code = $1", NETWORK_CODE
    )
    wechat = Beside(pid=0, url=announced["wechat_simulator"], app_id=APP_ID, environment={})
    async with httpx2.AsyncClient(trust_env=False, timeout=SECONDS_MAX) as client:
        yield Street(
            system=System(host, int(port), (), 0, (), wechat),
            owner=owner,
            network_id=network_id,
            dsn=portal_server.dsn,
            wechat=wechat,
            client=client,
        )
    owner.terminate()


async def test_a_clerk_hands_over_by_code_and_what_comes_back_is_seen_on_the_trail(
    street: Street, page_as: PageAs, axe: Axe, screenshot: Screenshot
) -> None:
    consumer, order = await somebody_orders(street)
    page = await page_as(CLERK, "en", 390)
    await page.goto("/store-sales")
    await page.get_by_label("Find a sale").fill(order["number"])
    await page.get_by_role("link", name=order["number"]).click()
    await expect(page.get_by_role("heading", name=order["number"], level=1)).to_be_visible()
    await expect(page.locator("main").get_by_text("To pick up")).to_be_visible()
    await axe(page)
    await page.get_by_role("link", name="Hand over by code").click()

    await hands_over(page, wrong_code(order["pickupCode"]))
    await expect(page.get_by_role("alert")).to_contain_text("Not found")
    await hands_over(page, order["pickupCode"])
    await expect(page.get_by_text("The code fits: hand these over")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text=WANTED[0])).to_contain_text("2 EA")
    await axe(page)
    await screenshot(page, "hand-over")
    done = await consumer.ask("ShopOrder", id=order["id"])
    assert (done["state"], done["pickupCode"]) == ("COMPLETED", None)
    await page.get_by_role("button", name="Next, please").click()
    await hands_over(page, order["pickupCode"])
    await expect(page.get_by_role("alert")).to_contain_text("used before")

    await asks_back(consumer, done)
    await page.goto("/store-sales?search=" + order["number"])
    await page.get_by_role("link", name=order["number"]).click()
    await expect(trail(page).locator(".trail-back")).to_have_count(0)
    await page.get_by_role("button", name="Accept", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    await expect(trail(page).locator("g.trail-back")).not_to_have_count(0)
    await expect(page.get_by_text("Refund arrived")).to_be_visible(timeout=REFUNDED_MS_MAX)
    await expect(page.get_by_text("Adds up to the cent")).to_be_visible()
    await axe(page)
    refunded = await consumer.ask("ShopOrder", id=order["id"])
    assert refunded["refundedAmount"]["amount"] == "7.50"


async def test_each_party_sees_its_own_edges_of_a_sale_and_no_others(
    page_as: PageAs, axe: Axe, screenshot: Screenshot
) -> None:
    page = await page_as(TRADER, "en")
    await opens(page, TOLD)
    picture = trail(page)
    await expect(picture.locator(".trail-head")).to_have_count(3)
    await expect(picture.get_by_text("not yours to see")).to_have_count(2)
    await expect(page.get_by_text("Consumer", exact=True)).to_have_count(0)
    seen = await page.locator("main").inner_text()
    others = {await net_of(page_as, CLERK), await net_of(page_as, BRAND)}
    own = await own_net(page)
    assert own in seen
    assert not others & set(re.findall(r"CN¥[\d.,]+", seen))
    assert "134.50" not in seen, "what the consumer's goods came to"

    await picture.get_by_role("button", name="Goods returned").first.click()
    await expect(page.locator(".trail-why")).to_contain_text("gives their price back to")
    await page.get_by_text("Show as a table").click()
    rows = picture.locator("tbody tr")
    await expect(rows).to_have_count(await picture.locator("g.trail-flow").count())
    await axe(page)
    await screenshot(page, "money-trail")


async def test_a_supplier_ships_its_part_and_the_store_sees_it_at_once(
    page_as: PageAs, axe: Axe, screenshot: Screenshot
) -> None:
    supplier, store = await page_as(TRADER, "zh", 390), await page_as(CLERK, "zh")
    words = Words("features/shopping/texts.ts", "zh")
    await supplier.goto("/store-sales?state=TO_SHIP")
    await supplier.locator("tbody").get_by_role("link").first.click()
    await store.goto("/store-sales?state=TO_SHIP")
    await store.locator("tbody").get_by_role("link").first.click()
    await expect(store.get_by_text(words("shipments.empty"))).to_be_visible()

    await supplier.get_by_role("button", name=words("step.SHIP")).click()
    await axe(supplier)
    await screenshot(supplier, "sale-ship")
    dialog = supplier.get_by_role("dialog")
    await dialog.get_by_label(words("ship.carrier")).fill("示例快运")
    await dialog.get_by_role("button", name=words("step.SHIP")).click()

    await expect(supplier.get_by_role("button", name=words("step.SHIP"))).to_have_count(0)
    await expect(store.get_by_text("示例快运")).to_be_visible(timeout=OTHERS_SEE_IT_MS)


async def somebody_orders(street: Street) -> tuple[Consumer, Any]:
    """Paid, and waiting in the store; with the code that the consumer is shown."""
    consumer = await street.arrival()
    await consumer.log_in()
    store = await street.store("XUHUI")
    code, units = WANTED
    found = await consumer.ask("ShopOffers", storeId=store, search=code, first=5)
    [sku] = [edge["node"]["sku"]["id"] for edge in found["edges"]]
    placed = await consumer.order(
        await consumer.fill(store, {sku: units}), delivery="PICKUP", startsPayment=True
    )
    assert placed["errors"] == []
    await consumer.pay(placed["call"])
    return consumer, await consumer.until(
        placed["order"]["id"], lambda seen: seen["state"] == "TO_PICK_UP"
    )


async def asks_back(consumer: Consumer, order: Any) -> None:
    [line] = order["lines"]
    lines = [{"lineId": line["id"], "quantity": 1}]
    await consumer.do("ShopAfterSaleRequest", orderId=order["id"], lines=lines, reason="买多了")


async def hands_over(page: Page, code: str) -> None:
    await page.get_by_label("Pick-up code").fill(code)
    await page.get_by_role("button", name="Check and hand over").click()


def wrong_code(code: str) -> str:
    """Of the same length, and nobody's."""
    return "".join(str((int(digit) + 5) % 10) for digit in code)


async def opens(page: Page, number: str) -> None:
    await page.goto("/store-sales?search=" + number)
    await page.get_by_role("link", name=number).click()
    await expect(page.locator(".trail")).to_be_visible()


def trail(page: Page) -> Any:
    return page.locator("section").filter(has=page.get_by_role("heading", name="Money trail"))


async def own_net(page: Page) -> str:
    return await page.locator(".trail-net.is-mine strong").inner_text()


async def net_of(page_as: PageAs, login: str) -> str:
    page = await page_as(login, "en")
    await opens(page, TOLD)
    return await own_net(page)
