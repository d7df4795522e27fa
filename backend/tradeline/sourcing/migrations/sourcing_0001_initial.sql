-- By which rules stock is chosen for a consumer's order.

CREATE SCHEMA sourcing;
GRANT USAGE ON SCHEMA sourcing TO tradeline_app;

-- Rules of the organization at the top of a store's route, the first one first. What the columns mean
-- goes by the kind: `quantity` is parcels, units that are kept back, units a day, or what one step nearer
-- is worth, in minor units for one base unit.
CREATE TABLE sourcing.rule (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    tier integer,
    warehouse_id bigint,
    region text NOT NULL DEFAULT '',
    quantity bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_rule_at_each_position UNIQUE (network_id, org_id, position),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization,
    FOREIGN KEY (network_id, warehouse_id) REFERENCES inventory.warehouse,
    CONSTRAINT tier_is_one CHECK (tier BETWEEN 0 AND 100),
    CONSTRAINT says_what_its_kind_needs CHECK (
        CASE kind
            WHEN 'prefer_tier' THEN
                tier IS NOT NULL AND warehouse_id IS NULL AND region = '' AND quantity IS NULL
            WHEN 'prefer_region' THEN
                tier IS NULL AND warehouse_id IS NOT NULL AND region <> '' AND quantity IS NULL
            WHEN 'max_parcels' THEN
                tier IS NULL AND warehouse_id IS NULL AND region = '' AND quantity >= 1
            WHEN 'whole_lines' THEN
                tier IS NULL AND warehouse_id IS NULL AND region = '' AND quantity IS NULL
            WHEN 'safety_stock' THEN
                num_nonnulls(tier, warehouse_id) = 1 AND region = '' AND quantity >= 0
            WHEN 'quota' THEN
                tier IS NOT NULL AND warehouse_id IS NULL AND region = '' AND quantity >= 0
            WHEN 'cost' THEN
                tier IS NULL AND warehouse_id IS NULL AND region = '' AND quantity >= 0
            ELSE false
        END)
);
SELECT kernel.guard_table('sourcing.rule', 'SELECT, INSERT, DELETE');

-- The guarded row: how much of a tier's quota went on a day of the trade. It outlives the rule, so
-- that saying a rule anew does not give the quota twice.
CREATE TABLE sourcing.quota_use (
    network_id bigint NOT NULL,
    org_id bigint NOT NULL,
    tier integer NOT NULL,
    day date NOT NULL,
    used bigint NOT NULL DEFAULT 0,
    quantity_max bigint NOT NULL,
    PRIMARY KEY (network_id, org_id, tier, day),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization,
    CONSTRAINT never_more_than_the_quota CHECK (used BETWEEN 0 AND quantity_max)
) WITH (fillfactor = 80);
SELECT kernel.guard_table('sourcing.quota_use', 'SELECT, INSERT, UPDATE');

-- What an order took of a quota, until it is given back.
CREATE TABLE sourcing.quota_take (
    network_id bigint NOT NULL,
    order_id bigint NOT NULL,
    org_id bigint NOT NULL,
    tier integer NOT NULL,
    day date NOT NULL,
    quantity bigint NOT NULL,
    PRIMARY KEY (network_id, order_id, org_id, tier, day),
    FOREIGN KEY (network_id, org_id, tier, day) REFERENCES sourcing.quota_use,
    CONSTRAINT takes_some_of_it CHECK (quantity > 0)
);
SELECT kernel.guard_table('sourcing.quota_take', 'SELECT, INSERT, UPDATE, DELETE');
