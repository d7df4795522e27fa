"""What refunds take back, by the worked example: three parties, a coupon of 20.01, freight 6.00."""

import pytest

from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.refunds import (
    TakenBack,
    concede_freight,
    concede_price,
    conceded_minor,
    freight_left_minor,
    refund_all_freight,
    refund_freight,
    refund_units,
    refundable_minor,
    reverse,
    worth_minor,
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
        self.splits += [
            Split(
                id=100 + number,
                order_id=1,
                order_line_id=line_id,
                part=SplitPart.CONCESSION,
                tier=0,
                org_id=0,
                entity_id=0,
                original_minor=0,
            )
            for number, line_id in enumerate(sums)
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
    price = sale.take(concede_price(sale.of(1), 1000))
    others = sale.take(refund_units(sale.of(1), 2, 2))
    second = sale.take(refund_units(sale.of(2), 1, 1))
    freight = sale.take(refund_freight(sale.of(None), 600))

    assert first == (6577, (1760, 1060, 4170), (41, 124, 248))
    # The store alone gives the price, and gets it back with the goods.
    assert price == (1000, (1000, 0, 0), (0, 0, 0))
    assert others == (12154, (3520 - 1000, 2120, 8340), (83, 247, 496))
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
    assert sale.take(concede_price(sale.of(1), 93))[0] == 93

    assert sale.take(refund_units(sale.of(1), 1, 2))[0] == 0
    assert sale.take(refund_units(sale.of(1), 1, 1))[0] == 0
    assert set(sale.remaining) == {0}


def test_no_more_units_or_money_than_remain_can_be_asked_back() -> None:
    sale = Sale(EXAMPLE)

    for wrong in (
        lambda: refund_units(sale.of(1), 4, 3),
        lambda: refund_units(sale.of(1), 0, 3),
        lambda: concede_price(sale.of(1), refundable_minor(sale.of(1)) + 1),
        lambda: concede_price(sale.of(1), 0),
        lambda: concede_freight(sale.of(None), 601),
        lambda: refund_freight(sale.of(None), freight_left_minor(sale.of(None)) + 1),
    ):
        with pytest.raises(ValueError, match="cannot"):
            wrong()


def test_units_that_the_store_keeps_are_its_own_cost_and_others_come_back_as_if_it_had_not() -> (
    None
):
    sale = Sale(EXAMPLE)

    kept = sale.take(concede_price(sale.of(1), worth_minor(sale.of(1), 1, 3)))
    others = sale.take(refund_units(sale.of(1), 2, 2, kept_units=1))

    assert kept == (6577, (6577, 0, 0), (0, 0, 0))
    # Two of three for the trader and the brand, whose third unit stays sold.
    assert others == (13154, (3520, 2120, 8340), (83, 247, 496))
    by_tier = [
        sum(
            split.remaining_minor * (-1 if split.part is COUPON else 1)
            for split in sale.of(1)
            if split.tier == tier
        )
        for tier in range(3)
    ]
    assert by_tier == [-4858, 936, 3922]
    assert sum(by_tier) == 0 == refundable_minor(sale.of(1))


def test_freight_that_the_store_gave_is_its_own_again_once_all_of_it_goes_back() -> None:
    sale = Sale(EXAMPLE)

    assert sale.take(concede_freight(sale.of(None), 250)) == (250, (250, 0, 0), (0, 0, 0))
    assert freight_left_minor(sale.of(None)) == 350
    assert conceded_minor(sale.of(None)) == 250
    assert sale.take(refund_all_freight(sale.splits)) == (350, (-250, 0, 600), (0, 0, 0))
    assert freight_left_minor(sale.of(None)) == 0
