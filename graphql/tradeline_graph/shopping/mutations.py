"""What a consumer does: fills a cart, orders, pays, calls off, sends back."""

from __future__ import annotations

import strawberry

from tradeline import shopping
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import answering, perform_as_member
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.shopping.filling import put_together
from tradeline_graph.shopping.inputs import (
    AfterSaleRequestInput,
    AfterSaleWithdrawInput,
    CartLinesPutInput,
    ConsumerOrderCancelInput,
    ConsumerOrderPlaceInput,
    ConsumerOrderReceiveInput,
    ConsumerPaymentStartInput,
    quantities_of,
)
from tradeline_graph.shopping.orders import load_after_sale, load_consumer_order
from tradeline_graph.shopping.payloads import (
    AfterSaleRequestPayload,
    AfterSaleWithdrawPayload,
    CartLinesPutPayload,
    ConsumerOrderCancelPayload,
    ConsumerOrderPlacePayload,
    ConsumerOrderReceivePayload,
    ConsumerPaymentStartPayload,
)
from tradeline_graph.shopping.placing import place_and_pay, start_payment
from tradeline_graph.shopping.sale_mutations import SaleMutation

MINE = guarded(Scope.MEMBER)


@strawberry.type
class Mutation(SaleMutation):
    @strawberry.mutation(
        description="Put SKUs into your cart in a store, or take them out.", extensions=MINE
    )
    async def cart_lines_put(self, info: Info, input: CartLinesPutInput) -> CartLinesPutPayload:
        return await put_together(info, input)

    @strawberry.mutation(
        description="Order all that is in a cart of yours, at what it comes to now. Not for "
        "guests.",
        extensions=MINE,
    )
    async def consumer_order_place(
        self, info: Info, input: ConsumerOrderPlaceInput
    ) -> ConsumerOrderPlacePayload:
        return await place_and_pay(info, input)

    @strawberry.mutation(
        description="Begin to pay for an order of yours: what opens the cash desk. Asking again is "
        "the same payment.",
        extensions=MINE,
    )
    async def consumer_payment_start(
        self, info: Info, input: ConsumerPaymentStartInput
    ) -> ConsumerPaymentStartPayload:
        return await start_payment(info, input)

    @strawberry.mutation(
        description="Call off what is not shipped of an order of yours; what was paid for it goes "
        "back.",
        extensions=MINE,
    )
    async def consumer_order_cancel(
        self, info: Info, input: ConsumerOrderCancelInput
    ) -> ConsumerOrderCancelPayload:
        order_id = from_id("ConsumerOrder", input.order_id)
        done = await perform_as_member(
            info,
            input,
            lambda conn, shopper: shopping.cancel_consumer_order(
                conn, asker=shopper, order_id=order_id, reason=input.reason
            ),
        )
        order = await load_consumer_order(info, done.id)
        return ConsumerOrderCancelPayload(order=order, errors=done.errors)

    @strawberry.mutation(
        description="Say that all of an order of yours has arrived.", extensions=MINE
    )
    async def consumer_order_receive(
        self, info: Info, input: ConsumerOrderReceiveInput
    ) -> ConsumerOrderReceivePayload:
        order_id = from_id("ConsumerOrder", input.order_id)
        done = await perform_as_member(
            info,
            input,
            lambda conn, shopper: answering(
                shopping.confirm_received(conn, shopper=shopper, order_id=order_id), order_id
            ),
        )
        order = await load_consumer_order(info, done.id)
        return ConsumerOrderReceivePayload(order=order, errors=done.errors)

    @strawberry.mutation(description="Ask to send goods back for their money.", extensions=MINE)
    async def after_sale_request(
        self, info: Info, input: AfterSaleRequestInput
    ) -> AfterSaleRequestPayload:
        done = await perform_as_member(
            info,
            input,
            lambda conn, shopper: shopping.request_after_sale(
                conn,
                shopper=shopper,
                order_id=from_id("ConsumerOrder", input.order_id),
                quantities=quantities_of(input.lines),
                reason=input.reason,
            ),
        )
        found = await load_after_sale(info, done.id)
        return AfterSaleRequestPayload(after_sale=found, errors=done.errors)

    @strawberry.mutation(
        description="Take back what you asked for and nobody has decided yet.", extensions=MINE
    )
    async def after_sale_withdraw(
        self, info: Info, input: AfterSaleWithdrawInput
    ) -> AfterSaleWithdrawPayload:
        after_sale_id = from_id("AfterSale", input.after_sale_id)
        done = await perform_as_member(
            info,
            input,
            lambda conn, shopper: answering(
                shopping.withdraw_after_sale(conn, shopper=shopper, after_sale_id=after_sale_id),
                after_sale_id,
            ),
        )
        found = await load_after_sale(info, done.id)
        return AfterSaleWithdrawPayload(after_sale=found, errors=done.errors)
