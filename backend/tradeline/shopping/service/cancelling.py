"""Orders that end before their goods were shipped: cancelled by somebody, or never paid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter

from tradeline.kernel import Actor, Busy, Connection, Shopper, by_halves, raise_any, refuse
from tradeline.marketing import release_coupons
from tradeline.payments import close_payments, payments_of
from tradeline.settlement import release_exposure
from tradeline.shopping.allowed import SaleStep, require_step
from tradeline.shopping.credit import release_of
from tradeline.shopping.model import ORDER_DOCUMENT, ConsumerOrderState
from tradeline.shopping.queries import locks
from tradeline.shopping.queries.credit import fetch_shortfalls
from tradeline.shopping.refunds import refund_units
from tradeline.shopping.sales import (
    OpenSale,
    RefundCause,
    cancel_units,
    freight_of_nothing,
    state_of,
)
from tradeline.shopping.service.steps import (
    SaleRefund,
    Stepped,
    judge_reason,
    lines_after,
    lock_before_orders,
    lock_sale,
    lock_sales,
    reference_for,
    release_units,
    require_turn,
    store,
    take_back,
)


async def cancel_consumer_order(
    conn: Connection, *, asker: Actor | Shopper, order_id: int, reason: str = ""
) -> int:
    """Cancel all that is not shipped yet, by the member or the store; returns the order's id.

    What was paid for it goes back, with the freight and the coupon if nothing of the order was
    shipped. What was not paid keeps neither goods nor coupon any longer.

    Raises:
        Forbidden: without `consumer_order:refund`, or for a party that is not the store.
        Rejected: NotFound, or WrongState once nothing is left to cancel.
    """
    if isinstance(asker, Actor):
        require_step(asker, SaleStep.CANCEL)
    raise_any(judge_reason(reason, is_needed=isinstance(asker, Actor)))
    network_id = asker.network_id
    reference = await reference_for(conn, asker, order_id)
    await lock_before_orders(
        conn,
        network_id,
        [reference],
        with_coupons=True,
        gives_up=True,
        with_edges=True,
        with_stock=True,
    )
    sale = await lock_sale(conn, network_id, reference)
    require_turn(asker, sale, SaleStep.CANCEL)
    if sale.order.paid_at is None:
        stepped = await _close_unpaid(conn, network_id, [sale], ConsumerOrderState.CANCELLED)
        await store(conn, asker, network_id, "cancel", [_noted(stepped[0], reason)])
        return order_id
    stepped = await _cancel_paid(conn, network_id, sale, reason)
    if reference.is_unshipped != (stepped[0].state is ConsumerOrderState.CANCELLED):
        raise refuse(Busy(retry_after_seconds=1))
    await store(conn, asker, network_id, "cancel", stepped)
    return order_id


async def expire_orders(conn: Connection, *, limit: int) -> int:
    """End up to `limit` orders that nobody has paid in time; how many it looked at.

    For the owner's connection, over all networks. The database's clock decides. Any number of
    workers may run it, and be killed: each network's orders end in one transaction. An order that
    cannot be ended keeps no other waiting; what is wrong with it is raised once all others have
    ended. A payment that was under way nevertheless is given back when it arrives.
    """
    due = await locks.find_expired(conn, limit)
    failed: list[Exception] = []
    for network_id, found in groupby(sorted(due), key=itemgetter(0)):
        order_ids = [order_id for _, order_id in found]
        failed += await by_halves(order_ids, partial(_expire, conn, network_id))
    for error in failed:
        if not isinstance(error, Overtaken):
            raise error
    return len(due)


class Overtaken(Exception):
    """Somebody paid or cancelled one of the orders meanwhile: nothing stands, look again."""


async def _expire(conn: Connection, network_id: int, order_ids: Sequence[int]) -> None:
    async with conn.transaction():
        references = await locks.fetch_references(conn, network_id, order_ids)
        await lock_before_orders(
            conn,
            network_id,
            references,
            with_coupons=True,
            gives_up=True,
            with_edges=bool(await fetch_shortfalls(conn, network_id, order_ids)),
            with_stock=True,
        )
        locked = await lock_sales(conn, network_id, order_ids)
        sales = list(locked.values())
        if any(sale.order.state is not ConsumerOrderState.TO_PAY for sale in sales):
            raise Overtaken
        stepped = await _close_unpaid(conn, network_id, sales, ConsumerOrderState.EXPIRED)
        await store(conn, None, network_id, "expire", stepped)


async def _close_unpaid(
    conn: Connection, network_id: int, sales: Sequence[OpenSale], state: ConsumerOrderState
) -> list[Stepped]:
    """Free goods, credit and coupons of orders that nothing was paid for, and close their payments.
    The edges that lend for them are locked."""
    order_ids = [sale.order.id for sale in sales]
    units = {line.id: line.unshipped for sale in sales for line in sale.lines}
    lent = await fetch_shortfalls(conn, network_id, order_ids)
    await release_exposure(
        conn,
        network_id=network_id,
        releases=[release_of(order_id, tier, minor) for order_id, tier, minor in lent],
    )
    await release_coupons(conn, network_id=network_id, order_ids=order_ids)
    await release_units(conn, network_id, units)
    asked = await payments_of(
        conn, network_id=network_id, reference_type=ORDER_DOCUMENT, reference_ids=order_ids
    )
    payment_ids = [payment.id for found in asked.values() for payment in found]
    await close_payments(conn, network_id=network_id, payment_ids=payment_ids)
    return [
        Stepped(
            sale=sale,
            lines=[cancel_units(line, line.unshipped) for line in sale.lines],
            state=state,
        )
        for sale in sales
    ]


async def _cancel_paid(
    conn: Connection, network_id: int, sale: OpenSale, reason: str
) -> list[Stepped]:
    """Give back what was paid for units that are not shipped."""
    units = {line.id: line.unshipped for line in sale.lines if line.unshipped}
    back = {
        line.id: refund_units(
            sale.splits_of(line.id), line.unshipped, line.remaining, line.kept_quantity
        )
        for line in sale.lines
        if line.unshipped
    }
    cancelled = [cancel_units(line, line.unshipped) for line in sale.lines]
    await release_units(conn, network_id, units)
    refund = SaleRefund(
        sale=sale,
        cause=RefundCause.CANCEL,
        reason=reason,
        lines=back,
        freight=freight_of_nothing(sale, cancelled),
    )
    facts = {}
    if refund.whole.reversals:
        [stored] = await take_back(conn, network_id, [refund])
        facts = {"refund_id": stored.id, "amount_minor": stored.amount_minor}
    after = lines_after(cancelled, back)
    state = state_of(sale.order, after)
    if state is ConsumerOrderState.CANCELLED:
        await release_coupons(conn, network_id=network_id, order_ids=[sale.order.id])
    return [Stepped(sale=sale, lines=after, state=state, note=reason.strip(), facts=facts)]


def _noted(stepped: Stepped, note: str) -> Stepped:
    return Stepped(sale=stepped.sale, lines=stepped.lines, state=stepped.state, note=note.strip())
