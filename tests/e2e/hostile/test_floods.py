"""Much of the same: while it lasts others are served, and what it took is given back.

The memory of the web process is measured after a first round and after a second one, which may
take no more: whatever is kept has been kept by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.e2e.asking import Caller
from tests.e2e.hostile.others import PLACE
from tests.e2e.hostile.raw import JSON, asking, calling, head, many_calling, request, told
from tests.e2e.house import House, Web
from tests.e2e.intake.scene import Scene
from tests.e2e.sizes import IS_FULL, sized
from tradeline_server.bench.wire import Line
from tradeline_server.connections import (
    BODIES_BYTES_MAX,
    HEAD_SECONDS_MAX,
    Connection,
)
from tradeline_server.sockets import SUBPROTOCOL

GROWTH_MB_MAX = 12.0
ROUNDS_MAX = 4
LINES = 4
MB = 1_000_000

_numbers = itertools.count()

Flood = Callable[[Web, Caller, Scene], Awaitable[None]]


def memory_mb(house: House, web: Web) -> float:
    """What the process holds for itself."""
    process = web._process
    assert process is not None, "it was started"
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    [line] = [line for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(line.split()[1]) / 1000


async def on_lines(web: Web, requests: Iterable[bytes], expected: set[int]) -> None:
    """Send them on a few connections that are kept, one after the other."""
    waiting = iter(requests)

    async def next_ones() -> None:
        line = await Line.open(web.host, web.port)
        for each in waiting:
            status, body = await line.ask(each)
            assert status in expected, body
        line.close()

    await asyncio.gather(*(next_ones() for _ in range(LINES)))


async def idle_connections(web: Web, villain: Caller, scene: Scene) -> None:
    async with many_calling(web, sized(500, Connection.connections_max + 100)):
        await asyncio.sleep(0.5)


async def heads_that_do_not_end(web: Web, villain: Caller, scene: Scene) -> None:
    async with many_calling(web, sized(200, Connection.connections_max // 2)) as callers:
        for part in (b"POST /graphql HT", b"TP/1.1\r\n", b"X: " + b"x" * 10_000):
            for caller in callers:
                await caller.send(part)


async def bodies_that_do_not_end(web: Web, villain: Caller, scene: Scene) -> None:
    """More than there is room for: who came first has to go."""
    async with many_calling(web, BODIES_BYTES_MAX // MB + 20) as callers:
        for caller in callers:
            await caller.send(head(JSON | {"Content-Length": "1900000"}), *[b"x" * 100_000] * 15)
        assert (await callers[0].answer()).status == 503


async def requests_that_break_off(web: Web, villain: Caller, scene: Scene) -> None:
    whole = request(asking("{ ping }"))
    for cut in range(1, sized(200, 2_000)):
        async with calling(web) as caller:
            await caller.send(whole[: cut % len(whole)])


async def requests_in_one_go(web: Web, villain: Caller, scene: Scene) -> None:
    async with many_calling(web, 10) as callers:
        for caller in callers:
            await caller.send(request(asking("{ ping }")) * sized(1_000, 10_000))
        for caller in callers:
            await caller.hung_up()


async def documents_that_differ(web: Web, villain: Caller, scene: Scene) -> None:
    """Valid ones, which are worth being kept ready, and of which there is no end."""

    def document() -> str:
        codes = ", ".join(f'"{next(_numbers)}"' for _ in range(1_000))
        return f"{{ ping skusByCodes(codes: [{codes}]) {{ __typename }} }}"

    asked = (request(asking(document())) for _ in range(sized(60, 400)))
    await on_lines(web, asked, {200})


async def tokens_that_are_none(web: Web, villain: Caller, scene: Scene) -> None:
    start, middle, _ = villain.token.split(".")
    tokens = (f"{start}.{middle}.{next(_numbers):086d}" for _ in range(sized(800, 10_000)))
    body = asking("{ viewer { locale } }")
    await on_lines(web, (request(body, token=token) for token in tokens), {200})


async def orders_that_are_refused(web: Web, villain: Caller, scene: Scene) -> None:
    """All that can be wrong with a thousand lines is told of each."""
    order = scene.order(villain, {0: 1})
    order["lines"] = [order["lines"][0] | {"packId": "UGFjazo5OTk="}] * 1_000

    def ask(number: int) -> bytes:
        given = {"requestId": f"refused {number}", **order}
        return request(asking(PLACE, {"input": given}), token=villain.token)

    await on_lines(web, (ask(number) for number in range(sized(10, 60))), {200})


async def sockets_that_say_nothing_of_use(web: Web, villain: Caller, scene: Scene) -> None:
    async def one(number: int) -> None:
        with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError):
            address = f"ws://{web.host}:{web.port}/graphql"
            async with connect(address, subprotocols=[SUBPROTOCOL], proxy=None) as socket:  # type: ignore[list-item]
                for _ in range(60):
                    await socket.send(["{", '{"type": "ping"}', "x" * 200_000][number % 3])
                while True:
                    await asyncio.wait_for(socket.recv(), 15)

    count = sized(120, 1_000)
    for start in range(0, count, 120):
        await asyncio.gather(*(one(number) for number in range(start, min(start + 120, count))))


FLOODS: list[Flood] = [
    idle_connections,
    heads_that_do_not_end,
    bodies_that_do_not_end,
    requests_that_break_off,
    requests_in_one_go,
    documents_that_differ,
    tokens_that_are_none,
    orders_that_are_refused,
    sockets_that_say_nothing_of_use,
]


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.__name__)
async def test_a_flood_leaves_nothing_behind(
    attacked: House, web: Web, scene: Scene, villain: Caller, flood: Flood
) -> None:
    await flood(web, villain, scene)
    after = [memory_mb(attacked, web)]
    while len(after) < ROUNDS_MAX:
        await flood(web, villain, scene)
        after.append(memory_mb(attacked, web))
        if after[-1] - after[-2] < GROWTH_MB_MAX:
            break
    else:
        raise AssertionError(f"it grows and grows: {after}")

    answer = await told(web, request(asking("{ ping }")))
    assert json.loads(answer.body) == {"data": {"ping": True}}


@pytest.mark.skipif(not IS_FULL, reason="it takes as long as the server waits")
async def test_a_head_that_does_not_end_is_told_so_in_time(web: Web) -> None:
    began = asyncio.get_running_loop().time()
    async with calling(web) as caller:
        await caller.send(b"POST /graphql HTTP/1.1\r\n")
        answer = await caller.answer()

    assert (answer.status, answer.code) == (408, "BAD_REQUEST")
    seconds = asyncio.get_running_loop().time() - began
    assert HEAD_SECONDS_MAX - 1 < seconds < HEAD_SECONDS_MAX + 5


async def test_more_connections_than_there_are_places_shut_nobody_out(web: Web) -> None:
    async with many_calling(web, sized(200, Connection.connections_max + 100)):
        answer = await told(web, request(asking("{ ping }")))
        assert answer.status == 200
