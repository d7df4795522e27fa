"""Each invariant of stock: a row is corrupted, and named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from tests.factories import a_network
from tests.factories_inventory import a_sku, a_warehouse, stock
from tradeline.inventory import NewHold, find_violations, store_holds
from tradeline.kernel import Database, open_pool

CORRUPTIONS = {
    "inventory.on_hand_is_the_sum_of_movements": (
        "UPDATE inventory.stock_level SET on_hand = on_hand + 1",
        "Stock level (warehouse/SKU) {level} of network {network}: 10 was expected, 11 was found.",
    ),
    "inventory.held_is_the_sum_of_holds": (
        "UPDATE inventory.stock_level SET held = held - 1",
        "Stock level (warehouse/SKU) {level} of network {network}: 4 was expected, 3 was found.",
    ),
    "inventory.lapsed_holds_are_free": (
        "UPDATE inventory.stock_hold SET expires_at = now() - interval '61 seconds'",
        "Stock hold {hold} of network {network}: 0 was expected, 4 was found.",
    ),
}


@pytest.mark.parametrize("code", CORRUPTIONS)
async def test_names_the_row_that_breaks_it(clone: Callable[[], Awaitable[str]], code: str) -> None:
    dsn = await clone()
    pool, owner_pool = await open_pool(dsn), await open_pool(dsn, role=None)
    db = Database(pool)
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 10)
    new_hold = NewHold(
        warehouse_id=warehouse,
        sku_id=sku,
        held_for_org_id=story.orgs["trader_a"],
        reference_type="order_line",
        reference_id=1,
        quantity=4,
    )
    async with db.unit_of_work(story.network_id) as conn:
        await store_holds(conn, network_id=story.network_id, holds=[new_hold])
    corruption, message = CORRUPTIONS[code]

    async with owner_pool.acquire() as conn:
        before = await find_violations(conn)
        await conn.execute(corruption)
        after = {finding.invariant.code: finding for finding in await find_violations(conn)}

    assert not any(finding.count for finding in before)
    assert {code for code, finding in after.items() if finding.count} == {code}
    assert after[code].message() == message.format(
        level=f"{warehouse}/{sku}",
        network=story.network_id,
        hold=await owner_pool.fetchval("SELECT id FROM inventory.stock_hold"),
    )
    await close(pool, owner_pool)


async def close(*pools: asyncpg.Pool) -> None:
    for pool in pools:
        await pool.close()
