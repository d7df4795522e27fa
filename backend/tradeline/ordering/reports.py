"""What an organization bought or sold, month by month. Pure: no storage, no clock.

Everything is told of the orders *placed* in a month, so that the figures of a month can be held
against one another: of what was ordered then, so much has been received by now.

**Fill rate** is the unit fill rate, in consumer goods also called case fill rate: units delivered
÷ units ordered (Frazelle, *World-Class Warehousing and Material Handling*: "the ratio of the total
units shipped to the total units requested"). As the receipt makes the debt (ADR 0006), delivered
is what was received. Only lines that are over count, nothing of which waits to be shipped or to be
received; else every young order would look like a bad one. Ordered is what was asked for at first:
what was refused or cancelled since was not delivered. What came in excess of a line makes up for
no other line, and other goods that were taken instead fill nothing, as on scorecards.

Sums and SKUs are of what was bought: units that a substitute replaced are out of them, and the
substitute is in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from tradeline.kernel import TRADE_ZONE, InvalidValue, Problem

MONTHS_MAX = 36
TOP_SKUS_MAX = 10
RATE_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What orders come to. `ordered_minor` is their frozen price, `received_minor` what has become
    owed of it, before returns. Quantities are base units of lines that are over."""

    order_count: int = 0
    ordered_minor: int = 0
    received_minor: int = 0
    closed_quantity: int = 0
    delivered_quantity: int = 0

    @property
    def fill_rate(self) -> Decimal | None:
        """0 to 1, to four decimal places; None while no line is over."""
        if not self.closed_quantity:
            return None
        rate = Decimal(self.delivered_quantity) / self.closed_quantity
        return rate.quantize(RATE_STEP, ROUND_HALF_UP)

    def __add__(self, other: Trade) -> Trade:
        return Trade(
            order_count=self.order_count + other.order_count,
            ordered_minor=self.ordered_minor + other.ordered_minor,
            received_minor=self.received_minor + other.received_minor,
            closed_quantity=self.closed_quantity + other.closed_quantity,
            delivered_quantity=self.delivered_quantity + other.delivered_quantity,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfTrade:
    """The orders placed in one month, such as "2026-11"."""

    month: str
    trade: Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuOfTrade:
    """How much of a SKU was ordered, in base units, named as in the latest of the orders."""

    currency: str
    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeReport:
    """All months in order, also those without trade; the SKUs by what was ordered of them."""

    currency: str
    months: tuple[MonthOfTrade, ...]
    top_skus: tuple[SkuOfTrade, ...]

    @property
    def total(self) -> Trade:
        return sum((month.trade for month in self.months), Trade())


def judge_months(months: int) -> list[Problem]:
    if 1 <= months <= MONTHS_MAX:
        return []
    return [
        InvalidValue(
            path=("months",),
            field="months",
            rule=f"ask for 1 to {MONTHS_MAX} months",
            rule_zh=f"须为 1 至 {MONTHS_MAX} 个月",
        )
    ]


def month_starts(now: datetime, months: int) -> list[datetime]:
    """When each of the last `months` began, the running one included, and when it will end."""
    local = now.astimezone(TRADE_ZONE)
    running = local.year * 12 + local.month - 1
    return [
        datetime(number // 12, number % 12 + 1, 1, tzinfo=TRADE_ZONE)
        for number in range(running - months + 1, running + 2)
    ]


def make_reports(
    starts: Sequence[datetime],
    trade: dict[tuple[str, int], Trade],
    skus: Sequence[SkuOfTrade],
) -> list[TradeReport]:
    """A report for each currency, that of most orders first.

    `trade` is by currency and number of the month, counted from 0 at `starts`; `skus` are sorted.
    """
    top: dict[str, list[SkuOfTrade]] = defaultdict(list)
    for sku in skus:
        top[sku.currency].append(sku)
    reports = [
        TradeReport(
            currency=currency,
            months=tuple(
                MonthOfTrade(month=f"{start:%Y-%m}", trade=trade.get((currency, number), Trade()))
                for number, start in enumerate(starts[:-1])
            ),
            top_skus=tuple(top[currency]),
        )
        for currency in sorted({currency for currency, _ in trade})
    ]
    return sorted(reports, key=lambda report: -report.total.order_count)
