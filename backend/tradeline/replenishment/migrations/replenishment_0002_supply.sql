-- What parties were told of goods that are still to come, and what a supplier is late or short with.

-- The day that was last told of a line which waits for goods: whoever was told one is told when it
-- becomes later, once. The day itself is pegged whenever somebody looks.
CREATE TABLE replenishment.expectation (
    network_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    expected_on date,
    told_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, order_line_id),
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
SELECT kernel.guard_table('replenishment.expectation', 'SELECT, INSERT, UPDATE');

-- Raised once for each order, or line of it, and closed when it heals. `due_on` is the day by which
-- it should have been otherwise, `quantity` what is missing.
CREATE TABLE replenishment.alert (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    relationship_id bigint NOT NULL,
    order_id bigint NOT NULL,
    order_line_id bigint,
    due_on date,
    quantity bigint NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    healed_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT kind_is_known
        CHECK (kind IN ('late_confirmation', 'late_delivery', 'short_receipt')),
    CONSTRAINT only_confirmations_are_of_the_order
        CHECK ((kind = 'late_confirmation') = (order_line_id IS NULL)),
    CONSTRAINT one_alert_for_each_matter
        UNIQUE NULLS NOT DISTINCT (network_id, kind, order_id, order_line_id, due_on),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship,
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
CREATE INDEX alert_open ON replenishment.alert (network_id, relationship_id, id)
 WHERE healed_at IS NULL;
CREATE INDEX alert_by_relationship ON replenishment.alert (network_id, relationship_id, id);
SELECT kernel.guard_table('replenishment.alert', 'SELECT');
