-- Whoever decides alone decides of its own money alone: what a store gives back out of its own pocket
-- is a part of its own, and what goes back to others' stock waits until they agree.

-- A concession is nothing to begin with; what is reversed of it is what the store has given.
ALTER TABLE shopping.split
    DROP CONSTRAINT part_is_known,
    DROP CONSTRAINT is_of_a_line_unless_freight,
    DROP CONSTRAINT only_goods_may_cost_a_tier,
    DROP CONSTRAINT never_reverses_more_than_it_was;
ALTER TABLE shopping.split
    ADD CONSTRAINT part_is_known
        CHECK (part IN ('goods', 'coupon', 'freight', 'concession')) NOT VALID,
    ADD CONSTRAINT is_of_a_line_unless_freight
        CHECK (part = 'concession' OR (part = 'freight') = (order_line_id IS NULL)) NOT VALID,
    ADD CONSTRAINT only_goods_may_cost_a_tier CHECK (
        CASE part WHEN 'goods' THEN original_minor <> 0
                  WHEN 'concession' THEN original_minor = 0 AND tier = 0
                  ELSE original_minor > 0 END) NOT VALID,
    ADD CONSTRAINT never_reverses_more_than_it_was CHECK (
        CASE part WHEN 'concession' THEN reversed_minor >= 0
                  ELSE reversed_minor BETWEEN least(original_minor, 0)
                                          AND greatest(original_minor, 0) END) NOT VALID;

-- What came back to the store at its own cost: between all others it is sold.
ALTER TABLE shopping.order_line ADD COLUMN kept_quantity bigint NOT NULL DEFAULT 0;
ALTER TABLE shopping.order_line ADD CONSTRAINT keeps_only_what_was_returned
    CHECK (kept_quantity BETWEEN 0 AND returned_quantity) NOT VALID;

-- 'referred': the store agrees, and whoever gets the goods back has not said so yet.
ALTER TABLE shopping.after_sale DROP CONSTRAINT state_is_known;
ALTER TABLE shopping.after_sale ADD CONSTRAINT state_is_known CHECK (
    state IN ('requested', 'referred', 'accepted', 'refused', 'withdrawn', 'refunded')) NOT VALID;
ALTER TABLE shopping.after_sale_line
    ADD COLUMN agreed_by_id bigint,
    ADD COLUMN is_kept boolean NOT NULL DEFAULT false;
