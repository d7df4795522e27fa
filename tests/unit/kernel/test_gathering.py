"""What arrives while others are under way goes together, in order of arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tradeline.kernel import Gathering


class Counter:
    """Doubles numbers as soon as it may, and remembers which came together."""

    def __init__(self, *, weight_max: int = 10) -> None:
        self.batches: list[list[int]] = []
        self.may_go = asyncio.Event()
        self.door = Gathering(self._go, weight_max=weight_max, weigh=lambda item: abs(item))

    async def _go(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        await self.may_go.wait()
        if 13 in items:
            raise ZeroDivisionError
        return [item * 2 if item > 0 else ValueError(str(item)) for item in items]

    async def arrive(self, *items: int) -> list[asyncio.Task[int]]:
        """Callers of these items, each of whom has been let in."""
        callers = [asyncio.create_task(self.door.add(item)) for item in items]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return callers


async def test_who_finds_nothing_under_way_goes_at_once_and_the_others_together() -> None:
    counter = Counter()

    first = await counter.arrive(1)
    assert counter.batches == [[1]]
    others = await counter.arrive(2, 3, 4)
    counter.may_go.set()

    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8]
    assert counter.batches == [[1], [2, 3, 4]]


async def test_a_batch_weighs_no_more_than_it_may_unless_one_alone_does() -> None:
    counter = Counter(weight_max=10)

    await counter.arrive(1)
    callers = await counter.arrive(4, 6, 1, 30, 2)
    assert counter.door.weight_waiting == 43
    counter.may_go.set()
    await asyncio.gather(*callers)

    assert counter.batches == [[1], [4, 6], [1], [30], [2]]
    assert counter.door.weight_waiting == 0


async def test_each_has_its_own_answer_or_its_own_exception() -> None:
    counter = Counter()
    counter.may_go.set()

    callers = await counter.arrive(1, -2, 3)
    answers = await asyncio.gather(*callers, return_exceptions=True)

    assert [answers[0], str(answers[1]), answers[2]] == [2, "-2", 6]


async def test_what_a_batch_raises_all_of_it_see_and_nobody_after_it() -> None:
    counter = Counter(weight_max=20)
    await counter.arrive(1)

    together = await counter.arrive(13, 5)
    later = await counter.arrive(9)
    counter.may_go.set()

    failed = await asyncio.gather(*together, return_exceptions=True)
    assert [type(error) for error in failed] == [ZeroDivisionError, ZeroDivisionError]
    assert await asyncio.gather(*later) == [18]


async def test_who_gives_up_while_waiting_is_left_out_and_harms_nobody() -> None:
    counter = Counter()
    under_way = await counter.arrive(1)
    callers = await counter.arrive(2, 3)

    under_way[0].cancel()
    callers[0].cancel()
    await asyncio.sleep(0)
    counter.may_go.set()

    assert await callers[1] == 6
    assert counter.batches == [[1], [3]]


async def test_draining_waits_for_all_that_was_let_in() -> None:
    counter = Counter(weight_max=2)
    callers = await counter.arrive(1, 2)
    draining = asyncio.create_task(counter.door.drained())
    await asyncio.sleep(0)
    assert not draining.done()

    counter.may_go.set()
    await draining

    assert [caller.result() for caller in callers] == [2, 4]
    await counter.door.drained()


async def test_whoever_waits_is_told_when_the_work_is_cancelled() -> None:
    counter = Counter()
    callers = [*await counter.arrive(1), *await counter.arrive(2)]

    working = counter.door._working
    assert working is not None
    working.cancel()
    await asyncio.wait(callers)

    assert all(caller.cancelled() for caller in callers)
    counter.may_go.set()
    with pytest.raises(asyncio.CancelledError):
        callers[0].result()
    assert await counter.door.add(3) == 6
