"""Levels and movements, as their owner works with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.catalog import SearchTerms
from tradeline.inventory.model import (
    MovementReason,
    NewMovement,
    SkuName,
    StockHold,
    StockLevel,
    StockMovement,
)
from tradeline.kernel import Actor, Connection, PageRequest

# What the organization keeps already it may go on counting, whatever it may buy today.
FETCH_SKU_NAMES = """
    SELECT sku.id, sku.code, sku.base_unit AS unit,
           ARRAY(SELECT part.code
                   FROM catalog.sku_component AS component
                   JOIN catalog.sku AS part
                     ON part.network_id = $1 AND part.id = component.component_sku_id
                  WHERE component.network_id = $1 AND component.bundle_sku_id = sku.id
                  ORDER BY part.code) AS component_codes
      FROM catalog.sku AS sku
     WHERE sku.network_id = $1
       AND sku.id = ANY($3::bigint[])
       AND (sku.id = ANY($4::bigint[])
            OR EXISTS (
               SELECT
                 FROM inventory.stock_level AS level
                 JOIN inventory.warehouse AS warehouse
                   ON warehouse.network_id = $1
                  AND warehouse.id = level.warehouse_id
                  AND warehouse.org_id = $2
                WHERE level.network_id = $1 AND level.sku_id = sku.id))
"""

# Makes missing levels and locks standing ones in one pass, in the lock order; the update changes
# nothing, it is the lock. Warehouses of others yield no row.
LOCK_LEVELS = """
    INSERT INTO inventory.stock_level AS level (network_id, warehouse_id, sku_id)
    SELECT DISTINCT $1::bigint, warehouse.id, wanted.sku_id
      FROM unnest($3::bigint[], $4::bigint[]) AS wanted (warehouse_id, sku_id)
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1
       AND warehouse.id = wanted.warehouse_id
       AND warehouse.org_id = $2
     WHERE wanted.sku_id = ANY($5::bigint[])
     ORDER BY warehouse.id, wanted.sku_id
        ON CONFLICT ON CONSTRAINT one_level_for_each_sku
        DO UPDATE SET on_hand = level.on_hand
    RETURNING warehouse_id, sku_id, on_hand, held
"""

NEXT_DOCUMENT = "SELECT nextval('inventory.document_number')"

# The caller has locked the levels.
INSERT_MOVEMENTS = """
    WITH movement AS (
        SELECT *
          FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
               AS movement (warehouse_id, sku_id, quantity, note)
    ), counted AS (
        UPDATE inventory.stock_level AS level
           SET on_hand = level.on_hand + movement.quantity
          FROM movement
         WHERE level.network_id = $1
           AND level.warehouse_id = movement.warehouse_id
           AND level.sku_id = movement.sku_id
    )
    INSERT INTO inventory.stock_movement
           (network_id, warehouse_id, sku_id, quantity, note, reason, reference_type,
            reference_id, account_id)
    SELECT $1, warehouse_id, sku_id, quantity, note, $6, $6, $7, $8
      FROM movement
     ORDER BY warehouse_id, sku_id
"""

LIST_LEVELS = """
    SELECT level.warehouse_id, level.sku_id, level.on_hand, level.held
      FROM inventory.stock_level AS level
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1
       AND warehouse.id = level.warehouse_id
       AND warehouse.org_id = $2
     WHERE level.network_id = $1
       AND ($3::bigint IS NULL OR level.warehouse_id = $3)
       AND ($4::bigint IS NULL OR level.sku_id = $4)
       AND ($5::bigint IS NULL OR (level.warehouse_id, level.sku_id) > ($5, $6::bigint))
       AND ($8::text[] IS NULL
            OR level.sku_id IN (
                   SELECT hit.id
                     FROM catalog.skus_with_text($1, $8, $9::text[]) AS hit (id)
                    UNION
                   SELECT own.sku_id
                     FROM catalog.buyer_code AS own
                    WHERE own.network_id = $1
                      AND own.buyer_org_id = $2
                      AND NOT EXISTS (
                              SELECT 1 FROM unnest($9::text[]) AS term
                               WHERE strpos(lower(own.code), term) = 0)))
     ORDER BY level.warehouse_id, level.sku_id
     LIMIT $7
"""

LIST_MOVEMENTS = """
    SELECT movement.id, movement.warehouse_id, movement.sku_id, movement.quantity, movement.reason,
           movement.reference_type, movement.reference_id, movement.note, movement.account_id,
           movement.occurred_at
      FROM inventory.stock_movement AS movement
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1
       AND warehouse.id = movement.warehouse_id
       AND warehouse.org_id = $2
     WHERE movement.network_id = $1
       AND ($3::bigint IS NULL OR movement.warehouse_id = $3)
       AND ($4::bigint IS NULL OR movement.sku_id = $4)
       AND ($5::bigint IS NULL OR movement.id < $5)
     ORDER BY movement.id DESC
     LIMIT $6
"""

FETCH_DOCUMENT_MOVEMENTS = """
    SELECT movement.id, movement.warehouse_id, movement.sku_id, movement.quantity, movement.reason,
           movement.reference_type, movement.reference_id, movement.note, movement.account_id,
           movement.occurred_at
      FROM inventory.stock_movement AS movement
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1
       AND warehouse.id = movement.warehouse_id
       AND warehouse.org_id = $2
     WHERE movement.network_id = $1
       AND movement.reason = $3
       AND movement.reference_type = $3
       AND movement.reference_id = $4
     ORDER BY movement.warehouse_id, movement.sku_id
"""

LIST_RESERVATIONS = """
    SELECT hold.id, hold.warehouse_id, hold.sku_id, hold.held_for_org_id, hold.reference_type,
           hold.reference_id, hold.quantity, hold.created_at, hold.expires_at
      FROM inventory.stock_hold AS hold
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1
       AND warehouse.id = hold.warehouse_id
       AND warehouse.org_id = $2
     WHERE hold.network_id = $1
       AND hold.quantity > 0
       AND ($3::bigint IS NULL OR hold.warehouse_id = $3)
       AND ($4::bigint IS NULL OR hold.sku_id = $4)
       AND ($5::bigint IS NULL OR hold.id < $5)
     ORDER BY hold.id DESC
     LIMIT $6
"""


async def fetch_sku_names(
    conn: Connection, actor: Actor, sku_ids: Sequence[int], visible_ids: set[int]
) -> dict[int, SkuName]:
    """Names of the SKUs that the organization sees, or keeps; the others are absent."""
    rows = await conn.fetch(
        FETCH_SKU_NAMES, actor.network_id, actor.org_id, sku_ids, list(visible_ids)
    )
    return {
        row["id"]: SkuName(row["code"], row["unit"], tuple(row["component_codes"])) for row in rows
    }


async def lock_levels(
    conn: Connection, actor: Actor, keys: Sequence[tuple[int, int]], known_ids: Sequence[int]
) -> dict[tuple[int, int], StockLevel]:
    """Lock the levels (warehouse, SKU) in own warehouses, making those that are missing."""
    rows = await conn.fetch(
        LOCK_LEVELS,
        actor.network_id,
        actor.org_id,
        [warehouse_id for warehouse_id, _ in keys],
        [sku_id for _, sku_id in keys],
        known_ids,
    )
    return {(row["warehouse_id"], row["sku_id"]): StockLevel(**row) for row in rows}


async def next_document(conn: Connection) -> int:
    number: int = await conn.fetchval(NEXT_DOCUMENT)
    return number


async def insert_movements(
    conn: Connection,
    actor: Actor,
    movements: Sequence[NewMovement],
    reason: MovementReason,
    document_id: int,
) -> None:
    """Store movements and what they make of the levels, which the caller has locked."""
    await conn.execute(
        INSERT_MOVEMENTS,
        actor.network_id,
        [movement.warehouse_id for movement in movements],
        [movement.sku_id for movement in movements],
        [movement.quantity for movement in movements],
        [movement.note for movement in movements],
        reason,
        document_id,
        actor.account_id,
    )


async def list_levels(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    warehouse_id: int | None,
    sku_id: int | None,
    search: SearchTerms | None,
) -> list[StockLevel]:
    """By warehouse and SKU."""
    after_warehouse, after_sku = page.after or (None, None)
    rows = await conn.fetch(
        LIST_LEVELS,
        actor.network_id,
        actor.org_id,
        warehouse_id,
        sku_id,
        after_warehouse,
        after_sku,
        page.limit,
        None if search is None else list(search.grams),
        None if search is None else list(search.terms),
    )
    return [StockLevel(**row) for row in rows]


async def list_movements(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    warehouse_id: int | None,
    sku_id: int | None,
) -> list[StockMovement]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_MOVEMENTS,
        actor.network_id,
        actor.org_id,
        warehouse_id,
        sku_id,
        _after(page),
        page.limit,
    )
    return [_movement(row) for row in rows]


async def fetch_document_movements(
    conn: Connection, actor: Actor, reason: MovementReason, document_id: int
) -> list[StockMovement]:
    """What one adjustment, count or transfer moved in own warehouses."""
    rows = await conn.fetch(
        FETCH_DOCUMENT_MOVEMENTS, actor.network_id, actor.org_id, reason, document_id
    )
    return [_movement(row) for row in rows]


async def list_reservations(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    warehouse_id: int | None,
    sku_id: int | None,
) -> list[StockHold]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_RESERVATIONS,
        actor.network_id,
        actor.org_id,
        warehouse_id,
        sku_id,
        _after(page),
        page.limit,
    )
    return [StockHold(**row) for row in rows]


def _movement(row: Any) -> StockMovement:
    return StockMovement(**dict(row) | {"reason": MovementReason(row["reason"])})


def _after(page: PageRequest) -> str | int | None:
    return None if page.after is None else page.after[0]
