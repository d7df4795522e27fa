"""Stock of several organizations, locked for a consumer's order beside those of dealers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

import pytest

from tests.factories import Story, a_network
from tests.factories_bundles import a_bundle
from tests.factories_inventory import a_sku, a_warehouse, level_of, stock
from tradeline.inventory import (
    NewHold,
    WarehouseChange,
    WarehousePromised,
    load_stock,
    lock_stock,
    lock_supply,
    store_holds,
    update_warehouse,
)
from tradeline.kernel import Connection, Database, Pool, Rejected


def a_hold(story: Story, warehouse_id: int, sku_id: int, quantity: int, line_id: int) -> NewHold:
    return NewHold(
        warehouse_id=warehouse_id,
        sku_id=sku_id,
        held_for_org_id=story.orgs["retailer_1"],
        reference_type="consumer_order_line",
        reference_id=line_id,
        quantity=quantity,
    )


async def hold_one(conn: Connection, story: Story, org_id: int, sku_id: int, line_id: int) -> bool:
    """One unit from the first warehouse that has it."""
    found = await lock_stock(conn, network_id=story.network_id, pairs=[(org_id, sku_id)])
    for place in found.places(org_id):
        if found.free(place.warehouse_id, sku_id):
            hold = a_hold(story, place.warehouse_id, sku_id, 1, line_id)
            await store_holds(conn, network_id=story.network_id, holds=[hold])
            return True
    return False


async def test_finds_what_stands_in_the_active_warehouses_of_those_who_are_named(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    tea, cup = [await a_sku(owner_pool, story, code) for code in ("TEA", "CUP")]
    late = await a_warehouse(owner_pool, story, "brand", "LATE", priority=9)
    first = await a_warehouse(owner_pool, story, "brand", "FIRST", priority=1)
    closed = await a_warehouse(owner_pool, story, "brand", "CLOSED")
    theirs = await a_warehouse(owner_pool, story, "trader_a")
    strange = await a_warehouse(owner_pool, story, "trader_b")
    for warehouse in (late, first, closed, theirs, strange):
        await stock(owner_pool, story, warehouse, tea, 5)
    await stock(owner_pool, story, late, cup, 3)
    await owner_pool.execute(
        "UPDATE inventory.warehouse SET is_active = false WHERE id = $1", closed
    )
    await owner_pool.execute("UPDATE inventory.warehouse SET region = 'CN-SH' WHERE id = $1", late)
    brand, trader = story.orgs["brand"], story.orgs["trader_a"]

    async with db.unit_of_work(story.network_id) as conn:
        await store_holds(conn, network_id=story.network_id, holds=[a_hold(story, late, tea, 2, 1)])
        for find in (load_stock, lock_stock):
            pairs = [(brand, tea), (trader, tea), (trader, cup), (brand, tea)]
            found = await find(conn, network_id=story.network_id, pairs=pairs)

            assert [place.warehouse_id for place in found.places(brand)] == [first, late]
            assert [place.region for place in found.places(brand)] == ["", "CN-SH"]
            assert [place.warehouse_id for place in found.places(trader)] == [theirs]
            assert found.places(story.orgs["trader_b"]) == ()
            assert (found.free(first, tea), found.free(late, tea)) == (5, 3)
            assert (found.free(late, cup), found.free(closed, tea)) == (0, 0)
        assert (await lock_stock(conn, network_id=story.network_id, pairs=[])).places(brand) == ()


async def test_of_bundles_the_components_are_found(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    tea, cup = [await a_sku(owner_pool, story, code) for code in ("TEA", "CUP")]
    box = await a_bundle(owner_pool, story, "BOX", {tea: 1, cup: 2})
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, tea, 5)
    await stock(owner_pool, story, warehouse, cup, 7)
    pairs = [(story.orgs["brand"], box)]

    async with db.unit_of_work(story.network_id) as conn:
        found = await lock_stock(
            conn, network_id=story.network_id, pairs=pairs, bundles={box: {tea: 1, cup: 2}}
        )

    assert found.free(warehouse, box) == 3
    found.take(warehouse, box, 2)
    assert (found.free(warehouse, tea), found.free(warehouse, cup)) == (3, 3)
    found.put_back(warehouse, box, 2)
    assert found.free(warehouse, box) == 3


async def test_of_thirty_consumers_of_ten_units_ten_are_served(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "TEA")
    warehouses = [await a_warehouse(owner_pool, story, "brand", code) for code in ("N", "S")]
    for warehouse in warehouses:
        await stock(owner_pool, story, warehouse, sku, 5)

    async def buy(line_id: int) -> bool:
        async with db.unit_of_work(story.network_id) as conn:
            return await hold_one(conn, story, story.orgs["brand"], sku, line_id)

    served = await asyncio.gather(*map(buy, range(1, 31)))

    assert sum(served) == 10
    assert [await level_of(owner_pool, story, it, sku) for it in warehouses] == [(5, 5)] * 2


async def test_consumers_and_dealers_wait_for_each_other_and_never_deadlock(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edges = [story.edge("brand", "trader_a"), story.edge("trader_a", "retailer_1")]
    orgs = [story.orgs["brand"], story.orgs["trader_a"]]
    # Made in another order than they are sorted by: warehouses of both, in turns.
    warehouses = [
        await a_warehouse(owner_pool, story, owner, code)
        for code in ("N", "S")
        for owner in ("trader_a", "brand")
    ]
    skus = [await a_sku(owner_pool, story, f"SKU{index}") for index in range(5)]
    for sku in reversed(skus):
        for warehouse in warehouses:
            await stock(owner_pool, story, warehouse, sku, 1_000)

    async def trade(seed: int) -> None:
        random = Random(seed)
        for _ in range(8):
            wanted = random.sample(skus, 4)
            async with db.unit_of_work(story.network_id) as conn:
                if seed % 2:
                    sides = random.sample(orgs, 2)
                    pairs = [(org_id, sku) for org_id in sides for sku in wanted]
                    await lock_stock(conn, network_id=story.network_id, pairs=pairs)
                else:
                    some = random.sample(edges, 2)
                    pairs = [(edge, sku) for edge in some for sku in wanted]
                    await lock_supply(conn, network_id=story.network_id, pairs=pairs)
                await asyncio.sleep(0)

    await asyncio.gather(*map(trade, range(1, 9)))


async def test_another_networks_stock_is_not_there(db: Database, owner_pool: Pool) -> None:
    story, elsewhere = [await a_network(owner_pool, db) for _ in range(2)]
    sku = await a_sku(owner_pool, story, "TEA")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 5)
    pairs = [(story.orgs["brand"], sku)]

    async with db.unit_of_work(elsewhere.network_id) as conn:
        found = await lock_stock(conn, network_id=elsewhere.network_id, pairs=pairs)

    assert found.free(warehouse, sku) == 0


async def test_a_warehouse_that_owes_consumers_something_is_not_closed(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    tea, cup = [await a_sku(owner_pool, story, code) for code in ("TEA", "CUP")]
    warehouse = await a_warehouse(owner_pool, story, "brand")
    for sku in (tea, cup):
        await stock(owner_pool, story, warehouse, sku, 5)
    dealers = replace(a_hold(story, warehouse, tea, 1, 7), reference_type="order_line")
    holds = [
        a_hold(story, warehouse, tea, 1, 7),
        a_hold(story, warehouse, cup, 2, 7),
        dealers,
    ]
    async with db.unit_of_work(story.network_id) as conn:
        await store_holds(conn, network_id=story.network_id, holds=holds)

    change = WarehouseChange(warehouse_id=warehouse, is_active=False)
    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Rejected) as caught:
            await update_warehouse(conn, actor=story.actor("brand"), change=change)

    [promised] = [it for it in caught.value.problems if isinstance(it, WarehousePromised)]
    assert (promised.order_lines, promised.holds) == (2, 0)
