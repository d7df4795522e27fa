-- What things cost on an edge: price lists by level, granted to edges, with quantity breaks.

CREATE SCHEMA pricing;
GRANT USAGE ON SCHEMA pricing TO tradeline_app;

-- A base list holds on all edges of its seller and currency; any other level is granted to edges.
CREATE TABLE pricing.price_list (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    seller_org_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    level text NOT NULL,
    currency char(3) NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_price_list_for_each_code UNIQUE (network_id, seller_org_id, code),
    CONSTRAINT level_is_known
        CHECK (level IN ('base', 'tier', 'region', 'group', 'contract', 'quote')),
    CONSTRAINT ends_after_it_begins CHECK (valid_to > valid_from),
    CONSTRAINT times_are_finite CHECK (isfinite(valid_from) AND isfinite(valid_to)),
    FOREIGN KEY (network_id, seller_org_id) REFERENCES organizations.organization
);
-- A seller may have ten thousand contract lists beside its few base lists.
CREATE INDEX price_list_base
    ON pricing.price_list (network_id, seller_org_id, currency) WHERE level = 'base';
SELECT kernel.guard_table('pricing.price_list', 'SELECT, INSERT, UPDATE');

CREATE TABLE pricing.price_list_grant (
    network_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    price_list_id bigint NOT NULL,
    PRIMARY KEY (network_id, relationship_id, price_list_id),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship,
    FOREIGN KEY (network_id, price_list_id) REFERENCES pricing.price_list
);
CREATE INDEX price_list_grant_by_list ON pricing.price_list_grant (network_id, price_list_id);
SELECT kernel.guard_table('pricing.price_list_grant', 'SELECT, INSERT, DELETE');

-- `unit_price` is for one base unit, or for one pack where `pack_id` names it. `quantity_minimum`
-- is in base units: several rows of one SKU are its quantity breaks. A price is ended, not changed;
-- one that has not begun is withdrawn, by ending it where it begins.
CREATE TABLE pricing.price (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    price_list_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    pack_id bigint,
    quantity_minimum bigint NOT NULL DEFAULT 1,
    unit_price numeric(18, 6) NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT price_is_not_negative CHECK (unit_price >= 0 AND unit_price < 'Infinity'),
    CONSTRAINT break_is_a_count CHECK (quantity_minimum >= 1),
    CONSTRAINT never_ends_before_it_begins CHECK (valid_to >= valid_from),
    CONSTRAINT times_are_finite CHECK (isfinite(valid_from) AND isfinite(valid_to)),
    FOREIGN KEY (network_id, price_list_id) REFERENCES pricing.price_list,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku,
    CONSTRAINT pack_is_of_the_sku FOREIGN KEY (network_id, pack_id, sku_id)
        REFERENCES catalog.pack (network_id, id, sku_id)
);
CREATE UNIQUE INDEX one_price_for_each_break
    ON pricing.price (network_id, price_list_id, sku_id, pack_id, quantity_minimum, valid_from)
       NULLS NOT DISTINCT
 WHERE valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from;
CREATE INDEX price_by_sku ON pricing.price (network_id, sku_id, price_list_id);
SELECT kernel.guard_table('pricing.price', 'SELECT, INSERT, UPDATE');
