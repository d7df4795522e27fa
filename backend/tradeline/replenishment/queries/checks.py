"""What is always true of demand, forecasts and proposals; over all networks."""

from __future__ import annotations

from tradeline.kernel import comparison

# Of the last days that were counted whole: of places and days nothing of which is still to be read.
STORE_DAYS_COUNTED = comparison(
    code="replenishment.demand_at_stores_is_what_was_sold",
    title_en="Demand of the last days at a store is what its orders come to",
    title_zh="近日门店需求等于其订单合计",
    subject_en="Store",
    subject_zh="门店",
    sql="""
    WITH pending AS (
        SELECT consumer_order.network_id, consumer_order.store_id,
               (consumer_order.paid_at AT TIME ZONE interval '8 hours')::date AS day
          FROM replenishment.demand_mark AS mark
          JOIN shopping.order_event AS event
            ON event.network_id = mark.network_id AND event.id > mark.read_to
          JOIN shopping.consumer_order AS consumer_order
            ON consumer_order.network_id = event.network_id
           AND consumer_order.id = event.order_id
         WHERE mark.source = 'consumer_order'
    ), looked_at AS (
        SELECT span.network_id, span.day, span.first_order_id, span.last_order_id
          FROM replenishment.demand_span AS span
          JOIN replenishment.demand_mark AS mark
            ON mark.network_id = span.network_id AND mark.source = span.source
         WHERE span.source = 'consumer_order' AND span.day > current_date - 8
    ), sold AS (
        SELECT looked_at.network_id, consumer_order.store_id, looked_at.day,
               sum((line.quantity - line.cancelled_quantity)
                   * coalesce(component.quantity, 1)) AS quantity
          FROM looked_at
          JOIN shopping.consumer_order AS consumer_order
            ON consumer_order.network_id = looked_at.network_id
           AND consumer_order.id BETWEEN looked_at.first_order_id AND looked_at.last_order_id
           AND (consumer_order.paid_at AT TIME ZONE interval '8 hours')::date = looked_at.day
          JOIN shopping.order_line AS line
            ON line.network_id = looked_at.network_id AND line.order_id = consumer_order.id
          LEFT JOIN catalog.sku_component AS component
            ON component.network_id = line.network_id
           AND component.bundle_sku_id = line.sku_id
         GROUP BY looked_at.network_id, consumer_order.store_id, looked_at.day
    ), told AS (
        SELECT fact.network_id, fact.place_id AS store_id, fact.day,
               sum(fact.quantity) AS quantity
          FROM looked_at
          JOIN replenishment.demand_day AS fact
            ON fact.network_id = looked_at.network_id
           AND fact.place_type = 'store'
           AND fact.day = looked_at.day
         GROUP BY fact.network_id, fact.place_id, fact.day
    )
    SELECT network_id, store_id AS subject_id, coalesce(sold.quantity, 0) AS expected,
           coalesce(told.quantity, 0) AS found
      FROM sold
      FULL JOIN told USING (network_id, store_id, day)
     WHERE coalesce(sold.quantity, 0) <> coalesce(told.quantity, 0)
       AND NOT EXISTS (SELECT
                         FROM pending
                        WHERE pending.network_id = coalesce(sold.network_id, told.network_id)
                          AND pending.store_id = coalesce(sold.store_id, told.store_id)
                          AND pending.day = coalesce(sold.day, told.day))
    """,
)

BOUGHT_ONCE = comparison(
    code="replenishment.what_was_taken_was_ordered",
    title_en="A proposal that was taken is a line of an order of as many units, on its edge",
    title_zh="已接受的采购建议对应其经销关系上等量的订单行",
    subject_en="Proposal",
    subject_zh="补货建议",
    sql="""
    SELECT proposal.network_id, proposal.id AS subject_id,
           proposal.accepted_quantity AS expected, line.quantity AS found
      FROM replenishment.proposal_line AS proposal
      LEFT JOIN ordering.order_line AS line
        ON line.network_id = proposal.network_id
       AND line.id = proposal.order_line_id
       AND line.order_id = proposal.order_id
       AND line.sku_id = proposal.sku_id
      LEFT JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = line.network_id
       AND trade_order.id = line.order_id
       AND trade_order.relationship_id = proposal.relationship_id
       AND trade_order.buyer_org_id = proposal.org_id
     WHERE proposal.kind = 'buy'
       AND proposal.state = 'accepted'
       AND (trade_order.id IS NULL OR line.quantity <> proposal.accepted_quantity)
    """,
)

BOUGHT_FOR = comparison(
    code="replenishment.goods_come_where_they_were_proposed_for",
    title_en="What was taken of a proposal is ordered into the warehouse that it was proposed for",
    title_zh="已接受的采购建议的收货仓库即建议的仓库",
    subject_en="Proposal",
    subject_zh="补货建议",
    sql="""
    SELECT proposal.network_id, proposal.id AS subject_id, proposal.warehouse_id AS expected,
           line.receiving_warehouse_id AS found
      FROM replenishment.proposal_line AS proposal
      JOIN ordering.order_line AS line
        ON line.network_id = proposal.network_id AND line.id = proposal.order_line_id
     WHERE line.receiving_warehouse_id IS DISTINCT FROM proposal.warehouse_id
    """,
)

MOVED_ONCE = comparison(
    code="replenishment.what_was_to_move_has_moved",
    title_en="A transfer that was taken is a document that moved as many units",
    title_zh="已接受的调拨建议对应等量的调拨单",
    subject_en="Proposal",
    subject_zh="补货建议",
    sql="""
    SELECT proposal.network_id, proposal.id AS subject_id,
           proposal.accepted_quantity AS expected, coalesce(moved.quantity, 0) AS found
      FROM replenishment.proposal_line AS proposal
      LEFT JOIN LATERAL (
           SELECT sum(movement.quantity) AS quantity
             FROM inventory.stock_movement AS movement
            WHERE movement.network_id = proposal.network_id
              AND movement.reason = 'transfer'
              AND movement.reference_type = 'transfer'
              AND movement.reference_id = proposal.document_id
              AND movement.warehouse_id = proposal.warehouse_id
              AND movement.sku_id = proposal.sku_id) AS moved ON true
     WHERE proposal.kind = 'transfer'
       AND proposal.state = 'accepted'
       AND (SELECT count(*)
              FROM replenishment.proposal_line AS other
             WHERE other.network_id = proposal.network_id
               AND other.document_id = proposal.document_id
               AND proposal.sku_id = other.sku_id) = 1
       AND moved.quantity IS DISTINCT FROM proposal.accepted_quantity
    """,
)

OWN_WAREHOUSES = comparison(
    code="replenishment.plans_are_of_own_warehouses",
    title_en="Whatever is forecast or proposed is so of a warehouse of the organization's own",
    title_zh="预测与建议只涉及本组织的仓库",
    subject_en="Warehouse",
    subject_zh="仓库",
    sql="""
    SELECT planned.network_id, planned.warehouse_id AS subject_id, planned.org_id AS expected,
           warehouse.org_id AS found
      FROM (SELECT network_id, warehouse_id, org_id FROM replenishment.forecast
             UNION
            SELECT network_id, warehouse_id, org_id FROM replenishment.proposal_line
             UNION
            SELECT network_id, from_warehouse_id, org_id
              FROM replenishment.proposal_line
             WHERE from_warehouse_id IS NOT NULL) AS planned
      JOIN inventory.warehouse AS warehouse
        ON warehouse.network_id = planned.network_id AND warehouse.id = planned.warehouse_id
     WHERE warehouse.org_id <> planned.org_id
    """,
)

TERMS_OF_BUYERS = comparison(
    code="replenishment.terms_are_the_buyers",
    title_en="Terms of supply are those of the edge's buyer",
    title_zh="补货条款属于该经销关系的采购方",
    subject_en="Term",
    subject_zh="补货条款",
    sql="""
    SELECT term.network_id, term.id AS subject_id, edge.buyer_org_id AS expected,
           term.org_id AS found
      FROM replenishment.term AS term
      JOIN organizations.relationship AS edge
        ON edge.network_id = term.network_id AND edge.id = term.relationship_id
     WHERE edge.buyer_org_id <> term.org_id
    """,
)

INVARIANTS = (
    STORE_DAYS_COUNTED,
    BOUGHT_ONCE,
    BOUGHT_FOR,
    MOVED_ONCE,
    OWN_WAREHOUSES,
    TERMS_OF_BUYERS,
)
