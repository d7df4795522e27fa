-- Networks, organizations, their legal entities, and the relationships on which they trade.

CREATE SCHEMA organizations;
GRANT USAGE ON SCHEMA organizations TO tradeline_app;

CREATE TABLE organizations.network (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    currency char(3) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_network_for_each_code UNIQUE (code)
);
ALTER TABLE organizations.network ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_network ON organizations.network
    USING (id = current_setting('tradeline.network_id')::bigint);
GRANT SELECT ON organizations.network TO tradeline_app;

-- Whoever created an organization sees it, and is seen by it, before they have an edge; and manages it
-- until it is independent, which it becomes with the first person of its own.
CREATE TABLE organizations.organization (
    network_id bigint NOT NULL REFERENCES organizations.network,
    id bigint GENERATED ALWAYS AS IDENTITY,
    parent_id bigint,
    kind text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    region text NOT NULL DEFAULT '',
    is_active boolean NOT NULL DEFAULT true,
    created_by_org_id bigint,
    is_independent boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_organization_for_each_code UNIQUE (network_id, code),
    CONSTRAINT parent_is_in_the_same_network
        FOREIGN KEY (network_id, parent_id) REFERENCES organizations.organization,
    CONSTRAINT creator_is_in_the_same_network
        FOREIGN KEY (network_id, created_by_org_id) REFERENCES organizations.organization,
    CONSTRAINT never_its_own_parent CHECK (parent_id <> id),
    CONSTRAINT kind_is_known CHECK (kind IN ('brand', 'trader', 'retailer', 'supplier'))
);
CREATE INDEX organization_by_parent ON organizations.organization (network_id, parent_id);
CREATE INDEX organization_by_creator ON organizations.organization (network_id, created_by_org_id);
SELECT kernel.guard_table('organizations.organization', 'SELECT, INSERT, UPDATE');

CREATE TABLE organizations.legal_entity (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    tax_number text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_entity_for_each_code UNIQUE (network_id, org_id, code),
    CONSTRAINT entity_and_org_can_be_referred_to UNIQUE (network_id, id, org_id),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('organizations.legal_entity', 'SELECT, INSERT, UPDATE');

-- The edge seller -> buyer, with its terms. Money terms that can run out are guarded rows in
-- settlement; assortments and price lists are granted to it in catalog and pricing. It is proposed
-- until the buyer accepts it (ADR 0010): nobody is made to buy, nor to owe.
CREATE TABLE organizations.relationship (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    seller_org_id bigint NOT NULL,
    buyer_org_id bigint NOT NULL,
    seller_entity_id bigint NOT NULL,
    buyer_entity_id bigint NOT NULL,
    currency char(3) NOT NULL,
    state text NOT NULL DEFAULT 'proposed',
    accepted_at timestamptz,
    valid_from date NOT NULL DEFAULT current_date,
    valid_to date,
    price_strategy text NOT NULL DEFAULT 'priority',
    payment_terms_days integer NOT NULL DEFAULT 30,
    order_minimum_minor bigint NOT NULL DEFAULT 0,
    requires_review boolean NOT NULL DEFAULT false,
    requires_confirmation boolean NOT NULL DEFAULT true,
    requires_receipt boolean NOT NULL DEFAULT true,
    holds_stock boolean NOT NULL DEFAULT true,
    territory text[] NOT NULL DEFAULT '{}',
    shares_sell_out boolean NOT NULL DEFAULT false,
    rebate_basis_points integer NOT NULL DEFAULT 0,
    rebate_threshold_minor bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    FOREIGN KEY (network_id, seller_org_id) REFERENCES organizations.organization,
    FOREIGN KEY (network_id, buyer_org_id) REFERENCES organizations.organization,
    CONSTRAINT seller_entity_is_the_sellers FOREIGN KEY (network_id, seller_entity_id, seller_org_id)
        REFERENCES organizations.legal_entity (network_id, id, org_id),
    CONSTRAINT buyer_entity_is_the_buyers FOREIGN KEY (network_id, buyer_entity_id, buyer_org_id)
        REFERENCES organizations.legal_entity (network_id, id, org_id),
    CONSTRAINT nobody_sells_to_themselves CHECK (seller_org_id <> buyer_org_id),
    CONSTRAINT state_is_known CHECK (state IN ('proposed', 'active', 'suspended', 'ended')),
    CONSTRAINT trades_only_when_accepted CHECK (
        state = 'ended' OR (state = 'proposed') = (accepted_at IS NULL)),
    CONSTRAINT strategy_is_known CHECK (price_strategy IN ('priority', 'lowest', 'contract_only')),
    CONSTRAINT ends_after_it_begins CHECK (valid_to >= valid_from),
    CONSTRAINT terms_are_not_negative CHECK (
        payment_terms_days BETWEEN 0 AND 3650 AND order_minimum_minor >= 0
        AND rebate_basis_points BETWEEN 0 AND 10000 AND rebate_threshold_minor >= 0)
);
CREATE UNIQUE INDEX one_living_edge_for_two_entities
    ON organizations.relationship (network_id, seller_entity_id, buyer_entity_id, currency)
 WHERE state <> 'ended';
CREATE INDEX relationship_by_seller ON organizations.relationship (network_id, seller_org_id, id);
CREATE INDEX relationship_by_buyer ON organizations.relationship (network_id, buyer_org_id, id);
SELECT kernel.guard_table('organizations.relationship', 'SELECT, INSERT, UPDATE');

-- The edges on which goods may change hands today; modules above join this, not the table.
CREATE VIEW organizations.trading_relationship WITH (security_invoker = true) AS
SELECT relationship.*
  FROM organizations.relationship AS relationship
 WHERE relationship.state = 'active'
   AND current_date >= relationship.valid_from
   AND (relationship.valid_to IS NULL OR current_date <= relationship.valid_to);
GRANT SELECT ON organizations.trading_relationship TO tradeline_app;

-- An organization and all below it.
CREATE FUNCTION organizations.tree_of(of_network_id bigint, of_org_id bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    WITH RECURSIVE branch AS (
        SELECT organization.id
          FROM organizations.organization AS organization
         WHERE organization.network_id = of_network_id AND organization.id = of_org_id
         UNION
        SELECT child.id
          FROM branch
          JOIN organizations.organization AS child
            ON child.network_id = of_network_id AND child.parent_id = branch.id
    )
    SELECT branch.id FROM branch
$$;

-- An organization and all above it.
CREATE FUNCTION organizations.ancestry_of(of_network_id bigint, of_org_id bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    WITH RECURSIVE ancestor AS (
        SELECT organization.id, organization.parent_id
          FROM organizations.organization AS organization
         WHERE organization.network_id = of_network_id AND organization.id = of_org_id
         UNION
        SELECT parent.id, parent.parent_id
          FROM ancestor
          JOIN organizations.organization AS parent
            ON parent.network_id = of_network_id AND parent.id = ancestor.parent_id
    )
    SELECT ancestor.id FROM ancestor
$$;

-- The organizations that one organization manages: its tree, and those it created that have nobody
-- of their own yet.
CREATE FUNCTION organizations.managed_by(of_network_id bigint, of_org_id bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT tree.id FROM organizations.tree_of(of_network_id, of_org_id) AS tree
     UNION
    SELECT created.id
      FROM organizations.organization AS created
     WHERE created.network_id = of_network_id
       AND created.created_by_org_id = of_org_id
       AND NOT created.is_independent
$$;

-- The legal entities that one organization may know of: those of whom it manages, and of others only
-- the one on an edge with it. What a seller merely proposes tells it nothing of the buyer's.
CREATE FUNCTION organizations.entities_visible_to(of_network_id bigint, of_org_id bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT entity.id
      FROM organizations.managed_by(of_network_id, of_org_id) AS managed
      JOIN organizations.legal_entity AS entity
        ON entity.network_id = of_network_id AND entity.org_id = managed.id
     UNION
    SELECT sold.buyer_entity_id
      FROM organizations.relationship AS sold
     WHERE sold.network_id = of_network_id AND sold.seller_org_id = of_org_id
       AND sold.accepted_at IS NOT NULL
     UNION
    SELECT bought.seller_entity_id
      FROM organizations.relationship AS bought
     WHERE bought.network_id = of_network_id AND bought.buyer_org_id = of_org_id
$$;

-- The organizations that one organization may know of: its tree, those above it, its creator and
-- those it created, and whoever it has an edge with, an ended one included.
CREATE FUNCTION organizations.visible_to(of_network_id bigint, of_org_id bigint)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT tree.id FROM organizations.tree_of(of_network_id, of_org_id) AS tree
     UNION
    SELECT ancestry.id FROM organizations.ancestry_of(of_network_id, of_org_id) AS ancestry
     UNION
    SELECT created.id
      FROM organizations.organization AS created
     WHERE created.network_id = of_network_id AND created.created_by_org_id = of_org_id
     UNION
    SELECT own.created_by_org_id
      FROM organizations.organization AS own
     WHERE own.network_id = of_network_id AND own.id = of_org_id
       AND own.created_by_org_id IS NOT NULL
     UNION
    SELECT sold.buyer_org_id
      FROM organizations.relationship AS sold
     WHERE sold.network_id = of_network_id AND sold.seller_org_id = of_org_id
     UNION
    SELECT bought.seller_org_id
      FROM organizations.relationship AS bought
     WHERE bought.network_id = of_network_id AND bought.buyer_org_id = of_org_id
$$;
