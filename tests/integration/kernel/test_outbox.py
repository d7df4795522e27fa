"""The outbox's order guarantee, whatever the transactions' interleaving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from tests.factories_outbox import Place, a_place, outbox, published
from tradeline.kernel import Event, StoredEvent, claim_events, publish, settle_events


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


async def claimed(place: Place, limit: int = 100) -> list[StoredEvent]:
    async with place.owner_pool.acquire() as conn:
        return await claim_events(conn, limit=limit)


async def settled(
    place: Place, delivered: list[StoredEvent], failed: list[StoredEvent] | None = None
) -> None:
    async with place.owner_pool.acquire() as conn:
        await settle_events(
            conn, delivered=delivered, failed=[(event, "why not") for event in failed or ()]
        )


def keys(events: list[StoredEvent]) -> list[str]:
    return [event.key for event in events]


async def test_a_slow_transaction_with_a_lower_id_is_not_overtaken_for_good(place: Place) -> None:
    async with place.db.unit_of_work(1) as slow:
        await publish(slow, network_id=1, events=[Event(topic="placed", key="order:1")])
        await published(place, 1, ("placed", "order:2"))

        fast = await claimed(place)
        await settled(place, fast)
        assert keys(fast) == ["order:2"]

    late = await claimed(place)

    assert keys(late) == ["order:1"]
    assert late[0].id < fast[0].id


async def test_events_of_a_key_come_in_the_order_of_their_commits(place: Place) -> None:
    """As use cases do it: whoever writes an event holds the lock of what it is about."""
    committed: list[str] = []

    async def step(topic: str, has_lock: asyncio.Event) -> None:
        async with place.db.unit_of_work(1) as conn:
            await conn.execute("SELECT pg_advisory_xact_lock(1)")
            has_lock.set()
            await asyncio.sleep(0.1)
            await publish(conn, network_id=1, events=[Event(topic=topic, key="order:1")])
            committed.append(topic)

    has_lock = asyncio.Event()
    placing = asyncio.create_task(step("placed", has_lock))
    await has_lock.wait()
    await asyncio.gather(placing, step("shipped", has_lock), step("received", has_lock))

    assert committed[0] == "placed"
    assert [event.topic for event in await claimed(place)] == committed


async def test_events_of_one_unit_of_work_keep_their_order(place: Place) -> None:
    await published(place, 1, *(("placed", f"order:{number}") for number in range(50)))

    assert keys(await claimed(place)) == [f"order:{number}" for number in range(50)]


async def test_a_rolled_back_event_was_never_there(place: Place) -> None:
    async def publish_and_fail() -> None:
        async with place.db.unit_of_work(1) as conn:
            await publish(conn, network_id=1, events=[Event(topic="placed", key="order:1")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await publish_and_fail()

    assert await outbox(place) == []


async def test_a_failed_event_holds_back_its_key_and_no_other(place: Place) -> None:
    await published(place, 1, ("placed", "order:1"), ("shipped", "order:1"), ("placed", "order:2"))
    await published(place, 2, ("placed", "order:1"))
    events = await claimed(place)

    await settled(place, delivered=[], failed=[events[0]])

    assert [(event.network_id, event.key) for event in await claimed(place)] == [
        (1, "order:2"),
        (2, "order:1"),
    ]


async def test_a_later_event_of_a_failed_key_waits_even_if_it_is_new(place: Place) -> None:
    await published(place, 1, ("placed", "order:1"))
    await settled(place, delivered=[], failed=await claimed(place))

    await published(place, 1, ("shipped", "order:1"))

    assert await claimed(place) == []


async def test_a_failed_event_comes_back_before_those_that_waited(place: Place) -> None:
    await published(place, 1, ("placed", "order:1"), ("shipped", "order:1"))
    [placed, _] = await claimed(place)
    await settled(place, delivered=[], failed=[placed])
    await place.owner_pool.execute("UPDATE kernel.outbox_event SET due_at = now()")

    again = await claimed(place)

    assert [(event.topic, event.attempts) for event in again] == [("placed", 1), ("shipped", 0)]


async def test_the_pause_never_exceeds_ten_minutes(place: Place) -> None:
    await published(place, 1, ("placed", "order:1"))
    await place.owner_pool.execute("UPDATE kernel.outbox_event SET attempts = 1000")
    await settled(place, delivered=[], failed=await claimed(place))

    pause = await place.owner_pool.fetchval("SELECT due_at - now() FROM kernel.outbox_event")

    assert timedelta(minutes=9) < pause <= timedelta(minutes=10)


async def test_what_was_claimed_and_not_settled_is_claimed_again(place: Place) -> None:
    await published(place, 1, ("placed", "order:1"))

    assert keys(await claimed(place)) == keys(await claimed(place)) == ["order:1"]
    await settled(place, delivered=await claimed(place))

    assert await claimed(place) == []


async def test_the_application_writes_to_the_outbox_and_cannot_read_it(place: Place) -> None:
    async with place.db.unit_of_work(1) as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("SELECT FROM kernel.outbox_event")
