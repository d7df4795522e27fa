"""Warehouses, and which of them serve whom."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.inventory.model import (
    NewWarehouse,
    StandingStock,
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

FETCH_EDGES_WITH_GRANTS = """
    SELECT DISTINCT permit.relationship_id
      FROM inventory.warehouse_grant AS permit
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = permit.relationship_id AND edge.seller_org_id = $2
     WHERE permit.network_id = $1 AND permit.relationship_id = ANY($3::bigint[])
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

# Whoever changes a warehouse locks it against all who would put stock into it.
LOCK_WAREHOUSE = """
    SELECT id, org_id, code, name, name_en, region, priority, is_active
      FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = $2 AND id = $3
       FOR UPDATE
"""

# Whoever puts stock into warehouses keeps them as they are until the unit of work ends: asked
# before the levels are locked, so that nothing comes to stand in one that is being closed.
KEEP_WAREHOUSES = """
    SELECT id, code, is_active
      FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = $2 AND id = ANY($3::bigint[])
     ORDER BY id
       FOR KEY SHARE
"""

UPDATE_WAREHOUSE = """
    UPDATE inventory.warehouse
       SET name = $4, name_en = $5, region = $6, priority = $7, is_active = $8
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

# The warehouse is locked: nothing more comes in, and of nothing nothing is set aside.
FETCH_STANDING_STOCK = """
    SELECT (SELECT count(*)
              FROM inventory.stock_level AS level
             WHERE level.network_id = $1 AND level.warehouse_id = $2
               AND level.on_hand > 0) AS sku_count,
           ARRAY(SELECT sku.code
                   FROM inventory.stock_level AS level
                   JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = level.sku_id
                  WHERE level.network_id = $1 AND level.warehouse_id = $2 AND level.on_hand > 0
                  ORDER BY sku.code
                  LIMIT $3) AS sku_codes,
           (SELECT count(DISTINCT (hold.reference_type, hold.reference_id))
              FROM inventory.stock_hold AS hold
             WHERE hold.network_id = $1 AND hold.warehouse_id = $2 AND hold.quantity > 0
               AND hold.reference_type <> 'hold') AS order_lines,
           (SELECT count(*)
              FROM inventory.stock_hold AS hold
             WHERE hold.network_id = $1 AND hold.warehouse_id = $2 AND hold.quantity > 0
               AND hold.reference_type = 'hold') AS holds
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


async def fetch_edges_with_grants(
    conn: Connection, actor: Actor, relationship_ids: Sequence[int]
) -> set[int]:
    """Of the edges on which the actor's organization sells."""
    rows = await conn.fetch(
        FETCH_EDGES_WITH_GRANTS, actor.network_id, actor.org_id, list(relationship_ids)
    )
    return {row["relationship_id"] for row in rows}


async def list_warehouses(conn: Connection, actor: Actor, page: PageRequest) -> list[Warehouse]:
    rows = await conn.fetch(
        LIST_WAREHOUSES,
        actor.network_id,
        actor.org_id,
        None if page.after is None else page.after[0],
        page.limit,
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


async def lock_warehouse(conn: Connection, actor: Actor, id: int) -> Warehouse | None:
    row = await conn.fetchrow(LOCK_WAREHOUSE, actor.network_id, actor.org_id, id)
    return None if row is None else Warehouse(**row)


async def keep_warehouses(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """The codes of those that are closed, by id. None of them opens or closes meanwhile."""
    rows = await conn.fetch(KEEP_WAREHOUSES, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: row["code"] for row in rows if not row["is_active"]}


async def update_warehouse(conn: Connection, actor: Actor, warehouse: Warehouse) -> None:
    """The caller has locked it."""
    await conn.execute(
        UPDATE_WAREHOUSE,
        actor.network_id,
        actor.org_id,
        warehouse.id,
        warehouse.name,
        warehouse.name_en,
        warehouse.region,
        warehouse.priority,
        warehouse.is_active,
    )


async def fetch_standing_stock(
    conn: Connection, actor: Actor, warehouse_id: int, codes_max: int
) -> StandingStock:
    """What a warehouse holds, which the caller has locked."""
    row = await conn.fetchrow(FETCH_STANDING_STOCK, actor.network_id, warehouse_id, codes_max)
    assert row is not None, "a count has a row"
    return StandingStock(**dict(row) | {"sku_codes": tuple(row["sku_codes"])})
