"""The definition of a price, in plain words and by brute force.

`tradeline.pricing.resolve_price` must say exactly what this says. It is slow on purpose: nothing
is sorted, nothing is grouped, each question is asked of each price again.

1. Everything in money is an exact fraction. The line's own quantity is packs x units of a pack.
2. A price does not count if (the first that is true is its reason) its list is inactive, not yet
   valid, expired; the price itself is not yet valid, expired; it is in another currency than the
   edge; it is for another pack than the one asked for; its quantity break is above the line's
   quantity; or the edge takes contract prices only and the list is neither contract nor quote.
   A time span holds from its begin on, until just before its end.
3. Of two prices that count, on one level, the better one is the one for the pack; then the one
   with the higher break; then the one that began later (one without a begin is the oldest); then
   the cheaper one; then the one made first. A level's winner is the price that no other on its
   level is better than.
4. The levels are heard from base to quote. Under 'priority' and 'contract_only' each winner takes
   over from the one before. Under 'lowest' it does so only if a base unit costs no more.
5. The price is that of the last who took over, times packs if it is for the pack, else times base
   units, rounded half up to the minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import floor

from tradeline.organizations import PriceStrategy
from tradeline.pricing import Candidate, PriceRequest

LEVELS = ["base", "tier", "region", "group", "contract", "quote"]

Verdict = tuple[str, int | None]
"""A reason, and by which price it was outranked."""


def define_price(
    request: PriceRequest,
    prices: Sequence[Candidate],
    strategy: PriceStrategy,
    at: datetime,
    currency: str,
    minor_units: int,
) -> tuple[int | None, int | None, list[tuple[int, int]], dict[int, Verdict]]:
    """The chosen price's id; the amount in minor units; for each level's winner, its id and the
    id of the price that held then; and for each other price why it does not count."""
    winners: list[Candidate] = []
    verdicts: dict[int, Verdict] = {}
    for price in prices:
        reason = why_not(price, request, strategy, at, currency)
        if reason is not None:
            verdicts[price.price_id] = (reason, None)
            continue
        rivals = [
            other
            for other in prices
            if other.level == price.level
            and why_not(other, request, strategy, at, currency) is None
        ]
        best = next(r for r in rivals if not any(is_better(other, r) for other in rivals))
        if best is price:
            winners.append(price)
        else:
            verdicts[price.price_id] = ("outranked", best.price_id)

    running: Candidate | None = None
    steps: list[tuple[int, int]] = []
    for level in LEVELS:
        for winner in winners:
            if winner.level != level:
                continue
            if (
                running is None
                or strategy != "lowest"
                or base_unit_cost(winner, request) <= base_unit_cost(running, request)
            ):
                running = winner
            steps.append((winner.price_id, running.price_id))
    if running is None:
        return None, None, steps, verdicts
    count = request.pack_quantity
    if running.pack_id is None:
        count = request.pack_quantity * request.pack_units
    exact = Fraction(running.unit_price) * count * minor_units
    return running.price_id, floor(exact + Fraction(1, 2)), steps, verdicts


def why_not(
    price: Candidate, request: PriceRequest, strategy: PriceStrategy, at: datetime, currency: str
) -> str | None:
    if not price.list_is_active:
        return "list_inactive"
    if price.list_valid_from is not None and price.list_valid_from > at:
        return "list_not_yet_valid"
    if price.list_valid_to is not None and price.list_valid_to <= at:
        return "list_expired"
    if price.valid_from is not None and price.valid_from > at:
        return "price_not_yet_valid"
    if price.valid_to is not None and price.valid_to <= at:
        return "price_expired"
    if price.currency != currency:
        return "other_currency"
    if price.pack_id is not None and price.pack_id != request.pack_id:
        return "other_pack"
    if price.quantity_minimum > request.pack_quantity * request.pack_units:
        return "below_quantity"
    if strategy == "contract_only" and price.level not in ("contract", "quote"):
        return "level_not_allowed"
    return None


def is_better(one: Candidate, other: Candidate) -> bool:
    if (one.pack_id is None) != (other.pack_id is None):
        return one.pack_id is not None
    if one.quantity_minimum != other.quantity_minimum:
        return one.quantity_minimum > other.quantity_minimum
    if one.valid_from != other.valid_from:
        if one.valid_from is None or other.valid_from is None:
            return one.valid_from is not None
        return one.valid_from > other.valid_from
    if one.unit_price != other.unit_price:
        return one.unit_price < other.unit_price
    return one.price_id < other.price_id


def base_unit_cost(price: Candidate, request: PriceRequest) -> Fraction:
    if price.pack_id is None:
        return Fraction(price.unit_price)
    return Fraction(price.unit_price) / request.pack_units
