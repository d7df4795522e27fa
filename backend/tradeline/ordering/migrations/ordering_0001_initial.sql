-- Orders on an edge, and what becomes of each line. Quantities in base units.

CREATE SCHEMA ordering;
GRANT USAGE ON SCHEMA ordering TO tradeline_app;

-- The steps are the relationship's, frozen at placement. `state` names the step that is waited
-- for, `held_by_org_id` who has it, `since` when it came to them.
CREATE TABLE ordering.trade_order (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    relationship_id bigint NOT NULL,
    seller_org_id bigint NOT NULL,
    buyer_org_id bigint NOT NULL,
    currency char(3) NOT NULL,
    state text NOT NULL,
    held_by_org_id bigint,
    since timestamptz NOT NULL DEFAULT now(),
    amount_minor bigint NOT NULL,
    requires_review boolean NOT NULL,
    requires_confirmation boolean NOT NULL,
    requires_receipt boolean NOT NULL,
    holds_stock boolean NOT NULL,
    payment_terms_days integer NOT NULL,
    buyer_reference text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    ship_to_region text NOT NULL DEFAULT '',
    ship_to_address text NOT NULL DEFAULT '',
    requested_on date,
    placed_by_org_id bigint NOT NULL,
    placed_by_account_id bigint,
    placed_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_order_for_each_number UNIQUE (network_id, number),
    CONSTRAINT state_is_known CHECK (state IN (
        'in_review', 'to_confirm', 'to_ship', 'to_receive', 'closed', 'cancelled', 'refused')),
    CONSTRAINT an_open_order_is_with_somebody
        CHECK ((held_by_org_id IS NULL) = (state IN ('closed', 'cancelled', 'refused'))),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship
);
CREATE INDEX order_by_seller ON ordering.trade_order (network_id, seller_org_id, id);
CREATE INDEX order_by_buyer ON ordering.trade_order (network_id, buyer_org_id, id);
CREATE INDEX order_by_relationship ON ordering.trade_order (network_id, relationship_id, id);
CREATE INDEX order_waiting
    ON ordering.trade_order (network_id, held_by_org_id, state) WHERE held_by_org_id IS NOT NULL;
SELECT kernel.guard_table('ordering.trade_order', 'SELECT, INSERT, UPDATE');

-- Of `quantity`, some is refused, cancelled or shipped; of what is shipped, `counted_quantity` has
-- reached a receipt, on which `received_quantity` were found (fewer when short, more when over).
-- `amount_minor` is frozen: `open_minor` is what the units not yet counted, refused or cancelled
-- cost, `owed_minor` has become an obligation, `returned_minor` of that was given back.
-- `explanation` is how the price came to be. Codes and names are frozen with the line: a document
-- reads the same when the SKU is renamed, or is no longer offered.
CREATE TABLE ordering.order_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    line_no integer NOT NULL,
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
    refused_quantity bigint NOT NULL DEFAULT 0,
    cancelled_quantity bigint NOT NULL DEFAULT 0,
    shipped_quantity bigint NOT NULL DEFAULT 0,
    counted_quantity bigint NOT NULL DEFAULT 0,
    received_quantity bigint NOT NULL DEFAULT 0,
    returned_quantity bigint NOT NULL DEFAULT 0,
    open_minor bigint NOT NULL,
    owed_minor bigint NOT NULL DEFAULT 0,
    returned_minor bigint NOT NULL DEFAULT 0,
    promised_on date,
    refusal_reason text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT numbered_once UNIQUE (network_id, order_id, line_no),
    CONSTRAINT orders_something CHECK (quantity > 0 AND pack_quantity > 0),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    CONSTRAINT never_more_than_was_ordered CHECK (
        refused_quantity >= 0 AND cancelled_quantity >= 0 AND shipped_quantity >= 0
        AND refused_quantity + cancelled_quantity + shipped_quantity <= quantity),
    CONSTRAINT never_counts_more_than_was_shipped
        CHECK (counted_quantity BETWEEN 0 AND shipped_quantity),
    CONSTRAINT never_returns_more_than_was_received
        CHECK (returned_quantity BETWEEN 0 AND received_quantity),
    CONSTRAINT open_is_part_of_the_amount CHECK (open_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT never_gives_back_more_than_was_owed CHECK (
        owed_minor >= 0 AND returned_minor BETWEEN 0 AND owed_minor),
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order,
    CONSTRAINT pack_is_of_the_sku FOREIGN KEY (network_id, pack_id, sku_id)
        REFERENCES catalog.pack (network_id, id, sku_id)
);
CREATE INDEX order_line_by_sku ON ordering.order_line (network_id, sku_id);
SELECT kernel.guard_table('ordering.order_line', 'SELECT, INSERT, UPDATE');

-- The time line of an order: each step, who took it, for whom.
CREATE TABLE ordering.order_event (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    org_id bigint NOT NULL,
    account_id bigint,
    note text NOT NULL DEFAULT '',
    occurred_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order
);
CREATE INDEX order_event_by_order ON ordering.order_event (network_id, order_id, id);
SELECT kernel.guard_table('ordering.order_event', 'SELECT, INSERT');

CREATE TABLE ordering.shipment (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    number text NOT NULL,
    carrier text NOT NULL DEFAULT '',
    tracking_number text NOT NULL DEFAULT '',
    shipped_at timestamptz NOT NULL DEFAULT now(),
    received_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_shipment_for_each_number UNIQUE (network_id, number),
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order
);
CREATE INDEX shipment_by_order ON ordering.shipment (network_id, order_id, id);
SELECT kernel.guard_table('ordering.shipment', 'SELECT, INSERT, UPDATE');

-- `received_quantity` stays empty until the buyer has counted; it may be less (short) or more (over).
CREATE TABLE ordering.shipment_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    shipment_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    quantity bigint NOT NULL,
    received_quantity bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT shipped_once_in_a_shipment UNIQUE (network_id, shipment_id, order_line_id),
    CONSTRAINT ships_something CHECK (quantity > 0),
    CONSTRAINT received_is_not_negative CHECK (received_quantity >= 0),
    FOREIGN KEY (network_id, shipment_id) REFERENCES ordering.shipment,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
CREATE INDEX shipment_line_by_order_line
    ON ordering.shipment_line (network_id, order_line_id);
SELECT kernel.guard_table('ordering.shipment_line', 'SELECT, INSERT, UPDATE');

-- What the buyer counted: the document that makes the debt.
CREATE TABLE ordering.receipt (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    shipment_id bigint NOT NULL,
    order_id bigint NOT NULL,
    number text NOT NULL,
    amount_minor bigint NOT NULL,
    note text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_receipt_for_each_number UNIQUE (network_id, number),
    CONSTRAINT one_receipt_for_each_shipment UNIQUE (network_id, shipment_id),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    FOREIGN KEY (network_id, shipment_id) REFERENCES ordering.shipment,
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order
);
SELECT kernel.guard_table('ordering.receipt', 'SELECT, INSERT');

CREATE TABLE ordering.receipt_line (
    network_id bigint NOT NULL,
    receipt_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    shipped_quantity bigint NOT NULL,
    received_quantity bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (network_id, receipt_id, order_line_id),
    CONSTRAINT counts_are_not_negative CHECK (received_quantity >= 0 AND amount_minor >= 0),
    FOREIGN KEY (network_id, receipt_id) REFERENCES ordering.receipt,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
CREATE INDEX receipt_line_by_order_line ON ordering.receipt_line (network_id, order_line_id);
SELECT kernel.guard_table('ordering.receipt_line', 'SELECT, INSERT');

-- Goods that go back. Asked for by the buyer; the money follows when the seller accepts.
CREATE TABLE ordering.order_return (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    number text NOT NULL,
    state text NOT NULL DEFAULT 'requested',
    reason text NOT NULL,
    amount_minor bigint NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    refusal_reason text,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_return_for_each_number UNIQUE (network_id, number),
    CONSTRAINT state_is_known CHECK (state IN ('requested', 'accepted', 'refused')),
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order
);
CREATE INDEX return_by_order ON ordering.order_return (network_id, order_id, id);
SELECT kernel.guard_table('ordering.order_return', 'SELECT, INSERT, UPDATE');

CREATE TABLE ordering.return_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    return_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    quantity bigint NOT NULL,
    amount_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (network_id, id),
    CONSTRAINT returned_once_in_a_return UNIQUE (network_id, return_id, order_line_id),
    CONSTRAINT returns_something CHECK (quantity > 0),
    FOREIGN KEY (network_id, return_id) REFERENCES ordering.order_return,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
CREATE INDEX return_line_by_order_line ON ordering.return_line (network_id, order_line_id);
SELECT kernel.guard_table('ordering.return_line', 'SELECT, INSERT, UPDATE');

-- Documents are numbered by their id, which is taken before the row is written.
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ordering TO tradeline_app;
