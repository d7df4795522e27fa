"""What ordering accepts of texts and days. Pure: each function returns the faults that it found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tradeline.kernel import InvalidValue, Problem, judge_length

TEXT_LENGTH_MAX = 1_000
CODE_LENGTH_MAX = 100
DAYS_BACK_MAX = 366
DAYS_AHEAD_MAX = 5 * 366
PACKAGES_MAX = 10_000


def judge_texts(*, codes: Mapping[str, str] = {}, texts: Mapping[str, str] = {}) -> list[Problem]:
    """Faults of texts by field as callers name it: codes are short, texts may have lines."""
    return [
        fault
        for most, values in ((CODE_LENGTH_MAX, codes), (TEXT_LENGTH_MAX, texts))
        for field, value in values.items()
        for fault in judge_length(value, (field,), most=most)
    ]


def judge_day(
    day: date | None,
    today: date,
    path: tuple[str | int, ...],
    field: str,
    *,
    earliest: date | None = None,
) -> list[Problem]:
    """A day that nobody means: before the earliest, or else more than a year back, or five years
    ahead. None has no fault."""
    earliest = earliest or today - timedelta(days=DAYS_BACK_MAX)
    latest = today + timedelta(days=DAYS_AHEAD_MAX)
    if day is None or earliest <= day <= latest:
        return []
    return [
        InvalidValue(
            path=path,
            field=field,
            rule=f"give a day from {earliest} to {latest}",
            rule_zh=f"请填写 {earliest} 至 {latest} 之间的日期",
        )
    ]


def judge_packages(packages: int | None) -> list[Problem]:
    """A number of packages that nobody counts. None has no fault."""
    if packages is None or 1 <= packages <= PACKAGES_MAX:
        return []
    return [
        InvalidValue(
            path=("packages",),
            field="packages",
            rule=f"give 1 to {PACKAGES_MAX} packages",
            rule_zh=f"件数须为 1 至 {PACKAGES_MAX}",
        )
    ]


def reason_missing(field: str) -> InvalidValue:
    """Something must be said, and nothing was."""
    return InvalidValue(
        path=(field,), field=field, rule="say why in a few words", rule_zh="请用几个字说明原因"
    )


def nothing_given(field: str) -> InvalidValue:
    """A list without anything in it to act on."""
    return InvalidValue(
        path=(field,),
        field=field,
        rule="name at least one line with a quantity",
        rule_zh="至少填写一行及数量",
    )
