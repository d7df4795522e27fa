"""What a supplier is late or short with, on an edge that somebody plans by. Pure.

An alert is raised once for each matter and closed when it heals: an order that is confirmed, a line
that has come or is promised for another day, a shortage that was made up for, or that is old news.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tradeline.kernel import TRADE_ZONE


class AlertKind(StrEnum):
    """LATE_CONFIRMATION: an order waits for it longer than the edge's terms say. LATE_DELIVERY: a
    line has not come by the day it was promised for. SHORT_RECEIPT: fewer came in good order than
    were shipped."""

    LATE_CONFIRMATION = "late_confirmation"
    LATE_DELIVERY = "late_delivery"
    SHORT_RECEIPT = "short_receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`quantity` units are missing since `due_on`; a shortage has no day."""

    id: int
    kind: AlertKind
    relationship_id: int
    order_id: int
    order_line_id: int | None
    due_on: date | None
    quantity: int
    raised_at: datetime
    healed_at: datetime | None

    @property
    def since(self) -> tuple[int, int]:
        """By what open ones are sorted, the worst first: since which day it is so, as its number
        from the year 1 on; the query says so too."""
        day = self.due_on or self.raised_at.astimezone(TRADE_ZONE).date()
        return day.toordinal(), self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    relationship_id: int | None = None
    kind: AlertKind | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCount:
    """How many of a kind are open."""

    kind: AlertKind
    count: int
