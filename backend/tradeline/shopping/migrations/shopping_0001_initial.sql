-- What consumers buy in the stores of the network: carts, orders, and how the money of each is split
-- among the parties of the store's supply route. Quantities in base units.

CREATE SCHEMA shopping;
GRANT USAGE ON SCHEMA shopping TO tradeline_app;

-- One cart for each member in each store. It stays when it is emptied, so that its version never
-- goes back. `source` is the last link that led there.
CREATE TABLE shopping.cart (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    member_id bigint NOT NULL,
    store_id bigint NOT NULL,
    version integer NOT NULL DEFAULT 1,
    source text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_cart_for_each_member_and_store UNIQUE (network_id, member_id, store_id),
    CONSTRAINT version_is_a_count CHECK (version >= 1),
    FOREIGN KEY (network_id, member_id) REFERENCES members.member,
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store
) WITH (fillfactor = 80);
SELECT kernel.guard_table('shopping.cart', 'SELECT, INSERT, UPDATE');

CREATE TABLE shopping.cart_line (
    network_id bigint NOT NULL,
    cart_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    quantity bigint NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, cart_id, sku_id),
    CONSTRAINT wants_something CHECK (quantity > 0),
    FOREIGN KEY (network_id, cart_id) REFERENCES shopping.cart,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
SELECT kernel.guard_table('shopping.cart_line', 'SELECT, INSERT, UPDATE, DELETE');

-- What a merge of two members put from the one's carts into the other's, as [store, SKU, quantity]:
-- done once, and taken out again when the merge is undone.
CREATE TABLE shopping.cart_carry (
    network_id bigint NOT NULL,
    merge_id bigint NOT NULL,
    lines jsonb NOT NULL,
    carried_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    PRIMARY KEY (network_id, merge_id)
);
SELECT kernel.guard_table('shopping.cart_carry', 'SELECT, INSERT, UPDATE');

-- Sold by the store's legal entity to a member; paid to the collector, who is at a tier of the
-- route. `plan` explains where the goods come from. Who receives them is sealed, and copied from
-- the member's address: what happens to that later changes no order. At `completes_at` it counts as
-- received, unless the member has said so before.
CREATE TABLE shopping.consumer_order (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    number text NOT NULL,
    store_id bigint NOT NULL,
    seller_org_id bigint NOT NULL,
    seller_entity_id bigint NOT NULL,
    collector_org_id bigint NOT NULL,
    collector_entity_id bigint NOT NULL,
    collector_tier integer NOT NULL,
    member_id bigint NOT NULL,
    currency char(3) NOT NULL,
    state text NOT NULL,
    delivery text NOT NULL,
    goods_minor bigint NOT NULL,
    coupon_minor bigint NOT NULL,
    freight_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0,
    coupon_id bigint,
    ship_to_region text NOT NULL DEFAULT '',
    recipient_seal bytea,
    phone_seal bytea,
    detail_seal bytea,
    pickup_code_lookup bytea,
    pickup_code_seal bytea,
    source text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    plan jsonb NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    paid_at timestamptz,
    closed_at timestamptz,
    completes_at timestamptz,
    payment_id bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_consumer_order_for_each_number UNIQUE (network_id, number),
    CONSTRAINT state_is_known CHECK (state IN (
        'to_pay', 'to_ship', 'to_pick_up', 'shipped', 'completed', 'cancelled', 'expired')),
    CONSTRAINT delivery_is_known CHECK (delivery IN ('delivery', 'pickup')),
    CONSTRAINT sums_are_not_negative
        CHECK (goods_minor >= 0 AND freight_minor >= 0 AND coupon_minor BETWEEN 0 AND goods_minor),
    CONSTRAINT total_is_its_parts CHECK (total_minor = goods_minor - coupon_minor + freight_minor),
    CONSTRAINT never_gives_back_more_than_was_paid
        CHECK (refunded_minor BETWEEN 0 AND CASE WHEN paid_at IS NULL THEN 0 ELSE total_minor END),
    CONSTRAINT paid_unless_it_never_came_to_it CHECK (
        CASE WHEN state IN ('to_pay', 'expired') THEN paid_at IS NULL
             WHEN state = 'cancelled' THEN true
             ELSE paid_at IS NOT NULL END),
    CONSTRAINT closed_when_it_ends
        CHECK ((closed_at IS NOT NULL) = (state IN ('completed', 'cancelled', 'expired'))),
    CONSTRAINT says_where_to CHECK (CASE delivery
        WHEN 'pickup' THEN pickup_code_lookup IS NOT NULL AND pickup_code_seal IS NOT NULL
        ELSE recipient_seal IS NOT NULL AND phone_seal IS NOT NULL AND detail_seal IS NOT NULL END),
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store,
    FOREIGN KEY (network_id, member_id) REFERENCES members.member
) WITH (fillfactor = 80);
CREATE INDEX consumer_order_by_member
    ON shopping.consumer_order (network_id, member_id, id);
CREATE INDEX consumer_order_by_store ON shopping.consumer_order (network_id, store_id, id);
CREATE INDEX consumer_order_by_expiry
    ON shopping.consumer_order (expires_at) WHERE state = 'to_pay';
CREATE INDEX consumer_order_by_completion
    ON shopping.consumer_order (completes_at) WHERE state = 'shipped';
CREATE UNIQUE INDEX one_waiting_order_for_each_pickup_code
    ON shopping.consumer_order (network_id, store_id, pickup_code_lookup)
 WHERE pickup_code_lookup IS NOT NULL AND state IN ('to_pay', 'to_pick_up');
SELECT kernel.guard_table('shopping.consumer_order', 'SELECT, INSERT, UPDATE');

-- The parties of an order as they stood at placement: tier 0 is the store's own, each edge above
-- joins the tier below (its buyer) to this one (its seller).
CREATE TABLE shopping.order_tier (
    network_id bigint NOT NULL,
    order_id bigint NOT NULL,
    tier integer NOT NULL,
    org_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    relationship_id bigint,
    PRIMARY KEY (network_id, order_id, tier),
    CONSTRAINT the_store_itself_has_no_edge CHECK ((tier = 0) = (relationship_id IS NULL)),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order
);
CREATE INDEX order_tier_by_org ON shopping.order_tier (network_id, org_id, order_id);
SELECT kernel.guard_table('shopping.order_tier', 'SELECT, INSERT');

-- A SKU from one source: the tier whose stock serves it. Of `quantity`, some is cancelled or
-- shipped, and of that some returned; `goods_minor` less `coupon_minor` was paid for the line, of
-- which the refunded parts are given back. `explanation` is how the retail price came to be. A line that
-- replaces another has taken over units that the other's source could not serve.
CREATE TABLE shopping.order_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    line_no integer NOT NULL,
    sku_id bigint NOT NULL,
    sku_code text NOT NULL,
    sku_name text NOT NULL,
    sku_name_en text NOT NULL,
    base_unit text NOT NULL,
    source_tier integer NOT NULL,
    source_org_id bigint NOT NULL,
    quantity bigint NOT NULL,
    unit_price numeric(18, 6) NOT NULL,
    goods_minor bigint NOT NULL,
    coupon_minor bigint NOT NULL,
    explanation jsonb NOT NULL,
    cancelled_quantity bigint NOT NULL DEFAULT 0,
    shipped_quantity bigint NOT NULL DEFAULT 0,
    returned_quantity bigint NOT NULL DEFAULT 0,
    refunded_goods_minor bigint NOT NULL DEFAULT 0,
    refunded_coupon_minor bigint NOT NULL DEFAULT 0,
    replaces_line_id bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT numbered_once UNIQUE (network_id, order_id, line_no),
    CONSTRAINT orders_something CHECK (quantity > 0),
    CONSTRAINT coupon_is_part_of_the_goods
        CHECK (goods_minor >= 0 AND coupon_minor BETWEEN 0 AND goods_minor),
    CONSTRAINT never_more_than_was_ordered CHECK (
        cancelled_quantity >= 0 AND shipped_quantity >= 0
        AND cancelled_quantity + shipped_quantity <= quantity),
    CONSTRAINT never_returns_more_than_was_shipped
        CHECK (returned_quantity BETWEEN 0 AND shipped_quantity),
    CONSTRAINT never_gives_back_more_than_was_paid CHECK (
        refunded_goods_minor BETWEEN 0 AND goods_minor
        AND refunded_coupon_minor BETWEEN 0 AND coupon_minor),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku,
    FOREIGN KEY (network_id, replaces_line_id) REFERENCES shopping.order_line
) WITH (fillfactor = 80);
CREATE INDEX order_line_by_replaced ON shopping.order_line (network_id, replaces_line_id)
 WHERE replaces_line_id IS NOT NULL;
SELECT kernel.guard_table('shopping.order_line', 'SELECT, INSERT, UPDATE');

-- What an order comes to on an edge of its route. No order of dealers: it has no steps of its own,
-- checks no credit, and what becomes of it is what becomes of the order's lines.
CREATE TABLE shopping.leg (
    network_id bigint NOT NULL,
    order_id bigint NOT NULL,
    tier integer NOT NULL,
    relationship_id bigint NOT NULL,
    seller_org_id bigint NOT NULL,
    buyer_org_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (network_id, order_id, tier),
    CONSTRAINT is_above_the_store CHECK (tier >= 1),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order,
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship
);
CREATE INDEX leg_by_relationship ON shopping.leg (network_id, relationship_id, order_id);
SELECT kernel.guard_table('shopping.leg', 'SELECT, INSERT, UPDATE');

CREATE TABLE shopping.leg_line (
    network_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    tier integer NOT NULL,
    order_id bigint NOT NULL,
    unit_price numeric(18, 6) NOT NULL,
    amount_minor bigint NOT NULL,
    explanation jsonb NOT NULL,
    PRIMARY KEY (network_id, order_line_id, tier),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    FOREIGN KEY (network_id, order_line_id) REFERENCES shopping.order_line,
    FOREIGN KEY (network_id, order_id, tier) REFERENCES shopping.leg
);
CREATE INDEX leg_line_by_order ON shopping.leg_line (network_id, order_id, tier);
SELECT kernel.guard_table('shopping.leg_line', 'SELECT, INSERT');

-- What is taken back of a sale: the document of its debts and bookings. `amount_minor` goes to the
-- consumer, by the provider's refund, where it is more than nothing. Cause 'moved': nothing goes to
-- the consumer, what is taken from one source is another's.
CREATE TABLE shopping.consumer_refund (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    number text NOT NULL,
    cause text NOT NULL,
    goods_minor bigint NOT NULL,
    coupon_minor bigint NOT NULL,
    freight_minor bigint NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL DEFAULT '',
    state text NOT NULL,
    payment_refund_id bigint,
    requested_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_refund_for_each_number UNIQUE (network_id, number),
    CONSTRAINT one_refund_for_each_of_the_providers UNIQUE (network_id, payment_refund_id),
    CONSTRAINT cause_is_known
        CHECK (cause IN ('cancel', 'unavailable', 'return', 'price', 'freight', 'moved')),
    CONSTRAINT state_is_known CHECK (state IN ('requested', 'succeeded', 'abnormal')),
    CONSTRAINT settled_when_it_is_over CHECK ((settled_at IS NULL) = (state = 'requested')),
    CONSTRAINT sums_are_not_negative CHECK (
        coupon_minor BETWEEN 0 AND goods_minor AND freight_minor >= 0),
    CONSTRAINT amount_is_its_parts CHECK (amount_minor = CASE cause
        WHEN 'moved' THEN 0 ELSE goods_minor - coupon_minor + freight_minor END),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order
);
CREATE INDEX consumer_refund_by_order ON shopping.consumer_refund (network_id, order_id, id);
SELECT kernel.guard_table('shopping.consumer_refund', 'SELECT, INSERT, UPDATE');

-- Whose the money of an order is, frozen at placement: of each line its goods (the margin of a tier,
-- below zero where it sells below cost) and what each bears of the coupon; the freight, of no line,
-- is whose goods are shipped. Parts of zero are left out. All obligations follow from this alone. A
-- row that was `moved_by` a document came with a new source, in place of what that document takes.
CREATE TABLE shopping.split (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    order_line_id bigint,
    part text NOT NULL,
    tier integer NOT NULL,
    org_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    original_minor bigint NOT NULL,
    reversed_minor bigint NOT NULL DEFAULT 0,
    moved_by_id bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT split_once UNIQUE NULLS NOT DISTINCT (
        network_id, order_id, order_line_id, part, tier, moved_by_id),
    CONSTRAINT part_is_known CHECK (part IN ('goods', 'coupon', 'freight')),
    CONSTRAINT is_of_a_line_unless_freight CHECK ((part = 'freight') = (order_line_id IS NULL)),
    CONSTRAINT only_goods_may_cost_a_tier CHECK (original_minor > 0
        OR part = 'goods' AND original_minor < 0),
    CONSTRAINT never_reverses_more_than_it_was CHECK (
        reversed_minor BETWEEN least(original_minor, 0) AND greatest(original_minor, 0)),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order,
    FOREIGN KEY (network_id, moved_by_id) REFERENCES shopping.consumer_refund
) WITH (fillfactor = 80);
SELECT kernel.guard_table('shopping.split', 'SELECT, INSERT, UPDATE');

-- What a refund takes of each split, with the sign of the split.
CREATE TABLE shopping.reversal (
    network_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    split_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (network_id, refund_id, split_id),
    CONSTRAINT reverses_something CHECK (amount_minor <> 0),
    FOREIGN KEY (network_id, refund_id) REFERENCES shopping.consumer_refund,
    FOREIGN KEY (network_id, split_id) REFERENCES shopping.split
);
CREATE INDEX reversal_by_split ON shopping.reversal (network_id, split_id);
SELECT kernel.guard_table('shopping.reversal', 'SELECT, INSERT');

-- The time line of an order: each step, and who took it: a member, an organization, or nobody (what
-- a provider told us, what lapsed).
CREATE TABLE shopping.order_event (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    org_id bigint,
    account_id bigint,
    member_id bigint,
    note text NOT NULL DEFAULT '',
    occurred_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order
);
CREATE INDEX order_event_by_order ON shopping.order_event (network_id, order_id, id);
SELECT kernel.guard_table('shopping.order_event', 'SELECT, INSERT');

-- Goods on their way to the consumer, from the organization whose stock they are; handed over in a
-- store, they have no carrier. `uploaded_at`: when the provider was told.
CREATE TABLE shopping.shipment (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    number text NOT NULL,
    org_id bigint NOT NULL,
    carrier text NOT NULL DEFAULT '',
    tracking_number text NOT NULL DEFAULT '',
    shipped_at timestamptz NOT NULL DEFAULT now(),
    uploaded_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_shipment_for_each_number UNIQUE (network_id, number),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order
);
CREATE INDEX shipment_by_order ON shopping.shipment (network_id, order_id, id);
CREATE INDEX shipment_to_upload ON shopping.shipment (shipped_at) WHERE uploaded_at IS NULL;
SELECT kernel.guard_table('shopping.shipment', 'SELECT, INSERT, UPDATE');

CREATE TABLE shopping.shipment_line (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    shipment_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    quantity bigint NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT shipped_once_in_a_shipment UNIQUE (network_id, shipment_id, order_line_id),
    CONSTRAINT ships_something CHECK (quantity > 0),
    FOREIGN KEY (network_id, shipment_id) REFERENCES shopping.shipment,
    FOREIGN KEY (network_id, order_line_id) REFERENCES shopping.order_line
);
CREATE INDEX shipment_line_by_order_line
    ON shopping.shipment_line (network_id, order_line_id);
SELECT kernel.guard_table('shopping.shipment_line', 'SELECT, INSERT');

-- Goods that go back ('return') or only money that does ('price'). `refund_id` is the document of
-- the money, once there is one.
CREATE TABLE shopping.after_sale (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    number text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'requested',
    reason text NOT NULL,
    refusal_reason text,
    amount_minor bigint NOT NULL DEFAULT 0,
    refund_id bigint,
    requested_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_after_sale_for_each_number UNIQUE (network_id, number),
    CONSTRAINT kind_is_known CHECK (kind IN ('return', 'price')),
    CONSTRAINT state_is_known CHECK (
        state IN ('requested', 'accepted', 'refused', 'withdrawn', 'refunded')),
    CONSTRAINT amount_is_not_negative CHECK (amount_minor >= 0),
    FOREIGN KEY (network_id, order_id) REFERENCES shopping.consumer_order,
    FOREIGN KEY (network_id, refund_id) REFERENCES shopping.consumer_refund
);
CREATE INDEX after_sale_by_order ON shopping.after_sale (network_id, order_id, id);
CREATE INDEX after_sale_by_refund
    ON shopping.after_sale (network_id, refund_id) WHERE refund_id IS NOT NULL;
SELECT kernel.guard_table('shopping.after_sale', 'SELECT, INSERT, UPDATE');

CREATE TABLE shopping.after_sale_line (
    network_id bigint NOT NULL,
    after_sale_id bigint NOT NULL,
    order_line_id bigint NOT NULL,
    quantity bigint NOT NULL DEFAULT 0,
    goods_minor bigint NOT NULL DEFAULT 0,
    coupon_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (network_id, after_sale_id, order_line_id),
    CONSTRAINT gives_back_no_less_than_nothing CHECK (
        quantity >= 0 AND goods_minor >= 0 AND coupon_minor BETWEEN 0 AND goods_minor),
    FOREIGN KEY (network_id, after_sale_id) REFERENCES shopping.after_sale,
    FOREIGN KEY (network_id, order_line_id) REFERENCES shopping.order_line
);
CREATE INDEX after_sale_line_by_order_line
    ON shopping.after_sale_line (network_id, order_line_id);
SELECT kernel.guard_table('shopping.after_sale_line', 'SELECT, INSERT, UPDATE');

-- How often somebody gave a store a pick-up code that is none of its own, until `window_ends_at`.
CREATE TABLE shopping.pickup_attempt (
    network_id bigint NOT NULL,
    store_id bigint NOT NULL,
    failures integer NOT NULL,
    window_ends_at timestamptz NOT NULL,
    PRIMARY KEY (network_id, store_id),
    CONSTRAINT counts_failures CHECK (failures >= 0),
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store
);
SELECT kernel.guard_table('shopping.pickup_attempt', 'SELECT, INSERT, UPDATE');

-- Documents are numbered by their id, which is taken before the row is written.
GRANT USAGE ON ALL SEQUENCES IN SCHEMA shopping TO tradeline_app;
