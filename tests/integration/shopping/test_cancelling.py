"""Orders that end before their goods were shipped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asyncpg import RaiseError

from tests.factories_members import a_member
from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import placed, sold, violations
from tradeline.kernel import Forbidden, NotFound, Permission, Rejected, WrongState
from tradeline.payments import PaymentState, payments_by_ids
from tradeline.shopping import (
    cancel_consumer_order,
    expire_orders,
    ship_consumer_order,
)
from tradeline.shopping.model import ConsumerOrderState as State


async def state_of(counter: Counter, order_id: int) -> tuple[str, int]:
    row = await counter.owner_pool.fetchrow(
        "SELECT state, refunded_minor FROM shopping.consumer_order WHERE id = $1", order_id
    )
    assert row is not None
    return row["state"], row["refunded_minor"]


async def test_what_was_not_paid_frees_its_goods_and_closes_its_payment(counter: Counter) -> None:
    order = await placed(counter)
    assert await counter.level("brand", "SHIRT") == (10_000, 3)

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)

    assert await state_of(counter, order.id) == (State.CANCELLED, 0)
    assert await counter.level("brand", "SHIRT") == (10_000, 0)
    assert order.payment_id is not None
    async with counter.db.reading(counter.network_id) as conn:
        [payment] = (
            await payments_by_ids(conn, network_id=counter.network_id, ids=[order.payment_id])
        ).values()
    assert payment.state in (PaymentState.CLOSING, PaymentState.CLOSED)
    assert await violations(counter) == []


async def test_what_was_paid_comes_back_whole_with_the_freight(counter: Counter) -> None:
    order = await sold(counter)

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)

    assert await state_of(counter, order.id) == (State.CANCELLED, order.total_minor)
    assert await counter.level("brand", "SHIRT") == (10_000, 0)
    assert await violations(counter) == []


async def test_of_what_is_shipped_in_part_only_the_rest_is_cancelled(counter: Counter) -> None:
    order = await sold(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await ship_consumer_order(
            conn,
            actor=counter.story.actor("brand"),
            order_id=order.id,
            quantities={order.line_ids[0]: 2, order.line_ids[1]: 1},
        )

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(
            conn, asker=counter.story.actor("retailer_1"), order_id=order.id, reason="缺货"
        )

    # One of three shirts, as in the example; the freight was for what is on its way.
    assert await state_of(counter, order.id) == (State.SHIPPED, 6577)
    assert await counter.level("brand", "SHIRT") == (9_998, 0)
    assert await violations(counter) == []


async def test_only_the_member_and_the_store_cancel(counter: Counter) -> None:
    order, story = await sold(counter), counter.story
    stranger = await a_member(counter.db, counter.network_id)
    refused = [
        (story.actor("trader_a"), Forbidden),
        (story.actor("brand"), Forbidden),
        (story.actor("retailer_1", Permission.CONSUMER_ORDER_FULFIL), Forbidden),
        (story.actor("retailer_2"), NotFound),
        (stranger, NotFound),
    ]
    for asker, answer in refused:
        with pytest.raises((Forbidden, Rejected)) as raised:
            async with counter.db.unit_of_work(counter.network_id) as conn:
                await cancel_consumer_order(conn, asker=asker, order_id=order.id, reason="缺货")
        problems = getattr(raised.value, "problems", (raised.value,))
        assert [type(problem) for problem in problems] == [answer]

    assert await state_of(counter, order.id) == (State.TO_SHIP, 0)
    assert await counter.level("brand", "SHIRT") == (10_000, 3)


async def test_what_is_cancelled_or_shipped_cannot_be_cancelled(counter: Counter) -> None:
    gone, shipped = await sold(counter), await sold(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=gone.id)
        await ship_consumer_order(conn, actor=counter.story.actor("brand"), order_id=shipped.id)
    for order in (gone, shipped):
        with pytest.raises(Rejected) as raised:
            async with counter.db.unit_of_work(counter.network_id) as conn:
                await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)
        assert [type(problem) for problem in raised.value.problems] == [WrongState]
    assert await violations(counter) == []


async def test_orders_that_nobody_pays_in_time_end_and_others_do_not(counter: Counter) -> None:
    late = [await placed(counter, expires_in=timedelta(seconds=-1)) for _ in range(3)]
    soon, paid = await placed(counter), await sold(counter)

    async with counter.owner_pool.acquire() as conn:
        assert await expire_orders(conn, limit=2) == 2
        assert await expire_orders(conn, limit=100) == 1
        assert await expire_orders(conn, limit=100) == 0

    for order in late:
        assert (await state_of(counter, order.id))[0] == State.EXPIRED
    assert (await state_of(counter, soon.id))[0] == State.TO_PAY
    assert (await state_of(counter, paid.id))[0] == State.TO_SHIP
    assert await counter.level("brand", "SHIRT") == (10_000, 6)
    assert await violations(counter) == []


async def test_an_order_that_cannot_be_ended_keeps_no_other_waiting(counter: Counter) -> None:
    late = [await placed(counter, expires_in=timedelta(seconds=-1)) for _ in range(5)]
    await counter.owner_pool.execute(
        "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'not this one'; END $$;"
        "CREATE TRIGGER refuse_it BEFORE UPDATE ON shopping.consumer_order FOR EACH ROW"
        f" WHEN (NEW.id = {late[2].id}) EXECUTE FUNCTION refuse_it()"
    )

    async with counter.owner_pool.acquire() as conn:
        for _ in range(2):
            with pytest.raises(RaiseError, match="not this one"):
                await expire_orders(conn, limit=100)

    states = [(await state_of(counter, order.id))[0] for order in late]
    assert states == ["expired", "expired", "to_pay", "expired", "expired"]
    assert await counter.level("brand", "SHIRT") == (10_000, 3)
    assert await violations(counter) == []


async def test_an_order_that_cost_nothing_is_taken_back_without_money(counter: Counter) -> None:
    free = (Want(sku="SHIRT", units=2, price="10.00", costs=("8.00", "6.00")),)
    order = await sold(counter, free, coupon={0: 4000, 2: 6000}, coupon_minor=2000)
    assert (order.total_minor, order.payment_id) == (0, None)
    assert await violations(counter) == []

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)

    owed = await counter.owner_pool.fetch(
        "SELECT owed_minor FROM settlement.exposure WHERE owed_minor <> 0"
    )
    assert owed == []
    assert await violations(counter) == []
