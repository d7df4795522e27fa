"""Deeds at WeChat, each claimed, done and written down: never within a transaction.

A claim is a lease: whoever is killed between the deed and the writing down has left something that
is due again, and every deed may be done again. Each kind has a lane of so many at once, in tasks of
their own, so that a slow WeChat keeps nobody waiting but those behind it in the same lane.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from tradeline.kernel import Connection
from tradeline_server.wechat import Refused, WeChatError

AT_ONCE = 24
STOP_SECONDS_MAX = 3.0
REASON_LENGTH_MAX = 200

Due_co = TypeVar("Due_co", covariant=True)
Due = TypeVar("Due")

log = structlog.get_logger("tradeline.paying")


class Claim(Protocol[Due_co]):
    """Claims what is due, of all networks, over the owner's connection."""

    def __call__(self, conn: Connection, *, limit: int) -> Awaitable[Sequence[Due_co]]: ...


class Lane(Generic[Due]):
    """`note` is given what went wrong, so that somebody can look it up; it may be None."""

    def __init__(
        self,
        name: str,
        claim: Claim[Due],
        do: Callable[[Due], Awaitable[None]],
        note: Callable[[Due, str], Awaitable[None]] | None = None,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        self.name = name
        self._claim = claim
        self._do = do
        self._note = note
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, conn: Connection, *, limit: int) -> int:
        """As a job of the worker's: begin what there is room for. Never a full batch, for the rest
        waits until there is room again."""
        room = min(limit, self._at_once - len(self._under_way))
        if room > 0:
            for due in await self._claim(conn, limit=room):
                task = asyncio.create_task(self._attempt(due))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
        return 0

    async def close(self) -> None:
        """Let end what is under way; what takes longer is due again later."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=STOP_SECONDS_MAX)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _attempt(self, due: Due) -> None:
        try:
            await self._do(due)
        except WeChatError as error:
            log.info("paying.failed", lane=self.name, error=type(error).__name__)
            await self._noted(due, reason_of(error))
        except Exception as error:
            log.exception("a deed at WeChat failed", lane=self.name)
            await self._noted(due, type(error).__name__)

    async def _noted(self, due: Due, reason: str) -> None:
        if self._note is None:
            return
        with contextlib.suppress(Exception):  # the deed is due again, whoever reads of it or not
            await self._note(due, reason)


def reason_of(error: WeChatError) -> str:
    """For those who look after payments; WeChat's own words hold no secrets of ours."""
    if isinstance(error, Refused):
        return f"{error.code} {error.message}"[:REASON_LENGTH_MAX]
    return type(error).__name__
