"""Requests that keep coming, whatever becomes of who takes them, and their answers."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.asking import Caller, Crowd, Reply, at_once
from tests.e2e.sizes import sized
from tradeline_server.bench.wire import ConnectionBroken

LOOK_SECONDS = 0.02
PAUSE_SECONDS = 0.25  # after an answer that was none
PROGRESS_SECONDS_MAX = sized(120, 600)
CRASHES = sized(1, 5)
AWAY_SECONDS = 0.3
# What a caller may be told while somebody is away, at once and not by a time-out; and where nobody
# is there to tell it.
CLEAR = {"200 UNAVAILABLE", "503 UNAVAILABLE"}
BROKEN = {"ConnectionBroken", "ConnectionRefusedError", "ConnectionResetError"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that may have to be sent again, word for word."""

    caller: Caller
    document: str
    values: Mapping[str, Any]


@dataclass(slots=True)
class Load:
    """So many callers, each of which does `act` again and again; it is given the load, whose turn
    it is, and for the how manieth time.

    `sent` is by request id; `acknowledged` holds what was answered to whom, by the same."""

    crowd: Crowd
    callers: int
    act: Callable[[Load, int, int], Awaitable[None]]
    sent: dict[str, Sent] = field(default_factory=dict)
    acknowledged: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    @contextlib.asynccontextmanager
    async def coming(self) -> AsyncIterator[None]:
        """They come while the block lasts; at its end nothing is under way any more."""
        callers = [asyncio.create_task(self._keep_acting(n)) for n in range(self.callers)]
        try:
            yield
        finally:
            self.is_over = True
            await asyncio.gather(*callers)

    async def progress(self, requests: int) -> None:
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + requests
        await self.until(lambda: len(self.acknowledged) >= wanted)

    async def through_crashes(
        self,
        kill: Callable[[], Awaitable[object]],
        mend: Callable[[], Awaitable[object]],
        *,
        before: int,
        after: int,
    ) -> None:
        """Kill and mend while they come, each time between so many requests."""
        async with self.coming():
            for _ in range(CRASHES):
                await self.progress(before)
                await kill()
                await asyncio.sleep(AWAY_SECONDS)
                await mend()
                await self.progress(after)

    async def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PROGRESS_SECONDS_MAX
        while not is_so():
            assert time.monotonic() < deadline, f"nothing gets done: {self.faults}"
            await asyncio.sleep(LOOK_SECONDS)

    async def send_all_again(self) -> dict[str, Mapping[str, Any]]:
        """Everything, whether it was answered or not; what it is answered with."""
        replies = await at_once(
            [
                self.crowd.ask(request.caller, request.document, request.values)
                for request in self.sent.values()
            ]
        )
        return {
            request_id: _result(reply) for request_id, reply in zip(self.sent, replies, strict=True)
        }

    async def ask(
        self, caller: Caller, document: str, request_id: str, values: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """What it is answered with; None if nobody knows what came of it."""
        values = {"requestId": request_id, **values}
        self.sent[request_id] = Sent(caller, document, values)
        reply = await self.attempt(caller, document, values)
        if reply is None:
            return None
        self.acknowledged[request_id] = _result(reply)
        return self.acknowledged[request_id]

    async def attempt(
        self, caller: Caller, document: str, values: Mapping[str, Any]
    ) -> Reply | None:
        """Whatever it is answered with; None, after a while, if it is not answered."""
        try:
            reply = await self.crowd.ask(caller, document, values)
        except (ConnectionBroken, OSError) as error:
            self.faults[type(error).__name__] += 1
        else:
            if reply.is_good:
                return reply
            self.faults[f"{reply.status} {reply.code}"] += 1
        await asyncio.sleep(PAUSE_SECONDS)
        return None

    async def _keep_acting(self, number: int) -> None:
        count = 0
        while not self.is_over:
            count += 1
            await self.act(self, number, count)


def _result(reply: Reply) -> Mapping[str, Any]:
    assert reply.problems == [], reply.body
    result = next(part for name, part in reply.payload.items() if name != "errors")
    assert result is not None
    return result  # type: ignore[no-any-return]
