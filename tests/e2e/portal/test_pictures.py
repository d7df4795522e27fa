"""The README's pictures of pages that no story passes at the right moment."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.portal.conftest import PageAs, Screenshot
from tests.e2e.portal.words import Words

CATALOG = Words("features/ordering/catalog/catalogTexts.ts", "en")
SALES = Words("features/ordering/list/texts.ts", "en")
REPORTS = Words("features/ordering/reports/texts.ts", "en")
DEMAND = Words("features/replenishment/demandTexts.ts", "en")
ROWS_MIN = 8


async def test_a_buyer_sees_the_catalog_on_a_phone(page_as: PageAs, screenshot: Screenshot) -> None:
    page = await page_as("retailer-3@example.com", "en", 390)
    await page.goto("/order")
    boxes = page.get_by_role("table", name=CATALOG("caption")).get_by_role("textbox")
    await expect(boxes.nth(ROWS_MIN)).to_be_attached()
    await screenshot(page, "phone")


async def test_a_trader_sees_who_waits_and_what_was_sold(
    page_as: PageAs, screenshot: Screenshot
) -> None:
    page = await page_as("trader-a@example.com", "en")
    await page.goto("/sales?state=all")
    rows = page.get_by_role("table", name=SALES("sales.caption")).get_by_role("row")
    await expect(rows.nth(ROWS_MIN)).to_be_attached()
    await screenshot(page, "sales")

    await page.goto("/reports")
    await page.get_by_label(REPORTS("side"), exact=True).select_option(
        label=REPORTS("side.SELLING")
    )
    await page.get_by_label(REPORTS("months"), exact=True).select_option("6")
    await expect(page.get_by_role("img", name=REPORTS("months.label"))).to_be_visible()
    await expect(page.get_by_role("img", name=REPORTS("top.label"))).to_be_visible()
    await screenshot(page, "reports")


async def test_a_planner_sees_what_to_order_and_what_was_asked_for(
    page_as: PageAs, screenshot: Screenshot
) -> None:
    page = await page_as("brand@example.com", "en")
    await page.goto("/replenishment")
    rows = page.get_by_role("table").get_by_role("row")
    await expect(rows.nth(2)).to_be_visible()
    await screenshot(page, "replenishment")

    link = page.get_by_role("table").get_by_role("link").nth(1)
    code = await link.inner_text()
    await link.click()
    await page.get_by_label(DEMAND("by"), exact=True).select_option("week")
    await expect(page.get_by_role("img", name=DEMAND("chart", code=code))).to_be_visible()
    await screenshot(page, "demand")
