"""What a provider tells of payments: each is counted once, and what pays for nothing goes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_checkout import (
    a_cart,
    a_coupon_for,
    an_address,
    an_open_counter,
    an_order,
    captured,
    everything,
    ordered,
    payment_of,
    told,
)
from tests.factories_members import a_member
from tests.factories_sale_rows import Counter
from tests.factories_sales import violations
from tradeline.kernel import Rejected
from tradeline.shopping import (
    ConsumerOrder,
    cancel_consumer_order,
    confirm_payments,
    expire_orders,
    start_payment,
)


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


async def an_unpaid_order(counter: Counter) -> ConsumerOrder:
    cart = await a_cart(counter, {"SHIRT": 3, "COAT": 1})
    coupon, address = await a_coupon_for(counter), await an_address(counter)
    return await ordered(counter, an_order(cart, coupon_id=coupon, address_id=address))


async def started(counter: Counter, order: ConsumerOrder) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await start_payment(conn, shopper=counter.shopper, order_id=order.id)


async def expired(counter: Counter) -> None:
    await counter.owner_pool.execute(
        "UPDATE shopping.consumer_order SET expires_at = now() - interval '1 second'"
    )
    async with counter.owner_pool.acquire() as conn:
        await expire_orders(conn, limit=10)


async def refunds(counter: Counter) -> list[int]:
    rows = await counter.owner_pool.fetch("SELECT amount_minor FROM payments.refund")
    return [row["amount_minor"] for row in rows]


async def owed(counter: Counter) -> int:
    total: int = await counter.owner_pool.fetchval(
        "SELECT sum(abs(owed_minor))::bigint FROM settlement.exposure"
    )
    return total


async def state(counter: Counter, order: ConsumerOrder) -> str:
    found: str = await counter.owner_pool.fetchval(
        "SELECT state FROM shopping.consumer_order WHERE id = $1", order.id
    )
    return found


async def test_a_capture_that_is_told_again_changes_nothing(counter: Counter) -> None:
    order = await an_unpaid_order(counter)
    capture = captured(await payment_of(counter, order.payment_id))
    first, second = await told(counter, capture, capture)
    assert (first.is_first, second.is_first) == (True, False)
    after = await everything(counter)
    [third] = await told(counter, capture)
    assert not third.is_first
    assert await everything(counter) == after
    assert await violations(counter) == []


async def test_captures_told_at_the_same_time_count_once(counter: Counter) -> None:
    order = await an_unpaid_order(counter)
    capture = captured(await payment_of(counter, order.payment_id))
    outcomes = await asyncio.gather(*(told(counter, capture) for _ in range(4)))
    assert sum(outcome.is_first for [outcome] in outcomes) == 1
    assert await counter.owner_pool.fetchval("SELECT count(*) FROM settlement.booking") == 2
    assert await violations(counter) == []


@pytest.mark.parametrize(
    "change",
    [{"amount_minor": 1}, {"currency": "USD"}, {"merchant_id": "1999999999"}, {"number": "P0"}],
)
async def test_a_capture_of_something_else_pays_for_nothing(
    counter: Counter, change: dict[str, object]
) -> None:
    order = await an_unpaid_order(counter)
    capture = captured(await payment_of(counter, order.payment_id), **change)
    before = await everything(counter)
    [outcome] = await told(counter, capture)
    assert outcome.mismatch is not None
    assert await everything(counter) == before
    assert await state(counter, order) == "to_pay"


async def test_what_is_paid_after_the_order_lapsed_goes_back_whole(counter: Counter) -> None:
    order = await an_unpaid_order(counter)
    payment = await payment_of(counter, order.payment_id)
    await expired(counter)

    [outcome] = await told(counter, captured(payment))

    assert outcome.is_first
    assert await state(counter, order) == "expired"
    assert await refunds(counter) == [32469]
    assert await owed(counter) == 0
    assert (await payment_of(counter, payment.id)).is_surplus
    assert await counter.owner_pool.fetchval("SELECT state FROM marketing.coupon") == "open"
    assert await violations(counter) == []
    await told(counter, captured(payment))
    assert await refunds(counter) == [32469]


async def test_what_is_paid_after_it_was_cancelled_goes_back_whole(counter: Counter) -> None:
    order = await an_unpaid_order(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)
    await told(counter, captured(await payment_of(counter, order.payment_id)))
    assert await state(counter, order) == "cancelled"
    assert await refunds(counter) == [32469]
    assert await violations(counter) == []


async def test_an_order_paid_twice_is_one_sale_and_one_refund(counter: Counter) -> None:
    """By two payments, told in one batch: the first pays, the second goes back."""
    order = await an_unpaid_order(counter)
    first = await payment_of(counter, order.payment_id)
    await counter.owner_pool.execute(
        "UPDATE payments.payment SET state = 'closed' WHERE id = $1", first.id
    )
    second = await payment_of(counter, await started(counter, order))
    assert second.id != first.id

    await told(counter, captured(second), captured(first))

    assert await state(counter, order) == "to_ship"
    assert await refunds(counter) == [32469]
    assert (await payment_of(counter, first.id)).is_surplus
    assert not (await payment_of(counter, second.id)).is_surplus
    assert await violations(counter) == []


async def test_a_batch_of_captures_takes_the_same_statements_as_one(counter: Counter) -> None:
    counts = []
    for size in (1, 1, 6):  # the first one teaches types
        captures = []
        for _ in range(size):
            who = await a_member(counter.db, counter.network_id)
            cart, address = await a_cart(counter, {"SHIRT": 1}, who), await an_address(counter, who)
            order = await ordered(counter, an_order(cart, address_id=address), who)
            captures.append(captured(await payment_of(counter, order.payment_id)))
        async with counter.db.unit_of_work(counter.network_id) as conn:
            statements: list[str] = []
            conn.add_query_logger(lambda record, seen=statements: seen.append(record.query))
            outcomes = await confirm_payments(
                conn, network_id=counter.network_id, captures=captures
            )
            counts.append(len(statements))
        assert all(outcome.is_first for outcome in outcomes)
    assert counts[1] == counts[2]
    assert counts[1] <= 15
    assert await violations(counter) == []


async def test_paying_starts_once_for_an_order_and_by_nobody_else(counter: Counter) -> None:
    order = await an_unpaid_order(counter)
    assert await started(counter, order) == order.payment_id
    stranger = await a_member(counter.db, counter.network_id)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        with pytest.raises(Rejected) as refusal:
            await start_payment(conn, shopper=stranger, order_id=order.id)
    assert [type(one).__name__ for one in refusal.value.problems] == ["NotFound"]


async def test_nothing_is_to_be_paid_for_an_order_that_is_over(counter: Counter) -> None:
    order = await an_unpaid_order(counter)
    await counter.owner_pool.execute(
        "UPDATE shopping.consumer_order SET expires_at = now() - interval '1 second'"
    )
    before = await everything(counter)
    with pytest.raises(Rejected) as refusal:
        await started(counter, order)
    assert [type(one).__name__ for one in refusal.value.problems] == ["WrongState"]
    assert await everything(counter) == before


async def test_an_order_that_is_paid_later_gets_its_payment_then(counter: Counter) -> None:
    cart = await a_cart(counter, {"SHIRT": 1})
    order = await ordered(counter, an_order(cart, starts_payment=False))
    assert order.payment_id is None
    payment = await payment_of(counter, await started(counter, order))
    assert (payment.amount_minor, payment.expires_at) == (6990, order.expires_at)
    await told(counter, captured(payment))
    assert await state(counter, order) == "to_pick_up"
    assert await violations(counter) == []
