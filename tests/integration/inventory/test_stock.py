"""Adjusting, counting, carrying and looking, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.factories import Story, a_network
from tests.factories_inventory import a_sku, a_warehouse, level_of, stock
from tradeline.inventory import (
    MovementReason,
    NewWarehouse,
    StockAdjustment,
    StockCount,
    StockTransfer,
    WarehouseGrant,
    adjust_stock,
    available_on_edges,
    count_stock,
    create_warehouses,
    grant_warehouses,
    list_reservations,
    list_stock_levels,
    list_stock_movements,
    list_warehouses,
    movements_of_document,
    transfer_stock,
    warehouses_by_ids,
)
from tradeline.kernel import Actor, Database, Forbidden, PageRequest, Permission, Pool, Rejected

FIRST_PAGE = PageRequest()


def adjustment(warehouse_id: int, sku_id: int, quantity: int, note: str = "") -> StockAdjustment:
    return StockAdjustment(warehouse_id=warehouse_id, sku_id=sku_id, quantity=quantity, note=note)


async def adjust(db: Database, actor: Actor, *lines: StockAdjustment) -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await adjust_stock(conn, actor=actor, adjustments=lines)


async def test_an_adjustment_makes_levels_and_movements(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    chair, lamp = [await a_sku(owner_pool, story, code) for code in ("CHAIR", "LAMP")]
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, lamp, 5)

    document = await adjust(
        db, brand, adjustment(warehouse, chair, 7, "found"), adjustment(warehouse, lamp, -2)
    )

    assert await level_of(owner_pool, story, warehouse, chair) == (7, 0)
    assert await level_of(owner_pool, story, warehouse, lamp) == (3, 0)
    async with db.reading(story.network_id) as conn:
        moved = await movements_of_document(
            conn, actor=brand, reason=MovementReason.ADJUSTMENT, document_id=document
        )
        page = await list_stock_movements(conn, actor=brand, page=FIRST_PAGE, sku_id=chair)
    assert [(it.sku_id, it.quantity, it.note, it.account_id) for it in moved] == [
        (chair, 7, "found", story.accounts["brand"]),
        (lamp, -2, "", story.accounts["brand"]),
    ]
    assert page.items == (moved[0],)
    audited = await owner_pool.fetchval(
        "SELECT count(*) FROM kernel.audit_entry"
        " WHERE network_id = $1 AND action = 'stock.adjustment' AND subject_id = $2",
        story.network_id,
        document,
    )
    assert audited == 1


async def test_a_refused_adjustment_changes_nothing(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    sku, other = [await a_sku(owner_pool, story, code) for code in ("CHAIR", "LAMP")]
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 5)

    with pytest.raises(Rejected, match="6 EA of CHAIR were asked for, 5 EA are free"):
        await adjust(
            db,
            story.actor("brand"),
            adjustment(warehouse, other, 3),
            adjustment(warehouse, sku, -6),
        )

    assert await level_of(owner_pool, story, warehouse, sku) == (5, 0)
    assert not await owner_pool.fetchval(
        "SELECT EXISTS (SELECT FROM inventory.stock_level WHERE sku_id = $1)", other
    )


async def test_a_count_sets_the_level(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    sku = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku, 5)

    for counted in (8, 8, 2):
        async with db.unit_of_work(story.network_id) as conn:
            await count_stock(
                conn,
                actor=story.actor("brand"),
                counts=[StockCount(warehouse_id=warehouse, sku_id=sku, counted=counted)],
            )

    assert await level_of(owner_pool, story, warehouse, sku) == (2, 0)
    quantities = await owner_pool.fetch(
        "SELECT quantity FROM inventory.stock_movement WHERE sku_id = $1 ORDER BY id", sku
    )
    assert [row["quantity"] for row in quantities] == [5, 3, -6]


async def test_transfers_in_both_directions_never_deadlock(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    skus = [await a_sku(owner_pool, story, f"SKU{index}") for index in range(4)]
    north = await a_warehouse(owner_pool, story, "brand", "N")
    south = await a_warehouse(owner_pool, story, "brand", "S")
    for sku in skus:
        await stock(owner_pool, story, north, sku, 100)

    async def carry(source: int, target: int, order: list[int]) -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await transfer_stock(
                conn,
                actor=story.actor("brand"),
                transfers=[
                    StockTransfer(
                        from_warehouse_id=source, to_warehouse_id=target, sku_id=sku, quantity=1
                    )
                    for sku in order
                ],
            )

    await carry(north, south, skus)
    await asyncio.gather(
        *(carry(north, south, skus) for _ in range(8)),
        *(carry(south, north, skus[::-1]) for _ in range(1)),
        *(
            adjust(db, story.actor("brand"), *(adjustment(south, sku, 1) for sku in skus[::-1]))
            for _ in range(8)
        ),
    )

    for sku in skus:
        assert await level_of(owner_pool, story, north, sku) == (92, 0)
        assert await level_of(owner_pool, story, south, sku) == (16, 0)


async def test_what_was_once_bought_may_still_be_counted(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    trader = story.actor("trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "trader_a")
    others = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, others, sku, 5)

    with pytest.raises(Rejected, match="no such SKU"):
        await adjust(db, trader, adjustment(warehouse, sku, 1))
    await stock(owner_pool, story, warehouse, sku, 5)
    await adjust(db, trader, adjustment(warehouse, sku, 1))

    assert await level_of(owner_pool, story, warehouse, sku) == (6, 0)


async def test_strangers_find_no_warehouse_level_or_movement(
    db: Database, owner_pool: Pool
) -> None:
    story, other = [await a_network(owner_pool, db) for _ in range(2)]
    edge = story.edge("brand", "trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR", sold_on=(edge,))
    warehouse = await a_warehouse(owner_pool, story, "brand")
    document = await adjust(db, story.actor("brand"), adjustment(warehouse, sku, 5))
    # The owner passes row-level security, so that the statements' own scopes are what answers.
    async with owner_pool.acquire() as conn:
        for name, stranger in {
            "owner": story.actor("brand"),
            "buyer": story.actor("trader_a"),
            "neighbour": story.actor("trader_b"),
            "foreign": other.actor("brand"),
        }.items():
            pages = [
                await list_warehouses(conn, actor=stranger, page=FIRST_PAGE),
                await list_stock_levels(conn, actor=stranger, page=FIRST_PAGE),
                await list_stock_levels(conn, actor=stranger, page=FIRST_PAGE, sku_id=sku),
                await list_stock_movements(
                    conn, actor=stranger, page=FIRST_PAGE, warehouse_id=warehouse
                ),
            ]
            moved = await movements_of_document(
                conn, actor=stranger, reason=MovementReason.ADJUSTMENT, document_id=document
            )
            by_id = await warehouses_by_ids(conn, actor=stranger, ids=[warehouse])
            free = await available_on_edges(conn, actor=stranger, pairs=[(edge, sku)])

            expected = 1 if name == "owner" else 0
            assert [len(page.items) for page in pages] == [expected] * 4, name
            assert (len(moved), len(by_id)) == (expected, expected), name
            assert free == ({(edge, sku): 5} if name in {"owner", "buyer"} else {}), name
            if name != "owner":
                with pytest.raises(Rejected, match="There is no such"):
                    await adjust_stock(
                        conn, actor=stranger, adjustments=[adjustment(warehouse, sku, 1)]
                    )
    assert await level_of(owner_pool, story, warehouse, sku) == (5, 0)


async def test_every_door_asks_for_its_permission(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    nobody = story.visitor("brand")
    async with db.reading(story.network_id) as conn:
        for attempt in (
            create_warehouses(conn, actor=nobody, warehouses=[]),
            grant_warehouses(conn, actor=nobody, grants=[]),
            adjust_stock(conn, actor=nobody, adjustments=[]),
            count_stock(conn, actor=nobody, counts=[]),
            transfer_stock(conn, actor=nobody, transfers=[]),
            list_warehouses(conn, actor=nobody, page=FIRST_PAGE),
            warehouses_by_ids(conn, actor=nobody, ids=[]),
            list_stock_levels(conn, actor=nobody, page=FIRST_PAGE),
            list_stock_movements(conn, actor=nobody, page=FIRST_PAGE),
            list_reservations(conn, actor=nobody, page=FIRST_PAGE),
            available_on_edges(conn, actor=nobody, pairs=[]),
            movements_of_document(conn, actor=nobody, reason=MovementReason.COUNT, document_id=1),
        ):
            with pytest.raises(Forbidden):
                await attempt


async def test_opens_warehouses_with_codes_of_their_own(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    north, south = [NewWarehouse(code=code, name=code, name_en="") for code in ("N", "S")]
    async with db.unit_of_work(story.network_id) as conn:
        ids = await create_warehouses(conn, actor=brand, warehouses=[north, south])
        page = await list_warehouses(conn, actor=brand, page=FIRST_PAGE)

    assert [(it.id, it.code) for it in page.items] == list(zip(ids, ("N", "S"), strict=True))
    with pytest.raises(Rejected, match="warehouse S exists already"):
        async with db.unit_of_work(story.network_id) as conn:
            await create_warehouses(
                conn, actor=brand, warehouses=[NewWarehouse(code="X", name="x", name_en=""), south]
            )
    async with db.unit_of_work(story.network_id) as conn:
        await create_warehouses(conn, actor=story.actor("trader_a"), warehouses=[south])


async def test_only_the_seller_says_which_of_its_warehouses_serve(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR")
    north, south = [await a_warehouse(owner_pool, story, "brand", code) for code in "NS"]
    foreign = await a_warehouse(owner_pool, story, "trader_a")
    await stock(owner_pool, story, north, sku, 5)
    await stock(owner_pool, story, south, sku, 3)
    brand = story.actor("brand", Permission.STOCK_MANAGE, Permission.CATALOG_READ)

    async def grant(actor: Actor, *warehouse_ids: int) -> int | None:
        grants = [WarehouseGrant(relationship_id=edge, warehouse_ids=warehouse_ids)]
        async with db.unit_of_work(story.network_id) as conn:
            await grant_warehouses(conn, actor=actor, grants=grants)
            free = await available_on_edges(conn, actor=brand, pairs=[(edge, sku)])
            return free[edge, sku]

    assert await grant(brand, south) == 3
    assert await grant(brand, south, north) == 8
    assert await grant(brand) == 8
    for actor, warehouse in (
        (story.actor("trader_a"), foreign),
        (brand, foreign),
        (story.actor("trader_b"), south),
    ):
        with pytest.raises(Rejected, match="There is no such"):
            await grant(actor, warehouse)
    await owner_pool.execute(
        "UPDATE organizations.relationship SET state = 'ended' WHERE id = $1", edge
    )
    with pytest.raises(Rejected, match="no such relationship"):
        await grant(brand, south)


async def page_of_levels(db: Database, story: Story, after: PageRequest) -> list[tuple[int, int]]:
    async with db.reading(story.network_id) as conn:
        page = await list_stock_levels(conn, actor=story.actor("brand"), page=after)
    return [(level.warehouse_id, level.sku_id) for level in page.items]


async def test_levels_are_read_page_by_page(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    skus = [await a_sku(owner_pool, story, f"SKU{index}") for index in range(3)]
    warehouses = [await a_warehouse(owner_pool, story, "brand", code) for code in "NS"]
    for warehouse in warehouses:
        for sku in skus:
            await stock(owner_pool, story, warehouse, sku, 1)

    first = await page_of_levels(db, story, PageRequest(4))
    second = await page_of_levels(db, story, PageRequest(4, first[-1]))

    assert first + second == [(warehouse, sku) for warehouse in warehouses for sku in skus]


async def test_the_trail_tells_what_stood_there_and_what_served_before(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand, edge = story.actor("brand"), story.edge("brand", "trader_a")
    sku = await a_sku(owner_pool, story, "CHAIR")
    north, south = [await a_warehouse(owner_pool, story, "brand", code) for code in "NS"]
    await stock(owner_pool, story, north, sku, 5)
    carried = StockTransfer(from_warehouse_id=north, to_warehouse_id=south, sku_id=sku, quantity=2)

    async with db.unit_of_work(story.network_id) as conn:
        await transfer_stock(conn, actor=brand, transfers=[carried])
        for ids in ((north,), (south, north)):
            grant = WarehouseGrant(relationship_id=edge, warehouse_ids=ids)
            await grant_warehouses(conn, actor=brand, grants=[grant])

    rows = await owner_pool.fetch(
        "SELECT before, after FROM kernel.audit_entry WHERE network_id = $1"
        " AND action IN ('stock.transfer', 'warehouse.grant') ORDER BY id",
        story.network_id,
    )
    [moved, _, granted] = [(json.loads(row["before"]), json.loads(row["after"])) for row in rows]

    def levels(told: dict[str, Any]) -> dict[int, int]:
        return {line["warehouse_id"]: line["on_hand"] for line in told["lines"]}

    assert [levels(told) for told in moved] == [{north: 5, south: 0}, {north: 3, south: 2}]
    assert [told["warehouse_ids"] for told in granted] == [[north], [south, north]]


async def test_two_who_say_what_serves_an_edge_follow_one_another(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    north, south = [await a_warehouse(owner_pool, story, "brand", code) for code in "NS"]

    async def grant(warehouse_id: int) -> None:
        grant = WarehouseGrant(relationship_id=edge, warehouse_ids=(warehouse_id,))
        async with db.unit_of_work(story.network_id) as conn:
            await grant_warehouses(conn, actor=story.actor("brand"), grants=[grant])
            await asyncio.sleep(0.05)

    await asyncio.gather(*(grant(id) for id in (north, south, north, south)))

    served = await owner_pool.fetch(
        "SELECT warehouse_id FROM inventory.warehouse_grant WHERE network_id = $1 AND"
        " relationship_id = $2",
        story.network_id,
        edge,
    )
    assert len(served) == 1
