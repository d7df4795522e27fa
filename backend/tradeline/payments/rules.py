"""The rules of payments. Pure: no storage, no network, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tradeline.kernel import TRADE_ZONE, take
from tradeline.payments.model import (
    BillKind,
    BillLine,
    Capture,
    DifferenceKind,
    Payment,
    RefundResult,
    RefundState,
    SharingPlan,
)

RECEIVERS_MAX = 50
BASIS_POINTS = 10_000
# What happened near midnight may stand in the bill of either day: it counts as missing a day later.
MIDNIGHT_MARGIN = timedelta(hours=1)


def plan_sharing(
    wants: Sequence[int],
    *,
    captured_minor: int,
    ratio_bp: int,
    refunded_minor: int = 0,
    receivers_max: int = RECEIVERS_MAX,
) -> SharingPlan:
    """Share what the provider allows of a capture, and no more than is left of it, largest claims
    first.

    Largest first and not in proportion: what is left then lies with as few parties as can be, so
    the fewest statements have to carry it, and most parties have their money whole. Among equals
    the earlier one comes first. The ceiling is rounded down, as the provider does.
    """
    rest = min(captured_minor * ratio_bp // BASIS_POINTS, captured_minor - refunded_minor)
    shares = [0] * len(wants)
    largest_first = sorted(range(len(wants)), key=lambda index: (-wants[index], index))
    for index in largest_first[:receivers_max]:
        shares[index] = max(0, min(wants[index], rest))
        rest -= shares[index]
    left = tuple(max(0, want) - share for want, share in zip(wants, shares, strict=True))
    return SharingPlan(tuple(shares), left)


def plan_returns(
    shares: Sequence[int],
    *,
    refund_minor: int,
    remaining_minor: int,
    borne_minor: int = 0,
    bearer: int | None = None,
) -> tuple[int, ...]:
    """What receivers give back of the shares they still have, so that a refund can be paid.

    What somebody bears alone comes out of the share of the `bearer`, by its position, as far as
    that goes, and of no other: the books carry what it lacks. Of the others as much goes back as
    the rest of the refund is of what then remains of the payment, rounded up: the last refund takes
    back all, and the collector never pays more of what all bear than its part out of its own.
    """
    if not 0 <= borne_minor <= refund_minor <= remaining_minor:
        raise ValueError(f"cannot refund {refund_minor} of {remaining_minor}")
    own = 0 if bearer is None else min(shares[bearer], borne_minor)
    left = [have - own if at == bearer else have for at, have in enumerate(shares)]
    common, remaining = refund_minor - borne_minor, remaining_minor - borne_minor
    back = take(-(-sum(left) * common // remaining) if remaining else 0, left)
    return tuple(minor + own if at == bearer else minor for at, minor in enumerate(back))


def judge_capture(payment: Payment | None, capture: Capture) -> DifferenceKind | None:
    """What speaks against a capture. It is compared with what we asked for, never taken over."""
    if payment is None:
        return DifferenceKind.MISSING_HERE
    if capture.merchant_id != payment.merchant_id:
        return DifferenceKind.MERCHANT
    if capture.currency != payment.currency:
        return DifferenceKind.CURRENCY
    if capture.amount_minor != payment.amount_minor:
        return DifferenceKind.AMOUNT
    if payment.transaction_id not in (None, capture.transaction_id):
        return DifferenceKind.TRANSACTION
    return None


def judge_refund_result(
    state: RefundState, amount_minor: int, result: RefundResult
) -> tuple[DifferenceKind | None, bool]:
    """What speaks against the provider's word on a refund, and whether it changes the state.

    What has ended stays as it ended; what is `abnormal` may still end. Words that come late, such
    as `sent` after `succeeded`, change nothing.
    """
    if result.amount_minor != amount_minor:
        return DifferenceKind.REFUND_AMOUNT, False
    if state is RefundState.CLOSED and result.state is RefundState.SUCCEEDED:
        return DifferenceKind.REFUND_MISSING_HERE, False
    return None, result.state in _REFUND_STEPS[state]


_REFUND_STEPS: dict[RefundState, frozenset[RefundState]] = {
    RefundState.REQUESTED: frozenset(RefundState) - {RefundState.REQUESTED},
    RefundState.SENT: frozenset({RefundState.SUCCEEDED, RefundState.CLOSED, RefundState.ABNORMAL}),
    RefundState.ABNORMAL: frozenset({RefundState.SUCCEEDED, RefundState.CLOSED}),
    RefundState.SUCCEEDED: frozenset(),
    RefundState.CLOSED: frozenset(),
}


def bill_day(moment: datetime) -> date:
    """In whose bill something stands: days begin at midnight where the provider is."""
    return moment.astimezone(TRADE_ZONE).date()


def billed_between(day: date) -> tuple[datetime, datetime]:
    """From when until when something must have happened to be missed in the bill of `day`: what
    happened in the last hour before midnight may yet stand in the next one."""
    morning = datetime(day.year, day.month, day.day, tzinfo=TRADE_ZONE)
    return morning - MIDNIGHT_MARGIN, morning + timedelta(days=1) - MIDNIGHT_MARGIN


def fee_of(amount_minor: int, fee_bp: int) -> int:
    """What the provider takes of a payment, rounded half up as it does."""
    return (2 * amount_minor * fee_bp + BASIS_POINTS) // (2 * BASIS_POINTS)


def is_fee_right(
    line: BillLine, *, fee_bp: int | None, paid_minor: int | None, paid_fee_minor: int | None
) -> bool:
    """Whether the fee of a line of the bill can be: a fee is between nothing and the sum, and what
    a refund gives back is its part of the payment's fee, to the fen either way, or nothing.

    `fee_bp` is the merchant's rate, where it is known: the provider rounds half up.
    `paid_minor` and `paid_fee_minor` are those of the payment that a refund is of, where its bill
    is here.
    """
    if line.kind is BillKind.PAY:
        if fee_bp is not None:
            return line.fee_minor == fee_of(line.amount_minor, fee_bp)
        return 0 <= line.fee_minor <= line.amount_minor
    if line.fee_minor == 0 or not paid_minor or paid_fee_minor is None:
        return line.fee_minor <= 0
    part = paid_fee_minor * line.amount_minor // paid_minor
    return line.fee_minor < 0 and abs(-line.fee_minor - part) <= 1
