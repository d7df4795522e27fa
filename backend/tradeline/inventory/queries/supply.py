"""Supply, holds and what orders do to stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tradeline.inventory.model import (
    OWN_USE,
    HoldShipment,
    NewHold,
    Release,
    StockRow,
    SupplySource,
)
from tradeline.kernel import Actor, Connection

LOAD_SUPPLY = """
    WITH pair AS (
        SELECT DISTINCT wanted.relationship_id, wanted.sku_id
          FROM unnest($2::bigint[], $3::bigint[]) AS wanted (relationship_id, sku_id)
    )
    SELECT pair.relationship_id, level.sku_id, level.warehouse_id, serving.priority,
           level.on_hand - level.held AS free
      FROM pair
      JOIN inventory.serving_warehouse AS serving
        ON serving.network_id = $1 AND serving.relationship_id = pair.relationship_id
      JOIN inventory.stock_level AS level
        ON level.network_id = $1
       AND level.warehouse_id = serving.warehouse_id
       AND level.sku_id = pair.sku_id
"""

# The ORDER BY is the lock order. Rows are sorted before they are locked, and what another
# transaction changed meanwhile is read again, so `free` is that of the locked row.
LOCK_SUPPLY = LOAD_SUPPLY + " ORDER BY level.warehouse_id, level.sku_id FOR NO KEY UPDATE OF level"

LOAD_STOCK = """
    WITH pair AS (
        SELECT DISTINCT wanted.org_id, wanted.sku_id
          FROM unnest($2::bigint[], $3::bigint[]) AS wanted (org_id, sku_id)
    )
    SELECT warehouse.org_id, level.warehouse_id, warehouse.region, warehouse.priority,
           level.sku_id, level.on_hand - level.held AS free
      FROM pair
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1 AND warehouse.org_id = pair.org_id AND warehouse.is_active
      JOIN inventory.stock_level AS level
        ON level.network_id = $1
       AND level.warehouse_id = warehouse.id
       AND level.sku_id = pair.sku_id
"""

# The same rows in the same order as of LOCK_SUPPLY: orders of dealers and of consumers meet here.
LOCK_STOCK = LOAD_STOCK + " ORDER BY level.warehouse_id, level.sku_id FOR NO KEY UPDATE OF level"

LOCK_OWN_SUPPLY = """
    SELECT level.sku_id, level.warehouse_id, warehouse.priority,
           level.on_hand - level.held AS free
      FROM inventory.warehouse AS warehouse
      JOIN inventory.stock_level AS level
        ON level.network_id = $1 AND level.warehouse_id = warehouse.id
     WHERE warehouse.network_id = $1
       AND warehouse.org_id = $2
       AND warehouse.is_active
       AND level.sku_id = ANY($3::bigint[])
     ORDER BY level.warehouse_id, level.sku_id
       FOR NO KEY UPDATE OF level
"""

# A bundle has no level. Of it there are as many in a warehouse as its components allow, and none
# while one of them is off the market.
FETCH_AVAILABLE = """
    WITH pair AS (
        SELECT DISTINCT wanted.relationship_id, wanted.sku_id
          FROM unnest($2::bigint[], $3::bigint[]) AS wanted (relationship_id, sku_id)
    )
    SELECT pair.relationship_id, pair.sku_id, sum(level.on_hand - level.held)::bigint AS free
      FROM pair
      JOIN inventory.serving_warehouse AS serving
        ON serving.network_id = $1 AND serving.relationship_id = pair.relationship_id
      JOIN inventory.stock_level AS level
        ON level.network_id = $1
       AND level.warehouse_id = serving.warehouse_id
       AND level.sku_id = pair.sku_id
     GROUP BY pair.relationship_id, pair.sku_id
     UNION ALL
    SELECT bundle.relationship_id, bundle.sku_id, sum(bundle.free)::bigint
      FROM (SELECT pair.relationship_id, pair.sku_id,
                   min(CASE WHEN sku.is_active AND product.is_active
                            THEN coalesce(level.on_hand - level.held, 0) / component.quantity
                            ELSE 0 END) AS free
              FROM pair
              JOIN catalog.sku_component AS component
                ON component.network_id = $1 AND component.bundle_sku_id = pair.sku_id
              JOIN catalog.sku AS sku
                ON sku.network_id = $1 AND sku.id = component.component_sku_id
              JOIN catalog.product AS product
                ON product.network_id = $1 AND product.id = sku.product_id
              JOIN inventory.serving_warehouse AS serving
                ON serving.network_id = $1 AND serving.relationship_id = pair.relationship_id
              LEFT JOIN inventory.stock_level AS level
                ON level.network_id = $1
               AND level.warehouse_id = serving.warehouse_id
               AND level.sku_id = component.component_sku_id
             GROUP BY pair.relationship_id, pair.sku_id, serving.warehouse_id) AS bundle
     GROUP BY bundle.relationship_id, bundle.sku_id
"""

FETCH_OWN_EDGES = """
    SELECT id
      FROM organizations.relationship
     WHERE network_id = $1
       AND (seller_org_id = $2 OR buyer_org_id = $2)
       AND id = ANY($3::bigint[])
"""

# The caller has locked the levels. A document that holds more of the same raises its hold.
INSERT_HOLDS = """
    WITH wanted AS (
        SELECT hold.warehouse_id, hold.sku_id, hold.held_for_org_id, hold.reference_type,
               hold.reference_id, sum(hold.quantity)::bigint AS quantity,
               max(hold.quantity_each) AS quantity_each,
               max(hold.expires_at) AS expires_at, min(hold.position) AS position
          FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
                      $7::bigint[], $8::bigint[], $9::timestamptz[])
               WITH ORDINALITY
               AS hold (warehouse_id, sku_id, held_for_org_id, reference_type, reference_id,
                        quantity, quantity_each, expires_at, position)
         GROUP BY hold.warehouse_id, hold.sku_id, hold.held_for_org_id, hold.reference_type,
                  hold.reference_id
    ), counted AS (
        UPDATE inventory.stock_level AS level
           SET held = level.held + more.quantity
          FROM (SELECT warehouse_id, sku_id, sum(quantity)::bigint AS quantity
                  FROM wanted
                 GROUP BY warehouse_id, sku_id) AS more
         WHERE level.network_id = $1
           AND level.warehouse_id = more.warehouse_id
           AND level.sku_id = more.sku_id
    )
    INSERT INTO inventory.stock_hold AS hold
           (network_id, warehouse_id, sku_id, held_for_org_id, reference_type, reference_id,
            quantity, quantity_each, expires_at)
    SELECT $1, warehouse_id, sku_id, held_for_org_id, reference_type, reference_id,
           quantity, quantity_each, expires_at
      FROM wanted
     ORDER BY position
        ON CONFLICT ON CONSTRAINT one_hold_for_each_reference
        DO UPDATE SET quantity = hold.quantity + excluded.quantity
"""

LOCK_HELD_LEVELS = """
    SELECT
      FROM (SELECT DISTINCT wanted.reference_type, wanted.reference_id
              FROM unnest($2::text[], $3::bigint[]) AS wanted (reference_type, reference_id)
           ) AS wanted
      JOIN inventory.stock_hold AS hold
        ON hold.network_id = $1
       AND hold.reference_type = wanted.reference_type
       AND hold.reference_id = wanted.reference_id
      JOIN inventory.stock_level AS level
        ON level.network_id = $1
       AND level.warehouse_id = hold.warehouse_id
       AND level.sku_id = hold.sku_id
     ORDER BY level.warehouse_id, level.sku_id
       FOR NO KEY UPDATE OF level
"""

# Each document's holds are looked up by themselves (OFFSET 0): where nearly all holds are of the
# past, PostgreSQL takes those that stand for few and would go through all of them.
HOLDS_OF_WANTED = """CROSS JOIN LATERAL (
               SELECT *
                 FROM inventory.stock_hold AS hold
                WHERE hold.network_id = $1
                  AND hold.reference_type = wanted.reference_type
                  AND hold.reference_id = wanted.reference_id
               OFFSET 0) AS hold"""

# The levels are locked. `before` is what younger holds of the same document give up first. The
# components of a bundle were held warehouse by warehouse, and are given up in the same steps, each
# as many times as it is in the bundle: what remains in every warehouse is whole bundles.
RELEASE_HOLDS = f"""
    WITH wanted AS (
        SELECT release.reference_type, release.reference_id,
               sum(release.quantity)::bigint AS quantity
          FROM unnest($2::text[], $3::bigint[], $4::bigint[])
               AS release (reference_type, reference_id, quantity)
         GROUP BY release.reference_type, release.reference_id
    ), standing AS (
        SELECT hold.id, hold.warehouse_id, hold.sku_id, hold.reference_type, hold.reference_id,
               hold.quantity, wanted.quantity * hold.quantity_each AS wanted,
               sum(hold.quantity) OVER document - hold.quantity AS before
          FROM wanted
         {HOLDS_OF_WANTED}
         WHERE hold.quantity > 0
        WINDOW document AS (
            PARTITION BY hold.reference_type, hold.reference_id, hold.sku_id
                ORDER BY hold.id DESC)
    ), taken AS (
        SELECT id, warehouse_id, sku_id, reference_type, reference_id,
               least(quantity, wanted - before)::bigint AS quantity
          FROM standing
         WHERE before < wanted
    ), lowered AS (
        UPDATE inventory.stock_hold AS hold
           SET quantity = hold.quantity - taken.quantity
          FROM taken
         WHERE hold.network_id = $1 AND hold.id = taken.id
    ), freed AS (
        UPDATE inventory.stock_level AS level
           SET held = level.held - less.quantity
          FROM (SELECT warehouse_id, sku_id, sum(quantity)::bigint AS quantity
                  FROM taken
                 GROUP BY warehouse_id, sku_id) AS less
         WHERE level.network_id = $1
           AND level.warehouse_id = less.warehouse_id
           AND level.sku_id = less.sku_id
    )
    SELECT reference_type, reference_id, sum(quantity)::bigint AS quantity
      FROM taken
     GROUP BY reference_type, reference_id
"""

# The levels are locked. Both the shipments and the holds of a document are laid end to end, holds
# in the order of their warehouses; where the two overlap, that much leaves that warehouse on that
# paper. Of a bundle each component lies along the shipments by itself, each as many times as it is
# in the bundle.
SHIP_HOLDS = f"""
    WITH shipment AS (
        SELECT line.reference_type, line.reference_id, line.quantity,
               line.movement_type, line.movement_id,
               sum(line.quantity) OVER document - line.quantity AS begins,
               sum(line.quantity) OVER document AS ends
          FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[])
               WITH ORDINALITY
               AS line (reference_type, reference_id, quantity, movement_type, movement_id,
                        position)
        WINDOW document AS (
            PARTITION BY line.reference_type, line.reference_id ORDER BY line.position)
    ), standing AS (
        SELECT hold.id, hold.warehouse_id, hold.sku_id, hold.reference_type, hold.reference_id,
               hold.quantity_each,
               sum(hold.quantity) OVER document - hold.quantity AS begins,
               sum(hold.quantity) OVER document AS ends
          FROM (SELECT DISTINCT reference_type, reference_id FROM shipment) AS wanted
         {HOLDS_OF_WANTED}
         WHERE hold.quantity > 0
        WINDOW document AS (
            PARTITION BY hold.reference_type, hold.reference_id, hold.sku_id ORDER BY hold.id)
    ), taken AS (
        SELECT standing.id, standing.warehouse_id, standing.sku_id,
               shipment.reference_type, shipment.reference_id,
               shipment.movement_type, shipment.movement_id,
               (least(standing.ends, shipment.ends * standing.quantity_each)
                - greatest(standing.begins, shipment.begins * standing.quantity_each)
               )::bigint AS quantity
          FROM shipment
          JOIN standing USING (reference_type, reference_id)
         WHERE standing.begins < shipment.ends * standing.quantity_each
           AND shipment.begins * standing.quantity_each < standing.ends
    ), lowered AS (
        UPDATE inventory.stock_hold AS hold
           SET quantity = hold.quantity - less.quantity
          FROM (SELECT id, sum(quantity)::bigint AS quantity FROM taken GROUP BY id) AS less
         WHERE hold.network_id = $1 AND hold.id = less.id
    ), counted AS (
        UPDATE inventory.stock_level AS level
           SET on_hand = level.on_hand - less.quantity,
               held = level.held - less.quantity
          FROM (SELECT warehouse_id, sku_id, sum(quantity)::bigint AS quantity
                  FROM taken
                 GROUP BY warehouse_id, sku_id) AS less
         WHERE level.network_id = $1
           AND level.warehouse_id = less.warehouse_id
           AND level.sku_id = less.sku_id
    ), moved AS (
        INSERT INTO inventory.stock_movement
               (network_id, warehouse_id, sku_id, quantity, reason, reference_type, reference_id,
                account_id)
        SELECT $1, warehouse_id, sku_id, -sum(quantity)::bigint, 'shipment', movement_type,
               movement_id, $7
          FROM taken
         GROUP BY warehouse_id, sku_id, movement_type, movement_id
         ORDER BY warehouse_id, sku_id, movement_type, movement_id
    )
    SELECT reference_type, reference_id, sum(quantity)::bigint AS quantity
      FROM taken
     GROUP BY reference_type, reference_id
"""


async def load_supply(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]]
) -> list[SupplySource]:
    """As `lock_supply`, without locking."""
    rows = await conn.fetch(LOAD_SUPPLY, network_id, *_columns(pairs))
    return [SupplySource(**row) for row in rows]


async def lock_supply(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]]
) -> list[SupplySource]:
    """Lock every stock level that could serve the pairs (relationship, SKU)."""
    rows = await conn.fetch(LOCK_SUPPLY, network_id, *_columns(pairs))
    return [SupplySource(**row) for row in rows]


async def fetch_stock(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]], *, is_locking: bool
) -> list[StockRow]:
    """The levels of the pairs (organization, SKU), locked where they are to be taken from."""
    statement = LOCK_STOCK if is_locking else LOAD_STOCK
    rows = await conn.fetch(statement, network_id, *_columns(pairs))
    return [StockRow(**row) for row in rows]


async def lock_own_supply(
    conn: Connection, network_id: int, org_id: int, sku_ids: Sequence[int]
) -> list[SupplySource]:
    """Lock the organization's own stock of some SKUs."""
    rows = await conn.fetch(LOCK_OWN_SUPPLY, network_id, org_id, sku_ids)
    return [SupplySource(relationship_id=OWN_USE, **row) for row in rows]


async def fetch_available(
    conn: Connection, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    rows = await conn.fetch(FETCH_AVAILABLE, network_id, *_columns(pairs))
    return {(row["relationship_id"], row["sku_id"]): row["free"] for row in rows}


async def fetch_own_edges(conn: Connection, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Which of the edges the actor's organization is on."""
    rows = await conn.fetch(FETCH_OWN_EDGES, actor.network_id, actor.org_id, ids)
    return {row["id"] for row in rows}


async def insert_holds(conn: Connection, network_id: int, holds: Sequence[NewHold]) -> None:
    """Store holds and count them in the levels, which the caller has locked."""
    await conn.execute(
        INSERT_HOLDS,
        network_id,
        [hold.warehouse_id for hold in holds],
        [hold.sku_id for hold in holds],
        [hold.held_for_org_id for hold in holds],
        [hold.reference_type for hold in holds],
        [hold.reference_id for hold in holds],
        [hold.quantity for hold in holds],
        [hold.quantity_each for hold in holds],
        [hold.expires_at for hold in holds],
    )


async def lock_held_levels(
    conn: Connection, network_id: int, references: Sequence[tuple[str, int]]
) -> None:
    """Lock the levels in which some documents hold stock."""
    types = [reference_type for reference_type, _ in references]
    ids = [reference_id for _, reference_id in references]
    await conn.execute(LOCK_HELD_LEVELS, network_id, types, ids)


async def release_holds(
    conn: Connection, network_id: int, releases: Sequence[Release]
) -> dict[tuple[str, int], int]:
    """Lower holds, the youngest first; returns how much stock became free, by document."""
    rows = await conn.fetch(
        RELEASE_HOLDS,
        network_id,
        [release.reference_type for release in releases],
        [release.reference_id for release in releases],
        [release.quantity for release in releases],
    )
    return {(row["reference_type"], row["reference_id"]): row["quantity"] for row in rows}


async def ship_holds(
    conn: Connection, network_id: int, shipments: Sequence[HoldShipment], account_id: int | None
) -> dict[tuple[str, int], int]:
    """Consume holds, the oldest first; returns how much stock left, by document."""
    rows = await conn.fetch(
        SHIP_HOLDS,
        network_id,
        [shipment.reference_type for shipment in shipments],
        [shipment.reference_id for shipment in shipments],
        [shipment.quantity for shipment in shipments],
        [shipment.movement_type for shipment in shipments],
        [shipment.movement_id for shipment in shipments],
        account_id,
    )
    return {(row["reference_type"], row["reference_id"]): row["quantity"] for row in rows}


async def fetch_now(conn: Connection) -> datetime:
    """The database's clock, which decides."""
    now: datetime = await conn.fetchval("SELECT now()")
    return now


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [first for first, _ in pairs], [second for _, second in pairs]
