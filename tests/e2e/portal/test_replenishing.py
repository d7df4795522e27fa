"""The brand orders of its bottler, who works on the same pages as everybody who sells."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import Locale, PageAs
from tests.e2e.portal.looking import OTHERS_SEE_IT_MS, has_stayed, mark
from tests.e2e.portal.pad import Pad
from tests.e2e.portal.words import Words

COMMON = "shared/i18n/common.ts"
DETAIL = "features/ordering/detail/texts.ts"
BUYER = "brand.buyer@example.com"
SUPPLIER = "supplier-2@example.com"
SUPPLIER_NAME: Final[dict[Locale, str]] = {"zh": "泉屿果饮", "en": "Quanyu Bottling"}
BLOCK = "CBT-LJ-500\t20 CASE12\nSPK-YW-330\t10 CASE24"


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_a_supplier_confirms_and_ships_a_replenishment_order_while_the_brand_looks_on(
    page_as: PageAs, locale: Locale
) -> None:
    states = Words("features/ordering/texts.ts", locale)
    supplier, brand = await page_as(SUPPLIER, locale), await page_as(BUYER, locale)
    await supplier.goto("/sales?state=TO_CONFIRM")
    pad = Pad(brand, locale, SUPPLIER_NAME)
    await pad.open()
    await pad.paste(BLOCK)
    await pad.has(ready=2, problems=0)
    await pad.go_to_review()
    number = await pad.place()
    await brand.get_by_role("link", name=Words("app/texts.ts", locale)("nav.orders")).first.click()
    row = brand.get_by_role("row").filter(has_text=number)
    await expect(row).to_contain_text(states("state.TO_CONFIRM"))
    under_way = brand.get_by_role("tab", name=re.compile(f"^{states('state.TO_RECEIVE')}"))
    await expect(under_way).to_contain_text(re.compile(r"\d$"))
    count = count_in(await under_way.inner_text())
    await mark(supplier)
    await mark(brand)

    await confirm_from_the_list(supplier, number, locale)
    await expect(row).to_contain_text(states("state.TO_SHIP"), timeout=OTHERS_SEE_IT_MS)

    await ship_all(supplier, number, locale)
    await expect(row).to_contain_text(states("state.TO_RECEIVE"), timeout=OTHERS_SEE_IT_MS)
    await expect(under_way).to_contain_text(str(count + 1), timeout=OTHERS_SEE_IT_MS)
    assert await has_stayed(supplier)
    assert await has_stayed(brand)


async def confirm_from_the_list(supplier: Page, number: str, locale: Locale) -> None:
    words, common = Words("features/ordering/list/texts.ts", locale), Words(COMMON, locale)
    box = supplier.get_by_label(f"{common('select')} {number}", exact=True)
    await box.check(timeout=OTHERS_SEE_IT_MS)
    await supplier.get_by_role("button", name=words("bulk.confirm", count=1)).click()
    dialog = supplier.get_by_role("dialog")
    await expect(dialog).to_contain_text(number)
    await dialog.get_by_role("button", name=common("confirm"), exact=True).click()
    await expect(supplier.get_by_text(words("bulk.done", count=1))).to_be_visible()


async def ship_all(supplier: Page, number: str, locale: Locale) -> None:
    detail, states = Words(DETAIL, locale), Words("features/ordering/texts.ts", locale)
    await supplier.get_by_role("tab", name=re.compile(f"^{states('state.TO_SHIP')}")).click()
    await supplier.get_by_role("link", name=number).click()
    await supplier.get_by_role("button", name=detail("step.SHIP"), exact=True).click()
    dialog = supplier.get_by_role("dialog")
    await dialog.get_by_role("button", name=detail("step.SHIP"), exact=True).click()
    await expect(dialog).to_have_count(0)


def count_in(text: str) -> int:
    return int("".join(re.findall(r"\d", text)))
