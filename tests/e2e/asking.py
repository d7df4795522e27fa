"""Callers of the graph over HTTP, each with a token of its own, on connections that are kept."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from tests.e2e.house import Web
from tradeline_server.bench.wire import Line, head

LINES_MAX = 200  # connections to one process
SIGNING_IN_AT_ONCE = 16
TOKEN_SECONDS = 400.0  # of the ten minutes that it is good for
ANSWER_SECONDS_MAX = 30.0
IDLE_SECONDS_MAX = 1.0

Answered = TypeVar("Answered")

_numbers = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Caller:
    """A machine of one of the parties, or a person with an e-mail address; only a dealer's has an
    edge, the graph's id of it."""

    name: str
    secret: str
    org_id: int
    edge: str = ""
    is_person: bool = False
    token: str = ""
    signed_in_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mutation was answered with, and by whom."""

    status: int
    body: bytes
    web: Web

    @property
    def payload(self) -> dict[str, Any]:
        """What the mutation's one field holds; the answer has to be a good one."""
        assert self.is_good, self.body[:500]
        [payload] = msgspec.json.decode(self.body)["data"].values()
        result: dict[str, Any] = payload
        return result

    @property
    def is_good(self) -> bool:
        """It says what came of the request, whatever that is."""
        return self.status == 200 and b'"errors":[{"message"' not in self.body

    @property
    def code(self) -> str:
        """What kind of fault kept the request from being answered."""
        code: str = msgspec.json.decode(self.body)["errors"][0]["extensions"]["code"]
        return code

    @property
    def problems(self) -> list[str]:
        return [problem["__typename"] for problem in self.payload["errors"]]


class Door:
    """The way to one web process: connections, and who waits for one."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._idle: list[tuple[Line, float]] = []
        self._room = asyncio.Semaphore(LINES_MAX)

    async def ask(self, request: bytes) -> Reply:
        """Raises ConnectionBroken or OSError if there is no answer; nothing is sent again."""
        async with self._room:
            line = await self._line()
            try:
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    status, body = await line.ask(request)
            except BaseException:
                line.close()
                raise
            self._idle.append((line, time.monotonic()))
            return Reply(status, body, self.web)

    def hang_up(self) -> None:
        """Close what is idle: it may lead to a process that was killed."""
        for line, _ in self._idle:
            line.close()
        self._idle.clear()

    async def _line(self) -> Line:
        """One that the server will not close by itself just now, or a new one."""
        while self._idle:
            line, since = self._idle.pop()
            if time.monotonic() < since + IDLE_SECONDS_MAX:
                return line
            line.close()
        return await Line.open(self.web.host, self.web.port)


class Crowd:
    """Asks at all web processes, evenly."""

    def __init__(self, webs: Sequence[Web]) -> None:
        self.doors = [Door(web) for web in webs]
        self._turn = itertools.cycle(self.doors)

    async def sign_in(self, callers: Sequence[Caller]) -> None:
        """Those whose token is not there, or not good for much longer, as any machine does it."""
        waiting = iter([one for one in callers if time.monotonic() > one.signed_in_at])

        async def next_ones() -> None:
            for caller in waiting:
                door = next(self._turn)
                if caller.is_person:
                    known = {"email": caller.name, "password": caller.secret}
                    reply = await door.ask(_graph_request(caller, SIGN_IN, {"input": known}))
                    caller.token = reply.payload["tokens"]["accessToken"]
                else:
                    reply = await door.ask(_token_request(caller))
                    caller.token = msgspec.json.decode(reply.body)["access_token"]
                caller.signed_in_at = time.monotonic() + TOKEN_SECONDS

        await asyncio.gather(*(next_ones() for _ in range(SIGNING_IN_AT_ONCE)))

    async def ask(
        self, caller: Caller, document: str, values: Mapping[str, Any], *, at: int | None = None
    ) -> Reply:
        """At the next door, or at a certain one. A `requestId` is made up unless there is one."""
        values = {"requestId": f"request-{next(_numbers)}", **values}
        return await self.send(caller, document, {"input": values}, at=at)

    async def send(
        self, caller: Caller, document: str, variables: Mapping[str, Any], *, at: int | None = None
    ) -> Reply:
        """What is no mutation, or has no `requestId`, with these variables as they are."""
        door = next(self._turn) if at is None else self.doors[at % len(self.doors)]
        return await door.ask(_graph_request(caller, document, variables))

    def hang_up(self) -> None:
        for door in self.doors:
            door.hang_up()


async def at_once(asking: Sequence[Awaitable[Answered]]) -> list[Answered]:
    """All of them under way together; their answers in the same order."""
    return list(await asyncio.gather(*asking))


def mutation(name: str, result: str) -> str:
    """The document of a mutation that asks for `result` and for what is wrong."""
    return (
        f"mutation Do($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ "
        f"{result} errors {{ __typename ... on Problem {{ message path }} }} }} }}"
    )


SIGN_IN = mutation("tokenIssue", "tokens { accessToken }")


def _token_request(caller: Caller) -> bytes:
    form = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": caller.name,
            "client_secret": caller.secret,
        }
    ).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    start = head("POST /oauth/token", "127.0.0.1", 80, headers)
    return start + b"%d\r\n\r\n" % len(form) + form


def _graph_request(caller: Caller, document: str, variables: Mapping[str, Any]) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if caller.token:
        headers["Authorization"] = f"Bearer {caller.token}"
    body = msgspec.json.encode({"query": document, "variables": variables})
    return head("POST /graphql", "127.0.0.1", 80, headers) + b"%d\r\n\r\n" % len(body) + body
