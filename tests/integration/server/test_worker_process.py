"""The worker as a process of its own, and beside the web application."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.factories_outbox import Place, a_place, outbox, published
from tradeline_server.asgi import create_app
from tradeline_server.worker import LOOK_SECONDS

SECONDS_MAX = 30.0


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@asynccontextmanager
async def a_process(place: Place) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradeline_server.cli", "worker"),
        env=os.environ | {"DATABASE_URL": place.dsn},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while b"is up" not in await process.stderr.readline():
                assert process.returncode is None
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def all_delivered(place: Place) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            if all(delivered for *_, delivered in await outbox(place)):
                return
            await asyncio.sleep(0.05)


async def test_a_worker_process_delivers_and_ends_when_asked(place: Place) -> None:
    async with a_process(place) as process:
        await published(place, 1, ("order.placed", "order:1"))
        await all_delivered(place)

        process.send_signal(signal.SIGTERM)

        assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == 0


async def test_when_a_worker_is_killed_the_next_one_takes_over(place: Place) -> None:
    async with a_process(place) as first, a_process(place):
        first.kill()
        await first.wait()

        await published(place, 1, ("order.placed", "order:1"))

        await all_delivered(place)


async def test_the_web_application_may_have_a_worker_beside_it(place: Place) -> None:
    app = create_app(place.dsn, secret="x" * 32, has_worker=True)
    async with app.lifespan():
        await published(place, 1, ("order.placed", "order:1"))
        await all_delivered(place)


async def test_the_web_application_has_no_worker_unless_asked(place: Place) -> None:
    app = create_app(place.dsn, secret="x" * 32)
    async with app.lifespan():
        await published(place, 1, ("order.placed", "order:1"))
        await asyncio.sleep(5 * LOOK_SECONDS)

        assert not any(delivered for *_, delivered in await outbox(place))
