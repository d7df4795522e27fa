"""Turns for what is done one by one: a few at once, a bounded number waiting, others told when."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable

from tradeline.kernel import Busy, refuse

RETRY_SECONDS_MAX = 60


def busy(seconds: float) -> Exception:
    """The refusal that says when to come again."""
    return refuse(Busy(retry_after_seconds=min(max(math.ceil(seconds), 1), RETRY_SECONDS_MAX)))


class Turns:
    """Belongs to one event loop."""

    def __init__(self, *, at_once: int, waiting_max: int) -> None:
        self._at_once = at_once
        self._waiting_max = waiting_max
        self._free = asyncio.Semaphore(at_once)
        self._asked = 0
        self._seconds = 0.0

    @contextlib.asynccontextmanager
    async def turn(self, has_left: Callable[[], bool]) -> AsyncIterator[None]:
        """Wait for a turn, and take it. Who has left by then is passed over.

        Raises Rejected with Busy, before anything is done.
        """
        if self._asked >= self._at_once + self._waiting_max:
            raise busy(self._asked * self._seconds / self._at_once)
        self._asked += 1
        try:
            async with self._free:
                if has_left():
                    raise busy(0)
                began = time.perf_counter()
                yield
                self._seconds = time.perf_counter() - began
        finally:
            self._asked -= 1
