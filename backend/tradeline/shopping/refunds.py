"""What a refund takes back, and from whom: out of what remains of the split, fen by fen. Pure.

Prices and rules are never asked again: the split was frozen at placement, and every refund takes
out of what earlier ones left of it. So any sequence of refunds ends at zero, for the consumer and
for each party.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tradeline.kernel import take
from tradeline.shopping.model import Split, SplitPart


@dataclass(frozen=True, slots=True)
class Reversal:
    """So much of one row of the split is taken back; below zero where its row is."""

    split_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What one step takes back of a sale: in goods, coupon and freight, and of which rows."""

    goods_minor: int = 0
    coupon_minor: int = 0
    freight_minor: int = 0
    reversals: tuple[Reversal, ...] = ()

    @property
    def cash_minor(self) -> int:
        """What the consumer gets: the coupon was never paid."""
        return self.goods_minor - self.coupon_minor + self.freight_minor

    def __add__(self, other: TakenBack) -> TakenBack:
        return TakenBack(
            self.goods_minor + other.goods_minor,
            self.coupon_minor + other.coupon_minor,
            self.freight_minor + other.freight_minor,
            self.reversals + other.reversals,
        )


NOTHING = TakenBack()


def refund_units(
    splits: Sequence[Split], units: int, remaining_units: int, kept_units: int = 0
) -> TakenBack:
    """Take back `units` of the units that remain of a line, at what remains of its sums.

    `splits` are the line's. The parts are rounded down, so that the last unit gets what is left.
    `kept_units` came back at the store's own cost: for all others they are still sold, so that
    theirs is taken as of so many more. What the store has conceded of these units it gets back,
    as the consumer gets no more than what was left of the price.
    """
    if not 0 < units <= remaining_units:
        raise ValueError(f"cannot give back {units} of {remaining_units} units")
    sold = remaining_units + kept_units
    goods, coupon = _rests(splits, SplitPart.GOODS), _rests(splits, SplitPart.COUPON)
    goods_minor = sum(goods.values()) * units // sold
    coupon_minor = sum(coupon.values()) * units // sold
    back = take_signed(goods, goods_minor, units, sold)
    taken = TakenBack(
        goods_minor=goods_minor,
        coupon_minor=coupon_minor,
        reversals=(*back, *take_signed(coupon, coupon_minor, units, sold)),
    )
    left = worth_minor(splits, units, remaining_units)
    return taken + _take_concession(splits, taken.cash_minor - left)


def refundable_minor(splits: Sequence[Split]) -> int:
    """The most that may be given back of what was paid for a line."""
    coupon = sum(_rests(splits, SplitPart.COUPON).values())
    return sum(_rests(splits, SplitPart.GOODS).values()) - coupon - conceded_minor(splits)


def worth_minor(splits: Sequence[Split], units: int, remaining_units: int) -> int:
    """What is left of what was paid for so many of the units that remain of a line."""
    return refundable_minor(splits) * units // remaining_units


def conceded_minor(splits: Sequence[Split]) -> int:
    """What the store has given back out of its own pocket, beside all parts."""
    return -sum(_rests(splits, SplitPart.CONCESSION).values())


def concede_price(splits: Sequence[Split], cash_minor: int) -> TakenBack:
    """Give back some of what was paid for a line, at the cost of the store alone. Its concession
    is among the splits."""
    most = refundable_minor(splits)
    if not 0 < cash_minor <= most:
        raise ValueError(f"cannot give back {cash_minor} of {most}")
    return TakenBack(goods_minor=cash_minor, reversals=(_concession(splits, cash_minor),))


def freight_left_minor(splits: Sequence[Split]) -> int:
    """What is left of the freight that the consumer paid."""
    freight = sum(_rests(splits, SplitPart.FREIGHT).values())
    return freight - conceded_minor(_of_freight(splits))


def refund_freight(splits: Sequence[Split], freight_minor: int) -> TakenBack:
    """Give back some of the freight, out of the parts of those who got it."""
    rests = _rests(splits, SplitPart.FREIGHT)
    return TakenBack(freight_minor=freight_minor, reversals=take_signed(rests, freight_minor, 1, 1))


def refund_all_freight(splits: Sequence[Split]) -> TakenBack:
    """Give back the rest of the freight; what the store has conceded of it is its own again."""
    own = _of_freight(splits)
    back = refund_freight(splits, sum(_rests(splits, SplitPart.FREIGHT).values()))
    conceded = conceded_minor(own)
    if not conceded:
        return back
    return back + TakenBack(freight_minor=-conceded, reversals=(_concession(own, -conceded),))


def concede_freight(splits: Sequence[Split], freight_minor: int) -> TakenBack:
    """Give back some of the freight, at the cost of the store alone."""
    most = freight_left_minor(splits)
    if not 0 < freight_minor <= most:
        raise ValueError(f"cannot give back {freight_minor} of {most}")
    row = _concession(_of_freight(splits), freight_minor)
    return TakenBack(freight_minor=freight_minor, reversals=(row,))


def take_signed(
    rests: Mapping[int, int], amount: int, units: int, remaining_units: int
) -> tuple[Reversal, ...]:
    """Take `amount` out of signed rests, by row: in proportion, and never beyond any row's rest.

    A store that sells below cost has a row below zero. It shrinks in the same proportion as the
    whole, or as the units where the whole is nothing, and the rows above zero give what is taken
    and what the others lose besides. Taking all returns every rest itself.
    """
    whole = sum(rests.values())
    above = {row: rest for row, rest in rests.items() if rest > 0}
    below = {row: -rest for row, rest in rests.items() if rest < 0}
    part, of = (amount, whole) if whole > 0 else (units, remaining_units)
    lost = sum(below.values()) * part // of
    back = dict(zip(above, take(amount + lost, list(above.values())), strict=True))
    for row, minor in zip(below, take(lost, list(below.values())), strict=True):
        back[row] = -minor
    return tuple(Reversal(row, back[row]) for row in rests if back.get(row))


def reverse(splits: Iterable[Split], reversals: Iterable[Reversal]) -> list[Split]:
    """The rows as they are once so much is taken back."""
    back: dict[int, int] = defaultdict(int)
    for reversal in reversals:
        back[reversal.split_id] += reversal.amount_minor
    return [
        replace(split, reversed_minor=split.reversed_minor + back[split.id]) for split in splits
    ]


def _rests(splits: Iterable[Split], part: SplitPart) -> dict[int, int]:
    """What remains of each row of a part, by its id, in the order of the tiers."""
    ordered = sorted(splits, key=lambda split: (split.tier, split.id))
    return {split.id: split.remaining_minor for split in ordered if split.part is part}


def _take_concession(splits: Sequence[Split], minor: int) -> TakenBack:
    """Give a concession back to the store, never more than it was; below zero it grows."""
    minor = min(minor, conceded_minor(splits))
    if not minor:
        return NOTHING
    return TakenBack(goods_minor=-minor, reversals=(_concession(splits, -minor),))


def _concession(splits: Sequence[Split], minor: int) -> Reversal:
    row = next(split for split in splits if split.part is SplitPart.CONCESSION)
    return Reversal(row.id, minor)


def _of_freight(splits: Sequence[Split]) -> list[Split]:
    return [split for split in splits if split.order_line_id is None]
