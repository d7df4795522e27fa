"""Laws of credit: whatever comes back of a sale, its edges lend no more than they agreed to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.property.shopping.test_refund_laws import lines
from tradeline.shopping.credit import parts_left, returnable_of, shortfalls_of
from tradeline.shopping.debts import sums_of_splits
from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.refunds import concede_price, refund_units, refundable_minor, reverse
from tradeline.shopping.splits import edge_debts

TIERS = 4


def owed(splits: list[Split], collector: int) -> dict[int, int]:
    """What the buyers of edges owe for what is left of a line, by the tier of the seller."""
    left = [
        Split(
            id=split.id,
            order_id=1,
            order_line_id=1,
            part=split.part,
            tier=split.tier,
            org_id=split.org_id,
            entity_id=split.entity_id,
            original_minor=split.remaining_minor,
        )
        for split in splits
    ]
    sums = sums_of_splits(left)
    found = dict.fromkeys(range(1, TIERS), 0)
    for debt in edge_debts(
        sums.goods,
        sums.coupon,
        sums.freight,
        captured_minor=refundable_minor(left),
        collector_tier=collector,
        tier_top=TIERS - 1,
    ):
        found[debt.tier] += debt.amount_minor * (1 if debt.kind.owed_by == "buyer" else -1)
    return found


def taken(splits: list[Split], collector: int) -> dict[int, int]:
    """What a line takes of the credit of edges: what is owed, and what may go back."""
    rests = returnable_of(TIERS, collector, parts_left(splits))
    return {tier: minor + rests.get(tier, 0) for tier, minor in owed(splits, collector).items()}


@given(lines(), st.integers(0, TIERS - 1))
def test_a_sale_takes_of_credit_what_it_is_lent_and_no_more(
    line: tuple[int, list[Split]], collector: int
) -> None:
    _, splits = line
    lent = shortfalls_of(TIERS, collector, parts_left(splits))

    assert taken(splits, collector) == {tier: lent.get(tier, 0) for tier in range(1, TIERS)}


@given(lines(), st.integers(0, TIERS - 1), st.data())
def test_whatever_comes_back_takes_no_more_credit_but_for_fens_that_rounding_moves(
    line: tuple[int, list[Split]], collector: int, data: st.DataObject
) -> None:
    units, splits = line
    before = taken(splits, collector)
    while units:
        back = data.draw(st.integers(1, units))
        splits = reverse(splits, refund_units(splits, back, units).reversals)
        units -= back
        now = taken(splits, collector)
        assert all(now[tier] <= max(before[tier], 0) + 2 * TIERS for tier in now)
    assert set(now.values()) == {0}
    assert returnable_of(TIERS, collector, parts_left(splits)) == {}


@given(lines(), st.integers(1, TIERS - 1), st.data())
def test_what_a_store_gives_of_what_it_has_left_takes_no_credit(
    line: tuple[int, list[Split]], collector: int, data: st.DataObject
) -> None:
    _, splits = line
    before = taken(splits, collector)
    rests = returnable_of(TIERS, collector, parts_left(splits))
    least = min(rests.get(tier, 0) for tier in range(1, collector + 1))
    if least < 1 or refundable_minor(splits) < 1:
        return
    minor = data.draw(st.integers(1, min(least, refundable_minor(splits))))

    splits = reverse(splits, concede_price(splits, minor).reversals)

    assert taken(splits, collector) == before
    assert any(split.part is SplitPart.CONCESSION and split.reversed_minor for split in splits)
