-- Consumers. One person is one member over all stores and channels of a network; what proves who
-- they are, and what they live by, is sealed: the database alone tells neither.

CREATE SCHEMA members;
GRANT USAGE ON SCHEMA members TO tradeline_app;

-- Of members who turn out to be one person, all but one point at another: `merged_into_id` is the one
-- that they were merged into, `survivor_id` the one at the end of these pointers. Nobody else's rows
-- are touched, so that a merge can be undone.
CREATE TABLE members.member (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    state text NOT NULL,
    merged_into_id bigint,
    survivor_id bigint,
    nickname text NOT NULL DEFAULT '',
    locale text NOT NULL DEFAULT 'zh-CN',
    created_at timestamptz NOT NULL DEFAULT now(),
    known_at timestamptz,
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT state_is_known CHECK (state IN ('guest', 'member', 'merged')),
    CONSTRAINT whoever_is_merged_is_merged_into_another CHECK (
        (state = 'merged') = (merged_into_id IS NOT NULL)
        AND (merged_into_id IS NULL) = (survivor_id IS NULL)
        AND merged_into_id <> id AND survivor_id <> id),
    CONSTRAINT members_are_known CHECK (state <> 'member' OR known_at IS NOT NULL),
    CONSTRAINT locale_is_known CHECK (locale IN ('zh-CN', 'en')),
    FOREIGN KEY (network_id, merged_into_id) REFERENCES members.member,
    FOREIGN KEY (network_id, survivor_id) REFERENCES members.member
);
CREATE INDEX member_by_survivor ON members.member (network_id, survivor_id)
 WHERE survivor_id IS NOT NULL;
CREATE INDEX member_by_target ON members.member (network_id, merged_into_id)
 WHERE merged_into_id IS NOT NULL;
SELECT kernel.guard_table('members.member', 'SELECT, INSERT, UPDATE');

-- What somebody is recognized by: found by `lookup`, a keyed hash of the value; `seal` is the value,
-- encrypted. An openid is good in one mini-program, the others are everywhere the same.
CREATE TABLE members.identity (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    member_id bigint NOT NULL,
    kind text NOT NULL,
    app_id text NOT NULL DEFAULT '',
    lookup bytea NOT NULL,
    seal bytea NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    unlinked_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT kind_is_known CHECK (kind IN ('openid', 'unionid', 'phone')),
    CONSTRAINT openids_belong_to_an_app CHECK ((kind = 'openid') = (app_id <> '')),
    FOREIGN KEY (network_id, member_id) REFERENCES members.member
);
CREATE UNIQUE INDEX one_member_for_each_identity
    ON members.identity (network_id, kind, app_id, lookup) WHERE unlinked_at IS NULL;
CREATE INDEX identity_by_member ON members.identity (network_id, member_id);
SELECT kernel.guard_table('members.identity', 'SELECT, INSERT, UPDATE');

-- Each merge, and whether it was undone. `from_state` is what the merged one was before.
CREATE TABLE members.merge (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    from_id bigint NOT NULL,
    into_id bigint NOT NULL,
    cause text NOT NULL,
    from_state text NOT NULL,
    merged_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT cause_is_known CHECK (cause IN ('guest', 'unionid', 'phone')),
    CONSTRAINT from_state_is_known CHECK (from_state IN ('guest', 'member')),
    CONSTRAINT never_merge_with_oneself CHECK (from_id <> into_id),
    FOREIGN KEY (network_id, from_id) REFERENCES members.member,
    FOREIGN KEY (network_id, into_id) REFERENCES members.member
);
CREATE UNIQUE INDEX merged_into_one_at_a_time
    ON members.merge (network_id, from_id) WHERE undone_at IS NULL;
CREATE INDEX merge_undone ON members.merge (network_id) WHERE undone_at IS NOT NULL;
SELECT kernel.guard_table('members.merge', 'SELECT, INSERT, UPDATE');

-- What somebody agreed to, or no longer: never changed, only followed by the next.
CREATE TABLE members.consent (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    member_id bigint NOT NULL,
    subject text NOT NULL,
    version text NOT NULL,
    is_given boolean NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    FOREIGN KEY (network_id, member_id) REFERENCES members.member
);
CREATE INDEX consent_by_member ON members.consent (network_id, member_id, subject, id);
SELECT kernel.guard_table('members.consent', 'SELECT, INSERT');

-- The region is in clear, for freight goes by it; who lives there is not.
CREATE TABLE members.address (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    member_id bigint NOT NULL,
    recipient_seal bytea NOT NULL,
    phone_seal bytea NOT NULL,
    region text NOT NULL,
    detail_seal bytea NOT NULL,
    is_default boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (network_id, id),
    FOREIGN KEY (network_id, member_id) REFERENCES members.member
);
CREATE UNIQUE INDEX one_default_address_for_each_member
    ON members.address (network_id, member_id) WHERE is_default AND deleted_at IS NULL;
CREATE INDEX address_by_member ON members.address (network_id, member_id)
 WHERE deleted_at IS NULL;
SELECT kernel.guard_table('members.address', 'SELECT, INSERT, UPDATE');

-- A rotating refresh token. Every use makes the next of the family; a second use of one ends the
-- family, for one of the two users has stolen it.
CREATE TABLE members.session (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    member_id bigint NOT NULL,
    token_hash bytea NOT NULL,
    family uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_session_for_each_token UNIQUE (token_hash),
    FOREIGN KEY (network_id, member_id) REFERENCES members.member
);
CREATE INDEX session_by_family ON members.session (family) WHERE revoked_at IS NULL;
CREATE INDEX session_by_member ON members.session (network_id, member_id)
 WHERE revoked_at IS NULL;
CREATE INDEX session_by_age ON members.session (expires_at);
SELECT kernel.guard_table('members.session', 'SELECT, INSERT, UPDATE');

-- By which key all of this is sealed: with another one nobody would be recognized any more, so that
-- a process that has another one does not start.
CREATE TABLE members.seal_key (
    is_only boolean NOT NULL DEFAULT true,
    fingerprint bytea NOT NULL,
    PRIMARY KEY (is_only),
    CONSTRAINT there_is_one_key CHECK (is_only)
);
GRANT SELECT, INSERT ON members.seal_key TO tradeline_app;

-- Who a consumer's access token speaks for at this moment: asked on every request, before it is known
-- whose network it is. It ends with its family of refresh tokens, and follows a merge.
CREATE FUNCTION members.shopping_as(of_network_id bigint, of_member_id bigint, of_family uuid)
RETURNS TABLE (member_id bigint, is_guest boolean, locale text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT survivor.id, survivor.state = 'guest', survivor.locale
      FROM members.member AS member
      JOIN members.member AS survivor
        ON survivor.network_id = member.network_id
       AND survivor.id = coalesce(member.survivor_id, member.id)
     WHERE member.network_id = of_network_id
       AND member.id = of_member_id
       AND EXISTS (
               SELECT FROM members.session AS session
                WHERE session.family = of_family
                  AND session.network_id = of_network_id
                  AND session.member_id = of_member_id
                  AND session.revoked_at IS NULL)
$$;
REVOKE ALL ON FUNCTION members.shopping_as(bigint, bigint, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION members.shopping_as(bigint, bigint, uuid) TO tradeline_app;

-- The bearer of a refresh token learns into which network it leads, and no more.
CREATE FUNCTION members.network_of_session(of_token_hash bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT session.network_id
      FROM members.session AS session
     WHERE session.token_hash = of_token_hash
$$;
REVOKE ALL ON FUNCTION members.network_of_session(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION members.network_of_session(bytea) TO tradeline_app;
