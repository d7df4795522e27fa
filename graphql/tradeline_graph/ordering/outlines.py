"""What a list shows of an order without loading its lines."""

from __future__ import annotations

import datetime
import decimal

import strawberry

from tradeline import ordering
from tradeline.kernel import Actor, Connection
from tradeline_graph._context import Info
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.ordering.enums import OrderState


@strawberry.type(
    description="What an order's lines come to; quantities are sums of base units.",
    directives=scoped(Scope.PARTY),
)
class OrderCounts:
    line_count: int
    quantity: decimal.Decimal = strawberry.field(description="Ordered.")
    open_quantity: decimal.Decimal = strawberry.field(
        description="Neither shipped nor refused nor cancelled."
    )
    in_transit_quantity: decimal.Decimal = strawberry.field(
        description="Shipped, and not counted yet."
    )
    received_quantity: decimal.Decimal

    @classmethod
    def of(cls, outline: ordering.OrderOutline) -> OrderCounts:
        return cls(
            line_count=outline.line_count,
            quantity=decimal.Decimal(outline.quantity),
            open_quantity=decimal.Decimal(outline.unshipped),
            in_transit_quantity=decimal.Decimal(outline.in_transit),
            received_quantity=decimal.Decimal(outline.received),
        )


@strawberry.type(description="How many orders wait in a state.", directives=scoped(Scope.PARTY))
class OrderStateCount:
    state: OrderState
    count: int
    held_by_us_count: int = strawberry.field(description="Those that wait for your organization.")
    oldest_since: datetime.datetime | None = strawberry.field(
        description="Since when the one waits that waits longest."
    )

    @classmethod
    def of(cls, count: ordering.OrderStateCount) -> OrderStateCount:
        return cls(
            state=count.state,
            count=count.count,
            held_by_us_count=count.held_by_own_count,
            oldest_since=count.oldest_since,
        )


async def load_outline(info: Info, order_id: int) -> ordering.OrderOutline:
    """Of an order that the viewer has been shown."""
    return await info.context.loader("order_outline", _outlines).load(order_id)


async def _outlines(conn: Connection, actor: Actor, ids: list[int]) -> list[ordering.OrderOutline]:
    found = await ordering.outlines_of_orders(conn, actor=actor, order_ids=ids)
    return [found[order_id] for order_id in ids]
