-- Orders can be read meanwhile, but none placed or paid: what is added up here stays so.
CREATE INDEX consumer_order_to_make_final
    ON shopping.consumer_order (closed_at) WHERE state = 'completed' AND NOT is_final;

-- Above whoever collects, all that an edge charges is lent there.
DELETE FROM shopping.shortfall AS shortfall
 USING shopping.consumer_order AS consumer_order
 WHERE consumer_order.network_id = shortfall.network_id
   AND consumer_order.id = shortfall.order_id
   AND shortfall.tier > consumer_order.collector_tier;
INSERT INTO shopping.shortfall (network_id, order_id, tier, relationship_id, amount_minor)
SELECT debt.network_id, debt.order_id, debt.tier, debt.relationship_id, sum(debt.placed_minor)
  FROM shopping.line_debt AS debt
  JOIN shopping.consumer_order AS consumer_order
    ON consumer_order.network_id = debt.network_id AND consumer_order.id = debt.order_id
 WHERE debt.tier > consumer_order.collector_tier AND debt.placed_minor > 0
 GROUP BY debt.network_id, debt.order_id, debt.tier, debt.relationship_id;

-- What waits to be paid holds its credit, as dealers' orders do.
INSERT INTO settlement.exposure_hold
       (network_id, relationship_id, reference_type, reference_id, amount_minor)
SELECT shortfall.network_id, shortfall.relationship_id,
       'consumer_order_edge_' || shortfall.tier, shortfall.order_id, shortfall.amount_minor
  FROM shopping.shortfall AS shortfall
  JOIN shopping.consumer_order AS consumer_order
    ON consumer_order.network_id = shortfall.network_id
   AND consumer_order.id = shortfall.order_id
   AND consumer_order.state = 'to_pay';
UPDATE settlement.exposure AS exposure
   SET held_minor = exposure.held_minor + held.minor
  FROM (SELECT network_id, relationship_id, sum(amount_minor)::bigint AS minor
          FROM settlement.exposure_hold
         WHERE reference_type LIKE 'consumer_order_edge_%'
         GROUP BY network_id, relationship_id) AS held
 WHERE exposure.network_id = held.network_id
   AND exposure.relationship_id = held.relationship_id;

UPDATE settlement.exposure AS exposure
   SET returnable_minor = debt.minor
  FROM (SELECT debt.network_id, debt.relationship_id, -sum(debt.left_minor)::bigint AS minor
          FROM shopping.line_debt AS debt
          JOIN shopping.consumer_order AS consumer_order
            ON consumer_order.network_id = debt.network_id
           AND consumer_order.id = debt.order_id
           AND consumer_order.paid_at IS NOT NULL
         WHERE debt.left_minor < 0
         GROUP BY debt.network_id, debt.relationship_id) AS debt
 WHERE exposure.network_id = debt.network_id
   AND exposure.relationship_id = debt.relationship_id;
