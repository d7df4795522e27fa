"""A bundle is made by its brand, and a retailer sees what is in it, in their browsers."""

from __future__ import annotations

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import Axe, Locale, PageAs, Screenshot, Server
from tests.e2e.portal.goods import STOCK, more_goods, offer_bundle, order_of
from tests.e2e.portal.words import Words
from tradeline_graph._ids import to_id

FIND_PRODUCT = "SELECT id FROM catalog.product WHERE code = $1"
NAMES = {
    "zh": [f"岭上棠 时令茶饮 第 {number} 味" for number in (1, 2)],
    "en": [f"Lingshangtang seasonal tea no. {number}" for number in (1, 2)],
}


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_a_brand_makes_a_bundle_and_a_retailer_sees_what_is_in_it(
    page_as: PageAs, portal_server: Server, axe: Axe, screenshot: Screenshot, locale: Locale
) -> None:
    prefix = f"BOX-{locale.upper()}"
    codes = await more_goods(portal_server.dsn, prefix, 2)
    bundle, comma = f"{prefix}-SET", Words("features/catalog/contentsTexts.ts", locale)("comma")
    parts = comma.join(
        f"{units} × {name}" for units, name in zip((2, 3), NAMES[locale], strict=True)
    )
    contents = Words("features/catalog/contentsTexts.ts", locale)("contents", parts=parts)

    brand = await page_as("brand@example.com", locale)
    product = await product_id(portal_server.dsn, prefix)
    await brand.goto(f"/setup/products/{to_id('Product', product)}")
    await make(brand, locale, bundle, codes)
    await expect(brand.get_by_text(contents)).to_be_visible()
    await axe(brand)
    await offer_bundle(portal_server.dsn, bundle)

    for width in (1280, 390):
        buyer = await page_as("retailer-1@example.com", locale, width)
        await buyer.goto("/order")
        catalog = Words("features/ordering/catalog/catalogTexts.ts", locale)
        await buyer.get_by_label(catalog("search"), exact=True).fill(bundle)
        row = buyer.get_by_role("table", name=catalog("caption")).locator("tbody tr")
        await expect(row).to_have_count(1)
        await expect(row.get_by_text(contents)).to_be_visible()
        # Of the second there are three in each.
        await expect(row.get_by_text(str(STOCK // 3)).first).to_be_visible()
        await axe(buyer)
        await screenshot(buyer, f"bundle-{locale}-{width}")
    order_id = await order_of(portal_server.dsn, bundle, STOCK // 3)
    await buyer.goto(f"/orders/{to_id('Order', order_id)}")
    await expect(buyer.get_by_text(contents)).to_be_visible()
    await axe(buyer)
    await screenshot(buyer, f"bundle-order-{locale}")


async def make(page: Page, locale: Locale, code: str, components: list[str]) -> None:
    """Fill in the form for a new SKU, with two of the first component and three of the second."""
    words = Words("features/catalog/texts.ts", locale)
    contents = Words("features/catalog/contentsTexts.ts", locale)
    await page.get_by_role("button", name=words("sku.new"), exact=True).click()
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name=words("code"), exact=True).fill(code)
    await form.get_by_role("textbox", name=words("name"), exact=True).fill("时令礼盒")
    for units, component in zip(("2", "3"), components, strict=True):
        await form.get_by_role("combobox", name=contents("component.add")).fill(component)
        await form.get_by_role("option").filter(has_text=component).click()
        quantity = form.get_by_label(contents("component.quantity", code=component), exact=True)
        await quantity.fill("0")
        await expect(form.get_by_text(contents("quantity.fault"))).to_be_visible()
        await quantity.fill(units)
    await form.get_by_role(
        "button", name=Words("shared/i18n/common.ts", locale)("save"), exact=True
    ).click()
    await expect(form).to_have_count(0)


async def product_id(dsn: str, code: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        found: int = await conn.fetchval(FIND_PRODUCT, code)
        return found
    finally:
        await conn.close()
