"""Asking for orders."""

from __future__ import annotations

from typing import Annotated

import strawberry

from tradeline import kernel, ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.ordering.confirmation_sheets import ConfirmationSheetQuery
from tradeline_graph.ordering.drafts import DraftQuery
from tradeline_graph.ordering.enums import OrderSide, OrderState
from tradeline_graph.ordering.order_lists import OrderListQuery
from tradeline_graph.ordering.outlines import OrderStateCount
from tradeline_graph.ordering.reports import ReportQuery
from tradeline_graph.ordering.types import (
    Dispute,
    Order,
    OrderReturn,
    Shipment,
    load_dispute,
    load_order,
    load_return,
    load_shipment,
)


@strawberry.type
class Query(ConfirmationSheetQuery, DraftQuery, OrderListQuery, ReportQuery):
    @strawberry.field(
        description="Orders that your organization buys or sells, newest first.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def orders(
        self,
        info: Info,
        side: OrderSide,
        states: list[OrderState] | None = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Part of its number, of the buyer's reference, or of a SKU's code."
            ),
        ] = None,
        is_held_by_us: bool | None = None,
        is_disputed: bool | None = None,
        has_open_return: Annotated[
            bool | None,
            strawberry.argument(description="Whether a return of it waits to be decided."),
        ] = None,
        relationship_id: strawberry.ID | None = None,
        counterpart_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The other organization.")
        ] = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Order]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        only = ordering.OrderFilter(
            side=side,
            states=None if states is None else tuple(states),
            relationship_id=from_optional_id("Relationship", relationship_id),
            counterpart_org_id=from_optional_id("Organization", counterpart_id),
            search=search,
            is_held_by_own=is_held_by_us,
            is_disputed=is_disputed,
            has_open_return=has_open_return,
        )
        async with info.context.db.reading(actor.network_id) as conn:
            page = await ordering.list_orders(conn, actor=actor, page=request, only=only)
        return Connection.of(page, Order.of)

    @strawberry.field(
        description="How many orders of a side wait in each open state, in that order.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def order_counts(self, info: Info, side: OrderSide) -> list[OrderStateCount]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            counts = await ordering.count_orders(conn, actor=actor, side=side)
        return [OrderStateCount.of(count) for count in counts]

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

    @strawberry.field(
        description="A dispute of such an order.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_READ)],
    )
    async def dispute(self, info: Info, id: strawberry.ID) -> Dispute | None:
        return await load_dispute(info, from_id("Dispute", id))
