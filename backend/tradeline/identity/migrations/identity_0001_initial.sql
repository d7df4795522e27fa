-- Who people and machines are. An account, its sessions and tokens span networks, for one signs in
-- before one has chosen a network; what they may do is told by memberships, which do not.

CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO tradeline_app;

CREATE TABLE identity.account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    locale text NOT NULL DEFAULT 'zh-CN',
    password_hash text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_account_for_each_email UNIQUE (email),
    CONSTRAINT email_is_lower_case CHECK (email = lower(email)),
    CONSTRAINT locale_is_known CHECK (locale IN ('zh-CN', 'en'))
);
GRANT SELECT, INSERT, UPDATE ON identity.account TO tradeline_app;

-- A role of every organization has no org_id; an organization's own role has its.
CREATE TABLE identity.role (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    permissions text[] NOT NULL,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_role_for_each_code UNIQUE NULLS NOT DISTINCT (network_id, org_id, code),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
SELECT kernel.guard_table('identity.role', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE identity.membership (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL REFERENCES identity.account,
    org_id bigint NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_membership_for_each_organization UNIQUE (network_id, account_id, org_id),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
CREATE INDEX membership_by_account ON identity.membership (account_id);
CREATE INDEX membership_by_org ON identity.membership (network_id, org_id);
SELECT kernel.guard_table('identity.membership', 'SELECT, INSERT, UPDATE');

CREATE TABLE identity.membership_role (
    network_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    role_id bigint NOT NULL,
    PRIMARY KEY (network_id, membership_id, role_id),
    FOREIGN KEY (network_id, membership_id) REFERENCES identity.membership ON DELETE CASCADE,
    FOREIGN KEY (network_id, role_id) REFERENCES identity.role
);
SELECT kernel.guard_table('identity.membership_role', 'SELECT, INSERT, DELETE');

-- Whoever invited, and for which organization, must still be allowed to when it is accepted.
CREATE TABLE identity.invitation (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    email text NOT NULL,
    role_ids bigint[] NOT NULL,
    token_hash bytea NOT NULL,
    invited_by_org_id bigint NOT NULL,
    invited_by_account_id bigint,
    invited_by_api_client_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_invitation_for_each_token UNIQUE (token_hash),
    CONSTRAINT invites_to_something CHECK (cardinality(role_ids) > 0),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
CREATE INDEX invitation_by_org ON identity.invitation (network_id, org_id, id);
SELECT kernel.guard_table('identity.invitation', 'SELECT, INSERT, UPDATE');

-- It goes when the member who created it goes; the system's own have no creator.
CREATE TABLE identity.api_client (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    client_id text NOT NULL,
    secret_hash bytea NOT NULL,
    name text NOT NULL,
    permissions text[] NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_by_account_id bigint REFERENCES identity.account,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_api_client_for_each_client_id UNIQUE (client_id),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
CREATE INDEX api_client_by_org ON identity.api_client (network_id, org_id, id);
SELECT kernel.guard_table('identity.api_client', 'SELECT, INSERT, UPDATE');

-- A browser's session: an opaque cookie, of which only the hash is kept.
CREATE TABLE identity.session (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL,
    account_id bigint NOT NULL REFERENCES identity.account,
    network_id bigint,
    membership_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT one_session_for_each_token UNIQUE (token_hash),
    FOREIGN KEY (network_id, membership_id) REFERENCES identity.membership
);
CREATE INDEX session_by_account ON identity.session (account_id);
GRANT SELECT, INSERT, UPDATE ON identity.session TO tradeline_app;

-- A program's rotating refresh token. Every use makes the next of the family; a second use of one
-- ends the family, for one of the two users has stolen it.
CREATE TABLE identity.refresh_token (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL,
    family uuid NOT NULL,
    account_id bigint NOT NULL REFERENCES identity.account,
    network_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT one_refresh_token_for_each_secret UNIQUE (token_hash),
    FOREIGN KEY (network_id, membership_id) REFERENCES identity.membership
);
CREATE INDEX refresh_token_by_family ON identity.refresh_token (family);
CREATE INDEX refresh_token_by_account ON identity.refresh_token (account_id);
GRANT SELECT, INSERT, UPDATE ON identity.refresh_token TO tradeline_app;

-- Sign-ins that did not succeed, or not yet, counted for each e-mail address and each network
-- address: an attempt counts when it begins, so that many at once are no way around the limit.
CREATE TABLE identity.sign_in_failure (
    key text PRIMARY KEY,
    failures integer NOT NULL,
    window_ends_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.sign_in_failure TO tradeline_app;

-- The one door through the wall between networks: which organizations an account may act for, and
-- with what permissions. It runs as the owner, takes an account that has proved itself, and tells
-- nothing of anybody else.
CREATE FUNCTION identity.memberships_of(of_account_id bigint)
RETURNS TABLE (
    network_id bigint, network_code text, network_name text, network_name_en text,
    membership_id bigint, org_id bigint, org_kind text, org_code text, org_name text,
    org_name_en text, permissions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT membership.network_id, network.code, network.name, network.name_en,
           membership.id, organization.id, organization.kind, organization.code,
           organization.name, organization.name_en,
           coalesce(
               (SELECT array_agg(DISTINCT permission ORDER BY permission)
                  FROM identity.membership_role AS held
                  JOIN identity.role AS role
                    ON role.network_id = held.network_id AND role.id = held.role_id
                 CROSS JOIN unnest(role.permissions) AS permission
                 WHERE held.network_id = membership.network_id
                   AND held.membership_id = membership.id),
               '{}')
      FROM identity.membership AS membership
      JOIN identity.account AS account ON account.id = membership.account_id
      JOIN organizations.network AS network ON network.id = membership.network_id
      JOIN organizations.organization AS organization
        ON organization.network_id = membership.network_id AND organization.id = membership.org_id
     WHERE membership.account_id = of_account_id
       AND membership.is_active AND organization.is_active AND account.is_active
     ORDER BY membership.network_id, membership.id
$$;
REVOKE ALL ON FUNCTION identity.memberships_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.memberships_of(bigint) TO tradeline_app;

-- What an account may do under one membership, at this moment: asked on every request.
CREATE FUNCTION identity.acting_as(of_account_id bigint, of_network_id bigint, of_membership_id bigint)
RETURNS TABLE (org_id bigint, locale text, permissions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT membership.org_id, account.locale,
           coalesce(
               (SELECT array_agg(DISTINCT permission)
                  FROM identity.membership_role AS held
                  JOIN identity.role AS role
                    ON role.network_id = held.network_id AND role.id = held.role_id
                 CROSS JOIN unnest(role.permissions) AS permission
                 WHERE held.network_id = of_network_id
                   AND held.membership_id = of_membership_id),
               '{}')
      FROM identity.membership AS membership
      JOIN identity.account AS account ON account.id = membership.account_id
      JOIN organizations.organization AS organization
        ON organization.network_id = membership.network_id AND organization.id = membership.org_id
     WHERE membership.network_id = of_network_id
       AND membership.id = of_membership_id
       AND membership.account_id = of_account_id
       AND membership.is_active AND organization.is_active AND account.is_active
$$;
REVOKE ALL ON FUNCTION identity.acting_as(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.acting_as(bigint, bigint, bigint) TO tradeline_app;

-- The like for a machine: by the client id that it presents (its secret is compared by the caller),
-- or by the row that its token names.
CREATE FUNCTION identity.api_client_of(of_client_id text, of_network_id bigint, of_id bigint)
RETURNS TABLE (network_id bigint, id bigint, org_id bigint, secret_hash bytea, permissions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT client.network_id, client.id, client.org_id, client.secret_hash, client.permissions
      FROM identity.api_client AS client
      JOIN organizations.organization AS organization
        ON organization.network_id = client.network_id AND organization.id = client.org_id
     WHERE (client.client_id = of_client_id
            OR (client.network_id = of_network_id AND client.id = of_id))
       AND client.is_active AND organization.is_active
$$;
REVOKE ALL ON FUNCTION identity.api_client_of(text, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.api_client_of(text, bigint, bigint) TO tradeline_app;

-- And for someone who was invited: the bearer of the token learns where it leads.
CREATE FUNCTION identity.invitation_of(of_token_hash bytea)
RETURNS TABLE (network_id bigint, id bigint, org_id bigint, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT invitation.network_id, invitation.id, invitation.org_id, invitation.email
      FROM identity.invitation AS invitation
     WHERE invitation.token_hash = of_token_hash
       AND invitation.accepted_at IS NULL AND invitation.revoked_at IS NULL
       AND invitation.expires_at > now()
$$;
REVOKE ALL ON FUNCTION identity.invitation_of(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.invitation_of(bytea) TO tradeline_app;
