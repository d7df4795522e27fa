"""What operators look up about payments, over all networks."""

from __future__ import annotations

from typing import Any

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

# Asked by the owner: codes of networks are over all of them.
FIND_ORGANIZATION = """
    SELECT organization.network_id, organization.id
      FROM organizations.organization AS organization
      JOIN organizations.network AS network ON network.id = organization.network_id
     WHERE network.code = $1 AND organization.code = $2
"""


async def find_organization(
    conn: Connection, network_code: str, org_code: str
) -> tuple[int, int] | None:
    """Network and organization."""
    row = await conn.fetchrow(FIND_ORGANIZATION, network_code, org_code)
    return (row["network_id"], row["id"]) if row else None


async def count_under_way(conn: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch(COUNT_UNDER_WAY)]
