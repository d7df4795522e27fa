"""Refunds: never more than was captured, each once, and ended once in whatever order words come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import permutations

import pytest

from tests.factories_payments import (
    Till,
    a_payment,
    a_refund,
    a_till,
    merchant_of,
    paid,
    refunding,
    stored,
    telling,
    to_pay,
)
from tradeline.kernel import Database, Pool, Rejected
from tradeline.payments import (
    DueRefund,
    Payment,
    RefundResult,
    RefundState,
    RefundTooLarge,
    due_refunds,
    refunds_by_ids,
)


@pytest.fixture
async def till(owner_pool: Pool, db: Database) -> Till:
    return await a_till(owner_pool, db)


async def due(owner_pool: Pool, till: Till) -> list[DueRefund]:
    """What is due of the till, as if time enough had passed."""
    await owner_pool.execute(
        "UPDATE payments.refund SET next_try_at = now() - interval '1 day'"
        " WHERE network_id = $1 AND next_try_at IS NOT NULL",
        till.network_id,
    )
    async with owner_pool.acquire() as conn:
        found = await due_refunds(conn, limit=1000)
    return [refund for refund in found if refund.network_id == till.network_id]


async def number_of(till: Till, refund_id: int) -> str:
    async with till.db.unit_of_work(till.network_id) as conn:
        found = await refunds_by_ids(conn, network_id=till.network_id, ids=[refund_id])
    return found[refund_id].number


def told(till: Till, number: str, state: RefundState, amount_minor: int) -> RefundResult:
    return RefundResult(
        number=number, merchant_id=till.merchant_id, state=state, amount_minor=amount_minor
    )


async def test_what_is_asked_for_again_is_asked_for_once(till: Till) -> None:
    [payment] = await paid(till, a_payment(till))
    refund = a_refund(payment, 6577)

    ids = await refunding(till, refund, refund)
    again = await refunding(till, refund)

    assert ids == again * 2
    assert (await stored(till, payment)).refunded_minor == 6577


async def test_no_more_goes_back_than_is_left_and_then_nothing_does(till: Till) -> None:
    payment, other = await paid(till, a_payment(till, 1000), a_payment(till, 50))
    await refunding(till, a_refund(payment, 400))

    with pytest.raises(Rejected) as refused:
        await refunding(till, a_refund(payment, 300), a_refund(payment, 301), a_refund(other, 50))

    [problem] = refused.value.problems
    assert isinstance(problem, RefundTooLarge)
    assert problem.refundable.minor == 600
    assert (await stored(till, payment)).refunded_minor == 400
    assert (await stored(till, other)).refunded_minor == 0


async def test_what_was_never_captured_cannot_go_back(till: Till) -> None:
    [payment] = await to_pay(till, a_payment(till))

    with pytest.raises(Rejected):
        await refunding(till, a_refund(payment, 1))


async def test_many_who_ask_at_once_get_no_more_than_was_captured(till: Till) -> None:
    [payment] = await paid(till, a_payment(till, 1000))

    async def ask() -> int:
        try:
            await refunding(till, a_refund(payment, 300))
        except Rejected:
            return 0
        return 1

    assert sum(await asyncio.gather(*(ask() for _ in range(8)))) == 3
    assert (await stored(till, payment)).refunded_minor == 900


async def test_words_on_a_refund_end_it_once_in_whatever_order(till: Till) -> None:
    words = (RefundState.SENT, RefundState.SUCCEEDED, RefundState.ABNORMAL)
    payments = await paid(till, *(a_payment(till, 500) for _ in permutations(words)))

    for payment, order in zip(payments, permutations(words), strict=True):
        [refund_id] = await refunding(till, a_refund(payment, 500))
        number = await number_of(till, refund_id)
        for word in order:
            await telling(till, told(till, number, word, 500))
        async with till.db.unit_of_work(till.network_id) as conn:
            found = await refunds_by_ids(conn, network_id=till.network_id, ids=[refund_id])
        assert found[refund_id].state is RefundState.SUCCEEDED


async def test_a_closed_refund_did_not_happen_and_can_be_asked_for_again(till: Till) -> None:
    [payment] = await paid(till, a_payment(till, 500))
    refund = a_refund(payment, 500)
    [first] = await refunding(till, refund)
    number = await number_of(till, first)

    closed = told(till, number, RefundState.CLOSED, 500)
    assert await telling(till, closed, closed) == [True, False]
    assert (await stored(till, payment)).refunded_minor == 0

    [second] = await refunding(till, refund)
    assert second != first


@pytest.mark.parametrize(
    "state", [state for state in RefundState if state is not RefundState.REQUESTED]
)
async def test_no_other_merchant_has_a_word_on_a_refund(till: Till, state: RefundState) -> None:
    """Merchants number their refunds as they like, also as ours is numbered."""
    [payment] = await paid(till, a_payment(till, 500))
    [refund_id] = await refunding(till, a_refund(payment, 500))
    ours = told(till, await number_of(till, refund_id), state, 500)
    theirs = replace(ours, merchant_id=merchant_of(till, "trader_a"))

    assert await telling(till, theirs) == [False]
    assert (await stored(till, payment)).refunded_minor == 500
    assert await telling(till, theirs, ours, theirs) == [False, True, False]


async def test_another_sum_than_ours_is_a_difference_and_changes_nothing(
    till: Till, owner_pool: Pool
) -> None:
    [payment] = await paid(till, a_payment(till, 500))
    [refund_id] = await refunding(till, a_refund(payment, 500))
    number = await number_of(till, refund_id)

    assert await telling(till, told(till, number, RefundState.SUCCEEDED, 499)) == [False]
    assert await owner_pool.fetchrow(
        "SELECT kind, ours_minor, theirs_minor FROM payments.difference WHERE network_id = $1",
        till.network_id,
    ) == ("refund_amount", 500, 499)


async def test_a_refund_is_given_to_one_worker_until_it_has_had_its_time(
    till: Till, owner_pool: Pool
) -> None:
    payments: list[Payment] = await paid(till, *(a_payment(till, 500) for _ in range(3)))
    ids = await refunding(till, *(a_refund(payment, 100) for payment in payments))

    first, second = await asyncio.gather(due(owner_pool, till), due(owner_pool, till))
    again = await due(owner_pool, till)

    assert {refund.id for refund in first} | {refund.id for refund in second} == set(ids)
    assert {refund.id for refund in again} == set(ids)
    assert {refund.captured_minor for refund in again} == {500}
