"""What a plan is made from, laid out: lines, warehouses as they are preferred, who has what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from tradeline.sourcing.model import Rules, Sources, SourcingLine, covers, distance_of

# By line: which places give how much, the first one first.
Given: TypeAlias = list[list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse as it is for this order. Lower distance, then priority, then id comes first."""

    tier: int
    org_id: int
    warehouse_id: int
    distance: int
    priority: int
    safety: int


class Desk:
    """One order to be planned. Lines and places are known by their index, and places are sorted:
    the better one is the one before."""

    def __init__(self, lines: Sequence[SourcingLine], sources: Sources, rules: Rules) -> None:
        self.lines = sorted(lines, key=lambda line: line.position)
        self.sources = sources
        self.rules = rules
        self.tiers = _ranked([it.tier for it in sources.tiers], rules.tiers)
        self.rank = {tier: rank for rank, tier in enumerate(self.tiers)}
        self.places = self._lay_out()
        self.of_tier: dict[int, list[int]] = {tier: [] for tier in self.tiers}
        for index, place in enumerate(self.places):
            self.of_tier[place.tier].append(index)
        stock = sources.stock
        self.components = [stock.components(line.sku_id) for line in self.lines]
        self.is_contended = self._meet()
        self.rows = [
            [self.usable(index, place) for place in range(len(self.places))]
            for index in range(len(self.lines))
        ]
        self.scores = [self._scores_of(index) for index in range(len(self.lines))]

    def usable(
        self, line: int, place: int, taken: Mapping[tuple[int, int], int] | None = None
    ) -> int:
        """How many units the place may give to the line, less what was `taken` there; none if
        they are too few for a line that is not split."""
        wanted = self.lines[line]
        standing = self.places[place]
        warehouse_id, safety = standing.warehouse_id, standing.safety
        excluded, free = self.sources.excluded, self.sources.stock.free
        if excluded and (warehouse_id, wanted.sku_id) in excluded:
            return 0
        units = None
        for sku_id, each in (self.components[line] or {wanted.sku_id: 1}).items():
            if excluded and (warehouse_id, sku_id) in excluded:
                return 0
            there = free(warehouse_id, sku_id) - safety
            if taken:
                there -= taken.get((warehouse_id, sku_id), 0)
            units = there // each if units is None else min(units, there // each)
        if units is None or units <= 0 or (self.rules.is_whole and units < wanted.quantity):
            return 0
        return units

    def order(self, line: int) -> Sequence[int]:
        """The tiers, as the line prefers them."""
        scores = self.scores[line]
        if scores is None:
            return self.tiers
        return sorted(self.tiers, key=lambda tier: (scores[tier], self.rank[tier]))

    def walk(self, allowed: Collection[int] | None = None) -> Given:
        """Let each line take from the best tiers what it needs, among the `allowed` places."""
        left = {tier: self.rules.left_of(tier) for tier in self.rules.quotas}
        taken: dict[tuple[int, int], int] = {}
        given: Given = []
        for index, line in enumerate(self.lines):
            need = line.quantity
            takes: list[tuple[int, int]] = []
            for tier in self.order(index):
                rest = left.get(tier)
                limit = need if rest is None else min(need, rest)
                if limit <= 0 or (self.rules.is_whole and limit < need):
                    continue
                places = self.of_tier[tier]
                if allowed is not None:
                    places = [place for place in places if place in allowed]
                part = self.allot(index, places, limit, taken)
                got = sum(quantity for _, quantity in part)
                need -= got
                if rest is not None:
                    left[tier] = rest - got
                takes += part
                if need == 0:
                    break
            given.append(takes)
        return given

    def allot(
        self, line: int, places: Sequence[int], quantity: int, taken: dict[tuple[int, int], int]
    ) -> list[tuple[int, int]]:
        """Take up to `quantity` from the places: all from the first that has so many, else what
        each has. What lines of one order share is counted in `taken`."""
        row = self.rows[line]
        if self.is_contended:
            standing = [(place, self.usable(line, place, taken)) for place in places]
        else:
            standing = [(place, row[place]) for place in places]
        takes = [(place, quantity) for place, units in standing if units >= quantity][:1]
        if not takes and not self.rules.is_whole:
            for place, units in standing:
                part = min(units, quantity)
                if part > 0:
                    takes.append((place, part))
                    quantity -= part
        if self.is_contended:
            self._count(line, takes, taken)
        return takes

    def worth(self, given: Given) -> tuple[int, Decimal | int, int, int, tuple[int, ...]]:
        """What is worse about a plan, the most important first: units that are missing, tiers
        that are far or dear, parcels, and places that come late."""
        missing = sum(line.quantity for line in self.lines)
        score: Decimal | int = 0
        ranks = 0
        used = set()
        for index, takes in enumerate(given):
            scores = self.scores[index]
            for place, quantity in takes:
                tier = self.places[place].tier
                rank = self.rank[tier]
                missing -= quantity
                ranks += quantity * rank
                score += quantity * (rank if scores is None else scores[tier])
                used.add(place)
        return missing, score, ranks, len(used), tuple(sorted(used))

    def _lay_out(self) -> list[Place]:
        region, rules = self.sources.region, self.rules
        places = []
        for source in self.sources.tiers:
            for standing in self.sources.stock.places(source.org_id):
                id = standing.warehouse_id
                near = any(covers(prefix, region) for prefix in rules.regions.get(id, ()))
                distance = 0 if near else distance_of(standing.region, region)
                safety = rules.safety(source.tier, id)
                places.append(
                    Place(source.tier, source.org_id, id, distance, standing.priority, safety)
                )
        if len(places) > 1:
            rank = self.rank
            places.sort(key=lambda it: (rank[it.tier], it.distance, it.priority, it.warehouse_id))
        return places

    def _meet(self) -> bool:
        """Whether two lines draw on the same SKU: themselves, or as parts of bundles."""
        if len(self.lines) == 1:
            return False
        seen: set[int] = set()
        for line, parts in zip(self.lines, self.components, strict=True):
            skus = (line.sku_id,) if parts is None else tuple(parts)
            if not seen.isdisjoint(skus):
                return True
            seen.update(skus)
        return False

    def _scores_of(self, line: int) -> dict[int, Decimal] | None:
        """What a unit from each tier is worth less, where costs are weighed and known of all the
        tiers that have any; None where nearness alone decides."""
        step = self.rules.step_minor
        if step is None:
            return None
        costs = self.sources.costs
        sku_id, row = self.lines[line].sku_id, self.rows[line]
        offering = [t for t in self.tiers if any(row[place] for place in self.of_tier[t])]
        if any((tier, sku_id) not in costs for tier in offering):
            return None
        return {
            tier: self.rank[tier] * step + costs.get((tier, sku_id), Decimal(0))
            for tier in self.tiers
        }

    def _count(
        self, line: int, takes: Sequence[tuple[int, int]], taken: dict[tuple[int, int], int]
    ) -> None:
        parts = self.components[line] or {self.lines[line].sku_id: 1}
        for place, quantity in takes:
            warehouse_id = self.places[place].warehouse_id
            for sku_id, each in parts.items():
                key = (warehouse_id, sku_id)
                taken[key] = taken.get(key, 0) + quantity * each


def _ranked(tiers: Sequence[int], preferred: Sequence[int]) -> list[int]:
    """Those that rules name come first, in their order; then the nearest."""
    if not preferred:
        return sorted(tiers)
    first = [tier for tier in preferred if tier in tiers]
    return first + sorted(tier for tier in tiers if tier not in first)
