-- Where consumers buy: stores, what each lists at which price, and the way goods come to it.

CREATE SCHEMA channels;
GRANT USAGE ON SCHEMA channels TO tradeline_app;

-- An app id is WeChat's and one in the world: by it a consumer's first request finds its network.
CREATE TABLE channels.mini_program (
    network_id bigint NOT NULL REFERENCES organizations.network,
    id bigint GENERATED ALWAYS AS IDENTITY,
    app_id text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_network_for_each_app_id UNIQUE (app_id)
);
SELECT kernel.guard_table('channels.mini_program', 'SELECT, INSERT, UPDATE');

-- The merchant as which an organization collects. Its keys are the server's, never the database's.
CREATE TABLE channels.payment_account (
    network_id bigint NOT NULL,
    org_id bigint NOT NULL,
    provider text NOT NULL,
    merchant_id text NOT NULL,
    sharing_ratio_max_bp integer NOT NULL DEFAULT 3000,
    sharing_wait_days integer NOT NULL DEFAULT 0,
    PRIMARY KEY (network_id, org_id, provider),
    CONSTRAINT one_organization_for_each_merchant UNIQUE (provider, merchant_id),
    CONSTRAINT provider_is_known CHECK (provider IN ('wechat')),
    CONSTRAINT ratio_is_a_share CHECK (sharing_ratio_max_bp BETWEEN 0 AND 10000),
    CONSTRAINT waits_for_days CHECK (sharing_wait_days BETWEEN 0 AND 365),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('channels.payment_account', 'SELECT, INSERT, UPDATE');

-- The store is tier 0 of its route. Whoever stands at `collector_tier` takes the consumer's money.
CREATE TABLE channels.store (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    region text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    opening_hours text NOT NULL DEFAULT '',
    latitude numeric(9, 6),
    longitude numeric(9, 6),
    currency char(3) NOT NULL,
    offers_delivery boolean NOT NULL DEFAULT true,
    offers_pickup boolean NOT NULL DEFAULT false,
    is_open boolean NOT NULL DEFAULT false,
    collector_tier smallint NOT NULL DEFAULT 0,
    mini_program_id bigint,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_store_for_each_code UNIQUE (network_id, org_id, code),
    CONSTRAINT entity_is_the_stores FOREIGN KEY (network_id, entity_id, org_id)
        REFERENCES organizations.legal_entity (network_id, id, org_id),
    CONSTRAINT place_is_on_earth CHECK (
        (latitude IS NULL) = (longitude IS NULL)
        AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT collector_is_at_a_tier CHECK (collector_tier BETWEEN 0 AND 5),
    FOREIGN KEY (network_id, mini_program_id) REFERENCES channels.mini_program
);
SELECT kernel.guard_table('channels.store', 'SELECT, INSERT, UPDATE');

-- Edge i joins tier i-1, which buys on it, and tier i, which sells. What the store sells from above
-- makes debts on it without an order of the buyer's: so it counts only once its seller has agreed
-- (ADR 0010). `agreed_at` goes when the store is given another route or collector.
CREATE TABLE channels.store_edge (
    network_id bigint NOT NULL,
    store_id bigint NOT NULL,
    tier smallint NOT NULL,
    relationship_id bigint NOT NULL,
    agreed_at timestamptz,
    PRIMARY KEY (network_id, store_id, tier),
    CONSTRAINT tier_is_above_the_store CHECK (tier BETWEEN 1 AND 5),
    CONSTRAINT never_twice_on_one_edge UNIQUE (network_id, store_id, relationship_id),
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store,
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship
);
CREATE INDEX store_edge_by_relationship
    ON channels.store_edge (network_id, relationship_id, store_id);
SELECT kernel.guard_table('channels.store_edge', 'SELECT, INSERT, UPDATE, DELETE');

-- A SKU in a store, under the store's own price. Nothing of the SKU is copied. `markup_bp` is upon
-- what the store itself pays on edge 1.
CREATE TABLE channels.listing (
    network_id bigint NOT NULL,
    store_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    basis text NOT NULL,
    unit_price numeric(18, 6),
    markup_bp integer,
    limit_per_order bigint,
    position integer NOT NULL DEFAULT 0,
    is_listed boolean NOT NULL DEFAULT true,
    PRIMARY KEY (network_id, store_id, sku_id),
    CONSTRAINT price_is_fixed_or_a_markup CHECK (
        basis = 'fixed' AND unit_price IS NOT NULL AND markup_bp IS NULL
        OR basis = 'markup' AND unit_price IS NULL AND markup_bp IS NOT NULL),
    CONSTRAINT price_is_positive CHECK (unit_price > 0 AND unit_price < 'Infinity'),
    CONSTRAINT markup_leaves_a_price CHECK (markup_bp > -10000),
    CONSTRAINT limit_is_a_count CHECK (limit_per_order >= 1),
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
CREATE INDEX listing_in_order
    ON channels.listing (network_id, store_id, position, sku_id) WHERE is_listed;
SELECT kernel.guard_table('channels.listing', 'SELECT, INSERT, UPDATE, DELETE');

-- The rule with the longest region that begins the consumer's holds; '' is for everywhere else.
CREATE TABLE channels.freight_rule (
    network_id bigint NOT NULL,
    store_id bigint NOT NULL,
    region text NOT NULL,
    base_minor bigint NOT NULL,
    free_from_minor bigint,
    PRIMARY KEY (network_id, store_id, region),
    CONSTRAINT freight_is_not_negative CHECK (base_minor >= 0 AND free_from_minor >= 0),
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store
);
SELECT kernel.guard_table('channels.freight_rule', 'SELECT, INSERT, UPDATE, DELETE');

-- A deep link: into a store or to one SKU of it. `source` goes along with the cart and the order.
CREATE TABLE channels.link (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    store_id bigint NOT NULL,
    sku_id bigint,
    source text NOT NULL,
    campaign text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_link_for_each_code UNIQUE (network_id, code),
    FOREIGN KEY (network_id, store_id) REFERENCES channels.store,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
CREATE INDEX link_by_store ON channels.link (network_id, store_id, id);
SELECT kernel.guard_table('channels.link', 'SELECT, INSERT');

-- Whose a mini-program and a merchant are, asked before anybody knows which network is meant.
CREATE FUNCTION channels.mini_program_of(of_app_id text)
RETURNS TABLE (network_id bigint, id bigint, app_id text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT program.network_id, program.id, program.app_id, program.name
      FROM channels.mini_program AS program
     WHERE program.app_id = of_app_id
$$;
REVOKE ALL ON FUNCTION channels.mini_program_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION channels.mini_program_of(text) TO tradeline_app;

CREATE FUNCTION channels.payment_account_of(of_provider text, of_merchant_id text)
RETURNS TABLE (
    network_id bigint, org_id bigint, provider text, merchant_id text,
    sharing_ratio_max_bp integer, sharing_wait_days integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT account.network_id, account.org_id, account.provider, account.merchant_id,
           account.sharing_ratio_max_bp, account.sharing_wait_days
      FROM channels.payment_account AS account
     WHERE account.provider = of_provider AND account.merchant_id = of_merchant_id
$$;
REVOKE ALL ON FUNCTION channels.payment_account_of(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION channels.payment_account_of(text, text) TO tradeline_app;

-- Where stores stand, in order of how far from a place, needs the metres between two of them.
CREATE FUNCTION channels.metres_between(
    latitude numeric, longitude numeric, of_latitude numeric, of_longitude numeric)
RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT round(2 * 6371000 * asin(least(1, sqrt(
               power(sin(radians((of_latitude - latitude)::float8) / 2), 2)
               + cos(radians(latitude::float8)) * cos(radians(of_latitude::float8))
                 * power(sin(radians((of_longitude - longitude)::float8) / 2), 2)))))::bigint
$$;

-- Who may see the whole of a store in the portal: its organization, and those that supply it by its
-- route, who say whether they agree.
CREATE FUNCTION channels.stores_of(of_network_id bigint, of_org_id bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT store.id
      FROM channels.store AS store
     WHERE store.network_id = of_network_id AND store.org_id = of_org_id
     UNION
    SELECT edge.store_id
      FROM organizations.relationship AS sold
      JOIN channels.store_edge AS edge
        ON edge.network_id = of_network_id AND edge.relationship_id = sold.id
     WHERE sold.network_id = of_network_id AND sold.seller_org_id = of_org_id
$$;
