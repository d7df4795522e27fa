"""HTTP/1.1 over connections that are kept, and as little else as possible: a client that can do
everything takes longer over a request than all that WeChat's protocol asks for."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast
from urllib.parse import urlsplit

import httptools
import httpx2

CONNECT_SECONDS_MAX: Final = 5.0
CONNECTIONS_MAX: Final = 16

# Less than what servers commonly wait: who hangs up while we ask leaves us without an answer.
IDLE_SECONDS_MAX: Final = 4.0


class NoAnswer(Exception):
    """Nobody could be asked, or nothing that can be read came back, or not in time."""


class AnswerTooLong(Exception):
    """It was not read to its end."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask."""

    host: str
    port: int
    is_secret: bool

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secret else 80) else f"{host}:{self.port}"


def place_and_target(url: str) -> tuple[Place, str]:
    """Whom to ask, and for what. Raises ValueError for what is no address of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no address of HTTP")
    is_secret = parts.scheme == "https"
    place = Place(parts.hostname, parts.port or (443 if is_secret else 80), is_secret)
    path = parts.path or "/"
    return place, f"{path}?{parts.query}" if parts.query else path


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Connections to one place, at most so many. Belongs to one event loop; no redirects, no
    proxies, no cookies."""

    def __init__(self, place: Place, *, connections_max: int = CONNECTIONS_MAX) -> None:
        self._place = place
        self._turns = asyncio.Semaphore(connections_max)
        self._idle: list[_Line] = []
        self._ssl: ssl.SSLContext | None = None

    async def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        bytes_max: int,
        seconds_max: float,
    ) -> Answer:
        """Raises NoAnswer, or AnswerTooLong for a body of more than `bytes_max`."""
        request = self._request(method, target, headers, body)
        try:
            async with self._turns, asyncio.timeout(seconds_max):
                line = await self._line()
                try:
                    answer = await line.ask(request, bytes_max)
                except BaseException:
                    line.close()
                    raise
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            raise NoAnswer(type(error).__name__) from error
        if line.is_open:
            self._idle.append(line)
        return answer

    def close(self) -> None:
        for line in self._idle:
            line.close()
        self._idle.clear()

    async def _line(self) -> _Line:
        """The one that was used last, for the others may be given up."""
        loop = asyncio.get_running_loop()
        while self._idle:
            line = self._idle.pop()
            if line.is_open and loop.time() - line.used_at < IDLE_SECONDS_MAX:
                return line
            line.close()
        place = self._place
        if place.is_secret and self._ssl is None:
            self._ssl = httpx2.create_ssl_context(trust_env=False)
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            _, line = await loop.create_connection(_Line, place.host, place.port, ssl=self._ssl)
        return line

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self._place.host_header}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method != "GET":
            lines.append(f"Content-Length: {len(body)}")
        text = "\r\n".join(lines)
        if " " in target or text.count("\n") != len(lines) - 1 or not text.isascii():
            raise ValueError("a request has lines of their own, in ASCII")
        return text.encode() + b"\r\n\r\n" + body


class _Transport(Protocol):
    """What is used of asyncio's: uvloop's are none by descent."""

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def is_closing(self) -> bool: ...


class _Line(asyncio.Protocol):
    """One connection, with one request under way at a time."""

    def __init__(self) -> None:
        self._transport: _Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Answer] | None = None
        self._headers: dict[str, str] = {}
        self._begin(0)
        self.used_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def ask(self, request: bytes, bytes_max: int) -> Answer:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._begin(bytes_max)
        self._answer = self._loop.create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None
            self.used_at = self._loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("_Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # nobody has asked: whatever it is, it is no answer
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._lasts_until_closed and exc is None:
            self.on_message_complete()
        self._fail(exc or ConnectionResetError())

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._is_answered:  # nobody has asked for a second one
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._lasts_until_closed = (
            self._parser.get_status_code() not in (204, 304)
            and "content-length" not in self._headers
            and "transfer-encoding" not in self._headers
        )

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._bytes_max:
            self._fail(AnswerTooLong())
            return
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.close()
        if self._answer is not None and not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result(Answer(status, self._headers, b"".join(self._body)))
        self._is_answered = True
        self._headers = {}

    def _begin(self, bytes_max: int) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers = {}
        self._body: list[bytes] = []
        self._size = 0
        self._bytes_max = bytes_max
        self._lasts_until_closed = False
        self._is_answered = False

    def _fail(self, error: Exception) -> None:
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
