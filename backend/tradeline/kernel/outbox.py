"""The outbox: facts that others must learn, stored with the change that made them true.

Order guarantee: the events of one key are delivered in the order in which they became true, at
least once, and a failing one holds back its own key only. Identity order is not commit order,
so there is no cursor to run ahead of a slow transaction: undelivered rows are read in id order,
and a row that commits late is simply still undelivered. Within a key the ids are in commit
order, because whoever writes an event holds the lock of the row that it is about (ADR 0004).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradeline.kernel import queries
from tradeline.kernel.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. `topic` is noun and past verb ("order.placed"), `key` whose history it is in."""

    topic: str
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it lies in the outbox."""

    network_id: int
    id: int
    topic: str
    key: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    attempts: int


async def publish(conn: Connection, *, network_id: int, events: Sequence[Event]) -> None:
    """Put events into the outbox, in this unit of work; one statement. The worker finds them."""
    if events:
        await queries.insert_events(conn, network_id, events)


async def claim_events(conn: Connection, *, limit: int) -> list[StoredEvent]:
    """The next events to deliver, over all networks, oldest first. For the one worker that holds
    the delivery lock; a key whose oldest event waits for its next attempt is left out whole."""
    rows = await queries.fetch_due_events(conn, limit)
    return [StoredEvent(**row) for row in rows]


async def settle_events(
    conn: Connection, *, delivered: Sequence[StoredEvent], failed: Sequence[tuple[StoredEvent, str]]
) -> None:
    """Mark events delivered, or failed with the reason; a failed one is due again later."""
    await queries.settle_events(conn, delivered, failed)
