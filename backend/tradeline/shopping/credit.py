"""Sales below cost: what a buyer on the route would come to owe beyond what is collected. Pure.

A sale uses no credit where the consumer pays at least what each edge charges for it. What is
lacking is lent by whoever sells on that edge, so it has to fit the credit that is free there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from tradeline.catalog import Sellable
from tradeline.channels import Store, Tier
from tradeline.kernel import UnitPrice
from tradeline.marketing import CouponTerms
from tradeline.shopping.model import SplitPart
from tradeline.shopping.prices import BASIS_POINTS, EdgePrices, cost_of, total_of

Shelf = tuple[Sellable, UnitPrice, int]


def shortfalls_of(tier_count: int, splits: Iterable[tuple[SplitPart, int, int]]) -> dict[int, int]:
    """By the tier of an edge's seller, by how much the parts of all below it are less than
    nothing: of each part what it is for, its tier and its sum."""
    nets = [0] * tier_count
    for part, tier, minor in splits:
        nets[tier] += -minor if part is SplitPart.COUPON else minor
    below = list(accumulate(nets))
    return {tier + 1: -minor for tier, minor in enumerate(below[:-1]) if minor < 0}


def tight_edges(
    store: Store, shelf: Sequence[Shelf], coupon: CouponTerms | None, prices: EdgePrices
) -> set[int]:
    """The edges that might charge more than the consumer pays, wherever the goods come from: by
    the dearest price for any part of a line, and a fen of rounding for each."""
    goods, tight, borne = total_of([(price, units) for _, price, units in shelf]), set(), 0
    for tier in store.tiers[1:]:
        below = store.tiers[tier.tier - 1]
        borne += coupon.shares.get(below.org_id, 0) if coupon else 0
        off = -(-coupon.value_minor * borne // BASIS_POINTS) if coupon else 0
        costs = [_most(store, tier.tier, sku, units, prices) for sku, _, units in shelf]
        if goods - off < sum(costs) and tier.relationship_id is not None:
            tight.add(tier.relationship_id)
    return tight


def _most(store: Store, tier: int, sku: Sellable, units: int, prices: EdgePrices) -> int:
    """The most that an edge charges for units, in whatever parts; nothing where it sells none."""
    found = [cost_of(store, tier, sku, quantity, prices) for quantity in {1, units}]
    each = [UnitPrice(it.unit_price, it.currency) for it in found if it is not None]
    return max((price.times(units).minor + 1 for price in each), default=0)


def exceeds(
    tiers: Sequence[Tier],
    shortfalls: Mapping[int, int],
    credit: Mapping[int, int],
    taken: Mapping[int, int],
) -> bool:
    """Whether some edge lends less than it would have to, after what others have `taken`."""
    return any(
        minor > credit.get(edge, 0) - taken.get(edge, 0)
        for tier, minor in shortfalls.items()
        if (edge := tiers[tier].relationship_id) is not None
    )
