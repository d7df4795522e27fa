"""Asking for orders."""

from __future__ import annotations

import strawberry

from tradeline import kernel, ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.ordering.reports import ReportQuery
from tradeline_graph.ordering.types import (
    Order,
    OrderReturn,
    Shipment,
    load_order,
    load_return,
    load_shipment,
)


@strawberry.type
class Query(ReportQuery):
    @strawberry.field(
        description="Orders that your organization buys or sells, newest first.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def orders(
        self,
        info: Info,
        side: ordering.OrderSide,
        states: list[ordering.OrderState] | None = None,
        relationship_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Order]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await ordering.list_orders(
                conn,
                actor=actor,
                page=request,
                side=side,
                states=states,
                relationship_id=from_optional_id("Relationship", relationship_id),
            )
        return Connection.of(page, Order.of)

    @strawberry.field(
        description="An order to which your organization is a party.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def order(self, info: Info, id: strawberry.ID) -> Order | None:
        return await load_order(info, from_id("Order", id))

    @strawberry.field(
        description="A shipment of such an order.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def shipment(self, info: Info, id: strawberry.ID) -> Shipment | None:
        return await load_shipment(info, from_id("Shipment", id))

    @strawberry.field(
        description="A return of such an order.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def order_return(self, info: Info, id: strawberry.ID) -> OrderReturn | None:
        return await load_return(info, from_id("OrderReturn", id))
