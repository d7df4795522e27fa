"""What refunds take back, by the worked example: three parties, a coupon of 20.01, freight 6.00."""

import pytest

from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.refunds import (
    TakenBack,
    freight_left_minor,
    refund_freight,
    refund_price,
    refund_units,
    refundable_minor,
    reverse,
)

GOODS, COUPON, FREIGHT = SplitPart.GOODS, SplitPart.COUPON, SplitPart.FREIGHT
# Of each line, or of none: what the retailer, the trader and the brand get of each part.
EXAMPLE = {
    1: {GOODS: (5280, 3180, 12510), COUPON: (124, 371, 744)},
    2: {GOODS: (3050, 1840, 8010), COUPON: (76, 229, 457)},
    None: {FREIGHT: (0, 0, 600)},
}


class Sale:
    """The split of a sale, while refunds take from it."""

    def __init__(self, sums: dict[int | None, dict[SplitPart, tuple[int, ...]]]) -> None:
        rows = [
            (line_id, part, tier, minor)
            for line_id, parts in sums.items()
            for part, shares in parts.items()
            for tier, minor in enumerate(shares)
            if minor
        ]
        self.splits = [
            Split(
                id=number,
                order_id=1,
                order_line_id=line_id,
                part=part,
                tier=tier,
                org_id=tier,
                entity_id=tier,
                original_minor=minor,
            )
            for number, (line_id, part, tier, minor) in enumerate(rows, 1)
        ]

    def of(self, line_id: int | None) -> list[Split]:
        return [split for split in self.splits if split.order_line_id == line_id]

    def take(self, back: TakenBack) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
        """The cash, and by tier what is taken of goods (or freight) and of the coupon."""
        self.splits = reverse(self.splits, back.reversals)
        by_id = {split.id: split for split in self.splits}
        goods, coupon = [0, 0, 0], [0, 0, 0]
        for reversal in back.reversals:
            split = by_id[reversal.split_id]
            (coupon if split.part is COUPON else goods)[split.tier] += reversal.amount_minor
        return back.cash_minor, tuple(goods), tuple(coupon)

    @property
    def remaining(self) -> list[int]:
        return [split.remaining_minor for split in self.splits]


def test_the_worked_example_comes_out_to_the_last_fen_and_ends_at_zero() -> None:
    sale = Sale(EXAMPLE)

    first = sale.take(refund_units(sale.of(1), 1, 3))
    price = sale.take(refund_price(sale.of(1), 1000))
    others = sale.take(refund_units(sale.of(1), 2, 2))
    second = sale.take(refund_units(sale.of(2), 1, 1))
    freight = sale.take(refund_freight(sale.of(None), 600))

    assert first == (6577, (1760, 1060, 4170), (41, 124, 248))
    assert price == (1000, (267, 161, 634), (6, 19, 37))
    assert others == (12154, (3253, 1959, 7706), (77, 228, 459))
    assert second == (12138, (3050, 1840, 8010), (76, 229, 457))
    assert freight == (600, (0, 0, 600), (0, 0, 0))
    assert 6577 + 1000 + 12154 + 12138 + 600 == 32469
    assert set(sale.remaining) == {0}


def test_whoever_sold_below_cost_gets_the_loss_back_in_proportion() -> None:
    sale = Sale({1: {GOODS: (-300, 500, 800), COUPON: (100,)}})

    assert sale.take(refund_units(sale.of(1), 1, 3)) == (300, (-99, 166, 266), (33, 0, 0))
    assert sale.take(refund_units(sale.of(1), 2, 2)) == (600, (-201, 334, 534), (67, 0, 0))
    assert set(sale.remaining) == {0}


def test_units_that_cost_nothing_give_back_what_moved_between_the_parties() -> None:
    sale = Sale({1: {GOODS: (-900, 300, 600)}})

    assert sale.take(refund_units(sale.of(1), 1, 3)) == (0, (-300, 100, 200), (0, 0, 0))
    assert sale.take(refund_units(sale.of(1), 2, 2)) == (0, (-600, 200, 400), (0, 0, 0))
    assert set(sale.remaining) == {0}


def test_a_line_that_the_coupon_paid_gives_back_no_money_and_all_shares() -> None:
    sale = Sale({1: {GOODS: (100, 200, 300), COUPON: (60, 180, 360)}})

    assert refundable_minor(sale.of(1)) == 0
    assert sale.take(refund_units(sale.of(1), 2, 2)) == (0, (100, 200, 300), (60, 180, 360))


def test_units_can_be_given_back_after_their_whole_price_was() -> None:
    sale = Sale({1: {GOODS: (-10, 110), COUPON: (7,)}})
    assert sale.take(refund_price(sale.of(1), 93))[0] == 93

    assert refund_units(sale.of(1), 1, 2) == TakenBack()


def test_no_more_units_or_money_than_remain_can_be_asked_back() -> None:
    sale = Sale(EXAMPLE)

    for wrong in (
        lambda: refund_units(sale.of(1), 4, 3),
        lambda: refund_units(sale.of(1), 0, 3),
        lambda: refund_price(sale.of(1), refundable_minor(sale.of(1)) + 1),
        lambda: refund_price(sale.of(1), 0),
        lambda: refund_freight(sale.of(None), freight_left_minor(sale.of(None)) + 1),
    ):
        with pytest.raises(ValueError, match="cannot"):
            wrong()
