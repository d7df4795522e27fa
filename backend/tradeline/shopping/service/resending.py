"""Refunds that the provider closed, sent again."""

from __future__ import annotations

from tradeline.kernel import Actor, Connection
from tradeline.payments import provider_refunds_by_ids, resend_refund
from tradeline.shopping.queries import locks
from tradeline.shopping.queries import resending as queries


async def resend_consumer_refund(conn: Connection, *, actor: Actor, refund_id: int) -> int:
    """Ask for a closed refund of the provider's anew, as `payments.resend_refund` does; the new
    one's id. The order's refund waits for the new one from then on.

    Locks the order before the payment.
    """
    network_id = actor.network_id
    owed = await provider_refunds_by_ids(conn, actor=actor, ids=[refund_id])
    order_ids = await locks.find_orders_of_refunds(conn, network_id, list(owed))
    await locks.lock_orders(conn, network_id, order_ids)
    new_id = await resend_refund(conn, actor=actor, refund_id=refund_id)
    await queries.follow(conn, network_id, refund_id, new_id)
    return new_id
