"""The steps of an order, one mutation each."""

from __future__ import annotations

import strawberry

from tradeline import ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import perform
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.ordering.confirmation_sheets import ConfirmationSheetMutation
from tradeline_graph.ordering.disputes import DisputeMutation
from tradeline_graph.ordering.draft_mutations import DraftMutation
from tradeline_graph.ordering.inputs import (
    OrderCancelInput,
    OrderConfirmInput,
    OrderPlaceInput,
    OrderRedateInput,
    OrderReturnDecideInput,
    OrderReturnRequestInput,
    OrderReviewInput,
    OrderShipInput,
    ShipmentReceiveInput,
    damage_of,
    quantities_of,
    warehouses_of,
)
from tradeline_graph.ordering.order_lists import OrderListMutation
from tradeline_graph.ordering.payloads import (
    OrderCancelPayload,
    OrderConfirmPayload,
    OrderPlacePayload,
    OrderRedatePayload,
    OrderReturnDecidePayload,
    OrderReturnRequestPayload,
    OrderReviewPayload,
    OrderShipPayload,
    ShipmentReceivePayload,
)
from tradeline_graph.ordering.placing import place_together
from tradeline_graph.ordering.substitute_mutations import SubstituteMutation
from tradeline_graph.ordering.types import load_order, load_return, load_shipment


@strawberry.type
class Mutation(
    ConfirmationSheetMutation,
    DisputeMutation,
    DraftMutation,
    OrderListMutation,
    SubstituteMutation,
):
    @strawberry.mutation(
        description=(
            "Place an order: every line, or none, with all the reasons at once. "
            "As the seller, place it on the buyer's behalf."
        ),
        extensions=[Guard(Scope.PARTY, Permission.ORDER_PLACE, Permission.ORDER_PLACE_ON_BEHALF)],
    )
    async def order_place(self, info: Info, input: OrderPlaceInput) -> OrderPlacePayload:
        done = await place_together(info, input)
        return OrderPlacePayload(order=await load_order(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the seller, let an order pass to confirmation, or refuse it.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_REVIEW)],
    )
    async def order_review(self, info: Info, input: OrderReviewInput) -> OrderReviewPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.review_order(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                approves=input.approves,
                reason=input.reason,
            ),
        )
        return OrderReviewPayload(order=await load_order(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the seller, say of each line how much will come, and when.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_confirm(self, info: Info, input: OrderConfirmInput) -> OrderConfirmPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.confirm_order(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                confirmations=[line.to_model() for line in input.lines],
            ),
        )
        return OrderConfirmPayload(order=await load_order(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the seller, promise other dates for lines that are not shipped.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_redate(self, info: Info, input: OrderRedateInput) -> OrderRedatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.redate_lines(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                dates=[
                    (from_id("OrderLine", line.order_line_id), line.promised_on)
                    for line in input.lines
                ],
            ),
        )
        return OrderRedatePayload(order=await load_order(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Cancel what is not shipped, as either party.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CANCEL)],
    )
    async def order_cancel(self, info: Info, input: OrderCancelInput) -> OrderCancelPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.cancel_order(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                quantities=None if input.lines is None else quantities_of(input.lines),
                reason=input.reason,
            ),
        )
        return OrderCancelPayload(order=await load_order(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the seller, ship all or part of what is open.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_SHIP)],
    )
    async def order_ship(self, info: Info, input: OrderShipInput) -> OrderShipPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.ship_order(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                quantities=None if input.lines is None else quantities_of(input.lines),
                carrier=input.carrier,
                tracking_number=input.tracking_number,
                expected_on=input.expected_on,
                packages=input.packages,
            ),
        )
        return OrderShipPayload(shipment=await load_shipment(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the buyer, count a shipment. What was found is owed from now on.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_RECEIVE)],
    )
    async def shipment_receive(
        self, info: Info, input: ShipmentReceiveInput
    ) -> ShipmentReceivePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.receive_shipment(
                conn,
                actor=actor,
                shipment_id=from_id("Shipment", input.shipment_id),
                found=quantities_of(input.lines),
                damaged=damage_of(input.lines),
                warehouse_id=from_optional_id("Warehouse", input.warehouse_id),
                warehouse_ids=warehouses_of(input.lines),
                note=input.note,
            ),
        )
        return ShipmentReceivePayload(
            shipment=await load_shipment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the buyer, ask to give back what was received.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_RETURN)],
    )
    async def order_return_request(
        self, info: Info, input: OrderReturnRequestInput
    ) -> OrderReturnRequestPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.request_return(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                quantities=quantities_of(input.lines),
                reason=input.reason,
            ),
        )
        return OrderReturnRequestPayload(
            order_return=await load_return(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the seller, take goods back, or refuse to.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_return_decide(
        self, info: Info, input: OrderReturnDecideInput
    ) -> OrderReturnDecidePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.decide_return(
                conn,
                actor=actor,
                return_id=from_id("OrderReturn", input.order_return_id),
                accepts=input.accepts,
                reason=input.reason,
            ),
        )
        return OrderReturnDecidePayload(
            order_return=await load_return(info, done.id), errors=done.errors
        )
