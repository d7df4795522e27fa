"""Months and rates, without a database."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tradeline.kernel import TRADE_ZONE
from tradeline.ordering.reports import MONTHS_MAX, Trade, judge_months, make_reports, month_starts


def test_a_month_begins_at_midnight_in_shanghai() -> None:
    starts = month_starts(datetime(2026, 12, 31, 16, tzinfo=UTC), 2)

    assert [start.isoformat() for start in starts] == [
        "2026-12-01T00:00:00+08:00",
        "2027-01-01T00:00:00+08:00",
        "2027-02-01T00:00:00+08:00",
    ]
    [before] = month_starts(datetime(2026, 12, 31, 16, tzinfo=UTC) - timedelta(seconds=1), 1)[:1]
    assert before == datetime(2026, 12, 1, tzinfo=TRADE_ZONE)


def test_three_years_are_as_many_months_one_after_the_other() -> None:
    starts = month_starts(datetime(2026, 3, 5, tzinfo=UTC), MONTHS_MAX)

    assert len(starts) == MONTHS_MAX + 1
    assert starts[0] == datetime(2023, 4, 1, tzinfo=TRADE_ZONE)
    assert all(27 < (later - start).days < 32 for start, later in itertools.pairwise(starts))


@pytest.mark.parametrize(
    ("ordered", "delivered", "rate"),
    [(0, 0, None), (3, 2, "0.6667"), (8, 8, "1.0000"), (200_000, 199_999, "1.0000"), (7, 0, "0")],
)
def test_the_fill_rate_is_of_units(ordered: int, delivered: int, rate: str | None) -> None:
    trade = Trade(closed_quantity=ordered, delivered_quantity=delivered)

    assert trade.fill_rate == (None if rate is None else Decimal(rate))


def test_a_report_holds_every_month_and_the_currency_of_most_orders_comes_first() -> None:
    starts = month_starts(datetime(2026, 3, 5, tzinfo=UTC), 3)
    trade = {
        ("CNY", 0): Trade(order_count=1, ordered_minor=100, closed_quantity=4),
        ("CNY", 2): Trade(order_count=1, ordered_minor=50, closed_quantity=4, delivered_quantity=6),
        ("HKD", 1): Trade(order_count=3),
    }

    hkd, cny = make_reports(starts, trade, [])

    assert (hkd.currency, cny.currency) == ("HKD", "CNY")
    assert [(month.month, month.trade.order_count) for month in cny.months] == [
        ("2026-01", 1),
        ("2026-02", 0),
        ("2026-03", 1),
    ]
    assert cny.total == Trade(
        order_count=2, ordered_minor=150, closed_quantity=8, delivered_quantity=6
    )
    assert cny.total.fill_rate == Decimal("0.75")


def test_no_trade_is_no_report() -> None:
    assert make_reports(month_starts(datetime(2026, 3, 5, tzinfo=UTC), 3), {}, []) == []


@pytest.mark.parametrize(("months", "is_fine"), [(0, False), (1, True), (36, True), (37, False)])
def test_one_to_thirty_six_months_may_be_asked_for(months: int, is_fine: bool) -> None:
    assert (judge_months(months) == []) is is_fine
