"""A database of its own for tests of the outbox, which is read over all networks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tradeline.kernel import Database, Event, Pool, open_pool, publish


@dataclass(frozen=True, slots=True)
class Place:
    """A database: as the owner and as the application."""

    dsn: str
    owner_pool: Pool
    db: Database


@asynccontextmanager
async def a_place(dsn: str) -> AsyncIterator[Place]:
    owner_pool = await open_pool(dsn, role=None)
    pool = await open_pool(dsn)
    try:
        yield Place(dsn, owner_pool, Database(pool))
    finally:
        pool.terminate()
        owner_pool.terminate()


async def published(place: Place, network_id: int, *events: tuple[str, str]) -> None:
    """Publish (topic, key) pairs in one unit of work."""
    async with place.db.unit_of_work(network_id) as conn:
        await publish(
            conn,
            network_id=network_id,
            events=[Event(topic=topic, key=key, payload={"of": key}) for topic, key in events],
        )


async def outbox(place: Place) -> Sequence[tuple[str, int, str | None, bool]]:
    """(key, attempts, last error, delivered) of each event, oldest first."""
    rows = await place.owner_pool.fetch(
        "SELECT key, attempts, last_error, delivered_at IS NOT NULL AS delivered"
        "  FROM kernel.outbox_event ORDER BY id"
    )
    return [tuple(row) for row in rows]
