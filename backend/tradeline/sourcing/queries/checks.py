"""The invariants of sourcing, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

QUOTAS = comparison(
    code="sourcing.quotas_are_the_sum_of_what_was_taken",
    title_en="What is used of a quota is the sum of what orders took",
    title_zh="配额用量等于各订单占用之和",
    subject_en="Quota (organization/tier/day)",
    subject_zh="配额（组织/层级/日期）",
    sql="""
    SELECT quota.network_id,
           format('%s/%s/%s', quota.org_id, quota.tier, quota.day) AS subject_id,
           coalesce(taken.quantity, 0) AS expected, quota.used AS found
      FROM sourcing.quota_use AS quota
      LEFT JOIN (SELECT network_id, org_id, tier, day, sum(quantity) AS quantity
                   FROM sourcing.quota_take
                  GROUP BY network_id, org_id, tier, day) AS taken
        USING (network_id, org_id, tier, day)
     WHERE quota.used <> coalesce(taken.quantity, 0)
    """,
)

INVARIANTS = (QUOTAS,)
