"""What the database says of consumers' orders once the load is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tradeline.kernel import Connection

# An order that was paid for, when that was known here, and what its lines come to.
FETCH_PAID = """
    SELECT consumer_order.number, consumer_order.total_minor, event.occurred_at
      FROM shopping.consumer_order AS consumer_order
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = consumer_order.payment_id
       AND payment.state = 'captured' AND payment.amount_minor = consumer_order.total_minor
      JOIN shopping.order_event AS event
        ON event.network_id = $1 AND event.order_id = consumer_order.id AND event.step = 'pay'
     WHERE consumer_order.network_id = $1 AND consumer_order.paid_at IS NOT NULL
       AND consumer_order.total_minor - consumer_order.freight_minor = (
               SELECT sum(line.goods_minor - line.coupon_minor)
                 FROM shopping.order_line AS line
                WHERE line.network_id = $1 AND line.order_id = consumer_order.id)
"""

COUNT_UNPAID = """
    SELECT count(*)
      FROM unnest($2::text[]) AS told (number)
     WHERE NOT EXISTS (
           SELECT FROM shopping.consumer_order AS consumer_order
            WHERE consumer_order.network_id = $1 AND consumer_order.number = told.number
              AND consumer_order.paid_at IS NOT NULL)
"""

FETCH_SOLD = """
    SELECT line.sku_id, sum(line.quantity - line.cancelled_quantity)::bigint AS units
      FROM shopping.order_line AS line
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = $1 AND consumer_order.id = line.order_id
     WHERE line.network_id = $1 AND consumer_order.state NOT IN ('cancelled', 'expired')
     GROUP BY line.sku_id
"""

# By payment, what was captured beside what its order was due and what is given back of it.
SUM_UNTRACED = """
    SELECT coalesce(sum(abs(payment.amount_minor
                            - coalesce(paid.minor, 0) - coalesce(surplus.minor, 0))), 0)::bigint
      FROM payments.payment AS payment
      LEFT JOIN LATERAL (
           SELECT consumer_order.total_minor AS minor
             FROM shopping.consumer_order AS consumer_order
            WHERE consumer_order.network_id = $1 AND consumer_order.id = payment.reference_id
              AND consumer_order.payment_id = payment.id AND NOT payment.is_surplus
              AND consumer_order.paid_at IS NOT NULL) AS paid ON true
      LEFT JOIN LATERAL (
           SELECT sum(refund.amount_minor) AS minor
             FROM payments.refund AS refund
            WHERE refund.network_id = $1 AND refund.payment_id = payment.id
              AND payment.is_surplus) AS surplus ON true
     WHERE payment.network_id = $1 AND payment.state = 'captured'
"""


async def fetch_paid(conn: Connection, network_id: int) -> dict[str, tuple[int, datetime]]:
    """Minor units and the moment by number, of orders that are whole."""
    rows = await conn.fetch(FETCH_PAID, network_id)
    return {row["number"]: (row["total_minor"], row["occurred_at"]) for row in rows}


async def count_unpaid(conn: Connection, network_id: int, numbers: Sequence[str]) -> int:
    count: int = await conn.fetchval(COUNT_UNPAID, network_id, list(numbers))
    return count


async def fetch_sold(conn: Connection, network_id: int) -> Mapping[int, int]:
    """Units by SKU that all orders together hold or have."""
    return {row["sku_id"]: row["units"] for row in await conn.fetch(FETCH_SOLD, network_id)}


async def sum_untraced(conn: Connection, network_id: int) -> int:
    minor: int = await conn.fetchval(SUM_UNTRACED, network_id)
    return minor
