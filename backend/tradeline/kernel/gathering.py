"""What arrives while others are under way waits, and then goes together.

Nobody waits for company: who finds nothing under way goes at once. So a quiet system answers as
soon as it can, and a busy one does for many what it would do for one.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Gathering(Generic[Item, Answer]):
    """Hands items over in order of arrival, one batch at a time.

    `go` is given a batch and returns for each item its answer, or the exception that its caller
    shall see; what it raises, all of them see. A batch weighs at most `weight_max`, unless one
    item alone is heavier. Belongs to one event loop.
    """

    def __init__(
        self,
        go: Callable[[Sequence[Item]], Awaitable[Sequence[Answer | Exception]]],
        *,
        weight_max: int,
        weigh: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        self._go = go
        self._weigh = weigh
        self._weight_max = weight_max
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._working: asyncio.Task[None] | None = None
        self.weight_waiting = 0
        self.seconds_per_weight = 0.0

    async def add(self, item: Item) -> Answer:
        """The item's answer. A caller that is cancelled takes it back, unless it is under way."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((item, answer))
        self.weight_waiting += self._weigh(item)
        if self._working is None:
            # In a context of its own: what is bound for the first caller is not the others'.
            self._working = loop.create_task(self._work(), context=contextvars.Context())
        return await answer

    async def drained(self) -> None:
        """Wait until nothing is left. Whatever arrives meanwhile is waited for as well."""
        while self._working is not None:
            await asyncio.wait([self._working])

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while batch := self._next_batch():
                began = clock()
                await self._answer(batch)
                weight = sum(self._weigh(item) for item, _ in batch)
                self.seconds_per_weight = (clock() - began) / weight
        finally:
            self._working = None
            # Only if this task was cancelled is anybody left, and nobody would come for them.
            for _, answer in self._waiting:
                answer.cancel()
            self._waiting.clear()
            self.weight_waiting = 0

    def _next_batch(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        batch: list[tuple[Item, asyncio.Future[Answer]]] = []
        weight = 0
        while self._waiting:
            item, answer = self._waiting[0]
            its_weight = self._weigh(item)
            if batch and weight + its_weight > self._weight_max:
                break
            self._waiting.popleft()
            self.weight_waiting -= its_weight
            if not answer.done():  # its caller has not gone away
                batch.append((item, answer))
                weight += its_weight
        return batch

    async def _answer(self, batch: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._go([item for item, _ in batch])
            assert len(answers) == len(batch), "each item has its answer"
        except asyncio.CancelledError:
            for _, waiting in batch:
                waiting.cancel()
            raise
        except Exception as error:
            answers = [error for _ in batch]
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if waiting.done():
                continue
            if isinstance(answer, Exception):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)
