"""A supplier and the brand on the same order: from the proposal to the scorecard, in browsers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.e2e.portal.conftest import Axe, PageAs
from tests.e2e.portal.looking import OTHERS_SEE_IT_MS
from tests.e2e.portal.words import Words
from tradeline.kernel import TRADE_ZONE

LOCALE: Final = "en"
COMMON = Words("shared/i18n/common.ts", LOCALE)
DETAIL = Words("features/ordering/detail/texts.ts", LOCALE)
PROPOSALS = Words("features/replenishment/texts.ts", LOCALE)
RECEIVING = Words("features/ordering/detail/receivingTexts.ts", LOCALE)
SUBSTITUTES = Words("features/ordering/detail/substituteTexts.ts", LOCALE)
SUPPLY = Words("features/replenishment/supplyTexts.ts", LOCALE)
BRAND = "brand@example.com"
SUPPLIER = "supplier-2@example.com"
SUPPLIER_NAME = "Quanyu Bottling"
SUPPLIER_NAME_ZH = "泉屿果饮"
BRAND_NAME = "Lingshangtang Drinks"
INSTEAD = "CBT-LJ-330"
REPLACED = 96
ELSEWHERE = "Huzhou national warehouse"
SOON = (datetime.now(TRADE_ZONE) + timedelta(days=5)).date().isoformat()


async def test_from_what_is_proposed_to_what_the_supplier_is_known_for(
    page_as: PageAs, axe: Axe
) -> None:
    brand, supplier = await page_as(BRAND, LOCALE), await page_as(SUPPLIER, LOCALE)
    before = await scorecard_of(brand, "buying", SUPPLIER_NAME)

    ordered = await accept_proposals(brand)
    [cut, refused, replaced] = ordered
    await open_order(supplier, "/sales?state=TO_CONFIRM", brand.url)
    await confirm_partly(supplier, cut, refused, ordered)
    await offer_substitutes(supplier, replaced, cut)
    await axe(supplier)

    await accept_substitute(brand)
    await ship_with_notice(supplier)
    await receive_with_damage(brand, cut)
    await axe(brand)

    after = await scorecard_of(brand, "buying", SUPPLIER_NAME)
    assert after != before
    for figure in ("short", "damaged"):
        assert after[figure] not in ("–", "0 %", before[figure])
    assert await scorecard_of(supplier, "selling", BRAND_NAME) == after


async def is_told_in_chinese_as_well(brand: Page) -> None:
    """What the graph has told is asked for anew in the language that is chosen on the page."""
    await brand.get_by_role("button", name="中文", exact=True).click()
    why = Words("features/replenishment/texts.ts", "zh")("why")
    rows = brand.get_by_role("row").filter(has_text=SUPPLIER_NAME_ZH)
    await rows.first.get_by_role("button", name=why).click()
    await expect(brand.get_by_role("dialog")).to_contain_text("安全库存")
    await brand.keyboard.press("Escape")
    await brand.get_by_role("button", name="English", exact=True).click()


async def accept_proposals(brand: Page) -> list[str]:
    """Takes three lines of the supplier, and stands on the order that they became: their codes."""
    await brand.goto("/replenishment")
    rows = brand.get_by_role("row").filter(has_text=SUPPLIER_NAME)
    await expect(rows.nth(2)).to_be_visible()
    codes = [await rows.nth(place).get_by_role("link").inner_text() for place in range(3)]
    await rows.first.get_by_role("button", name=PROPOSALS("why")).click()
    arithmetic = brand.get_by_role("dialog")
    await expect(arithmetic).to_contain_text("Safety stock")
    await arithmetic.get_by_role("button", name=COMMON("close")).click()
    await is_told_in_chinese_as_well(brand)
    for place in range(3):
        await rows.nth(place).get_by_role("checkbox").check()
    await brand.get_by_role("button", name=PROPOSALS("accept", count=3)).click()
    dialog = brand.get_by_role("dialog")
    await expect(dialog).to_contain_text(SUPPLIER_NAME)
    await expect(dialog).to_contain_text(PROPOSALS("total.of", count=3))
    await expect(dialog).to_contain_text(PROPOSALS("budget.leftAfter"))
    await dialog.get_by_role("button", name=PROPOSALS("accept.submit.BUY")).click()
    order = brand.get_by_role("link", name=re.compile(r"^SO\d+"))
    await expect(order).to_have_count(1)
    for code in codes:
        await expect(brand.get_by_role("link", name=code, exact=True)).to_have_count(0)
    await order.click()
    await expect(brand.get_by_role("heading", level=1)).to_contain_text("SO")
    return codes


async def open_order(page: Page, folder: str, address: str) -> None:
    await page.goto(folder)
    await page.goto(f"/sales/{address.rpartition('/')[2]}")


async def confirm_partly(page: Page, cut: str, refused: str, ordered: list[str]) -> None:
    dialog = await step(page, "CONFIRM")
    quantity, reason = DETAIL("confirm.quantity"), DETAIL("reason")
    await dialog.get_by_label(f"{quantity}: {cut}").fill("300")
    await dialog.get_by_label(f"{reason}: {cut}").fill("One line stands still")
    await dialog.get_by_label(f"{quantity}: {refused}").fill("0")
    await dialog.get_by_label(f"{reason}: {refused}").fill("Out of fruit")
    for code in ordered:
        if code != refused:
            await dialog.get_by_label(f"{DETAIL('promised')}: {code}").fill(SOON)
    await send(dialog, "CONFIRM")


async def offer_substitutes(page: Page, replaced: str, cut: str) -> None:
    """For two lines in one go; one of the offers is taken back."""
    dialog = await step(page, "PROPOSE_SUBSTITUTE")
    await dialog.get_by_role("button", name=SUBSTITUTES("another")).click()
    for place, code in enumerate((replaced, cut)):
        offer = dialog.get_by_role("listitem").nth(place)
        line = offer.get_by_label(SUBSTITUTES("line"))
        option = line.locator("option").filter(has_text=code)
        await line.select_option(value=await option.get_attribute("value"))
        await offer.get_by_label(SUBSTITUTES("quantity")).fill(str(REPLACED))
        await offer.get_by_label(SUBSTITUTES("offered")).fill(str(REPLACED))
        await offer.get_by_role("combobox", name=SUBSTITUTES("sku")).fill(INSTEAD)
        await offer.get_by_role("option").filter(has_text=INSTEAD).first.click()
    await dialog.get_by_label(SUBSTITUTES("validUntil")).fill(SOON)
    await send(dialog, "PROPOSE_SUBSTITUTE")
    await expect(page.get_by_text(SUBSTITUTES("state.PROPOSED"))).to_have_count(2)
    withdraw = SUBSTITUTES("withdraw")
    await page.get_by_role("button", name=withdraw, exact=True).last.click()
    await page.get_by_role("dialog").get_by_role("button", name=withdraw, exact=True).click()
    await expect(page.get_by_text(SUBSTITUTES("state.WITHDRAWN"))).to_be_visible()


async def accept_substitute(brand: Page) -> None:
    accept = brand.get_by_role("button", name=SUBSTITUTES("accept"), exact=True)
    await accept.click(timeout=OTHERS_SEE_IT_MS)
    await brand.get_by_role("dialog").get_by_role("button", name=SUBSTITUTES("accept")).click()
    await expect(brand.get_by_text(SUBSTITUTES("state.ACCEPTED"))).to_be_visible()
    lines = brand.get_by_role("table", name=DETAIL("lines"))
    await expect(lines.get_by_role("row").filter(has_text=INSTEAD)).to_contain_text("96")


async def ship_with_notice(page: Page) -> None:
    await expect(page.get_by_text(SUBSTITUTES("state.ACCEPTED"))).to_be_visible(
        timeout=OTHERS_SEE_IT_MS
    )
    dialog = await step(page, "SHIP")
    await dialog.get_by_label(DETAIL("ship.expected")).fill(SOON)
    await dialog.get_by_label(DETAIL("ship.packages")).fill("7")
    await send(dialog, "SHIP")
    await expect(page.get_by_text(DETAIL("shipment.packages", count=7))).to_be_visible()


async def receive_with_damage(brand: Page, short: str) -> None:
    """Of 300 sent, 200 are whole and 40 are broken: 60 are missing. They came to another warehouse
    than they were proposed for."""
    receive = brand.get_by_role("button", name=DETAIL("step.RECEIVE"), exact=True)
    await receive.click(timeout=OTHERS_SEE_IT_MS)
    dialog = brand.get_by_role("dialog")
    await dialog.get_by_label(f"{DETAIL('counted')}: {short}").fill("200")
    warehouse = RECEIVING("warehouse")
    await dialog.get_by_label(warehouse, exact=True).select_option(label=RECEIVING("byLine"))
    own = dialog.get_by_label(f"{warehouse}: {short}")
    await own.select_option(label=f"HUZHOU {ELSEWHERE}")
    await dialog.get_by_text(DETAIL("damaged"), exact=True).click()
    await dialog.get_by_label(f"{DETAIL('damaged')}: {short}", exact=True).fill("40")
    submit = dialog.get_by_role("button", name=DETAIL("receive.submitDiffering"))
    await expect(submit).to_be_disabled()
    await dialog.get_by_label(f"{DETAIL('damaged.reason')}: {short}").fill("Crushed cartons")
    await submit.click()
    await expect(dialog).to_have_count(0)
    counted = brand.get_by_role("listitem").filter(has_text="Crushed cartons").last
    await expect(counted).to_contain_text(RECEIVING("cameInto", name=ELSEWHERE))


async def scorecard_of(page: Page, tab: str, partner: str) -> dict[str, str]:
    """What is told of one edge, by figure."""
    await page.goto(f"/supply?tab={tab}")
    card = page.locator("section").filter(has=page.get_by_role("heading", name=partner))
    await expect(card).to_be_visible()
    keys = ("fillRate", "onTime", "leadTime", "confirmation", "short", "damaged")
    values = await card.locator("dl dd").all_inner_texts()
    return dict(zip(keys, values, strict=True))


async def step(page: Page, name: str) -> Locator:
    """The form of a step, opened."""
    await page.get_by_role("button", name=DETAIL(f"step.{name}"), exact=True).click()
    return page.get_by_role("dialog")


async def send(dialog: Locator, name: str) -> None:
    await dialog.get_by_role("button", name=DETAIL(f"step.{name}"), exact=True).click()
    await expect(dialog).to_have_count(0)
