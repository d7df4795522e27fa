-- What a supplier says of its lines, and what came of it: first promises, what it cut itself,
-- shipments told of ahead, goods that came damaged, and other goods in place of those ordered.

-- `first_promised_on` stays when a line is promised for another day: by it a supplier is measured.
-- Of `cancelled_quantity`, `cut_quantity` was cancelled by the seller. A line that stands in for
-- units of another line of its order names that line.
ALTER TABLE ordering.order_line
    ADD COLUMN first_promised_on date,
    ADD COLUMN cut_quantity bigint NOT NULL DEFAULT 0,
    ADD COLUMN replaces_line_id bigint,
    ADD CONSTRAINT never_cuts_more_than_was_cancelled
        CHECK (cut_quantity BETWEEN 0 AND cancelled_quantity) NOT VALID,
    ADD CONSTRAINT replaces_a_line
        FOREIGN KEY (network_id, replaces_line_id) REFERENCES ordering.order_line NOT VALID;

-- What the seller tells ahead of a shipment: when it should arrive, in how many packages.
ALTER TABLE ordering.shipment
    ADD COLUMN expected_on date,
    ADD COLUMN packages integer,
    ADD CONSTRAINT packages_are_counted CHECK (packages > 0) NOT VALID;

-- Damaged units were counted, and are neither received nor owed nor put into stock.
ALTER TABLE ordering.shipment_line
    ADD COLUMN damaged_quantity bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT damages_no_more_than_was_shipped
        CHECK (damaged_quantity BETWEEN 0 AND quantity) NOT VALID;
ALTER TABLE ordering.receipt_line
    ADD COLUMN damaged_quantity bigint NOT NULL DEFAULT 0,
    ADD COLUMN damage_reason text,
    ADD CONSTRAINT damages_no_more_than_was_shipped
        CHECK (damaged_quantity BETWEEN 0 AND shipped_quantity) NOT VALID,
    ADD CONSTRAINT damage_has_a_reason
        CHECK ((damaged_quantity > 0) = (damage_reason IS NOT NULL)) NOT VALID;

-- Other goods that the seller offers for units of a line, at the price of the edge as it was when
-- they were offered. Accepted, they are a line of the order, and those units of the first line are
-- refused. Whether an offer can still be accepted, the order and its line tell.
CREATE TABLE ordering.substitute (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    replaced_quantity bigint NOT NULL,
    state text NOT NULL DEFAULT 'proposed',
    sku_id bigint NOT NULL,
    sku_code text NOT NULL,
    sku_name text NOT NULL,
    sku_name_en text NOT NULL,
    base_unit text NOT NULL,
    pack_id bigint NOT NULL,
    pack_code text NOT NULL,
    pack_quantity bigint NOT NULL,
    quantity bigint NOT NULL,
    unit_price numeric(18, 6) NOT NULL,
    priced_quantity bigint NOT NULL,
    amount_minor bigint NOT NULL,
    explanation jsonb NOT NULL,
    promised_on date,
    reason text NOT NULL DEFAULT '',
    proposed_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    decision_reason text NOT NULL DEFAULT '',
    new_line_id bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT state_is_known CHECK (state IN ('proposed', 'accepted', 'refused')),
    CONSTRAINT replaces_something
        CHECK (replaced_quantity > 0 AND quantity > 0 AND pack_quantity > 0),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    CONSTRAINT deciding_says_when CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT only_the_accepted_have_a_line
        CHECK ((state = 'accepted') = (new_line_id IS NOT NULL)),
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line,
    FOREIGN KEY (network_id, new_line_id) REFERENCES ordering.order_line
);
CREATE INDEX substitute_by_order ON ordering.substitute (network_id, order_id, id);
CREATE INDEX substitute_by_order_line ON ordering.substitute (network_id, order_line_id);
CREATE UNIQUE INDEX one_substitute_for_each_new_line
    ON ordering.substitute (network_id, new_line_id) WHERE new_line_id IS NOT NULL;
SELECT kernel.guard_table('ordering.substitute', 'SELECT, INSERT, UPDATE');
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ordering TO tradeline_app;
