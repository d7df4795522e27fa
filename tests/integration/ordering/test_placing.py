"""Placing orders, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.factories import a_network
from tests.factories_inventory import level_of
from tests.factories_ordering import a_market, placed, with_terms
from tests.factories_settlement import exposure_of
from tradeline.kernel import (
    Database,
    Forbidden,
    NotFound,
    Permission,
    Pool,
    Rejected,
    list_audit_entries,
)
from tradeline.kernel.pages import PageRequest
from tradeline.ordering import (
    BelowOrderMinimum,
    CreditBlocked,
    NewOrderLine,
    NotEnoughCredit,
    NotEnoughStock,
    NotInAssortment,
    NotTrading,
    OrderState,
    OutsideTerritory,
    RefusedOrder,
    lines_of_orders,
    orders_by_ids,
    place_order,
    place_orders,
)


async def test_an_order_holds_its_stock_and_its_credit(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")

    order_id = await placed(db, market, tea=10, oil=4)

    async with db.reading(market.story.network_id) as conn:
        order = (await orders_by_ids(conn, actor=buyer, ids=[order_id]))[order_id]
        tea, oil = (await lines_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
    assert (order.amount_minor, order.state) == (8_000, OrderState.TO_CONFIRM)
    assert order.held_by_org_id == market.story.orgs["trader_a"]
    assert (tea.amount_minor, oil.amount_minor) == (3_000, 5_000)
    assert tea.explanation["amount_minor"] == 3_000
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 10)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 8_000


async def test_all_blockers_are_named_at_once_and_nothing_changes(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, territory=("north",))
    await owner_pool.execute(
        "UPDATE settlement.exposure SET is_blocked = true, credit_limit_minor = 100"
        " WHERE relationship_id = $1",
        market.edge,
    )
    order = market.order(tea=101, oil=1)
    order = replace(order, lines=(*order.lines, NewOrderLine(999_999_999, 1)))

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(market.story.network_id) as conn:
            await place_order(conn, actor=market.story.actor("retailer_1"), order=order)

    assert {type(problem) for problem in refusal.value.problems} == {
        NotEnoughStock,
        NotInAssortment,
        OutsideTerritory,
        CreditBlocked,
        NotEnoughCredit,
    }
    assert await level_of(owner_pool, market.story, market.warehouse, market.oil) == (100, 0)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 0


async def test_an_order_below_the_edges_minimum_is_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, minimum_minor=1_000)

    with pytest.raises(Rejected) as refusal:
        await placed(db, market, tea=1)

    assert [type(problem) for problem in refusal.value.problems] == [BelowOrderMinimum]


async def test_a_suspended_edge_takes_no_orders(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    await owner_pool.execute(
        "UPDATE organizations.relationship SET state = 'suspended' WHERE id = $1", market.edge
    )

    with pytest.raises(Rejected) as refusal:
        await placed(db, market, tea=1)

    assert [type(problem) for problem in refusal.value.problems] == [NotTrading]


async def test_the_seller_places_on_behalf_and_the_audit_says_so(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)

    order_id = await placed(db, market, by="trader_a", tea=1)

    for name in ("trader_a", "retailer_1"):
        async with db.reading(market.story.network_id) as conn:
            page = await list_audit_entries(
                conn,
                actor=market.story.actor(name),
                page=PageRequest(),
                subject_type="order",
                subject_id=order_id,
            )
        [entry] = page.items
        assert entry.action == "order.place"
        assert entry.org_id == market.story.orgs["trader_a"]
        assert entry.on_behalf_of_org_id == market.story.orgs["retailer_1"]


async def test_each_side_needs_its_permission(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1", Permission.ORDER_PLACE_ON_BEHALF)
    seller = market.story.actor("trader_a", Permission.ORDER_PLACE)

    for actor in (buyer, seller):
        with pytest.raises(Forbidden):
            async with db.unit_of_work(market.story.network_id) as conn:
                await place_order(conn, actor=actor, order=market.order(tea=1))


async def test_a_stranger_finds_no_edge_to_order_on(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    elsewhere = await a_network(owner_pool, db)

    for actor in (market.story.actor("retailer_3"), elsewhere.actor("retailer_1")):
        with pytest.raises(Rejected) as refusal:
            async with db.unit_of_work(actor.network_id) as conn:
                await place_order(conn, actor=actor, order=market.order(tea=1))
        assert [type(problem) for problem in refusal.value.problems] == [NotFound]
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 0)


async def test_a_refused_order_of_a_batch_harms_no_other(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    batch = [market.order(tea=60), market.order(tea=60, oil=1), market.order(tea=40, oil=100)]

    async with db.unit_of_work(market.story.network_id) as conn:
        first, second, third = await place_orders(
            conn,
            network_id=market.story.network_id,
            requests=[(buyer, order) for order in batch[:2]] + [(buyer, market.order(tea=40))],
        )

    assert isinstance(second, RefusedOrder)
    assert isinstance(first, int)
    assert isinstance(third, int)
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 100)
    assert await level_of(owner_pool, market.story, market.warehouse, market.oil) == (100, 0)


async def outcomes(db: Database, *orders: object) -> list[object]:
    return await asyncio.gather(*orders, return_exceptions=True)  # type: ignore[call-overload, no-any-return]


async def test_of_twenty_parallel_orders_exactly_as_many_pass_as_credit_allows(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)

    results = await outcomes(db, *(placed(db, market, oil=8) for _ in range(12)))

    passed = [result for result in results if isinstance(result, int)]
    refused = [result for result in results if isinstance(result, Rejected)]
    assert (len(passed), len(refused)) == (10, 2)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 100_000


async def test_parallel_orders_never_sell_what_is_not_there(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)

    results = await outcomes(db, *(placed(db, market, tea=30) for _ in range(8)))

    assert sum(isinstance(result, int) for result in results) == 3
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 90)
