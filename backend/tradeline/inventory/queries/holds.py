"""Holds that somebody asked for, and holds that lapse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradeline.inventory.model import HeldStock, HoldLine
from tradeline.kernel import Actor, Connection, PageRequest

# Seen by whom the stock is held for, and by whose stock it is.
LIST_HELD_STOCK = """
    SELECT hold.reference_id AS id, warehouse.org_id AS owner_org_id, hold.held_for_org_id,
           min(hold.created_at) AS created_at, max(hold.expires_at) AS expires_at,
           array_agg(hold.sku_id ORDER BY hold.id) AS sku_ids,
           array_agg(hold.quantity ORDER BY hold.id) AS quantities
      FROM inventory.stock_hold AS hold
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1 AND warehouse.id = hold.warehouse_id
     WHERE hold.network_id = $1
       AND hold.reference_type = 'hold'
       AND (hold.held_for_org_id = $2 OR warehouse.org_id = $2)
       AND ($3::bigint[] IS NULL OR hold.reference_id = ANY($3))
       AND ($4::bigint IS NULL OR hold.reference_id < $4)
     GROUP BY hold.reference_id, warehouse.org_id, hold.held_for_org_id
    HAVING $3 IS NOT NULL OR sum(hold.quantity) > 0
     ORDER BY hold.reference_id DESC
     LIMIT $5
"""

# Levels that somebody else is changing are passed over, so that nobody waits for the worker nor it
# for anybody: the next run finds them.
LOCK_LAPSED_LEVELS = """
    WITH lapsed AS MATERIALIZED (
        SELECT DISTINCT network_id, warehouse_id, sku_id
          FROM inventory.stock_hold
         WHERE quantity > 0 AND expires_at <= now()
    )
    SELECT level.network_id, level.warehouse_id, level.sku_id
      FROM lapsed
      JOIN inventory.stock_level AS level USING (network_id, warehouse_id, sku_id)
     ORDER BY level.network_id, level.warehouse_id, level.sku_id
     LIMIT $1
       FOR NO KEY UPDATE OF level SKIP LOCKED
"""

# The levels are locked, and with them their holds.
LAPSE_HOLDS = """
    WITH level AS (
        SELECT DISTINCT *
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
               AS level (network_id, warehouse_id, sku_id)
    ), lapsed AS (
        SELECT hold.*, warehouse.org_id AS owner_org_id
          FROM inventory.stock_hold AS hold
          JOIN level USING (network_id, warehouse_id, sku_id)
          JOIN inventory.warehouse AS warehouse
            ON warehouse.network_id = hold.network_id AND warehouse.id = hold.warehouse_id
         WHERE hold.quantity > 0 AND hold.expires_at <= now()
    ), lowered AS (
        UPDATE inventory.stock_hold AS hold
           SET quantity = 0
          FROM lapsed
         WHERE hold.network_id = lapsed.network_id AND hold.id = lapsed.id
    ), freed AS (
        UPDATE inventory.stock_level AS level
           SET held = level.held - less.quantity
          FROM (SELECT network_id, warehouse_id, sku_id, sum(quantity)::bigint AS quantity
                  FROM lapsed
                 GROUP BY network_id, warehouse_id, sku_id) AS less
         WHERE level.network_id = less.network_id
           AND level.warehouse_id = less.warehouse_id
           AND level.sku_id = less.sku_id
    )
    SELECT network_id, reference_type, reference_id, held_for_org_id, owner_org_id, sku_id,
           sum(quantity)::bigint AS quantity
      FROM lapsed
     GROUP BY network_id, reference_type, reference_id, held_for_org_id, owner_org_id, sku_id
     ORDER BY network_id, reference_type, reference_id, sku_id
"""


@dataclass(frozen=True, slots=True)
class LapsedHold:
    """What of a document's hold became free because its time was over."""

    network_id: int
    reference_type: str
    reference_id: int
    held_for_org_id: int
    owner_org_id: int
    sku_id: int
    quantity: int


async def fetch_held_stock(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, HeldStock]:
    """Holds by id, released and lapsed ones too."""
    rows = await conn.fetch(LIST_HELD_STOCK, actor.network_id, actor.org_id, ids, None, len(ids))
    return {row["id"]: _held_stock(row) for row in rows}


async def list_held_stock(conn: Connection, actor: Actor, page: PageRequest) -> list[HeldStock]:
    """Holds of which something still stands, newest first."""
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        LIST_HELD_STOCK, actor.network_id, actor.org_id, None, after, page.limit
    )
    return [_held_stock(row) for row in rows]


async def lock_lapsed_levels(conn: Connection, limit: int) -> list[tuple[int, int, int]]:
    """Levels with holds whose time is over: (network_id, warehouse_id, sku_id)."""
    return [tuple(row) for row in await conn.fetch(LOCK_LAPSED_LEVELS, limit)]


async def lapse_holds(conn: Connection, levels: Sequence[tuple[int, int, int]]) -> list[LapsedHold]:
    """Free what has lapsed in levels that the caller has locked."""
    rows = await conn.fetch(
        LAPSE_HOLDS,
        [network_id for network_id, _, _ in levels],
        [warehouse_id for _, warehouse_id, _ in levels],
        [sku_id for _, _, sku_id in levels],
    )
    return [LapsedHold(**row) for row in rows]


def _held_stock(row: Any) -> HeldStock:
    """Several warehouses may serve one line: their parts are one again."""
    quantities: dict[int, int] = {}
    for sku_id, quantity in zip(row["sku_ids"], row["quantities"], strict=True):
        quantities[sku_id] = quantities.get(sku_id, 0) + quantity
    return HeldStock(
        id=row["id"],
        owner_org_id=row["owner_org_id"],
        held_for_org_id=row["held_for_org_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        lines=tuple(
            HoldLine(sku_id=sku_id, quantity=quantity) for sku_id, quantity in quantities.items()
        ),
    )
