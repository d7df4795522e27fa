"""What a person has typed or sent survives the network, the session and the browser going away."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
import pytest
from playwright.async_api import Request, Route, expect

from tests.e2e.portal.conftest import PageAs, Server
from tests.e2e.portal.looking import has_stayed, mark
from tests.e2e.portal.pad import Pad
from tests.e2e.portal.words import Words
from tradeline_server.seed.story import PASSWORD

BUYER = "retailer-1@example.com"
ROWS = (("CBT-LJ-500", "60"), ("CBT-ML-330", "72"), ("SPK-YW-330", "48"))
APP = Words("app/texts.ts", "en")
END_SESSIONS = """
    DELETE FROM identity.session
     USING identity.account
     WHERE account.id = session.account_id AND account.email = $1
"""
COUNT_ORDERS = "SELECT count(*) FROM ordering.trade_order"


@pytest.fixture
async def pad(page_as: PageAs) -> Pad:
    """An empty one, which has asked and told the server all that it could."""
    pad = Pad(await page_as(BUYER, "en"), "en")
    await pad.open()
    await pad.clear()
    return pad


async def test_what_is_typed_without_a_network_is_saved_once_it_is_back(pad: Pad) -> None:
    page, context = pad.page, pad.page.context
    await pad.type(1, *ROWS[0])
    await pad.has(ready=1, problems=0)
    await mark(page)

    await context.set_offline(True)
    await pad.type(2, *ROWS[1])
    await expect(pad.bar).to_contain_text(pad.order("status.offline"))
    await expect(page.get_by_text(APP("offline.text"))).to_be_visible()
    await pad.type(3, *ROWS[2])
    await context.set_offline(False)

    await pad.has(ready=3, problems=0)
    assert await has_stayed(page)
    await expect(page.get_by_text(APP("offline.text"))).to_have_count(0)
    await page.reload()
    await holds(pad, ROWS)


async def test_what_is_typed_without_a_network_outlives_the_window(pad: Pad) -> None:
    context = pad.page.context
    await pad.type(1, *ROWS[0])
    await pad.has(ready=1, problems=0)
    await context.set_offline(True)
    await pad.type(2, *ROWS[1])
    await expect(pad.bar).to_contain_text(pad.order("status.offline"))
    await pad.page.close()
    await context.set_offline(False)

    again = Pad(await context.new_page(), "en")
    await again.open()

    await again.has(ready=2, problems=0)
    await holds(again, ROWS[:2])


async def test_an_order_placed_into_a_broken_network_is_there_once(
    pad: Pad, portal_server: Server
) -> None:
    page, words = pad.page, pad.review
    await pad.paste("\n".join("\t".join(row) for row in ROWS))
    await pad.has(ready=3, problems=0)
    await pad.go_to_review()
    count = await count_orders(portal_server)
    place = page.get_by_role("button", name=words("place"), exact=True)

    # First the request does not arrive, then it does and its answer is lost.
    await page.context.set_offline(True)
    await place.click()
    await expect(page.get_by_text(words("place.unknown"))).to_be_visible()
    await page.context.set_offline(False)
    assert await count_orders(portal_server) == count
    await page.route("**/graphql", lose_answers_to(is_placing))
    async with page.expect_event("requestfailed", is_placing):
        await place.click()
    await expect(page.get_by_text(words("place.unknown"))).to_be_visible()
    assert await count_orders(portal_server) == count + 1
    await page.unroute_all()

    await pad.place()
    assert await count_orders(portal_server) == count + 1


async def test_a_session_that_ends_is_renewed_over_the_page_and_nothing_typed_is_lost(
    pad: Pad, portal_server: Server
) -> None:
    page = pad.page
    await pad.type(1, *ROWS[0])
    await pad.has(ready=1, problems=0)
    await mark(page)

    await end_sessions(portal_server, BUYER)
    await pad.type(2, *ROWS[1])
    dialog = page.get_by_role("dialog", name=APP("session.title"))
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in", exact=True).click()

    await expect(dialog).to_have_count(0)
    await pad.has(ready=2, problems=0)
    await holds(pad, ROWS[:2])
    assert await has_stayed(page)


async def holds(pad: Pad, rows: tuple[tuple[str, str], ...]) -> None:
    for number, (code, quantity) in enumerate(rows, start=1):
        await expect(pad.code(number)).to_have_value(code)
        await expect(pad.quantity(number)).to_have_value(quantity)


def is_placing(request: Request) -> bool:
    body = request.post_data_json
    return isinstance(body, dict) and "orderDraftId" in body["variables"].get("input", {})


def lose_answers_to(
    is_meant: Callable[[Request], bool],
) -> Callable[[Route, Request], object]:
    """The server does what it is asked to, and nobody hears of it."""

    async def lose(route: Route, request: Request) -> None:
        if not is_meant(request):
            await route.continue_()
            return
        await route.fetch()
        await route.abort("connectionreset")

    return lose


async def count_orders(server: Server) -> int:
    conn = await asyncpg.connect(server.dsn)
    try:
        return int(await conn.fetchval(COUNT_ORDERS))
    finally:
        await conn.close()


async def end_sessions(server: Server, login: str) -> None:
    conn = await asyncpg.connect(server.dsn)
    try:
        assert await conn.execute(END_SESSIONS, login) != "DELETE 0"
    finally:
        await conn.close()
