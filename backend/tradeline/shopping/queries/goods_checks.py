"""What becomes of the goods of sales, checked over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# A line of a bundle stands in stock as its components.
STOCK_HELD = comparison(
    code="shopping.unshipped_units_are_held",
    title_en="Unshipped units of an open consumer order, and only they, are held",
    title_zh="未完成的消费者订单，未发数量即占用数量",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT coalesce(line.network_id, hold.network_id) AS network_id,
           coalesce(line.id, hold.reference_id) AS subject_id,
           coalesce(line.quantity, 0) AS expected, coalesce(hold.quantity, 0) AS found
      FROM (SELECT line.network_id, line.id,
                   coalesce(component.component_sku_id, line.sku_id) AS sku_id,
                   CASE WHEN consumer_order.state IN ('to_pay', 'to_ship', 'to_pick_up')
                        THEN line.quantity - line.cancelled_quantity - line.shipped_quantity
                        ELSE 0 END * coalesce(component.quantity, 1) AS quantity
              FROM shopping.order_line AS line
              JOIN shopping.consumer_order AS consumer_order
                ON consumer_order.network_id = line.network_id
               AND consumer_order.id = line.order_id
              LEFT JOIN catalog.sku_component AS component
                ON component.network_id = line.network_id
               AND component.bundle_sku_id = line.sku_id
           ) AS line
      FULL JOIN (
           SELECT network_id, reference_id, sku_id, sum(quantity) AS quantity
             FROM inventory.stock_hold
            WHERE reference_type = 'consumer_order_line'
            GROUP BY network_id, reference_id, sku_id) AS hold
        ON hold.network_id = line.network_id
       AND hold.reference_id = line.id
       AND hold.sku_id = line.sku_id
     WHERE coalesce(line.quantity, 0) <> coalesce(hold.quantity, 0)
    """,
)

HELD_BY_THE_SOURCE = comparison(
    code="shopping.goods_are_held_where_they_come_from",
    title_en="What a consumer order holds stands with the organization that serves the line",
    title_zh="订单行占用的库存属于其供货方",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, line.source_org_id AS expected,
           warehouse.org_id AS found
      FROM inventory.stock_hold AS hold
      JOIN shopping.order_line AS line
        ON line.network_id = hold.network_id AND line.id = hold.reference_id
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = hold.network_id AND warehouse.id = hold.warehouse_id
     WHERE hold.reference_type = 'consumer_order_line'
       AND warehouse.org_id <> line.source_org_id
    """,
)

NOTHING_LEFT = comparison(
    code="shopping.orders_that_are_through_wait_for_nothing",
    title_en="An order that is shipped or over has no unit left to ship, an open one has",
    title_zh="已发货或已结束的订单没有待发数量，未完成的订单有",
    subject_en="Consumer order",
    subject_zh="消费者订单",
    sql="""
    SELECT consumer_order.network_id, consumer_order.id AS subject_id,
           consumer_order.state AS expected, line.unshipped AS found
      FROM shopping.consumer_order AS consumer_order
      JOIN (SELECT network_id, order_id,
                   sum(quantity - cancelled_quantity - shipped_quantity) AS unshipped
              FROM shopping.order_line
             GROUP BY network_id, order_id) AS line
        ON line.network_id = consumer_order.network_id AND line.order_id = consumer_order.id
     WHERE (line.unshipped > 0) <> (consumer_order.state IN ('to_pay', 'to_ship', 'to_pick_up'))
    """,
)

SHIPPED = comparison(
    code="shopping.lines_ship_what_shipments_carry",
    title_en="What is shipped of a line is the sum of its shipments",
    title_zh="订单行已发数量等于各发货单之和",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, coalesce(sum(packed.quantity), 0) AS expected,
           line.shipped_quantity AS found
      FROM shopping.order_line AS line
      LEFT JOIN shopping.shipment_line AS packed
        ON packed.network_id = line.network_id AND packed.order_line_id = line.id
     GROUP BY line.network_id, line.id, line.shipped_quantity
    HAVING line.shipped_quantity <> coalesce(sum(packed.quantity), 0)
    """,
)

RETURNED = comparison(
    code="shopping.lines_return_what_after_sales_took",
    title_en="What is returned of a line is what its accepted after-sales say",
    title_zh="订单行已退数量等于已接受的售后数量",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, coalesce(taken.quantity, 0) AS expected,
           line.returned_quantity AS found
      FROM shopping.order_line AS line
      LEFT JOIN (SELECT back.network_id, back.order_line_id, sum(back.quantity) AS quantity
                   FROM shopping.after_sale_line AS back
                   JOIN shopping.after_sale AS after_sale
                     ON after_sale.network_id = back.network_id
                    AND after_sale.id = back.after_sale_id
                  WHERE after_sale.state IN ('accepted', 'refunded')
                  GROUP BY back.network_id, back.order_line_id) AS taken
        ON taken.network_id = line.network_id AND taken.order_line_id = line.id
     WHERE line.returned_quantity <> coalesce(taken.quantity, 0)
    """,
)

KEPT = comparison(
    code="shopping.lines_keep_what_after_sales_kept",
    title_en="What a store keeps of a line at its own cost is what its after-sales say",
    title_zh="门店自担收回的数量等于售后单所记数量",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, coalesce(taken.quantity, 0) AS expected,
           line.kept_quantity AS found
      FROM shopping.order_line AS line
      LEFT JOIN (SELECT network_id, order_line_id, sum(quantity) AS quantity
                   FROM shopping.after_sale_line
                  WHERE is_kept
                  GROUP BY network_id, order_line_id) AS taken
        ON taken.network_id = line.network_id AND taken.order_line_id = line.id
     WHERE line.kept_quantity <> coalesce(taken.quantity, 0)
    """,
)

EXPIRED_IN_TIME = comparison(
    code="shopping.unpaid_orders_end_in_time",
    title_en="Orders that nobody has paid end within ten minutes after their time",
    title_zh="未付款订单在到期后十分钟内关闭",
    subject_en="Consumer order",
    subject_zh="消费者订单",
    sql="""
    SELECT network_id, id AS subject_id, 'expired' AS expected,
           format('to_pay since %s', expires_at) AS found
      FROM shopping.consumer_order
     WHERE state = 'to_pay' AND expires_at < now() - interval '10 minutes'
    """,
)
