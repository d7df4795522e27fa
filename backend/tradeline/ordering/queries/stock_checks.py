"""What orders do to stock, checked over all networks, for the owner's connection.

A line of a bundle stands in stock as its components: what it is made of is looked up, for it never
changes.
"""

from __future__ import annotations

from tradeline.kernel import comparison

STOCK_HELD = comparison(
    code="ordering.unshipped_units_are_held",
    title_en="Unshipped units of an order that holds stock, and only they, are held",
    title_zh="占库存的订单，未发数量即占用数量",
    subject_en="Order line",
    subject_zh="订单行",
    sql="""
    SELECT coalesce(line.network_id, hold.network_id) AS network_id,
           coalesce(line.id, hold.reference_id) AS subject_id,
           coalesce(line.quantity, 0) AS expected, coalesce(hold.quantity, 0) AS found
      FROM (SELECT line.network_id, line.id,
                   coalesce(component.component_sku_id, line.sku_id) AS sku_id,
                   CASE WHEN trade_order.holds_stock AND trade_order.held_by_org_id IS NOT NULL
                        THEN line.quantity - line.refused_quantity - line.cancelled_quantity
                             - line.shipped_quantity
                        ELSE 0 END * coalesce(component.quantity, 1) AS quantity
              FROM ordering.order_line AS line
              JOIN ordering.trade_order AS trade_order
                ON trade_order.network_id = line.network_id AND trade_order.id = line.order_id
              LEFT JOIN catalog.sku_component AS component
                ON component.network_id = line.network_id
               AND component.bundle_sku_id = line.sku_id
           ) AS line
      FULL JOIN (
           SELECT network_id, reference_id, sku_id, sum(quantity) AS quantity
             FROM inventory.stock_hold
            WHERE reference_type = 'order_line'
            GROUP BY network_id, reference_id, sku_id) AS hold
        ON hold.network_id = line.network_id
       AND hold.reference_id = line.id
       AND hold.sku_id = line.sku_id
     WHERE coalesce(line.quantity, 0) <> coalesce(hold.quantity, 0)
    """,
)

BUNDLES_HELD = comparison(
    code="ordering.bundles_are_held_whole",
    title_en="What a line holds of a bundle is whole in every warehouse",
    title_zh="订单行占用的套装在每个仓库都成套",
    subject_en="Order line/warehouse",
    subject_zh="订单行/仓库",
    sql="""
    SELECT held.network_id, format('%s/%s', held.line_id, held.warehouse_id) AS subject_id,
           min(held.quantity / held.each) AS expected,
           trim_scale(round(max(held.quantity::numeric / held.each), 6)) AS found
      FROM (SELECT line.network_id, line.id AS line_id, place.warehouse_id,
                   component.quantity AS each, coalesce(hold.quantity, 0) AS quantity,
                   coalesce(hold.quantity_each, component.quantity) AS quantity_each
              FROM catalog.sku_component AS component
              JOIN ordering.order_line AS line
                ON line.network_id = component.network_id
               AND line.sku_id = component.bundle_sku_id
             CROSS JOIN LATERAL (
                   SELECT DISTINCT hold.warehouse_id
                     FROM inventory.stock_hold AS hold
                    WHERE hold.network_id = line.network_id
                      AND hold.reference_type = 'order_line'
                      AND hold.reference_id = line.id) AS place
              LEFT JOIN inventory.stock_hold AS hold
                ON hold.network_id = line.network_id
               AND hold.reference_type = 'order_line'
               AND hold.reference_id = line.id
               AND hold.warehouse_id = place.warehouse_id
               AND hold.sku_id = component.component_sku_id) AS held
     GROUP BY held.network_id, held.line_id, held.warehouse_id
    HAVING min(held.quantity / held.each) <> max(held.quantity::numeric / held.each)
        OR bool_or(held.quantity_each <> held.each)
    """,
)

# What stock moved on a paper of ordering. Who keeps no stock here has no movement for it.
MOVED = """
    SELECT network_id, reason, reference_type, reference_id, sku_id, sum(quantity) AS quantity
      FROM inventory.stock_movement
     WHERE reference_type IN ('shipment_line', 'return_line')
     GROUP BY network_id, reason, reference_type, reference_id, sku_id
"""

# How much of the moved SKU one unit of the line is: itself once, or as a component of it.
OF_LINE = """
              LEFT JOIN ordering.order_line
                ON order_line.network_id = line.network_id
               AND order_line.id = line.order_line_id
              LEFT JOIN catalog.sku_component AS component
                ON component.network_id = order_line.network_id
               AND component.bundle_sku_id = order_line.sku_id
               AND component.component_sku_id = moved.sku_id
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN component.quantity IS NOT NULL THEN component.quantity
                               WHEN moved.sku_id = order_line.sku_id THEN 1
                               ELSE 0 END AS each) AS part
"""

STOCK_MOVED = comparison(
    code="ordering.stock_moves_as_the_papers_say",
    title_en="Stock moves by what shipments, receipts and returns say",
    title_zh="库存变动与发货、收货、退货单据一致",
    subject_en="Paper",
    subject_zh="单据",
    sql=f"""
    SELECT network_id, subject_id, expected, found
      FROM (SELECT line.network_id, format('shipment line %s', line.id) AS subject_id,
                   line.quantity * coalesce(component.quantity, 1) AS expected,
                   coalesce(-moved.quantity, 0) AS found
              FROM ordering.shipment_line AS line
              JOIN ordering.shipment AS shipment
                ON shipment.network_id = line.network_id AND shipment.id = line.shipment_id
              JOIN ordering.trade_order AS trade_order
                ON trade_order.network_id = line.network_id AND trade_order.id = shipment.order_id
              JOIN ordering.order_line
                ON order_line.network_id = line.network_id AND order_line.id = line.order_line_id
              LEFT JOIN catalog.sku_component AS component
                ON component.network_id = line.network_id
               AND component.bundle_sku_id = order_line.sku_id
              LEFT JOIN ({MOVED}) AS moved
                ON moved.network_id = line.network_id AND moved.reference_id = line.id
               AND moved.reference_type = 'shipment_line' AND moved.reason = 'shipment'
               AND moved.sku_id = coalesce(component.component_sku_id, order_line.sku_id)
             WHERE trade_order.holds_stock
            UNION ALL
            SELECT moved.network_id, format('receipt of shipment line %s', moved.reference_id),
                   coalesce(line.received_quantity, 0) * part.each, moved.quantity
              FROM ({MOVED}) AS moved
              LEFT JOIN ordering.shipment_line AS line
                ON line.network_id = moved.network_id AND line.id = moved.reference_id
              {OF_LINE}
             WHERE moved.reference_type = 'shipment_line' AND moved.reason = 'receipt'
            UNION ALL
            SELECT moved.network_id, format('return line %s', moved.reference_id),
                   coalesce(line.quantity, 0) * part.each, moved.quantity
              FROM ({MOVED}) AS moved
              LEFT JOIN ordering.return_line AS line
                ON line.network_id = moved.network_id AND line.id = moved.reference_id
              {OF_LINE}
             WHERE moved.reference_type = 'return_line' AND moved.reason = 'return') AS paper
     WHERE expected <> found
    """,
)

# Goods come to the buyer of an edge, wherever lines and receipts say.
RECEIVING = comparison(
    code="ordering.goods_are_received_in_own_warehouses",
    title_en="Goods are meant for, and received in, warehouses of the order's buyer",
    title_zh="收货仓库属于订单的采购方",
    subject_en="Order line/warehouse",
    subject_zh="订单行/仓库",
    sql="""
    SELECT named.network_id, format('%s/%s', named.line_id, named.warehouse_id) AS subject_id,
           trade_order.buyer_org_id AS expected, warehouse.org_id AS found
      FROM (SELECT network_id, id AS line_id, order_id, receiving_warehouse_id AS warehouse_id
              FROM ordering.order_line
             WHERE receiving_warehouse_id IS NOT NULL
             UNION
            SELECT line.network_id, line.id, line.order_id, counted.warehouse_id
              FROM ordering.receipt_line AS counted
              JOIN ordering.order_line AS line
                ON line.network_id = counted.network_id AND line.id = counted.order_line_id
             WHERE counted.warehouse_id IS NOT NULL) AS named
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = named.network_id AND trade_order.id = named.order_id
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = named.network_id AND warehouse.id = named.warehouse_id
     WHERE warehouse.org_id <> trade_order.buyer_org_id
    """,
)

# Receipts from before warehouses were written on them say none.
RECEIVED_THERE = comparison(
    code="ordering.stock_came_where_receipts_say",
    title_en="What was received came to stand in the warehouse that its receipt names",
    title_zh="收货入库的仓库与收货单一致",
    subject_en="Shipment line",
    subject_zh="发货行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, counted.warehouse_id AS expected,
           movement.warehouse_id AS found
      FROM inventory.stock_movement AS movement
      JOIN ordering.shipment_line AS line
        ON line.network_id = movement.network_id AND line.id = movement.reference_id
      JOIN ordering.receipt AS receipt
        ON receipt.network_id = line.network_id AND receipt.shipment_id = line.shipment_id
      JOIN ordering.receipt_line AS counted
        ON counted.network_id = receipt.network_id
       AND counted.receipt_id = receipt.id
       AND counted.order_line_id = line.order_line_id
     WHERE movement.reason = 'receipt'
       AND movement.reference_type = 'shipment_line'
       AND movement.warehouse_id <> counted.warehouse_id
    """,
)
