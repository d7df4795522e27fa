-- By how much the consumer pays less than an edge charges for an order: what the buyer of that edge
-- comes to owe beyond what is collected. It had to fit the free credit there when the order was
-- placed, beside that of orders that wait to be paid.
CREATE TABLE shopping.shortfall (
    network_id bigint NOT NULL,
    order_id bigint NOT NULL,
    tier integer NOT NULL,
    relationship_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (network_id, order_id, tier),
    CONSTRAINT lacks_something CHECK (amount_minor > 0),
    FOREIGN KEY (network_id, order_id, tier) REFERENCES shopping.order_tier
);
CREATE INDEX shortfall_by_relationship
    ON shopping.shortfall (network_id, relationship_id, order_id);
SELECT kernel.guard_table('shopping.shortfall', 'SELECT, INSERT');

-- Each line by itself: what one brings lends nothing to another, for it may come back alone.
INSERT INTO shopping.shortfall (network_id, order_id, tier, relationship_id, amount_minor)
SELECT network_id, order_id, tier, relationship_id, sum(minor)
  FROM (SELECT tier.network_id, tier.order_id, tier.tier, tier.relationship_id,
               -sum(CASE split.part WHEN 'coupon' THEN -1 ELSE 1 END
                    * split.original_minor) AS minor
          FROM shopping.order_tier AS tier
          JOIN shopping.split AS split
            ON split.network_id = tier.network_id
           AND split.order_id = tier.order_id
           AND split.tier < tier.tier
           AND split.moved_by_id IS NULL
         WHERE tier.tier > 0
         GROUP BY tier.network_id, tier.order_id, tier.tier, tier.relationship_id,
                  split.order_line_id) AS net
 WHERE minor > 0
 GROUP BY network_id, order_id, tier, relationship_id;
