"""The account of one edge as its sides know it: lock, credit, obligations, balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.organizations import RelationshipState
from tradeline.settlement.model import (
    Debt,
    Edge,
    Exposure,
    Obligation,
    ObligationKind,
)

# Of an edge on which the actor is not a side, there is nothing to lock.
LOCK_EDGE = """
    SELECT edge.seller_org_id, edge.buyer_org_id, edge.state,
           exposure.relationship_id, exposure.currency, exposure.credit_limit_minor,
           exposure.held_minor, exposure.owed_minor, exposure.is_blocked,
           exposure.returnable_minor
      FROM settlement.exposure AS exposure
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = exposure.relationship_id
     WHERE exposure.network_id = $1
       AND exposure.relationship_id = $3
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
       FOR NO KEY UPDATE OF exposure
"""

UPDATE_CREDIT = """
    UPDATE settlement.exposure
       SET credit_limit_minor = $3, is_blocked = $4
     WHERE network_id = $1 AND relationship_id = $2
"""

# One page for each edge.
FETCH_OBLIGATIONS = """
    SELECT obligation.id, obligation.relationship_id, obligation.kind, obligation.currency,
           settlement.signed_minor(obligation.kind, obligation.amount_minor) AS amount_minor,
           obligation.document_type, obligation.document_id, obligation.document_number,
           obligation.occurred_at, obligation.due_on
      FROM organizations.relationship AS edge
     CROSS JOIN LATERAL (
           SELECT *
             FROM settlement.obligation AS entry
            WHERE entry.network_id = $1
              AND entry.relationship_id = edge.id
              AND ($4::bigint IS NULL OR entry.id < $4)
            ORDER BY entry.id DESC
            LIMIT $5) AS obligation
     WHERE edge.network_id = $1
       AND edge.id = ANY($3::bigint[])
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
     ORDER BY obligation.id DESC
"""

# What falls due on each day, and in one row without a day all that was paid or credited.
FETCH_DEBTS = """
    SELECT obligation.relationship_id, edge.currency, current_date AS today,
           CASE WHEN signed.minor > 0
                THEN coalesce(obligation.due_on, obligation.occurred_at::date) END AS due_on,
           sum(abs(signed.minor))::bigint AS amount_minor
      FROM settlement.obligation AS obligation
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = obligation.relationship_id
     CROSS JOIN LATERAL (
           SELECT settlement.signed_minor(obligation.kind, obligation.amount_minor) AS minor
           ) AS signed
     WHERE obligation.network_id = $1
       AND obligation.relationship_id = ANY($3::bigint[])
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
     GROUP BY obligation.relationship_id, edge.currency, 4
"""


async def lock_edge(conn: Connection, actor: Actor, relationship_id: int) -> Edge | None:
    """Lock the account of an edge that the actor's organization is on."""
    row = await conn.fetchrow(LOCK_EDGE, actor.network_id, actor.org_id, relationship_id)
    if row is None:
        return None
    values = dict(row)
    return Edge(
        seller_org_id=values.pop("seller_org_id"),
        buyer_org_id=values.pop("buyer_org_id"),
        state=RelationshipState(values.pop("state")),
        exposure=Exposure(**values),
    )


async def update_credit(conn: Connection, network_id: int, exposure: Exposure) -> None:
    """Store limit and block of an exposure that the caller has locked."""
    await conn.execute(
        UPDATE_CREDIT,
        network_id,
        exposure.relationship_id,
        exposure.credit_limit_minor,
        exposure.is_blocked,
    )


async def fetch_obligations(
    conn: Connection, actor: Actor, relationship_ids: Sequence[int], page: PageRequest
) -> dict[int, list[Obligation]]:
    """Newest first, by edge; an edge without any is absent."""
    rows = await conn.fetch(
        FETCH_OBLIGATIONS,
        actor.network_id,
        actor.org_id,
        relationship_ids,
        None if page.after is None else page.after[0],
        page.limit,
    )
    found: dict[int, list[Obligation]] = {}
    for row in rows:
        obligation = Obligation(**dict(row) | {"kind": ObligationKind(row["kind"])})
        found.setdefault(row["relationship_id"], []).append(obligation)
    return found


async def fetch_debts(
    conn: Connection, actor: Actor, relationship_ids: Sequence[int]
) -> dict[int, tuple[list[Debt], int, date]]:
    """By edge: what falls due when, what was paid or credited, and the database's today."""
    rows = await conn.fetch(FETCH_DEBTS, actor.network_id, actor.org_id, relationship_ids)
    found: dict[int, tuple[list[Debt], int, date]] = {}
    for row in rows:
        debts, credits_minor, today = found.get(row["relationship_id"], ([], 0, row["today"]))
        if row["due_on"] is None:
            credits_minor += row["amount_minor"]
        else:
            debts.append(Debt(row["due_on"], row["amount_minor"]))
        found[row["relationship_id"]] = debts, credits_minor, today
    return found


async def fetch_today(conn: Connection) -> date:
    """The database's today."""
    today: date = await conn.fetchval("SELECT current_date")
    return today


async def fetch_now(conn: Connection) -> datetime:
    """The database's clock, which decides. Read under a lock, it is after all that the lock saw."""
    now: datetime = await conn.fetchval("SELECT clock_timestamp()")
    return now
