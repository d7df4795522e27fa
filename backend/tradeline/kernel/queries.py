"""All SQL of the kernel. Each function runs in the caller's transaction and decides nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradeline.kernel.actor import Actor, Shopper
    from tradeline.kernel.audit import Change
    from tradeline.kernel.database import Connection
    from tradeline.kernel.idempotency import RequestAnswer, RequestKey
    from tradeline.kernel.outbox import Event, StoredEvent
    from tradeline.kernel.pages import PageRequest

_ENCODER = json.JSONEncoder(default=str, ensure_ascii=False)

# A setting of the session, not of the transaction: reads run without one. asyncpg's pool resets
# it on release. A network id is a whole number of ours, never text from a request.
ENTER_NETWORK = "SET tradeline.network_id = {:d}"

INSERT_REQUEST = """
    INSERT INTO kernel.request (network_id, org_id, request_id, body_hash)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
    RETURNING true
"""

FETCH_REQUEST = """
    SELECT body_hash, answer_id
      FROM kernel.request
     WHERE network_id = $1 AND org_id = $2 AND request_id = $3
"""

ANSWER_REQUEST = """
    UPDATE kernel.request
       SET answer_id = $4
     WHERE network_id = $1 AND org_id = $2 AND request_id = $3
"""

# Sorted, so that two who claim the same ids wait for one another in one direction only.
INSERT_REQUESTS = """
    INSERT INTO kernel.request (network_id, org_id, request_id, body_hash, answer_id)
    SELECT $1, claim.org_id, claim.request_id, claim.body_hash, claim.answer_id
      FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::bigint[])
           AS claim (org_id, request_id, body_hash, answer_id)
     ORDER BY claim.org_id, claim.request_id
    ON CONFLICT DO NOTHING
    RETURNING org_id, request_id
"""

FETCH_REQUESTS = """
    SELECT request.org_id, request.request_id, request.body_hash, request.answer_id
      FROM unnest($2::bigint[], $3::text[]) AS asked (org_id, request_id)
      JOIN kernel.request AS request
        ON request.network_id = $1
       AND request.org_id = asked.org_id
       AND request.request_id = asked.request_id
"""

UPDATE_BODIES = """
    UPDATE kernel.request AS request
       SET body_hash = done.body_hash
      FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::bigint[])
           AS done (org_id, request_id, body_hash, answer_id)
     WHERE request.network_id = $1
       AND request.org_id = done.org_id
       AND request.request_id = done.request_id
       AND request.answer_id = done.answer_id
"""

# What is answered stays answered: no two claims ever name one answer.
DELETE_REQUESTS = """
    DELETE FROM kernel.request AS request
     USING unnest($2::bigint[], $3::text[], $4::bytea[], $5::bigint[])
           AS refused (org_id, request_id, body_hash, answer_id)
     WHERE request.network_id = $1
       AND request.org_id = refused.org_id
       AND request.request_id = refused.request_id
       AND request.answer_id = refused.answer_id
"""

INSERT_AUDIT_ENTRIES = """
    INSERT INTO kernel.audit_entry
           (network_id, org_id, account_id, api_client_id, on_behalf_of_org_id,
            action, subject_type, subject_id, before, after)
    SELECT $1, change.org_id, change.account_id, change.api_client_id,
           change.on_behalf_of_org_id, change.action, change.subject_type, change.subject_id,
           change.before::jsonb, change.after::jsonb
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                  $8::bigint[], $9::text[], $10::text[])
           WITH ORDINALITY AS change
           (org_id, account_id, api_client_id, on_behalf_of_org_id, action, subject_type,
            subject_id, before, after, position)
     ORDER BY change.position
"""

FETCH_AUDIT_ENTRIES = """
    SELECT id, occurred_at, org_id, account_id, api_client_id, on_behalf_of_org_id,
           action, subject_type, subject_id, before, after
      FROM kernel.audit_entry
     WHERE network_id = $1
       AND (org_id = $2 OR on_behalf_of_org_id = $2)
       AND ($3::bigint IS NULL OR id < $3)
       AND ($4::text IS NULL OR subject_type = $4)
       AND ($5::bigint IS NULL OR subject_id = $5)
     ORDER BY id DESC
     LIMIT $6
"""

# Without a NOTIFY: whoever trades would wait for the commits of all others with it (ADR 0012).
INSERT_EVENTS = """
    INSERT INTO kernel.outbox_event (network_id, topic, key, payload)
    SELECT $1, event.topic, event.key, event.payload::jsonb
      FROM unnest($2::text[], $3::text[], $4::text[])
           WITH ORDINALITY AS event (topic, key, payload, position)
     ORDER BY event.position
"""

# An event waits while an older one of its key is not yet due again.
FETCH_DUE_EVENTS = """
    SELECT event.network_id, event.id, event.topic, event.key, event.payload,
           event.occurred_at, event.attempts
      FROM kernel.outbox_event AS event
     WHERE event.delivered_at IS NULL
       AND event.due_at <= now()
       AND NOT EXISTS (
               SELECT 1
                 FROM kernel.outbox_event AS older
                WHERE older.network_id = event.network_id
                  AND older.key = event.key
                  AND older.id < event.id
                  AND older.delivered_at IS NULL
                  AND older.due_at > now()
           )
     ORDER BY event.id
     LIMIT $1
"""

MARK_DELIVERED = """
    UPDATE kernel.outbox_event AS event
       SET delivered_at = now(), attempts = event.attempts + 1, last_error = NULL
      FROM unnest($1::bigint[], $2::bigint[]) AS done (network_id, id)
     WHERE event.network_id = done.network_id AND event.id = done.id
"""

# Doubling from one second to ten minutes at most.
MARK_FAILED = """
    UPDATE kernel.outbox_event AS event
       SET attempts = event.attempts + 1,
           due_at = now() + least(600, 2 ^ least(event.attempts, 10)) * interval '1 second',
           last_error = failure.reason
      FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS failure (network_id, id, reason)
     WHERE event.network_id = failure.network_id AND event.id = failure.id
"""

# Deleting is cut into small batches, so that it never holds anybody up for long.
FORGET_EVENTS = """
    DELETE FROM kernel.outbox_event AS event
     USING (SELECT network_id, id
              FROM kernel.outbox_event
             WHERE occurred_at < now() - interval '30 days'
               AND delivered_at < now() - interval '30 days'
             LIMIT $1) AS old
     WHERE event.network_id = old.network_id AND event.id = old.id
    RETURNING true
"""

FORGET_REQUESTS = """
    DELETE FROM kernel.request AS request
     USING (SELECT network_id, org_id, request_id
              FROM kernel.request
             WHERE created_at < now() - interval '30 days'
             LIMIT $1) AS old
     WHERE request.network_id = old.network_id
       AND request.org_id = old.org_id
       AND request.request_id = old.request_id
    RETURNING true
"""

# Tables of ours that have at least doubled, or been changed as much, since anybody looked at them.
# Autovacuum looks once a minute, and until then plans are made as for an empty table.
FIND_UNKNOWN_TABLES = """
    SELECT format('%I.%I', known.schemaname, known.relname) AS name
      FROM pg_stat_user_tables AS known
      JOIN pg_class AS class ON class.oid = known.relid
     WHERE known.n_mod_since_analyze > 500 + known.n_live_tup / 2
       AND coalesce(greatest(known.last_analyze, known.last_autoanalyze), '-infinity')
           < now() - interval '10 seconds'
       AND pg_has_role(class.relowner, 'USAGE')
     ORDER BY known.n_mod_since_analyze DESC
     LIMIT $1
"""

# Names are quoted by the database. One that autovacuum is at is left to it.
ANALYZE = "ANALYZE (SKIP_LOCKED) {}"

FIND_BROKEN = """
    SELECT count(*) OVER () AS count, to_jsonb(broken) AS first
      FROM ({}) AS broken
     LIMIT 1
"""

FIND_LATE_EVENTS = """
    SELECT network_id, id, topic, key, due_at, attempts, last_error
      FROM kernel.outbox_event
     WHERE delivered_at IS NULL AND due_at < now() - interval '5 minutes'
     ORDER BY id
"""

# A claim and its answer are one unit of work, so that nobody can see the one without the other.
FIND_UNANSWERED_REQUESTS = """
    SELECT network_id, org_id, request_id, created_at
      FROM kernel.request
     WHERE answer_id IS NULL
     ORDER BY created_at
"""


async def enter_network(conn: Connection, network_id: int) -> None:
    """Let the connection see one network, until it returns to the pool."""
    await conn.execute(ENTER_NETWORK.format(network_id))


async def insert_request(
    conn: Connection, actor: Actor | Shopper, request_id: str, body: bytes
) -> bool:
    """Claim a request id; False if it is taken. Waits for another claim in flight to end."""
    row = await conn.fetchval(
        INSERT_REQUEST, actor.network_id, actor.request_owner, request_id, body
    )
    return row is not None


async def fetch_request(
    conn: Connection, actor: Actor | Shopper, request_id: str
) -> tuple[bytes, int]:
    row = await conn.fetchrow(FETCH_REQUEST, actor.network_id, actor.request_owner, request_id)
    assert row is not None, "a request that conflicts is there to be read"
    return row["body_hash"], row["answer_id"]


async def answer_request(
    conn: Connection, actor: Actor | Shopper, request_id: str, answer_id: int
) -> None:
    await conn.execute(ANSWER_REQUEST, actor.network_id, actor.request_owner, request_id, answer_id)


async def insert_requests(
    conn: Connection, network_id: int, claims: Mapping[RequestKey, RequestAnswer]
) -> set[RequestKey]:
    """Claim request ids; those that were free. Waits for other claims in flight to end."""
    rows = await conn.fetch(INSERT_REQUESTS, network_id, *_columns(claims), *_answers(claims))
    return {(row["org_id"], row["request_id"]) for row in rows}


async def fetch_requests(
    conn: Connection, network_id: int, keys: Sequence[RequestKey]
) -> dict[RequestKey, RequestAnswer]:
    rows = await conn.fetch(FETCH_REQUESTS, network_id, *_columns(keys))
    assert len(rows) == len(keys), "requests that conflict are there to be read"
    return {
        (row["org_id"], row["request_id"]): (row["body_hash"], row["answer_id"]) for row in rows
    }


async def update_bodies(
    conn: Connection, network_id: int, claims: Mapping[RequestKey, RequestAnswer]
) -> None:
    await conn.execute(UPDATE_BODIES, network_id, *_columns(claims), *_answers(claims))


async def delete_requests(
    conn: Connection, network_id: int, claims: Mapping[RequestKey, RequestAnswer]
) -> None:
    await conn.execute(DELETE_REQUESTS, network_id, *_columns(claims), *_answers(claims))


def _columns(keys: Collection[RequestKey]) -> tuple[list[int], list[str]]:
    return [org_id for org_id, _ in keys], [request_id for _, request_id in keys]


def _answers(claims: Mapping[RequestKey, RequestAnswer]) -> tuple[list[bytes], list[int]]:
    return [body for body, _ in claims.values()], [answer_id for _, answer_id in claims.values()]


async def insert_audit_entries(
    conn: Connection, network_id: int, made: Sequence[tuple[Actor, Change]]
) -> None:
    await conn.execute(
        INSERT_AUDIT_ENTRIES,
        network_id,
        [actor.org_id for actor, _ in made],
        [actor.account_id for actor, _ in made],
        [actor.api_client_id for actor, _ in made],
        [change.on_behalf_of_org_id for _, change in made],
        [change.action for _, change in made],
        [change.subject_type for _, change in made],
        [change.subject_id for _, change in made],
        [_json(change.before) for _, change in made],
        [_json(change.after) for _, change in made],
    )


async def fetch_audit_entries(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    subject_type: str | None,
    subject_id: int | None,
) -> list[dict[str, Any]]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(
        FETCH_AUDIT_ENTRIES,
        actor.network_id,
        actor.org_id,
        after,
        subject_type,
        subject_id,
        page.limit,
    )
    return [
        dict(row) | {"before": json.loads(row["before"]), "after": json.loads(row["after"])}
        for row in rows
    ]


async def insert_events(conn: Connection, network_id: int, events: Sequence[Event]) -> None:
    await conn.execute(
        INSERT_EVENTS,
        network_id,
        [event.topic for event in events],
        [event.key for event in events],
        [_json(event.payload) for event in events],
    )


async def fetch_due_events(conn: Connection, limit: int) -> list[dict[str, Any]]:
    rows = await conn.fetch(FETCH_DUE_EVENTS, limit)
    return [dict(row) | {"payload": json.loads(row["payload"])} for row in rows]


async def settle_events(
    conn: Connection,
    delivered: Sequence[StoredEvent],
    failed: Sequence[tuple[StoredEvent, str]],
) -> None:
    await conn.execute(
        MARK_DELIVERED,
        [event.network_id for event in delivered],
        [event.id for event in delivered],
    )
    if failed:
        await conn.execute(
            MARK_FAILED,
            [event.network_id for event, _ in failed],
            [event.id for event, _ in failed],
            [reason for _, reason in failed],
        )


async def forget_events(conn: Connection, limit: int) -> int:
    return len(await conn.fetch(FORGET_EVENTS, limit))


async def forget_requests(conn: Connection, limit: int) -> int:
    return len(await conn.fetch(FORGET_REQUESTS, limit))


async def find_unknown_tables(conn: Connection, limit: int) -> list[str]:
    return [row["name"] for row in await conn.fetch(FIND_UNKNOWN_TABLES, limit)]


async def analyze(conn: Connection, tables: Sequence[str]) -> None:
    await conn.execute(ANALYZE.format(", ".join(tables)))


async def find_broken(conn: Connection, sql: str) -> tuple[int, str | None]:
    """How many rows a check of ours returns, and the first of them as JSON."""
    row = await conn.fetchrow(FIND_BROKEN.format(sql))
    return (0, None) if row is None else (row["count"], row["first"])


def _json(value: Mapping[str, Any]) -> str:
    return _ENCODER.encode(value)
