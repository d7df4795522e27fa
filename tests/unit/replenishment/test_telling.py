"""Which lines are told that they come later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tradeline.replenishment.telling import WaitingLine, lines_to_tell

TODAY = date(2026, 3, 1)
DAY = timedelta(days=1)


def told(before: date | None, now: date | None, *, is_own: bool = False) -> bool:
    line = WaitingLine(
        network_id=1,
        order_line_id=7,
        order_id=3,
        org_id=2,
        sku_id=5,
        promised_on=None,
        told_on=before,
        is_own=is_own,
    )
    return bool(lines_to_tell([line], {7: now}, TODAY))


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        (TODAY + DAY, TODAY + 2 * DAY, True),
        (TODAY + DAY, None, True),
        (TODAY, TODAY + DAY, True),
        (TODAY + 2 * DAY, TODAY + DAY, False),
        (TODAY + DAY, TODAY + DAY, False),
        (None, TODAY + DAY, False),
        (None, None, False),
    ],
)
def test_later_than_was_told_is_told_and_sooner_is_not(
    before: date | None, now: date | None, is_told: bool
) -> None:
    assert told(before, now) is is_told
    assert not told(before, now, is_own=True), "the order tells of itself"


def test_a_day_that_goes_by_while_goods_stand_there_is_no_news() -> None:
    """What can be had now is expected today, whatever day that is."""
    assert not told(TODAY - DAY, TODAY)
    assert told(TODAY - DAY, TODAY + DAY)
    assert told(TODAY - DAY, None)
