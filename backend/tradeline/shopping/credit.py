"""Sales below cost: what a buyer on the route would come to owe beyond what is collected. Pure.

A sale uses no credit where the consumer pays at least what each edge charges for it. What is
lacking is lent by whoever sells on that edge, so it has to fit the credit that is free there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from tradeline.catalog import Sellable
from tradeline.channels import Store, Tier
from tradeline.kernel import UnitPrice, exponent_of
from tradeline.marketing import CouponTerms
from tradeline.shopping.model import SplitPart
from tradeline.shopping.prices import BASIS_POINTS, EdgePrices, cost_of, in_minor, total_of

Shelf = tuple[Sellable, UnitPrice, int]


def shortfalls_of(
    tier_count: int, splits: Iterable[tuple[int | None, SplitPart, int, int]]
) -> dict[int, int]:
    """By the tier of an edge's seller, by how much the parts of all below it are less than
    nothing: of each part its line (None: freight), what it is for, its tier and its sum.

    Each line is by itself: what one brings lends nothing to another, for it may come back alone.
    """
    nets: dict[int | None, list[int]] = defaultdict(lambda: [0] * tier_count)
    for line, part, tier, minor in splits:
        nets[line][tier] += -minor if part is SplitPart.COUPON else minor
    lacks: Counter[int] = Counter()
    for net in nets.values():
        for tier, minor in enumerate(list(accumulate(net))[:-1]):
            lacks[tier + 1] += max(-minor, 0)
    return {tier: minor for tier, minor in lacks.items() if minor}


def tight_edges(
    store: Store, shelf: Sequence[Shelf], coupon: CouponTerms | None, prices: EdgePrices
) -> set[int]:
    """The edges that might charge more for some part of a line than the consumer pays for it,
    wherever the goods come from: by the dearest price, and for a single unit, where the fens that
    rounding moves weigh most."""
    goods, tight, borne = total_of([(price, units) for _, price, units in shelf]), set(), 0
    for tier in store.tiers[1:]:
        below = store.tiers[tier.tier - 1]
        borne += coupon.shares.get(below.org_id, 0) if coupon else 0
        off = min(coupon.value_minor, goods) * borne if coupon else 0
        left = 1 - Decimal(off) / (BASIS_POINTS * goods) if off else Decimal(1)
        # A fen each for the goods and their cost, and one for each tier's part of the coupon.
        moved = 2 + tier.tier
        if tier.relationship_id is not None and any(
            _in_minor(price) * left < dearest + moved
            for sku, price, units in shelf
            if (dearest := _dearest(store, tier.tier, sku, units, prices)) is not None
        ):
            tight.add(tier.relationship_id)
    return tight


def _dearest(
    store: Store, tier: int, sku: Sellable, units: int, prices: EdgePrices
) -> Decimal | None:
    """The most that an edge charges for one of so many units; None where it sells none."""
    found = [cost_of(store, tier, sku, quantity, prices) for quantity in {1, units}]
    return max((in_minor(it) for it in found if it is not None), default=None)


def _in_minor(price: UnitPrice) -> Decimal:
    return price.amount.scaleb(exponent_of(price.currency))


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
