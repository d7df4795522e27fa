"""Laws of refunds: in whatever order, no fen is lost and nobody gives back more than it got."""

from hypothesis import given
from hypothesis import strategies as st

from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.refunds import (
    TakenBack,
    refund_price,
    refund_units,
    refundable_minor,
    reverse,
)

MINOR = st.integers(0, 50_000)


@st.composite
def lines(draw: st.DrawFn) -> tuple[int, list[Split]]:
    """A line of some units: what each tier pays the next, hence margins of any sign."""
    units = draw(st.integers(1, 12))
    paid = draw(MINOR)
    costs = [paid, *draw(st.lists(MINOR, max_size=3))]
    margins = [cost - above for cost, above in zip(costs, [*costs[1:], 0], strict=True)]
    coupon = draw(st.integers(0, paid))
    cuts = sorted(draw(st.lists(st.integers(0, coupon), max_size=len(costs) - 1)))
    shares = [end - begin for begin, end in zip([0, *cuts], [*cuts, coupon], strict=True)]
    rows = [(SplitPart.GOODS, tier, minor) for tier, minor in enumerate(margins)]
    rows += [(SplitPart.COUPON, tier, minor) for tier, minor in enumerate(shares)]
    return units, [
        Split(
            id=number,
            order_id=1,
            order_line_id=1,
            part=part,
            tier=tier,
            org_id=tier,
            entity_id=tier,
            original_minor=minor,
        )
        for number, (part, tier, minor) in enumerate(rows, 1)
        if minor
    ]


def check(splits: list[Split], back: TakenBack) -> list[Split]:
    """The rows afterwards; what is taken is the sum of its rows, each within what remained."""
    by_id = {split.id: split for split in splits}
    sums = {SplitPart.GOODS: 0, SplitPart.COUPON: 0}
    for reversal in back.reversals:
        remaining = by_id[reversal.split_id].remaining_minor
        assert min(remaining, 0) <= reversal.amount_minor <= max(remaining, 0)
        sums[by_id[reversal.split_id].part] += reversal.amount_minor
    assert sums == {SplitPart.GOODS: back.goods_minor, SplitPart.COUPON: back.coupon_minor}
    assert 0 <= back.coupon_minor <= back.goods_minor
    return reverse(splits, back.reversals)


@given(lines(), st.data())
def test_any_sequence_of_refunds_gives_back_exactly_what_was_paid_and_ends_at_zero(
    line: tuple[int, list[Split]], data: st.DataObject
) -> None:
    units, splits = line
    paid, given_back = refundable_minor(splits), 0
    while units:
        most = refundable_minor(splits)
        if most and data.draw(st.booleans()):
            back = refund_price(splits, data.draw(st.integers(1, most)))
        else:
            some = data.draw(st.integers(1, units))
            back = refund_units(splits, some, units)
            units -= some
        splits = check(splits, back)
        given_back += back.cash_minor

    assert given_back == paid
    assert all(split.remaining_minor == 0 for split in splits)
