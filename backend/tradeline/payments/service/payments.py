"""Payments by consumers. For modules above, and for whoever speaks with the provider: what a payer
may do has been judged before."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from tradeline.kernel import Connection, grouped
from tradeline.payments.model import (
    Capture,
    CaptureOutcome,
    DifferenceKind,
    DuePayment,
    NewDifference,
    NewPayment,
    Notice,
    Payment,
    PaymentState,
)
from tradeline.payments.queries import payments as queries
from tradeline.payments.rules import bill_day, judge_capture


async def create_payments(
    conn: Connection, *, network_id: int, payments: Sequence[NewPayment]
) -> list[int]:
    """Store what is to be paid; the ids in the order given. Each has a number of its own, which
    nobody can guess and no other database has given out."""
    if not payments:
        return []
    numbers = [f"P{secrets.token_hex(12).upper()}" for _ in payments]
    return await queries.insert_payments(conn, network_id, payments, numbers)


async def payments_by_ids(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, Payment]:
    return await queries.fetch_by_ids(conn, network_id, ids)


async def payments_by_numbers(
    conn: Connection, *, network_id: int, numbers: Sequence[str]
) -> dict[str, Payment]:
    """Not locked: to find the documents, whose locks come first."""
    return await queries.fetch_by_numbers(conn, network_id, numbers)


async def payments_of(
    conn: Connection, *, network_id: int, reference_type: str, reference_ids: Sequence[int]
) -> dict[int, list[Payment]]:
    """All payments of some documents, by document, oldest first."""
    found = await queries.fetch_by_references(conn, network_id, reference_type, reference_ids)
    return grouped(reference_ids, ((payment.reference_id, payment) for payment in found))


async def mark_prepaid(
    conn: Connection, *, network_id: int, prepaid: Sequence[tuple[int, str]]
) -> None:
    """The provider knows these payments, each by (id, prepay_id). If one was captured or given up
    before its reply arrived, it stays so."""
    if prepaid:
        await queries.mark_prepaid(conn, network_id, prepaid)


async def capture_payments(
    conn: Connection, *, network_id: int, captures: Sequence[Capture]
) -> list[CaptureOutcome]:
    """Take the provider's word that payments were paid, each once; outcomes in the order given.

    Locks the payments. A capture is compared with what we asked for: what differs is not captured,
    and stands as a difference. That of a payment which is captured already answers `is_first`
    False; one that we had closed is captured all the same, and `state_before` says so.
    """
    if not captures:
        return []
    locked = await queries.lock_for_capture(conn, network_id, captures)
    by_number = {payment.number: payment for payment in locked}
    numbers = {
        (payment.merchant_id, payment.transaction_id): payment.number
        for payment in locked
        if payment.transaction_id is not None
    }
    outcomes: list[CaptureOutcome] = []
    captured: list[tuple[int, Capture]] = []
    differences: list[NewDifference] = []
    for capture in captures:
        payment = by_number.get(capture.number)
        mismatch = judge_capture(payment, capture)
        transaction = (capture.merchant_id, capture.transaction_id)
        if mismatch is None and numbers.setdefault(transaction, capture.number) != capture.number:
            mismatch = DifferenceKind.TRANSACTION
        outcome = _outcome(capture, payment, mismatch)
        outcomes.append(outcome)
        if mismatch is not None:
            differences.append(_difference(capture, payment, mismatch))
        elif outcome.is_first:
            assert payment is not None, "a first capture is of a payment"
            captured.append((payment.id, capture))
            by_number[capture.number] = replace(
                payment,
                state=PaymentState.CAPTURED,
                transaction_id=capture.transaction_id,
                captured_at=capture.captured_at,
            )
    if captured:
        await queries.capture_payments(conn, network_id, captured)
    if differences:
        await queries.insert_differences(conn, network_id, differences)
    return outcomes


async def mark_surplus(conn: Connection, *, network_id: int, payment_ids: Sequence[int]) -> None:
    """Captured payments that pay for nothing: their documents are paid, or gone. They are never
    shared; the caller asks for their refund."""
    if payment_ids:
        await queries.mark_surplus(conn, network_id, sorted(payment_ids))


async def close_payments(conn: Connection, *, network_id: int, payment_ids: Sequence[int]) -> None:
    """Give payments up. They are `closing` until the provider has closed them too; one that was
    captured stays captured."""
    if payment_ids:
        await queries.close_payments(conn, network_id, sorted(payment_ids))


async def mark_closed(conn: Connection, *, network_id: int, payment_ids: Sequence[int]) -> None:
    """The provider has closed what was `closing`, or never knew it."""
    if payment_ids:
        await queries.mark_closed(conn, network_id, sorted(payment_ids))


async def due_payments(conn: Connection, *, limit: int) -> list[DuePayment]:
    """Payments to ask the provider about, given to one worker at a time.

    For the owner's connection, over all networks. Each is due again after a while, whether or not
    whoever was given it lived to tell.
    """
    return await queries.claim_due(conn, limit)


async def claim_notices(
    conn: Connection, *, network_id: int, notices: Sequence[Notice]
) -> set[str]:
    """Note what a provider told; returns the ids of what it had not told before. In the unit of
    work of what is done about it, so that both happen, once."""
    if not notices:
        return set()
    return await queries.claim_notices(conn, network_id, notices)


async def forget_notices(conn: Connection, *, limit: int) -> int:
    """Forget what was told long ago, up to `limit`; returns how many. For the owner's connection,
    over all networks. A payment is captured once even so."""
    return await queries.forget_notices(conn, limit)


def _outcome(
    capture: Capture, payment: Payment | None, mismatch: DifferenceKind | None
) -> CaptureOutcome:
    if payment is None:
        return CaptureOutcome(number=capture.number, mismatch=mismatch)
    return CaptureOutcome(
        number=capture.number,
        payment_id=payment.id,
        reference_type=payment.reference_type,
        reference_id=payment.reference_id,
        amount_minor=payment.amount_minor,
        state_before=payment.state,
        is_first=mismatch is None and payment.state is not PaymentState.CAPTURED,
        mismatch=mismatch,
    )


def _difference(
    capture: Capture, payment: Payment | None, mismatch: DifferenceKind
) -> NewDifference:
    """In the books of the merchant that the payment is ours with, whoever claims to have it."""
    return NewDifference(
        merchant_id=capture.merchant_id if payment is None else payment.merchant_id,
        bill_date=bill_day(capture.captured_at),
        kind=mismatch,
        number=capture.number,
        transaction_id=capture.transaction_id,
        currency=capture.currency if payment is None else payment.currency,
        ours_minor=None if payment is None else payment.amount_minor,
        theirs_minor=capture.amount_minor,
    )
