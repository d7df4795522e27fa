"""What an organization bought or sold, month by month."""

from __future__ import annotations

import decimal

import strawberry

from tradeline import ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_optional_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Guard, Scope, scoped

_FILL_RATE = (
    "Of the units ordered, the share that was received, from 0 to 1, of lines of which nothing is "
    "to come any more; null while there is none. More than was ordered counts as ordered, and "
    "other goods that were taken instead as nothing."
)


@strawberry.type(
    description="The orders placed in one month, whenever their goods were received.",
    directives=scoped(Scope.PARTY),
)
class TradeMonth:
    month: str = strawberry.field(description='In Shanghai, such as "2026-11".')
    order_count: int
    ordered: Money = strawberry.field(
        description=(
            "As ordered, with what was refused or cancelled since; a substitute that was taken in "
            "place of what it replaces."
        )
    )
    received: Money = strawberry.field(
        description="What has been received of it by now, before returns."
    )
    fill_rate: decimal.Decimal | None = strawberry.field(description=_FILL_RATE)

    @classmethod
    def of(cls, row: ordering.MonthOfTrade, currency: str) -> TradeMonth:
        return cls(
            month=row.month,
            order_count=row.trade.order_count,
            ordered=Money.of_minor(row.trade.ordered_minor, currency),
            received=Money.of_minor(row.trade.received_minor, currency),
            fill_rate=row.trade.fill_rate,
        )


@strawberry.type(
    description="How much of a SKU was ordered over all the months.",
    directives=scoped(Scope.PARTY),
)
class TradeSku:
    sku_code: str = strawberry.field(description="As in the latest of the orders, like the names.")
    sku_name: str
    sku_name_en: str
    base_unit: str
    quantity: decimal.Decimal = strawberry.field(description="A whole number of base units.")
    amount: Money

    @classmethod
    def of(cls, row: ordering.SkuOfTrade) -> TradeSku:
        return cls(
            sku_code=row.sku_code,
            sku_name=row.sku_name,
            sku_name_en=row.sku_name_en,
            base_unit=row.base_unit,
            quantity=decimal.Decimal(row.quantity),
            amount=Money.of_minor(row.amount_minor, row.currency),
        )


@strawberry.type(
    description="What your organization bought or sold in one currency.",
    directives=scoped(Scope.PARTY),
)
class TradeReport:
    currency: str
    months: list[TradeMonth] = strawberry.field(
        description="Oldest first, the running one last; also those without an order."
    )
    top_skus: list[TradeSku] = strawberry.field(
        description="At most 10, that of the greatest amount first."
    )
    order_count: int
    ordered: Money
    received: Money
    fill_rate: decimal.Decimal | None = strawberry.field(description=_FILL_RATE)
    closed_quantity: decimal.Decimal = strawberry.field(
        description="Units ordered on the lines that `fillRate` is of."
    )
    delivered_quantity: decimal.Decimal = strawberry.field(
        description="Of these, the units received: `fillRate` is the one over the other."
    )

    @classmethod
    def of(cls, row: ordering.TradeReport) -> TradeReport:
        total = row.total
        return cls(
            currency=row.currency,
            months=[TradeMonth.of(month, row.currency) for month in row.months],
            top_skus=[TradeSku.of(sku) for sku in row.top_skus],
            order_count=total.order_count,
            ordered=Money.of_minor(total.ordered_minor, row.currency),
            received=Money.of_minor(total.received_minor, row.currency),
            fill_rate=total.fill_rate,
            closed_quantity=decimal.Decimal(total.closed_quantity),
            delivered_quantity=decimal.Decimal(total.delivered_quantity),
        )


@strawberry.type
class ReportQuery:
    @strawberry.field(
        description=(
            "What your organization bought or sold in the last months, the running one included: "
            "a report for each currency, that of most orders first; none without an order."
        ),
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def trade_reports(
        self,
        info: Info,
        side: ordering.OrderSide,
        relationship_id: strawberry.ID | None = None,
        months: int = 12,
    ) -> list[TradeReport]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            reports = await ordering.report_trade(
                conn,
                actor=actor,
                side=side,
                relationship_id=from_optional_id("Relationship", relationship_id),
                months=months,
            )
        return [TradeReport.of(report) for report in reports]
