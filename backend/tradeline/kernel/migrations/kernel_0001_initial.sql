-- The kernel: idempotency, audit trail, outbox; and the walls that every module's tables stand behind.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tradeline_app') THEN
        CREATE ROLE tradeline_app NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'tradeline_app', 'MEMBER') THEN
        EXECUTE format('GRANT tradeline_app TO %I', current_user);
    END IF;
EXCEPTION
    WHEN unique_violation OR duplicate_object THEN
        NULL;  -- another database of this server was migrated at the same moment
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role tradeline_app is needed and % may not make it; have an'
            ' administrator run: CREATE ROLE tradeline_app NOLOGIN; GRANT tradeline_app TO %;',
            current_user, current_user;
END $$;

CREATE SCHEMA kernel;
GRANT USAGE ON SCHEMA kernel TO tradeline_app;

-- Row-level security by network, fail closed: without the setting, every access raises. `rights`
-- are all that the application gets: a ledger is append-only because UPDATE was never granted.
CREATE FUNCTION kernel.guard_table(guarded regclass, rights text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY one_network ON %s'
        ' USING (network_id = current_setting(''tradeline.network_id'')::bigint)'
        ' WITH CHECK (network_id = current_setting(''tradeline.network_id'')::bigint)',
        guarded
    );
    EXECUTE format('GRANT %s ON %s TO tradeline_app', rights, guarded);
END $$;

CREATE TABLE kernel.request (
    network_id bigint NOT NULL,
    org_id bigint NOT NULL,
    request_id text NOT NULL,
    body_hash bytea NOT NULL,
    answer_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_answer_for_each_request PRIMARY KEY (network_id, org_id, request_id)
);
-- Rows lie in the order of their age: a BRIN index finds the old ones and costs next to nothing.
CREATE INDEX request_by_age ON kernel.request USING brin (created_at);
SELECT kernel.guard_table('kernel.request', 'SELECT, INSERT, UPDATE');

CREATE TABLE kernel.audit_entry (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    org_id bigint NOT NULL,
    account_id bigint,
    api_client_id bigint,
    on_behalf_of_org_id bigint,
    action text NOT NULL,
    subject_type text NOT NULL,
    subject_id bigint NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    PRIMARY KEY (network_id, id)
);
CREATE INDEX audit_entry_by_org ON kernel.audit_entry (network_id, org_id, id);
CREATE INDEX audit_entry_by_subject ON kernel.audit_entry (network_id, subject_type, subject_id);
CREATE INDEX audit_entry_on_behalf
    ON kernel.audit_entry (network_id, on_behalf_of_org_id, id)
 WHERE on_behalf_of_org_id IS NOT NULL;
SELECT kernel.guard_table('kernel.audit_entry', 'SELECT, INSERT');

CREATE TABLE kernel.outbox_event (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (network_id, id)
);
CREATE INDEX outbox_event_undelivered ON kernel.outbox_event (id) WHERE delivered_at IS NULL;
CREATE INDEX outbox_event_undelivered_by_key
    ON kernel.outbox_event (network_id, key, id) WHERE delivered_at IS NULL;
CREATE INDEX outbox_event_by_age ON kernel.outbox_event USING brin (occurred_at);
-- The worker reads the outbox of all networks, as the owner; the application only writes to it.
SELECT kernel.guard_table('kernel.outbox_event', 'INSERT');
