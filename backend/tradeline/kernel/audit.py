"""The audit trail: who, for whom, on whose behalf, did what, with what before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradeline.kernel import queries
from tradeline.kernel.actor import Actor, Permission
from tradeline.kernel.database import Connection
from tradeline.kernel.outbox import Event, publish
from tradeline.kernel.pages import Page, PageRequest, make_page

LISTED_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing done to one subject. `before` and `after` hold only what changed, as JSON values.

    `action` is noun and verb, as the mutation ("order.place"). `on_behalf_of_org_id` names the
    organization acted for when it is not the actor's own.
    """

    action: str
    subject_type: str
    subject_id: int
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    on_behalf_of_org_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A stored `Change`, with who made it and when."""

    id: int
    occurred_at: datetime
    org_id: int
    account_id: int | None
    api_client_id: int | None
    on_behalf_of_org_id: int | None
    action: str
    subject_type: str
    subject_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


async def record_changes(conn: Connection, *, actor: Actor, changes: Sequence[Change]) -> None:
    """Write changes to the audit trail, in the unit of work that made them; one statement."""
    made = [(actor, change) for change in changes]
    await record_changes_of_many(conn, network_id=actor.network_id, made=made)


async def record_changes_of_many(
    conn: Connection, *, network_id: int, made: Sequence[tuple[Actor, Change]]
) -> None:
    """As `record_changes`, of what several actors of one network did."""
    await queries.insert_audit_entries(conn, network_id, made)


async def record_and_publish(
    conn: Connection, *, actor: Actor, changes: Sequence[Change], topic: str
) -> None:
    """Record changes, and publish each as a fact in the history of its subject.

    The caller holds the locks of the subjects, or has just made them (ADR 0004).
    """
    await record_changes(conn, actor=actor, changes=changes)
    events = [
        Event(
            topic=topic,
            key=f"{change.subject_type}:{change.subject_id}",
            payload={"id": change.subject_id, "org_id": actor.org_id},
        )
        for change in changes
    ]
    await publish(conn, network_id=actor.network_id, events=events)


def listing(name: str, entries: Sequence[Any]) -> dict[str, Any]:
    """Entries of a `Change`'s before or after: the first hundred, and how many there are."""
    return {name: list(entries[:LISTED_MAX]), f"{name}_count": len(entries)}


async def list_audit_entries(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    subject_type: str | None = None,
    subject_id: int | None = None,
) -> Page[AuditEntry]:
    """Newest first: what the actor's organization did, and what others did on its behalf.

    Raises Forbidden without `audit:read`. The cursor's shape is (int,).
    """
    actor.require(Permission.AUDIT_READ)
    rows = await queries.fetch_audit_entries(conn, actor, page, subject_type, subject_id)
    return make_page([AuditEntry(**row) for row in rows], page, lambda entry: (entry.id,))
