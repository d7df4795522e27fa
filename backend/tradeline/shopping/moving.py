"""Units of a paid line that another source is to serve: whose their money is from then on. Pure.

The consumer pays nothing more and gets nothing back: what is taken of the old source's line is the
new lines', which pay the edges that they come by. What a tier bears of the coupon, it bears on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradeline.kernel import take
from tradeline.shopping.model import ConsumerOrderLine, Split, SplitPart
from tradeline.shopping.refunds import TakenBack, refund_freight, refund_units
from tradeline.shopping.splits import split_freight, split_goods


@dataclass(frozen=True, slots=True)
class NewSplit:
    """A part of a new line, or of the freight, and whose it is."""

    part: SplitPart
    tier: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MovedUnits:
    """Units that come from a tier now, and what of the old line's money goes with them."""

    tier: int
    quantity: int
    goods_minor: int
    coupon_minor: int
    splits: tuple[NewSplit, ...]


def move_units(
    line: ConsumerOrderLine,
    splits: Sequence[Split],
    moved: Mapping[int, int],
    costs: Mapping[int, Sequence[int]],
) -> tuple[TakenBack, list[MovedUnits]]:
    """Take units out of a line, and give them to other tiers: how many to each.

    `costs` are what the units from a tier come to on each edge, from the store's up to that tier.
    """
    units = sum(moved.values())
    back = refund_units(splits, units, line.remaining, line.kept_quantity)
    of_coupon = {split.id: split.tier for split in splits if split.part is SplitPart.COUPON}
    borne = {
        of_coupon[reversal.split_id]: reversal.amount_minor
        for reversal in back.reversals
        if reversal.split_id in of_coupon
    }
    goods, coupon = back.goods_minor, back.coupon_minor
    new: list[MovedUnits] = []
    for tier, quantity in sorted(moved.items()):
        # As a refund of them would be: the last units get what is left.
        goods_part, coupon_part = goods * quantity // units, coupon * quantity // units
        shares = dict(zip(borne, take(coupon_part, list(borne.values())), strict=True))
        borne = {payer: minor - shares[payer] for payer, minor in borne.items()}
        goods, coupon, units = goods - goods_part, coupon - coupon_part, units - quantity
        margins = split_goods(goods_part, costs[tier])
        parts = [NewSplit(SplitPart.GOODS, at, minor) for at, minor in margins.items()]
        parts += [NewSplit(SplitPart.COUPON, at, minor) for at, minor in shares.items() if minor]
        new.append(MovedUnits(tier, quantity, goods_part, coupon_part, tuple(parts)))
    return back, new


def move_freight(
    splits: Sequence[Split], from_tiers: set[int], parcels: Mapping[int, int]
) -> tuple[TakenBack, list[NewSplit]]:
    """Give the rest of the freight of tiers that ship nothing any more to those that do instead."""
    freight = [
        split for split in splits if split.part is SplitPart.FREIGHT and split.tier in from_tiers
    ]
    left = sum(split.remaining_minor for split in freight)
    if not left or not parcels:
        return TakenBack(), []
    shares = split_freight(left, parcels)
    new = [NewSplit(SplitPart.FREIGHT, tier, minor) for tier, minor in shares.items()]
    return refund_freight(freight, left), new
