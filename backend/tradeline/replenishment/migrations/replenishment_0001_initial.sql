-- What is asked for by the day, what is expected, and what is proposed to be bought, moved or
-- cleared. Quantities in base units. A day is one of the trade: Asia/Shanghai.

CREATE SCHEMA replenishment;
GRANT USAGE ON SCHEMA replenishment TO tradeline_app;

-- Facts, counted from orders and never by anything else: a day that is counted again is the same.
-- `place_id` is a store, whose consumers bought, or an edge, on which the buyer ordered; `org_id`
-- is who sold. `returned` of `quantity` came back.
CREATE TABLE replenishment.demand_day (
    network_id bigint NOT NULL,
    place_type text NOT NULL,
    place_id bigint NOT NULL,
    day date NOT NULL,
    sku_id bigint NOT NULL,
    org_id bigint NOT NULL,
    quantity bigint NOT NULL,
    returned bigint NOT NULL,
    is_promoted boolean NOT NULL,
    PRIMARY KEY (network_id, place_type, place_id, day, sku_id),
    CONSTRAINT place_is_known CHECK (place_type IN ('store', 'edge')),
    CONSTRAINT demand_is_not_negative CHECK (quantity >= 0 AND returned >= 0),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
CREATE INDEX demand_day_by_sku
    ON replenishment.demand_day (network_id, sku_id, day) INCLUDE (place_type, place_id, quantity);
SELECT kernel.guard_table('replenishment.demand_day', 'SELECT');

-- Between which ids the orders of a day lie, so that one day can be counted without looking at the
-- others. It only ever widens.
CREATE TABLE replenishment.demand_span (
    network_id bigint NOT NULL,
    source text NOT NULL,
    day date NOT NULL,
    first_order_id bigint NOT NULL,
    last_order_id bigint NOT NULL,
    PRIMARY KEY (network_id, source, day),
    CONSTRAINT source_is_known CHECK (source IN ('order', 'consumer_order')),
    CONSTRAINT begins_before_it_ends CHECK (first_order_id <= last_order_id)
);
SELECT kernel.guard_table('replenishment.demand_span', 'SELECT');

-- How far the time lines of orders have been read. Identity order is not commit order: what lies
-- between `read_to` and `bound_id` is read once no transaction is left that was running when the
-- bound was set, which is before `bound_xid`.
CREATE TABLE replenishment.demand_mark (
    network_id bigint NOT NULL REFERENCES organizations.network,
    source text NOT NULL,
    read_to bigint NOT NULL DEFAULT 0,
    bound_id bigint NOT NULL DEFAULT 0,
    bound_xid bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (network_id, source),
    CONSTRAINT source_is_known CHECK (source IN ('order', 'consumer_order')),
    CONSTRAINT never_reads_past_its_bound CHECK (read_to <= bound_id)
);
SELECT kernel.guard_table('replenishment.demand_mark', 'SELECT');

-- Spells in which nothing of a SKU was free in a warehouse: who asked meanwhile was sent away, so
-- that nobody knows how many would have been bought.
CREATE TABLE replenishment.stock_out (
    network_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (network_id, warehouse_id, sku_id, began_at),
    CONSTRAINT ends_after_it_begins CHECK (ended_at >= began_at),
    FOREIGN KEY (network_id, warehouse_id, sku_id) REFERENCES inventory.stock_level
);
CREATE UNIQUE INDEX one_open_stock_out_for_each_level
    ON replenishment.stock_out (network_id, warehouse_id, sku_id) WHERE ended_at IS NULL;
SELECT kernel.guard_table('replenishment.stock_out', 'SELECT');

-- What an organization expects to leave a warehouse of its own, day by day from `first_day` on, in
-- thousandths of a base unit. No error is known where there was too little to try a method on.
CREATE TABLE replenishment.forecast (
    network_id bigint NOT NULL,
    org_id bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    first_day date NOT NULL,
    method text NOT NULL,
    mase numeric(18, 6),
    bias numeric(18, 6),
    sigma_milli bigint NOT NULL,
    mean_milli bigint[] NOT NULL,
    low_milli bigint[] NOT NULL,
    high_milli bigint[] NOT NULL,
    explanation jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (network_id, org_id, warehouse_id, sku_id),
    CONSTRAINT days_agree CHECK (
        cardinality(mean_milli) = cardinality(low_milli)
        AND cardinality(mean_milli) = cardinality(high_milli)),
    FOREIGN KEY (network_id, warehouse_id) REFERENCES inventory.warehouse,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
CREATE INDEX forecast_by_sku ON replenishment.forecast (network_id, sku_id);
SELECT kernel.guard_table('replenishment.forecast', 'SELECT, INSERT, UPDATE, DELETE');

-- How a buyer is supplied on an edge: on the whole of it, or for one SKU, which then goes first.
CREATE TABLE replenishment.term (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    sku_id bigint,
    lead_time_days integer NOT NULL,
    lead_time_spread_days numeric(9, 6) NOT NULL DEFAULT 0,
    service_level_bp integer NOT NULL DEFAULT 9500,
    review_days integer NOT NULL DEFAULT 7,
    confirm_days integer NOT NULL DEFAULT 2,
    order_minimum bigint NOT NULL DEFAULT 0,
    pack_id bigint,
    shelf_life_days integer,
    max_cover_days integer,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_term_for_each_edge_and_sku
        UNIQUE NULLS NOT DISTINCT (network_id, relationship_id, sku_id),
    CONSTRAINT terms_are_of_this_world CHECK (
        lead_time_days BETWEEN 0 AND 365
        AND lead_time_spread_days BETWEEN 0 AND 365
        AND service_level_bp BETWEEN 5000 AND 9999
        AND review_days BETWEEN 1 AND 365
        AND confirm_days BETWEEN 0 AND 365
        AND order_minimum >= 0
        AND shelf_life_days BETWEEN 1 AND 36500
        AND max_cover_days BETWEEN 1 AND 3650),
    CONSTRAINT a_pack_is_of_one_sku CHECK (pack_id IS NULL OR sku_id IS NOT NULL),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku,
    CONSTRAINT pack_is_of_the_sku FOREIGN KEY (network_id, pack_id, sku_id)
        REFERENCES catalog.pack (network_id, id, sku_id)
);
CREATE INDEX term_by_org ON replenishment.term (network_id, org_id, id);
SELECT kernel.guard_table('replenishment.term', 'SELECT, INSERT, UPDATE, DELETE');

-- What an organization may buy for in a month, on all its edges of a currency.
CREATE TABLE replenishment.budget (
    network_id bigint NOT NULL,
    org_id bigint NOT NULL,
    month date NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (network_id, org_id, month, currency),
    CONSTRAINT a_month_begins_with_its_first CHECK (extract(day FROM month) = 1),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('replenishment.budget', 'SELECT, INSERT, UPDATE, DELETE');

-- The guarded row: who makes proposals of an organization, or takes them, holds it, so that what
-- one of them sees of stock and orders is what the one before has left.
CREATE TABLE replenishment.desk (
    network_id bigint NOT NULL,
    org_id bigint NOT NULL,
    proposed_at timestamptz,
    forecast_at timestamptz,
    PRIMARY KEY (network_id, org_id),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('replenishment.desk', 'SELECT, INSERT, UPDATE');

-- What is proposed for a SKU in a warehouse, with its whole arithmetic. `quantity` is what the
-- arithmetic gave, `accepted_quantity` what was taken of it: as a line of an order to buy, as a
-- document that moves stock, or as word that something is being done about slow stock.
CREATE TABLE replenishment.proposal_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    kind text NOT NULL,
    warehouse_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    from_warehouse_id bigint,
    relationship_id bigint,
    pack_id bigint,
    pack_units bigint NOT NULL DEFAULT 1,
    quantity bigint NOT NULL,
    currency char(3),
    amount_minor bigint,
    days_of_cover numeric(18, 6),
    arithmetic jsonb NOT NULL,
    state text NOT NULL DEFAULT 'open',
    made_at timestamptz NOT NULL DEFAULT now(),
    accepted_quantity bigint,
    order_id bigint,
    order_line_id bigint,
    document_id bigint,
    decided_at timestamptz,
    decided_by_account_id bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT kind_is_known CHECK (kind IN ('buy', 'transfer', 'clear')),
    CONSTRAINT state_is_known CHECK (state IN ('open', 'accepted', 'dismissed', 'superseded')),
    CONSTRAINT proposes_something CHECK (quantity > 0 AND pack_units > 0),
    CONSTRAINT says_from_where CHECK (
        (kind = 'buy') = (relationship_id IS NOT NULL)
        AND (kind = 'transfer') = (from_warehouse_id IS NOT NULL)
        AND from_warehouse_id IS DISTINCT FROM warehouse_id),
    CONSTRAINT decided_when_it_is_over CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT accepted_is_part_of_what_was_proposed CHECK (
        (state = 'accepted') = (accepted_quantity IS NOT NULL)
        AND accepted_quantity BETWEEN 1 AND quantity),
    CONSTRAINT accepted_is_a_document CHECK (
        ((state = 'accepted' AND kind = 'buy') = (order_line_id IS NOT NULL))
        AND (order_id IS NULL) = (order_line_id IS NULL)
        AND ((state = 'accepted' AND kind = 'transfer') = (document_id IS NOT NULL))),
    FOREIGN KEY (network_id, warehouse_id) REFERENCES inventory.warehouse,
    FOREIGN KEY (network_id, from_warehouse_id) REFERENCES inventory.warehouse,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku,
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship,
    FOREIGN KEY (network_id, order_id) REFERENCES ordering.trade_order,
    FOREIGN KEY (network_id, order_line_id) REFERENCES ordering.order_line
);
CREATE UNIQUE INDEX one_open_proposal_for_each_need
    ON replenishment.proposal_line (
       network_id, org_id, warehouse_id, sku_id, kind, coalesce(from_warehouse_id, 0))
 WHERE state = 'open';
CREATE UNIQUE INDEX one_proposal_for_each_order_line
    ON replenishment.proposal_line (network_id, order_line_id) WHERE order_line_id IS NOT NULL;
CREATE INDEX proposal_line_by_org ON replenishment.proposal_line (network_id, org_id, state, id);
SELECT kernel.guard_table('replenishment.proposal_line', 'SELECT, INSERT, UPDATE');
