"""Whose the money of a sale is, and how it goes back. Pure; every fen is somebody's.

A tier's goods are what the tier below pays it less what it pays the tier above; the coupon is borne
in the shares that were agreed; the freight is of whoever ships (ADR 0021). What goes back of it is
in `refunds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tradeline.kernel import take
from tradeline.settlement import ObligationKind


@dataclass(frozen=True, slots=True)
class EdgeDebt:
    """What a sale, or a refund of it, makes the two sides of an edge owe: `kind` says who owes
    whom, and a sum below zero is the other way round."""

    tier: int
    kind: ObligationKind
    amount_minor: int


def split_goods(goods_minor: int, costs: Sequence[int]) -> dict[int, int]:
    """A line's goods by tier; `costs` are what it comes to on each edge, from the store's up to
    that of its source. A tier that sells below its cost gets less than nothing."""
    prices = (goods_minor, *costs, 0)
    margins = [price - cost for price, cost in pairwise(prices)]
    return {tier: margin for tier, margin in enumerate(margins) if margin}


def split_freight(freight_minor: int, parcels: Mapping[int, int]) -> dict[int, int]:
    """The freight by tier, as many parcels as each of them sends."""
    if not freight_minor:
        return {}
    tiers = sorted(parcels)
    parts = take(freight_minor, [parcels[tier] * freight_minor for tier in tiers])
    return {tier: part for tier, part in zip(tiers, parts, strict=True) if part}


def edge_debts(
    goods: Mapping[int, int],
    coupon: Mapping[int, int],
    freight: Mapping[int, int],
    *,
    captured_minor: int,
    collector_tier: int,
    tier_top: int,
) -> list[EdgeDebt]:
    """What every edge of a route owes for a sale, from sums by tier; debts of nothing are left out.

    Of the goods and the freight each buyer owes what is all the tiers' above it; of the coupon
    each seller owes what those bear; and the money walks down from who collected it.
    """
    debts: list[EdgeDebt] = []
    for edge in range(1, tier_top + 1):
        collected = captured_minor if edge <= collector_tier else 0
        sums = (
            (ObligationKind.GOODS, _from(edge, goods)),
            (ObligationKind.FREIGHT, _from(edge, freight)),
            (ObligationKind.COST_SHARE, _from(edge, coupon)),
            (ObligationKind.COLLECTED, collected),
        )
        debts += [EdgeDebt(edge, kind, amount) for kind, amount in sums if amount]
    return debts


def _from(tier: int, sums: Mapping[int, int]) -> int:
    return sum(amount for at, amount in sums.items() if at >= tier)
