"""When debts are due, and how old they are. Pure: no storage, no network, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.kernel import InvalidValue, Problem
from tradeline.settlement.model import Ageing, Debt

DUE_YEARS_BACK_MAX = 1
DUE_YEARS_AHEAD_MAX = 5


def judge_due_on(due_on: date | None, today: date) -> list[Problem]:
    """The fault of a due day that is nobody's intention, a year mistyped say."""
    if due_on is None:
        return []
    month_and_day = (today.month, today.day)
    earliest = (today.year - DUE_YEARS_BACK_MAX, *month_and_day)
    latest = (today.year + DUE_YEARS_AHEAD_MAX, *month_and_day)
    if earliest <= (due_on.year, due_on.month, due_on.day) <= latest:
        return []
    return [
        InvalidValue(
            path=("dueOn",),
            field="dueOn",
            rule=f"send a day from {DUE_YEARS_BACK_MAX} year ago"
            f" to {DUE_YEARS_AHEAD_MAX} years ahead",
            rule_zh=f"须在 {DUE_YEARS_BACK_MAX} 年前至 {DUE_YEARS_AHEAD_MAX} 年后之间",
        )
    ]


def age_debts(debts: Sequence[Debt], credits_minor: int, today: date) -> Ageing:
    """Set what was paid and credited against the debts, oldest due first; age what remains.

    A debt is overdue from the day after it was due. What no debt takes is prepaid.
    """
    remaining = credits_minor
    buckets = dict.fromkeys(_BUCKETS, 0)
    for debt in sorted(debts, key=lambda debt: debt.due_on):
        covered = min(remaining, debt.amount_minor)
        remaining -= covered
        buckets[_bucket_of((today - debt.due_on).days)] += debt.amount_minor - covered
    return Ageing(**buckets, prepaid_minor=remaining)


_BUCKETS = (
    "not_due_minor",
    "days_1_to_30_minor",
    "days_31_to_60_minor",
    "days_61_to_90_minor",
    "days_over_90_minor",
)


def _bucket_of(days_overdue: int) -> str:
    if days_overdue <= 0:
        return _BUCKETS[0]
    return _BUCKETS[min(1 + (days_overdue - 1) // 30, len(_BUCKETS) - 1)]
