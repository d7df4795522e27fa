"""A refund that the provider closed is sent again, once, and then it is as any other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.factories_sale_rows import Counter
from tests.factories_sales import Placed, pay, placed, refunds_succeed, sold, violations
from tradeline.kernel import (
    Actor,
    Forbidden,
    NotFound,
    PageRequest,
    Permission,
    Rejected,
    WrongState,
)
from tradeline.payments import (
    ProviderRefund,
    RefundNotClosed,
    RefundState,
    list_troubled_refunds,
    resend_refund,
)
from tradeline.shopping import cancel_consumer_order, resend_consumer_refund

STATES = """
    SELECT refund.state, refund.amount_minor, asked.state AS asked, asked.number, asked.id
      FROM shopping.consumer_refund AS refund
      JOIN payments.refund AS asked ON asked.id = refund.payment_refund_id
     ORDER BY refund.id
"""


@pytest.fixture
async def cancelled(counter: Counter) -> Placed:
    """Paid and given up: its money goes back, but the provider closes that."""
    await counter.owner_pool.execute(
        "INSERT INTO channels.payment_account (network_id, org_id, provider, merchant_id)"
        " VALUES ($1, $2, 'wechat', $3) ON CONFLICT DO NOTHING",
        counter.network_id,
        counter.story.orgs["brand"],
        f"M{counter.network_id}",
    )
    order = await sold(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)
    return order


def clerk(counter: Counter, name: str = "brand") -> Actor:
    return counter.story.actor(name, Permission.PAYMENT_RECONCILE)


async def state_of(counter: Counter) -> tuple[str, str, int]:
    """Of the only refund: in the order's books, at the provider, and its id there."""
    [row] = await counter.owner_pool.fetch(STATES)
    return row["state"], row["asked"], row["id"]


async def send_again(counter: Counter, actor: Actor, refund_id: int) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await resend_consumer_refund(conn, actor=actor, refund_id=refund_id)


async def troubled(counter: Counter, actor: Actor) -> list[ProviderRefund]:
    async with counter.db.reading(counter.network_id) as conn:
        page = await list_troubled_refunds(conn, actor=actor, page=PageRequest())
    return list(page.items)


async def test_a_closed_refund_is_sent_again_under_another_number_and_paid(
    counter: Counter, cancelled: Placed
) -> None:
    assert await troubled(counter, clerk(counter)) == []
    await refunds_succeed(counter, RefundState.CLOSED)
    [seen] = await troubled(counter, clerk(counter))
    assert (seen.amount_minor, seen.can_be_sent_again) == (cancelled.total_minor, True)
    assert (await state_of(counter))[:2] == ("abnormal", "closed")

    new_id = await send_again(counter, clerk(counter), seen.id)

    assert await state_of(counter) == ("requested", "requested", new_id)
    assert await troubled(counter, clerk(counter)) == []
    numbers = await counter.owner_pool.fetch("SELECT DISTINCT number FROM payments.refund")
    assert len(numbers) == 2
    await refunds_succeed(counter)
    assert (await state_of(counter))[:2] == ("succeeded", "succeeded")
    assert await violations(counter) == []


async def test_what_is_closed_once_more_is_sent_once_more(
    counter: Counter, cancelled: Placed
) -> None:
    for _ in range(2):
        await refunds_succeed(counter, RefundState.CLOSED)
        [seen] = await troubled(counter, clerk(counter))
        await send_again(counter, clerk(counter), seen.id)

    await refunds_succeed(counter)
    assert (await state_of(counter))[:2] == ("succeeded", "succeeded")


@pytest.mark.parametrize("use_case", [resend_consumer_refund, resend_refund])
async def test_who_presses_at_once_sends_it_once(
    counter: Counter, cancelled: Placed, use_case: Callable[..., Awaitable[int]]
) -> None:
    await refunds_succeed(counter, RefundState.CLOSED)
    [seen] = await troubled(counter, clerk(counter))

    async def press() -> int:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            sent = await use_case(conn, actor=clerk(counter), refund_id=seen.id)
            await asyncio.sleep(0.1)  # so that the others come meanwhile
            return sent

    answers = await asyncio.gather(*(press() for _ in range(3)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, Rejected)]
    assert len(refused) == 2
    assert {type(problem) for each in refused for problem in each.problems} == {WrongState}
    refunded = "SELECT refunded_minor FROM payments.payment WHERE id = $1"
    assert await counter.owner_pool.fetchval(refunded, cancelled.payment_id) == (
        cancelled.total_minor
    )


@pytest.mark.parametrize("state", [None, RefundState.SENT, RefundState.ABNORMAL])
async def test_what_may_still_arrive_is_not_sent_again(
    counter: Counter, cancelled: Placed, state: RefundState | None
) -> None:
    if state is not None:
        await refunds_succeed(counter, state)
    before = await state_of(counter)

    with pytest.raises(Rejected) as refused:
        await send_again(counter, clerk(counter), before[2])

    assert [type(problem) for problem in refused.value.problems] == [RefundNotClosed]
    assert await state_of(counter) == before
    assert await counter.owner_pool.fetchval("SELECT count(*) FROM payments.refund") == 1


async def test_what_was_paid_is_not_sent_again(counter: Counter, cancelled: Placed) -> None:
    await refunds_succeed(counter)
    before = await state_of(counter)

    with pytest.raises(Rejected) as refused:
        await send_again(counter, clerk(counter), before[2])

    assert [type(problem) for problem in refused.value.problems] == [WrongState]
    assert await state_of(counter) == before


async def test_nobody_but_who_owes_it_sends_it_again(counter: Counter, cancelled: Placed) -> None:
    await refunds_succeed(counter, RefundState.CLOSED)
    before = await state_of(counter)

    with pytest.raises(Rejected) as refused:
        await send_again(counter, clerk(counter, "trader_a"), before[2])
    assert [type(problem) for problem in refused.value.problems] == [NotFound]
    with pytest.raises(Forbidden):
        await send_again(counter, counter.story.actor("brand", Permission.PAYMENT_READ), before[2])

    assert await troubled(counter, clerk(counter, "trader_a")) == []
    assert await state_of(counter) == before


async def test_surplus_that_was_closed_goes_back_when_it_is_sent_again(
    counter: Counter, cancelled: Placed
) -> None:
    await refunds_succeed(counter)
    late = await placed(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=late.id)
    await pay(counter, late)
    await refunds_succeed(counter, RefundState.CLOSED)
    [seen] = await troubled(counter, clerk(counter))

    await send_again(counter, clerk(counter), seen.id)
    await refunds_succeed(counter)

    assert await troubled(counter, clerk(counter)) == []
    assert await violations(counter) == []


@pytest.mark.parametrize("state", [None, RefundState.CLOSED, RefundState.ABNORMAL])
async def test_whatever_keeps_it_a_refund_that_waits_for_a_day_is_found(
    counter: Counter, cancelled: Placed, state: RefundState | None
) -> None:
    if state is not None:
        await refunds_succeed(counter, state)
    code = "payments.no_refund_waits_for_more_than_a_day"
    assert await violations(counter) == []

    await counter.owner_pool.execute(
        "UPDATE payments.refund SET requested_at = now() - interval '25 hours'"
    )

    [finding] = [each for each in await violations(counter) if each.invariant.code == code]
    assert finding.first is not None
    assert (finding.count, finding.first["found"]) == (1, cancelled.total_minor)
    assert len(await troubled(counter, clerk(counter))) == 1
