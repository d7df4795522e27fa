"""Lists and searches use the indexes made for them, under the policies of the application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.factories import Story, a_network
from tests.factories_catalog import a_catalog
from tradeline.catalog import SkuFilter, search_skus
from tradeline.catalog.queries.offers import LIST_OFFERS
from tradeline.catalog.queries.skus import LIST_SKUS
from tradeline.kernel import Database, PageRequest, Pool, open_pool

MAKE_SKUS = """
    INSERT INTO catalog.sku (network_id, product_id, owner_org_id, code, name, name_en, sort_key,
                             search_text, search_grams)
    SELECT $1, $2, $3, 'N' || number, 'N' || number, '', 'n' || number, 'n' || number,
           ARRAY(SELECT DISTINCT substr('n' || number, place, length)
                   FROM generate_series(1, 6) AS place, generate_series(1, 2) AS length)
      FROM generate_series(10000, 14999) AS number
"""
MAKE_PACKS = """
    INSERT INTO catalog.pack (network_id, sku_id, code, name, name_en, units)
    SELECT $1, id, 'EA', 'EA', '', 1 FROM catalog.sku WHERE network_id = $1 ON CONFLICT DO NOTHING
"""
OFFER_THEM = """
    INSERT INTO catalog.assortment_sku (network_id, assortment_id, sku_id)
    SELECT $1, $2, id FROM catalog.sku WHERE network_id = $1 ON CONFLICT DO NOTHING
"""
SCANS = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'sku_by_gram'"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A database of its own: plans depend on what else there is."""

    db: Database
    owner_pool: Pool
    story: Story


@pytest.fixture(scope="module")
async def world(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[World]:
    """5,000 SKUs, offered to both traders and on to all retailers."""
    dsn = await clone()
    owner_pool, pool = await open_pool(dsn, role=None), await open_pool(dsn)
    db = Database(pool)
    story = await a_network(owner_pool, db)
    catalog = await a_catalog(db, story)
    brand = story.orgs["brand"]
    async with owner_pool.acquire() as conn:
        await conn.execute(MAKE_SKUS, story.network_id, catalog.product_id, brand)
        await conn.execute(MAKE_PACKS, story.network_id)
        for assortment_id in catalog.assortments.values():
            await conn.execute(OFFER_THEM, story.network_id, assortment_id)
        for table in ("sku", "product", "assortment", "assortment_sku", "assortment_grant"):
            await conn.execute(f"VACUUM ANALYZE catalog.{table}")
        await conn.execute("VACUUM ANALYZE organizations.relationship")
    yield World(db=db, owner_pool=owner_pool, story=story)
    await pool.close()
    await owner_pool.close()


@pytest.mark.parametrize("name", ["brand", "retailer_2"])
async def test_skus_are_read_in_order_until_the_page_is_full(world: World, name: str) -> None:
    db, story = world.db, world.story
    org_id = story.orgs[name]
    async with db.reading(story.network_id) as conn:
        plan = await conn.fetch(
            "EXPLAIN " + LIST_SKUS,
            *(story.network_id, org_id, None, None, None, None, "n12", 0, 51),
        )
    text = "\n".join(row[0] for row in plan)
    assert "sku_in_order" in text
    assert "Seq Scan on sku" not in text


async def test_offers_are_read_in_order_until_the_page_is_full(world: World) -> None:
    db, story = world.db, world.story
    org_id = story.orgs["retailer_2"]
    async with db.reading(story.network_id) as conn:
        plan = await conn.fetch(
            "EXPLAIN " + LIST_OFFERS,
            *(story.network_id, org_id, None, None, None, None, None, "n12", 0, 0, 51, None),
        )
    text = "\n".join(row[0] for row in plan)
    assert "sku_in_order" in text
    assert "Seq Scan on sku" not in text


async def test_a_search_goes_through_the_index_of_grams(world: World) -> None:
    db, owner_pool, story = world.db, world.owner_pool, world.story
    before = await owner_pool.fetchval(SCANS)
    only = SkuFilter(search="n1234")
    async with db.reading(story.network_id) as conn:
        page = await search_skus(
            conn, actor=story.actor("retailer_2"), page=PageRequest(20), only=only
        )
        await conn.execute("SELECT pg_stat_force_next_flush()")
        await conn.execute("SELECT 1")
    assert len(page.items) == 10
    assert await owner_pool.fetchval(SCANS) > before
