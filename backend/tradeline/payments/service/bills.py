"""The provider's bills: stored, compared with what we know, and their fees booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    WrongState,
    judge_length,
    make_page,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.payments.model import (
    BILL_CURRENCY,
    NOTE_LENGTH_MAX,
    Bill,
    BillKind,
    BillLine,
    Difference,
    DifferenceKind,
    NewDifference,
)
from tradeline.payments.queries import bills as queries
from tradeline.payments.queries import payments as payment_queries
from tradeline.payments.queries.bills import Matched, Unbilled, UnbookedFee
from tradeline.payments.rules import bill_day, billed_between, fee_of, is_fee_right
from tradeline.settlement import BookingKind, NewBooking, book

# Said of a difference that nobody had to look after.
CAME_LATER = "后续账单或到账已核销 / came with a later bill or word"


async def store_bill(
    conn: Connection,
    *,
    network_id: int,
    merchant_id: str,
    bill_date: date,
    lines: Sequence[BillLine],
) -> None:
    """Keep a day's bill of a merchant, which may have no lines. Storing it again adds nothing; a
    line that is there stays as it was told first."""
    await queries.insert_bill(conn, network_id, merchant_id, bill_date, lines)


async def has_bill(conn: Connection, *, network_id: int, merchant_id: str, bill_date: date) -> bool:
    return await queries.has_bill(conn, network_id, merchant_id, bill_date)


async def reconcile(
    conn: Connection, *, network_id: int, merchant_id: str, day: date
) -> list[Difference]:
    """Compare a stored bill with what we know, and book its fees; returns what differs and is open,
    of that day and of the last hour of the one before.

    Any number of times: what was named stays named once, what has come since is resolved, a fee is
    booked once. Fees are the bill's, of payments that are ours; where the merchant's rate is known,
    each is compared with it. What happened in the last hour before midnight may stand in the next
    bill, and is missed only there.

    Raises LookupError without that day's bill: there is nothing to compare with.
    """
    if not await queries.lock_bill(conn, network_id, merchant_id, day):
        raise LookupError(f"there is no bill of {day} for merchant {merchant_id}")
    fee_bp = await queries.fetch_fee_rate(conn, network_id, merchant_id)
    matched = await queries.match_lines(conn, network_id, merchant_id, day)
    unbilled = await queries.fetch_unbilled(conn, network_id, merchant_id, *billed_between(day))
    came = await queries.resolve_what_came(conn, network_id, merchant_id, CAME_LATER)
    differences = [
        NewDifference(
            merchant_id=merchant_id,
            bill_date=day,
            kind=kind,
            number=row.line.number,
            transaction_id=row.line.transaction_id,
            currency=row.currency or BILL_CURRENCY,
            ours_minor=ours_minor,
            theirs_minor=theirs_minor,
        )
        for row in matched
        for kind, ours_minor, theirs_minor in _judge_line(row, fee_bp)
    ]
    differences += [_missed(merchant_id, row) for row in unbilled]
    if differences:
        await payment_queries.insert_differences(conn, network_id, differences)
    fees = await queries.fetch_unbooked_fees(conn, network_id, merchant_id, day, came)
    await book(conn, network_id=network_id, bookings=[_booking(fee) for fee in fees])
    await queries.mark_reconciled(conn, network_id, merchant_id, day)
    return await queries.fetch_open(conn, network_id, merchant_id, day)


async def list_bills(
    conn: Connection, *, actor: Actor, page: PageRequest, merchant_id: str | None = None
) -> Page[Bill]:
    """Bills of the organization's merchant numbers, newest first; the cursor is (str, str).

    Raises Forbidden without `payment:reconcile`.
    """
    actor.require(Permission.PAYMENT_RECONCILE)
    rows = await queries.list_bills(conn, actor, page, merchant_id)
    return make_page(rows, page, lambda bill: (bill.bill_date.isoformat(), bill.merchant_id))


async def list_differences(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    merchant_id: str | None = None,
    bill_date: date | None = None,
    is_open: bool | None = None,
) -> Page[Difference]:
    """Differences in the bills of the organization's merchant numbers, newest first; the cursor is
    (int,). Raises Forbidden without `payment:reconcile`."""
    actor.require(Permission.PAYMENT_RECONCILE)
    rows = await queries.list_differences(conn, actor, page, merchant_id, bill_date, is_open)
    return make_page(rows, page, lambda difference: (difference.id,))


async def differences_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Difference]:
    """Differences of the organization's merchant numbers; others are left out.

    Raises Forbidden without `payment:reconcile`.
    """
    actor.require(Permission.PAYMENT_RECONCILE)
    return await queries.fetch_differences(conn, actor, ids)


async def resolve_difference(
    conn: Connection, *, actor: Actor, difference_id: int, note: str
) -> int:
    """Close a difference with what came of it; returns its id. No sum is changed by that: what has
    to move, moves by documents of its own.

    Raises:
        Forbidden: without `payment:reconcile`.
        Rejected: NotFound; WrongState if it is resolved already; InvalidValue without a note.
    """
    actor.require(Permission.PAYMENT_RECONCILE)
    difference = await queries.lock_difference(conn, actor, difference_id)
    if difference is None:
        raise refuse(NotFound(path=("differenceId",), subject="difference"))
    if difference.resolved_at is not None:
        raise refuse(WrongState(path=("differenceId",), subject="difference", state="resolved"))
    raise_any(judge_length(note, ("note",), least=1, most=NOTE_LENGTH_MAX))
    await queries.resolve_difference(conn, actor, difference_id, note.strip())
    change = Change(
        action="difference.resolve",
        subject_type="difference",
        subject_id=difference_id,
        after={"kind": difference.kind, "number": difference.number, "note": note.strip()},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return difference_id


def _judge_line(
    row: Matched, fee_bp: int | None
) -> list[tuple[DifferenceKind, int | None, int | None]]:
    """What differs between a line and what we have, with our figure and theirs."""
    line, is_payment = row.line, row.line.kind is BillKind.PAY
    if row.ours_minor is None:
        missing = DifferenceKind.MISSING_HERE if is_payment else DifferenceKind.REFUND_MISSING_HERE
        return [(missing, None, line.amount_minor)]
    found: list[tuple[DifferenceKind, int | None, int | None]] = []
    if row.our_transaction_id not in (None, line.transaction_id):
        found.append((DifferenceKind.TRANSACTION, row.ours_minor, line.amount_minor))
    if row.ours_minor != line.amount_minor:
        differs = DifferenceKind.AMOUNT if is_payment else DifferenceKind.REFUND_AMOUNT
        found.append((differs, row.ours_minor, line.amount_minor))
    if not is_fee_right(
        line, fee_bp=fee_bp, paid_minor=row.paid_minor, paid_fee_minor=row.paid_fee_minor
    ):
        due = None if fee_bp is None or not is_payment else fee_of(line.amount_minor, fee_bp)
        found.append((DifferenceKind.FEE, due, line.fee_minor))
    return found


def _missed(merchant_id: str, row: Unbilled) -> NewDifference:
    is_payment = row.kind is BillKind.PAY
    return NewDifference(
        merchant_id=merchant_id,
        bill_date=bill_day(row.occurred_at),
        kind=DifferenceKind.MISSING_IN_BILL
        if is_payment
        else DifferenceKind.REFUND_MISSING_IN_BILL,
        number=row.number,
        transaction_id=row.transaction_id or "",
        currency=row.currency,
        ours_minor=row.amount_minor,
        theirs_minor=None,
    )


def _booking(fee: UnbookedFee) -> NewBooking:
    return NewBooking(
        entity_id=fee.collector_entity_id,
        kind=BookingKind.PROVIDER_FEE if fee.fee_minor > 0 else BookingKind.PROVIDER_FEE_REFUND,
        currency=fee.currency,
        amount_minor=abs(fee.fee_minor),
        document_type="bill_line",
        document_id=fee.id,
        document_number=fee.number,
        occurred_at=fee.occurred_at,
    )
