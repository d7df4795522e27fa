-- Orders in the making, and lists that are ordered from again. Rows are kept as they were typed.

-- One draft for each person on each edge. An emptied draft stays, so that its version never
-- goes back and a forgotten window cannot pass for the newest.
CREATE TABLE ordering.order_draft (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    account_id bigint NOT NULL,
    relationship_id bigint NOT NULL,
    version integer NOT NULL DEFAULT 1,
    saved_at timestamptz NOT NULL DEFAULT now(),
    rows jsonb NOT NULL DEFAULT '[]',
    buyer_reference text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    ship_to_region text NOT NULL DEFAULT '',
    ship_to_address text NOT NULL DEFAULT '',
    requested_on date,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_draft_for_each_person_and_edge
        UNIQUE (network_id, org_id, account_id, relationship_id),
    CONSTRAINT version_is_a_count CHECK (version >= 1),
    CONSTRAINT rows_fit_an_order CHECK (jsonb_array_length(rows) <= 1000),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization,
    FOREIGN KEY (network_id, relationship_id) REFERENCES organizations.relationship
);
SELECT kernel.guard_table('ordering.order_draft', 'SELECT, INSERT, UPDATE');

-- Rows that the people of an organization keep under a name.
CREATE TABLE ordering.order_list (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    name text NOT NULL,
    rows jsonb NOT NULL DEFAULT '[]',
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by_account_id bigint,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_list_for_each_name UNIQUE (network_id, org_id, name),
    CONSTRAINT rows_fit_an_order CHECK (jsonb_array_length(rows) <= 1000),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('ordering.order_list', 'SELECT, INSERT, UPDATE, DELETE');
