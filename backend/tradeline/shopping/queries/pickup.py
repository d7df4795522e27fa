"""Which pick-up codes are taken."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection

# By the index of codes that wait.
FETCH_TAKEN = """
    SELECT consumer_order.store_id, consumer_order.pickup_code_lookup
      FROM unnest($2::bigint[], $3::bytea[]) AS wanted (store_id, lookup)
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = $1
       AND consumer_order.store_id = wanted.store_id
       AND consumer_order.pickup_code_lookup = wanted.lookup
       AND consumer_order.pickup_code_lookup IS NOT NULL
       AND consumer_order.state IN ('to_pay', 'to_pick_up')
"""


async def fetch_taken(
    conn: Connection, network_id: int, wanted: Sequence[tuple[int, bytes]]
) -> set[tuple[int, bytes]]:
    """Which of the pairs (store, what its code is found by) belong to orders that wait."""
    rows = await conn.fetch(
        FETCH_TAKEN,
        network_id,
        [store_id for store_id, _ in wanted],
        [lookup for _, lookup in wanted],
    )
    return {(row["store_id"], row["pickup_code_lookup"]) for row in rows}
