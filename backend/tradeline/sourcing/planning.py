"""Which stock fills an order. Pure, and the same for the same input, in whatever order it comes.

The least is missing that can be; then goods come from the tiers that rules, costs or nearness to
the store put first; then in the fewest parcels; then from the places that are nearest to where
they go, and first in their owners' order. That is exact while there are few ways to choose
places, as there nearly always are; where there are very many, parcels are chosen one by one.

Where lines of one order draw on the same stock, as two bundles with a common component do, they
take it in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import comb

from tradeline.sourcing.desk import Desk, Given
from tradeline.sourcing.explaining import explained
from tradeline.sourcing.model import Plan, Rules, Sources, SourcingLine

# How many looks at one line it may take to find the best places before the next best will do:
# some ten milliseconds.
LOOKS_MAX = 40_000


def plan(lines: Sequence[SourcingLine], sources: Sources, rules: Rules) -> Plan:
    """Choose for each line how much comes from which warehouse, and say why.

    Nothing is taken yet: whoever accepts the plan calls `take_plan`. Quantities are above zero.
    """
    if any(line.quantity <= 0 for line in lines):
        raise ValueError("a line asks for at least one")
    desk = Desk(lines, sources, rules)
    given = _in_fewest_parcels(desk, desk.walk())
    most = rules.parcels_max
    is_limited = most is not None and len(_used(given)) > most
    if most is not None and is_limited:
        given = _within(desk, most, _used(given))
    return explained(desk, given, is_limited)


def _used(given: Given) -> set[int]:
    return {place for takes in given for place, _ in takes}


def _in_fewest_parcels(desk: Desk, given: Given) -> Given:
    """The same from each tier, out of as few places of it as will do."""
    used = _used(given)
    if len(used) <= 1:
        return given
    wanted: dict[int, dict[int, int]] = {}
    for line, takes in enumerate(given):
        for place, quantity in takes:
            of_tier = wanted.setdefault(desk.places[place].tier, {})
            of_tier[line] = of_tier.get(line, 0) + quantity
    chosen: list[dict[int, list[tuple[int, int]]]] = []
    for tier, quantities in wanted.items():
        if sum(desk.places[place].tier == tier for place in used) == 1:
            continue  # The first place that can is what each line took.
        chosen.append(_fewest(desk, tier, quantities))
    settled = [list(takes) for takes in given]
    for takes_of in chosen:
        for line, better in takes_of.items():
            tier = desk.places[better[0][0]].tier
            others = [it for it in settled[line] if desk.places[it[0]].tier != tier]
            settled[line] = others + better
    return settled


def _fewest(
    desk: Desk, tier: int, quantities: Mapping[int, int]
) -> dict[int, list[tuple[int, int]]]:
    """Which places of a tier give the quantities by line, so that the fewest and best do."""
    places = desk.of_tier[tier]
    for subset in _covers(desk, places, quantities):
        found = _filled(desk, subset, quantities)
        if found is not None:
            return found
    found = _filled(desk, places, quantities)
    assert found is not None, "the whole tier gave it, and does again"
    return found


def _filled(
    desk: Desk, places: Sequence[int], quantities: Mapping[int, int]
) -> dict[int, list[tuple[int, int]]] | None:
    taken: dict[tuple[int, int], int] = {}
    found = {}
    for line, quantity in quantities.items():
        takes = desk.allot(line, places, quantity, taken)
        if sum(part for _, part in takes) < quantity:
            return None
        found[line] = takes
    return found


def _covers(
    desk: Desk, places: Sequence[int], quantities: Mapping[int, int]
) -> Iterable[list[int]]:
    """Sets of places that have enough for every line by itself, the best first."""
    places = [place for place in places if any(desk.rows[line][place] for line in quantities)]
    needs = []
    needed: set[int] = set()
    for line, quantity in quantities.items():
        row = desk.rows[line]
        total = sum(row[place] for place in places)
        needed.update(place for place in places if total - row[place] < quantity)
        needs.append((quantity, row))
    open_needs = [
        (rest, row)
        for quantity, row in needs
        if (rest := quantity - sum(row[place] for place in needed)) > 0
    ]
    if not open_needs:
        yield sorted(needed)
        return
    others = [place for place in places if place not in needed]
    # Those that few can fill come first: they show soonest what will not do.
    open_needs.sort(key=lambda need: sum(need[1][place] > 0 for place in others))
    looks = LOOKS_MAX
    for size in range(_least(open_needs, others), len(others)):
        for more in combinations(others, size):
            for quantity, row in open_needs:
                looks -= 1
                if sum([row[place] for place in more]) < quantity:
                    break
            else:
                yield sorted((*needed, *more))
            if looks <= 0:
                yield sorted((*needed, *_one_by_one(open_needs, others, len(others))))
                return


def _least(needs: Sequence[tuple[int, Sequence[int]]], places: Sequence[int]) -> int:
    """Fewer places than this cannot do: so many the line needs that needs the most."""
    least = 1
    for quantity, row in needs:
        count = 0
        for units in sorted((row[place] for place in places), reverse=True):
            if quantity <= 0:
                break
            quantity -= units
            count += 1
        least = max(least, count)
    return least


def _one_by_one(
    needs: Sequence[tuple[int, Sequence[int]]], places: Sequence[int], most: int
) -> list[int]:
    """Up to so many places, each time the one that brings the most; then leave out those that
    turn out not to count, the worst first."""
    chosen: list[int] = []
    missing = [quantity for quantity, _ in needs]
    while len(chosen) < most:
        brings = {
            place: sum(min(rest, row[place]) for rest, (_, row) in zip(missing, needs, strict=True))
            for place in places
            if place not in chosen
        }
        best = min(brings, key=lambda place: (-brings[place], place), default=None)
        if best is None or not brings[best]:
            break
        chosen.append(best)
        missing = [max(rest - row[best], 0) for rest, (_, row) in zip(missing, needs, strict=True)]
    enough = [quantity - rest for rest, (quantity, _) in zip(missing, needs, strict=True)]
    for place in sorted(chosen, reverse=True):
        without = [other for other in chosen if other != place]
        if all(
            sum(row[other] for other in without) >= quantity
            for quantity, (_, row) in zip(enough, needs, strict=True)
        ):
            chosen = without
    return chosen


def _within(desk: Desk, most: int, liked: set[int]) -> Given:
    """The best plan of at most so many parcels; where there are very many ways, one that fills as
    much as it can, with the places that are `liked` for what parcels are left."""
    places = [place for place in range(len(desk.places)) if any(row[place] for row in desk.rows)]
    sizes = range(1, min(most, len(places)) + 1)
    looks = sum(comb(len(places), size) for size in sizes) * len(desk.lines)
    if looks <= LOOKS_MAX // 2:
        plans = (desk.walk(subset) for size in sizes for subset in combinations(places, size))
        return min(plans, key=desk.worth)
    needs = [(line.quantity, row) for line, row in zip(desk.lines, desk.rows, strict=True)]
    filling = _one_by_one(needs, places, most)
    better = [place for place in sorted(liked) if place not in filling]
    nearer = filling + better[: most - len(filling)]
    return min((desk.walk(set(filling)), desk.walk(set(nearer))), key=desk.worth)
