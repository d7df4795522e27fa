"""Charges and credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.settlement.model import Adjustment, AdjustmentState, Edge, ObligationKind

INSERT_ADJUSTMENT = """
    INSERT INTO settlement.adjustment
           (network_id, number, relationship_id, kind, currency, amount_minor, reason, due_on,
            state, account_id, decided_at)
    VALUES ($1, 'ADJ-' || nextval('settlement.document_number'), $2, $3, $4, $5, $6, $7, $8, $9,
            CASE WHEN $8 <> 'recorded' THEN now() END)
    RETURNING id
"""

FETCH_ADJUSTMENTS = """
    SELECT adjustment.id, adjustment.number, adjustment.relationship_id, adjustment.kind,
           adjustment.currency, adjustment.amount_minor, adjustment.reason, adjustment.due_on,
           adjustment.state, adjustment.made_at, adjustment.decided_at,
           adjustment.refusal_reason, edge.seller_org_id, edge.buyer_org_id
      FROM settlement.adjustment AS adjustment
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = adjustment.relationship_id
     WHERE adjustment.network_id = $1
       AND adjustment.id = ANY($3::bigint[])
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
"""

LIST_ADJUSTMENTS = """
    SELECT adjustment.id, adjustment.number, adjustment.relationship_id, adjustment.kind,
           adjustment.currency, adjustment.amount_minor, adjustment.reason, adjustment.due_on,
           adjustment.state, adjustment.made_at, adjustment.decided_at,
           adjustment.refusal_reason, edge.seller_org_id, edge.buyer_org_id
      FROM organizations.relationship AS edge
      JOIN settlement.adjustment AS adjustment
        ON adjustment.network_id = $1 AND adjustment.relationship_id = edge.id
     WHERE edge.network_id = $1
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
       AND ($3::bigint IS NULL OR edge.id = $3)
       AND ($4::text IS NULL OR adjustment.state = $4)
       AND ($5::bigint IS NULL OR adjustment.id < $5)
     ORDER BY adjustment.id DESC
     LIMIT $6
"""

DECIDE_ADJUSTMENT = """
    UPDATE settlement.adjustment
       SET state = $3, refusal_reason = $4, decided_at = now()
     WHERE network_id = $1 AND id = $2
"""


async def insert_adjustment(
    conn: Connection,
    actor: Actor,
    edge: Edge,
    kind: ObligationKind,
    amount_minor: int,
    reason: str,
    due_on: date | None,
    state: AdjustmentState,
) -> int:
    adjustment_id: int = await conn.fetchval(
        INSERT_ADJUSTMENT,
        actor.network_id,
        edge.exposure.relationship_id,
        kind,
        edge.exposure.currency,
        amount_minor,
        reason,
        due_on,
        state,
        actor.account_id,
    )
    return adjustment_id


async def fetch_adjustments(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Adjustment]:
    rows = await conn.fetch(FETCH_ADJUSTMENTS, actor.network_id, actor.org_id, ids)
    return {row["id"]: _adjustment(row) for row in rows}


async def list_adjustments(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    relationship_id: int | None,
    state: AdjustmentState | None,
) -> list[Adjustment]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_ADJUSTMENTS,
        actor.network_id,
        actor.org_id,
        relationship_id,
        state,
        None if page.after is None else page.after[0],
        page.limit,
    )
    return [_adjustment(row) for row in rows]


async def decide_adjustment(
    conn: Connection,
    network_id: int,
    adjustment_id: int,
    state: AdjustmentState,
    reason: str | None,
) -> None:
    """Store the buyer's word; the caller holds the lock of the adjustment's edge."""
    await conn.execute(DECIDE_ADJUSTMENT, network_id, adjustment_id, state, reason)


def _adjustment(row: Any) -> Adjustment:
    enums = {"kind": ObligationKind(row["kind"]), "state": AdjustmentState(row["state"])}
    return Adjustment(**dict(row) | enums)
