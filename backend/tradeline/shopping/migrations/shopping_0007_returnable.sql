-- Of what is final nothing may be asked to go back any more: what it has left is credit.
ALTER TABLE shopping.consumer_order ADD COLUMN is_final boolean NOT NULL DEFAULT false;

-- What each line of an order makes the buyer of an edge owe; below zero, what it leaves in the
-- buyer's favour there. What was collected above an edge comes down, what was collected below goes
-- up.
CREATE VIEW shopping.line_debt WITH (security_invoker = true) AS
SELECT tier.network_id, tier.order_id, tier.tier, tier.relationship_id, split.order_line_id,
       CASE WHEN tier.tier <= consumer_order.collector_tier
            THEN -coalesce(sum(split.minor) FILTER (WHERE split.tier < tier.tier), 0)
            ELSE coalesce(sum(split.minor) FILTER (WHERE split.tier >= tier.tier), 0)
       END AS left_minor,
       CASE WHEN tier.tier <= consumer_order.collector_tier
            THEN -coalesce(sum(split.placed_minor) FILTER (WHERE split.tier < tier.tier), 0)
            ELSE coalesce(sum(split.placed_minor) FILTER (WHERE split.tier >= tier.tier), 0)
       END AS placed_minor
  FROM shopping.order_tier AS tier
  JOIN shopping.consumer_order AS consumer_order
    ON consumer_order.network_id = tier.network_id AND consumer_order.id = tier.order_id
  JOIN (SELECT network_id, order_id, order_line_id, tier,
               CASE part WHEN 'coupon' THEN -1 ELSE 1 END
               * (original_minor - reversed_minor) AS minor,
               CASE part WHEN 'coupon' THEN -1 ELSE 1 END
               * CASE WHEN moved_by_id IS NULL THEN original_minor ELSE 0 END AS placed_minor
          FROM shopping.split) AS split
    ON split.network_id = tier.network_id AND split.order_id = tier.order_id
 WHERE tier.tier > 0
 GROUP BY tier.network_id, tier.order_id, tier.tier, tier.relationship_id,
          consumer_order.collector_tier, split.order_line_id;
