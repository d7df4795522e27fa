"""How suppliers keep their word."""

from __future__ import annotations

import datetime
import decimal
from typing import Annotated

import strawberry

from tradeline import kernel, replenishment
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id, to_id, to_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope, needs, scoped
from tradeline_graph.ordering.types import Order, load_order
from tradeline_graph.organizations import Relationship, load_relationship

_OF_COUNTED = "Of the units that were counted; from 0 to 1, null while there is none."


@strawberry.type(
    description="Of orders placed in some days, whenever their goods came. Quantities are base "
    "units. A line is due on the day that was promised for it first.",
    directives=scoped(Scope.VALUE),
)
class ScorecardFigures:
    order_count: int
    due_quantity: decimal.Decimal = strawberry.field(
        description="Ordered, with what the seller refused or cancelled, without what the buyer "
        "cancelled and what is still to come in time."
    )
    filled_quantity: decimal.Decimal = strawberry.field(
        description="Of these, received by the day they were due."
    )
    fill_rate: decimal.Decimal | None = strawberry.field(
        description="`filledQuantity` of `dueQuantity`, from 0 to 1; null while nothing is due."
    )
    due_lines: int = strawberry.field(description="Lines that had a day, and it is over.")
    lines_on_time: int = strawberry.field(description="Of these, counted in full by that day.")
    on_time_rate: decimal.Decimal | None = strawberry.field(
        description="`linesOnTime` of `dueLines`, from 0 to 1; null while nothing is due."
    )
    delivery_count: int = strawberry.field(description="Receipts.")
    lead_time_days: decimal.Decimal | None = strawberry.field(
        description="From placing to receipt, the mean of all receipts."
    )
    lead_time_spread_days: decimal.Decimal | None = strawberry.field(
        description="Its standard deviation."
    )
    confirmation_hours: decimal.Decimal | None = strawberry.field(
        description="From placing to confirmation, the mean of all orders confirmed."
    )
    counted_quantity: decimal.Decimal = strawberry.field(description="Shipped, and counted.")
    short_quantity: decimal.Decimal
    damaged_quantity: decimal.Decimal
    short_rate: decimal.Decimal | None = strawberry.field(description=_OF_COUNTED)
    damaged_rate: decimal.Decimal | None = strawberry.field(description=_OF_COUNTED)

    @classmethod
    def of(cls, figures: replenishment.Figures) -> ScorecardFigures:
        lead = figures.lead_time
        return cls(
            order_count=figures.order_count,
            due_quantity=decimal.Decimal(figures.due_quantity),
            filled_quantity=decimal.Decimal(figures.filled_quantity),
            fill_rate=figures.fill_rate,
            due_lines=figures.due_lines,
            lines_on_time=figures.lines_on_time,
            on_time_rate=figures.on_time_rate,
            delivery_count=0 if lead is None else lead.deliveries,
            lead_time_days=None if lead is None else lead.mean_days,
            lead_time_spread_days=None if lead is None else lead.spread_days,
            confirmation_hours=figures.confirmation_hours,
            counted_quantity=decimal.Decimal(figures.counted_quantity),
            short_quantity=decimal.Decimal(figures.short_quantity),
            damaged_quantity=decimal.Decimal(figures.damaged_quantity),
            short_rate=figures.short_rate,
            damaged_rate=figures.damaged_rate,
        )


@strawberry.type(description="The orders placed in one month.", directives=scoped(Scope.VALUE))
class ScorecardMonth:
    month: str = strawberry.field(description='In Shanghai, such as "2026-11".')
    figures: ScorecardFigures


@strawberry.type(
    description="How the seller of a relationship keeps its word, as both sides see it.",
    directives=scoped(Scope.PARTY),
)
class Scorecard:
    total: ScorecardFigures
    months: list[ScorecardMonth] = strawberry.field(
        description="Those in which something was ordered, oldest first."
    )
    relationship_id: strawberry.Private[int]

    @classmethod
    def of(cls, card: replenishment.Scorecard) -> Scorecard:
        return cls(
            total=ScorecardFigures.of(card.total),
            months=[
                ScorecardMonth(month=month, figures=ScorecardFigures.of(figures))
                for month, figures in card.months
            ],
            relationship_id=card.relationship_id,
        )

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.relationship_id)


strawberry.enum(
    replenishment.AlertKind,
    name="ReplenishmentAlertKind",
    description="LATE_CONFIRMATION: an order waits for it longer than the terms say. "
    "LATE_DELIVERY: a line has not come by the day it was promised for. SHORT_RECEIPT: fewer came "
    "in good order than were shipped.",
)


@strawberry.type(
    description="What the seller of a planned relationship is late or short with. Raised once, "
    "closed when it heals.",
    directives=scoped(Scope.PARTY),
)
class ReplenishmentAlert:
    id: strawberry.ID
    kind: replenishment.AlertKind
    order_line_id: strawberry.ID | None = strawberry.field(
        description="Null where it is about the order as a whole."
    )
    due_on: datetime.date | None = strawberry.field(
        description="By when it should have been otherwise; null for a shortage."
    )
    quantity: decimal.Decimal = strawberry.field(description="Base units that it is about.")
    raised_at: datetime.datetime
    healed_at: datetime.datetime | None
    alert: strawberry.Private[replenishment.Alert]

    @classmethod
    def of(cls, alert: replenishment.Alert) -> ReplenishmentAlert:
        return cls(
            id=to_id("ReplenishmentAlert", alert.id),
            kind=alert.kind,
            order_line_id=to_optional_id("OrderLine", alert.order_line_id),
            due_on=alert.due_on,
            quantity=decimal.Decimal(alert.quantity),
            raised_at=alert.raised_at,
            healed_at=alert.healed_at,
            alert=alert,
        )

    @strawberry.field
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.alert.order_id)

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.alert.relationship_id)


@strawberry.type(description="Open alerts of a kind.", directives=scoped(Scope.PARTY))
class ReplenishmentAlertCount:
    kind: replenishment.AlertKind
    count: int


@strawberry.type
class SupplyQuery:
    @strawberry.field(
        description="What sellers of your relationships are late or short with, you among them. "
        "With `isOpen: true` the worst come first, overdue longest; else the newest.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def replenishment_alerts(
        self,
        info: Info,
        relationship_id: strawberry.ID | None = None,
        kind: replenishment.AlertKind | None = None,
        is_open: Annotated[
            bool | None, strawberry.argument(description="Whether it has not healed yet.")
        ] = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ReplenishmentAlert]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int, int) if is_open else (int,))
        only = replenishment.AlertFilter(
            relationship_id=from_optional_id("Relationship", relationship_id),
            kind=kind,
            is_open=is_open,
        )
        async with info.context.db.reading(actor.network_id) as conn:
            page = await replenishment.list_alerts(conn, actor=actor, page=request, only=only)
        return Connection.of(page, ReplenishmentAlert.of)

    @strawberry.field(
        description="How many `replenishmentAlerts` of each kind are open; kinds without are left "
        "out.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def replenishment_alert_counts(self, info: Info) -> list[ReplenishmentAlertCount]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            counts = await replenishment.count_alerts(conn, actor=actor)
        return [ReplenishmentAlertCount(kind=one.kind, count=one.count) for one in counts]

    @strawberry.field(
        description="How the sellers of up to 100 of your relationships keep their word, you as "
        "buyer or as seller; those on which something was ordered in these days.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def scorecards(
        self,
        info: Info,
        relationship_ids: list[strawberry.ID],
        first: Annotated[
            datetime.date, strawberry.argument(name="from", description="The first day of placing.")
        ],
        last: Annotated[
            datetime.date, strawberry.argument(name="to", description="The last day of placing.")
        ],
    ) -> list[Scorecard]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            cards = await replenishment.scorecards(
                conn,
                actor=actor,
                relationship_ids=[from_id("Relationship", id) for id in relationship_ids],
                first=first,
                last=last,
            )
        return [Scorecard.of(card) for card in cards]
