-- A new password for somebody who forgot theirs, by a token that their administrator passes on. It is
-- for one account, and issued in the name of one organization, which must still be allowed to when
-- it is used.

CREATE TABLE identity.password_reset (
    network_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    org_id bigint NOT NULL,
    account_id bigint NOT NULL REFERENCES identity.account,
    token_hash bytea NOT NULL,
    replaces_hash bytea NOT NULL,
    issued_by_account_id bigint,
    issued_by_api_client_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (network_id, id),
    CONSTRAINT one_password_reset_for_each_token UNIQUE (token_hash),
    FOREIGN KEY (network_id, org_id) REFERENCES organizations.organization
);
CREATE INDEX password_reset_by_account ON identity.password_reset (network_id, account_id);
SELECT kernel.guard_table('identity.password_reset', 'SELECT, INSERT, UPDATE');

-- The bearer of the token learns where it leads, as with an invitation.
CREATE FUNCTION identity.password_reset_of(of_token_hash bytea)
RETURNS TABLE (network_id bigint, id bigint, org_id bigint, account_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT reset.network_id, reset.id, reset.org_id, reset.account_id
      FROM identity.password_reset AS reset
     WHERE reset.token_hash = of_token_hash
       AND reset.used_at IS NULL AND reset.revoked_at IS NULL
       AND reset.expires_at > now()
$$;
REVOKE ALL ON FUNCTION identity.password_reset_of(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.password_reset_of(bytea) TO tradeline_app;

-- What a password gives: all that its account may do, over all networks, and whether any of it lies
-- outside of what one organization manages. It tells no more than that, and also counts memberships
-- in organizations that are closed for now.
CREATE FUNCTION identity.standing_of(of_account_id bigint, of_network_id bigint, of_org_id bigint)
RETURNS TABLE (is_elsewhere boolean, permissions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT coalesce(bool_or(
               membership.network_id <> of_network_id
               OR membership.org_id NOT IN (
                      SELECT managed.id
                        FROM organizations.managed_by(of_network_id, of_org_id) AS managed)),
               false),
           coalesce(
               (SELECT array_agg(DISTINCT permission)
                  FROM identity.membership AS own
                  JOIN identity.membership_role AS held
                    ON held.network_id = own.network_id AND held.membership_id = own.id
                  JOIN identity.role AS role
                    ON role.network_id = held.network_id AND role.id = held.role_id
                 CROSS JOIN unnest(role.permissions) AS permission
                 WHERE own.account_id = of_account_id AND own.is_active),
               '{}')
      FROM identity.membership AS membership
     WHERE membership.account_id = of_account_id AND membership.is_active
$$;
REVOKE ALL ON FUNCTION identity.standing_of(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.standing_of(bigint, bigint, bigint) TO tradeline_app;
