"""Connections that want something for nothing: each is told why, or hung up on, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvicorn

from tests.factories_live import until
from tradeline_server.connections import (
    HAS_LEFT,
    HEAD_BYTES_MAX,
    Awaited,
    Connection,
    Held,
)

SHORT = 0.4
LATE = 10.0
HEAD = b"POST / HTTP/1.1\r\nHost: here\r\n"
ASK = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
EMPTY_PING, EMPTY_PONG = b"\x89\x80\x00\x00\x00\x00", b"\x8a\x00"
LARGE = 20_000_000


class App:
    """Answers with the length of what it was sent; at /large with 20 MB, at /early before it has
    read anything, at /wait when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.waiting: list[Callable[[], bool]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{stage}.complete"})
            return
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()
            return
        body, is_whole = b"", scope["path"] == "/early"
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            is_whole = not message["more_body"]
        if scope["path"] == "/wait":
            self.waiting.append(scope["extensions"][HAS_LEFT])
            await self.go.wait()
        answer = b"x" * LARGE if scope["path"] == "/large" else b"%d" % len(body)
        headers = [(b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class Impatient(Connection):
    """Within bounds that a test can wait for."""

    seconds_max = dict.fromkeys(Awaited, SHORT)
    reading_seconds_max = SHORT
    connections_max = 20
    bodies_bytes_max = 1_000_000


class Crowded(Impatient):
    """Patient enough for a crowd to gather."""

    seconds_max = dict.fromkeys(Awaited, LATE)
    closed_together = 10


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Line:
    """A connection from the client's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.head = b""

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def trickle(self, data: bytes) -> None:
        """Byte by byte, for as long as there is somebody to take it."""
        with contextlib.suppress(ConnectionError):
            for at in range(len(data)):
                await self.send(data[at : at + 1])
                await asyncio.sleep(SHORT / 20)

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(LATE):
            self.head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
            length = int(self.head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return int(self.head[9:12]), await self.reader.readexactly(length)

    async def refusal(self) -> int:
        """Its status, once it has been told in the graph's shape and the server has hung up."""
        status, body = await self.answer()
        [error] = json.loads(body)["errors"]
        assert error["message"].endswith(".")
        assert error["extensions"]["code"] == ("BUSY" if status == 503 else "BAD_REQUEST")
        await self.hung_up()
        return status

    async def hung_up(self) -> None:
        async with asyncio.timeout(LATE):
            with contextlib.suppress(ConnectionError):
                assert await self.reader.read(1) == b""


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def call(
    app: App, request: pytest.FixtureRequest
) -> AsyncIterator[Callable[[], Awaitable[Line]]]:
    """Makes a connection to a server of the app. In the end the server holds nothing of anybody."""
    bounds = getattr(request, "param", Impatient)
    config = uvicorn.Config(app, http=bounds, log_config=None, port=0)
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    made: list[Line] = []

    async def call() -> Line:
        made.append(Line(*await asyncio.open_connection("127.0.0.1", port)))
        return made[-1]

    yield call
    app.go.set()
    for line in made:
        line.writer.close()
    server.should_exit = True
    await serving
    await until(lambda: Held.bytes == 0)


async def test_requests_that_come_whole_are_answered_one_after_the_other(call: Any) -> None:
    line = await call()

    for length in (3, 200_000, 0):
        await line.send(HEAD + b"Content-Length: %d\r\n\r\n" % length + b"x" * length)
        assert await line.answer() == (200, b"%d" % length)


async def test_a_socket_stays_open_however_long_nothing_is_said(call: Any) -> None:
    line = await call()
    await line.send(UPGRADE)
    head = await line.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")

    await asyncio.sleep(3 * SHORT)
    await line.send(EMPTY_PING)

    assert await line.reader.readexactly(len(EMPTY_PONG)) == EMPTY_PONG


async def test_who_never_asks_is_hung_up_on(call: Any) -> None:
    line = await call()

    await line.hung_up()


async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(call: Any) -> None:
    line = await call()

    _, status = await asyncio.gather(line.trickle(HEAD), line.refusal())

    assert status == 408


@pytest.mark.parametrize("kind", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
async def test_a_body_that_comes_byte_by_byte_is_not_waited_for(call: Any, kind: bytes) -> None:
    line = await call()
    await line.send(HEAD + kind + b"\r\n\r\n")

    _, status = await asyncio.gather(line.trickle(b"1\r\nx\r\n" * 6), line.refusal())

    assert status == 408


async def test_empty_lines_do_not_keep_a_connection(call: Any) -> None:
    line = await call()
    await line.send(ASK)
    assert await line.answer() == (200, b"0")

    _, status = await asyncio.gather(line.trickle(b"\r\n" * 15), line.refusal())

    assert status == 408


async def test_whoever_sends_on_after_the_answer_is_hung_up_on(call: Any) -> None:
    line = await call()
    await line.send(b"POST /early HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n")
    assert await line.answer() == (200, b"0")

    await asyncio.gather(line.trickle(b"x" * 100), line.hung_up())


async def test_who_was_answered_before_the_body_had_come_is_told_nothing_more(call: Any) -> None:
    line = await call()
    await line.send(b"POST /early HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n")
    assert await line.answer() == (200, b"0")

    await line.hung_up()


async def test_a_head_without_end_is_refused(call: Any) -> None:
    line = await call()

    await line.send(HEAD + b"X-Long: ")
    for _ in range(4):
        await asyncio.sleep(SHORT / 20)
        await line.send(b"x" * (HEAD_BYTES_MAX // 3))

    assert await line.refusal() == 431


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"A\x00B: c\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused(call: Any, data: bytes) -> None:
    line = await call()

    await line.send(data)

    assert await line.refusal() == 400


async def test_what_comes_before_what_is_no_request_is_answered(app: App, call: Any) -> None:
    line = await call()

    await line.send(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n" + b"}")
    await until(lambda: len(app.waiting) == 1)
    await asyncio.sleep(2 * SHORT)
    app.go.set()

    assert await line.answer() == (200, b"0")
    assert b"connection: close" in line.head
    await line.hung_up()


async def test_what_cannot_be_answered_any_more_is_no_fault_of_the_application(
    app: App, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    line = await call()
    await line.send(ASK.replace(b"/ ", b"/wait ", 1))
    await until(lambda: len(app.waiting) == 1)
    await line.send(ASK + b"no request\r\n\r\n")
    await line.hung_up()

    app.go.set()
    await asyncio.sleep(SHORT)

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_few_requests_may_be_sent_at_once_and_many_may_not(call: Any) -> None:
    few, many = await call(), await call()

    await few.send(ASK * 10)
    await many.send(ASK * 1_000)

    assert [await few.answer() for _ in range(10)] == [(200, b"0")] * 10
    await many.hung_up()


async def test_who_does_not_read_is_hung_up_on(call: Any) -> None:
    line = await call()
    line.writer.transport.pause_reading()
    await line.send(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")

    await asyncio.sleep(3 * SHORT)

    line.writer.transport.resume_reading()
    with contextlib.suppress(ConnectionError):
        assert len(await asyncio.wait_for(line.reader.read(), LATE)) < LARGE


@pytest.mark.parametrize("call", [Crowded], indirect=True)
async def test_who_never_asked_makes_room_for_who_does(app: App, call: Any) -> None:
    asked = await call()
    await asked.send(ASK)
    assert await asked.answer() == (200, b"0")
    idle = [await call() for _ in range(19)]
    last = await call()

    for line in (asked, last):
        await line.send(ASK)
        assert await line.answer() == (200, b"0")
    await asyncio.gather(*(line.hung_up() for line in idle[:10]))
    await idle[10].send(ASK)
    assert await idle[10].answer() == (200, b"0")


@pytest.mark.parametrize("call", [Crowded], indirect=True)
async def test_where_everybody_is_being_answered_another_is_told_so(app: App, call: Any) -> None:
    for _ in range(20):
        await (await call()).send(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
    await until(lambda: len(app.waiting) == 20)

    assert await (await call()).refusal() == 503


@pytest.mark.parametrize("call", [Crowded], indirect=True)
async def test_bodies_that_do_not_end_make_room_for_those_that_do(call: Any) -> None:
    stalled = [await call() for _ in range(4)]
    for line in stalled:
        await line.send(HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * 300_000)
    good = await call()

    await good.send(HEAD + b"Content-Length: 500000\r\n\r\n")
    await good.send(b"x" * 500_000)

    assert await good.answer() == (200, b"500000")
    assert await stalled[0].refusal() == 503


async def test_the_application_learns_that_nobody_waits_any_more(app: App, call: Any) -> None:
    line = await call()
    await line.send(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
    await until(lambda: len(app.waiting) == 1)
    [has_left] = app.waiting
    assert not has_left()

    line.writer.close()

    await until(has_left)


@pytest.mark.parametrize(("files_max", "connections"), [(100_000, 3_000), (1_024, 824)])
def test_a_process_takes_as_many_connections_as_it_may_have_files_open(
    files_max: int, connections: int
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files_max:
        files_max, connections = hard, min(connections, hard - 200)
    program = (
        "import resource; from tradeline_server.connections import *; "
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (500, {files_max})); allow_connections(); "
        "print(Connection.connections_max, resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert [int(part) for part in done.stdout.split()] == [connections, connections + 200]
