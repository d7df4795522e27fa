"""Opening and closing disputes, and confirming many orders at once."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeAlias

import strawberry

from tradeline import ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.ordering.types import Dispute, Order, load_dispute, load_order

OrdersConfirmError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState, strawberry.union("OrdersConfirmError")
]
OrderDisputeOpenError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("OrderDisputeOpenError"),
]
OrderDisputeCloseError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("OrderDisputeCloseError"),
]


@strawberry.input(description="1 to 100 orders.")
class OrdersConfirmInput:
    request_id: str
    order_ids: list[strawberry.ID]


@strawberry.input(description="Without `orderLineId`, it is about the order as a whole.")
class OrderDisputeOpenInput:
    request_id: str
    order_id: strawberry.ID
    reason: str
    order_line_id: strawberry.ID | None = None


@strawberry.input
class OrderDisputeCloseInput:
    request_id: str
    dispute_id: strawberry.ID
    resolution: str


@strawberry.type(
    description="`orders` are those confirmed, as they were named; none if there are `errors`, "
    "or without `order:read`.",
    directives=scoped(Scope.VALUE),
)
class OrdersConfirmPayload:
    orders: list[Order] = strawberry.field(default_factory=list)
    errors: list[OrdersConfirmError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("dispute"),
    directives=scoped(Scope.VALUE),
)
class OrderDisputeOpenPayload:
    dispute: Dispute | None = None
    errors: list[OrderDisputeOpenError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("dispute"),
    directives=scoped(Scope.VALUE),
)
class OrderDisputeClosePayload:
    dispute: Dispute | None = None
    errors: list[OrderDisputeCloseError] = strawberry.field(default_factory=list)


@strawberry.type
class DisputeMutation:
    @strawberry.mutation(
        description="As the seller, confirm orders as they were placed: all of them, or none.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def orders_confirm(self, info: Info, input: OrdersConfirmInput) -> OrdersConfirmPayload:
        order_ids = [from_id("Order", order_id) for order_id in input.order_ids]
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.confirm_orders(conn, actor=actor, order_ids=order_ids),
        )
        if done.id is None:
            return OrdersConfirmPayload(errors=done.errors)
        orders = await asyncio.gather(*(load_order(info, order_id) for order_id in order_ids))
        return OrdersConfirmPayload(orders=[order for order in orders if order is not None])

    @strawberry.mutation(
        description="Say what is wrong with an order, or with one of its lines, as either party.",
        extensions=[Guard(Scope.PARTY, *ordering.DISPUTES)],
    )
    async def order_dispute_open(
        self, info: Info, input: OrderDisputeOpenInput
    ) -> OrderDisputeOpenPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.open_dispute(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                order_line_id=from_optional_id("OrderLine", input.order_line_id),
                reason=input.reason,
            ),
        )
        return OrderDisputeOpenPayload(
            dispute=await load_dispute(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Say how a matter was settled, as the party that opened the dispute.",
        extensions=[Guard(Scope.PARTY, *ordering.DISPUTES)],
    )
    async def order_dispute_close(
        self, info: Info, input: OrderDisputeCloseInput
    ) -> OrderDisputeClosePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.close_dispute(
                conn,
                actor=actor,
                dispute_id=from_id("Dispute", input.dispute_id),
                resolution=input.resolution,
            ),
        )
        return OrderDisputeClosePayload(
            dispute=await load_dispute(info, done.id), errors=done.errors
        )
