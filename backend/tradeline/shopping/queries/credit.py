"""What sales leave owing on edges, and what may still go back of what they leave there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tradeline.kernel import Connection

FETCH_SHORTFALLS = """
    SELECT shortfall.order_id, shortfall.tier, shortfall.amount_minor
      FROM shopping.shortfall AS shortfall
     WHERE shortfall.network_id = $1 AND shortfall.order_id = ANY($2::bigint[])
     ORDER BY shortfall.order_id, shortfall.tier
"""

INSERT_SHORTFALLS = """
    INSERT INTO shopping.shortfall (network_id, order_id, tier, relationship_id, amount_minor)
    SELECT $1, lack.order_id, lack.tier, lack.relationship_id, lack.minor
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[])
           AS lack (order_id, tier, relationship_id, minor)
"""

# For the owner's connection, over all networks. What somebody still wants to give back is open.
FIND_RETURNED_BY_NOW = """
    SELECT consumer_order.network_id, consumer_order.id
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.state = 'completed'
       AND NOT consumer_order.is_final
       AND consumer_order.closed_at <= now() - $2::interval
       AND NOT EXISTS (
           SELECT
             FROM shopping.after_sale AS after_sale
            WHERE after_sale.network_id = consumer_order.network_id
              AND after_sale.order_id = consumer_order.id
              AND after_sale.state IN ('requested', 'referred'))
     ORDER BY consumer_order.closed_at
     LIMIT $1
"""

# The orders are locked.
MAKE_FINAL = """
    UPDATE shopping.consumer_order
       SET is_final = true
     WHERE network_id = $1 AND id = ANY($2::bigint[])
"""


async def fetch_shortfalls(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[tuple[int, int, int]]:
    """What was lent for orders: the order, the tier of the edge's seller, and how much."""
    rows = await conn.fetch(FETCH_SHORTFALLS, network_id, order_ids)
    return [(row["order_id"], row["tier"], row["amount_minor"]) for row in rows]


async def insert_shortfalls(
    conn: Connection, network_id: int, lacks: Sequence[tuple[int, int, int, int]]
) -> None:
    """Store, of orders, the tier of an edge's seller, the edge, and by how much it is short."""
    await conn.execute(
        INSERT_SHORTFALLS,
        network_id,
        [order_id for order_id, _, _, _ in lacks],
        [tier for _, tier, _, _ in lacks],
        [relationship_id for _, _, relationship_id, _ in lacks],
        [minor for _, _, _, minor in lacks],
    )


async def find_returned_by_now(
    conn: Connection, limit: int, after: timedelta
) -> list[tuple[int, int]]:
    """Orders, with their networks, of which nobody has asked to give anything back in that time
    since they were received, the oldest first."""
    rows = await conn.fetch(FIND_RETURNED_BY_NOW, limit, after)
    return [(row["network_id"], row["id"]) for row in rows]


async def make_final(conn: Connection, network_id: int, order_ids: Sequence[int]) -> None:
    await conn.execute(MAKE_FINAL, network_id, order_ids)
