"""What sales below cost leave owing on edges."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection

# Of what is paid, the debts say it. The edges are locked, so that nobody adds to it meanwhile.
FETCH_WAITING_SHORTFALLS = """
    SELECT shortfall.relationship_id, sum(shortfall.amount_minor)::bigint AS minor
      FROM shopping.shortfall AS shortfall
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = $1
       AND consumer_order.id = shortfall.order_id
       AND consumer_order.state = 'to_pay'
     WHERE shortfall.network_id = $1 AND shortfall.relationship_id = ANY($2::bigint[])
     GROUP BY shortfall.relationship_id
"""

INSERT_SHORTFALLS = """
    INSERT INTO shopping.shortfall (network_id, order_id, tier, relationship_id, amount_minor)
    SELECT $1, lack.order_id, lack.tier, lack.relationship_id, lack.minor
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[])
           AS lack (order_id, tier, relationship_id, minor)
"""


async def fetch_waiting_shortfalls(
    conn: Connection, network_id: int, relationship_ids: Sequence[int]
) -> dict[int, int]:
    """What orders that wait to be paid will leave owing, by edge."""
    rows = await conn.fetch(FETCH_WAITING_SHORTFALLS, network_id, relationship_ids)
    return {row["relationship_id"]: row["minor"] for row in rows}


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
