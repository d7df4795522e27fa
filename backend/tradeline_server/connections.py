"""HTTP connections that nobody can hold for nothing.

uvicorn waits without end for a request that does not come whole, for a client that does not read,
and takes any number of connections and any length of a head. Here each of these has a bound; what
a well-behaved client does, costs next to nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import resource
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES_MAX: Final = 65_536
HEAD_SECONDS_MAX: Final = 10.0
BODY_SECONDS_MAX: Final = 30.0
BODIES_BYTES_MAX: Final = 64_000_000
REST_SECONDS_MAX: Final = 5.0
READING_SECONDS_MAX: Final = 30.0
PIPELINED_MAX: Final = 16

# Sockets are among them; `live` lets 2,000 of these in.
CONNECTIONS_MAX: Final = 3_000
CLOSED_TOGETHER: Final = 50

# What a process has open beside connections: to the database, its logs, what it reads.
OTHER_FILES_MAX: Final = 200

# A scope's extension: whether nobody is there any more whom an answer would reach.
HAS_LEFT: Final = "tradeline.has_left"

RETRY_SECONDS: Final = 1


class Awaited(Enum):
    """What a connection waits for, and how long in seconds."""

    HEAD = "head"
    BODY = "body"
    REST = "rest"  # of what was answered before it had come


class Held:
    """How many bytes of bodies that are not whole yet the process holds."""

    bytes = 0


class Connection(HttpToolsProtocol):
    """uvicorn's connection, within bounds. `uvicorn --http tradeline_server.connections:Connection`
    serves by it."""

    seconds_max: dict[Awaited, float] = {  # noqa: RUF012 - never changed
        Awaited.HEAD: HEAD_SECONDS_MAX,
        Awaited.BODY: BODY_SECONDS_MAX,
        Awaited.REST: REST_SECONDS_MAX,
    }
    reading_seconds_max = READING_SECONDS_MAX
    connections_max = CONNECTIONS_MAX
    closed_together = CLOSED_TOGETHER
    bodies_bytes_max = BODIES_BYTES_MAX

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._in_body = False
        self._is_refused = False
        self._awaits: Awaited | None = None
        self._since = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._reading_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._body_bytes = 0

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]
    ) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.connections_max and not self._close_idle_ones():
            self._is_refused = True  # and no file is kept open for it
            self.transport.write(_answer(503, "Too many connections are open; try again in 1 s."))
            self.transport.close()
            return
        self._wait_for(Awaited.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for(None)
        self._let_go()
        if self._reading_timer is not None:
            self._reading_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            return  # it has become a socket, for which nothing of ours counts
        if self._has_left():
            self._wait_for(None)
            self._let_go()
        elif self._in_body:
            if self.cycle.response_complete:
                self._wait_for(Awaited.REST)
                return
            self._wait_for(Awaited.BODY)
            self._body_bytes += len(data)
            Held.bytes += len(data)
            if Held.bytes > self.bodies_bytes_max:
                self._make_room()
        elif self._in_head or self.cycle is None or self.cycle.response_complete:
            self._let_go()
            self._wait_for(Awaited.HEAD)
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._refuse(431, f"The head of a request has at most {HEAD_BYTES_MAX} bytes.")
        else:
            self._let_go()
            self._head_bytes = 0
            self._wait_for(None)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self.scope["extensions"] = {HAS_LEFT: self._has_left}  # type: ignore[dict-item]

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= PIPELINED_MAX:
            raise ValueError("too many requests at once")
        super().on_headers_complete()
        self._in_head, self._in_body = False, True

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = self._in_body = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body and not self._has_left():
            self._let_go()
            self._wait_for(Awaited.REST)

    def handle_websocket_upgrade(self) -> None:
        self._wait_for(None)
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading_timer = self.loop.call_later(self.reading_seconds_max, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading_timer is not None:
            self._reading_timer.cancel()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, f"{msg} Send requests of HTTP/1.1, one after the other.")

    def _wait_for(self, what: Awaited | None) -> None:
        """However much of it comes, the time that was given is not given again."""
        if what is self._awaits:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._awaits, self._timer = what, None
        if what is not None:
            self._since = self.loop.time()
            self._timer = self.loop.call_later(self.seconds_max[what], self._give_up)

    def _give_up(self) -> None:
        if self._awaits is Awaited.REST:
            self.transport.abort()
        elif self._awaits is Awaited.HEAD and not self._head_bytes:
            self.transport.close()  # it has asked for nothing
        else:
            seconds = self.seconds_max[self._awaits or Awaited.HEAD]
            self._refuse(408, f"The request did not come whole within {seconds:g} s; send it anew.")

    def _let_go(self) -> None:
        Held.bytes -= self._body_bytes
        self._body_bytes = 0

    def _make_room(self) -> None:
        """Whose body has been coming for longest goes first."""
        slow = [other for other in self._others() if other._body_bytes]
        slow.sort(key=lambda other: other._since)
        for other in slow:
            if Held.bytes <= self.bodies_bytes_max:
                break
            other._refuse(503, "Too much is being sent at once; try again in 1 s.")

    def _close_idle_ones(self) -> bool:
        """Whether there were any: those that never asked come first, then who waits for longest."""
        idle = [
            other
            for other in self._others()
            if other is not self
            and (other._awaits or (other.cycle and other.cycle.response_complete))
        ]
        for other in heapq.nsmallest(
            self.closed_together, idle, key=lambda other: (other.cycle is not None, other._since)
        ):
            other.transport.abort()
            self.connections.discard(other)
        return bool(idle)

    def _others(self) -> Iterable[Connection]:
        return (other for other in self.connections if isinstance(other, Connection))

    def _refuse(self, status: int, message: str) -> None:
        """Say so if it is this request's turn to be answered, and hang up."""
        self._wait_for(None)
        self._let_go()
        is_under_way = self.cycle is not None and not self.cycle.response_complete
        if is_under_way and not self._in_body and not self.pipeline:
            self.flow.pause_reading()
            self.cycle.keep_alive = False  # whoever is being answered is hung up on thereafter
            return
        is_unanswered = self._in_body and not self.pipeline and not self.cycle.response_started
        if is_unanswered or not is_under_way:
            self.transport.write(_answer(status, message))
        if is_under_way:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._hang_up()

    def _hang_up(self) -> None:
        """Say that no more comes, and read past what is still sent for a moment: a connection that
        is closed while there is something to read is reset, and the answer lost with it (RFC 9112,
        9.6). Who does not stop sending, or does not read the answer, would be there for ever."""
        self._is_refused = True
        if self.transport.can_write_eof() and not self.pipeline:
            self.transport.write_eof()
        else:
            self.transport.close()  # past an end nobody may write, as who answers the first would
        self._wait_for(Awaited.REST)

    def _has_left(self) -> bool:
        return self._is_refused or self.transport.is_closing()


def _answer(status: int, message: str) -> bytes:
    code = "BUSY" if status == 503 else "BAD_REQUEST"
    body = msgspec.json.encode({"errors": [{"message": message, "extensions": {"code": code}}]})
    lines = [
        b"content-type: application/json",
        b"content-length: %d" % len(body),
        b"connection: close",
    ]
    if status == 503:
        lines.append(b"retry-after: %d" % RETRY_SECONDS)
    return STATUS_LINE[status] + b"\r\n".join([*lines, b"", body])


def allow_connections() -> None:
    """Let the process have as many files open as it takes connections; where the system does not
    let it, it takes fewer, for whoever cannot open a file cannot hang up on anybody either."""
    wanted = CONNECTIONS_MAX + OTHER_FILES_MAX
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        Connection.connections_max = max(min(CONNECTIONS_MAX, soft - OTHER_FILES_MAX), 1)
