"""The tables of identity: who people and machines are, and what they may do for whom.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import UUID, Array, BigInt, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Account(Table, tablename="account", schema="identity"):
    """A person, over all networks."""

    id = BigInt(primary_key=True, default=None, null=False)
    email = Text(default=None, null=False)
    name = Text(default=None, null=False)
    locale = Text(default="zh-CN", null=False)
    password_hash = Text(default=None, null=False)
    is_active = Boolean(default=True, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_account_for_each_email = Unique([email])


class Role(Table, tablename="role", schema="identity"):
    """A named set of permissions. Without `org_id` it is everybody's, else one organization's
    own."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=True)
    code = Text(default=None, null=False)
    name = Text(default=None, null=False)
    name_en = Text(default=None, null=False)
    permissions = Array(base_column=Text(), default=None, null=False)

    one_role_for_each_code = Unique([network_id, org_id, code], nulls_distinct=False)


class Membership(Table, tablename="membership", schema="identity"):
    """A person's place in an organization."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    account_id = BigInt(default=None, null=False)
    org_id = BigInt(default=None, null=False)
    is_active = Boolean(default=True, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_membership_for_each_organization = Unique([network_id, account_id, org_id])


class MembershipRole(Table, tablename="membership_role", schema="identity"):
    """What a person may do there; the union of these roles."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    membership_id = BigInt(primary_key=True, default=None, null=False)
    role_id = BigInt(primary_key=True, default=None, null=False)


class Invitation(Table, tablename="invitation", schema="identity"):
    """An open invitation to join an organization, with the roles that it leads to."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    email = Text(default=None, null=False)
    role_ids = Array(base_column=BigInt(), default=None, null=False)
    token_hash = Bytea(default=None, null=False)
    invited_by_org_id = BigInt(default=None, null=False)
    invited_by_account_id = BigInt(default=None, null=True)
    invited_by_api_client_id = BigInt(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    accepted_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)

    one_invitation_for_each_token = Unique([token_hash])


class ApiClient(Table, tablename="api_client", schema="identity"):
    """A machine that acts for an organization. Only its secret's hash is kept."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    client_id = Text(default=None, null=False)
    secret_hash = Bytea(default=None, null=False)
    name = Text(default=None, null=False)
    permissions = Array(base_column=Text(), default=None, null=False)
    is_active = Boolean(default=True, null=False)
    created_by_account_id = BigInt(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    last_used_at = Timestamptz(default=None, null=True)

    one_api_client_for_each_client_id = Unique([client_id])


class PasswordReset(Table, tablename="password_reset", schema="identity"):
    """A token by which a member may choose a new password, once."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    account_id = BigInt(default=None, null=False)
    token_hash = Bytea(default=None, null=False)
    replaces_hash = Bytea(default=None, null=False)
    issued_by_account_id = BigInt(default=None, null=True)
    issued_by_api_client_id = BigInt(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)

    one_password_reset_for_each_token = Unique([token_hash])


class Session(Table, tablename="session", schema="identity"):
    """A browser's session: an opaque cookie, of which only the hash is kept."""

    id = BigInt(primary_key=True, default=None, null=False)
    token_hash = Bytea(default=None, null=False)
    account_id = BigInt(default=None, null=False)
    network_id = BigInt(default=None, null=True)
    membership_id = BigInt(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    revoked_at = Timestamptz(default=None, null=True)

    one_session_for_each_token = Unique([token_hash])


class RefreshToken(Table, tablename="refresh_token", schema="identity"):
    """A program's rotating refresh token. Every use makes the next of the family; a second use
    of one ends the family."""

    id = BigInt(primary_key=True, default=None, null=False)
    token_hash = Bytea(default=None, null=False)
    family = UUID(default=None, null=False)
    account_id = BigInt(default=None, null=False)
    network_id = BigInt(default=None, null=False)
    membership_id = BigInt(default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)

    one_refresh_token_for_each_secret = Unique([token_hash])


class SignInFailure(Table, tablename="sign_in_failure", schema="identity"):
    """Sign-ins that did not succeed, or not yet, for each e-mail address and network address."""

    key = Text(primary_key=True, default=None, null=False)
    failures = Integer(default=None, null=False)
    window_ends_at = Timestamptz(default=None, null=False)
