-- Where an organization's own systems want to be told of what happened, and what they were told.

CREATE SCHEMA webhooks;
GRANT USAGE ON SCHEMA webhooks TO tradeline_app;

-- The secret that tellings are signed with is not here: it follows from the installation's key, the
-- row and the version. The version before is good for a day after `rotated_at`.
CREATE TABLE webhooks.endpoint (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    url text NOT NULL,
    topics text[] NOT NULL,
    secret_version integer NOT NULL DEFAULT 1,
    rotated_at timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    off_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT topics_are_named CHECK (cardinality(topics) > 0),
    CONSTRAINT off_reason_is_known CHECK (off_reason IN ('by_hand', 'failing')),
    CONSTRAINT off_for_a_reason CHECK (is_active = (off_reason IS NULL)),
    CONSTRAINT versions_are_rotated CHECK ((secret_version > 1) = (rotated_at IS NOT NULL)),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
CREATE INDEX endpoint_by_org ON webhooks.endpoint (network_id, org_id, id);
SELECT kernel.guard_table('webhooks.endpoint', 'SELECT, INSERT, UPDATE, DELETE');

-- One for each event and endpoint. `payload` holds ids of rows and nothing else. A worker that sends
-- it has it until `leased_until`; whoever dies in between leaves it to be sent again.
CREATE TABLE webhooks.delivery (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    endpoint_id bigint NOT NULL,
    event_id bigint,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    last_status integer,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT state_is_known CHECK (state IN ('waiting', 'delivered', 'given_up')),
    CONSTRAINT settled_unless_waiting CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CONSTRAINT one_telling_of_each_event UNIQUE (network_id, endpoint_id, event_id),
    FOREIGN KEY (network_id, endpoint_id) REFERENCES webhooks.endpoint ON DELETE CASCADE
);
CREATE INDEX delivery_by_endpoint ON webhooks.delivery (network_id, endpoint_id, id);
CREATE INDEX delivery_waiting ON webhooks.delivery (network_id, endpoint_id, next_try_at, id)
 WHERE state = 'waiting';
CREATE INDEX delivery_under_way ON webhooks.delivery (network_id, endpoint_id)
 WHERE leased_until IS NOT NULL;
CREATE INDEX delivery_by_age ON webhooks.delivery USING brin (created_at);
SELECT kernel.guard_table('webhooks.delivery', 'SELECT, INSERT, UPDATE, DELETE');
