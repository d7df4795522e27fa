"""What is outside of a house: WeChat, a simulated one, and the ways to it and back, which may break
at any moment. WeChat forgets nothing when they do."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.house import Web
from tradeline_server.wechat.beside import Beside, simulator_beside

CHUNK_BYTES = 65_536
# What WeChat waits between notices is shortened to a fiftieth; it counts no requests.
OPTIONS = {"retry_scale": 0.02, "requests_per_second_max": 1_000_000}

Address = tuple[str, int]


class Gate:
    """Hands connections on to those behind it, in turn, passing over who does not answer."""

    def __init__(self, behind: Sequence[Address]) -> None:
        self._turn = itertools.cycle(behind)
        self._count = len(behind)
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server
        self._is_cut = False

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Gate]:
        self._server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self.cut()
            self._server.close()

    @property
    def url(self) -> str:
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    def cut(self) -> None:
        """Whatever is under way breaks off here and now, and nobody comes through any more."""
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_cut = False

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._kept(writer))
            onwards = await self._found()
            if onwards is None:
                return
            stack.enter_context(self._kept(onwards[1]))
            await asyncio.gather(_pump(reader, onwards[1]), _pump(onwards[0], writer))

    async def _found(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in range(0 if self._is_cut else self._count):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(*next(self._turn))
        return None

    @contextlib.contextmanager
    def _kept(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self._open.add(writer)
        try:
            yield
        finally:
            self._open.discard(writer)
            writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other does."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@dataclass(frozen=True, slots=True)
class Outside:
    """`calls` is the way to WeChat, `notices` the way from it to any web process."""

    wechat: Beside
    calls: Gate
    notices: Gate

    @property
    def settings(self) -> dict[str, str]:
        """By which the house talks to it."""
        return {
            name: value.replace(self.wechat.url, self.calls.url)
            for name, value in self.wechat.environment.items()
        }

    def cut(self) -> None:
        self.calls.cut()
        self.notices.cut()

    def mend(self) -> None:
        self.calls.mend()
        self.notices.mend()

    def freeze(self) -> None:
        """It takes connections, and answers none of them."""
        os.kill(self.wechat.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.wechat.pid, signal.SIGCONT)


@contextlib.asynccontextmanager
async def an_outside(folder: Path, webs: Sequence[Web]) -> AsyncIterator[Outside]:
    async with contextlib.AsyncExitStack() as stack:
        behind = [(web.host, web.port) for web in webs]
        notices = await stack.enter_async_context(Gate(behind).opened())
        beside = simulator_beside(folder, notices.url, OPTIONS)
        wechat = await stack.enter_async_context(beside)
        host, _, port = wechat.url.removeprefix("http://").partition(":")
        calls = await stack.enter_async_context(Gate([(host, int(port))]).opened())
        for further in (folder / "wechat-simulator/merchants").glob("*.env"):
            further.write_text(further.read_text().replace(wechat.url, calls.url))
        outside = Outside(wechat, calls, notices)
        try:
            yield outside
        finally:
            outside.thaw()
