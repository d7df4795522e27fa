"""What sales make organizations owe, checked over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# What each document of a sale should have made each edge of its route owe, by kind, signed so that
# what undoes a kind counts below it: from the split alone.
EXPECTED_DEBTS = """
    SELECT part.network_id, part.document_type, part.document_id, tier.relationship_id,
           CASE part.part WHEN 'coupon' THEN 'cost_share' ELSE part.part END AS kind,
           sum(part.minor) AS minor
      FROM (SELECT split.network_id, split.order_id, split.part, split.tier,
                   CASE WHEN split.moved_by_id IS NULL THEN 'consumer_order'
                        ELSE 'consumer_refund' END AS document_type,
                   coalesce(split.moved_by_id, split.order_id) AS document_id,
                   split.original_minor AS minor
              FROM shopping.split AS split
              JOIN shopping.consumer_order AS consumer_order
                ON consumer_order.network_id = split.network_id
               AND consumer_order.id = split.order_id
               AND consumer_order.paid_at IS NOT NULL
            UNION ALL
            SELECT split.network_id, split.order_id, split.part, split.tier, 'consumer_refund',
                   back.refund_id, -back.amount_minor
              FROM shopping.reversal AS back
              JOIN shopping.split AS split
                ON split.network_id = back.network_id AND split.id = back.split_id) AS part
      JOIN shopping.order_tier AS tier
        ON tier.network_id = part.network_id
       AND tier.order_id = part.order_id
       AND tier.tier BETWEEN 1 AND part.tier
     GROUP BY part.network_id, part.document_type, part.document_id, tier.relationship_id, part.part
    UNION ALL
    SELECT money.network_id, money.document_type, money.document_id, tier.relationship_id,
           'collected', money.minor
      FROM (SELECT network_id, id AS order_id, collector_tier, 'consumer_order' AS document_type,
                   id AS document_id, total_minor AS minor
              FROM shopping.consumer_order
             WHERE paid_at IS NOT NULL
            UNION ALL
            SELECT refund.network_id, refund.order_id, consumer_order.collector_tier,
                   'consumer_refund', refund.id, -refund.amount_minor
              FROM shopping.consumer_refund AS refund
              JOIN shopping.consumer_order AS consumer_order
                ON consumer_order.network_id = refund.network_id
               AND consumer_order.id = refund.order_id) AS money
      JOIN shopping.order_tier AS tier
        ON tier.network_id = money.network_id
       AND tier.order_id = money.order_id
       AND tier.tier BETWEEN 1 AND money.collector_tier
"""

FOUND_DEBTS = """
    SELECT network_id, document_type, document_id, relationship_id,
           CASE kind WHEN 'return' THEN 'goods' WHEN 'freight_return' THEN 'freight'
                     WHEN 'cost_share_return' THEN 'cost_share'
                     WHEN 'collected_return' THEN 'collected' ELSE kind END AS kind,
           sum(CASE WHEN kind IN ('return', 'freight_return', 'cost_share_return',
                                  'collected_return')
                    THEN -amount_minor ELSE amount_minor END) AS minor
      FROM settlement.obligation
     WHERE document_type IN ('consumer_order', 'consumer_refund')
     GROUP BY 1, 2, 3, 4, 5
"""

DEBTS = comparison(
    code="shopping.debts_follow_from_the_split",
    title_en="What edges owe for a sale, or for what is taken back of it, is what its split says",
    title_zh="销售与退款产生的往来款与资金份额一致",
    subject_en="Document/relationship/kind",
    subject_zh="单据/经销关系/类型",
    sql=f"""
    SELECT network_id,
           format('%s %s/%s/%s', document_type, document_id, relationship_id, kind) AS subject_id,
           coalesce(expected.minor, 0) AS expected, coalesce(owed.minor, 0) AS found
      FROM (SELECT * FROM ({EXPECTED_DEBTS}) AS debt WHERE minor <> 0) AS expected
      FULL JOIN ({FOUND_DEBTS}) AS owed
        USING (network_id, document_type, document_id, relationship_id, kind)
     WHERE coalesce(expected.minor, 0) <> coalesce(owed.minor, 0)
    """,
)

SHORTFALLS = comparison(
    code="shopping.sales_below_cost_are_lent_for",
    title_en="What an edge lends for a sale was judged by the credit there when it was placed",
    title_zh="上级为销售垫付的金额在下单时已核对信用额度",
    subject_en="Consumer order/tier",
    subject_zh="消费者订单/层级",
    sql="""
    SELECT network_id, format('%s/%s', order_id, tier) AS subject_id,
           coalesce(lack.minor, 0) AS expected, coalesce(shortfall.amount_minor, 0) AS found
      FROM (SELECT network_id, order_id, tier, sum(placed_minor) AS minor
              FROM shopping.line_debt
             WHERE placed_minor > 0
             GROUP BY network_id, order_id, tier) AS lack
      FULL JOIN shopping.shortfall AS shortfall USING (network_id, order_id, tier)
     WHERE coalesce(lack.minor, 0) <> coalesce(shortfall.amount_minor, 0)
    """,
)

CREDIT_HELD = comparison(
    code="shopping.orders_to_pay_hold_what_is_lent_for_them",
    title_en="Orders that wait to be paid hold the credit that edges lend for them, and no others",
    title_zh="仅待支付订单占用上级授予的信用额度",
    subject_en="Consumer order/tier",
    subject_zh="消费者订单/层级",
    sql="""
    SELECT network_id, format('%s/%s', order_id, tier) AS subject_id,
           coalesce(lent.minor, 0) AS expected, coalesce(held.minor, 0) AS found
      FROM (SELECT shortfall.network_id, shortfall.order_id, shortfall.tier,
                   shortfall.relationship_id, shortfall.amount_minor AS minor
              FROM shopping.shortfall AS shortfall
              JOIN shopping.consumer_order AS consumer_order
                ON consumer_order.network_id = shortfall.network_id
               AND consumer_order.id = shortfall.order_id
               AND consumer_order.state = 'to_pay') AS lent
      FULL JOIN (SELECT network_id, reference_id AS order_id,
                        substr(reference_type, 21)::integer AS tier, relationship_id,
                        amount_minor AS minor
                   FROM settlement.exposure_hold
                  WHERE reference_type LIKE 'consumer_order_edge_%'
                    AND amount_minor > 0) AS held
        USING (network_id, order_id, tier, relationship_id)
     WHERE coalesce(lent.minor, 0) <> coalesce(held.minor, 0)
    """,
)

RETURNABLE = comparison(
    code="shopping.what_may_go_back_is_nobodys_credit",
    title_en="What sales have left on an edge and may go back is kept out of its free credit",
    title_zh="可能退回的销售款未计入可用额度",
    subject_en="Relationship",
    subject_zh="经销关系",
    sql="""
    SELECT exposure.network_id, exposure.relationship_id AS subject_id,
           coalesce(debt.minor, 0) AS expected, exposure.returnable_minor AS found
      FROM settlement.exposure AS exposure
      LEFT JOIN (SELECT debt.network_id, debt.relationship_id, -sum(debt.left_minor) AS minor
                   FROM shopping.line_debt AS debt
                   JOIN shopping.consumer_order AS consumer_order
                     ON consumer_order.network_id = debt.network_id
                    AND consumer_order.id = debt.order_id
                    AND consumer_order.paid_at IS NOT NULL
                    AND NOT consumer_order.is_final
                  WHERE debt.left_minor < 0
                  GROUP BY debt.network_id, debt.relationship_id) AS debt
        ON debt.network_id = exposure.network_id
       AND debt.relationship_id = exposure.relationship_id
     WHERE exposure.returnable_minor <> coalesce(debt.minor, 0)
    """,
)

# The store books its sales, the collector what came in; both once for what was paid, and the other
# way round for what went back.
EXPECTED_BOOKINGS = """
    SELECT consumer_order.network_id, paper.entity_id, paper.kind,
           'consumer_order' AS document_type, consumer_order.id AS document_id,
           consumer_order.total_minor AS minor
      FROM shopping.consumer_order AS consumer_order
     CROSS JOIN LATERAL (
           VALUES (consumer_order.seller_entity_id, 'sale'),
                  (consumer_order.collector_entity_id, 'capture')) AS paper (entity_id, kind)
     WHERE consumer_order.paid_at IS NOT NULL AND consumer_order.total_minor > 0
    UNION ALL
    SELECT refund.network_id, paper.entity_id, paper.kind, 'consumer_refund', refund.id,
           refund.amount_minor
      FROM shopping.consumer_refund AS refund
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = refund.network_id AND consumer_order.id = refund.order_id
     CROSS JOIN LATERAL (
           VALUES (consumer_order.seller_entity_id, 'sale_refund'),
                  (consumer_order.collector_entity_id, 'capture_refund'))
           AS paper (entity_id, kind)
     WHERE refund.amount_minor > 0
"""

BOOKINGS = comparison(
    code="shopping.books_say_what_was_sold_and_taken",
    title_en="The store's books say what was sold, the collector's what was taken",
    title_zh="门店账簿与收款方账簿均已登记销售与收款",
    subject_en="Document/legal entity/kind",
    subject_zh="单据/核算主体/类型",
    sql=f"""
    SELECT network_id,
           format('%s %s/%s/%s', document_type, document_id, entity_id, kind) AS subject_id,
           coalesce(expected.minor, 0) AS expected, coalesce(booking.amount_minor, 0) AS found
      FROM ({EXPECTED_BOOKINGS}) AS expected
      FULL JOIN (SELECT *
                   FROM settlement.booking
                  WHERE document_type IN ('consumer_order', 'consumer_refund')) AS booking
        USING (network_id, entity_id, kind, document_type, document_id)
     WHERE coalesce(expected.minor, 0) <> coalesce(booking.amount_minor, 0)
    """,
)
