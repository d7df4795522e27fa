"""The rules of payments: what is shared, what comes back, what a bill may say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tradeline.payments import BillKind, BillLine, plan_returns, plan_sharing
from tradeline.payments.rules import bill_day, billed_between, is_fee_right


def test_the_largest_claim_is_shared_first_and_the_rest_stays_on_account() -> None:
    plan = plan_sharing([4420, 8130], captured_minor=32_469, ratio_bp=3000)

    assert plan.shares == (1610, 8130)
    assert plan.left == (2810, 0)
    assert sum(plan_sharing([9999], captured_minor=32_469, ratio_bp=2900).shares) == 9416


def test_no_more_receivers_are_shared_with_than_the_provider_takes() -> None:
    plan = plan_sharing([5] * 60, captured_minor=10_000, ratio_bp=10_000)

    assert plan.shares == (5,) * 50 + (0,) * 10
    assert plan.left == (0,) * 50 + (5,) * 10


def test_what_was_refunded_is_not_shared() -> None:
    plan = plan_sharing([50, -3], captured_minor=100, ratio_bp=9000, refunded_minor=70)

    assert plan.shares == (30, 0)
    assert plan.left == (20, 0)


def test_receivers_give_back_their_part_and_with_the_last_refund_all() -> None:
    assert plan_returns([8130, 1610], refund_minor=6577, remaining_minor=32_469) == (1647, 326)
    assert plan_returns([6483, 1284], refund_minor=25_892, remaining_minor=25_892) == (6483, 1284)
    assert plan_returns([], refund_minor=1, remaining_minor=5) == ()
    with pytest.raises(ValueError, match="cannot refund"):
        plan_returns([1], refund_minor=6, remaining_minor=5)


def test_days_begin_at_midnight_in_china() -> None:
    assert bill_day(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert bill_day(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 22)
    since, until = billed_between(date(2026, 11, 23))
    assert since == datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    assert until == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def a_line(kind: BillKind, amount_minor: int, fee_minor: int) -> BillLine:
    return BillLine(
        kind=kind,
        transaction_id="42",
        number="P1",
        occurred_at=datetime(2026, 11, 23, tzinfo=UTC),
        amount_minor=amount_minor,
        fee_minor=fee_minor,
    )


@pytest.mark.parametrize(
    ("fee_minor", "fee_bp", "is_right"),
    [
        (195, 60, True),
        (194, 60, False),
        (194, None, True),
        (-1, None, False),
        (32_470, None, False),
    ],
)
def test_a_fee_is_by_the_rate_or_at_least_can_be(
    fee_minor: int, fee_bp: int | None, is_right: bool
) -> None:
    line = a_line(BillKind.PAY, 32_469, fee_minor)

    assert is_fee_right(line, fee_bp=fee_bp, paid_minor=None, paid_fee_minor=None) is is_right


@pytest.mark.parametrize(
    ("fee_minor", "is_right"),
    [(-39, True), (-40, True), (-38, True), (-37, False), (-41, False), (0, True), (39, False)],
)
def test_a_refund_gives_back_its_part_of_the_fee_or_nothing(fee_minor: int, is_right: bool) -> None:
    line = a_line(BillKind.REFUND, 6577, fee_minor)

    assert is_fee_right(line, fee_bp=60, paid_minor=32_469, paid_fee_minor=195) is is_right
