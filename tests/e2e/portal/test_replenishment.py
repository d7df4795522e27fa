"""What is asked for as a picture, sheets of confirmations, and webhooks, in a browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.portal.conftest import Axe, Locale, PageAs
from tests.e2e.portal.looking import sideways
from tests.e2e.portal.words import Words

BRAND = "brand@example.com"
SUPPLIER = "supplier-2@example.com"
SHEET = "订单号,行号,确认数量,承诺日期,原因\nSO99999999,1,5,,\n"


@pytest.mark.parametrize(("locale", "width"), [("zh", 1280), ("en", 390)])
async def test_demand_is_drawn_with_its_forecast_and_told_in_a_table(
    page_as: PageAs, axe: Axe, locale: Locale, width: int
) -> None:
    words = Words("features/replenishment/demandTexts.ts", locale)
    page = await page_as(BRAND, locale, width)
    await page.goto("/replenishment?tab=CLEAR")
    link = page.get_by_role("table").get_by_role("link").first
    code = await link.inner_text()
    await link.click()

    chart = page.get_by_role("img", name=words("chart", code=code))
    await expect(chart).to_be_visible()
    await page.get_by_label(words("by"), exact=True).select_option("week")
    await page.locator("summary").filter(has_text=words("table")).click()
    table = page.get_by_role("table", name=words("table"))
    await expect(table.get_by_role("row").nth(1)).to_be_visible()
    await expect(page.get_by_role("heading", name=words("forecasts"))).to_be_visible()
    await axe(page)
    assert await sideways(page) <= 0


async def test_a_sheet_with_a_fault_is_shown_row_by_row_and_cannot_be_applied(
    page_as: PageAs,
) -> None:
    words = Words("features/replenishment/supplyTexts.ts", "en")
    page = await page_as(SUPPLIER, "en")
    await page.goto("/supply?tab=file")
    file = {"name": "sheet.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]

    await expect(page.get_by_text(words("faulty", count=1))).to_be_visible()
    await expect(page.get_by_role("cell", name="SO99999999")).to_be_visible()
    await expect(page.get_by_role("button", name=words("apply"))).to_be_disabled()


async def test_a_webhook_tells_its_secret_once_and_can_be_turned_off(
    page_as: PageAs, axe: Axe
) -> None:
    words = Words("features/replenishment/webhookTexts.ts", "en")
    people = Words("features/identity/people/texts.ts", "en")
    common = Words("shared/i18n/common.ts", "en")
    page = await page_as(SUPPLIER, "en")
    await page.goto("/setup/webhooks")
    await page.get_by_role("button", name=words("new")).click()
    form = page.get_by_role("dialog")
    await form.get_by_label(words("url")).fill("https://hooks.example.com/orders")
    await form.get_by_label(words("ORDER_PLACED")).check()
    await form.get_by_role("button", name=common("save")).click()

    told = page.get_by_role("dialog")
    secret = await told.get_by_label(words("secret"), exact=True).input_value()
    assert secret.startswith("whsec_")
    await told.get_by_role("button", name=people("done.copy")).click()
    assert secret not in await page.content()

    row = page.get_by_role("row").filter(has_text="https://hooks.example.com/orders")
    await row.get_by_role("button", name=words("turnOff")).click()
    await expect(row).to_contain_text(words("off.BY_HAND"))
    await row.get_by_role("button", name=words("deliveries")).click()
    await expect(page.get_by_role("dialog")).to_contain_text(words("deliveries.empty"))
    await axe(page)
