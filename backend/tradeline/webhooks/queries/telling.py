"""Endpoints, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.webhooks.model import (
    Attempt,
    Delivery,
    DeliveryState,
    DueDelivery,
    Endpoint,
    OffReason,
    Topic,
)

# Two who add the last one at once wait for each other.
LOCK_ORGANIZATION = """
    SELECT FROM organizations.organization WHERE network_id = $1 AND id = $2 FOR NO KEY UPDATE
"""

COUNT_ENDPOINTS = """
    SELECT count(*) FROM webhooks.endpoint WHERE network_id = $1 AND org_id = $2
"""

INSERT_ENDPOINT = """
    INSERT INTO webhooks.endpoint (network_id, org_id, url, topics)
    VALUES ($1, $2, $3, $4)
    RETURNING id
"""

LIST_ENDPOINTS = """
    SELECT id, org_id, url, topics, secret_version, rotated_at, is_active, off_reason, created_at
      FROM webhooks.endpoint
     WHERE network_id = $1
       AND org_id = $2
       AND ($3::bigint IS NULL OR id < $3)
       AND ($4::bigint[] IS NULL OR id = ANY($4))
     ORDER BY id DESC
     LIMIT $5
"""

LOCK_ENDPOINT = """
    SELECT id, org_id, url, topics, secret_version, rotated_at, is_active, off_reason, created_at
      FROM webhooks.endpoint
     WHERE network_id = $1 AND org_id = $2 AND id = $3
       FOR UPDATE
"""

UPDATE_ENDPOINT = """
    UPDATE webhooks.endpoint
       SET url = $4,
           topics = $5,
           is_active = $6,
           off_reason = $7,
           changed_at = CASE WHEN (topics, is_active) = ($5, $6) THEN changed_at ELSE now() END
     WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

ROTATE_ENDPOINT = """
    UPDATE webhooks.endpoint
       SET secret_version = secret_version + 1, rotated_at = now()
     WHERE network_id = $1 AND org_id = $2 AND id = $3
    RETURNING secret_version
"""

DELETE_ENDPOINT = """
    DELETE FROM webhooks.endpoint WHERE network_id = $1 AND org_id = $2 AND id = $3
"""

HAS_WAITING_TEST = """
    SELECT EXISTS (SELECT FROM webhooks.delivery
                    WHERE network_id = $1 AND endpoint_id = $2
                      AND state = 'waiting' AND topic = $3)
"""

INSERT_TEST = """
    INSERT INTO webhooks.delivery (network_id, endpoint_id, topic, payload, occurred_at)
    VALUES ($1, $2, $3, '{}', now())
"""

LIST_DELIVERIES = """
    SELECT delivery.id, delivery.endpoint_id, delivery.topic, delivery.payload, delivery.state,
           delivery.tries, delivery.next_try_at, delivery.last_status, delivery.last_error,
           delivery.created_at, delivery.settled_at
      FROM webhooks.endpoint AS endpoint
     CROSS JOIN LATERAL (
               SELECT *
                 FROM webhooks.delivery AS newest
                WHERE newest.network_id = $1 AND newest.endpoint_id = endpoint.id
                ORDER BY newest.id DESC
                LIMIT $4
           ) AS delivery
     WHERE endpoint.network_id = $1 AND endpoint.org_id = $2 AND endpoint.id = ANY($3)
     ORDER BY delivery.endpoint_id, delivery.id DESC
"""

# Of the owner, over all networks: an event is told to the parties that its payload names.
INSERT_DELIVERIES = """
    INSERT INTO webhooks.delivery (network_id, endpoint_id, event_id, topic, payload, occurred_at)
    SELECT event.network_id, endpoint.id, event.id, event.topic, event.payload::jsonb,
           event.occurred_at
      FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[],
                  $6::bigint[], $7::bigint[])
           AS event (network_id, id, topic, payload, occurred_at, seller_org_id, buyer_org_id)
      JOIN webhooks.endpoint AS endpoint
        ON endpoint.network_id = event.network_id
       AND endpoint.org_id IN (event.seller_org_id, event.buyer_org_id)
       AND event.topic = ANY(endpoint.topics)
     WHERE endpoint.is_active
     ORDER BY event.network_id, event.id, endpoint.id
        ON CONFLICT ON CONSTRAINT one_telling_of_each_event DO NOTHING
"""

# Of the owner, over all networks. Few of one endpoint at once, and few of one organization however
# many endpoints it has, so that whoever is slow, or has long been away, takes no room from others.
# The index is walked from one endpoint for which something waits to the next: the others, and how
# much waits, cost nothing.
CLAIM_DELIVERIES = """
    WITH RECURSIVE wanted AS (
        (SELECT first.network_id, first.endpoint_id
           FROM webhooks.delivery AS first
          WHERE first.state = 'waiting'
          ORDER BY first.network_id, first.endpoint_id
          LIMIT 1)
         UNION ALL
        SELECT next.network_id, next.endpoint_id
          FROM wanted
         CROSS JOIN LATERAL (
                   SELECT following.network_id, following.endpoint_id
                     FROM webhooks.delivery AS following
                    WHERE following.state = 'waiting'
                      AND (following.network_id, following.endpoint_id)
                          > (wanted.network_id, wanted.endpoint_id)
                    ORDER BY following.network_id, following.endpoint_id
                    LIMIT 1
               ) AS next
    ), under_way AS (
        SELECT endpoint.network_id, endpoint.org_id, count(*) AS deliveries
          FROM webhooks.delivery AS sent
          JOIN webhooks.endpoint AS endpoint
            ON endpoint.network_id = sent.network_id AND endpoint.id = sent.endpoint_id
         WHERE sent.leased_until > now()
         GROUP BY endpoint.network_id, endpoint.org_id
    )
    UPDATE webhooks.delivery AS delivery
       SET leased_until = now() + $3 * interval '1 second'
      FROM (SELECT each.*
              FROM (SELECT waiting.network_id, waiting.id, waiting.next_try_at, endpoint.org_id,
                           endpoint.url, endpoint.secret_version,
                           endpoint.rotated_at > now() - $4 * interval '1 hour' AS has_old_secret,
                           row_number() OVER (
                               PARTITION BY endpoint.network_id, endpoint.org_id
                                   ORDER BY waiting.next_try_at, waiting.id) AS place
                      FROM wanted
                      JOIN webhooks.endpoint AS endpoint
                        ON endpoint.network_id = wanted.network_id
                       AND endpoint.id = wanted.endpoint_id
                     CROSS JOIN LATERAL (
                               SELECT each.network_id, each.id, each.next_try_at
                                 FROM webhooks.delivery AS each
                                WHERE each.network_id = endpoint.network_id
                                  AND each.endpoint_id = endpoint.id
                                  AND each.state = 'waiting'
                                  AND each.next_try_at <= now()
                                  AND (each.leased_until IS NULL OR each.leased_until <= now())
                                ORDER BY each.next_try_at, each.id
                                LIMIT greatest(0, $2 - (
                                          SELECT count(*)
                                            FROM webhooks.delivery AS sent
                                           WHERE sent.network_id = endpoint.network_id
                                             AND sent.endpoint_id = endpoint.id
                                             AND sent.leased_until > now()))
                           ) AS waiting
                     WHERE endpoint.is_active) AS each
              LEFT JOIN under_way
                ON under_way.network_id = each.network_id AND under_way.org_id = each.org_id
             WHERE each.place <= $5 - coalesce(under_way.deliveries, 0)
             ORDER BY each.next_try_at, each.id
             LIMIT $1) AS due
     WHERE delivery.network_id = due.network_id AND delivery.id = due.id
    RETURNING delivery.network_id, delivery.id, delivery.endpoint_id, due.org_id, delivery.topic,
              delivery.payload, delivery.occurred_at, delivery.tries, due.url, due.secret_version,
              due.has_old_secret
"""

SETTLE_DELIVERY = """
    UPDATE webhooks.delivery
       SET state = $3,
           tries = tries + 1,
           next_try_at = coalesce(now() + $4::interval, next_try_at),
           leased_until = NULL,
           tried_at = now(),
           last_status = $5,
           last_error = $6,
           settled_at = CASE WHEN $3 = 'waiting' THEN NULL ELSE now() END
     WHERE network_id = $1 AND id = $2 AND state = 'waiting'
"""

# One that takes others, and refuses only this, is well. The first try was made at the earliest when
# the delivery was noted.
TURN_OFF_FAILING = """
    UPDATE webhooks.endpoint AS endpoint
       SET is_active = false, off_reason = 'failing', changed_at = now()
      FROM webhooks.delivery AS refused
     WHERE endpoint.network_id = $1 AND endpoint.id = $2 AND endpoint.is_active
       AND refused.network_id = $1 AND refused.id = $3
       AND NOT EXISTS (
               SELECT FROM webhooks.delivery AS taken
                WHERE taken.network_id = $1
                  AND taken.endpoint_id = $2
                  AND taken.state = 'delivered'
                  AND taken.settled_at >= refused.created_at)
    RETURNING endpoint.org_id
"""

FORGET_DELIVERIES = """
    DELETE FROM webhooks.delivery AS delivery
     USING (SELECT network_id, id
              FROM webhooks.delivery
             WHERE created_at < now() - interval '30 days'
             LIMIT $1) AS old
     WHERE delivery.network_id = old.network_id AND delivery.id = old.id
    RETURNING true
"""


async def lock_organization(conn: Connection, actor: Actor) -> None:
    await conn.execute(LOCK_ORGANIZATION, actor.network_id, actor.org_id)


async def count_endpoints(conn: Connection, actor: Actor) -> int:
    count: int = await conn.fetchval(COUNT_ENDPOINTS, actor.network_id, actor.org_id)
    return count


async def insert_endpoint(conn: Connection, actor: Actor, url: str, topics: Sequence[Topic]) -> int:
    endpoint_id: int = await conn.fetchval(
        INSERT_ENDPOINT, actor.network_id, actor.org_id, url, list(topics)
    )
    return endpoint_id


async def list_endpoints(
    conn: Connection, actor: Actor, page: PageRequest, ids: Sequence[int] | None = None
) -> list[Endpoint]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(LIST_ENDPOINTS, actor.network_id, actor.org_id, after, ids, page.limit)
    return [_endpoint(row) for row in rows]


async def lock_endpoint(conn: Connection, actor: Actor, endpoint_id: int) -> Endpoint | None:
    row = await conn.fetchrow(LOCK_ENDPOINT, actor.network_id, actor.org_id, endpoint_id)
    return None if row is None else _endpoint(row)


async def update_endpoint(conn: Connection, actor: Actor, endpoint: Endpoint) -> None:
    await conn.execute(
        UPDATE_ENDPOINT,
        actor.network_id,
        actor.org_id,
        endpoint.id,
        endpoint.url,
        list(endpoint.topics),
        endpoint.is_active,
        endpoint.off_reason,
    )


async def rotate_endpoint(conn: Connection, actor: Actor, endpoint_id: int) -> int:
    version: int = await conn.fetchval(ROTATE_ENDPOINT, actor.network_id, actor.org_id, endpoint_id)
    return version


async def delete_endpoint(conn: Connection, actor: Actor, endpoint_id: int) -> None:
    await conn.execute(DELETE_ENDPOINT, actor.network_id, actor.org_id, endpoint_id)


async def has_waiting_test(conn: Connection, network_id: int, endpoint_id: int, topic: str) -> bool:
    found: bool = await conn.fetchval(HAS_WAITING_TEST, network_id, endpoint_id, topic)
    return found


async def insert_test(conn: Connection, network_id: int, endpoint_id: int, topic: str) -> None:
    await conn.execute(INSERT_TEST, network_id, endpoint_id, topic)


async def list_deliveries(
    conn: Connection, actor: Actor, endpoint_ids: Sequence[int], limit: int
) -> list[Delivery]:
    rows = await conn.fetch(
        LIST_DELIVERIES, actor.network_id, actor.org_id, list(endpoint_ids), limit
    )
    return [
        Delivery(
            **dict(row)
            | {"payload": json.loads(row["payload"]), "state": DeliveryState(row["state"])}
        )
        for row in rows
    ]


async def insert_deliveries(conn: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    names = ("network_id", "id", "topic", "payload", "occurred_at", "seller_org_id", "buyer_org_id")
    await conn.execute(INSERT_DELIVERIES, *([each[name] for each in events] for name in names))


async def claim_deliveries(
    conn: Connection,
    limit: int,
    *,
    of_endpoint: int,
    of_org: int,
    lease_seconds: int,
    old_secret_hours: int,
) -> list[DueDelivery]:
    rows = await conn.fetch(
        CLAIM_DELIVERIES, limit, of_endpoint, lease_seconds, old_secret_hours, of_org
    )
    return [
        DueDelivery(
            network_id=row["network_id"],
            id=row["id"],
            endpoint_id=row["endpoint_id"],
            org_id=row["org_id"],
            topic=row["topic"],
            payload=json.loads(row["payload"]),
            occurred_at=row["occurred_at"],
            tries=row["tries"],
            url=row["url"],
            secret_versions=(row["secret_version"], row["secret_version"] - 1)
            if row["has_old_secret"]
            else (row["secret_version"],),
        )
        for row in rows
    ]


async def settle_delivery(
    conn: Connection,
    due: DueDelivery,
    state: DeliveryState,
    attempt: Attempt,
    pause: Any,
) -> None:
    await conn.execute(
        SETTLE_DELIVERY, due.network_id, due.id, state, pause, attempt.status, attempt.error
    )


async def turn_off_failing(conn: Connection, due: DueDelivery) -> int | None:
    """The organization whose it is; None if it was off, or gone, or has taken something since."""
    org_id: int | None = await conn.fetchval(
        TURN_OFF_FAILING, due.network_id, due.endpoint_id, due.id
    )
    return org_id


async def forget_deliveries(conn: Connection, limit: int) -> int:
    return len(await conn.fetch(FORGET_DELIVERIES, limit))


def _endpoint(row: asyncpg.Record) -> Endpoint:
    return Endpoint(
        **dict(row)
        | {
            "topics": tuple(map(Topic, row["topics"])),
            "off_reason": None if row["off_reason"] is None else OffReason(row["off_reason"]),
        }
    )
