"""Goods told of ahead, and goods that came damaged: counted, neither owed nor put into stock."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories_inventory import a_warehouse, level_of
from tests.factories_ordering import Market, a_market, confirmed, lines
from tests.factories_settlement import exposure_of
from tests.integration.ordering.test_steps import do, state_of
from tradeline.kernel import Database, InvalidValue, Locale, NotFound, Pool, Rejected
from tradeline.ordering import (
    Damage,
    OrderState,
    Shipment,
    events_of_orders,
    orders_by_ids,
    receive_shipment,
    ship_order,
    shipments_of_orders,
    word_event,
)

DAY = date(2027, 3, 12)


async def shipment_of(db: Database, market: Market, order_id: int) -> Shipment:
    actor = market.story.actor("retailer_1")
    async with db.reading(actor.network_id) as conn:
        [found] = (await shipments_of_orders(conn, actor=actor, order_ids=[order_id]))[order_id]
    return found


async def test_a_shipment_tells_ahead_when_it_comes_and_in_how_many_packages(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    await do(db, seller, ship_order, order_id=order_id, expected_on=DAY, packages=3)

    shipment = await shipment_of(db, market, order_id)

    assert (shipment.expected_on, shipment.packages) == (DAY, 3)
    async with db.reading(buyer.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
        order = (await orders_by_ids(conn, actor=buyer, ids=[order_id]))[order_id]
    assert word_event(events[-1], order, Locale.EN).endswith("; due on 2027-03-12; line 1 TEA: 10.")


async def test_packages_and_days_that_nobody_means_are_refused(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await confirmed(db, market, tea=10)
    with pytest.raises(Rejected) as refused:
        await do(
            db,
            market.story.actor("trader_a"),
            ship_order,
            order_id=order_id,
            expected_on=date(1999, 1, 1),
            packages=0,
        )
    assert [problem.path for problem in refused.value.problems] == [("expectedOn",), ("packages",)]
    assert await state_of(db, market, order_id) is OrderState.TO_SHIP


async def test_damaged_units_are_written_down_and_neither_owed_nor_put_into_stock(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    store = await a_warehouse(owner_pool, market.story, "retailer_1")
    order_id = await confirmed(db, market, tea=10, oil=4)
    tea, oil = await lines(db, market, order_id)
    shipment = await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)
    buyer = market.story.actor("retailer_1")

    await do(
        db,
        buyer,
        receive_shipment,
        shipment_id=shipment,
        found={tea.id: 7},
        damaged={tea.id: Damage(2, "受潮"), oil.id: Damage(1, "漏油")},
    )

    exposure = await exposure_of(owner_pool, market.edge)
    assert (exposure.held_minor, exposure.owed_minor) == (0, 7 * 300 + 3 * 1_250)
    assert await level_of(owner_pool, market.story, store, market.tea) == (7, 0)
    assert await level_of(owner_pool, market.story, store, market.oil) == (3, 0)
    counted = (await shipment_of(db, market, order_id)).lines
    assert [
        (it.quantity, it.received_quantity, it.damaged_quantity, it.damage_reason) for it in counted
    ] == [(10, 7, 2, "受潮"), (4, 3, 1, "漏油")]
    async with db.reading(buyer.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
    assert events[-1].detail["damaged_quantity"] == 3
    assert await state_of(db, market, order_id) is OrderState.CLOSED


async def test_damage_that_cannot_be_is_refused_with_all_faults_and_nothing_is_counted(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10, oil=4)
    tea, oil = await lines(db, market, order_id)
    shipment = await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)

    async def refused(**counts: object) -> list[tuple[type, object]]:
        with pytest.raises(Rejected) as told:
            await do(db, buyer, receive_shipment, shipment_id=shipment, **counts)
        return [(type(problem), problem.path) for problem in told.value.problems]

    assert await refused(damaged={tea.id: Damage(11, "wet"), oil.id: Damage(1, " ")}) == [
        (InvalidValue, ("lines", 0, "quantity")),
        (InvalidValue, ("lines", 0, "damagedQuantity")),
        (InvalidValue, ("lines", 1, "damageReason")),
    ]
    assert await refused(found={tea.id: 19}, damaged={tea.id: Damage(2, "wet")}) == [
        (InvalidValue, ("lines", 0, "quantity"))
    ]
    assert (InvalidValue, ("lines", 0, "damagedQuantity")) in await refused(
        damaged={tea.id: Damage(-1, "")}
    )
    assert await refused(damaged={0: Damage(1, "wet")}) == [(NotFound, ("lines", 0, "orderLineId"))]
    assert (await shipment_of(db, market, order_id)).received_at is None
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 0
