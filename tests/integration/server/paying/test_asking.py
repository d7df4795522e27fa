"""What the worker asks WeChat where no notice came: payments, refunds, and what is given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories_paying import Counter, lapsed
from tests.factories_payments import a_capture as word_of
from tests.factories_payments import (
    a_payment,
    a_refund,
    capturing,
    paid,
    refunding,
    stored,
    to_pay,
)
from tests.factories_wechat import OPENID
from tradeline.payments import (
    Payment,
    PaymentState,
    RefundState,
    close_payments,
    due_payments,
    due_refunds,
    refunds_by_ids,
)
from tradeline_server.paying.asking import Asking
from tradeline_server.paying.lanes import reason_of
from tradeline_server.wechat import Refused, Untrusted
from tradeline_server.wechat.simulator import Mischief, Mishap


@pytest.fixture
def asking(counter: Counter) -> Asking:
    return Asking(counter.db, counter.merchants, counter.telling)


async def state_of(counter: Counter, payment: Payment) -> PaymentState:
    return (await stored(counter.till, payment)).state


async def give_up(counter: Counter, payment: Payment) -> None:
    async with counter.db.unit_of_work(counter.till.network_id) as conn:
        await close_payments(conn, network_id=counter.till.network_id, payment_ids=[payment.id])


async def refund_of(counter: Counter, payment: Payment, amount_minor: int) -> int:
    [refund_id] = await refunding(counter.till, a_refund(payment, amount_minor))
    return refund_id


async def refund_state(counter: Counter, refund_id: int) -> RefundState:
    async with counter.db.reading(counter.till.network_id) as conn:
        found = await refunds_by_ids(conn, network_id=counter.till.network_id, ids=[refund_id])
    return found[refund_id].state


async def taken(counter: Counter, total: int = 10_000) -> Payment:
    """A payment that WeChat and we know to be paid, and no notices of which are under way."""
    payment, prepay_id = await counter.prepaid(a_payment(counter.till, total))
    counter.simulator.disturb(Mischief.LOSE, about=payment.number)
    counter.simulator.pay(prepay_id, OPENID)
    transaction_id = counter.theirs(payment).transaction_id
    await capturing(counter.till, word_of(payment, transaction_id=transaction_id))
    return await stored(counter.till, payment)


async def test_a_payment_whose_notice_was_lost_is_found_by_asking(
    counter: Counter, asking: Asking
) -> None:
    payment, prepay_id = await counter.prepaid()
    counter.simulator.disturb(Mischief.LOSE)
    counter.simulator.pay(prepay_id, OPENID)

    await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.CAPTURED
    assert counter.simulator.notifier.attempts == []


async def test_a_payment_that_nobody_has_paid_yet_waits(counter: Counter, asking: Asking) -> None:
    payment, _ = await counter.prepaid()

    await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.PREPAID
    assert counter.theirs(payment).state == "NOTPAY"


async def test_what_is_given_up_is_closed_at_wechat_first(counter: Counter, asking: Asking) -> None:
    payment, _ = await counter.prepaid()
    await give_up(counter, payment)

    counter.simulator.fail(Mishap.SYSTEM_ERROR, path="/v3/pay/transactions/out-trade-no", times=3)
    with pytest.raises(Refused):
        await counter.work(due_payments, asking.payment)
    assert await state_of(counter, payment) is PaymentState.CLOSING

    await counter.work(due_payments, asking.payment)
    assert await state_of(counter, payment) is PaymentState.CLOSED
    assert counter.theirs(payment).state == "CLOSED"


async def test_who_pays_while_it_is_given_up_has_paid(counter: Counter, asking: Asking) -> None:
    payment, prepay_id = await counter.prepaid()
    await give_up(counter, payment)
    counter.simulator.disturb(Mischief.LOSE)
    counter.simulator.pay(prepay_id, OPENID)

    await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.CAPTURED


async def test_what_wechat_never_heard_of_is_closed_when_it_is_given_up(
    counter: Counter, asking: Asking
) -> None:
    [payment] = await to_pay(counter.till, a_payment(counter.till))
    await give_up(counter, payment)

    await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.CLOSED


async def test_that_it_never_heard_of_it_is_believed_only_if_signed(
    counter: Counter, asking: Asking
) -> None:
    [payment] = await to_pay(counter.till, a_payment(counter.till))
    await give_up(counter, payment)
    counter.simulator.fail(Mishap.UNSIGNED, path="/v3/pay", times=1)

    with pytest.raises(Refused):
        await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.CLOSING


async def test_a_payment_that_lapses_is_closed_though_nobody_gave_it_up(
    counter: Counter, asking: Asking
) -> None:
    payment, _ = await counter.prepaid(lapsed(counter.till))

    await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.CLOSED
    assert counter.theirs(payment).state == "CLOSED"


@pytest.mark.parametrize("mishap", [Mishap.WRONG_KEY, Mishap.TAMPERED, Mishap.UNSIGNED, Mishap.OLD])
async def test_an_answer_that_is_forged_captures_nothing(
    counter: Counter, asking: Asking, mishap: Mishap
) -> None:
    payment, prepay_id = await counter.prepaid()
    counter.simulator.disturb(Mischief.LOSE)
    counter.simulator.pay(prepay_id, OPENID)
    counter.simulator.fail(mishap, path="/v3/pay", times=1)

    with pytest.raises(Untrusted):
        await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.PREPAID


async def test_a_payment_of_a_merchant_without_keys_waits_for_them(
    counter: Counter, asking: Asking
) -> None:
    new = replace(a_payment(counter.till), merchant_id="1900000999")
    [payment] = await to_pay(counter.till, new)
    await give_up(counter, payment)

    with pytest.raises(Exception, match="no keys"):
        await counter.work(due_payments, asking.payment)

    assert await state_of(counter, payment) is PaymentState.CLOSING


async def test_a_refund_is_sent_once_and_its_end_is_told(counter: Counter, asking: Asking) -> None:
    payment, other = await taken(counter), await taken(counter)
    refund_id = await refund_of(counter, payment, 1_000)

    await counter.work(due_refunds, asking.refund)
    await counter.work(due_refunds, asking.refund)
    await counter.settled()

    assert await refund_state(counter, refund_id) is RefundState.SUCCEEDED
    [theirs] = counter.simulator.books.refunds.values()
    assert (theirs.payment.out_trade_no, theirs.amount) == (payment.number, 1_000)
    assert counter.theirs(other).refunds == []


async def test_who_dies_after_a_refund_was_sent_sends_no_second_one(
    counter: Counter, asking: Asking
) -> None:
    payment = await taken(counter)
    await taken(counter)
    refund_id = await refund_of(counter, payment, 1_000)
    counter.simulator.config.processing_seconds = 3600

    # It was sent, and the answer never came: the same as if whoever sent it had died.
    counter.simulator.fail(Mishap.LOST, path="/v3/refund", times=3)
    with pytest.raises(Refused):
        await counter.work(due_refunds, asking.refund)
    assert await refund_state(counter, refund_id) is RefundState.REQUESTED
    await counter.work(due_refunds, asking.refund)
    assert await refund_state(counter, refund_id) is RefundState.SENT
    counter.simulator.disturb(Mischief.LOSE)
    counter.simulator.advance(3601)
    await counter.work(due_refunds, asking.refund)

    assert await refund_state(counter, refund_id) is RefundState.SUCCEEDED
    assert len(counter.simulator.books.refunds) == 1


@pytest.mark.parametrize(
    ("ends", "state"), [("ABNORMAL", RefundState.ABNORMAL), ("CLOSED", RefundState.CLOSED)]
)
async def test_a_refund_that_does_not_reach_the_payer_is_told_as_such(
    counter: Counter, asking: Asking, ends: str, state: RefundState
) -> None:
    payment = await taken(counter)
    await taken(counter)
    refund_id = await refund_of(counter, payment, 1_000)
    async with counter.db.reading(counter.till.network_id) as conn:
        found = await refunds_by_ids(conn, network_id=counter.till.network_id, ids=[refund_id])
    counter.simulator.books.refund_outcomes[found[refund_id].number] = ends

    await counter.work(due_refunds, asking.refund)
    await counter.settled()

    assert await refund_state(counter, refund_id) is state


async def test_why_a_refund_cannot_be_sent_can_be_looked_up(
    counter: Counter, asking: Asking
) -> None:
    payment = await taken(counter)
    refund_id = await refund_of(counter, payment, 10_000)
    counter.simulator.books.available = 0

    async with counter.owner_pool.acquire() as conn:
        [due] = await due_refunds(conn, limit=10)
    with pytest.raises(Refused) as refused:
        await asking.refund(due)
    await asking.note_refund(due, reason_of(refused.value))

    row = await counter.owner_pool.fetchrow("SELECT state, last_error FROM payments.refund")
    assert row is not None
    assert row["state"] == "requested"
    assert row["last_error"].startswith("NOT_ENOUGH")
    counter.simulator.books.available = 10_000
    await counter.work(due_refunds, asking.refund)
    await counter.settled()
    assert await refund_state(counter, refund_id) is RefundState.SUCCEEDED


async def test_what_wechat_calls_refunded_was_never_paid_by_hearsay(
    counter: Counter, asking: Asking
) -> None:
    """A payment that only we believe to be paid cannot be paid back by WeChat."""
    [payment] = await paid(counter.till, a_payment(counter.till))
    refund_id = await refund_of(counter, payment, 100)

    with pytest.raises(Refused):
        await counter.work(due_refunds, asking.refund)

    assert await refund_state(counter, refund_id) is RefundState.REQUESTED
