"""The invariants of sales to consumers, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

SPLITS_OF_ORDERS = comparison(
    code="shopping.splits_add_up_to_the_total",
    title_en="The parts of an order's money are what the consumer was to pay",
    title_zh="订单资金各份额之和等于应付金额",
    subject_en="Consumer order",
    subject_zh="消费者订单",
    sql="""
    SELECT consumer_order.network_id, consumer_order.id AS subject_id,
           consumer_order.total_minor AS expected, coalesce(part.minor, 0) AS found
      FROM shopping.consumer_order AS consumer_order
      LEFT JOIN (SELECT split.network_id, split.order_id,
                        sum(CASE split.part WHEN 'coupon' THEN -1 ELSE 1 END
                            * (split.original_minor - coalesce(moved.minor, 0))) AS minor
                   FROM shopping.split AS split
                   LEFT JOIN (SELECT back.network_id, back.split_id,
                                     sum(back.amount_minor) AS minor
                                FROM shopping.reversal AS back
                                JOIN shopping.consumer_refund AS refund
                                  ON refund.network_id = back.network_id
                                 AND refund.id = back.refund_id
                               WHERE refund.cause = 'moved'
                               GROUP BY back.network_id, back.split_id) AS moved
                     ON moved.network_id = split.network_id AND moved.split_id = split.id
                  GROUP BY split.network_id, split.order_id) AS part
        ON part.network_id = consumer_order.network_id AND part.order_id = consumer_order.id
     WHERE consumer_order.total_minor <> coalesce(part.minor, 0)
    """,
)

SPLITS_OF_LINES = comparison(
    code="shopping.splits_add_up_to_their_lines",
    title_en="The parts of a line are its goods and its coupon",
    title_zh="订单行各份额之和等于其货款与优惠",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id,
           format('goods %s, coupon %s', line.goods_minor, line.coupon_minor) AS expected,
           format('goods %s, coupon %s', coalesce(part.goods, 0), coalesce(part.coupon, 0)) AS found
      FROM shopping.order_line AS line
      LEFT JOIN (SELECT network_id, order_line_id,
                        sum(original_minor) FILTER (WHERE part = 'goods') AS goods,
                        sum(original_minor) FILTER (WHERE part = 'coupon') AS coupon
                   FROM shopping.split
                  WHERE order_line_id IS NOT NULL
                  GROUP BY network_id, order_line_id) AS part
        ON part.network_id = line.network_id AND part.order_line_id = line.id
     WHERE (line.goods_minor, line.coupon_minor)
        <> (coalesce(part.goods, 0), coalesce(part.coupon, 0))
    """,
)

# What a tier earns is what it is paid from below, less what it pays above; the source pays nobody.
SPLITS_OF_LEGS = comparison(
    code="shopping.splits_follow_the_prices_of_the_edges",
    title_en="A tier's part of a line is the difference between the prices of its two edges",
    title_zh="各层级份额等于其上下游价格之差",
    subject_en="Consumer order line/tier",
    subject_zh="消费者订单行/层级",
    sql="""
    SELECT line.network_id, format('%s/%s', line.id, tier.tier) AS subject_id,
           CASE WHEN tier.tier = 0 THEN line.goods_minor ELSE coalesce(below.amount_minor, 0) END
           - coalesce(above.amount_minor, 0) AS expected,
           coalesce(split.original_minor, 0) AS found
      FROM shopping.order_line AS line
      JOIN shopping.order_tier AS tier
        ON tier.network_id = line.network_id AND tier.order_id = line.order_id
      LEFT JOIN shopping.leg_line AS below
        ON below.network_id = line.network_id
       AND below.order_line_id = line.id
       AND below.tier = tier.tier
      LEFT JOIN shopping.leg_line AS above
        ON above.network_id = line.network_id
       AND above.order_line_id = line.id
       AND above.tier = tier.tier + 1
      LEFT JOIN shopping.split AS split
        ON split.network_id = line.network_id
       AND split.order_id = line.order_id
       AND split.order_line_id = line.id
       AND split.part = 'goods'
       AND split.tier = tier.tier
     WHERE CASE WHEN tier.tier = 0 THEN line.goods_minor ELSE coalesce(below.amount_minor, 0) END
           - coalesce(above.amount_minor, 0) <> coalesce(split.original_minor, 0)
    """,
)

LEG_LINES = comparison(
    code="shopping.lines_walk_every_edge_to_their_source",
    title_en="A line has a price on each edge between the store and its source, and on no other",
    title_zh="订单行在门店至货源的每一级均有且仅有一个价格",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, line.source_tier AS expected,
           format('%s up to %s', count(leg.tier), max(leg.tier)) AS found
      FROM shopping.order_line AS line
      LEFT JOIN shopping.leg_line AS leg
        ON leg.network_id = line.network_id AND leg.order_line_id = line.id
     GROUP BY line.network_id, line.id, line.source_tier
    HAVING count(leg.tier) <> line.source_tier
        OR coalesce(max(leg.tier), 0) <> line.source_tier
    """,
)

LEG_SUMS = comparison(
    code="shopping.legs_are_the_sum_of_their_lines",
    title_en="What an order comes to on an edge is the sum of its lines there",
    title_zh="订单在每一级的金额等于其各行之和",
    subject_en="Consumer order/tier",
    subject_zh="消费者订单/层级",
    sql="""
    SELECT leg.network_id, format('%s/%s', leg.order_id, leg.tier) AS subject_id,
           coalesce(sum(line.amount_minor), 0) AS expected, leg.amount_minor AS found
      FROM shopping.leg AS leg
      LEFT JOIN shopping.leg_line AS line
        ON line.network_id = leg.network_id
       AND line.order_id = leg.order_id
       AND line.tier = leg.tier
     GROUP BY leg.network_id, leg.order_id, leg.tier, leg.amount_minor
    HAVING leg.amount_minor <> coalesce(sum(line.amount_minor), 0)
    """,
)

REVERSED = comparison(
    code="shopping.splits_are_reversed_by_documents",
    title_en="What is taken back of a part is the sum of what documents took",
    title_zh="份额的冲回额等于各冲回单据之和",
    subject_en="Split",
    subject_zh="资金份额",
    sql="""
    SELECT split.network_id, split.id AS subject_id,
           coalesce(sum(back.amount_minor), 0) AS expected, split.reversed_minor AS found
      FROM shopping.split AS split
      LEFT JOIN shopping.reversal AS back
        ON back.network_id = split.network_id AND back.split_id = split.id
     GROUP BY split.network_id, split.id, split.reversed_minor
    HAVING split.reversed_minor <> coalesce(sum(back.amount_minor), 0)
    """,
)

# Of a document that moves units to another source, what it brings there is what it takes here.
REFUND_SUMS = comparison(
    code="shopping.refunds_are_what_they_reverse",
    title_en="The sums of a refund are what it takes of the parts",
    title_zh="退款单金额等于其冲回的份额",
    subject_en="Consumer refund",
    subject_zh="消费者退款",
    sql="""
    SELECT refund.network_id, refund.id AS subject_id,
           format('goods %s, coupon %s, freight %s', refund.goods_minor, refund.coupon_minor,
                  refund.freight_minor) AS expected,
           format('goods %s, coupon %s, freight %s', back.goods, back.coupon, back.freight) AS found
      FROM shopping.consumer_refund AS refund
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(back.minor) FILTER (WHERE back.part = 'goods'), 0) AS goods,
                  coalesce(sum(back.minor) FILTER (WHERE back.part = 'coupon'), 0) AS coupon,
                  coalesce(sum(back.minor) FILTER (WHERE back.part = 'freight'), 0) AS freight,
                  coalesce(sum(back.left_minor), 0) AS left_minor
             FROM (SELECT CASE WHEN split.part <> 'concession' THEN split.part
                               WHEN split.order_line_id IS NULL THEN 'freight'
                               ELSE 'goods' END AS part, back.amount_minor AS minor,
                          CASE refund.cause WHEN 'moved' THEN back.amount_minor ELSE 0 END
                          * CASE split.part WHEN 'coupon' THEN -1 ELSE 1 END AS left_minor
                     FROM shopping.reversal AS back
                     JOIN shopping.split AS split
                       ON split.network_id = back.network_id AND split.id = back.split_id
                    WHERE back.network_id = refund.network_id AND back.refund_id = refund.id
                   UNION ALL
                   SELECT 'new', NULL,
                          -split.original_minor
                          * CASE split.part WHEN 'coupon' THEN -1 ELSE 1 END
                     FROM shopping.split AS split
                    WHERE split.network_id = refund.network_id
                      AND split.order_id = refund.order_id
                      AND split.moved_by_id = refund.id) AS back) AS back
     WHERE (refund.goods_minor, refund.coupon_minor, refund.freight_minor, 0)
        <> (back.goods, back.coupon, back.freight, back.left_minor)
    """,
)

LINES_REFUNDED = comparison(
    code="shopping.lines_give_back_what_is_reversed",
    title_en="What is given back of a line is what is taken of its parts",
    title_zh="订单行已退金额等于其份额的冲回额",
    subject_en="Consumer order line",
    subject_zh="消费者订单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id,
           format('goods %s, coupon %s', coalesce(part.goods, 0), coalesce(part.coupon, 0))
           AS expected,
           format('goods %s, coupon %s', line.refunded_goods_minor, line.refunded_coupon_minor)
           AS found
      FROM shopping.order_line AS line
      LEFT JOIN (SELECT network_id, order_line_id,
                        sum(reversed_minor) FILTER (WHERE part <> 'coupon') AS goods,
                        sum(reversed_minor) FILTER (WHERE part = 'coupon') AS coupon
                   FROM shopping.split
                  WHERE order_line_id IS NOT NULL
                  GROUP BY network_id, order_line_id) AS part
        ON part.network_id = line.network_id AND part.order_line_id = line.id
     WHERE (line.refunded_goods_minor, line.refunded_coupon_minor)
        <> (coalesce(part.goods, 0), coalesce(part.coupon, 0))
    """,
)

ORDERS_REFUNDED = comparison(
    code="shopping.orders_give_back_the_sum_of_their_refunds",
    title_en="What is given back of an order is the sum of its refunds",
    title_zh="订单已退金额等于各退款之和",
    subject_en="Consumer order",
    subject_zh="消费者订单",
    sql="""
    SELECT consumer_order.network_id, consumer_order.id AS subject_id,
           coalesce(sum(refund.amount_minor), 0) AS expected,
           consumer_order.refunded_minor AS found
      FROM shopping.consumer_order AS consumer_order
      LEFT JOIN shopping.consumer_refund AS refund
        ON refund.network_id = consumer_order.network_id AND refund.order_id = consumer_order.id
     GROUP BY consumer_order.network_id, consumer_order.id, consumer_order.refunded_minor
    HAVING consumer_order.refunded_minor <> coalesce(sum(refund.amount_minor), 0)
    """,
)

REFUNDS_ASKED = comparison(
    code="shopping.refunds_are_asked_of_the_provider",
    title_en="What goes back to a consumer is asked of the provider that took it",
    title_zh="退给消费者的金额均已向支付机构申请",
    subject_en="Consumer refund",
    subject_zh="消费者退款",
    sql="""
    SELECT refund.network_id, refund.id AS subject_id, refund.amount_minor AS expected,
           coalesce(asked.amount_minor, 0) AS found
      FROM shopping.consumer_refund AS refund
      LEFT JOIN payments.refund AS asked
        ON asked.network_id = refund.network_id
       AND asked.id = refund.payment_refund_id
       AND asked.reference_type = 'consumer_refund'
       AND asked.reference_id = refund.id
     WHERE refund.amount_minor <> coalesce(asked.amount_minor, 0)
    """,
)

# A captured payment is what its order was paid by, or more than was due and asked back whole.
CAPTURES_TRACED = comparison(
    code="shopping.every_fen_captured_is_traced",
    title_en="All that was captured was due for an order, or is given back",
    title_zh="每一分收款均有对应订单或已申请退回",
    subject_en="Payment",
    subject_zh="支付单",
    sql="""
    SELECT payment.network_id, payment.id AS subject_id, payment.amount_minor AS expected,
           coalesce(traced.minor, 0) AS found
      FROM payments.payment AS payment
     CROSS JOIN LATERAL (
           SELECT CASE WHEN payment.is_surplus
                       THEN (SELECT max(refund.amount_minor)  -- perhaps asked for again
                               FROM payments.refund AS refund
                              WHERE refund.network_id = payment.network_id
                                AND refund.payment_id = payment.id)
                       ELSE (SELECT consumer_order.total_minor
                               FROM shopping.consumer_order AS consumer_order
                              WHERE consumer_order.network_id = payment.network_id
                                AND consumer_order.id = payment.reference_id
                                AND consumer_order.payment_id = payment.id
                                AND consumer_order.paid_at IS NOT NULL)
                  END AS minor) AS traced
     WHERE payment.reference_type = 'consumer_order'
       AND payment.state = 'captured'
       AND payment.amount_minor <> coalesce(traced.minor, 0)
    """,
)

PAID_BY_PAYMENTS = comparison(
    code="shopping.paid_orders_have_their_money",
    title_en="An order is paid by a captured payment of its total, or had nothing to pay",
    title_zh="已付订单均有等额的到账支付",
    subject_en="Consumer order",
    subject_zh="消费者订单",
    sql="""
    SELECT consumer_order.network_id, consumer_order.id AS subject_id,
           consumer_order.total_minor AS expected, coalesce(payment.amount_minor, 0) AS found
      FROM shopping.consumer_order AS consumer_order
      LEFT JOIN payments.payment AS payment
        ON payment.network_id = consumer_order.network_id
       AND payment.id = consumer_order.payment_id
       AND payment.state = 'captured'
       AND NOT payment.is_surplus
     WHERE consumer_order.paid_at IS NOT NULL
       AND consumer_order.total_minor <> coalesce(payment.amount_minor, 0)
    """,
)
