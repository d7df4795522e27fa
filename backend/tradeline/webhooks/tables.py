"""The tables of webhooks: who wants to be told, and what they were told.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import JSONB, Array, BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Endpoint(Table, tablename="endpoint", schema="webhooks"):
    """An address of an organization's, the topics it asks for, and whether it is told."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    org_id = BigInt(default=None, null=False)
    url = Text(default=None, null=False)
    topics = Array(base_column=Text(), default=None, null=False)
    secret_version = Integer(default=1, null=False)
    rotated_at = Timestamptz(default=None, null=True)
    is_active = Boolean(default=True, null=False)
    off_reason = Text(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    changed_at = Timestamptz(default=TimestamptzNow(), null=False)


class Delivery(Table, tablename="delivery", schema="webhooks"):
    """One event for one endpoint: how often it was sent, and how that ended."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    endpoint_id = BigInt(default=None, null=False)
    event_id = BigInt(default=None, null=True)
    topic = Text(default=None, null=False)
    payload = JSONB(default=None, null=False)
    occurred_at = Timestamptz(default=None, null=False)
    state = Text(default="waiting", null=False)
    tries = Integer(default=0, null=False)
    next_try_at = Timestamptz(default=TimestamptzNow(), null=False)
    leased_until = Timestamptz(default=None, null=True)
    last_status = Integer(default=None, null=True)
    last_error = Text(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    settled_at = Timestamptz(default=None, null=True)
    tried_at = Timestamptz(default=None, null=True)

    one_telling_of_each_event = Unique([network_id, endpoint_id, event_id])
