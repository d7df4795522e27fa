"""Refunds whose money is asked for again."""

from __future__ import annotations

from tradeline.kernel import Connection

# The order is locked. A sale's refund follows its money to the provider's new refund.
FOLLOW = """
    UPDATE shopping.consumer_refund AS refund
       SET payment_refund_id = $3, state = 'requested', settled_at = NULL
     WHERE refund.network_id = $1 AND refund.payment_refund_id = $2
"""


async def follow(conn: Connection, network_id: int, closed_id: int, new_id: int) -> None:
    await conn.execute(FOLLOW, network_id, closed_id, new_id)
