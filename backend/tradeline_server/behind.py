"""A job of the worker's that takes long, done beside the others over a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol

import structlog

from tradeline.kernel import Connection, Pool

STOP_SECONDS_MAX = 3.0

log = structlog.get_logger("tradeline.worker")


class Work(Protocol):
    """Does a batch, and tells how much it came to: `limit` if there is more."""

    def __call__(self, conn: Connection, *, limit: int) -> Awaitable[int]: ...


class Behind:
    """What is done has to bear being done twice at once: by one that has lost the worker's lock,
    and by the next. Whatever keeps the turns of the others waiting for longer than they may wait
    belongs here."""

    def __init__(self, name: str, pool: Pool, work: Work) -> None:
        self.name = name
        self._pool = pool
        self._work = work
        self._under_way: asyncio.Task[None] | None = None
        self._is_closing = False

    async def run(self, conn: Connection, *, limit: int) -> int:
        """As a job of the worker's: begin, unless it is under way. Never a full batch."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._attempt(limit))
        return 0

    async def close(self) -> None:
        """Let end the batch that is under way; one that takes longer is rolled back."""
        self._is_closing = True
        if self._under_way is None:
            return
        _, late = await asyncio.wait([self._under_way], timeout=STOP_SECONDS_MAX)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _attempt(self, limit: int) -> None:
        try:
            async with self._pool.acquire() as conn:
                while await self._work(conn, limit=limit) >= limit and not self._is_closing:
                    pass
        except Exception:
            log.exception("a job failed", job=self.name)
