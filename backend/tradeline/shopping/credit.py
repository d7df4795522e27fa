"""What sales make edges lend, and what they leave there that may still go back. Pure.

A sale uses no credit where its money comes down to an edge and the consumer pays at least what that
edge charges for it. What is lacking, or, above whoever collects, all that is charged, is lent by
whoever sells there, so it has to fit the credit that is free. What is left over is the buyer's,
and no credit while it may go back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from tradeline.catalog import Sellable
from tradeline.channels import Store, Tier
from tradeline.kernel import UnitPrice, exponent_of
from tradeline.marketing import CouponTerms
from tradeline.settlement import ExposureRelease
from tradeline.shopping.model import ORDER_DOCUMENT, Split, SplitPart
from tradeline.shopping.prices import BASIS_POINTS, EdgePrices, cost_of, in_minor, total_of
from tradeline.shopping.sales import OpenSale

Shelf = tuple[Sellable, UnitPrice, int]
# A part of a sale: of its line (None: freight), what it is for, its tier and its sum.
Part = tuple[int | None, SplitPart, int, int]


def shortfalls_of(tier_count: int, collector_tier: int, parts: Iterable[Part]) -> dict[int, int]:
    """By the tier of an edge's seller, what the buyer comes to owe there for a sale.

    Each line is by itself: what one brings lends nothing to another, for it may come back alone.
    """
    lacks: Counter[int] = Counter()
    for _, tier, minor in _debts(tier_count, collector_tier, parts):
        lacks[tier] += max(minor, 0)
    return {tier: minor for tier, minor in lacks.items() if minor}


def returnable_of(tier_count: int, collector_tier: int, parts: Iterable[Part]) -> dict[int, int]:
    """By the tier of an edge's seller, what is left in the buyer's favour there and goes back with
    the goods; of each line by itself, as for `shortfalls_of`."""
    rests: Counter[int] = Counter()
    for _, tier, minor in _debts(tier_count, collector_tier, parts):
        rests[tier] += max(-minor, 0)
    return {tier: minor for tier, minor in rests.items() if minor}


def returnable_by_line(
    tier_count: int, collector_tier: int, parts: Iterable[Part]
) -> dict[tuple[int, int | None], int]:
    """As `returnable_of`, of each line."""
    return {
        (tier, line): -minor
        for line, tier, minor in _debts(tier_count, collector_tier, parts)
        if minor < 0
    }


def parts_left(splits: Iterable[Split]) -> list[Part]:
    """What remains of a sale's parts."""
    return [
        (split.order_line_id, split.part, split.tier, split.remaining_minor) for split in splits
    ]


def returnable_on_edges(sale: OpenSale, parts: Sequence[Part]) -> dict[int, int]:
    """By edge, what may go back of it with these parts of a sale: nothing once it is final."""
    if sale.order.is_final:
        return {}
    found = returnable_of(len(sale.tiers), sale.order.collector_tier, parts)
    return {sale.edges[tier]: minor for tier, minor in found.items()}


def lent_for(tier: int) -> str:
    """What a hold of credit names beside the order, on the edge to the seller of that tier."""
    return f"{ORDER_DOCUMENT}_edge_{tier}"


def release_of(order_id: int, tier: int, minor: int) -> ExposureRelease:
    """What an order does not hold any more on that edge."""
    return ExposureRelease(reference_type=lent_for(tier), reference_id=order_id, amount_minor=minor)


def _debts(
    tier_count: int, collector_tier: int, parts: Iterable[Part]
) -> Iterator[tuple[int | None, int, int]]:
    """What each line makes the buyer of each edge owe, below zero where it is owed to it; the edge
    by the tier of its seller. Money that was collected above an edge comes down what is left of it;
    money that was collected below goes up."""
    nets: dict[int | None, list[int]] = defaultdict(lambda: [0] * tier_count)
    for line, part, tier, minor in parts:
        nets[line][tier] += -minor if part is SplitPart.COUPON else minor
    for line, net in nets.items():
        whole = sum(net)
        for tier, below in enumerate(accumulate(net[:-1]), start=1):
            yield line, tier, -below if tier <= collector_tier else whole - below


def tight_edges(
    store: Store, shelf: Sequence[Shelf], coupon: CouponTerms | None, prices: EdgePrices
) -> set[int]:
    """The edges that might have to lend: those above the collector that sell anything of it, and
    those that might charge more for some part of a line than the consumer pays for it, wherever the
    goods come from: by the dearest price, and for a single unit, where the fens that rounding moves
    weigh most."""
    goods, tight, borne = total_of([(price, units) for _, price, units in shelf]), set(), 0
    for tier in store.tiers[1:]:
        below = store.tiers[tier.tier - 1]
        borne += coupon.shares.get(below.org_id, 0) if coupon else 0
        off = min(coupon.value_minor, goods) * borne if coupon else 0
        left = 1 - Decimal(off) / (BASIS_POINTS * goods) if off else Decimal(1)
        # A fen each for the goods and their cost, and one for each tier's part of the coupon.
        moved = 2 + tier.tier
        if tier.relationship_id is not None and any(
            tier.tier > store.collector_tier or _in_minor(price) * left < dearest + moved
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
