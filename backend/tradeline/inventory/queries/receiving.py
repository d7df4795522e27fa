"""Where goods come in, and where what came in still stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tradeline.inventory.model import Paper, StockReceipt, Warehouse
from tradeline.kernel import Connection

LOAD_PLACES = """
    SELECT id, org_id, code, name, name_en, region, priority, is_active
      FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = ANY($2::bigint[])
"""

# Where goods may come in stays open until the unit of work ends: asked before the levels are
# locked, as by whoever counts. What was closed meanwhile is read as closed.
KEEP_PLACES = LOAD_PLACES + " ORDER BY id FOR KEY SHARE"

# Missing levels are made and standing ones locked in one pass, in the lock order. A paper that was
# booked before (it has its movement) is left alone; papers of one batch differ. Of a bundle its
# components come in.
RECEIVE_STOCK = """
    WITH line AS (
        SELECT paper.org_id, paper.warehouse_id,
               coalesce(component.component_sku_id, paper.sku_id) AS sku_id,
               paper.quantity * coalesce(component.quantity, 1) AS quantity,
               paper.reason, paper.reference_type, paper.reference_id
          FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                      $7::bigint[], $9::bigint[])
               AS paper (org_id, sku_id, quantity, reason, reference_type, reference_id,
                         warehouse_id)
          LEFT JOIN catalog.sku_component AS component
            ON component.network_id = $1 AND component.bundle_sku_id = paper.sku_id
    ), receipt AS (
        SELECT target.id AS warehouse_id, line.sku_id, line.reason, line.reference_type,
               line.reference_id, sum(line.quantity)::bigint AS quantity
          FROM line
         CROSS JOIN LATERAL (
               SELECT warehouse.id
                 FROM inventory.warehouse AS warehouse
                WHERE warehouse.network_id = $1
                  AND warehouse.org_id = line.org_id
                  AND warehouse.is_active
                  AND warehouse.id = coalesce(line.warehouse_id, warehouse.id)
                ORDER BY warehouse.priority, warehouse.id
                LIMIT 1) AS target
         WHERE NOT EXISTS (
               SELECT
                 FROM inventory.stock_movement AS movement
                WHERE movement.network_id = $1
                  AND movement.reason = line.reason
                  AND movement.reference_type = line.reference_type
                  AND movement.reference_id = line.reference_id
                  AND movement.warehouse_id = target.id
                  AND movement.sku_id = line.sku_id)
         GROUP BY target.id, line.sku_id, line.reason, line.reference_type, line.reference_id
    ), counted AS (
        INSERT INTO inventory.stock_level AS level (network_id, warehouse_id, sku_id, on_hand)
        SELECT $1, warehouse_id, sku_id, sum(quantity)::bigint
          FROM receipt
         GROUP BY warehouse_id, sku_id
         ORDER BY warehouse_id, sku_id
            ON CONFLICT ON CONSTRAINT one_level_for_each_sku
            DO UPDATE SET on_hand = level.on_hand + excluded.on_hand
    )
    INSERT INTO inventory.stock_movement
           (network_id, warehouse_id, sku_id, quantity, reason, reference_type, reference_id,
            account_id)
    SELECT $1, warehouse_id, sku_id, quantity, reason, reference_type, reference_id, $8
      FROM receipt
     ORDER BY warehouse_id, sku_id, reference_id
"""

# What came on some papers of a line, less what left on others of it. The other party's movements
# name the same papers, and lie in its own warehouses.
FETCH_LEFT_OF_PAPERS = """
    SELECT paper.line_id, movement.warehouse_id, movement.sku_id,
           sum(movement.quantity)::bigint AS quantity
      FROM unnest($2::bigint[], $3::text[], $4::bigint[])
           AS paper (line_id, reference_type, reference_id)
      JOIN inventory.stock_movement AS movement
        ON movement.network_id = $1
       AND movement.reason IN ('receipt', 'shipment')
       AND movement.reference_type = paper.reference_type
       AND movement.reference_id = paper.reference_id
     GROUP BY paper.line_id, movement.warehouse_id, movement.sku_id
"""


async def fetch_places(
    conn: Connection, network_id: int, org_ids: Sequence[int], *, is_keeping: bool
) -> dict[int, dict[int, Warehouse]]:
    """The warehouses of each organization by id, the first that takes goods in first; as they are
    until the unit of work ends, if they are kept."""
    rows = await conn.fetch(KEEP_PLACES if is_keeping else LOAD_PLACES, network_id, list(org_ids))
    places: dict[int, dict[int, Warehouse]] = {org_id: {} for org_id in org_ids}
    for row in sorted(rows, key=lambda row: (row["priority"], row["id"])):
        places[row["org_id"]][row["id"]] = Warehouse(**row)
    return places


async def receive_stock(
    conn: Connection, network_id: int, receipts: Sequence[StockReceipt], account_id: int | None
) -> None:
    org_ids = sorted({receipt.org_id for receipt in receipts})
    await conn.execute(KEEP_PLACES, network_id, org_ids)
    await conn.execute(
        RECEIVE_STOCK,
        network_id,
        [receipt.org_id for receipt in receipts],
        [receipt.sku_id for receipt in receipts],
        [receipt.quantity for receipt in receipts],
        [receipt.reason for receipt in receipts],
        [receipt.reference_type for receipt in receipts],
        [receipt.reference_id for receipt in receipts],
        account_id,
        [receipt.warehouse_id for receipt in receipts],
    )


async def fetch_left_of_papers(
    conn: Connection, network_id: int, papers: Mapping[int, Sequence[Paper]]
) -> dict[tuple[int, int], dict[int, int]]:
    """What came on the papers of each line and has not left on them, by (line, SKU) and warehouse;
    less than nothing where only the other party sent them. Papers are (type, id)."""
    named = [(line_id, *paper) for line_id, found in papers.items() for paper in found]
    rows = await conn.fetch(
        FETCH_LEFT_OF_PAPERS,
        network_id,
        [line_id for line_id, _, _ in named],
        [reference_type for _, reference_type, _ in named],
        [reference_id for _, _, reference_id in named],
    )
    left: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for row in rows:
        left[row["line_id"], row["sku_id"]][row["warehouse_id"]] = row["quantity"]
    return left
