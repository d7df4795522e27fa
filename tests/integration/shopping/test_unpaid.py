"""Orders that wait to be paid: how many of them one person may keep goods by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_checkout import (
    a_cart,
    an_open_counter,
    an_order,
    captured,
    everything,
    ordered,
    payment_of,
    refused,
    told,
)
from tests.factories_members import a_member
from tests.factories_sale_rows import Counter
from tradeline.members import merge_members
from tradeline.members.model import MergeCause
from tradeline.shopping import (
    UNPAID_ORDERS_MAX,
    CheckoutRequest,
    ConsumerOrderState,
    Delivery,
    TooManyUnpaidOrders,
    check_out,
)


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


async def is_one_too_many(counter: Counter, *args: object) -> bool:
    problems = await refused(counter, *args)  # type: ignore[arg-type]
    return [type(problem) for problem in problems] == [TooManyUnpaidOrders]


async def test_nobody_keeps_goods_by_more_than_so_many_orders_that_wait_to_be_paid(
    counter: Counter,
) -> None:
    orders = [
        await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1})))
        for _ in range(UNPAID_ORDERS_MAX)
    ]
    cart = await a_cart(counter, {"SHIRT": 1})
    before = await everything(counter)

    assert await is_one_too_many(counter, an_order(cart))
    assert await everything(counter) == before
    look = CheckoutRequest(cart_id=cart.id, delivery=Delivery.PICKUP)
    async with counter.db.reading(counter.network_id) as conn:
        seen = await check_out(conn, shopper=counter.shopper, request=look)
    assert seen is not None
    assert any(isinstance(problem, TooManyUnpaidOrders) for problem in seen.problems)

    other = await a_member(counter.db, counter.network_id)
    theirs = await a_cart(counter, {"SHIRT": 1}, other)
    await ordered(counter, an_order(theirs), other)
    await told(counter, captured(await payment_of(counter, orders[0].payment_id)))
    await ordered(counter, an_order(cart))


async def test_orders_of_whom_somebody_was_before_count_as_theirs(counter: Counter) -> None:
    former = await a_member(counter.db, counter.network_id)
    for _ in range(UNPAID_ORDERS_MAX):
        await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1}, former)), former)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await merge_members(
            conn,
            network_id=counter.network_id,
            one=counter.shopper.member_id,
            other=former.member_id,
            cause=MergeCause.PHONE,
        )

    cart = await a_cart(counter, {"SHIRT": 1})
    assert await is_one_too_many(counter, an_order(cart))


async def test_orders_of_one_person_are_counted_one_after_another(counter: Counter) -> None:
    """Two at once, from carts in two stores, would else both be the last that may wait."""
    cart = await a_cart(counter, {"SHIRT": 1})
    async with counter.owner_pool.acquire() as other, other.transaction():
        await other.execute(
            "SELECT FROM members.member WHERE id = $1 FOR NO KEY UPDATE", counter.shopper.member_id
        )
        placing = asyncio.create_task(ordered(counter, an_order(cart)))
        done, _ = await asyncio.wait([placing], timeout=0.5)
        assert not done
    assert (await placing).state is ConsumerOrderState.TO_PAY
