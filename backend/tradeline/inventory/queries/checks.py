"""The invariants of inventory, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# The job that lets holds lapse runs every few seconds.
LATE_AFTER = "60 seconds"

ON_HAND = comparison(
    code="inventory.on_hand_is_the_sum_of_movements",
    title_en="On-hand stock is the sum of its movements",
    title_zh="在库数量等于流水之和",
    subject_en="Stock level (warehouse/SKU)",
    subject_zh="库存（仓库/规格）",
    sql="""
    SELECT level.network_id, format('%s/%s', level.warehouse_id, level.sku_id) AS subject_id,
           coalesce(movement.quantity, 0) AS expected, level.on_hand AS found
      FROM inventory.stock_level AS level
      LEFT JOIN (SELECT network_id, warehouse_id, sku_id, sum(quantity) AS quantity
                   FROM inventory.stock_movement
                  GROUP BY network_id, warehouse_id, sku_id) AS movement
        USING (network_id, warehouse_id, sku_id)
     WHERE level.on_hand <> coalesce(movement.quantity, 0)
    """,
)

HELD = comparison(
    code="inventory.held_is_the_sum_of_holds",
    title_en="Held stock is the sum of its holds",
    title_zh="占用数量等于各占用之和",
    subject_en="Stock level (warehouse/SKU)",
    subject_zh="库存（仓库/规格）",
    sql="""
    SELECT level.network_id, format('%s/%s', level.warehouse_id, level.sku_id) AS subject_id,
           coalesce(hold.quantity, 0) AS expected, level.held AS found
      FROM inventory.stock_level AS level
      LEFT JOIN (SELECT network_id, warehouse_id, sku_id, sum(quantity) AS quantity
                   FROM inventory.stock_hold
                  WHERE quantity > 0
                  GROUP BY network_id, warehouse_id, sku_id) AS hold
        USING (network_id, warehouse_id, sku_id)
     WHERE level.held <> coalesce(hold.quantity, 0)
    """,
)

HOLD_EXPIRED = comparison(
    code="inventory.lapsed_holds_are_free",
    title_en="A hold that has lapsed is free within a minute",
    title_zh="到期占用在一分钟内释放",
    subject_en="Stock hold",
    subject_zh="库存占用",
    sql=f"""
    SELECT network_id, id AS subject_id, 0 AS expected, quantity AS found
      FROM inventory.stock_hold
     WHERE quantity > 0 AND expires_at < now() - interval '{LATE_AFTER}'
    """,
)

BUNDLE_STOCK = comparison(
    code="inventory.bundles_have_no_stock",
    title_en="A bundle has no stock of its own",
    title_zh="套装没有自己的库存",
    subject_en="Stock level (warehouse/SKU)",
    subject_zh="库存（仓库/规格）",
    sql="""
    SELECT level.network_id, format('%s/%s', level.warehouse_id, level.sku_id) AS subject_id,
           0 AS expected, level.on_hand AS found
      FROM catalog.sku AS sku
      JOIN inventory.stock_level AS level
        ON level.network_id = sku.network_id AND level.sku_id = sku.id
     WHERE sku.is_bundle
    """,
)

INVARIANTS = (ON_HAND, HELD, HOLD_EXPIRED, BUNDLE_STOCK)
