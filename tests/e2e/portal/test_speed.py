"""What a person waits for, measured in the browser. A machine may be busy: it has three tries, and
one that does much else at the same time measures nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.portal.conftest import PageAs, Server, fill_in
from tests.e2e.portal.goods import more_goods
from tests.e2e.portal.pad import Pad
from tests.e2e.portal.words import Words
from tradeline_server.seed.story import PASSWORD

BUYER = "retailer-1@example.com"
ROWS = 1_000
PASTE_SECONDS_MAX = 3.0
OFFERS = 50
CATALOG_SECONDS_MAX = 1.0
FIRST_LOAD_BYTES_MAX = 250_000
TRIES_MAX = 3
# Our own browser and server come to less than two.
LOAD_OF_A_CORE_MAX = 3.0
CATALOG = Words("features/ordering/catalog/catalogTexts.ts", "en")


async def test_a_thousand_pasted_rows_are_previewed_in_time(
    page_as: PageAs, portal_server: Server
) -> None:
    codes = await more_goods(portal_server.dsn, "MANY", ROWS)
    block = "\n".join(f"{code}\t12" for code in codes)
    pad = Pad(await page_as(BUYER, "en"), "en")
    await pad.open()

    async def paste() -> float:
        await pad.clear()
        begin = time.monotonic()
        await pad.paste(block)
        await pad.bar.get_by_text(pad.order("bar.ready", count=f"{ROWS:,}")).wait_for()
        return time.monotonic() - begin

    assert await at_best(paste, PASTE_SECONDS_MAX) <= PASTE_SECONDS_MAX
    await pad.has(ready=ROWS, problems=0)
    await pad.clear()


async def test_a_page_of_the_catalog_is_usable_in_time(
    page_as: PageAs, portal_server: Server
) -> None:
    await more_goods(portal_server.dsn, "SHELF", OFFERS)

    async def open_catalog() -> float:
        page = await page_as(BUYER, "en")
        link = page.get_by_role("link", name=Words("app/texts.ts", "en")("nav.order"), exact=True)
        await expect(link.first).to_be_visible()
        begin = time.monotonic()
        await link.first.click()
        rows = page.get_by_role("table", name=CATALOG("caption")).locator("tbody tr")
        last = rows.nth(OFFERS - 1)
        await last.get_by_text("¥").first.wait_for()
        await last.get_by_role("textbox").wait_for()
        return time.monotonic() - begin

    assert await at_best(open_catalog, CATALOG_SECONDS_MAX) <= CATALOG_SECONDS_MAX


async def test_the_first_load_is_small(page_as: PageAs) -> None:
    page = await page_as(None, "en")
    sizes: list[float] = []
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.on("Network.loadingFinished", lambda event: sizes.append(size_of(event)))

    await page.goto("/sign-in?next=/order")
    await fill_in(page, BUYER, PASSWORD, "en")
    table = page.get_by_role("table", name=CATALOG("caption"))
    await table.get_by_role("textbox").first.wait_for()

    assert len(sizes) > 2
    assert sum(sizes) <= FIRST_LOAD_BYTES_MAX


def size_of(event: dict[str, Any]) -> float:
    """As it came over the wire, head and all."""
    return float(event["encodedDataLength"])


async def at_best(measure: Callable[[], Awaitable[float]], enough: float) -> float:
    seconds = [await measure()]
    while min(seconds) > enough and len(seconds) < TRIES_MAX:
        seconds.append(await measure())
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    if min(seconds) > enough and load > LOAD_OF_A_CORE_MAX:
        pytest.skip(f"The machine is too busy to measure anything: {load:.1f} wait for each core.")
    return min(seconds)
