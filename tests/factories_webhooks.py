"""A receiver of webhooks on this machine, and what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from tests.conftest import MEMBER_KEY
from tradeline.kernel import Actor, Connection
from tradeline.webhooks import Topic, WebhookKeys, create_webhook, send_test, use_webhook_keys

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
Behave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """`behave` writes what it answers; it may be changed at any time."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    behave: Behave | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (it.split(": ", 1) for it in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append(Request(first.split(" ")[1], headers, body))
        self.arrived.set()
        try:
            if self.behave is None:
                writer.write(OK)
                await writer.drain()
            else:
                await self.behave(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()


def answering(status: int, *headers: str) -> Behave:
    async def answer(writer: asyncio.StreamWriter) -> None:
        lines = (f"HTTP/1.1 {status} Said", *headers, "Content-Length: 0", "", "")
        writer.write("\r\n".join(lines).encode())
        await writer.drain()

    return answer


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


@contextmanager
def telling_loopback() -> Iterator[None]:
    """As `TRADELINE_WEBHOOK_LOOPBACK=1`."""
    use_webhook_keys(WebhookKeys(MEMBER_KEY, allows_loopback=True))
    try:
        yield
    finally:
        use_webhook_keys(WebhookKeys(MEMBER_KEY))


async def a_tested_webhook(conn: Connection, actor: Actor) -> int:
    """One with something to be seen of what it was told."""
    made = await create_webhook(
        conn, actor=actor, url="https://erp.example.com/hook", topics=[Topic.ORDER_PLACED]
    )
    return await send_test(conn, actor=actor, endpoint_id=made.endpoint_id)
