"""The kernel's tables: idempotency, audit trail, outbox.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import JSONB, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.table import Table


class Request(Table, tablename="request", schema="kernel"):
    """A requestId that was claimed, the hash of what was asked, and the id of its answer."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(primary_key=True, default=None, null=False)
    request_id = Text(primary_key=True, default=None, null=False)
    body_hash = Bytea(default=None, null=False)
    answer_id = BigInt(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)


class AuditEntry(Table, tablename="audit_entry", schema="kernel"):
    """Who, for whom, on whose behalf, did what, with what before and after. Append-only."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)
    org_id = BigInt(default=None, null=False)
    account_id = BigInt(default=None, null=True)
    api_client_id = BigInt(default=None, null=True)
    on_behalf_of_org_id = BigInt(default=None, null=True)
    action = Text(default=None, null=False)
    subject_type = Text(default=None, null=False)
    subject_id = BigInt(default=None, null=False)
    before = JSONB(default=None, null=False)
    after = JSONB(default=None, null=False)


class OutboxEvent(Table, tablename="outbox_event", schema="kernel"):
    """A fact that others must learn, stored with the change that made it true. `key` is whose
    history it is in; an undelivered one is tried again at `due_at`."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    topic = Text(default=None, null=False)
    key = Text(default=None, null=False)
    payload = JSONB(default=None, null=False)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)
    due_at = Timestamptz(default=TimestamptzNow(), null=False)
    delivered_at = Timestamptz(default=None, null=True)
    attempts = Integer(default=0, null=False)
    last_error = Text(default=None, null=True)
