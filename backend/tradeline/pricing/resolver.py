"""The one price resolver, for lists, carts, orders and quotes alike. Pure.

tests/property/pricing/oracle.py says the same slowly and in plain words; it is the definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tradeline.kernel import UnitPrice
from tradeline.organizations import PriceStrategy
from tradeline.pricing.model import (
    BEGINNING,
    CONTRACT_LEVELS,
    RANKS,
    Candidate,
    PriceBreak,
    PriceLevel,
    PriceRequest,
    PriceResolution,
    PriceStep,
    RejectedPrice,
    RejectionReason,
)

BREAKS_MAX = 20


def resolve_price(
    request: PriceRequest,
    candidates: Iterable[Candidate],
    strategy: PriceStrategy,
    at: datetime,
    *,
    currency: str,
    base_unit: str,
) -> PriceResolution:
    """The price of a request among all prices of its SKU in the lists that apply to its edge.

    First whatever does not count is rejected. Within a level the winner is the price for the
    asked pack before one for the base unit; then the highest quantity break; then the latest
    begin; then the lowest price; then the first made. Across levels the strategy decides:
    `priority` takes the highest level, `lowest` the cheapest base unit (of equals the higher
    level), `contract_only` as priority among contracts and quotes. `currency` and `base_unit`
    are the edge's and the SKU's.
    """
    rejected: list[RejectedPrice] = []
    levels: dict[PriceLevel, list[Candidate]] = {}
    for candidate in candidates:
        reason = rejection_of(candidate, request, strategy, at, currency)
        if reason is None:
            levels.setdefault(candidate.level, []).append(candidate)
        else:
            rejected.append(RejectedPrice(candidate=candidate, reason=reason))
    steps: list[PriceStep] = []
    running: Candidate | None = None
    for level in sorted(levels, key=RANKS.__getitem__):
        heard = levels[level]
        winner = _winner(heard)
        rejected += [
            RejectedPrice(
                candidate=loser, reason=RejectionReason.OUTRANKED, outranked_by=winner.price_id
            )
            for loser in heard
            if loser is not winner
        ]
        running = _running(running, winner, strategy, request)
        steps.append(
            PriceStep(
                candidate=winner,
                running_price_id=running.price_id,
                running_unit_price=running.unit_price,
                running_unit=running.unit,
            )
        )
    is_per_pack = running is not None and running.pack_id is not None
    return PriceResolution(
        currency=currency,
        strategy=strategy,
        at=at,
        base_quantity=request.base_quantity,
        price=running,
        priced_quantity=request.pack_quantity if is_per_pack else request.base_quantity,
        priced_unit=base_unit if running is None else running.unit,
        steps=tuple(steps),
        rejected=tuple(sorted(rejected, key=_place_of_rejected)),
    )


def find_price(
    request: PriceRequest,
    candidates: Iterable[Candidate],
    strategy: PriceStrategy,
    at: datetime,
    currency: str,
) -> Candidate | None:
    """The price that `resolve_price` comes to, without how: for whom the price is enough."""
    levels: dict[PriceLevel, list[Candidate]] = {}
    for candidate in candidates:
        if rejection_of(candidate, request, strategy, at, currency) is None:
            levels.setdefault(candidate.level, []).append(candidate)
    running: Candidate | None = None
    for level in sorted(levels, key=RANKS.__getitem__):
        running = _running(running, _winner(levels[level]), strategy, request)
    return running


def rejection_of(
    candidate: Candidate,
    request: PriceRequest,
    strategy: PriceStrategy,
    at: datetime,
    currency: str,
) -> RejectionReason | None:
    """Why a candidate does not count, by itself; None if it does. The first reason is given."""
    c = candidate
    if not c.list_is_active:
        return RejectionReason.LIST_INACTIVE
    if c.list_valid_from is not None and at < c.list_valid_from:
        return RejectionReason.LIST_NOT_YET_VALID
    if c.list_valid_to is not None and at >= c.list_valid_to:
        return RejectionReason.LIST_EXPIRED
    if c.valid_from is not None and at < c.valid_from:
        return RejectionReason.PRICE_NOT_YET_VALID
    if c.valid_to is not None and at >= c.valid_to:
        return RejectionReason.PRICE_EXPIRED
    if c.currency != currency:
        return RejectionReason.OTHER_CURRENCY
    if c.pack_id is not None and c.pack_id != request.pack_id:
        return RejectionReason.OTHER_PACK
    if request.base_quantity < c.quantity_minimum:
        return RejectionReason.BELOW_QUANTITY
    if strategy is PriceStrategy.CONTRACT_ONLY and c.level not in CONTRACT_LEVELS:
        return RejectionReason.LEVEL_NOT_ALLOWED
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSheet:
    """All that may decide the price of one SKU on one edge at one moment."""

    relationship_id: int
    seller_org_id: int
    sku_id: int
    currency: str
    strategy: PriceStrategy
    base_unit: str
    at: datetime
    candidates: tuple[Candidate, ...]

    def resolve(self, request: PriceRequest) -> PriceResolution:
        return resolve_price(
            request,
            self.candidates,
            self.strategy,
            self.at,
            currency=self.currency,
            base_unit=self.base_unit,
        )

    def resolve_for(self, org_id: int, request: PriceRequest) -> PriceResolution:
        """What an organization on this edge is told: the seller all, its buyer what holds."""
        resolution = self.resolve(request)
        return resolution if org_id == self.seller_org_id else resolution.for_buyer()

    def breaks(self, pack_id: int, pack_units: int, minimum: int) -> list[PriceBreak]:
        """What is paid at which quantity, ordered by the pack, from `minimum` base units on.

        Only quantities at which the price changes; at most 20, in whole packs; none while there
        is no price.
        """
        points = {minimum, *(c.quantity_minimum for c in self.candidates)}
        packs = sorted({-(-point // pack_units) for point in points if point >= minimum})
        found: list[PriceBreak] = []
        for pack_quantity in packs:
            request = PriceRequest(
                relationship_id=self.relationship_id,
                sku_id=self.sku_id,
                pack_id=pack_id,
                pack_units=pack_units,
                pack_quantity=pack_quantity,
            )
            price = find_price(request, self.candidates, self.strategy, self.at, self.currency)
            if price is None:
                continue
            unit_price = UnitPrice(price.unit_price, self.currency)
            if not found or (found[-1].unit_price, found[-1].unit) != (unit_price, price.unit):
                found.append(
                    PriceBreak(
                        quantity_minimum=request.base_quantity,
                        unit_price=unit_price,
                        unit=price.unit,
                    )
                )
        return found[:BREAKS_MAX]


def _winner(heard: Sequence[Candidate]) -> Candidate:
    """Of the prices of one level."""
    return heard[0] if len(heard) == 1 else min(heard, key=_rank_in_level)


def _running(
    before: Candidate | None, winner: Candidate, strategy: PriceStrategy, request: PriceRequest
) -> Candidate:
    """The price that holds once the winner of one more level is heard."""
    if (
        before is None
        or strategy is not PriceStrategy.LOWEST
        or _per_base_unit(winner, request) <= _per_base_unit(before, request)
    ):
        return winner
    return before


def _rank_in_level(candidate: Candidate) -> tuple[bool, int, timedelta, Decimal, int]:
    """The smallest wins. A price without a begin is older than any with one."""
    return (
        candidate.pack_id is None,
        -candidate.quantity_minimum,
        BEGINNING - (candidate.valid_from or BEGINNING),
        candidate.unit_price,
        candidate.price_id,
    )


def _per_base_unit(candidate: Candidate, request: PriceRequest) -> Fraction:
    """Exact; a price for a pack is spread over its units."""
    units = 1 if candidate.pack_id is None else request.pack_units
    return Fraction(candidate.unit_price) / units


def _place_of_rejected(rejected: RejectedPrice) -> tuple[int, int, int]:
    """By level, then as price lists are read: by break, then in the order made."""
    candidate = rejected.candidate
    return RANKS[candidate.level], candidate.quantity_minimum, candidate.price_id
