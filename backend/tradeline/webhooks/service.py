"""Endpoints, looked after by those whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    WrongState,
    grouped,
    make_page,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.webhooks.errors import TooManyWebhooks
from tradeline.webhooks.model import (
    ENDPOINTS_MAX,
    SHOWN_MAX,
    TEST_TOPIC,
    Delivery,
    Endpoint,
    OffReason,
    Topic,
    judge_topics,
    judge_url,
)
from tradeline.webhooks.queries import telling as queries
from tradeline.webhooks.signing import secret_of, webhook_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """What is told once: whoever loses it rotates it."""

    endpoint_id: int
    secret: str = field(repr=False)


async def create_webhook(
    conn: Connection, *, actor: Actor, url: str, topics: Sequence[Topic]
) -> NewSecret:
    """An endpoint of the actor's organization, which is told from now on.

    Raises:
        Forbidden: without `webhook:manage`.
        Rejected: InvalidValue, TooManyWebhooks.
    """
    actor.require(Permission.WEBHOOK_MANAGE)
    raise_any(judge_url(url, allows_loopback=webhook_keys().allows_loopback) + judge_topics(topics))
    await queries.lock_organization(conn, actor)
    if await queries.count_endpoints(conn, actor) >= ENDPOINTS_MAX:
        raise refuse(TooManyWebhooks(most=ENDPOINTS_MAX))
    wanted = tuple(dict.fromkeys(topics))
    endpoint_id = await queries.insert_endpoint(conn, actor, url, wanted)
    await _record(
        conn, actor, "webhook.create", endpoint_id, after={"url": url, "topics": [*wanted]}
    )
    return NewSecret(endpoint_id=endpoint_id, secret=secret_of(actor.network_id, endpoint_id, 1))


async def update_webhook(
    conn: Connection,
    *,
    actor: Actor,
    endpoint_id: int,
    url: str | None = None,
    topics: Sequence[Topic] | None = None,
    is_active: bool | None = None,
) -> int:
    """Change what is given. What waits for an endpoint that was off, or has moved, is sent there.

    Raises:
        Forbidden: without `webhook:manage`.
        Rejected: NotFound, InvalidValue.
    """
    endpoint = await _lock(conn, actor, endpoint_id)
    problems = []
    if url is not None:
        problems += judge_url(url, allows_loopback=webhook_keys().allows_loopback)
    if topics is not None:
        problems += judge_topics(topics)
    raise_any(problems)
    changed = replace(
        endpoint,
        url=endpoint.url if url is None else url,
        topics=endpoint.topics if topics is None else tuple(dict.fromkeys(topics)),
    )
    if is_active is not None and is_active != endpoint.is_active:
        changed = replace(
            changed, is_active=is_active, off_reason=None if is_active else OffReason.BY_HAND
        )
    if changed != endpoint:
        await queries.update_endpoint(conn, actor, changed)
        await _record(
            conn,
            actor,
            "webhook.update",
            endpoint_id,
            before=_shown(endpoint),
            after=_shown(changed),
        )
    return endpoint_id


async def rotate_webhook(conn: Connection, *, actor: Actor, endpoint_id: int) -> NewSecret:
    """A new secret. For a day, tellings are signed with the one before as well.

    Raises:
        Forbidden: without `webhook:manage`.
        Rejected: NotFound.
    """
    await _lock(conn, actor, endpoint_id)
    version = await queries.rotate_endpoint(conn, actor, endpoint_id)
    await _record(conn, actor, "webhook.rotate", endpoint_id, after={"secret_version": version})
    return NewSecret(
        endpoint_id=endpoint_id, secret=secret_of(actor.network_id, endpoint_id, version)
    )


async def delete_webhook(conn: Connection, *, actor: Actor, endpoint_id: int) -> int:
    """Away with it, and with what it was told or was to be told.

    Raises:
        Forbidden: without `webhook:manage`.
        Rejected: NotFound.
    """
    endpoint = await _lock(conn, actor, endpoint_id)
    await queries.delete_endpoint(conn, actor, endpoint_id)
    await _record(conn, actor, "webhook.delete", endpoint_id, before=_shown(endpoint))
    return endpoint_id


async def send_test(conn: Connection, *, actor: Actor, endpoint_id: int) -> int:
    """Send a test; one at a time.

    Raises:
        Forbidden: without `webhook:manage`.
        Rejected: NotFound; WrongState if it is off, or a test is under way.
    """
    endpoint = await _lock(conn, actor, endpoint_id)
    if not endpoint.is_active:
        raise refuse(WrongState(path=("webhookId",), subject="webhook", state="inactive"))
    if await queries.has_waiting_test(conn, actor.network_id, endpoint_id, TEST_TOPIC):
        raise refuse(WrongState(path=("webhookId",), subject="webhook", state="being tested"))
    await queries.insert_test(conn, actor.network_id, endpoint_id, TEST_TOPIC)
    return endpoint_id


async def list_webhooks(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[Endpoint]:
    """The organization's endpoints, newest first; Forbidden without `webhook:manage`. The cursor's
    shape is (int,)."""
    actor.require(Permission.WEBHOOK_MANAGE)
    rows = await queries.list_endpoints(conn, actor, page)
    return make_page(rows, page, lambda endpoint: (endpoint.id,))


async def webhooks_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Endpoint]:
    """Those of `ids` that are the organization's; Forbidden without `webhook:manage`."""
    actor.require(Permission.WEBHOOK_MANAGE)
    rows = await queries.list_endpoints(conn, actor, PageRequest(len(ids)), ids)
    return {endpoint.id: endpoint for endpoint in rows}


async def deliveries_of_webhooks(
    conn: Connection, *, actor: Actor, endpoint_ids: Sequence[int]
) -> dict[int, list[Delivery]]:
    """The newest of each of the organization's endpoints; Forbidden without `webhook:manage`."""
    actor.require(Permission.WEBHOOK_MANAGE)
    rows = await queries.list_deliveries(conn, actor, endpoint_ids, SHOWN_MAX)
    return grouped(endpoint_ids, [(delivery.endpoint_id, delivery) for delivery in rows])


async def _lock(conn: Connection, actor: Actor, endpoint_id: int) -> Endpoint:
    actor.require(Permission.WEBHOOK_MANAGE)
    endpoint = await queries.lock_endpoint(conn, actor, endpoint_id)
    if endpoint is None:
        raise refuse(NotFound(path=("webhookId",), subject="webhook"))
    return endpoint


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "url": endpoint.url,
        "topics": [*endpoint.topics],
        "is_active": endpoint.is_active,
    }


async def _record(
    conn: Connection,
    actor: Actor,
    action: str,
    endpoint_id: int,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    change = Change(
        action=action,
        subject_type="webhook",
        subject_id=endpoint_id,
        before=before or {},
        after=after or {},
    )
    await record_changes(conn, actor=actor, changes=[change])
