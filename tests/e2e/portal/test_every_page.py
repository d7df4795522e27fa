"""Every page of the portal, for somebody who may open it: whole, in one language, for everybody."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import HEIGHT, Axe, Locale, PageAs, fill_in
from tests.e2e.portal.looking import sideways
from tests.e2e.portal.pad import Pad
from tests.e2e.portal.words import SOURCES, all_keys
from tradeline_server.seed.story import PASSWORD

# Buys from the brand and sells to retailers, and may do everything.
OWNER = "trader-a@example.com"
BRAND: Final[dict[Locale, str]] = {"zh": "岭上棠饮品", "en": "Lingshangtang Drinks"}
ROUTE = re.compile(r'\bpage\("(/[^"]*)"')
PUBLIC = ("/invitation?token=none", "/password-reset?token=none", "/sign-in")
# Pages that are shown in parts, and those that lead to the papers of a page below them.
PARTS = {
    "/order": ("?tab=catalog", "?tab=pad", "?tab=grid", "?tab=lists"),
    "/orders": ("?state=all",),
    "/sales": ("?state=all",),
    "/replenishment": ("", "?tab=CLEAR", "?tab=done", "?tab=terms", "?tab=budgets"),
    "/supply": ("", "?tab=selling", "?tab=alerts", "?tab=file"),
    "/reconciliation": ("", "?tab=refunds", "?tab=resolved", "?tab=bills"),
    "/money": ("", "?tab=statements", "?tab=payments", "?tab=adjustments"),
}
# Of which this trader has no papers: it collects in no store's name.
UNBILLED = "/reconciliation/:id"
LOADED_MS_MAX = 10_000
STILL_LOADING = ".skeleton, [aria-busy='true']"
# What is read or heard of a page, but for what data and people's own words say.
TEXTS = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!["SCRIPT", "STYLE"].includes(node.parentElement.tagName)) texts.push(node.data.trim());
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      texts.push(element.getAttribute(name).trim());
    }
  }
  return texts.filter(text => text !== "");
}"""
HREFS = "links => links.map(link => link.getAttribute('href'))"
# The heads of a grid are what its goods are like: data, in the language it was given in.
HEADS = "th:not(.grid-table th), h2, legend, [role=tab], .field-label, main button"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BROKEN = re.compile(r"\{\{|\}\}|\bundefined\b|\bNaN\b|\[object |Invalid Date")


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_it_is_whole_accessible_and_in_one_language_on_a_desk_and_on_a_phone(
    page_as: PageAs, axe: Axe, locale: Locale
) -> None:
    page = await page_as(None, locale)
    faults, links = [], list[str]()
    for address in PUBLIC:
        faults += await look_at(page, address, axe)
    await fill_in(page, OWNER, PASSWORD, locale)
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    pad = Pad(page, locale, BRAND)
    await pad.open()
    await pad.paste("CBT-LJ-330\t2 CASE24\nNO-SUCH\t1")

    for route in routes():
        for address in addresses(route, links):
            faults += await look_at(page, address, axe)
            links += await page.locator("main a[href]").evaluate_all(HREFS)

    assert faults == []


def routes() -> list[str]:
    """Those behind the door, lists before what they list."""
    found = ROUTE.findall((SOURCES / "app/routes.tsx").read_text())
    public = {address.partition("?")[0] for address in PUBLIC}
    behind = sorted(set(found) - public, key=lambda route: (":" in route, route))
    return ["/", "/nowhere", *behind]


def addresses(route: str, links: list[str]) -> list[str]:
    """The parts of a page; or of one for many papers, the first that a list has led to."""
    if ":" not in route:
        return [route + part for part in PARTS.get(route, ("",))]
    folder = route.partition(":")[0]
    if route == UNBILLED:
        return [f"{folder}none~2026-11-01"]
    found = [link for link in links if re.fullmatch(re.escape(folder) + "[^/?]+", link)]
    assert found, f"no list leads to {route}"
    return found[:1]


async def look_at(page: Page, address: str, axe: Axe) -> list[str]:
    """What is wrong with the page, in words."""
    await page.goto(address)
    heading = page.get_by_role("heading", level=1)
    await expect(heading, address).to_have_count(1)
    await expect(heading, address).not_to_be_empty()
    faults = []
    for width, height in HEIGHT.items():
        await page.set_viewport_size({"width": width, "height": height})
        await expect(page.locator(STILL_LOADING), address).to_have_count(0, timeout=LOADED_MS_MAX)
        await axe(page)
        if (wider := await sideways(page)) > 0:
            faults.append(f"{address} is {wider} pixels wider than its {width}")
    texts = set(await page.evaluate(TEXTS))
    faults += [f"{address} shows the key {text}" for text in sorted(texts & all_keys())]
    faults += [f"{address} says {text!r}" for text in sorted(texts) if BROKEN.search(text)]
    if await page.locator("html").get_attribute("lang") == "en":
        heads = await page.locator(HEADS).all_inner_texts()
        faults += [f"{address} is headed {text}" for text in heads if CHINESE.search(text)]
    return faults
