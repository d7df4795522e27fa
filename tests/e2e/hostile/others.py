"""Dealers who go on ordering and reading, whatever else is sent. None of them may notice."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.e2e.asking import Caller, Crowd, mutation
from tests.e2e.intake.scene import Scene

PLACE = mutation("orderPlace", "order { id number }")
READ = "query Mine { orders(side: BUYING, first: 5) { edges { node { id number state } } } }"
PAUSE_SECONDS = 0.1

# Two cores are shared with the attack, and with whatever else runs on the machine.
SLOWER_MAX = 3
SLOWER_SECONDS_MAX = 1.0
ANSWER_SECONDS_MAX = 15.0


@dataclass
class Others:
    """`numbers` are of the orders that they were told they have."""

    crowd: Crowd
    scene: Scene
    dealers: Sequence[Caller]
    numbers: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    usual_seconds: float = 0.0
    _stops: bool = False

    async def learn_what_is_usual(self, rounds: int) -> None:
        await asyncio.gather(*(self._trade(dealer, rounds) for dealer in self.dealers))
        self.usual_seconds = statistics.median(self.seconds)
        self.seconds.clear()

    async def __aenter__(self) -> Others:
        self._stops = False
        self._trading = [asyncio.create_task(self._trade(dealer)) for dealer in self.dealers]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Whoever was refused, or got no answer, says so here."""
        self._stops = True
        await asyncio.gather(*self._trading)

    def assert_undisturbed(self) -> None:
        assert len(self.seconds) >= len(self.dealers)
        assert statistics.median(self.seconds) <= (
            SLOWER_MAX * self.usual_seconds + SLOWER_SECONDS_MAX
        )
        assert max(self.seconds) < ANSWER_SECONDS_MAX
        self.seconds.clear()

    async def _trade(self, dealer: Caller, rounds: int | None = None) -> None:
        while not self._stops and (rounds is None or rounds > 0):
            await self._order_and_read(dealer)
            await asyncio.sleep(PAUSE_SECONDS)
            rounds = None if rounds is None else rounds - 1

    async def _order_and_read(self, dealer: Caller) -> None:
        began = time.monotonic()
        reply = await self.crowd.ask(dealer, PLACE, self.scene.order(dealer, {0: 1, 1: 2}), at=0)
        self.seconds.append(time.monotonic() - began)
        assert reply.problems == [], reply.payload
        self.numbers.append(reply.payload["order"]["number"])
        began = time.monotonic()
        read = await self.crowd.ask(dealer, READ, {}, at=0)
        self.seconds.append(time.monotonic() - began)
        assert read.is_good, read.body
