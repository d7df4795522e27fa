"""The invariants of marketing, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

ISSUED = comparison(
    code="marketing.issued_count_is_the_number_of_coupons",
    title_en="A campaign has counted each coupon that it issued",
    title_zh="活动的发券数等于券数",
    subject_en="Campaign",
    subject_zh="优惠活动",
    sql="""
    SELECT campaign.network_id, campaign.id AS subject_id,
           coalesce(coupon.quantity, 0) AS expected, campaign.issued_count AS found
      FROM marketing.campaign AS campaign
      LEFT JOIN (SELECT network_id, campaign_id, count(*) AS quantity
                   FROM marketing.coupon
                  GROUP BY network_id, campaign_id) AS coupon
        ON coupon.network_id = campaign.network_id AND coupon.campaign_id = campaign.id
     WHERE campaign.issued_count <> coalesce(coupon.quantity, 0)
    """,
)

AGREED = comparison(
    code="marketing.coupons_are_agreed_to_by_all_who_bear_them",
    title_en="All who bear a campaign's coupons have agreed, to the whole of it",
    title_zh="活动费用由各方全额同意承担",
    subject_en="Campaign",
    subject_zh="优惠活动",
    sql="""
    SELECT campaign.network_id, campaign.id AS subject_id, 10000 AS expected,
           coalesce(sum(share.basis_points) FILTER (WHERE share.agreed_at IS NOT NULL), 0)
               AS found
      FROM marketing.campaign AS campaign
      LEFT JOIN marketing.campaign_share AS share
        ON share.network_id = campaign.network_id AND share.campaign_id = campaign.id
     WHERE campaign.state = 'agreed' OR campaign.issued_count > 0
     GROUP BY campaign.network_id, campaign.id
    HAVING coalesce(sum(share.basis_points) FILTER (WHERE share.agreed_at IS NOT NULL), 0) <> 10000
    """,
)

# What is kept for an order says so at both ends; the order's end stands above us, and is read here
# as the doctor reads everything.
KEPT = comparison(
    code="marketing.kept_coupons_are_their_orders",
    title_en="A coupon that is held or used is that of its order",
    title_zh="占用或已用的券与其订单一致",
    subject_en="Coupon",
    subject_zh="优惠券",
    sql="""
    SELECT coupon.network_id, coupon.id AS subject_id, coupon.order_id AS expected,
           placed.id AS found
      FROM marketing.coupon AS coupon
      LEFT JOIN shopping.consumer_order AS placed
        ON placed.network_id = coupon.network_id
       AND placed.id = coupon.order_id
       AND placed.coupon_id = coupon.id
       AND (placed.paid_at IS NOT NULL) = (coupon.state = 'used')
     WHERE coupon.order_id IS NOT NULL AND placed.id IS NULL
    """,
)

INVARIANTS = (ISSUED, AGREED, KEPT)
