"""Holds that people ask for: every line or none, until released or lapsed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import Story, a_network
from tests.factories_inventory import a_sku, a_warehouse, level_of, stock
from tradeline.inventory import (
    HoldLine,
    NewHold,
    expire_holds,
    hold_stock,
    list_reservations,
    list_stock_holds,
    release_stock_hold,
    stock_holds_by_ids,
    store_holds,
)
from tradeline.kernel import Actor, Database, Forbidden, PageRequest, Pool, Rejected

FIRST_PAGE = PageRequest()


async def hold(
    db: Database,
    actor: Actor,
    edge: int | None,
    *lines: tuple[int, int],
    lasts: timedelta = timedelta(days=1),
) -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await hold_stock(
            conn,
            actor=actor,
            lines=[HoldLine(sku_id=sku_id, quantity=quantity) for sku_id, quantity in lines],
            expires_at=datetime.now(UTC) + lasts,
            relationship_id=edge,
        )


async def release(db: Database, actor: Actor, hold_id: int) -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await release_stock_hold(conn, actor=actor, hold_id=hold_id)


async def lapse(owner_pool: Pool, hold_id: int) -> None:
    await owner_pool.execute(
        "UPDATE inventory.stock_hold SET expires_at = now() - interval '1 second'"
        " WHERE reference_type = 'hold' AND reference_id = $1",
        hold_id,
    )


async def expired(owner_pool: Pool) -> None:
    async with owner_pool.acquire() as conn:
        while await expire_holds(conn, limit=100):
            pass


async def a_shelf(
    db: Database, owner_pool: Pool, *on_hand: int
) -> tuple[Story, int, int, list[int]]:
    """A brand's warehouse with some SKUs that trader A may buy: story, edge, warehouse, SKUs."""
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    skus = []
    for index, quantity in enumerate(on_hand):
        skus.append(await a_sku(owner_pool, story, f"SKU{index}", sold_on=(edge,)))
        await stock(owner_pool, story, warehouse, skus[-1], quantity)
    return story, edge, warehouse, skus


async def test_a_buyer_holds_every_line(db: Database, owner_pool: Pool) -> None:
    story, edge, warehouse, [chair, lamp] = await a_shelf(db, owner_pool, 10, 4)

    hold_id = await hold(db, story.actor("trader_a"), edge, (chair, 6), (lamp, 4))

    assert await level_of(owner_pool, story, warehouse, chair) == (10, 6)
    assert await level_of(owner_pool, story, warehouse, lamp) == (4, 4)
    async with db.reading(story.network_id) as conn:
        for name in ("trader_a", "brand"):
            [held] = (await list_stock_holds(conn, actor=story.actor(name), page=FIRST_PAGE)).items
            assert held.id == hold_id
            assert held.is_active
            assert (held.owner_org_id, held.held_for_org_id) == (
                story.orgs["brand"],
                story.orgs["trader_a"],
            )
            assert held.lines == (
                HoldLine(sku_id=chair, quantity=6),
                HoldLine(sku_id=lamp, quantity=4),
            )


async def test_names_every_fault_and_holds_nothing(db: Database, owner_pool: Pool) -> None:
    story, edge, warehouse, [chair, lamp] = await a_shelf(db, owner_pool, 10, 4)

    with pytest.raises(Rejected) as refusal:
        await hold(db, story.actor("trader_a"), edge, (chair, 11), (lamp, 5))

    assert [problem.message() for problem in refusal.value.problems] == [
        "11 EA of SKU0 were asked for, 10 EA are free; ask for less.",
        "5 EA of SKU1 were asked for, 4 EA are free; ask for less.",
    ]
    assert await level_of(owner_pool, story, warehouse, chair) == (10, 0)


async def test_of_fifty_holds_of_ten_units_ten_are_served(db: Database, owner_pool: Pool) -> None:
    story, edge, warehouse, [sku] = await a_shelf(db, owner_pool, 10)

    outcomes = await asyncio.gather(
        *(hold(db, story.actor("trader_a"), edge, (sku, 1)) for _ in range(50)),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, int) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, Rejected) for outcome in outcomes) == 40
    assert await level_of(owner_pool, story, warehouse, sku) == (10, 10)


async def test_an_organization_holds_its_own_stock(db: Database, owner_pool: Pool) -> None:
    story, _, warehouse, [sku] = await a_shelf(db, owner_pool, 10)

    await hold(db, story.actor("brand"), None, (sku, 3))

    assert await level_of(owner_pool, story, warehouse, sku) == (10, 3)
    with pytest.raises(Rejected, match="0 EA are free"):
        await hold(db, story.actor("trader_a"), None, (sku, 1))
    await owner_pool.execute(
        "UPDATE inventory.warehouse SET is_active = false WHERE id = $1", warehouse
    )
    with pytest.raises(Rejected, match="0 EA are free"):
        await hold(db, story.actor("brand"), None, (sku, 1))


async def test_of_twenty_holds_of_its_own_ten_units_ten_are_served(
    db: Database, owner_pool: Pool
) -> None:
    story, _, warehouse, [sku] = await a_shelf(db, owner_pool, 10)

    outcomes = await asyncio.gather(
        *(hold(db, story.actor("brand"), None, (sku, 1)) for _ in range(20)),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, int) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, Rejected) for outcome in outcomes) == 10
    assert await level_of(owner_pool, story, warehouse, sku) == (10, 10)


async def test_nobody_holds_on_an_edge_of_others_nor_what_it_does_not_trade(
    db: Database, owner_pool: Pool
) -> None:
    story, edge, warehouse, [sku] = await a_shelf(db, owner_pool, 10)
    other = await a_network(owner_pool, db)
    hidden = await a_sku(owner_pool, story, "HIDDEN")
    await stock(owner_pool, story, warehouse, hidden, 5)

    for stranger in (story.actor("trader_b"), story.actor("brand"), other.actor("trader_a")):
        with pytest.raises(Rejected, match="no such relationship"):
            await hold(db, stranger, edge, (sku, 1))
    with pytest.raises(Rejected, match="no such SKU"):
        await hold(db, story.actor("trader_a"), edge, (hidden, 1))
    await owner_pool.execute(
        "UPDATE organizations.relationship SET state = 'suspended' WHERE id = $1", edge
    )
    with pytest.raises(Rejected, match="no such relationship"):
        await hold(db, story.actor("trader_a"), edge, (sku, 1))
    with pytest.raises(Forbidden):
        await hold(db, story.visitor("trader_a"), edge, (sku, 1))


@pytest.mark.parametrize("by", ["trader_a", "brand"])
async def test_whom_it_is_for_and_whose_it_is_may_release_it_once(
    db: Database, owner_pool: Pool, by: str
) -> None:
    story, edge, warehouse, [sku] = await a_shelf(db, owner_pool, 10)
    hold_id = await hold(db, story.actor("trader_a"), edge, (sku, 6))

    for stranger in (story.actor("trader_b"), (await a_network(owner_pool, db)).actor("brand")):
        with pytest.raises(Rejected, match="no such hold"):
            await release(db, stranger, hold_id)
    assert await release(db, story.actor(by), hold_id) == hold_id

    assert await level_of(owner_pool, story, warehouse, sku) == (10, 0)
    with pytest.raises(Rejected, match="The hold is released"):
        await release(db, story.actor(by), hold_id)
    async with db.reading(story.network_id) as conn:
        for listed in (list_stock_holds, list_reservations):
            assert not (await listed(conn, actor=story.actor("brand"), page=FIRST_PAGE)).items


async def test_strangers_see_no_holds(db: Database, owner_pool: Pool) -> None:
    story, edge, _, [sku] = await a_shelf(db, owner_pool, 10)
    other = await a_network(owner_pool, db)
    hold_id = await hold(db, story.actor("trader_a"), edge, (sku, 6))
    async with owner_pool.acquire() as conn:
        for stranger in (story.actor("trader_b"), other.actor("brand")):
            assert not await stock_holds_by_ids(conn, actor=stranger, ids=[hold_id])
            for listed in (list_stock_holds, list_reservations):
                assert not (await listed(conn, actor=stranger, page=FIRST_PAGE)).items
        # A buyer sees its hold, and not in which warehouse it stands.
        buyer = story.actor("trader_a")
        assert not (await list_reservations(conn, actor=buyer, page=FIRST_PAGE)).items
        owner = story.actor("brand")
        assert len((await list_reservations(conn, actor=owner, page=FIRST_PAGE)).items) == 1
        with pytest.raises(Forbidden):
            await list_stock_holds(conn, actor=story.visitor("brand"), page=FIRST_PAGE)
        with pytest.raises(Forbidden):
            await stock_holds_by_ids(conn, actor=story.visitor("brand"), ids=[hold_id])


async def test_what_an_order_holds_is_not_a_hold_that_was_asked_for(
    db: Database, owner_pool: Pool
) -> None:
    story, edge, warehouse, [sku] = await a_shelf(db, owner_pool, 10)
    asked = await hold(db, story.actor("trader_a"), edge, (sku, 2))
    for_order = NewHold(
        warehouse_id=warehouse,
        sku_id=sku,
        held_for_org_id=story.orgs["trader_a"],
        reference_type="order_line",
        reference_id=asked + 1,
        quantity=3,
    )
    async with db.unit_of_work(story.network_id) as conn:
        await store_holds(conn, network_id=story.network_id, holds=[for_order])

    async with db.reading(story.network_id) as conn:
        listed = await list_stock_holds(conn, actor=story.actor("trader_a"), page=FIRST_PAGE)
        reserved = await list_reservations(
            conn, actor=story.actor("brand"), page=FIRST_PAGE, warehouse_id=warehouse, sku_id=sku
        )
    assert [held.id for held in listed.items] == [asked]
    assert [(it.reference_type, it.quantity) for it in reserved.items] == [
        ("order_line", 3),
        ("hold", 2),
    ]
    with pytest.raises(Rejected, match="no such hold"):
        await release(db, story.actor("trader_a"), asked + 1)


async def test_a_hold_lapses_by_itself_and_says_so(db: Database, owner_pool: Pool) -> None:
    story, edge, warehouse, [chair, lamp] = await a_shelf(db, owner_pool, 10, 4)
    lapsing = await hold(db, story.actor("trader_a"), edge, (chair, 6), (lamp, 1))
    staying = await hold(db, story.actor("trader_a"), edge, (chair, 2))
    await lapse(owner_pool, lapsing)

    await expired(owner_pool)

    assert await level_of(owner_pool, story, warehouse, chair) == (10, 2)
    assert await level_of(owner_pool, story, warehouse, lamp) == (4, 0)
    async with db.reading(story.network_id) as conn:
        holds = await stock_holds_by_ids(
            conn, actor=story.actor("trader_a"), ids=[lapsing, staying]
        )
    assert (holds[lapsing].is_active, holds[staying].is_active) == (False, True)
    events = await owner_pool.fetch(
        "SELECT key FROM kernel.outbox_event"
        " WHERE network_id = $1 AND topic = 'stock.hold_expired'",
        story.network_id,
    )
    assert [event["key"] for event in events] == [f"stock_hold:{lapsing}"] * 2


async def test_lapsing_waits_for_nobody(db: Database, owner_pool: Pool) -> None:
    story, edge, warehouse, [busy, idle] = await a_shelf(db, owner_pool, 10, 10)
    hold_id = await hold(db, story.actor("trader_a"), edge, (busy, 6), (idle, 6))
    await lapse(owner_pool, hold_id)

    async with db.unit_of_work(story.network_id) as conn:
        await conn.execute(
            "SELECT FROM inventory.stock_level WHERE sku_id = $1 FOR NO KEY UPDATE", busy
        )
        await asyncio.wait_for(expired(owner_pool), timeout=10)
        assert await level_of(owner_pool, story, warehouse, idle) == (10, 0)
        assert await level_of(owner_pool, story, warehouse, busy) == (10, 6)
    await expired(owner_pool)

    assert await level_of(owner_pool, story, warehouse, busy) == (10, 0)


async def test_workers_and_releases_at_once_free_a_hold_once(
    db: Database, owner_pool: Pool
) -> None:
    story, edge, warehouse, [sku] = await a_shelf(db, owner_pool, 100)
    buyer = story.actor("trader_a")
    holds = [await hold(db, buyer, edge, (sku, 5)) for _ in range(10)]
    for hold_id in holds[:8]:
        await lapse(owner_pool, hold_id)

    await asyncio.gather(
        *(expired(owner_pool) for _ in range(4)),
        *(release(db, buyer, hold_id) for hold_id in holds),
        return_exceptions=True,
    )
    await expired(owner_pool)

    assert await level_of(owner_pool, story, warehouse, sku) == (100, 0)
