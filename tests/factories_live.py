"""Real servers and real WebSockets, for tests of what is told as it happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx2
import uvicorn
from litestar import Litestar
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.factories import PASSWORD, Story
from tests.factories_outbox import Place, outbox
from tradeline.identity import issue_tokens
from tradeline_graph._ids import to_id
from tradeline_server.asgi import create_app
from tradeline_server.web import web_config

SECONDS_MAX = 10.0
SUBPROTOCOL = "graphql-transport-ws"
CHANGES = "subscription { changes { kind id orderId } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { errors { __typename } } }"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class Site:
    """A web process, as browsers and programs see it."""

    app: Litestar
    host: str
    place: Place
    has_worker: bool

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    async def caught_up(self) -> None:
        """Wait until what was published so far is told, so that a listener hears only of later."""
        async with asyncio.timeout(SECONDS_MAX):
            while self.has_worker and not all(  # noqa: ASYNC110 - of what has no event
                is_delivered for *_, is_delivered in await outbox(self.place)
            ):
                await asyncio.sleep(0.02)

    async def browser(self, email: str) -> httpx2.AsyncClient:
        """A browser that is signed in; close it, or let it be."""
        client = httpx2.AsyncClient(base_url=self.origin, trust_env=False)
        answer = await post(client, SIGN_IN, {"input": {"email": email, "password": PASSWORD}})
        assert answer["data"]["signIn"]["errors"] == []
        return client

    async def token(self, story: Story, name: str) -> str:
        tokens = await issue_tokens(
            self.app.state.db,
            keys=self.app.state.token_keys,
            email=story.email(name),
            password=PASSWORD,
            network_address="127.0.0.1",
        )
        return tokens.access_token


async def post(
    client: httpx2.AsyncClient, query: str, variables: dict[str, Any] | None = None
) -> Any:
    body = {"query": query, "variables": variables}
    return (await client.post("/graphql", json=body)).json()


@asynccontextmanager
async def a_site(place: Place, *, has_worker: bool = False, **options: Any) -> AsyncIterator[Site]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = create_app(place.dsn, secret="s" * 43, has_worker=has_worker, **options)
    config = web_config(app)
    config.timeout_graceful_shutdown = 1
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started)
        yield Site(app, f"127.0.0.1:{listener.getsockname()[1]}", place, has_worker)
    finally:
        server.should_exit = True
        await serving


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not condition():  # noqa: ASYNC110 - of what has no event
            await asyncio.sleep(0.02)


class Ear:
    """A WebSocket to a site."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, message: object) -> None:
        await self.socket.send(message if isinstance(message, bytes | str) else json.dumps(message))

    async def receive(self) -> Any:
        """The next message that is no ping."""
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] != "ping":
                    return message

    async def init(self, token: str | None = None) -> Self:
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await self.send({"type": "connection_init", "payload": payload})
        assert await self.receive() == {"type": "connection_ack"}
        return self

    async def subscribe(self, query: str = CHANGES, id: str = "1", **more: Any) -> None:
        await self.send({"id": id, "type": "subscribe", "payload": {"query": query, **more}})

    async def ask(self, query: str, **more: Any) -> Any:
        """The one answer to what is no subscription that runs."""
        await self.subscribe(query, **more)
        message = await self.receive()
        assert message["type"] == "error", message
        return message["payload"][0]

    async def change(self) -> tuple[str, str | None, str | None]:
        """What is told next: (kind, id, orderId)."""
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        change = message["payload"]["data"]["changes"]
        return change["kind"], change["id"], change["orderId"]

    async def closed(self) -> int:
        """With what code the site closes the socket; it says nothing more before."""
        with contextlib.suppress(ConnectionClosed):
            message = await self.receive()
            raise AssertionError(f"not closed, but {message}")
        assert self.socket.close_code is not None
        assert len((self.socket.close_reason or "").encode()) <= 123
        return self.socket.close_code


@asynccontextmanager
async def a_socket(
    site: Site,
    *,
    browser: httpx2.AsyncClient | None = None,
    origin: str | None = None,
    subprotocol: str = SUBPROTOCOL,
) -> AsyncIterator[Ear]:
    """A socket that has said nothing yet: of a program, or of a signed-in browser's page."""
    headers = {}
    if browser is not None:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    async with connect(
        f"ws://{site.host}/graphql",
        subprotocols=[subprotocol],  # type: ignore[list-item]
        additional_headers=headers,
        origin=origin,  # type: ignore[arg-type]
        proxy=None,
    ) as socket:
        yield Ear(socket)


@asynccontextmanager
async def listening(site: Site, story: Story, name: str) -> AsyncIterator[Ear]:
    """A program of the owner of organization `name`, which is told from now on."""
    await site.caught_up()
    async with a_socket(site) as ear:
        await ear.init(await site.token(story, name))
        await ear.subscribe()
        assert await ear.change() == ("EVERYTHING", None, None)
        yield ear


@asynccontextmanager
async def a_page(site: Site, browser: httpx2.AsyncClient) -> AsyncIterator[Ear]:
    """A page of a signed-in browser, which is told from now on."""
    await site.caught_up()
    async with a_socket(site, browser=browser, origin=site.origin) as ear:
        await ear.init()
        await ear.subscribe()
        assert await ear.change() == ("EVERYTHING", None, None)
        yield ear


def of_order(order_id: int) -> tuple[str, str | None, str | None]:
    return "ORDER", to_id("Order", order_id), to_id("Order", order_id)
