"""What no client library would send: bytes as they come, on sockets of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.house import Web

ANSWER_SECONDS_MAX = 15.0
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered; status 0 if the server hung up without a word."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The first error, in the graph's shape; it says what to do."""
        answer = json.loads(self.body)
        assert set(answer) <= {"data", "errors"}, answer
        error: dict[str, Any] = answer["errors"][0]
        assert error["message"], answer
        return error

    @property
    def code(self) -> str:
        code: str = self.error["extensions"]["code"]
        return code


class Caller:
    """One connection of somebody who may send anything."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        """As much as the server takes: it may hang up in the midst of it."""
        with contextlib.suppress(ConnectionError):
            for part in parts:
                self._writer.write(part)
                await self._writer.drain()

    async def answer(self) -> Told:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                pairs = (line.partition(": ") for line in lines)
                headers = {name.lower(): value for name, _, value in pairs}
                body = await self._reader.readexactly(int(headers["content-length"]))
                return Told(int(first.split()[1]), headers, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            return Told(0, {}, b"")

    async def hung_up(self) -> None:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            with contextlib.suppress(ConnectionError):
                while await self._reader.read(65_536):
                    pass

    def close(self) -> None:
        self._writer.close()


@contextlib.asynccontextmanager
async def calling(web: Web) -> AsyncIterator[Caller]:
    caller = Caller(*await asyncio.open_connection(web.host, web.port))
    try:
        yield caller
    finally:
        caller.close()


@contextlib.asynccontextmanager
async def many_calling(web: Web, count: int) -> AsyncIterator[list[Caller]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(calling(web)) for _ in range(count)]


async def told(web: Web, *parts: bytes) -> Told:
    """What the server says to that, on a connection of its own."""
    async with calling(web) as caller:
        await caller.send(*parts)
        return await caller.answer()


def head(
    headers: Mapping[str, str] | None = None, *, method: str = "POST", path: str = "/graphql"
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (JSON if headers is None else headers).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def request(
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "POST",
    path: str = "/graphql",
    token: str | None = None,
) -> bytes:
    given = dict(JSON if headers is None else headers)
    if token is not None:
        given["Authorization"] = f"Bearer {token}"
    given["Content-Length"] = str(len(body))
    return head(given, method=method, path=path) + body


def chunks(parts: Iterable[bytes]) -> Iterable[bytes]:
    """A body in parts, as it is sent without saying how long it is; it never ends."""
    for part in parts:
        yield b"%x\r\n" % len(part) + part + b"\r\n"


def asking(document: str, variables: Any = None) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()
