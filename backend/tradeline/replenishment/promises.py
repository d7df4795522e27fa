"""What can be promised of goods that are still to come. Pure: no storage, no clock.

What stands free and what suppliers have confirmed for a day is laid along the orders that wait for
it, first come, first served; what is left over can be promised to whoever asks next. Nothing of it
is stored: it is pegged anew whenever somebody looks (ADR 0026).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

FEW_MAX = 10
DAYS_TOLD_MAX = 3

# Of whose goods, and which: an organization's id and a SKU's.
Goods = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Supplied:
    """Units that stand free now, where `on` is None, or that are confirmed for a day."""

    on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Awaited:
    """Units that an order line waits for; `key` is the line's id."""

    key: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Pegged:
    """The day by which a line can be had whole: None means now."""

    on: date | None


@dataclass(frozen=True, slots=True)
class Promise:
    """Units that can be promised now, and from each later day on so many more. `lines` says of the
    order lines that wait when they can be had; those that nothing has been confirmed for are
    absent. Of goods that are not `is_tracked`, nothing stands or comes here: nobody knows."""

    now: int = 0
    later: tuple[tuple[date, int], ...] = ()
    lines: Mapping[int, Pegged] = field(default_factory=dict, hash=False)
    is_tracked: bool = True

    def expected_on(self, line_id: int, promised_on: date | None, today: date) -> date | None:
        """The day on which a line can be counted on that waits for these goods: not before its
        seller said, nor before they can be had; None as long as nothing has been confirmed for it.
        Of goods of which nothing is known here, the seller's word is all there is."""
        if not self.is_tracked:
            return promised_on
        pegged = self.lines.get(line_id)
        return None if pegged is None else max(promised_on or today, pegged.on or today)


class Amount(StrEnum):
    """How many a consumer is told of goods to come."""

    FEW = "few"
    MANY = "many"


UNKNOWN = Promise(is_tracked=False)


def peg(supplies: Iterable[Supplied], demands: Iterable[Awaited]) -> Promise:
    """Lay supplies, earliest first, along demands in the order in which they are given.

    A line is had with the last of its units. One that cannot be had whole keeps what it got: those
    behind it may not take it, for they came later.
    """
    left = deque(sorted(supplies, key=lambda supply: supply.on or date.min))
    pegged: dict[int, Pegged] = {}
    for demand in demands:
        missing, on = demand.quantity, None
        while missing and left:
            supply = left.popleft()
            taken = min(missing, supply.quantity)
            missing -= taken
            on = supply.on
            if taken < supply.quantity:
                left.appendleft(Supplied(supply.on, supply.quantity - taken))
        if not missing:
            pegged[demand.key] = Pegged(on)
    later: dict[date, int] = defaultdict(int)
    for supply in left:
        if supply.on is not None and supply.quantity:
            later[supply.on] += supply.quantity
    now = sum(supply.quantity for supply in left if supply.on is None)
    return Promise(now, tuple(sorted(later.items())), pegged)


def promise_bundle(parts: Sequence[tuple[Promise, int]]) -> Promise:
    """What can be promised of a bundle that takes so many of each of its components."""
    days = sorted({day for promise, _ in parts for day, _ in promise.later})
    now = min((promise.now // each for promise, each in parts), default=0)
    later: list[tuple[date, int]] = []
    before = now
    for day in days:
        whole = min(
            (promise.now + sum(units for on, units in promise.later if on <= day)) // each
            for promise, each in parts
        )
        if whole > before:
            later.append((day, whole - before))
            before = whole
    return Promise(
        now,
        tuple(later),
        join_lines([promise for promise, _ in parts]),
        is_tracked=all(promise.is_tracked for promise, _ in parts),
    )


def told_to_consumers(promises: Iterable[Promise]) -> list[tuple[date, Amount]]:
    """The next days on which goods come to any of those whom a store sells from, and roughly how
    many: whose they are, and how many exactly, is their business."""
    days: dict[date, int] = defaultdict(int)
    for promise in promises:
        for day, units in promise.later:
            days[day] += units
    return [
        (day, Amount.FEW if units <= FEW_MAX else Amount.MANY)
        for day, units in sorted(days.items())[:DAYS_TOLD_MAX]
    ]


def join_lines(promises: Sequence[Promise]) -> dict[int, Pegged]:
    """When lines can be had that wait for all of several goods: with the last of them."""
    if not promises:
        return {}
    common = set(promises[0].lines).intersection(*(promise.lines for promise in promises[1:]))
    return {
        key: max((promise.lines[key] for promise in promises), key=lambda peg: peg.on or date.min)
        for key in common
    }


def is_later(now: date | None, before: date | None) -> bool:
    """Whether a day, or no day at all, is later than what was said before. Whoever was told of no
    day cannot be told of a later one."""
    return before is not None and (now is None or now > before)
