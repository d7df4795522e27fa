"""Storing and reading disputes. Whoever is no party to the order finds nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection
from tradeline.ordering.disputes import Dispute
from tradeline.ordering.queries.reading import IS_PARTY

DISPUTES = f"""
    SELECT dispute.id, dispute.order_id, dispute.order_line_id, dispute.reason,
           dispute.opened_by_org_id, dispute.opened_by_account_id, dispute.opened_at,
           dispute.resolution, dispute.closed_by_org_id, dispute.closed_by_account_id,
           dispute.closed_at
      FROM ordering.dispute AS dispute
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = dispute.network_id AND trade_order.id = dispute.order_id
     WHERE dispute.network_id = $1
       AND {IS_PARTY}
"""
FETCH_DISPUTES = f"""
    {DISPUTES}
       AND dispute.id = ANY($3::bigint[])
     ORDER BY dispute.id
"""
FETCH_DISPUTES_OF_ORDERS = f"""
    {DISPUTES}
       AND dispute.order_id = ANY($3::bigint[])
     ORDER BY dispute.id
"""

INSERT_DISPUTE = """
    INSERT INTO ordering.dispute
           (network_id, order_id, order_line_id, reason, opened_by_org_id, opened_by_account_id)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING id
"""

CLOSE_DISPUTE = """
    UPDATE ordering.dispute
       SET resolution = $3, closed_by_org_id = $4, closed_by_account_id = $5, closed_at = now()
     WHERE network_id = $1 AND id = $2 AND opened_by_org_id = $4
"""


async def fetch_disputes(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[Dispute]:
    rows = await conn.fetch(FETCH_DISPUTES, actor.network_id, actor.org_id, list(ids))
    return [Dispute(**dict(row)) for row in rows]


async def fetch_disputes_of_orders(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> list[Dispute]:
    """First to last."""
    rows = await conn.fetch(
        FETCH_DISPUTES_OF_ORDERS, actor.network_id, actor.org_id, list(order_ids)
    )
    return [Dispute(**dict(row)) for row in rows]


async def insert_dispute(
    conn: Connection, actor: Actor, order_id: int, order_line_id: int | None, reason: str
) -> int:
    dispute_id: int = await conn.fetchval(
        INSERT_DISPUTE,
        actor.network_id,
        order_id,
        order_line_id,
        reason,
        actor.org_id,
        actor.account_id,
    )
    return dispute_id


async def close_dispute(conn: Connection, actor: Actor, dispute_id: int, resolution: str) -> None:
    await conn.execute(
        CLOSE_DISPUTE, actor.network_id, dispute_id, resolution, actor.org_id, actor.account_id
    )
