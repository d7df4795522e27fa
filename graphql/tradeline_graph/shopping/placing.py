"""From a cart to the cash desk: placing through the consumers' door, and starting to pay."""

from __future__ import annotations

from typing import Any

from tradeline import kernel, payments, shopping
from tradeline.kernel import Rejected
from tradeline.members import WeChatUnavailable
from tradeline_graph._context import Info
from tradeline_graph._doors import PlacedOrder
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import body_of, perform_as_member
from tradeline_graph._ports import Payable, WeChatAway
from tradeline_graph._ports import PayerUnknown as PayerNotKnown
from tradeline_graph._ports import PaymentOver as NothingToPay
from tradeline_graph._problems import to_graph
from tradeline_graph.shopping.inputs import ConsumerOrderPlaceInput, ConsumerPaymentStartInput
from tradeline_graph.shopping.orders import (
    ConsumerOrder,
    keep_consumer_order,
    load_consumer_order,
)
from tradeline_graph.shopping.payloads import (
    ConsumerOrderPlacePayload,
    ConsumerPayment,
    ConsumerPaymentStartPayload,
    WeChatPaymentCall,
)


async def place_and_pay(info: Info, input: ConsumerOrderPlaceInput) -> ConsumerOrderPlacePayload:
    """Place an order and, if its consumer wants to pay at once, open the cash desk for it."""
    placed = await _place_together(info, input)
    if isinstance(placed, list):
        return ConsumerOrderPlacePayload(errors=placed)
    if isinstance(placed, int):
        order = await load_consumer_order(info, placed)
        payment_id = None if order is None else order.order.payment_id
        payment = None if payment_id is None else await _load_payment(info, payment_id)
        openid = None
    else:
        order = await load_consumer_order(info, placed.order.id)
        payment, openid = placed.payment, placed.openid
    if order is None or not input.starts_payment or payment is None:
        return ConsumerOrderPlacePayload(order=order)
    call, errors = await _open_cash_desk(info, order, payment, openid)
    return ConsumerOrderPlacePayload(order=order, call=call, errors=errors)


async def start_payment(
    info: Info, input: ConsumerPaymentStartInput
) -> ConsumerPaymentStartPayload:
    """Open the cash desk for an order that stands."""
    order_id = from_id("ConsumerOrder", input.order_id)
    done = await perform_as_member(
        info,
        input,
        lambda conn, shopper: shopping.start_payment(conn, shopper=shopper, order_id=order_id),
    )
    if done.id is None:
        return ConsumerPaymentStartPayload(errors=done.errors)
    order, payment = await load_consumer_order(info, order_id), await _load_payment(info, done.id)
    assert order is not None, "it was found to be the consumer's own"
    call, errors = await _open_cash_desk(info, order, payment)
    if call is None:
        return ConsumerPaymentStartPayload(errors=errors)
    return ConsumerPaymentStartPayload(call=call, payment=ConsumerPayment.of(payment))


async def _place_together(
    info: Info, input: ConsumerOrderPlaceInput
) -> PlacedOrder | int | list[Any]:
    """As `perform_as_member` does it, in one unit of work with the orders that arrive meanwhile.
    The id of an order that an earlier request placed, or the errors.

    An order that was placed just now need not be looked up: `load_consumer_order` finds it.
    """
    request = shopping.ConsumerOrderRequest(
        shopper=info.context.shopping_viewer(),
        request_id=input.request_id,
        body=kernel.body_hash(info.field_name, body_of(input)),
        order=input.to_model(),
    )
    try:
        placed = await info.context.doors().orders.place(request, info.context.has_left)
    except Rejected as rejection:
        return to_graph(rejection.problems, info.context.locale)
    finally:
        info.context.loaders.clear()
    info.context.has_acted = True
    if not isinstance(placed, int):
        keep_consumer_order(info, placed.order)
    return placed


async def _load_payment(info: Info, payment_id: int) -> payments.Payment:
    network_id = info.context.shopping_viewer().network_id
    async with info.context.db.reading(network_id) as conn:
        found = await payments.payments_by_ids(conn, network_id=network_id, ids=[payment_id])
    return found[payment_id]


async def _open_cash_desk(
    info: Info, order: ConsumerOrder, payment: payments.Payment, openid: str | None = None
) -> tuple[WeChatPaymentCall | None, list[Any]]:
    """What opens it, or why it stays shut. Over the network, and so in no unit of work."""
    payable = Payable(
        network_id=info.context.shopping_viewer().network_id,
        payment_id=payment.id,
        member_id=order.order.member_id,
        openid=openid,
        number=payment.number,
        amount_minor=payment.amount_minor,
        merchant_id=payment.merchant_id,
        app_id=payment.app_id,
        # The store's name might change between two askings, and this must not.
        description=f"订单 {order.number}",
        expires_at=payment.expires_at,
        prepay_id=payment.prepay_id,
        is_shareable=payment.is_shareable,
    )
    problem: kernel.Problem
    try:
        return WeChatPaymentCall.of(await info.context.wechat_prepay(payable)), []
    except WeChatAway:
        problem = WeChatUnavailable()
    except NothingToPay:
        problem = shopping.PaymentOver()
    except PayerNotKnown:
        problem = shopping.PayerUnknown()
    return None, to_graph([problem], info.context.locale)
