"""Confirming many orders at once: all of them, or none."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.factories_ordering import a_market, placed
from tests.integration.ordering.test_steps import do, state_of
from tests.integration.ordering.test_trail import facts, trail
from tradeline.kernel import (
    Database,
    Forbidden,
    InvalidValue,
    NotFound,
    Permission,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.ordering import (
    OrderState,
    cancel_order,
    confirm_order,
    confirm_orders,
    events_of_orders,
)


async def test_orders_confirmed_together_stand_as_if_confirmed_one_by_one(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    single, *many = [await placed(db, market, tea=2, oil=1) for _ in range(4)]

    await do(db, seller, confirm_order, order_id=single)
    await do(db, seller, confirm_orders, order_ids=many)

    assert {await state_of(db, market, order_id) for order_id in many} == {OrderState.TO_SHIP}
    async with db.reading(seller.network_id) as conn:
        events = await events_of_orders(conn, actor=seller, order_ids=[single, *many])
    tales = [
        [(event.step, event.state, event.org_id, event.detail) for event in events[order_id]]
        for order_id in (single, *many)
    ]
    assert all(tale == tales[0] for tale in tales)
    left = [(await trail(db, market, order_id))[-1] for order_id in (single, *many)]
    assert all(entry == left[0] for entry in left)
    for order_id in many:
        topic, payload = (await facts(owner_pool, order_id))[-1]
        assert (topic, payload["order_id"]) == ("order.confirmed", order_id)


async def test_one_that_cannot_be_confirmed_keeps_all_as_they_are(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    good, gone = await placed(db, market, tea=1), await placed(db, market, tea=1)
    await do(db, seller, cancel_order, order_id=gone)

    with pytest.raises(Rejected) as refusal:
        await do(db, seller, confirm_orders, order_ids=[good, gone, 0])

    assert [(type(it), it.path) for it in refusal.value.problems] == [
        (WrongState, ("orderIds", 1)),
        (NotFound, ("orderIds", 2)),
    ]
    assert await state_of(db, market, good) is OrderState.TO_CONFIRM
    assert [topic for topic, _ in await facts(owner_pool, good)] == ["order.placed"]


async def test_an_order_named_twice_and_too_many_or_no_orders_are_refused(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    order_id = await placed(db, market, tea=1)

    for order_ids in ([order_id, order_id], [], list(range(1, 102))):
        with pytest.raises(Rejected) as refusal:
            await do(db, seller, confirm_orders, order_ids=order_ids)
        assert {type(problem) for problem in refusal.value.problems} == {InvalidValue}

    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM


async def test_nobody_confirms_for_the_seller(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=1)
    seller = market.story.actor("trader_a")
    reader = replace(seller, permissions=frozenset({Permission.ORDER_READ}))

    for actor in (reader, market.story.actor("retailer_1")):
        with pytest.raises(Forbidden):
            await do(db, actor, confirm_orders, order_ids=[order_id])
    with pytest.raises(Rejected) as refusal:
        await do(db, market.story.actor("retailer_2"), confirm_orders, order_ids=[order_id])

    assert isinstance(refusal.value.problems[0], NotFound)
    assert await state_of(db, market, order_id) is OrderState.TO_CONFIRM


async def test_lists_in_any_order_never_deadlock_and_confirm_once(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    orders = [await placed(db, market, tea=1) for _ in range(6)]

    done = await asyncio.gather(
        *(
            do(db, seller, confirm_orders, order_ids=some)
            for some in (orders, orders[::-1], orders[3:] + orders[:3])
        ),
        return_exceptions=True,
    )

    assert sorted(type(it).__name__ for it in done) == ["Rejected", "Rejected", "int"]
    for order_id in orders:
        assert [t for t, _ in await facts(owner_pool, order_id)].count("order.confirmed") == 1
