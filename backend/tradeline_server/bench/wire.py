"""HTTP/1.1 with next to no work of its own, so that the load generator is not what is measured."""

from __future__ import annotations

import asyncio
from typing import cast


class ConnectionBroken(Exception):
    """The server hung up, or answered what this client does not read."""


class Line(asyncio.Protocol):
    """A connection that is kept, with one request under way at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body_at = 0
        self._ends_at = 0

    @classmethod
    async def open(cls, host: str, port: int) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(cls, host, port)
        return line

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; raises ConnectionBroken when there is none."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionBroken("the connection was closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None

    @property
    def is_closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by descent

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._ends_at and not self._read_head():
            return
        if len(self._received) >= self._ends_at:
            status = int(self._received[9:12])
            body = bytes(self._received[self._body_at : self._ends_at])
            self._received.clear()
            self._ends_at = 0
            if self._answer is not None and not self._answer.done():
                self._answer.set_result((status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionBroken(str(exc or "the server hung up")))

    def _read_head(self) -> bool:
        """Where the body begins and ends, once the head is there whole."""
        head_ends = self._received.find(b"\r\n\r\n")
        if head_ends < 0:
            return False
        head = bytes(self._received[:head_ends]).lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            self.connection_lost(ConnectionBroken("the answer does not tell its length"))
            self.close()
            return False
        length = int(head[at + 17 :].partition(b"\r\n")[0])
        self._body_at = head_ends + 4
        self._ends_at = self._body_at + length
        return True


def head(method_and_path: str, host: str, port: int, headers: dict[str, str]) -> bytes:
    """All of a request's head but its content-length and what ends it."""
    lines = [f"{method_and_path} HTTP/1.1", f"Host: {host}:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\nContent-Length: ").encode()
