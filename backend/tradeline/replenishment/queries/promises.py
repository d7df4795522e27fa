"""What stands free, what is confirmed to come, and which orders wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from tradeline.kernel import Connection
from tradeline.replenishment.promises import Awaited, Goods, Supplied

# Of goods on their way the shipment may tell another day than the line did. Of what should have
# come by now nobody knows when it will. A line of a bundle is one of each of its components. An
# organization has many lines that come or wait: those of other goods are left out at once.
FETCH_GOODS = """
    WITH wanted AS (
        SELECT DISTINCT pair.org_id, pair.sku_id
          FROM unnest($2::bigint[], $3::bigint[]) AS pair (org_id, sku_id)
    ), org AS (
        SELECT DISTINCT org_id FROM wanted
    ), brought AS MATERIALIZED (
        SELECT org_id, sku_id, sku_id AS line_sku_id, 1::bigint AS each FROM wanted
         UNION ALL
        SELECT wanted.org_id, wanted.sku_id, component.bundle_sku_id, component.quantity
          FROM wanted
          JOIN catalog.sku_component AS component
            ON component.network_id = $1 AND component.component_sku_id = wanted.sku_id
    ), incoming AS (
        SELECT org.org_id, line.sku_id, line.promised_on AS day,
               line.quantity - line.refused_quantity - line.cancelled_quantity
               - line.shipped_quantity AS quantity
          FROM org
          JOIN ordering.trade_order AS trade_order
            ON trade_order.network_id = $1
           AND trade_order.buyer_org_id = org.org_id
           AND trade_order.state = 'to_ship'
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = trade_order.id
         WHERE line.sku_id IN (SELECT line_sku_id FROM brought)
         UNION ALL
        SELECT org.org_id, line.sku_id, coalesce(shipment.expected_on, line.promised_on),
               packed.quantity
          FROM org
          JOIN ordering.trade_order AS trade_order
            ON trade_order.network_id = $1
           AND trade_order.buyer_org_id = org.org_id
           AND trade_order.state IN ('to_ship', 'to_receive')
          JOIN ordering.shipment AS shipment
            ON shipment.network_id = $1
           AND shipment.order_id = trade_order.id
           AND shipment.received_at IS NULL
          JOIN ordering.shipment_line AS packed
            ON packed.network_id = $1 AND packed.shipment_id = shipment.id
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.id = packed.order_line_id
         WHERE line.sku_id IN (SELECT line_sku_id FROM brought)
    ), waiting AS (
        SELECT org.org_id, line.sku_id, line.id AS line_id,
               line.quantity - line.refused_quantity - line.cancelled_quantity
               - line.shipped_quantity AS quantity
          FROM org
          JOIN ordering.trade_order AS trade_order
            ON trade_order.network_id = $1
           AND trade_order.seller_org_id = org.org_id
           AND trade_order.held_by_org_id IS NOT NULL
           AND NOT trade_order.holds_stock
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = trade_order.id
         WHERE line.sku_id IN (SELECT line_sku_id FROM brought)
    )
    SELECT wanted.org_id, wanted.sku_id, NULL::bigint AS line_id, NULL::date AS day,
           sum(level.on_hand - level.held)::bigint AS quantity
      FROM wanted
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = $1
       AND warehouse.org_id = wanted.org_id
       AND warehouse.is_active
      JOIN inventory.stock_level AS level
        ON level.network_id = $1
       AND level.warehouse_id = warehouse.id
       AND level.sku_id = wanted.sku_id
     GROUP BY wanted.org_id, wanted.sku_id
     UNION ALL
    SELECT brought.org_id, brought.sku_id, source.line_id, source.day,
           sum(source.quantity * brought.each)::bigint
      FROM (SELECT org_id, sku_id, NULL::bigint AS line_id, day, quantity
              FROM incoming
             WHERE day >= $4
             UNION ALL
            SELECT org_id, sku_id, line_id, NULL, quantity FROM waiting) AS source
      JOIN brought ON brought.org_id = source.org_id AND brought.line_sku_id = source.sku_id
     WHERE source.quantity > 0
     GROUP BY brought.org_id, brought.sku_id, source.line_id, source.day
     ORDER BY line_id
"""


async def fetch_goods(
    conn: Connection, network_id: int, goods: Sequence[Goods], today: date
) -> tuple[dict[Goods, list[Supplied]], dict[Goods, list[Awaited]]]:
    """What there is and will be of goods that are no bundles; and the lines that wait for them,
    oldest first."""
    rows = await conn.fetch(
        FETCH_GOODS,
        network_id,
        [org_id for org_id, _ in goods],
        [sku_id for _, sku_id in goods],
        today,
    )
    supplies: dict[Goods, list[Supplied]] = defaultdict(list)
    demands: dict[Goods, list[Awaited]] = defaultdict(list)
    for row in rows:
        key = (row["org_id"], row["sku_id"])
        if row["line_id"] is None:
            supplies[key].append(Supplied(row["day"], row["quantity"]))
        else:
            demands[key].append(Awaited(row["line_id"], row["quantity"]))
    return supplies, demands
