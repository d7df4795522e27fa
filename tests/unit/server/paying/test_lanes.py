"""Deeds at WeChat go side by side, so many at once, and none keeps the worker waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from tradeline_server.paying.lanes import Lane
from tradeline_server.wechat import Refused, Unreachable

CONN = cast("Any", None)


class Pile:
    """What is due, and what became of it."""

    def __init__(self, count: int) -> None:
        self.waiting = list(range(count))
        self.done: list[int] = []
        self.noted: list[tuple[int, str]] = []
        self.at_once = 0
        self.at_once_most = 0
        self.go = asyncio.Event()

    async def claim(self, conn: Any, *, limit: int) -> Sequence[int]:
        claimed, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return claimed

    async def do(self, due: int) -> None:
        self.at_once += 1
        self.at_once_most = max(self.at_once, self.at_once_most)
        await self.go.wait()
        self.at_once -= 1
        self.done.append(due)

    async def note(self, due: int, reason: str) -> None:
        self.noted.append((due, reason))


async def test_a_lane_begins_no_more_than_it_has_room_for() -> None:
    pile = Pile(10)
    lane = Lane("lane", pile.claim, pile.do, at_once=3)

    for _ in range(4):
        assert await lane.run(CONN, limit=500) == 0
        await asyncio.sleep(0)
    assert (pile.at_once, len(pile.waiting)) == (3, 7)

    pile.go.set()
    while pile.waiting:
        await lane.run(CONN, limit=500)
        await asyncio.sleep(0)
    await lane.close()
    assert sorted(pile.done) == list(range(10))
    assert pile.at_once_most == 3


async def test_who_starts_a_deed_does_not_wait_for_it() -> None:
    pile = Pile(1)
    lane = Lane("lane", pile.claim, pile.do)

    await asyncio.wait_for(lane.run(CONN, limit=1), 1)

    assert pile.done == []
    pile.go.set()
    await lane.close()
    assert pile.done == [0]


async def test_what_goes_wrong_is_noted_and_keeps_no_other_from_it() -> None:
    pile = Pile(3)
    troubles: dict[int, Exception] = {
        0: Refused(403, "NOT_ENOUGH", "余额不足", is_proven=True),
        1: Unreachable("oPayer0000000000000000000001 is not to be told"),
        2: RuntimeError("oPayer0000000000000000000001 neither"),
    }

    async def do(due: int) -> None:
        raise troubles[due]

    lane = Lane("lane", pile.claim, do, pile.note)
    await lane.run(CONN, limit=5)
    await lane.close()

    assert sorted(pile.noted) == [
        (0, "NOT_ENOUGH 余额不足"),
        (1, "Unreachable"),
        (2, "RuntimeError"),
    ]


async def test_what_cannot_be_noted_hurts_nobody() -> None:
    pile = Pile(1)

    async def fail(*_: object) -> None:
        raise Unreachable("no")

    lane = Lane("lane", pile.claim, fail, fail)
    await lane.run(CONN, limit=5)
    await lane.close()


async def test_a_lane_that_closes_gives_up_what_takes_too_long(monkeypatch: Any) -> None:
    monkeypatch.setattr("tradeline_server.paying.lanes.STOP_SECONDS_MAX", 0.05)
    pile = Pile(1)
    lane = Lane("lane", pile.claim, pile.do)
    await lane.run(CONN, limit=1)

    await asyncio.wait_for(lane.close(), 1)

    assert pile.done == []
