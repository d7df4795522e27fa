"""Refunds of payments. For modules above, which have judged who may ask for them."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection, Money, Problem, raise_any
from tradeline.payments.errors import RefundTooLarge
from tradeline.payments.model import (
    DifferenceKind,
    DueRefund,
    NewDifference,
    NewRefund,
    Payment,
    Refund,
    RefundOutcome,
    RefundResult,
    RefundState,
    SharingState,
)
from tradeline.payments.queries import payments as payment_queries
from tradeline.payments.queries import refunds as queries
from tradeline.payments.queries import returns as return_queries
from tradeline.payments.queries import sharings as sharing_queries
from tradeline.payments.rules import bill_day, judge_refund_result
from tradeline.payments.service.sharings import plan_returns_for


async def request_refunds(
    conn: Connection, *, network_id: int, refunds: Sequence[NewRefund]
) -> list[int]:
    """Ask for money to go back; the refunds' ids in the order given.

    Locks the payments. Idempotent by reference: one that was asked for, and not closed since, is
    answered with its id. A sharing that nobody has sent yet is withdrawn, to be planned anew; of
    shares that were given, the receivers give back their part first.

    Raises:
        LookupError: for a payment that is not there, which is a fault of the caller.
        Rejected: RefundTooLarge, with each payment of which more is asked for than is left.
    """
    if not refunds:
        return []
    payment_ids = sorted({refund.payment_id for refund in refunds})
    payments = await payment_queries.lock_by_ids(conn, network_id, payment_ids)
    if missing := set(payment_ids) - payments.keys():
        raise LookupError(f"there are no payments {sorted(missing)}")
    stored = await queries.fetch_by_payments(conn, network_id, payment_ids)
    ids = {
        (refund.reference_type, refund.reference_id): refund.id
        for refund in stored
        if refund.state is not RefundState.CLOSED
    }
    fresh = {
        (refund.reference_type, refund.reference_id): refund
        for refund in reversed(refunds)
        if (refund.reference_type, refund.reference_id) not in ids
    }
    wanted = list(reversed(fresh.values()))
    raise_any(_judge(wanted, payments))
    if wanted:
        ids |= await queries.insert_refunds(conn, network_id, wanted)
        touched = sorted({refund.payment_id for refund in wanted})
        await sharing_queries.withdraw_sharings(conn, network_id, touched, SharingState.REQUESTED)
        await plan_returns_for(conn, network_id, touched)
    return [ids[refund.reference_type, refund.reference_id] for refund in refunds]


async def refunds_by_ids(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, Refund]:
    return await queries.fetch_by_ids(conn, network_id, ids)


async def refunds_by_numbers(
    conn: Connection, *, network_id: int, numbers: Sequence[str]
) -> dict[str, Refund]:
    """Not locked: to find the documents, whose locks come first."""
    return await queries.fetch_by_numbers(conn, network_id, numbers)


async def due_refunds(conn: Connection, *, limit: int) -> list[DueRefund]:
    """Refunds to send, or to ask about, given to one worker at a time.

    For the owner's connection, over all networks. Each is due again after a while, whether or not
    whoever was given it lived to tell; sending it twice is sending it once.
    """
    return await queries.claim_due(conn, limit)


async def settle_refunds(
    conn: Connection, *, network_id: int, results: Sequence[RefundResult]
) -> list[RefundOutcome]:
    """Take the provider's word on refunds, in whatever order it comes; outcomes in that given.

    Locks the payments. What has succeeded or is closed stays so. A closed refund did not happen:
    its sum can be asked for again. A sum that differs from ours, a refund we know nothing of, and
    one that succeeds after it was closed, change nothing and stand as differences. Of what another
    merchant calls by the number of a refund that is not theirs, we know nothing either.
    """
    if not results:
        return []
    numbers = [result.number for result in results]
    seen = await queries.fetch_by_numbers(conn, network_id, numbers)
    payment_ids = sorted({refund.payment_id for refund in seen.values()})
    payments = await payment_queries.lock_by_ids(conn, network_id, payment_ids)
    locked = await queries.fetch_by_numbers(conn, network_id, numbers)
    states = {number: refund.state for number, refund in locked.items()}
    outcomes: list[RefundOutcome] = []
    settled: dict[int, RefundResult] = {}
    differences: list[NewDifference] = []
    for result in results:
        refund = locked.get(result.number)
        if refund is None or payments[refund.payment_id].merchant_id != result.merchant_id:
            outcomes.append(
                RefundOutcome(number=result.number, mismatch=DifferenceKind.REFUND_MISSING_HERE)
            )
            continue
        mismatch, changes = judge_refund_result(states[refund.number], refund.amount_minor, result)
        if changes:
            states[refund.number] = result.state
            settled[refund.id] = result
        if mismatch is not None:
            payment = payments[refund.payment_id]
            differences.append(_difference(refund, payment, result, mismatch))
        outcomes.append(_outcome(refund, states[refund.number], changes, mismatch))
    if settled:
        await queries.settle_refunds(conn, network_id, list(settled.items()))
    if differences:
        await payment_queries.insert_differences(conn, network_id, differences)
    return outcomes


async def note_refund_failures(
    conn: Connection, *, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    """Why refunds, by id, could not be sent this time: for whoever looks after them."""
    if failures:
        await return_queries.note_refund_failures(conn, network_id, failures)


def _judge(refunds: Sequence[NewRefund], payments: dict[int, Payment]) -> list[Problem]:
    asked: dict[int, int] = {}
    for refund in refunds:
        if refund.amount_minor <= 0:
            raise ValueError(f"{refund.amount_minor} is nothing to refund")
        asked[refund.payment_id] = asked.get(refund.payment_id, 0) + refund.amount_minor
    return [
        RefundTooLarge(
            path=("amount",),
            number=payments[id].number,
            refundable=Money(payments[id].refundable_minor, payments[id].currency),
        )
        for id, minor in asked.items()
        if minor > payments[id].refundable_minor
    ]


def _outcome(
    refund: Refund, state: RefundState, is_first: bool, mismatch: DifferenceKind | None
) -> RefundOutcome:
    return RefundOutcome(
        number=refund.number,
        refund_id=refund.id,
        payment_id=refund.payment_id,
        reference_type=refund.reference_type,
        reference_id=refund.reference_id,
        amount_minor=refund.amount_minor,
        state=state,
        is_first=is_first,
        mismatch=mismatch,
    )


def _difference(
    refund: Refund, payment: Payment, result: RefundResult, mismatch: DifferenceKind
) -> NewDifference:
    return NewDifference(
        merchant_id=payment.merchant_id,
        bill_date=bill_day(result.settled_at or refund.requested_at),
        kind=mismatch,
        number=refund.number,
        transaction_id=result.provider_refund_id or "",
        currency=refund.currency,
        ours_minor=None if mismatch is DifferenceKind.REFUND_MISSING_HERE else refund.amount_minor,
        theirs_minor=result.amount_minor,
    )
