"""Warehouses, levels and movements, as their owner works with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.inventory.model import (
    MovementReason,
    NewMovement,
    NewWarehouse,
    SkuName,
    StockHold,
    StockLevel,
    StockMovement,
    Warehouse,
    WarehouseGrant,
)
from tradeline.kernel import Actor, Connection, PageRequest, grouped

# A code that is taken returns no row.
INSERT_WAREHOUSES = """
    INSERT INTO inventory.warehouse (network_id, org_id, code, name, name_en, region, priority)
    SELECT $1, $2, warehouse.code, warehouse.name, warehouse.name_en, warehouse.region,
           warehouse.priority
      FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::integer[])
           WITH ORDINALITY
           AS warehouse (code, name, name_en, region, priority, position)
     ORDER BY warehouse.position
        ON CONFLICT ON CONSTRAINT one_warehouse_for_each_code DO NOTHING
    RETURNING code, id
"""

FETCH_WAREHOUSES = """
    SELECT id, org_id, code, name, name_en, region, priority, is_active
      FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = $2 AND id = ANY($3::bigint[])
"""

LIST_WAREHOUSES = """
    SELECT id, org_id, code, name, name_en, region, priority, is_active
      FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = $2 AND ($3::bigint IS NULL OR id > $3)
     ORDER BY id
     LIMIT $4
"""

FETCH_WAREHOUSES_OF_EDGES = """
    SELECT edge.id AS relationship_id, serving.*
      FROM organizations.relationship AS edge
     CROSS JOIN LATERAL (
               SELECT warehouse.id, warehouse.org_id, warehouse.code, warehouse.name,
                      warehouse.name_en, warehouse.region, serves.priority, warehouse.is_active
                 FROM inventory.serving_warehouse AS serves
                 JOIN inventory.warehouse AS warehouse
                   ON warehouse.network_id = $1 AND warehouse.id = serves.warehouse_id
                WHERE serves.network_id = $1 AND serves.relationship_id = edge.id
                ORDER BY serves.priority, warehouse.id
                LIMIT $4
           ) AS serving
     WHERE edge.network_id = $1 AND edge.seller_org_id = $2 AND edge.id = ANY($3::bigint[])
     ORDER BY edge.id, serving.priority, serving.id
"""

# Whoever says which warehouses serve an edge locks it, several in the order of ids: two who say so
# follow one another.
LOCK_SELLING_EDGES = """
    SELECT id
      FROM organizations.relationship
     WHERE network_id = $1
       AND seller_org_id = $2
       AND id = ANY($3::bigint[])
       AND state <> 'ended'
     ORDER BY id
       FOR NO KEY UPDATE
"""

FETCH_GRANTED_WAREHOUSES = """
    SELECT relationship_id, warehouse_id
      FROM inventory.warehouse_grant
     WHERE network_id = $1 AND relationship_id = ANY($2::bigint[])
     ORDER BY relationship_id, priority, warehouse_id
"""

DELETE_GRANTS = """
    DELETE FROM inventory.warehouse_grant
     WHERE network_id = $1 AND relationship_id = ANY($2::bigint[])
"""

INSERT_GRANTS = """
    INSERT INTO inventory.warehouse_grant (network_id, relationship_id, warehouse_id, priority)
    SELECT $1, permit.relationship_id, permit.warehouse_id, permit.priority
      FROM unnest($2::bigint[], $3::bigint[], $4::integer[])
           AS permit (relationship_id, warehouse_id, priority)
"""

# What the organization keeps already it may go on counting, whatever it may buy today.
FETCH_SKU_NAMES = """
    SELECT sku.id, sku.code, sku.base_unit AS unit
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


async def insert_warehouses(
    conn: Connection, actor: Actor, warehouses: Sequence[NewWarehouse]
) -> dict[str, int]:
    """The ids of those that were made, by code; one whose code is taken is absent."""
    rows = await conn.fetch(
        INSERT_WAREHOUSES,
        actor.network_id,
        actor.org_id,
        [warehouse.code for warehouse in warehouses],
        [warehouse.name for warehouse in warehouses],
        [warehouse.name_en for warehouse in warehouses],
        [warehouse.region for warehouse in warehouses],
        [warehouse.priority for warehouse in warehouses],
    )
    return {row["code"]: row["id"] for row in rows}


async def fetch_warehouses(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Warehouse]:
    rows = await conn.fetch(FETCH_WAREHOUSES, actor.network_id, actor.org_id, ids)
    return {row["id"]: Warehouse(**row) for row in rows}


async def fetch_warehouses_of_edges(
    conn: Connection, actor: Actor, relationship_ids: Sequence[int], limit: int
) -> dict[int, list[Warehouse]]:
    """Of the edges on which the actor's organization sells."""
    rows = await conn.fetch(
        FETCH_WAREHOUSES_OF_EDGES, actor.network_id, actor.org_id, list(relationship_ids), limit
    )
    found: dict[int, list[Warehouse]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("relationship_id"), []).append(Warehouse(**values))
    return found


async def list_warehouses(conn: Connection, actor: Actor, page: PageRequest) -> list[Warehouse]:
    rows = await conn.fetch(
        LIST_WAREHOUSES, actor.network_id, actor.org_id, _after(page), page.limit
    )
    return [Warehouse(**row) for row in rows]


async def lock_selling_edges(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Lock those of the edges that the actor's organization sells on."""
    rows = await conn.fetch(LOCK_SELLING_EDGES, actor.network_id, actor.org_id, ids)
    return {row["id"] for row in rows}


async def fetch_granted_warehouses(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> dict[int, list[int]]:
    """What serves the edges, which the caller has locked, the first to serve first."""
    rows = await conn.fetch(FETCH_GRANTED_WAREHOUSES, network_id, ids)
    return grouped(ids, ((row["relationship_id"], row["warehouse_id"]) for row in rows))


async def replace_grants(
    conn: Connection, network_id: int, grants: Sequence[WarehouseGrant]
) -> None:
    """Store which warehouses serve which edges; the caller has seen that both are the actor's."""
    await conn.execute(DELETE_GRANTS, network_id, [grant.relationship_id for grant in grants])
    rows = [
        (grant.relationship_id, warehouse_id, position)
        for grant in grants
        for position, warehouse_id in enumerate(grant.warehouse_ids, start=1)
    ]
    await conn.execute(
        INSERT_GRANTS,
        network_id,
        [relationship_id for relationship_id, _, _ in rows],
        [warehouse_id for _, warehouse_id, _ in rows],
        [priority for _, _, priority in rows],
    )


async def fetch_sku_names(
    conn: Connection, actor: Actor, sku_ids: Sequence[int], visible_ids: set[int]
) -> dict[int, SkuName]:
    """Names of the SKUs that the organization sees, or keeps; the others are absent."""
    rows = await conn.fetch(
        FETCH_SKU_NAMES, actor.network_id, actor.org_id, sku_ids, list(visible_ids)
    )
    return {row["id"]: SkuName(row["code"], row["unit"]) for row in rows}


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
