"""Lines that wait for goods, and what was told of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tradeline.ordering import MovedLine
from tradeline.replenishment.promises import is_later


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that holds no stock: whose goods it waits for, and the day last told of it. `is_own`
    if it is of the order that something happened to, which tells of itself."""

    network_id: int
    order_line_id: int
    order_id: int
    org_id: int
    sku_id: int
    promised_on: date | None
    told_on: date | None
    is_own: bool


def lines_to_tell(
    waiting: Sequence[WaitingLine], days: Mapping[int, date | None], today: date
) -> list[MovedLine]:
    """The lines that come later than their parties were told. Sooner is told to nobody: it is seen
    by whoever looks. Nor is that a day has gone by while the goods stand there."""
    return [
        MovedLine(
            order_id=line.order_id,
            order_line_id=line.order_line_id,
            expected_before=line.told_on,
            expected_on=days[line.order_line_id],
        )
        for line in waiting
        if line.told_on is not None
        and not line.is_own
        and is_later(days[line.order_line_id], max(line.told_on, today))
    ]
