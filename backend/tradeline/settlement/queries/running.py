"""What an account came to after each of its entries."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection

# Summed from an edge's first entry on, whichever page asks.
FETCH_OWED_AFTER = """
    SELECT running.id, running.owed_minor
      FROM (SELECT entry.id,
                   (sum(settlement.signed_minor(entry.kind, entry.amount_minor))
                      OVER (PARTITION BY entry.relationship_id ORDER BY entry.id))::bigint
                   AS owed_minor
              FROM settlement.obligation AS entry
              JOIN organizations.relationship AS edge
                ON edge.network_id = $1 AND edge.id = entry.relationship_id
             WHERE entry.network_id = $1
               AND entry.relationship_id IN (
                   SELECT asked.relationship_id
                     FROM settlement.obligation AS asked
                    WHERE asked.network_id = $1 AND asked.id = ANY($3::bigint[]))
               AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)) AS running
     WHERE running.id = ANY($3::bigint[])
"""

# A statement has its lines in its own order, from its own opening on.
FETCH_STATED_AFTER = """
    SELECT running.statement_id, running.obligation_id, running.owed_minor
      FROM (SELECT line.statement_id, line.obligation_id,
                   (statement.opening_minor + sum(line.amount_minor)
                      OVER (PARTITION BY line.statement_id ORDER BY line.obligation_id))::bigint
                   AS owed_minor
              FROM settlement.statement_line AS line
              JOIN settlement.statement AS statement
                ON statement.network_id = $1 AND statement.id = line.statement_id
              JOIN organizations.relationship AS edge
                ON edge.network_id = $1 AND edge.id = statement.relationship_id
             WHERE line.network_id = $1
               AND line.statement_id = ANY($3::bigint[])
               AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)) AS running
      JOIN unnest($3::bigint[], $4::bigint[]) AS asked (statement_id, obligation_id)
        ON asked.statement_id = running.statement_id
       AND asked.obligation_id = running.obligation_id
"""


async def fetch_owed_after(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    """By entry, in minor units; one of others is absent."""
    rows = await conn.fetch(FETCH_OWED_AFTER, actor.network_id, actor.org_id, ids)
    return {row["id"]: row["owed_minor"] for row in rows}


async def fetch_stated_after(
    conn: Connection, actor: Actor, lines: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """By statement and entry, in minor units; one of others is absent."""
    rows = await conn.fetch(
        FETCH_STATED_AFTER,
        actor.network_id,
        actor.org_id,
        [statement_id for statement_id, _ in lines],
        [entry_id for _, entry_id in lines],
    )
    return {(row["statement_id"], row["obligation_id"]): row["owed_minor"] for row in rows}
