"""How a supplier has kept its word, on one relationship. Pure: no storage, no clock.

Figures are told of the orders *placed* in a month, as in reports of trade, whenever their goods
came. A line is measured by the day that was promised for it *first*: who moves a date afterwards is
late all the same. Without a promise the day counts that the buyer asked for, and without that any.

**Fill rate** is units received by that day ÷ units ordered. What the buyer cancelled was not
ordered; what the seller refused, cut or replaced by something else was. Units that are still open
and not yet due are left out. **On time** are lines that were counted in full by their day, of those
that are due, however short they came. **Lead time** runs from placing to receipt, once for each
receipt; its spread is the standard deviation of a sample. Units that came **short** or **damaged**
are told of those that were counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tradeline.kernel import InvalidValue, Problem

RELATIONSHIPS_MAX = 100
DAYS_MAX = 3 * 366
RATE_STEP = Decimal("0.0001")
# A mean of fewer says little: whoever plans by lead times goes by the terms instead.
DELIVERIES_MIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """How long goods took from placing to receipt, in days, over so many receipts."""

    mean_days: Decimal
    spread_days: Decimal
    deliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a scorecard counts; quantities are base units. Rates are None where nothing is due."""

    order_count: int = 0
    due_quantity: int = 0
    filled_quantity: int = 0
    due_lines: int = 0
    lines_on_time: int = 0
    counted_quantity: int = 0
    short_quantity: int = 0
    damaged_quantity: int = 0
    lead_time: LeadTime | None = None
    confirmation_hours: Decimal | None = None

    @property
    def fill_rate(self) -> Decimal | None:
        return _rate(self.filled_quantity, self.due_quantity)

    @property
    def on_time_rate(self) -> Decimal | None:
        return _rate(self.lines_on_time, self.due_lines)

    @property
    def short_rate(self) -> Decimal | None:
        return _rate(self.short_quantity, self.counted_quantity)

    @property
    def damaged_rate(self) -> Decimal | None:
        return _rate(self.damaged_quantity, self.counted_quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One relationship's figures: over all the days asked for, and of each month with an order."""

    relationship_id: int
    total: Figures = field(default_factory=Figures)
    months: tuple[tuple[str, Figures], ...] = ()


def judge_asked(relationship_ids: Sequence[int], first: date, last: date) -> list[Problem]:
    """Faults of what somebody wants the scorecards of."""
    problems: list[Problem] = []
    if not 1 <= len(relationship_ids) <= RELATIONSHIPS_MAX:
        problems.append(
            InvalidValue(
                path=("relationshipIds",),
                field="relationshipIds",
                rule=f"name 1 to {RELATIONSHIPS_MAX} relationships",
                rule_zh=f"每次 1 至 {RELATIONSHIPS_MAX} 个经销关系",
            )
        )
    if not 0 <= (last - first).days < DAYS_MAX:
        problems.append(
            InvalidValue(
                path=("to",),
                field="to",
                rule="end on the first day or later, within three years of it",
                rule_zh="结束日期不得早于开始日期，且相隔不超过三年",
            )
        )
    return problems


def _rate(part: int, whole: int) -> Decimal | None:
    """0 to 1, to four decimal places."""
    return (Decimal(part) / whole).quantize(RATE_STEP, ROUND_HALF_UP) if whole else None
