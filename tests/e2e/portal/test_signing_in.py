"""The way in: the form, the frame around all pages, and who is not let in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2
import pytest
from playwright.async_api import Browser, expect

from tests.e2e.portal.conftest import Axe, Locale, PageAs, Server, fill_in
from tests.e2e.portal.looking import sideways

BUYER = "retailer-3.buyer@example.com"
NAVIGATION = {"zh": "订货", "en": "Order"}
INLINE_SCRIPT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.hasRun = true";
  document.head.append(script);
  return window.hasRun === true;
}"""
SOCKET = """url => new Promise(done => {
  const socket = new WebSocket(`${url}/graphql`, "graphql-transport-ws");
  socket.onopen = () => done(true);
  socket.onerror = () => done(false);
})"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_who_signs_in_finds_the_frame_around_all_pages(
    page_as: PageAs, axe: Axe, locale: Locale, width: int
) -> None:
    page = await page_as(None, locale, width)
    await axe(page)
    await fill_in(page, BUYER, "tradeline-demo", locale)

    await expect(page.get_by_role("banner")).to_be_visible()
    await expect(page.get_by_role("main")).to_be_visible()
    await expect(page.get_by_role("link", name=NAVIGATION[locale]).first).to_be_visible()
    await expect(page.locator("html")).to_have_attribute(
        "lang", "zh-CN" if locale == "zh" else "en"
    )
    assert await sideways(page) <= 0
    await axe(page)


def test_the_terminal_says_where_the_portal_is(portal_server: Server) -> None:
    assert f"The portal is at {portal_server.url}" in portal_server.log.read_text()


async def test_a_wrong_password_is_refused_in_words_and_lets_nobody_in(
    page_as: PageAs, axe: Axe
) -> None:
    page = await page_as(None, "en")
    await fill_in(page, BUYER, "tradeline-dem0", "en")

    await expect(page.get_by_role("alert")).to_contain_text("password")
    await axe(page)
    await page.goto("/orders")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


async def test_after_signing_in_one_is_where_one_wanted_to_be(page_as: PageAs) -> None:
    page = await page_as(None, "en")
    await page.goto("/orders?state=PLACED")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    await fill_in(page, BUYER, "tradeline-demo", "en")

    await page.wait_for_url("**/orders?state=PLACED")


async def test_the_browser_sends_hashes_and_the_server_runs_no_other_documents(
    page_as: PageAs, ask: Callable[..., Awaitable[httpx2.Response]]
) -> None:
    sent: list[dict[str, object]] = []
    page = await page_as(None, "en")
    page.on(
        "request",
        lambda request: sent.append(request.post_data_json) if request.post_data else None,
    )
    await fill_in(page, BUYER, "tradeline-demo", "en")
    await expect(page.get_by_role("banner")).to_be_visible()

    assert sent
    assert not any("query" in body for body in sent)
    answer = (await ask(query="{ ping }")).json()
    assert answer["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_the_page_runs_no_script_but_ours_and_opens_its_own_socket(
    browser: Browser, portal_server: Server
) -> None:
    page = await browser.new_page(base_url=portal_server.url)
    response = await page.goto("/sign-in")
    assert response is not None
    assert response.headers["content-encoding"] == "br"

    ran = await page.evaluate(INLINE_SCRIPT)
    opened = await page.evaluate(SOCKET, portal_server.url.replace("http", "ws"))

    await page.close()
    assert (ran, opened) == (False, True)
