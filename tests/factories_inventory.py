"""Stock for tests to stand on, set by the owner: catalog and inventory test themselves."""

from __future__ import annotations

from tests.factories import Story
from tradeline.kernel import Pool

MAKE_PRODUCT = """
    INSERT INTO catalog.product (network_id, owner_org_id, code, name, name_en)
    VALUES ($1, $2, 'P-' || $3, $3, $3)
    RETURNING id
"""
MAKE_SKU = """
    INSERT INTO catalog.sku
           (network_id, product_id, owner_org_id, code, name, name_en, sort_key, search_text,
            search_grams)
    VALUES ($1, $2, $3, $4, $4, $4, $4, $4, '{}')
    RETURNING id
"""
MAKE_PACK = """
    INSERT INTO catalog.pack (network_id, sku_id, code, name, name_en, units)
    VALUES ($1, $2, 'EA', 'EA', 'EA', 1)
"""
MAKE_ASSORTMENT = """
    INSERT INTO catalog.assortment (network_id, seller_org_id, code, name, name_en)
    VALUES ($1, $2, 'A-' || $3, $3, $3)
    RETURNING id
"""
ASSORT = (
    "INSERT INTO catalog.assortment_sku (network_id, assortment_id, sku_id) VALUES ($1, $2, $3)"
)
GRANT_ASSORTMENT = """
    INSERT INTO catalog.assortment_grant (network_id, relationship_id, assortment_id)
    VALUES ($1, $2, $3)
"""
MAKE_WAREHOUSE = """
    INSERT INTO inventory.warehouse (network_id, org_id, code, name, name_en, priority)
    VALUES ($1, $2, $3, $3, $3, $4)
    RETURNING id
"""
MAKE_LEVEL = """
    WITH level AS (
        INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id, on_hand)
        VALUES ($1, $2, $3, $4))
    INSERT INTO inventory.stock_movement (network_id, warehouse_id, sku_id, quantity, reason)
    SELECT $1, $2, $3, $4, 'opening' WHERE $4 <> 0
"""
FETCH_LEVEL = """
    SELECT on_hand, held
      FROM inventory.stock_level
     WHERE network_id = $1 AND warehouse_id = $2 AND sku_id = $3
"""


async def a_sku(
    owner_pool: Pool,
    story: Story,
    code: str,
    *,
    owner: str = "brand",
    sold_on: tuple[int, ...] = (),
) -> int:
    """A SKU of `owner` with its base pack, in the assortments of the edges `sold_on`."""
    async with owner_pool.acquire() as conn, conn.transaction():
        org_id = story.orgs[owner]
        product_id = await conn.fetchval(MAKE_PRODUCT, story.network_id, org_id, code)
        sku_id: int = await conn.fetchval(MAKE_SKU, story.network_id, product_id, org_id, code)
        await conn.execute(MAKE_PACK, story.network_id, sku_id)
        for edge_id in sold_on:
            seller_id = await conn.fetchval(
                "SELECT seller_org_id FROM organizations.relationship WHERE id = $1", edge_id
            )
            assortment_id = await conn.fetchval(
                MAKE_ASSORTMENT, story.network_id, seller_id, f"{code}-{edge_id}"
            )
            await conn.execute(ASSORT, story.network_id, assortment_id, sku_id)
            await conn.execute(GRANT_ASSORTMENT, story.network_id, edge_id, assortment_id)
    return sku_id


async def a_warehouse(
    owner_pool: Pool, story: Story, owner: str, code: str = "MAIN", *, priority: int = 100
) -> int:
    warehouse_id: int = await owner_pool.fetchval(
        MAKE_WAREHOUSE, story.network_id, story.orgs[owner], code, priority
    )
    return warehouse_id


async def stock(
    owner_pool: Pool, story: Story, warehouse_id: int, sku_id: int, on_hand: int
) -> None:
    """So much stands there, with the movement that brought it."""
    await owner_pool.execute(MAKE_LEVEL, story.network_id, warehouse_id, sku_id, on_hand)


async def level_of(
    owner_pool: Pool, story: Story, warehouse_id: int, sku_id: int
) -> tuple[int, int]:
    """(on hand, held)."""
    row = await owner_pool.fetchrow(FETCH_LEVEL, story.network_id, warehouse_id, sku_id)
    assert row is not None
    return row["on_hand"], row["held"]
