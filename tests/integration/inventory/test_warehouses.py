"""Changing and closing warehouses, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import Story, a_network
from tests.factories_inventory import a_sku, a_warehouse, level_of, stock
from tradeline.inventory import (
    HoldLine,
    MovementReason,
    StockAdjustment,
    StockCount,
    StockReceipt,
    StockTransfer,
    Warehouse,
    WarehouseChange,
    adjust_stock,
    available,
    count_stock,
    hold_stock,
    list_stock_levels,
    receive_stock,
    transfer_stock,
    update_warehouse,
    warehouses_by_ids,
)
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    list_audit_entries,
)


async def changed(db: Database, actor: Actor, warehouse_id: int, **values: object) -> Warehouse:
    async with db.unit_of_work(actor.network_id) as conn:
        change = WarehouseChange(warehouse_id=warehouse_id, **values)  # type: ignore[arg-type]
        await update_warehouse(conn, actor=actor, change=change)
    return await read(db, actor, warehouse_id)


async def read(db: Database, actor: Actor, warehouse_id: int) -> Warehouse:
    async with db.reading(actor.network_id) as conn:
        return (await warehouses_by_ids(conn, actor=actor, ids=[warehouse_id]))[warehouse_id]


def faults(refusal: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, str]]:
    return [
        (type(problem).__name__, "/".join(str(step) for step in problem.path))
        for problem in refusal.value.problems
    ]


async def received(db: Database, story: Story, sku_id: int, paper: int) -> None:
    """Five arrive at the brand's."""
    async with db.unit_of_work(story.network_id) as conn:
        await receive_stock(
            conn,
            network_id=story.network_id,
            receipts=[
                StockReceipt(
                    org_id=story.orgs["brand"],
                    sku_id=sku_id,
                    quantity=5,
                    reason=MovementReason.RECEIPT,
                    reference_type="receipt_line",
                    reference_id=paper,
                )
            ],
            account_id=None,
        )


async def test_what_is_given_changes_and_the_rest_stays(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    id = await a_warehouse(owner_pool, story, "brand")

    after = await changed(db, brand, id, name="北仓", region="CN-11", priority=5)

    assert (after.code, after.name, after.name_en) == ("MAIN", "北仓", "MAIN")
    assert (after.region, after.priority, after.is_active) == ("CN-11", 5, True)
    async with db.reading(story.network_id) as conn:
        [entry] = (
            await list_audit_entries(
                conn, actor=brand, page=PageRequest(1), subject_type="warehouse", subject_id=id
            )
        ).items
    assert entry.action == "warehouse.update"
    assert entry.before == {"name": "MAIN", "region": "", "priority": 100}
    assert entry.after == {"name": "北仓", "region": "CN-11", "priority": 5}


async def test_all_faults_of_a_change_are_named_and_nothing_changes(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    id = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, id, await a_sku(owner_pool, story, "BEER"), 3)
    before = await read(db, brand, id)

    with pytest.raises(Rejected) as refusal:
        await changed(db, brand, id, name=" ", priority=-1, is_active=False)

    assert faults(refusal) == [
        ("InvalidValue", "name"),
        ("InvalidValue", "priority"),
        ("WarehouseNotEmpty", "isActive"),
    ]
    assert await read(db, brand, id) == before


async def test_a_warehouse_is_not_closed_while_stock_stands_or_is_promised(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    id = await a_warehouse(owner_pool, story, "brand")
    beer, tea = [await a_sku(owner_pool, story, code) for code in ("BEER", "TEA")]
    await stock(owner_pool, story, id, beer, 5)
    await stock(owner_pool, story, id, tea, 0)
    async with db.unit_of_work(story.network_id) as conn:
        await hold_stock(
            conn,
            actor=brand,
            lines=[HoldLine(sku_id=beer, quantity=2)],
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
    await owner_pool.execute(
        "INSERT INTO inventory.stock_hold (network_id, warehouse_id, sku_id, held_for_org_id,"
        " reference_type, reference_id, quantity) VALUES ($1, $2, $3, $4, 'order_line', 9, 1)",
        story.network_id,
        id,
        beer,
        story.orgs["trader_a"],
    )

    with pytest.raises(Rejected) as refusal:
        await changed(db, brand, id, is_active=False)

    assert [problem.message() for problem in refusal.value.problems] == [
        "1 SKUs still stand in warehouse MAIN, such as BEER; "
        "transfer them or count them to zero before you close it.",
        "1 order lines and 1 holds have stock set aside in warehouse MAIN; "
        "ship, cancel or release them before you close it.",
    ]
    assert (await read(db, brand, id)).is_active


async def test_a_closed_warehouse_serves_nobody_and_takes_nothing_in(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    closed = await a_warehouse(owner_pool, story, "brand", priority=1)
    other = await a_warehouse(owner_pool, story, "brand", "OTHER")
    edge = story.edge("brand", "trader_a")
    beer = await a_sku(owner_pool, story, "BEER", sold_on=(edge,))
    await stock(owner_pool, story, closed, beer, 0)
    await stock(owner_pool, story, other, beer, 4)

    await changed(db, brand, closed, is_active=False)
    await received(db, story, beer, 1)

    assert await level_of(owner_pool, story, closed, beer) == (0, 0)
    assert await level_of(owner_pool, story, other, beer) == (9, 0), "goods go where it is open"
    async with db.reading(story.network_id) as conn:
        pair = (edge, beer)
        assert await available(conn, network_id=story.network_id, pairs=[pair]) == {pair: 9}
    line = {"warehouse_id": closed, "sku_id": beer}
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await adjust_stock(conn, actor=brand, adjustments=[StockAdjustment(**line, quantity=1)])
    assert faults(refusal) == [("WarehouseClosed", "lines/0/warehouseId")]
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await count_stock(conn, actor=brand, counts=[StockCount(**line, counted=1)])
    assert faults(refusal) == [("WarehouseClosed", "lines/0/warehouseId")]
    transfer = StockTransfer(
        from_warehouse_id=other, to_warehouse_id=closed, sku_id=beer, quantity=1
    )
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await transfer_stock(conn, actor=brand, transfers=[transfer])
    assert faults(refusal) == [("WarehouseClosed", "lines/0/toWarehouseId")]
    assert await level_of(owner_pool, story, closed, beer) == (0, 0)
    async with db.unit_of_work(story.network_id) as conn:
        await count_stock(conn, actor=brand, counts=[StockCount(**line, counted=0)])
    await changed(db, brand, closed, is_active=True)
    await received(db, story, beer, 2)
    assert await level_of(owner_pool, story, closed, beer) == (5, 0), "it is open again"


@pytest.mark.parametrize("way", ["adjust", "count", "receive"])
async def test_nothing_comes_in_while_a_warehouse_is_being_closed(
    db: Database, owner_pool: Pool, way: str
) -> None:
    """Whoever comes while it is being closed waits, and finds it closed."""
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    id = await a_warehouse(owner_pool, story, "brand")
    beer = await a_sku(owner_pool, story, "BEER")
    await stock(owner_pool, story, id, beer, 0)

    async def comes_in() -> None:
        async with db.unit_of_work(story.network_id) as conn:
            if way == "adjust":
                line = StockAdjustment(warehouse_id=id, sku_id=beer, quantity=1)
                await adjust_stock(conn, actor=brand, adjustments=[line])
            else:
                count = StockCount(warehouse_id=id, sku_id=beer, counted=1)
                await count_stock(conn, actor=brand, counts=[count])

    async with db.unit_of_work(story.network_id) as conn:
        change = WarehouseChange(warehouse_id=id, is_active=False)
        await update_warehouse(conn, actor=brand, change=change)
        coming = asyncio.create_task(
            received(db, story, beer, 1) if way == "receive" else comes_in()
        )
        await asyncio.sleep(0.3)
        assert not coming.done()
    [outcome] = await asyncio.gather(coming, return_exceptions=True)

    assert (outcome is None) is (way == "receive")
    assert not (await read(db, brand, id)).is_active
    assert await level_of(owner_pool, story, id, beer) == (0, 0)


async def test_a_warehouse_into_which_something_comes_is_not_closed_meanwhile(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    id = await a_warehouse(owner_pool, story, "brand")
    beer = await a_sku(owner_pool, story, "BEER")
    await stock(owner_pool, story, id, beer, 0)

    async with db.unit_of_work(story.network_id) as conn:
        line = StockAdjustment(warehouse_id=id, sku_id=beer, quantity=1)
        await adjust_stock(conn, actor=brand, adjustments=[line])
        closing = asyncio.create_task(changed(db, brand, id, is_active=False))
        await asyncio.sleep(0.3)
        assert not closing.done()
    [outcome] = await asyncio.gather(closing, return_exceptions=True)

    assert isinstance(outcome, Rejected)
    assert (await read(db, brand, id)).is_active


async def test_a_warehouse_is_its_owners_to_change(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    id = await a_warehouse(owner_pool, story, "brand")
    before = await read(db, story.actor("brand"), id)

    with pytest.raises(Rejected) as refusal:
        await changed(db, story.actor("trader_a"), id, name="mine")
    assert faults(refusal) == [("NotFound", "warehouseId")]
    with pytest.raises(Forbidden):
        await changed(db, story.actor("brand", Permission.STOCK_READ), id, name="mine")

    assert await read(db, story.actor("brand"), id) == before


async def test_levels_are_found_by_what_their_skus_are_found_by(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    id = await a_warehouse(owner_pool, story, "brand")
    beer, tea = [await a_sku(owner_pool, story, code) for code in ("BEER", "TEA")]
    await owner_pool.execute(
        "UPDATE catalog.sku SET search_text = lower(code), search_grams ="
        " ARRAY(SELECT substr(lower(code), n, 2) FROM generate_series(1, 3) AS n)"
        " WHERE id = ANY($1::bigint[])",
        [beer, tea],
    )
    await owner_pool.execute(
        "INSERT INTO catalog.buyer_code (network_id, buyer_org_id, code, sku_id)"
        " VALUES ($1, $2, 'Own-7', $3), ($1, $4, 'Own-8', $3)",
        story.network_id,
        brand.org_id,
        tea,
        story.orgs["trader_a"],
    )
    for sku_id in (beer, tea):
        await stock(owner_pool, story, id, sku_id, 1)

    async def found(search: str, actor: Actor = brand) -> list[int]:
        async with db.reading(story.network_id) as conn:
            page = await list_stock_levels(conn, actor=actor, page=PageRequest(), search=search)
        return [level.sku_id for level in page.items]

    assert await found("bee") == [beer]
    assert await found("own-7") == [tea]
    assert await found("own-8") == [], "what others call it"
    assert await found(" ") == [beer, tea]
    assert await found("bee", story.actor("trader_a")) == []
    with pytest.raises(Rejected):
        await found("x" * 101)
