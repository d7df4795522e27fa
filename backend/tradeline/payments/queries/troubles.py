"""Refunds that somebody must see to, for the organizations whose merchants owe them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.payments.model import ProviderRefund, RefundState

# What was closed waits until the same document has asked anew.
REFUNDS = """
    SELECT refund.id, refund.number, refund.payment_id, payment.number AS payment_number,
           payment.merchant_id, refund.reference_type, refund.reference_id, refund.amount_minor,
           payment.currency, refund.reason, refund.state, refund.requested_at, refund.last_error,
           later.id IS NOT NULL AS is_sent_again
      FROM payments.refund AS refund
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = refund.payment_id
      JOIN channels.payment_account AS account
        ON account.network_id = $1
       AND account.merchant_id = payment.merchant_id
       AND account.org_id = $2
      LEFT JOIN LATERAL (
           SELECT again.id
             FROM payments.refund AS again
            WHERE again.network_id = $1
              AND again.payment_id = refund.payment_id
              AND again.reference_type = refund.reference_type
              AND again.reference_id = refund.reference_id
              AND again.id > refund.id
            LIMIT 1) AS later ON true
     WHERE refund.network_id = $1
"""

FETCH_REFUNDS = REFUNDS + " AND refund.id = ANY($3::bigint[])"

LIST_TROUBLED = (
    REFUNDS
    + """
       AND refund.state <> 'succeeded'
       AND CASE refund.state WHEN 'abnormal' THEN true
                             WHEN 'closed' THEN later.id IS NULL
                             ELSE refund.requested_at < now() - interval '1 day' END
       AND ($3::bigint IS NULL OR refund.id > $3)
     ORDER BY refund.id
     LIMIT $4
"""
)


async def fetch_refunds(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, ProviderRefund]:
    rows = await conn.fetch(FETCH_REFUNDS, actor.network_id, actor.org_id, ids)
    return {row["id"]: _refund(row) for row in rows}


async def list_troubled(conn: Connection, actor: Actor, page: PageRequest) -> list[ProviderRefund]:
    """Oldest first."""
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(LIST_TROUBLED, actor.network_id, actor.org_id, after, page.limit)
    return [_refund(row) for row in rows]


def _refund(row: Any) -> ProviderRefund:
    return ProviderRefund(**dict(row) | {"state": RefundState(row["state"])})
