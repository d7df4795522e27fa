-- What is traded, and on which edges. A SKU is counted in its base unit; a pack is so many of them.

CREATE SCHEMA catalog;
GRANT USAGE ON SCHEMA catalog TO tradeline_app;

CREATE TABLE catalog.category (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    owner_org_id bigint NOT NULL,
    parent_id bigint,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    position integer NOT NULL DEFAULT 0,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_category_for_each_code UNIQUE (network_id, owner_org_id, code),
    CONSTRAINT category_and_owner_can_be_referred_to UNIQUE (network_id, id, owner_org_id),
    CONSTRAINT never_its_own_parent CHECK (parent_id <> id),
    FOREIGN KEY (network_id, owner_org_id) REFERENCES organizations.organization,
    CONSTRAINT parent_is_of_the_same_owner FOREIGN KEY (network_id, parent_id, owner_org_id)
        REFERENCES catalog.category (network_id, id, owner_org_id)
);
SELECT kernel.guard_table('catalog.category', 'SELECT, INSERT, UPDATE');

CREATE TABLE catalog.product (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    owner_org_id bigint NOT NULL,
    category_id bigint,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    brand text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_product_for_each_code UNIQUE (network_id, owner_org_id, code),
    CONSTRAINT product_and_owner_can_be_referred_to UNIQUE (network_id, id, owner_org_id),
    FOREIGN KEY (network_id, owner_org_id) REFERENCES organizations.organization,
    CONSTRAINT category_is_the_owners FOREIGN KEY (network_id, category_id, owner_org_id)
        REFERENCES catalog.category (network_id, id, owner_org_id)
);
SELECT kernel.guard_table('catalog.product', 'SELECT, INSERT, UPDATE');

-- `attributes` are the dimensions of a variant, such as {"容量": "500 ml"}. `search_grams` are made
-- by catalog.model from all that a person may type; `search_text` decides among what they find.
CREATE TABLE catalog.sku (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    product_id bigint NOT NULL,
    owner_org_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    base_unit text NOT NULL DEFAULT 'EA',
    is_active boolean NOT NULL DEFAULT true,
    sort_key text COLLATE "C" NOT NULL,
    search_text text NOT NULL,
    search_grams text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_sku_for_each_code UNIQUE (network_id, owner_org_id, code),
    CONSTRAINT product_is_the_owners FOREIGN KEY (network_id, product_id, owner_org_id)
        REFERENCES catalog.product (network_id, id, owner_org_id)
);
CREATE INDEX sku_by_product ON catalog.sku (network_id, product_id);
CREATE INDEX sku_by_code ON catalog.sku (network_id, code);
CREATE INDEX sku_in_order ON catalog.sku (network_id, sort_key, id);
CREATE INDEX sku_by_gram ON catalog.sku USING gin (search_grams);
SELECT kernel.guard_table('catalog.sku', 'SELECT, INSERT, UPDATE');

-- Row-level security evaluates its policy before any operator that might leak, and @> is one: the
-- application's role could never use sku_by_gram. So this runs as the owner, names the network
-- itself, and gives away ids only, among which the caller still picks what may be seen.
CREATE FUNCTION catalog.skus_with_text(of_network_id bigint, grams text[], terms text[])
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 200 SET search_path = pg_catalog AS $$
    SELECT sku.id
      FROM catalog.sku AS sku
     WHERE sku.network_id = of_network_id
       AND of_network_id = current_setting('tradeline.network_id')::bigint
       AND sku.search_grams @> grams
       AND NOT EXISTS (
               SELECT 1 FROM unnest(terms) AS term WHERE strpos(sku.search_text, term) = 0)
$$;
REVOKE ALL ON FUNCTION catalog.skus_with_text(bigint, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.skus_with_text(bigint, text[], text[]) TO tradeline_app;

-- Every SKU has a base pack of one unit, whose code is its base unit.
CREATE TABLE catalog.pack (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    sku_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    units bigint NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_pack_for_each_code UNIQUE (network_id, sku_id, code),
    CONSTRAINT pack_and_sku_can_be_referred_to UNIQUE (network_id, id, sku_id),
    CONSTRAINT holds_whole_units CHECK (units BETWEEN 1 AND 1000000),
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
SELECT kernel.guard_table('catalog.pack', 'SELECT, INSERT');

CREATE TABLE catalog.barcode (
    network_id bigint NOT NULL,
    code text NOT NULL,
    sku_id bigint NOT NULL,
    pack_id bigint NOT NULL,
    PRIMARY KEY (network_id, sku_id, code),
    CONSTRAINT pack_is_of_the_sku FOREIGN KEY (network_id, pack_id, sku_id)
        REFERENCES catalog.pack (network_id, id, sku_id)
);
CREATE INDEX barcode_by_code ON catalog.barcode (network_id, code);
SELECT kernel.guard_table('catalog.barcode', 'SELECT, INSERT, DELETE');

-- What a buyer calls a SKU in its own system.
CREATE TABLE catalog.buyer_code (
    network_id bigint NOT NULL,
    buyer_org_id bigint NOT NULL,
    code text NOT NULL,
    sku_id bigint NOT NULL,
    CONSTRAINT one_sku_for_each_buyer_code PRIMARY KEY (network_id, buyer_org_id, code),
    CONSTRAINT one_code_for_each_sku UNIQUE (network_id, buyer_org_id, sku_id),
    FOREIGN KEY (network_id, buyer_org_id) REFERENCES organizations.organization,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
SELECT kernel.guard_table('catalog.buyer_code', 'SELECT, INSERT, UPDATE, DELETE');

-- A named set of SKUs that a seller offers; it is granted to edges, so that ten thousand of them
-- share one set. What an edge may trade is the union of its grants.
CREATE TABLE catalog.assortment (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    seller_org_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_assortment_for_each_code UNIQUE (network_id, seller_org_id, code),
    FOREIGN KEY (network_id, seller_org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('catalog.assortment', 'SELECT, INSERT, UPDATE');

-- Minimum and step of an order line, in base units.
CREATE TABLE catalog.assortment_sku (
    network_id bigint NOT NULL,
    assortment_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    quantity_minimum bigint NOT NULL DEFAULT 1,
    quantity_step bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (network_id, assortment_id, sku_id),
    CONSTRAINT minimum_and_step_are_counts CHECK (quantity_minimum >= 1 AND quantity_step >= 1),
    FOREIGN KEY (network_id, assortment_id) REFERENCES catalog.assortment,
    FOREIGN KEY (network_id, sku_id) REFERENCES catalog.sku
);
CREATE INDEX assortment_sku_by_sku ON catalog.assortment_sku (network_id, sku_id);
SELECT kernel.guard_table('catalog.assortment_sku', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE catalog.assortment_grant (
    network_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    assortment_id bigint NOT NULL,
    PRIMARY KEY (network_id, relationship_id, assortment_id),
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship,
    FOREIGN KEY (network_id, assortment_id) REFERENCES catalog.assortment
);
CREATE INDEX assortment_grant_by_assortment
    ON catalog.assortment_grant (network_id, assortment_id);
SELECT kernel.guard_table('catalog.assortment_grant', 'SELECT, INSERT, DELETE');
