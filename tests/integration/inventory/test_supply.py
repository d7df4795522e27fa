"""What orders do to stock, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

import asyncpg
import pytest

from tests.factories import Story, a_network
from tests.factories_inventory import a_sku, a_warehouse, level_of, stock
from tradeline.inventory import (
    Allocation,
    HoldShipment,
    MovementReason,
    NewHold,
    Release,
    StockReceipt,
    available,
    lock_supply,
    receive_stock,
    release_holds,
    ship_holds,
    store_holds,
)
from tradeline.kernel import Connection, Database, Pool


async def hold_if_free(
    conn: Connection, story: Story, edge_id: int, sku_id: int, quantity: int, line_id: int
) -> bool:
    """As ordering does it: lock, allocate, store."""
    supply = await lock_supply(conn, network_id=story.network_id, pairs=[(edge_id, sku_id)])
    allocations = supply.allocate(edge_id, sku_id, quantity)
    await store_holds(
        conn,
        network_id=story.network_id,
        holds=[
            a_hold(story, part.warehouse_id, sku_id, part.quantity, line_id)
            for part in allocations or ()
        ],
    )
    return allocations is not None


def a_hold(story: Story, warehouse_id: int, sku_id: int, quantity: int, line_id: int) -> NewHold:
    return NewHold(
        warehouse_id=warehouse_id,
        sku_id=sku_id,
        held_for_org_id=story.orgs["trader_a"],
        reference_type="order_line",
        reference_id=line_id,
        quantity=quantity,
    )


async def test_of_fifty_buyers_of_ten_units_ten_are_served(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 10)

    async def buy(line_id: int) -> bool:
        async with db.unit_of_work(story.network_id) as conn:
            return await hold_if_free(conn, story, edge, sku, 1, line_id)

    served = await asyncio.gather(*(buy(line_id) for line_id in range(1, 51)))

    assert sum(served) == 10
    assert await level_of(owner_pool, story, warehouse, sku) == (10, 10)


async def test_buyers_who_ask_in_any_order_wait_and_never_deadlock(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    warehouses = [await a_warehouse(owner_pool, story, "brand", code) for code in ("N", "S")]
    skus = [await a_sku(owner_pool, story, f"SKU{index}") for index in range(6)]
    for sku in skus:
        for warehouse in warehouses:
            await stock(owner_pool, story, warehouse, sku, 10_000)

    async def trade(seed: int) -> None:
        random = Random(seed)
        for turn in range(6):
            wanted = random.sample(skus, 4)
            line_id = seed * 100 + turn
            async with db.unit_of_work(story.network_id) as conn:
                supply = await lock_supply(
                    conn, network_id=story.network_id, pairs=[(edge, sku) for sku in wanted]
                )
                await store_holds(
                    conn,
                    network_id=story.network_id,
                    holds=[
                        a_hold(story, part.warehouse_id, sku, part.quantity, line_id)
                        for sku in wanted
                        for part in supply.allocate(edge, sku, 10) or ()
                    ],
                )
            async with db.unit_of_work(story.network_id) as conn:
                action = ship_holds if random.random() < 0.5 else release_holds
                if action is ship_holds:
                    paper = a_shipment(line_id, 20, line_id)
                    await ship_holds(
                        conn, network_id=story.network_id, shipments=[paper], account_id=None
                    )
                else:
                    await release_holds(
                        conn, network_id=story.network_id, releases=[a_release(line_id, 20)]
                    )
            async with db.unit_of_work(story.network_id) as conn:
                await receive_stock(
                    conn,
                    network_id=story.network_id,
                    receipts=[
                        StockReceipt(
                            org_id=story.orgs["brand"],
                            sku_id=sku,
                            quantity=1,
                            reason=MovementReason.RECEIPT,
                            reference_type="receipt_line",
                            reference_id=line_id,
                        )
                        for sku in wanted
                    ],
                    account_id=None,
                )

    await asyncio.gather(*(trade(seed) for seed in range(1, 9)))


async def test_serves_from_all_warehouses_of_the_seller_by_priority(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR")
    last = await a_warehouse(owner_pool, story, "brand", "LAST", priority=200)
    first = await a_warehouse(owner_pool, story, "brand", "FIRST", priority=1)
    foreign = await a_warehouse(owner_pool, story, "trader_b", "FOREIGN", priority=0)
    for warehouse, on_hand in ((last, 5), (first, 3), (foreign, 100)):
        await stock(owner_pool, story, warehouse, sku, on_hand)

    async with db.unit_of_work(story.network_id) as conn:
        supply = await lock_supply(conn, network_id=story.network_id, pairs=[(edge, sku)])

    assert supply.free(edge, sku) == 8
    assert supply.allocate(edge, sku, 9) is None
    assert supply.allocate(edge, sku, 4) == [Allocation(first, 3), Allocation(last, 1)]
    assert supply.free(edge, sku) == 4


async def test_a_grant_shuts_the_other_warehouses(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    granted, other = story.edge("brand", "trader_a"), story.edge("brand", "trader_b")
    sku = await a_sku(owner_pool, story, "CHAIR")
    north = await a_warehouse(owner_pool, story, "brand", "N")
    south = await a_warehouse(owner_pool, story, "brand", "S")
    await stock(owner_pool, story, north, sku, 5)
    await stock(owner_pool, story, south, sku, 3)
    await owner_pool.execute(
        "INSERT INTO inventory.warehouse_grant VALUES ($1, $2, $3)",
        story.network_id,
        granted,
        south,
    )

    async with db.unit_of_work(story.network_id) as conn:
        free = await available(
            conn, network_id=story.network_id, pairs=[(granted, sku), (other, sku), (granted, 0)]
        )

    assert free == {(granted, sku): 3, (other, sku): 8, (granted, 0): 0}

    await owner_pool.execute(
        "UPDATE inventory.warehouse SET is_active = false WHERE id = $1", south
    )
    async with db.unit_of_work(story.network_id) as conn:
        free = await available(conn, network_id=story.network_id, pairs=[(granted, sku)])
    assert free == {(granted, sku): 0}


async def test_releases_the_last_warehouse_first_and_never_more_than_is_held(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "CHAIR")
    first = await a_warehouse(owner_pool, story, "brand", "FIRST", priority=1)
    last = await a_warehouse(owner_pool, story, "brand", "LAST")
    await stock(owner_pool, story, first, sku, 3)
    await stock(owner_pool, story, last, sku, 5)
    async with db.unit_of_work(story.network_id) as conn:
        await hold_if_free(conn, story, story.edge("brand", "trader_a"), sku, 6, line_id=1)

    async with db.unit_of_work(story.network_id) as conn:
        freed = await release_holds(
            conn, network_id=story.network_id, releases=[a_release(1, 2), a_release(1, 2)]
        )

    assert freed == {("order_line", 1): 4}
    assert await level_of(owner_pool, story, first, sku) == (3, 2)
    assert await level_of(owner_pool, story, last, sku) == (5, 0)

    async with db.unit_of_work(story.network_id) as conn:
        freed = await release_holds(
            conn, network_id=story.network_id, releases=[a_release(1, 9), a_release(2, 1)]
        )
    assert freed == {("order_line", 1): 2}


async def test_ships_what_is_held_on_each_paper(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "CHAIR")
    first = await a_warehouse(owner_pool, story, "brand", "FIRST", priority=1)
    last = await a_warehouse(owner_pool, story, "brand", "LAST")
    await stock(owner_pool, story, first, sku, 3)
    await stock(owner_pool, story, last, sku, 5)
    async with db.unit_of_work(story.network_id) as conn:
        await hold_if_free(conn, story, story.edge("brand", "trader_a"), sku, 6, line_id=1)

    async with db.unit_of_work(story.network_id) as conn:
        left = await ship_holds(
            conn,
            network_id=story.network_id,
            shipments=[a_shipment(1, 2, paper=11), a_shipment(1, 3, paper=12)],
            account_id=7,
        )

    assert left == {("order_line", 1): 5}
    assert await level_of(owner_pool, story, first, sku) == (0, 0)
    assert await level_of(owner_pool, story, last, sku) == (3, 1)
    movements = await owner_pool.fetch(
        "SELECT warehouse_id, quantity, reference_type, reference_id, account_id"
        "  FROM inventory.stock_movement WHERE network_id = $1 AND reason = 'shipment'"
        " ORDER BY reference_id, warehouse_id",
        story.network_id,
    )
    assert sorted(map(tuple, movements)) == sorted(
        [
            (first, -2, "shipment_line", 11, 7),
            (first, -1, "shipment_line", 12, 7),
            (last, -2, "shipment_line", 12, 7),
        ]
    )


async def test_components_of_a_bundle_leave_whole_on_each_paper(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    chair, screw = await a_sku(owner_pool, story, "CHAIR"), await a_sku(owner_pool, story, "SCREW")
    houses = [await a_warehouse(owner_pool, story, "brand", code) for code in ("ONE", "TWO")]
    for house in houses:
        await stock(owner_pool, story, house, chair, 2)
        await stock(owner_pool, story, house, screw, 8)
    holds = [
        replace(a_hold(story, house, sku, 2 * each, 1), quantity_each=each)
        for house in houses
        for sku, each in ((chair, 1), (screw, 4))
    ]

    async with db.unit_of_work(story.network_id) as conn:
        await store_holds(conn, network_id=story.network_id, holds=holds)
        left = await ship_holds(
            conn,
            network_id=story.network_id,
            shipments=[a_shipment(1, 1, paper=paper) for paper in (11, 12, 13)],
            account_id=None,
        )
        freed = await release_holds(conn, network_id=story.network_id, releases=[a_release(1, 5)])

    assert (left, freed) == ({("order_line", 1): 15}, {("order_line", 1): 5})
    movements = await owner_pool.fetch(
        "SELECT reference_id, warehouse_id, sku_id, quantity FROM inventory.stock_movement"
        " WHERE network_id = $1 AND reason = 'shipment'",
        story.network_id,
    )
    assert {tuple(movement) for movement in movements} == {
        (11, houses[0], chair, -1),
        (11, houses[0], screw, -4),
        (12, houses[0], chair, -1),
        (12, houses[0], screw, -4),
        (13, houses[1], chair, -1),
        (13, houses[1], screw, -4),
    }


async def test_the_same_paper_ships_once(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 5)
    async with db.unit_of_work(story.network_id) as conn:
        await hold_if_free(conn, story, story.edge("brand", "trader_a"), sku, 4, line_id=1)

    async def ship() -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await ship_holds(
                conn,
                network_id=story.network_id,
                shipments=[a_shipment(1, 2, paper=11)],
                account_id=None,
            )

    await ship()
    with pytest.raises(asyncpg.UniqueViolationError):
        await ship()
    assert await level_of(owner_pool, story, warehouse, sku) == (3, 2)


async def test_receives_into_the_first_warehouse_once_for_each_paper(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "CHAIR")
    await a_warehouse(owner_pool, story, "trader_a", "LAST", priority=9)
    first = await a_warehouse(owner_pool, story, "trader_a", "FIRST", priority=1)
    closed = await a_warehouse(owner_pool, story, "trader_a", "CLOSED", priority=0)
    await owner_pool.execute(
        "UPDATE inventory.warehouse SET is_active = false WHERE id = $1", closed
    )
    receipts = [
        StockReceipt(
            org_id=story.orgs[name],
            sku_id=sku,
            quantity=quantity,
            reason=MovementReason.RECEIPT,
            reference_type="receipt_line",
            reference_id=paper,
        )
        for name, quantity, paper in (("trader_a", 4, 1), ("trader_a", 5, 2), ("trader_b", 9, 3))
    ]

    for _ in range(2):
        async with db.unit_of_work(story.network_id) as conn:
            await receive_stock(
                conn, network_id=story.network_id, receipts=receipts, account_id=None
            )

    assert await level_of(owner_pool, story, first, sku) == (9, 0)
    assert (
        await owner_pool.fetchval(
            "SELECT count(*) FROM inventory.stock_movement WHERE network_id = $1", story.network_id
        )
        == 2
    )


async def test_another_network_has_no_supply(db: Database, owner_pool: Pool) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 5)

    # The owner passes row-level security, so that the statements' own scope is what answers.
    async with owner_pool.acquire() as conn:
        assert await available(conn, network_id=other.network_id, pairs=[(edge, sku)]) == {
            (edge, sku): 0
        }
        supply = await lock_supply(conn, network_id=other.network_id, pairs=[(edge, sku)])
        assert supply.free(edge, sku) == 0


async def test_movements_are_append_only_for_the_application(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    for statement in (
        "UPDATE inventory.stock_movement SET quantity = 1",
        "DELETE FROM inventory.stock_movement",
        "TRUNCATE inventory.stock_movement",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.unit_of_work(story.network_id) as conn:
                await conn.execute(statement)


def a_release(line_id: int, quantity: int) -> Release:
    return Release(reference_type="order_line", reference_id=line_id, quantity=quantity)


def a_shipment(line_id: int, quantity: int, paper: int) -> HoldShipment:
    return HoldShipment(
        reference_type="order_line",
        reference_id=line_id,
        quantity=quantity,
        movement_type="shipment_line",
        movement_id=paper,
    )
