"""The invariants of payments, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# A consumer still waits for it: asked for, abnormal, or closed and not asked for again.
UNPAID = """
    refund.state <> 'succeeded'
    AND (refund.state <> 'closed' OR NOT EXISTS (
         SELECT
           FROM payments.refund AS again
          WHERE again.network_id = refund.network_id
            AND again.payment_id = refund.payment_id
            AND again.reference_type = refund.reference_type
            AND again.reference_id = refund.reference_id
            AND again.id > refund.id))
"""

REFUNDED = comparison(
    code="payments.payments_have_refunded_what_their_refunds_say",
    title_en="What is refunded of a payment is the sum of its refunds that are not closed",
    title_zh="付款的已退金额等于其未关闭退款之和",
    subject_en="Payment",
    subject_zh="付款",
    sql="""
    SELECT payment.network_id, payment.id AS subject_id, coalesce(back.minor, 0) AS expected,
           payment.refunded_minor AS found
      FROM payments.payment AS payment
      LEFT JOIN (SELECT network_id, payment_id, sum(amount_minor) AS minor
                   FROM payments.refund
                  WHERE state <> 'closed'
                  GROUP BY network_id, payment_id) AS back
        ON back.network_id = payment.network_id AND back.payment_id = payment.id
     WHERE payment.refunded_minor <> coalesce(back.minor, 0)
    """,
)

RETURNED = comparison(
    code="payments.shares_have_returned_what_their_returns_say",
    title_en="What is returned of a share is the sum of its returns that succeeded",
    title_zh="分账的已回退金额等于其成功回退之和",
    subject_en="Share",
    subject_zh="分账",
    sql="""
    SELECT share.network_id, share.id AS subject_id, coalesce(back.minor, 0) AS expected,
           share.returned_minor AS found
      FROM payments.share AS share
      LEFT JOIN (SELECT network_id, share_id, sum(amount_minor) AS minor
                   FROM payments.share_return
                  WHERE state = 'succeeded'
                  GROUP BY network_id, share_id) AS back
        ON back.network_id = share.network_id AND back.share_id = share.id
     WHERE share.returned_minor <> coalesce(back.minor, 0)
    """,
)

# What was shared moved the account of each edge it passed, once and by its sum.
SHARES_OWED = comparison(
    code="payments.shares_are_owed_along_their_edges",
    title_en="A share that succeeded is an obligation on each edge that it passed",
    title_zh="成功的分账在其经过的每条经销关系上各记一笔往来款",
    subject_en="Share",
    subject_zh="分账",
    sql="""
    SELECT share.network_id, share.id AS subject_id,
           CASE share.state WHEN 'succeeded' THEN share.amount_minor ELSE 0 END AS expected,
           coalesce(owed.minor, 0) AS found
      FROM payments.share AS share
     CROSS JOIN LATERAL unnest(share.relationship_ids) AS passed (relationship_id)
      LEFT JOIN LATERAL (
           SELECT sum(obligation.amount_minor) AS minor
             FROM settlement.obligation AS obligation
            WHERE obligation.network_id = share.network_id
              AND obligation.relationship_id = passed.relationship_id
              AND obligation.kind = 'shared_' || share.runs
              AND obligation.document_type = 'payment_share'
              AND obligation.document_id = share.id) AS owed ON true
     WHERE coalesce(owed.minor, 0)
           <> CASE share.state WHEN 'succeeded' THEN share.amount_minor ELSE 0 END
    """,
)

# All that was captured, of each legal entity, and what its books say was.
CAPTURES_BOOKED = comparison(
    code="payments.captures_are_booked",
    title_en="What a legal entity's payments captured is what its books say was captured",
    title_zh="各法人主体的到账金额与其账簿一致",
    subject_en="Legal entity",
    subject_zh="法人主体",
    sql="""
    SELECT network_id, entity_id AS subject_id, coalesce(captured.minor, 0) AS expected,
           coalesce(booked.minor, 0) AS found
      FROM (SELECT network_id, collector_entity_id AS entity_id, sum(amount_minor) AS minor
              FROM payments.payment
             WHERE state = 'captured'
             GROUP BY network_id, collector_entity_id) AS captured
      FULL JOIN (SELECT network_id, entity_id, sum(amount_minor) AS minor
                   FROM settlement.booking
                  WHERE kind = 'capture'
                  GROUP BY network_id, entity_id) AS booked
        USING (network_id, entity_id)
     WHERE coalesce(captured.minor, 0) <> coalesce(booked.minor, 0)
    """,
)

# A payment that we have heard of only after its bill has its fee booked when that is noticed.
FEES_BOOKED = comparison(
    code="payments.fees_are_booked_from_the_bill",
    title_en="The fee of each reconciled line of a bill is booked, as the bill says",
    title_zh="已对账账单中每行手续费均按账单入账",
    subject_en="Bill line",
    subject_zh="账单行",
    sql="""
    SELECT line.network_id, line.id AS subject_id, line.fee_minor AS expected,
           coalesce(booked.minor, 0) AS found
      FROM payments.bill_line AS line
      JOIN payments.bill AS bill
        ON bill.network_id = line.network_id
       AND bill.merchant_id = line.merchant_id
       AND bill.bill_date = line.bill_date
      LEFT JOIN (SELECT network_id, document_id,
                        sum(CASE kind WHEN 'provider_fee' THEN amount_minor
                                      ELSE -amount_minor END) AS minor
                   FROM settlement.booking
                  WHERE document_type = 'bill_line'
                  GROUP BY network_id, document_id) AS booked
        ON booked.network_id = line.network_id AND booked.document_id = line.id
     WHERE bill.reconciled_at IS NOT NULL
       AND coalesce(booked.minor, 0) <> line.fee_minor
       AND NOT EXISTS (
           SELECT
             FROM payments.difference AS difference
            WHERE difference.network_id = line.network_id
              AND difference.merchant_id = line.merchant_id
              AND difference.number = line.number
              AND difference.kind IN ('missing_here', 'refund_missing_here'))
    """,
)

# What lies in an account of each legal entity by all that was decided, posted or not.
DECIDED = """
    SELECT entry.network_id, entry.entity_id, entry.code, sum(entry.minor) AS minor
      FROM (SELECT obligation.network_id, book.entity_id, side.code,
                   side.sign * obligation.amount_minor AS minor
              FROM settlement.obligation AS obligation
             CROSS JOIN LATERAL (VALUES ('creditor', obligation.creditor_entity_id),
                                        ('debtor', obligation.debtor_entity_id)
                                ) AS book (side, entity_id)
              JOIN settlement.posting_rule AS rule
                ON rule.kind = obligation.kind AND rule.side = book.side
             CROSS JOIN LATERAL (VALUES (rule.debit_code, 1), (rule.credit_code, -1)
                                ) AS side (code, sign)
             WHERE obligation.kind IN ('collected', 'collected_return', 'shared_down', 'shared_up')
            UNION ALL
            SELECT booking.network_id, booking.entity_id, side.code,
                   side.sign * booking.amount_minor
              FROM settlement.booking AS booking
              JOIN settlement.booking_rule AS rule ON rule.kind = booking.kind
             CROSS JOIN LATERAL (VALUES (rule.debit_code, 1), (rule.credit_code, -1)
                                ) AS side (code, sign)) AS entry
     WHERE entry.code IN ('collections', 'provider')
     GROUP BY entry.network_id, entry.entity_id, entry.code
"""

# Money that is taken on somebody's behalf is passed on in the same unit of work. Only a payment
# that pays for nothing lies here until it is refunded, and a refund while it is under way.
COLLECTIONS_ZERO = comparison(
    code="payments.collections_are_passed_on",
    title_en="What was collected is passed on, but for surplus payments and refunds under way",
    title_zh="代收款账户除多收与在途退款外余额为零",
    subject_en="Legal entity",
    subject_zh="法人主体",
    sql=f"""
    SELECT network_id, entity_id AS subject_id,
           format('%s to %s', -coalesce(surplus.minor, 0) - coalesce(way.minor, 0),
                  -coalesce(surplus.minor, 0)) AS expected,
           decided.minor AS found
      FROM ({DECIDED}) AS decided
      LEFT JOIN (SELECT payment.network_id, payment.collector_entity_id AS entity_id,
                        sum(payment.amount_minor - payment.refunded_minor) AS minor
                   FROM payments.payment AS payment
                  WHERE payment.is_surplus
                  GROUP BY payment.network_id, payment.collector_entity_id) AS surplus
        USING (network_id, entity_id)
      LEFT JOIN (SELECT payment.network_id, payment.collector_entity_id AS entity_id,
                        sum(refund.amount_minor) AS minor
                   FROM payments.refund AS refund
                   JOIN payments.payment AS payment
                     ON payment.network_id = refund.network_id
                    AND payment.id = refund.payment_id
                  WHERE {UNPAID}
                  GROUP BY payment.network_id, payment.collector_entity_id) AS way
        USING (network_id, entity_id)
     WHERE decided.code = 'collections'
       AND decided.minor NOT BETWEEN -coalesce(surplus.minor, 0) - coalesce(way.minor, 0)
                                 AND -coalesce(surplus.minor, 0)
    """,
)

# What the provider holds for a legal entity: captures less refunds, fees, and what others got of
# it, plus what it got of others'. A refund counts when it is booked, which is between its being
# asked for and its success.
PROVIDER_HOLDS = comparison(
    code="payments.provider_holds_what_it_was_given",
    title_en="The provider's account is captures less refunds, shares and fees",
    title_zh="支付机构账户余额等于到账减退款、分账与手续费",
    subject_en="Legal entity",
    subject_zh="法人主体",
    sql=f"""
    SELECT network_id, entity_id AS subject_id,
           format('%s to %s', held.minor - coalesce(way.minor, 0), held.minor) AS expected,
           coalesce(decided.minor, 0) AS found
      FROM (SELECT network_id, entity_id, sum(minor) AS minor
              FROM (SELECT network_id, collector_entity_id AS entity_id, amount_minor AS minor
                      FROM payments.payment
                     WHERE state = 'captured'
                    UNION ALL
                    SELECT payment.network_id, payment.collector_entity_id, -refund.amount_minor
                      FROM payments.refund AS refund
                      JOIN payments.payment AS payment
                        ON payment.network_id = refund.network_id
                       AND payment.id = refund.payment_id
                     WHERE refund.state = 'succeeded'
                    UNION ALL
                    SELECT payment.network_id, payment.collector_entity_id,
                           share.returned_minor - share.amount_minor
                      FROM payments.share AS share
                      JOIN payments.sharing AS sharing
                        ON sharing.network_id = share.network_id AND sharing.id = share.sharing_id
                      JOIN payments.payment AS payment
                        ON payment.network_id = share.network_id
                       AND payment.id = sharing.payment_id
                     WHERE share.state = 'succeeded'
                    UNION ALL
                    SELECT share.network_id,
                           CASE share.runs WHEN 'down' THEN edge.buyer_entity_id
                                           ELSE edge.seller_entity_id END,
                           share.amount_minor - share.returned_minor
                      FROM payments.share AS share
                      JOIN organizations.relationship AS edge
                        ON edge.network_id = share.network_id
                       AND edge.id = share.relationship_ids[cardinality(share.relationship_ids)]
                     WHERE share.state = 'succeeded'
                    UNION ALL
                    SELECT network_id, entity_id,
                           CASE kind WHEN 'provider_fee' THEN -amount_minor ELSE amount_minor END
                      FROM settlement.booking
                     WHERE kind IN ('provider_fee', 'provider_fee_refund')) AS movement
             GROUP BY network_id, entity_id) AS held
      LEFT JOIN (SELECT payment.network_id, payment.collector_entity_id AS entity_id,
                        sum(refund.amount_minor) AS minor
                   FROM payments.refund AS refund
                   JOIN payments.payment AS payment
                     ON payment.network_id = refund.network_id
                    AND payment.id = refund.payment_id
                  WHERE {UNPAID}
                  GROUP BY payment.network_id, payment.collector_entity_id) AS way
        USING (network_id, entity_id)
      LEFT JOIN (SELECT network_id, entity_id, minor
                   FROM ({DECIDED}) AS account
                  WHERE code = 'provider') AS decided
        USING (network_id, entity_id)
     WHERE coalesce(decided.minor, 0) NOT BETWEEN held.minor - coalesce(way.minor, 0) AND held.minor
    """,
)

# One that was closed is asked for anew by the same document: what came back for it serves the next.
BORNE_ALONE = comparison(
    code="payments.who_gives_alone_gives_of_its_own_share",
    title_en="What one organization gives back alone comes out of no other's share of the payment",
    title_zh="单方自担的退款不动用其他方的分账款",
    subject_en="Refund",
    subject_zh="退款",
    sql="""
    SELECT refund.network_id, refund.id AS subject_id, 0 AS expected,
           sum(back.amount_minor) AS found
      FROM payments.refund AS refund
      JOIN payments.share_return AS back
        ON back.network_id = refund.network_id AND back.refund_id = refund.id
      JOIN payments.share AS share
        ON share.network_id = back.network_id AND share.id = back.share_id
     WHERE refund.borne_minor = refund.amount_minor
       AND share.org_id <> refund.borne_by_org_id
     GROUP BY refund.network_id, refund.id
    """,
)

NOTHING_WAITS = comparison(
    code="payments.no_refund_waits_for_more_than_a_day",
    title_en="No consumer waits for a refund for more than a day",
    title_zh="消费者退款均在一天内到账",
    subject_en="Refund",
    subject_zh="退款",
    sql=f"""
    SELECT refund.network_id, refund.id AS subject_id, 0 AS expected,
           refund.amount_minor AS found
      FROM payments.refund AS refund
     WHERE refund.requested_at < now() - interval '1 day' AND {UNPAID}
    """,
)

INVARIANTS = (
    REFUNDED,
    RETURNED,
    SHARES_OWED,
    CAPTURES_BOOKED,
    FEES_BOOKED,
    COLLECTIONS_ZERO,
    PROVIDER_HOLDS,
    BORNE_ALONE,
    NOTHING_WAITS,
)
