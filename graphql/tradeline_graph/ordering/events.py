"""The time line of an order, as its parties are told it."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import ordering
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.identity import load_colleague_name
from tradeline_graph.ordering.enums import OrderState
from tradeline_graph.organizations import Organization, load_organization


@strawberry.type(
    description="What a step did to one line. Quantities are in base units.",
    directives=scoped(Scope.PARTY),
)
class OrderEventLine:
    line_no: int
    sku_code: str
    quantity: int | None = strawberry.field(
        description="Confirmed, cancelled, shipped, found or given back; null for dates alone."
    )
    expected_quantity: int | None = strawberry.field(
        description="What it could have been: asked for, or shipped."
    )
    promised_on: datetime.date | None
    promised_before: datetime.date | None = strawberry.field(description="Until this step.")
    expected_on: datetime.date | None = strawberry.field(
        description="When it can be had, as far as is known; of a line that comes later."
    )
    expected_before: datetime.date | None = strawberry.field(
        description="What was said of that until this step."
    )
    reason: str | None

    @classmethod
    def of(cls, line: ordering.EventLine) -> OrderEventLine:
        return cls(
            line_no=line.line_no,
            sku_code=line.sku_code,
            quantity=line.quantity,
            expected_quantity=line.expected,
            promised_on=line.promised_on,
            promised_before=line.promised_before,
            expected_on=line.expected_on,
            expected_before=line.expected_before,
            reason=line.reason,
        )


@strawberry.type(description="A step that was taken on an order.", directives=scoped(Scope.PARTY))
class OrderEvent:
    id: strawberry.ID
    step: str
    state: OrderState = strawberry.field(description="The order's state after it.")
    note: str = strawberry.field(description="What its person wrote.")
    occurred_at: datetime.datetime
    lines: list[OrderEventLine] = strawberry.field(
        description="What it did to each line: at most the first hundred; none for other steps."
    )
    event: strawberry.Private[ordering.OrderEvent]
    order: strawberry.Private[ordering.Order]

    @classmethod
    def of(cls, event: ordering.OrderEvent, order: ordering.Order) -> OrderEvent:
        return cls(
            id=to_id("OrderEvent", event.id),
            step=event.step,
            state=event.state,
            note=event.note,
            occurred_at=event.occurred_at,
            lines=[OrderEventLine.of(line) for line in ordering.lines_of_event(event)],
            event=event,
            order=order,
        )

    @strawberry.field(
        description="The step in a sentence of the viewer's language, without the note."
    )
    def message(self, info: Info) -> str:
        return ordering.word_event(self.event, self.order, info.context.locale)

    @strawberry.field(description="The party that took it.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.event.org_id)

    @strawberry.field(description="Who took it, if it is somebody of your organization.")
    async def person(self, info: Info) -> str | None:
        return await load_colleague_name(info, self.event.account_id)
