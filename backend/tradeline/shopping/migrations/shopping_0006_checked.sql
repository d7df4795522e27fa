-- What was there before shopping_0004 is looked at by itself: meanwhile consumers read and order.
ALTER TABLE shopping.split
    VALIDATE CONSTRAINT part_is_known,
    VALIDATE CONSTRAINT is_of_a_line_unless_freight,
    VALIDATE CONSTRAINT only_goods_may_cost_a_tier,
    VALIDATE CONSTRAINT never_reverses_more_than_it_was;
ALTER TABLE shopping.order_line VALIDATE CONSTRAINT keeps_only_what_was_returned;
ALTER TABLE shopping.after_sale VALIDATE CONSTRAINT state_is_known;
