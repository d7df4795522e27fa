"""What suppliers say of lines, checked over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

SUBSTITUTED = comparison(
    code="ordering.substitutes_are_the_lines_they_became",
    title_en="An accepted substitute is a line of its order, as offered, for another line of it",
    title_zh="已接受的替代品即订单中的一行，与报价一致，并替代该订单的另一行",
    subject_en="Order line (order / replaces / SKU / units / sum)",
    subject_zh="订单行（订单/替代行/规格/数量/金额）",
    sql="""
    SELECT coalesce(offer.network_id, line.network_id) AS network_id,
           coalesce(offer.new_line_id, line.id) AS subject_id,
           coalesce(offer.told, 'no offer') AS expected, coalesce(line.told, 'no line') AS found
      FROM (SELECT network_id, new_line_id,
                   format('%s / %s / %s / %s / %s', order_id, order_line_id, sku_id, quantity,
                          amount_minor) AS told
              FROM ordering.substitute
             WHERE state = 'accepted') AS offer
      FULL JOIN (
           SELECT network_id, id,
                  format('%s / %s / %s / %s / %s', order_id, replaces_line_id, sku_id, quantity,
                         amount_minor) AS told
             FROM ordering.order_line
            WHERE replaces_line_id IS NOT NULL) AS line
        ON line.network_id = offer.network_id AND line.id = offer.new_line_id
     WHERE offer.told IS DISTINCT FROM line.told
    """,
)

REPLACED = comparison(
    code="ordering.replaced_units_are_refused",
    title_en="Units that a substitute replaces are refused on their line of the same order",
    title_zh="被替代的数量已在同一订单的原行中拒绝",
    subject_en="Order line",
    subject_zh="订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, offer.replaced_quantity AS expected,
           CASE WHEN offer.is_of_order THEN line.refused_quantity ELSE 0 END AS found
      FROM (SELECT substitute.network_id, substitute.order_line_id,
                   sum(substitute.replaced_quantity) AS replaced_quantity,
                   bool_and(substitute.order_id = line.order_id) AS is_of_order
              FROM ordering.substitute AS substitute
              JOIN ordering.order_line AS line
                ON line.network_id = substitute.network_id
               AND line.id = substitute.order_line_id
             WHERE substitute.state = 'accepted'
             GROUP BY substitute.network_id, substitute.order_line_id) AS offer
      JOIN ordering.order_line AS line
        ON line.network_id = offer.network_id AND line.id = offer.order_line_id
     WHERE line.refused_quantity < offer.replaced_quantity OR NOT offer.is_of_order
    """,
)

DAMAGED = comparison(
    code="ordering.damage_is_counted_on_both_papers",
    title_en="A shipment and its receipt say the same of damage, and never more than was shipped",
    title_zh="发货单与收货单的损坏数量一致，且不超过发货数量",
    subject_en="Shipment line",
    subject_zh="发货行",
    sql="""
    SELECT line.network_id, line.id AS subject_id,
           least(coalesce(counted.damaged_quantity, 0), line.quantity) AS expected,
           line.damaged_quantity AS found
      FROM ordering.shipment_line AS line
      LEFT JOIN ordering.receipt AS receipt
        ON receipt.network_id = line.network_id AND receipt.shipment_id = line.shipment_id
      LEFT JOIN ordering.receipt_line AS counted
        ON counted.network_id = receipt.network_id
       AND counted.receipt_id = receipt.id
       AND counted.order_line_id = line.order_line_id
     WHERE line.damaged_quantity <> least(coalesce(counted.damaged_quantity, 0), line.quantity)
        OR counted.damaged_quantity > line.quantity
    """,
)
