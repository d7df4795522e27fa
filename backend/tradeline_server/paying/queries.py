"""What operators look up about payments, over all networks."""

from __future__ import annotations

from typing import Any

import asyncpg

from tradeline.kernel import Connection

# What waits, since when at the longest, and the last thing that went wrong with it.
COUNT_UNDER_WAY = """
    SELECT what, state, count(*) AS count, min(since) AS oldest_at, max(last_error) AS last_error
      FROM (SELECT 'payment' AS what, state, created_at AS since, NULL AS last_error
              FROM payments.payment
             WHERE next_poll_at IS NOT NULL
             UNION ALL
            SELECT 'refund', state, requested_at, last_error
              FROM payments.refund
             WHERE state IN ('requested', 'sent', 'abnormal')
             UNION ALL
            SELECT 'sharing', state, requested_at, last_error
              FROM payments.sharing
             WHERE state IN ('requested', 'sent')
             UNION ALL
            SELECT 'share return', state, requested_at, last_error
              FROM payments.share_return
             WHERE state IN ('requested', 'sent')
             UNION ALL
            SELECT 'difference', kind, found_at, NULL
              FROM payments.difference
             WHERE resolved_at IS NULL) AS waiting
     GROUP BY what, state
     ORDER BY what, state
"""

# What a simulated provider that began anew has to know again: what was paid and what went back of
# it, over all networks. It is for trying things out, where the latest are plenty.
FETCH_PAID = """
    SELECT payment.merchant_id, payment.number, payment.transaction_id, payment.amount_minor,
           payment.captured_at, payment.shares_at IS NOT NULL AS is_shareable,
           ARRAY(SELECT row(refund.number, coalesce(refund.provider_refund_id, ''),
                            refund.amount_minor, refund.settled_at)
                   FROM payments.refund AS refund
                  WHERE refund.network_id = payment.network_id
                    AND refund.payment_id = payment.id
                    AND refund.state = 'succeeded'
                  ORDER BY refund.settled_at, refund.id) AS refunds
      FROM payments.payment AS payment
     WHERE payment.state = 'captured'
     ORDER BY payment.captured_at DESC, payment.id DESC
     LIMIT $1
"""

# Asked by the owner: codes of networks are over all of them.
FIND_ORGANIZATION = """
    SELECT organization.network_id, organization.id
      FROM organizations.organization AS organization
      JOIN organizations.network AS network ON network.id = organization.network_id
     WHERE network.code = $1 AND organization.code = $2
"""

HAS_PAYMENTS = """
    SELECT EXISTS (SELECT FROM payments.payment WHERE network_id = $1 AND merchant_id = $2)
"""


async def find_organization(
    conn: Connection, network_code: str, org_code: str
) -> tuple[int, int] | None:
    """Network and organization."""
    row = await conn.fetchrow(FIND_ORGANIZATION, network_code, org_code)
    return (row["network_id"], row["id"]) if row else None


async def has_payments(conn: Connection, network_id: int, merchant_id: str) -> bool:
    """Whether anybody has paid, or been asked to, by a merchant."""
    found: bool = await conn.fetchval(HAS_PAYMENTS, network_id, merchant_id)
    return found


async def fetch_paid(conn: Connection, limit: int) -> list[asyncpg.Record]:
    """Captured payments with what succeeded of their refunds, the latest first."""
    return await conn.fetch(FETCH_PAID, limit)


async def count_under_way(conn: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch(COUNT_UNDER_WAY)]
