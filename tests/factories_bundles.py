"""Bundles for tests, set by the owner: the catalog tests itself."""

from __future__ import annotations

from collections.abc import Mapping

from tests.factories import Story
from tests.factories_inventory import a_sku
from tests.factories_ordering import MAKE_PRICE, Market
from tradeline.kernel import Pool

MAKE_BUNDLE = "UPDATE catalog.sku SET is_bundle = true WHERE network_id = $1 AND id = $2"
MAKE_COMPONENT = """
    INSERT INTO catalog.sku_component
           (network_id, owner_org_id, bundle_sku_id, component_sku_id, quantity)
    SELECT network_id, owner_org_id, id, $3, $4
      FROM catalog.sku
     WHERE network_id = $1 AND id = $2
"""
FIND_LIST = "SELECT id FROM pricing.price_list WHERE network_id = $1 AND seller_org_id = $2"
CLOSE_SKU = "UPDATE catalog.sku SET is_active = false WHERE network_id = $1 AND id = $2"


async def a_bundle(
    owner_pool: Pool,
    story: Story,
    code: str,
    parts: Mapping[int, int],
    *,
    sold_on: tuple[int, ...] = (),
) -> int:
    """A SKU of the brand's, made of so many of its other SKUs."""
    sku_id = await a_sku(owner_pool, story, code, sold_on=sold_on)
    await owner_pool.execute(MAKE_BUNDLE, story.network_id, sku_id)
    for part, quantity in parts.items():
        await owner_pool.execute(MAKE_COMPONENT, story.network_id, sku_id, part, quantity)
    return sku_id


async def a_gift(
    owner_pool: Pool,
    market: Market,
    code: str = "GIFT",
    *,
    tea: int = 2,
    oil: int = 1,
    price: str = "20.00",
) -> int:
    """A bundle of tea and oil that trader A sells to both retailers."""
    story = market.story
    edges = (story.edge("trader_a", "retailer_1"), story.edge("trader_a", "retailer_2"))
    parts = {market.tea: tea, market.oil: oil}
    sku_id = await a_bundle(owner_pool, story, code, parts, sold_on=edges)
    list_id = await owner_pool.fetchval(FIND_LIST, story.network_id, story.orgs["trader_a"])
    await owner_pool.execute(MAKE_PRICE, story.network_id, list_id, sku_id, price)
    return sku_id


async def take_off_the_market(owner_pool: Pool, story: Story, sku_id: int) -> None:
    await owner_pool.execute(CLOSE_SKU, story.network_id, sku_id)
