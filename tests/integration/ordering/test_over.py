"""More than was shipped: owed at the line's price as far as anybody believes it."""

from __future__ import annotations

import pytest

from tests.factories_inventory import a_warehouse, level_of
from tests.factories_ordering import a_market, confirmed, lines
from tests.factories_settlement import exposure_of
from tests.integration.ordering.test_steps import do, state_of
from tradeline.kernel import Database, InvalidValue, Pool, Rejected
from tradeline.ordering import (
    OrderState,
    decide_return,
    events_of_orders,
    receive_shipment,
    request_return,
    ship_order,
    shipments_of_orders,
)


async def test_what_came_over_is_owed_stands_in_stock_and_can_go_back(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    store = await a_warehouse(owner_pool, market.story, "retailer_1")
    order_id = await confirmed(db, market, tea=10, oil=2)
    tea, oil = await lines(db, market, order_id)
    shipment = await do(db, seller, ship_order, order_id=order_id)

    await do(db, buyer, receive_shipment, shipment_id=shipment, found={tea.id: 11, oil.id: 1})

    exposure = await exposure_of(owner_pool, market.edge)
    assert (exposure.held_minor, exposure.owed_minor) == (0, 3_300 + 1_250)
    assert await level_of(owner_pool, market.story, store, market.tea) == (11, 0)
    assert await state_of(db, market, order_id) is OrderState.CLOSED
    async with db.reading(buyer.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
        [counted] = (await shipments_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
    assert [(line["quantity"], line["expected"]) for line in events[-1].detail["lines"]] == [
        (11, 10),
        (1, 2),
    ]
    assert [(line.quantity, line.received_quantity) for line in counted.lines] == [(10, 11), (2, 1)]
    back = {"quantities": {tea.id: 11}, "reason": "退回"}
    return_id = await do(db, buyer, request_return, order_id=order_id, **back)
    await do(db, seller, decide_return, return_id=return_id, accepts=True)
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 1_250


async def test_counts_that_nobody_believes_are_refused_all_at_once(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10, oil=2)
    tea, oil = await lines(db, market, order_id)
    shipment = await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)

    found = {tea.id: 21, oil.id: -1}
    with pytest.raises(Rejected) as refusal:
        await do(db, buyer, receive_shipment, shipment_id=shipment, found=found)

    assert [(type(it), it.path) for it in refusal.value.problems] == [
        (InvalidValue, ("lines", 0, "quantity")),
        (InvalidValue, ("lines", 1, "quantity")),
    ]
    assert await state_of(db, market, order_id) is OrderState.TO_RECEIVE
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 0
