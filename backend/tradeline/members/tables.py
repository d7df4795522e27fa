"""The tables of members: consumers, and what they are recognized by.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Member(Table, tablename="member", schema="members"):
    """A consumer, known or not; or one who was merged into another."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    state = Text(default=None, null=False)
    merged_into_id = BigInt(default=None, null=True)
    survivor_id = BigInt(default=None, null=True)
    nickname = Text(default="", null=False)
    locale = Text(default="zh-CN", null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    known_at = Timestamptz(default=None, null=True)
    last_seen_at = Timestamptz(default=TimestamptzNow(), null=False)


class Identity(Table, tablename="identity", schema="members"):
    """An openid, a unionid or a phone number, sealed, and whose it is."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    member_id = BigInt(default=None, null=False)
    kind = Text(default=None, null=False)
    app_id = Text(default="", null=False)
    lookup = Bytea(default=None, null=False)
    seal = Bytea(default=None, null=False)
    linked_at = Timestamptz(default=TimestamptzNow(), null=False)
    last_used_at = Timestamptz(default=TimestamptzNow(), null=False)
    unlinked_at = Timestamptz(default=None, null=True)


class Merge(Table, tablename="merge", schema="members"):
    """Two members found to be one person, and whether that was taken back."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    from_id = BigInt(default=None, null=False)
    into_id = BigInt(default=None, null=False)
    cause = Text(default=None, null=False)
    from_state = Text(default=None, null=False)
    merged_at = Timestamptz(default=TimestamptzNow(), null=False)
    undone_at = Timestamptz(default=None, null=True)


class Consent(Table, tablename="consent", schema="members"):
    """What a member agreed to, or no longer; the last of a subject holds."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    member_id = BigInt(default=None, null=False)
    subject = Text(default=None, null=False)
    version = Text(default=None, null=False)
    is_given = Boolean(default=None, null=False)
    given_at = Timestamptz(default=TimestamptzNow(), null=False)


class Address(Table, tablename="address", schema="members"):
    """Where a member has things sent to."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    member_id = BigInt(default=None, null=False)
    recipient_seal = Bytea(default=None, null=False)
    phone_seal = Bytea(default=None, null=False)
    region = Text(default=None, null=False)
    detail_seal = Bytea(default=None, null=False)
    is_default = Boolean(default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    deleted_at = Timestamptz(default=None, null=True)


class Session(Table, tablename="session", schema="members"):
    """A rotating refresh token, of which only the hash is kept."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    member_id = BigInt(default=None, null=False)
    token_hash = Bytea(default=None, null=False)
    family = UUID(default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)

    one_session_for_each_token = Unique([token_hash])


class SealKey(Table, tablename="seal_key", schema="members"):
    """What tells the key by which all of this is sealed from another one."""

    is_only = Boolean(primary_key=True, default=True, null=False)
    fingerprint = Bytea(default=None, null=False)
