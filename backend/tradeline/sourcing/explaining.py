"""A finished plan, with the reason of each choice and of each that was not made."""

from __future__ import annotations

from collections.abc import Mapping

from tradeline.sourcing.desk import Desk, Given
from tradeline.sourcing.model import Part, Plan, Rejection
from tradeline.sourcing.words import Reason, ReasonCode


def explained(desk: Desk, given: Given, is_limited: bool) -> Plan:
    """The plan that gives so much. `is_limited` says that it had to do with fewer parcels than it
    would have liked."""
    spent = _quota_uses(desk, given)
    parts: list[Part] = []
    rejected: list[Rejection] = []
    unfilled: dict[int, int] = {}
    for index, line in enumerate(desk.lines):
        takes = sorted(given[index])
        missing = line.quantity - sum(quantity for _, quantity in takes)
        if missing:
            unfilled[line.position] = missing
        words = _Line(desk, index, dict(takes), missing, is_limited, spent)
        for place, quantity in takes:
            it = desk.places[place]
            reasons = (words.why_tier(place), words.why_place(place))
            parts.append(
                Part(
                    line.position,
                    line.sku_id,
                    it.tier,
                    it.org_id,
                    it.warehouse_id,
                    quantity,
                    reasons,
                )
            )
        for place, it in enumerate(desk.places):
            if place not in words.takes:
                reason = words.why_not(place)
                rejected.append(
                    Rejection(line.position, it.tier, it.org_id, it.warehouse_id, reason)
                )
    uses = {tier: quantity for tier, quantity in spent.items() if quantity}
    return Plan(tuple(parts), tuple(rejected), unfilled, uses)


def _quota_uses(desk: Desk, given: Given) -> dict[int, int]:
    """How much comes from each tier that has a quota."""
    spent = dict.fromkeys(desk.rules.quotas, 0)
    if spent:
        for takes in given:
            for place, quantity in takes:
                tier = desk.places[place].tier
                if tier in spent:
                    spent[tier] += quantity
    return spent


class _Line:
    """One line of a finished plan, which says why it is as it is."""

    def __init__(
        self,
        desk: Desk,
        index: int,
        takes: Mapping[int, int],
        missing: int,
        is_limited: bool,
        spent: Mapping[int, int],
    ) -> None:
        self.desk = desk
        self.index = index
        self.line = desk.lines[index]
        self.row = desk.rows[index]
        self.takes = takes
        self.missing = missing
        self.is_limited = is_limited
        self.spent = spent
        self.order = list(desk.order(index))
        self.offering = [
            tier for tier in self.order if any(self.row[it] for it in desk.of_tier[tier])
        ]
        self.giving = {desk.places[place].tier for place in takes}
        # The last tier that was needed; those that come after it never had their turn.
        self.reached = max((self.order.index(tier) for tier in self.giving), default=-1)

    def why_tier(self, place: int) -> Reason:
        tier = self.desk.places[place].tier
        before = self.order[: self.order.index(tier)]
        given = sum(
            quantity
            for other, quantity in self.takes.items()
            if self.desk.places[other].tier in before
        )
        if given:
            return self._rest(given)
        if self.offering == [tier]:
            return Reason(ReasonCode.ONLY_TIER)
        if self.is_limited and any(other in self.offering for other in before):
            return Reason(ReasonCode.FEWEST_PARCELS)
        if self.desk.scores[self.index] is not None:
            return Reason(ReasonCode.CHEAPEST_TIER)
        if tier in self.desk.rules.tiers:
            return Reason(ReasonCode.PREFERRED_TIER)
        return Reason(ReasonCode.NEAREST_TIER)

    def why_place(self, place: int) -> Reason:
        mine = self.desk.places[place]
        others = [it for it in self.desk.of_tier[mine.tier] if self.row[it] and it != place]
        idle = [it for it in others if it not in self.takes]
        if not others:
            return Reason(ReasonCode.ONLY_WAREHOUSE)
        if any(it < place for it in idle):
            return Reason(ReasonCode.FEWEST_PARCELS)
        if idle:
            if self.desk.places[idle[0]].distance > mine.distance:
                return Reason(ReasonCode.NEAREST_REGION)
            return Reason(ReasonCode.FIRST_PRIORITY)
        if place < others[0]:
            if self.desk.places[others[0]].distance > mine.distance:
                return Reason(ReasonCode.NEAREST_REGION)
            return Reason(ReasonCode.FIRST_PRIORITY)
        return self._rest(sum(self.takes[it] for it in others if it < place))

    def why_not(self, place: int) -> Reason:
        it = self.desk.places[place]
        if not self.row[place]:
            return self._why_none(place)
        if self.order.index(it.tier) > self.reached and not self.missing:
            return Reason(ReasonCode.LATER_TIER)
        if it.tier in self.giving and not self.missing:
            last = max(other for other in self.takes if self.desk.places[other].tier == it.tier)
            if place < last:
                return Reason(ReasonCode.MORE_PARCELS)
            if it.distance > self.desk.places[last].distance:
                return Reason(ReasonCode.FARTHER)
            return Reason(ReasonCode.LATER_PRIORITY)
        left = self.desk.rules.left_of(it.tier)
        if left is not None and left - self.spent[it.tier] < (
            self.line.quantity if self.desk.rules.is_whole else 1
        ):
            return Reason(ReasonCode.QUOTA_SPENT, {"left": left})
        if self.is_limited:
            most = self.desk.rules.parcels_max or 0
            return Reason(ReasonCode.TOO_MANY_PARCELS, {"parcels_max": most})
        return Reason(ReasonCode.NEEDED_BEFORE)

    def _why_none(self, place: int) -> Reason:
        """Why a warehouse may give none at all to the line."""
        it, sku_id = self.desk.places[place], self.line.sku_id
        parts = self.desk.components[self.index] or {sku_id: 1}
        excluded = self.desk.sources.excluded
        if any((it.warehouse_id, each) in excluded for each in (sku_id, *parts)):
            return Reason(ReasonCode.EXCLUDED)
        free = self.desk.sources.stock.free(it.warehouse_id, sku_id)
        if free <= 0:
            return Reason(ReasonCode.NO_STOCK)
        if it.safety and (not self.desk.rules.is_whole or free >= self.line.quantity):
            return Reason(ReasonCode.SAFETY_STOCK, {"free": free, "kept": it.safety})
        return Reason(ReasonCode.NOT_WHOLE, {"free": free, "wanted": self.line.quantity})

    def _rest(self, given: int) -> Reason:
        data = {"wanted": self.line.quantity, "given": given}
        return Reason(ReasonCode.REST_OF_LINE, data)
