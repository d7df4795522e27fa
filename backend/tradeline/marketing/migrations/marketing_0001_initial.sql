-- Coupons of stores, and who bears what they cost.

CREATE SCHEMA marketing;
GRANT USAGE ON SCHEMA marketing TO tradeline_app;

-- `issued_count` is guarded: it can run out. A coupon takes `value_minor` off goods of `threshold_minor`
-- or more, so it is never worth more than what it is used for.
CREATE TABLE marketing.campaign (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    value_minor bigint NOT NULL,
    threshold_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    quantity_max bigint NOT NULL,
    issued_count bigint NOT NULL DEFAULT 0,
    per_member_max integer NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_campaign_for_each_code UNIQUE (network_id, org_id, code),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization,
    CONSTRAINT takes_no_more_than_it_asks_for CHECK (
        value_minor > 0 AND threshold_minor BETWEEN value_minor AND 1000000000000000),
    CONSTRAINT never_issues_more_than_agreed CHECK (issued_count BETWEEN 0 AND quantity_max),
    CONSTRAINT gives_each_member_some CHECK (per_member_max BETWEEN 1 AND 1000),
    CONSTRAINT issues_only_when_agreed CHECK (state <> 'draft' OR issued_count = 0),
    CONSTRAINT ends_after_it_begins CHECK (valid_to > valid_from),
    CONSTRAINT state_is_known CHECK (state IN ('draft', 'agreed', 'ended'))
) WITH (fillfactor = 80);
SELECT kernel.guard_table('marketing.campaign', 'SELECT, INSERT, UPDATE');

-- Where its coupons are claimed and used.
CREATE TABLE marketing.campaign_store (
    network_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    store_id bigint NOT NULL,
    PRIMARY KEY (network_id, campaign_id, store_id),
    FOREIGN KEY (network_id, campaign_id) REFERENCES marketing.campaign,
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store
);
CREATE INDEX campaign_store_by_store ON marketing.campaign_store (network_id, store_id, campaign_id);
SELECT kernel.guard_table('marketing.campaign_store', 'SELECT, INSERT');

-- Who bears which part. Nobody owes unasked (ADR 0010): each agrees for itself, and says so once.
CREATE TABLE marketing.campaign_share (
    network_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    org_id bigint NOT NULL,
    basis_points integer NOT NULL,
    agreed_at timestamptz,
    PRIMARY KEY (network_id, campaign_id, org_id),
    FOREIGN KEY (network_id, campaign_id) REFERENCES marketing.campaign,
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization,
    CONSTRAINT bears_some_of_it CHECK (basis_points BETWEEN 1 AND 10000)
);
CREATE INDEX campaign_share_by_org ON marketing.campaign_share (network_id, org_id, campaign_id);
SELECT kernel.guard_table('marketing.campaign_share', 'SELECT, INSERT');
GRANT UPDATE (agreed_at) ON marketing.campaign_share TO tradeline_app;

-- The guarded row: open, held for an order that waits for its payment, or used by it.
CREATE TABLE marketing.coupon (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    campaign_id bigint NOT NULL,
    member_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'open',
    order_id bigint,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    held_at timestamptz,
    used_at timestamptz,
    PRIMARY KEY (network_id, id),
    FOREIGN KEY (network_id, campaign_id) REFERENCES marketing.campaign,
    FOREIGN KEY (network_id, member_id) REFERENCES members.member,
    CONSTRAINT state_is_known CHECK (state IN ('open', 'held', 'used')),
    CONSTRAINT open_for_no_order CHECK ((state = 'open') = (order_id IS NULL)),
    CONSTRAINT held_since_then CHECK ((state = 'open') = (held_at IS NULL)),
    CONSTRAINT used_since_then CHECK ((state = 'used') = (used_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX one_coupon_for_each_order
    ON marketing.coupon (network_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX coupon_by_campaign ON marketing.coupon (network_id, campaign_id, member_id);
CREATE INDEX coupon_by_member ON marketing.coupon (network_id, member_id, id);
SELECT kernel.guard_table('marketing.coupon', 'SELECT, INSERT, UPDATE');
