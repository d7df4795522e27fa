"""SQL of what becomes of orders when they are paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tradeline.kernel import Connection

# Paid by its own payment, or, where that was given up, by an earlier one of the same order.
MARK_PAID = """
    WITH paid AS (
        SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[])
                 AS paid (order_id, payment_id, paid_at)
    ), stepped AS (
        UPDATE shopping.consumer_order AS consumer_order
           SET state = CASE consumer_order.delivery WHEN 'pickup' THEN 'to_pick_up'
                                                    ELSE 'to_ship' END,
               paid_at = paid.paid_at, payment_id = paid.payment_id
          FROM paid
         WHERE consumer_order.network_id = $1 AND consumer_order.id = paid.order_id
        RETURNING consumer_order.id, consumer_order.state
    )
    INSERT INTO shopping.order_event (network_id, order_id, step, state)
    SELECT $1, id, 'pay', state FROM stepped ORDER BY id
"""

SET_PAYMENT = """
    UPDATE shopping.consumer_order
       SET payment_id = $3
     WHERE network_id = $1 AND id = $2
"""

FETCH_NOW = "SELECT now()"


async def mark_paid(
    conn: Connection, network_id: int, paid: Mapping[int, tuple[int, datetime]]
) -> None:
    """Locked orders are paid: by order, by which payment and when."""
    await conn.execute(
        MARK_PAID,
        network_id,
        list(paid),
        [payment_id for payment_id, _ in paid.values()],
        [paid_at for _, paid_at in paid.values()],
    )


async def set_payment(conn: Connection, network_id: int, order_id: int, payment_id: int) -> None:
    """By which payment a locked order is to be paid."""
    await conn.execute(SET_PAYMENT, network_id, order_id, payment_id)


async def fetch_now(conn: Connection) -> datetime:
    """The database's clock, which decides."""
    now: datetime = await conn.fetchval(FETCH_NOW)
    return now
