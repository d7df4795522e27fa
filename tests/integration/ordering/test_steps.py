"""An order's way from confirmation to closing, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

import pytest

from tests.factories import a_network
from tests.factories_inventory import a_warehouse, level_of
from tests.factories_ordering import Market, a_market, confirmed, lines, placed, with_terms
from tests.factories_settlement import exposure_of
from tradeline.kernel import (
    TRADE_ZONE,
    Actor,
    Connection,
    Database,
    Forbidden,
    InvalidValue,
    NotFound,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.ordering import (
    Confirmation,
    OrderState,
    QuantityNotOpen,
    ReasonMissing,
    ReturnState,
    cancel_order,
    confirm_order,
    decide_return,
    events_of_orders,
    orders_by_ids,
    place_order,
    receive_shipment,
    redate_lines,
    request_return,
    returns_by_ids,
    review_order,
    ship_order,
)

Result = TypeVar("Result")


def in_days(days: int) -> date:
    return datetime.now(TRADE_ZONE).date() + timedelta(days=days)


async def do(
    db: Database, actor: Actor, step: Callable[..., Awaitable[Result]], **values: object
) -> Result:
    """Take a step in a unit of work of its own."""
    async with db.unit_of_work(actor.network_id) as conn:
        return await step(conn, actor=actor, **values)


async def state_of(db: Database, market: Market, order_id: int) -> OrderState:
    actor = market.story.actor("trader_a")
    async with db.reading(market.story.network_id) as conn:
        return (await orders_by_ids(conn, actor=actor, ids=[order_id]))[order_id].state


async def tea_level(owner_pool: Pool, market: Market) -> tuple[int, int]:
    return await level_of(owner_pool, market.story, market.warehouse, market.tea)


async def test_review_lets_an_order_pass_or_refuses_it_whole(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, review=True)
    seller = market.story.actor("trader_a")
    good, bad = await placed(db, market, tea=10), await placed(db, market, tea=20)

    await do(db, seller, review_order, order_id=good, approves=True)
    with pytest.raises(Rejected) as refusal:
        await do(db, seller, review_order, order_id=bad, approves=False)
    await do(db, seller, review_order, order_id=bad, approves=False, reason="账期已过")

    assert isinstance(refusal.value.problems[0], ReasonMissing)
    assert await state_of(db, market, good) is OrderState.TO_CONFIRM
    assert await state_of(db, market, bad) is OrderState.REFUSED
    assert await tea_level(owner_pool, market) == (100, 10)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 3_000


async def test_confirming_less_frees_the_rest_and_says_why(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await placed(db, market, tea=10, oil=4)
    tea, oil = await lines(db, market, order_id)

    confirmations = [
        Confirmation(order_line_id=tea.id, quantity=6, promised_on=in_days(30), reason="缺货"),
        Confirmation(order_line_id=oil.id, quantity=0, reason="停产"),
    ]
    await do(db, seller, confirm_order, order_id=order_id, confirmations=confirmations)

    tea, oil = await lines(db, market, order_id)
    assert (tea.unshipped, tea.refused_quantity, tea.promised_on) == (6, 4, in_days(30))
    assert (oil.unshipped, oil.refused_quantity, oil.refusal_reason) == (0, 4, "停产")
    assert await tea_level(owner_pool, market) == (100, 6)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 1_800
    assert await state_of(db, market, order_id) is OrderState.TO_SHIP


async def test_a_confirmation_with_faults_is_refused_with_all_of_them(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10, oil=4)
    tea, oil = await lines(db, market, order_id)

    confirmations = [
        Confirmation(order_line_id=tea.id, quantity=11),
        Confirmation(order_line_id=oil.id, quantity=1),
        Confirmation(order_line_id=oil.id, quantity=2, reason="twice"),
        Confirmation(order_line_id=1, quantity=1),
    ]
    with pytest.raises(Rejected) as refusal:
        await do(
            db,
            market.story.actor("trader_a"),
            confirm_order,
            order_id=order_id,
            confirmations=confirmations,
        )

    kinds = {type(problem) for problem in refusal.value.problems}
    assert kinds >= {QuantityNotOpen, NotFound}
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM


async def test_goods_shipped_in_parts_are_owed_as_they_are_counted(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    store = await a_warehouse(owner_pool, market.story, "retailer_1")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)

    first = await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 6})
    assert await tea_level(owner_pool, market) == (94, 4)
    assert await state_of(db, market, order_id) is OrderState.TO_SHIP
    second = await do(db, seller, ship_order, order_id=order_id)
    assert await state_of(db, market, order_id) is OrderState.TO_RECEIVE
    await do(db, buyer, receive_shipment, shipment_id=first, found={tea.id: 5})
    await do(db, buyer, receive_shipment, shipment_id=second, found={tea.id: 5})

    [tea] = await lines(db, market, order_id)
    exposure = await exposure_of(owner_pool, market.edge)
    assert (tea.received_quantity, tea.owed_minor, tea.open_minor) == (10, 3_000, 0)
    assert (exposure.held_minor, exposure.owed_minor) == (0, 3_000)
    assert await tea_level(owner_pool, market) == (90, 0)
    assert await level_of(owner_pool, market.story, store, market.tea) == (10, 0)
    assert await state_of(db, market, order_id) is OrderState.CLOSED


async def test_without_the_receiving_step_shipping_is_receiving(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, confirmation=False, receipt=False)
    order_id = await placed(db, market, tea=10)

    await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)

    exposure = await exposure_of(owner_pool, market.edge)
    assert await state_of(db, market, order_id) is OrderState.CLOSED
    assert (exposure.held_minor, exposure.owed_minor) == (0, 3_000)


async def test_a_seller_that_keeps_no_stock_here_ships_what_it_promised(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, holds_stock=False)
    order_id = await confirmed(db, market, tea=300)

    await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)

    assert await tea_level(owner_pool, market) == (100, 0)
    assert await state_of(db, market, order_id) is OrderState.TO_RECEIVE


async def test_only_what_is_not_shipped_can_be_cancelled(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    shipment = await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: 4})

    with pytest.raises(Rejected) as refusal:
        await do(db, buyer, cancel_order, order_id=order_id, quantities={tea.id: 7})
    await do(db, buyer, cancel_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment)

    assert isinstance(refusal.value.problems[0], QuantityNotOpen)
    exposure = await exposure_of(owner_pool, market.edge)
    assert (exposure.held_minor, exposure.owed_minor) == (0, 1_200)
    assert await tea_level(owner_pool, market) == (96, 0)
    assert await state_of(db, market, order_id) is OrderState.CLOSED


async def test_cancelling_part_of_an_unconfirmed_order_leaves_it_to_be_confirmed(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await placed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)

    await do(db, buyer, cancel_order, order_id=order_id, quantities={tea.id: 4})
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM
    await do(db, buyer, cancel_order, order_id=order_id)

    assert await state_of(db, market, order_id) is OrderState.CANCELLED
    assert await tea_level(owner_pool, market) == (100, 0)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 0


async def test_a_return_is_asked_for_accepted_and_no_longer_owed(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    store = await a_warehouse(owner_pool, market.story, "retailer_1")
    order_id = await confirmed(db, market, tea=10)
    shipment = await do(db, seller, ship_order, order_id=order_id)
    await do(db, buyer, receive_shipment, shipment_id=shipment)
    [tea] = await lines(db, market, order_id)
    wanted = {"order_id": order_id, "quantities": {tea.id: 4}, "reason": "破损"}

    return_id = await do(db, buyer, request_return, **wanted)
    with pytest.raises(Rejected) as too_much:
        await do(db, buyer, request_return, **(wanted | {"quantities": {tea.id: 7}}))
    await do(db, seller, decide_return, return_id=return_id, accepts=True)
    with pytest.raises(Rejected) as twice:
        await do(db, seller, decide_return, return_id=return_id, accepts=True)

    assert isinstance(too_much.value.problems[0], QuantityNotOpen)
    assert isinstance(twice.value.problems[0], WrongState)
    async with db.reading(market.story.network_id) as conn:
        found = (await returns_by_ids(conn, actor=buyer, ids=[return_id]))[return_id]
    assert (found.state, found.amount_minor) == (ReturnState.ACCEPTED, 1_200)
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 1_800
    assert await tea_level(owner_pool, market) == (94, 0)
    assert await level_of(owner_pool, market.story, store, market.tea) == (6, 0)


async def test_of_two_who_receive_at_once_one_is_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    shipment = await do(db, market.story.actor("trader_a"), ship_order, order_id=order_id)

    results = await asyncio.gather(
        *(do(db, buyer, receive_shipment, shipment_id=shipment) for _ in range(2)),
        return_exceptions=True,
    )

    assert sum(isinstance(result, Rejected) for result in results) == 1
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 3_000


async def test_of_two_who_ship_all_at_once_one_is_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await confirmed(db, market, tea=10)

    results = await asyncio.gather(
        *(do(db, seller, ship_order, order_id=order_id) for _ in range(2)), return_exceptions=True
    )

    assert sum(isinstance(result, Rejected) for result in results) == 1
    assert await tea_level(owner_pool, market) == (90, 0)


async def test_whoever_looks_sees_who_took_which_step(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    await do(db, seller, redate_lines, order_id=order_id, dates=[(tea.id, in_days(9))])
    await do(db, seller, ship_order, order_id=order_id)

    async with db.reading(market.story.network_id) as conn:
        events = (await events_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]

    assert [(event.step, event.state.value) for event in events] == [
        ("place", "to_confirm"),
        ("confirm", "to_ship"),
        ("redate", "to_ship"),
        ("ship", "to_receive"),
    ]
    assert [event.org_id for event in events] == [buyer.org_id] + [seller.org_id] * 3


STEPS: dict[str, tuple[Callable[..., Awaitable[int]], dict[str, object]]] = {
    "review": (review_order, {"approves": True}),
    "confirm": (confirm_order, {}),
    "redate": (redate_lines, {"dates": []}),
    "cancel": (cancel_order, {}),
    "ship": (ship_order, {}),
    "return": (request_return, {"quantities": {}, "reason": "x"}),
}


@pytest.mark.parametrize("name", STEPS)
async def test_a_stranger_takes_no_step(owner_pool: Pool, db: Database, name: str) -> None:
    market = await a_market(owner_pool, db)
    elsewhere = await a_network(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    step, values = STEPS[name]

    for actor in (market.story.actor("trader_b"), elsewhere.actor("trader_a")):
        with pytest.raises(Rejected) as refusal:
            await do(db, actor, step, order_id=order_id, **values)
        assert isinstance(refusal.value.problems[0], NotFound)
    with pytest.raises(Forbidden):
        await do(db, market.story.visitor("trader_a"), step, order_id=order_id, **values)

    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM


async def test_a_stranger_receives_and_decides_nothing(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await confirmed(db, market, tea=10)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    shipment = await do(db, seller, ship_order, order_id=order_id)
    elsewhere = await a_network(owner_pool, db)

    for actor in (market.story.actor("trader_b"), elsewhere.actor("retailer_1")):
        with pytest.raises(Rejected) as refusal:
            await do(db, actor, receive_shipment, shipment_id=shipment)
        assert isinstance(refusal.value.problems[0], NotFound)
        with pytest.raises(Rejected):
            await do(db, actor, decide_return, return_id=1, accepts=True)
    with pytest.raises(Forbidden):
        await do(db, seller, receive_shipment, shipment_id=shipment)
    with pytest.raises(Forbidden):
        await do(db, buyer, ship_order, order_id=order_id)


async def test_a_unit_of_work_that_fails_leaves_nothing(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)

    async def place_and_fail(conn: Connection) -> None:
        await placed_within(conn, market)
        raise RuntimeError("the cable was cut")

    with pytest.raises(RuntimeError):
        async with db.unit_of_work(market.story.network_id) as conn:
            await place_and_fail(conn)

    assert await tea_level(owner_pool, market) == (100, 0)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 0


async def placed_within(conn: Connection, market: Market) -> int:
    from_order = market.order(tea=10)
    return await place_order(conn, actor=market.story.actor("retailer_1"), order=from_order)


async def test_no_day_is_promised_before_the_order_was_placed(
    owner_pool: Pool, db: Database
) -> None:
    """As by a slip of the year in January, which would spoil a scorecard."""
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await placed(db, market, tea=5)
    [line] = await lines(db, market, order_id)

    def said(days: int) -> list[Confirmation]:
        day = in_days(days)
        return [Confirmation(order_line_id=line.id, quantity=5, promised_on=day)]

    async def confirm(days: int) -> None:
        await do(db, seller, confirm_order, order_id=order_id, confirmations=said(days))

    async def redate(days: int) -> None:
        await do(db, seller, redate_lines, order_id=order_id, dates=[(line.id, in_days(days))])

    async def ship(days: int) -> None:
        await do(db, seller, ship_order, order_id=order_id, expected_on=in_days(days))

    for step in (confirm, redate, ship):
        with pytest.raises(Rejected) as refused:
            await step(-1)
        assert [type(problem) for problem in refused.value.problems] == [InvalidValue]
        await step(0)
