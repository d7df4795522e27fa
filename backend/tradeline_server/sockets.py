"""The graph over a WebSocket: subscriptions, by the protocol graphql-transport-ws.

Who listens is known from the handshake (a cookie from a page of ours, or a token) or from the first
message (a token), and asked anew again and again: whoever signed out hears nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

import asyncpg
import msgspec
import structlog
from graphql import GraphQLError
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from strawberry.types.execution import PreExecutionError

from tradeline import identity, members
from tradeline.kernel import Actor, Connection, Shopper
from tradeline_graph._context import Context
from tradeline_graph._execution import word
from tradeline_graph._news import News
from tradeline_graph.schema import schema
from tradeline_graph.sessions import is_from_elsewhere, session_token
from tradeline_server.auth import preferred_locale, who_has_token
from tradeline_server.live import ANYBODY, GUESTS, NOBODY, Live
from tradeline_server.operation import Operation

SUBPROTOCOL: Final = "graphql-transport-ws"

MESSAGE_BYTES_MAX: Final = 128_000
MESSAGES_MAX: Final = 50
MESSAGES_SECONDS: Final = 10.0
SUBSCRIPTIONS_MAX: Final = 5
INIT_SECONDS_MAX: Final = 10.0
SEND_SECONDS_MAX: Final = 30.0
CLOSE_SECONDS_MAX: Final = 5.0
LOOK_UP_SECONDS_MAX: Final = 5.0

# Often enough for proxies that close what is silent, and for who may not listen any more.
ALIVE_SECONDS: Final = 25.0

# While the database restarts, a socket waits that long before it gives up: 8 seconds in all.
LOOK_UP_PAUSES: Final = (0.5, 0.5, 1.0, 2.0, 4.0)

BAD_REQUEST: Final = 4400
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
NO_SUBPROTOCOL: Final = 4406
INIT_TIMEOUT: Final = 4408
ID_TAKEN: Final = 4409
TOO_MANY: Final = 4429
BROKEN: Final = 4500
TRY_AGAIN_LATER: Final = 1013
NO_PLACE: Final = "Too many connections are open; close some, or try again later."

log = structlog.get_logger("tradeline.socket")

Listener: TypeAlias = Actor | Shopper
WhoAsks: TypeAlias = Callable[[Connection], Awaitable[Listener | None]]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class ConnectionInit(msgspec.Struct, tag_field="type", tag="connection_init"):
    payload: dict[str, Any] | None = None


class Ping(msgspec.Struct, tag_field="type", tag="ping"):
    payload: dict[str, Any] | None = None


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    payload: dict[str, Any] | None = None


class Subscribe(msgspec.Struct, tag_field="type", tag="subscribe"):
    id: Id
    payload: Operation


class Complete(msgspec.Struct, tag_field="type", tag="complete"):
    id: Id


Message = ConnectionInit | Ping | Pong | Subscribe | Complete


class Closing(Exception):
    """Why we close a socket. The reason goes to the client: 123 bytes at most."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Gone(Exception):
    """The client has left."""


async def serve_subscriptions(socket: WebSocket[Any, Any, Any], live: Live) -> None:
    """Serve a socket until either side closes it. A page of another origin gets none."""
    if is_from_elsewhere(socket):
        await socket.close(code=FORBIDDEN)  # before it is accepted: HTTP 403
        return
    await Conversation(socket, live).serve()


class Conversation:
    """One socket. `_listener` is who listens, as of the last look."""

    def __init__(self, socket: WebSocket[Any, Any, Any], live: Live) -> None:
        self._socket = socket
        self._live = live
        self._state = socket.app.state
        self._who_asks: WhoAsks | None = self._handshake_credential()
        self._listener: Listener | None = None
        self._place = contextlib.ExitStack()
        self._sending = asyncio.Lock()
        self._received_at: deque[float] = deque(maxlen=MESSAGES_MAX)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._closing: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        offered = SUBPROTOCOL in self._socket.scope["subprotocols"]
        await self._socket.accept(subprotocols=SUBPROTOCOL if offered else None)
        closing: Closing | None = None
        try:
            if not offered:
                raise Closing(NO_SUBPROTOCOL, f"Speak {SUBPROTOCOL}.")
            with self._live.place(ANYBODY) as is_free:
                if not is_free:
                    raise Closing(TRY_AGAIN_LATER, NO_PLACE)
                await self._converse()
        except* Closing as group:
            closing = _first(group)
        except* Gone:
            pass
        except* Exception as group:
            reference = secrets.token_hex(6)
            log.error("socket.bug", reference=reference, exc_info=group)
            closing = Closing(BROKEN, f"Something broke on our side; quote {reference}.")
        finally:
            self._place.close()
        if closing is not None:
            with contextlib.suppress(TimeoutError, OSError, WebSocketDisconnect):
                async with asyncio.timeout(CLOSE_SECONDS_MAX):
                    await self._socket.close(code=closing.code, reason=closing.reason)

    async def _converse(self) -> None:
        self._listener = await self._look_up()
        self._take_place()
        try:
            async with asyncio.timeout(INIT_SECONDS_MAX):
                await self._wait_for_init()
        except TimeoutError:
            raise Closing(INIT_TIMEOUT, "connection_init did not come in time.") from None
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._close_when_told())
            tasks.create_task(self._stay_alive())
            while True:
                await self._answer(await self._receive(), tasks)

    async def _wait_for_init(self) -> None:
        while not isinstance(message := await self._receive(), ConnectionInit):
            if isinstance(message, Ping):
                await self._send({"type": "pong"})
            elif isinstance(message, Subscribe):
                raise Closing(UNAUTHORIZED, "Send connection_init first.")
        if (token := _bearer(message.payload or {})) is not None:
            self._who_asks = self._by_token(token)
            self._listener = await self._look_up()
        if self._listener is None:
            raise Closing(UNAUTHORIZED, "Sign in first.")
        self._take_place()
        await self._send({"type": "connection_ack"})

    async def _answer(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        if isinstance(message, Ping):
            await self._send({"type": "pong"})
        elif isinstance(message, ConnectionInit):
            raise Closing(TOO_MANY, "Send connection_init once.")
        elif isinstance(message, Complete):
            if (task := self._running.pop(message.id, None)) is not None:
                task.cancel()
        elif isinstance(message, Subscribe):
            if message.id in self._running:
                raise Closing(ID_TAKEN, "A subscription of that id is running.")
            if len(self._running) >= SUBSCRIPTIONS_MAX:
                raise Closing(TOO_MANY, f"At most {SUBSCRIPTIONS_MAX} subscriptions on a socket.")
            task = tasks.create_task(self._run(message))
            self._running[message.id] = task

    async def _run(self, message: Subscribe) -> None:
        """Answer a subscription until it ends, with `complete`, or with `error` if it never began.
        A client that completed it itself is told nothing more."""
        last: dict[str, Any] = {"type": "complete"}
        operation = message.payload
        try:
            results = await schema.subscribe(
                operation.query,
                variable_values=operation.variables,
                context_value=self._context(),
                operation_name=operation.operation_name,
                operation_extensions=operation.extensions,
            )
            async with contextlib.aclosing(results):
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        last = {"type": "error", "payload": _formatted(result.errors or [])}
                        break
                    payload: dict[str, Any] = {"data": result.data}
                    if result.errors:
                        payload["errors"] = _formatted(result.errors)
                    await self._send({"id": message.id, "type": "next", "payload": payload})
        except (Closing, Gone):
            raise
        except Exception as cause:
            last = {"type": "error", "payload": _formatted([self._worded(cause)])}
        if not self._closing.done():
            self._running.pop(message.id, None)
            await self._send({"id": message.id, **last})

    def _context(self) -> Context:
        listener = self._listener
        assert listener is not None, "nothing runs before connection_init"
        return Context(
            db=self._state.db,
            actor=listener if isinstance(listener, Actor) else None,
            shopper=listener if isinstance(listener, Shopper) else None,
            locale=listener.locale,
            token_keys=self._state.token_keys,
            trusted_documents=self._state.get("trusted_documents"),
            feed=self,
            order_intake=self._state.get("order_intake"),
        )

    def _worded(self, cause: Exception) -> GraphQLError:
        assert self._listener is not None, "nothing runs before connection_init"
        if isinstance(cause, GraphQLError) and cause.original_error is None:
            return cause
        return word(GraphQLError(str(cause), original_error=cause), self._listener.locale)

    async def batches(self) -> AsyncIterator[tuple[Actor, Sequence[News]]]:
        """News of the organization that the socket listens for; ends with the socket."""
        actor = self._listener
        assert isinstance(actor, Actor), "the scope of the subscription sees to it"
        async for listener, batch in self._batches(actor.network_id, [actor.org_id]):
            assert isinstance(listener, Actor), "another one has been hung up on"
            yield listener, batch

    async def member_batches(self) -> AsyncIterator[tuple[Shopper, Sequence[News]]]:
        """News of a consumer's own, under whichever of their ids; ends with the socket."""
        shopper = self._listener
        assert isinstance(shopper, Shopper), "the scope of the subscription sees to it"
        network_id = shopper.network_id
        async with self._state.db.reading(network_id) as conn:
            ids = await members.family_of(conn, network_id, shopper.member_id)
        async for listener, batch in self._batches(network_id, [-id for id in ids]):
            assert isinstance(listener, Shopper), "another one has been hung up on"
            yield listener, batch

    async def _batches(
        self, network_id: int, listeners: Sequence[int]
    ) -> AsyncIterator[tuple[Listener, Sequence[News]]]:
        with self._live.inbox(network_id, listeners) as inbox:
            while True:
                batch = await inbox.take()
                if (listener := await self._still_there()) is None:
                    return
                yield listener, batch

    async def _still_there(self) -> Listener | None:
        """Who listens, and what they may do now; None once it is another than at the beginning, or
        nobody: then the socket closes."""
        before = self._listener
        assert before is not None, "nothing runs before connection_init"
        try:
            now = await self._look_up()
        except Closing as closing:
            self._close_with(closing)
            return None
        if now is None:
            self._close_with(Closing(UNAUTHORIZED, "The sign-in has ended; sign in again."))
        elif _who(now) != _who(before):
            self._close_with(Closing(FORBIDDEN, "You are somebody else now; reconnect."))
        else:
            self._listener = now
            return now
        return None

    def _close_with(self, closing: Closing) -> None:
        # An exception in the midst of a subscription would count as the subscription's own.
        if not self._closing.done():
            self._closing.set_result(closing)

    async def _close_when_told(self) -> None:
        raise await self._closing

    async def _stay_alive(self) -> None:
        assert self._listener is not None, "nothing runs before connection_init"
        account_id = self._listener.account_id if isinstance(self._listener, Actor) else None
        with self._live.bell(account_id) as bell:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), ALIVE_SECONDS)
                bell.clear()
                if await self._still_there() is not None:
                    await self._send({"type": "ping"})

    async def _look_up(self) -> Listener | None:
        """Who listens, by the database; one that is away for a moment is waited for.

        Raises Closing if it stays away.
        """
        if self._who_asks is None:
            return None
        for pause in (*LOOK_UP_PAUSES, None):
            try:
                async with (
                    self._live.looking_up,
                    asyncio.timeout(LOOK_UP_SECONDS_MAX),
                    self._state.db.asking() as conn,
                ):
                    return await self._who_asks(conn)
            except (
                OSError,
                TimeoutError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ) as error:
                log.warning("who listens cannot be looked up", reason=str(error) or repr(error))
            if pause is not None:
                await asyncio.sleep(pause)
        raise Closing(TRY_AGAIN_LATER, "The database is away; try again later.")

    def _handshake_credential(self) -> WhoAsks | None:
        """A cookie counts only with an Origin: every browser sends one, and ours was checked."""
        headers = self._socket.headers
        if "authorization" in headers:
            return self._by_token(_token_of(headers["authorization"]))
        token = session_token(self._socket)
        if token is None or "origin" not in headers:
            return None
        return lambda conn: identity.actor_from_session(conn, token=token)

    def _by_token(self, token: str) -> WhoAsks:
        keys = self._state.token_keys
        locale = preferred_locale(self._socket)
        return lambda conn: who_has_token(conn, keys=keys, token=token, locale=locale)

    def _take_place(self) -> None:
        """Count among the sockets of whoever listens, instead of where it was counted before."""
        self._place.close()
        whose = NOBODY if self._listener is None else _place_of(self._listener)
        if not self._place.enter_context(self._live.place(whose)):
            raise Closing(TRY_AGAIN_LATER, NO_PLACE)

    async def _receive(self) -> Message:
        event: Mapping[str, Any] = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise Gone
        now = time.monotonic()
        if len(self._received_at) == MESSAGES_MAX and now - self._received_at[0] < MESSAGES_SECONDS:
            raise Closing(TOO_MANY, "Too many messages; send fewer.")
        self._received_at.append(now)
        text = event.get("text")
        if text is None:
            raise Closing(BAD_REQUEST, "Send text.")
        if len(text) > MESSAGE_BYTES_MAX:
            raise Closing(BAD_REQUEST, f"A message has at most {MESSAGE_BYTES_MAX} bytes.")
        try:
            message: Message = msgspec.json.decode(text, type=Message)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Closing(BAD_REQUEST, f"This is no message of {SUBPROTOCOL}.") from None
        return message

    async def _send(self, message: Mapping[str, Any]) -> None:
        """Raises Gone, also for a client that does not read: it is not waited for without end."""
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX), self._sending:
                await self._socket.send_data(msgspec.json.encode(message).decode())
        except (OSError, TimeoutError, WebSocketDisconnect):
            raise Gone from None


def _first(group: BaseExceptionGroup[Closing]) -> Closing:
    first = group.exceptions[0]
    return first if isinstance(first, Closing) else _first(first)


def _who(listener: Listener) -> tuple[int | None, ...]:
    who = listener.network_id, listener.request_owner
    if isinstance(listener, Shopper):
        return who
    return *who, listener.account_id, listener.api_client_id


def _place_of(listener: Listener) -> str:
    """Under which sockets are counted: an account's, a machine's or a member's, or all guests'."""
    if isinstance(listener, Shopper):
        if listener.is_guest:
            return GUESTS
        return f"member/{listener.network_id}/{listener.member_id}"
    return f"{listener.account_id}/{listener.api_client_id}"


def _bearer(payload: Mapping[str, Any]) -> str | None:
    """The token in the first message, if any: {"authorization": "Bearer …"}."""
    given = payload.get("authorization", payload.get("Authorization"))
    return None if given is None else _token_of(str(given))


def _token_of(authorization: str) -> str:
    """The token of a header; of any scheme but Bearer one that is no token."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _formatted(errors: Sequence[GraphQLError]) -> list[Mapping[str, Any]]:
    return [error.formatted for error in errors]
