"""Planning by brute force: every way to fill some lines, and the best of them.

Written apart from the planner, from what its docstring promises: the least is missing; then the
tiers that come first; then the fewest parcels; then the places that come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Shelf:
    """A warehouse: where it stands in the order of preference, and what it may give by SKU."""

    warehouse_id: int
    tier: int
    order: tuple[int, int, int]
    free: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """A line, with what a unit from each tier scores, the less the better."""

    sku_id: int
    quantity: int
    scores: Mapping[int, int]


Verdict = tuple[int, int, int, int, tuple[int, ...]]


def best(
    wishes: Sequence[Wish],
    shelves: Sequence[Shelf],
    rank: Mapping[int, int],
    *,
    parcels_max: int | None,
    is_whole: bool,
) -> Verdict:
    """What is worst about the best way, the most important first."""
    ordered = sorted(shelves, key=lambda shelf: (rank[shelf.tier], *shelf.order))
    ways = [list(_ways(wish, ordered, is_whole)) for wish in wishes]
    verdicts = (
        judge(wishes, ordered, rank, way)
        for way in product(*ways)
        if parcels_max is None or _parcels(way) <= parcels_max
    )
    return min(verdicts)


def judge(
    wishes: Sequence[Wish],
    ordered: Sequence[Shelf],
    rank: Mapping[int, int],
    way: Sequence[Sequence[int]],
) -> Verdict:
    missing = score = ranks = 0
    for wish, amounts in zip(wishes, way, strict=True):
        missing += wish.quantity - sum(amounts)
        for shelf, amount in zip(ordered, amounts, strict=True):
            score += amount * wish.scores[shelf.tier]
            ranks += amount * rank[shelf.tier]
    used = tuple(index for index in range(len(ordered)) if any(amounts[index] for amounts in way))
    return missing, score, ranks, len(used), used


def _parcels(way: Sequence[Sequence[int]]) -> int:
    return sum(any(amounts) for amounts in zip(*way, strict=True))


def _ways(wish: Wish, shelves: Sequence[Shelf], is_whole: bool) -> Iterator[tuple[int, ...]]:
    """How much of the line each shelf might give: each amount that it has, in all combinations
    that do not give more than was asked for."""
    limits = [min(shelf.free.get(wish.sku_id, 0), wish.quantity) for shelf in shelves]
    for amounts in product(*(range(limit + 1) for limit in limits)):
        if sum(amounts) > wish.quantity:
            continue
        if is_whole and set(amounts) - {0} not in (set(), {wish.quantity}):
            continue
        yield amounts
