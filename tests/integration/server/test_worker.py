"""The worker delivers at least once, in order for each key, and survives what happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from tests.factories_outbox import Place, a_place, outbox, published
from tradeline.kernel import Connection, StoredEvent
from tradeline_server import worker
from tradeline_server.worker import Handler, deliver_events, run_worker

SECONDS_MAX = 20.0


class Clerk:
    """A handler that writes down what it is given, and fails for some."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str, str]] = []
        self.fails_for: set[str] = set()

    async def __call__(self, conn: Connection, event: StoredEvent) -> None:
        self.seen.append((event.network_id, event.key, event.topic))
        if event.key in self.fails_for:
            raise ValueError(f"{event.key} is not to be had")

    @property
    def topics(self) -> list[str]:
        return [topic for _, _, topic in self.seen]


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


async def deliver(place: Place, handlers: dict[str, Handler], limit: int = 100) -> int:
    async with place.owner_pool.acquire() as conn:
        return await deliver_events(conn, db=place.db, handlers=handlers, limit=limit)


@asynccontextmanager
async def a_worker(place: Place, handlers: dict[str, Handler]) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(place.owner_pool, place.db, stop, handlers))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(working, SECONDS_MAX)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            answer = condition()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            await asyncio.sleep(0.02)


async def test_an_event_without_a_handler_counts_as_delivered(place: Place) -> None:
    await published(place, 1, ("order.placed", "order:1"))

    assert await deliver(place, {}) == 1

    assert await outbox(place) == [("order:1", 1, None, True)]


async def test_a_handler_works_in_the_network_of_its_event(place: Place) -> None:
    entered = []

    async def look(conn: Connection, event: StoredEvent) -> None:
        entered.append(await conn.fetchval("SELECT current_setting('tradeline.network_id')"))
        entered.append(await conn.fetchval("SELECT current_user"))

    await published(place, 7, ("order.placed", "order:1"))

    await deliver(place, {"order.placed": look})

    assert entered == ["7", "tradeline_app"]


async def test_a_failing_event_holds_back_its_own_key_only(place: Place) -> None:
    clerk = Clerk()
    clerk.fails_for = {"order:1"}
    handlers: dict[str, Handler] = dict.fromkeys(["placed", "shipped"], clerk)
    await published(place, 1, ("placed", "order:1"), ("placed", "order:2"))
    await published(place, 1, ("shipped", "order:1"), ("shipped", "order:2"))
    await published(place, 2, ("placed", "order:1/elsewhere"))

    await deliver(place, handlers)

    assert clerk.seen == [
        (1, "order:1", "placed"),
        (1, "order:2", "placed"),
        (1, "order:2", "shipped"),
        (2, "order:1/elsewhere", "placed"),
    ]
    assert await outbox(place) == [
        ("order:1", 1, "ValueError: order:1 is not to be had", False),
        ("order:2", 1, None, True),
        ("order:1", 0, None, False),
        ("order:2", 1, None, True),
        ("order:1/elsewhere", 1, None, True),
    ]


async def test_the_same_key_in_another_network_is_another_key(place: Place) -> None:
    clerk = Clerk()
    clerk.fails_for = {"order:1"}
    await published(place, 1, ("placed", "order:1"))
    await published(place, 2, ("placed", "order:1"))

    await deliver(place, {"placed": clerk})

    assert [network_id for network_id, _, _ in clerk.seen] == [1, 2]


async def test_what_failed_is_tried_again_in_order_once_it_is_due(place: Place) -> None:
    clerk = Clerk()
    clerk.fails_for = {"order:1"}
    handlers: dict[str, Handler] = dict.fromkeys(["placed", "shipped"], clerk)
    await published(place, 1, ("placed", "order:1"), ("shipped", "order:1"))
    await deliver(place, handlers)
    assert await deliver(place, handlers) == 0, "it waits for its next attempt"

    clerk.fails_for = set()
    await place.owner_pool.execute("UPDATE kernel.outbox_event SET due_at = now()")
    await deliver(place, handlers)

    assert clerk.topics == ["placed", "placed", "shipped"]
    assert [event[1:] for event in await outbox(place)] == [(2, None, True), (1, None, True)]


async def test_the_pauses_between_attempts_double(place: Place) -> None:
    clerk = Clerk()
    clerk.fails_for = {"order:1"}
    await published(place, 1, ("placed", "order:1"))
    pauses = []

    for _ in range(4):
        await deliver(place, {"placed": clerk})
        pauses.append(
            await place.owner_pool.fetchval(
                "UPDATE kernel.outbox_event AS event SET due_at = now()"
                "  FROM kernel.outbox_event AS before WHERE before.id = event.id"
                " RETURNING extract(epoch FROM before.due_at - now())::float"
            )
        )

    assert pauses == pytest.approx([1, 2, 4, 8], abs=0.9)


async def test_a_crash_after_handling_delivers_again(place: Place) -> None:
    clerk = Clerk()
    await published(place, 1, ("placed", "order:1"))

    async with place.owner_pool.acquire() as conn:
        crash = conn.transaction()
        await crash.start()
        await deliver_events(conn, db=place.db, handlers={"placed": clerk}, limit=10)
        await crash.rollback()
    await deliver(place, {"placed": clerk})
    await deliver(place, {"placed": clerk})

    assert clerk.topics == ["placed", "placed"]


async def test_a_failing_handler_leaves_nothing_of_its_own(place: Place) -> None:
    async def note_and_fail(conn: Connection, event: StoredEvent) -> None:
        await conn.execute(
            "INSERT INTO kernel.outbox_event (network_id, topic, key, payload)"
            " VALUES (1, 'half done', 'half', '{}')"
        )
        raise ValueError("no")

    await published(place, 1, ("placed", "order:1"))

    await deliver(place, {"placed": note_and_fail})

    assert [key for key, *_ in await outbox(place)] == ["order:1"]


async def test_the_worker_soon_finds_what_is_published_though_nobody_rings(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 600.0)
    clerk = Clerk()
    async with a_worker(place, {"placed": clerk}):
        await until(lambda: has_a_leader(place))

        await published(place, 1, ("placed", "order:1"))

        await until(lambda: clerk.topics == ["placed"])


async def test_one_works_and_another_takes_over_when_it_dies(place: Place) -> None:
    first, second = Clerk(), Clerk()
    async with a_worker(place, {"placed": first}) as stop_first:
        await until(lambda: has_a_leader(place))
        async with a_worker(place, {"placed": second}):
            await published(place, 1, ("placed", "order:1"))
            await until(lambda: first.topics == ["placed"])
            assert second.topics == []

            stop_first.set()
            await published(place, 1, ("placed", "order:2"))

            await until(lambda: second.topics == ["placed"])
    assert [key for _, key, _ in first.seen + second.seen] == ["order:1", "order:2"]


async def test_the_worker_survives_the_loss_of_its_connections(place: Place) -> None:
    clerk = Clerk()
    async with a_worker(place, {"placed": clerk}):
        await until(lambda: has_a_leader(place))

        await place.owner_pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        await until(lambda: publishes(place))

        await until(lambda: clerk.topics and {"placed"} == set(clerk.topics))


async def test_a_job_that_fails_does_not_stop_the_others(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(conn: Connection, *, limit: int) -> int:
        raise RuntimeError("the books are on fire")

    monkeypatch.setattr(worker, "post_journals", fail)
    clerk = Clerk()
    async with a_worker(place, {"placed": clerk}):
        for number in range(3):
            await published(place, 1, ("placed", f"order:{number}"))
            await until(lambda wanted=number: len(clerk.seen) == wanted + 1)


async def test_only_what_is_old_and_done_is_forgotten(place: Place) -> None:
    await place.owner_pool.execute(
        "INSERT INTO kernel.outbox_event (network_id, topic, key, payload, occurred_at,"
        " delivered_at) SELECT 1, 'placed', age || '/' || (done IS NOT NULL), '{}',"
        " now() - age * interval '1 day', now() - done * interval '1 day'"
        "  FROM (VALUES (31, 31), (31, NULL), (31, 1), (29, 29)) AS event (age, done)"
    )
    await place.owner_pool.execute(
        "INSERT INTO kernel.request (network_id, org_id, request_id, body_hash, answer_id,"
        " created_at) SELECT 1, 1, age, '', 1, now() - age * interval '1 day'"
        "  FROM generate_series(29, 31, 2) AS age"
    )

    async with a_worker(place, {"placed": Clerk()}):
        await until(lambda: is_tidy(place))

    assert sorted(key for key, *_ in await outbox(place)) == ["29/true", "31/false", "31/true"]


async def is_tidy(place: Place) -> bool:
    requests = await place.owner_pool.fetch("SELECT request_id FROM kernel.request")
    return len(await outbox(place)) == 3 and [row["request_id"] for row in requests] == ["29"]


async def publishes(place: Place) -> bool:
    """Whether the application has found a living connection again."""
    try:
        await published(place, 1, ("placed", "order:1"))
    except (
        OSError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    ):
        return False
    return True


async def has_a_leader(place: Place) -> bool:
    leads: bool = await place.owner_pool.fetchval(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    return leads
