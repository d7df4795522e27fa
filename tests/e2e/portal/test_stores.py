"""Stores in the portal: who supplies them, what they list, as their keeper and as a supplier."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.portal.conftest import Axe, PageAs, Screenshot

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_keeper_lists_a_sku_and_sees_who_supplies_the_store(
    page_as: PageAs, axe: Axe, screenshot: Screenshot, width: int
) -> None:
    page = await page_as("retailer-1@example.com", "en", width)
    await page.goto("/stores")
    await page.get_by_role("link", name="Eaves & Rain, Xuhui").click()

    await expect(page.get_by_role("listitem").get_by_text("Lingshangtang Drinks")).to_be_visible()
    await expect(page.get_by_role("listitem").get_by_text("Pufan Trading")).to_be_visible()
    await axe(page)
    await screenshot(page, f"store-route-{width}")
    await page.get_by_role("tab", name="Freight").click()
    await expect(page.get_by_role("cell", name="CN-SH")).to_be_visible()
    await screenshot(page, f"store-freight-{width}")
    await page.get_by_role("tab", name="On sale").click()
    await expect(page.get_by_text("CBT-LJ-500").first).to_be_visible()
    await axe(page)
    await screenshot(page, f"store-listings-{width}")
    if width == 1280:
        await page.get_by_role("button", name="List, or change prices").click()
        await screenshot(page, "store-listings-put")


async def test_a_supplier_leaves_a_store_and_agrees_again(
    page_as: PageAs, axe: Axe, screenshot: Screenshot
) -> None:
    page = await page_as("trader-b@example.com", "zh")
    await page.goto("/stores")
    await page.get_by_role("link", name="木樨里餐厅杭州店").click()
    await page.get_by_role("button", name="不再供货").click()
    await page.get_by_role("dialog").get_by_role("button", name="不再供货").click()
    await expect(page.get_by_role("button", name="同意供货")).to_be_visible()
    await axe(page)
    await screenshot(page, "store-agree")
    await page.get_by_role("button", name="同意供货").click()
    await expect(page.get_by_role("button", name="不再供货")).to_be_visible()
