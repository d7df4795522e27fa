"""Laws of refunds: in whatever order, no fen is lost and nobody gives back more than it got."""

from hypothesis import given
from hypothesis import strategies as st

from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.refunds import (
    TakenBack,
    concede_price,
    refund_units,
    refundable_minor,
    reverse,
    worth_minor,
)

MINOR = st.integers(0, 50_000)


@st.composite
def lines(draw: st.DrawFn) -> tuple[int, list[Split]]:
    """A line of some units: what each tier pays the next, hence margins of any sign; and a store
    that has conceded nothing yet."""
    units = draw(st.integers(1, 12))
    paid = draw(MINOR)
    costs = [paid, *draw(st.lists(MINOR, max_size=3))]
    margins = [cost - above for cost, above in zip(costs, [*costs[1:], 0], strict=True)]
    coupon = draw(st.integers(0, paid))
    cuts = sorted(draw(st.lists(st.integers(0, coupon), max_size=len(costs) - 1)))
    shares = [end - begin for begin, end in zip([0, *cuts], [*cuts, coupon], strict=True)]
    rows = [(SplitPart.GOODS, tier, minor) for tier, minor in enumerate(margins)]
    rows += [(SplitPart.COUPON, tier, minor) for tier, minor in enumerate(shares)]
    rows.append((SplitPart.CONCESSION, 0, 0))
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
        if minor or part is SplitPart.CONCESSION
    ]


def check(splits: list[Split], back: TakenBack) -> list[Split]:
    """The rows afterwards; what is taken is the sum of its rows, each within what remained. What
    the store concedes is beside its parts, and never comes to less than nothing."""
    by_id = {split.id: split for split in splits}
    goods, coupon = 0, 0
    for reversal in back.reversals:
        split = by_id[reversal.split_id]
        if split.part is SplitPart.CONCESSION:
            assert split.reversed_minor + reversal.amount_minor >= 0
        else:
            remaining = split.remaining_minor
            assert min(remaining, 0) <= reversal.amount_minor <= max(remaining, 0)
        if split.part is SplitPart.COUPON:
            coupon += reversal.amount_minor
        else:
            goods += reversal.amount_minor
    assert (goods, coupon) == (back.goods_minor, back.coupon_minor)
    assert 0 <= back.coupon_minor <= back.goods_minor
    return reverse(splits, back.reversals)


@given(lines(), st.data())
def test_any_sequence_of_refunds_gives_back_exactly_what_was_paid_and_ends_at_zero(
    line: tuple[int, list[Split]], data: st.DataObject
) -> None:
    ordered, splits = line
    units, kept, gifts = ordered, 0, 4
    paid, given_back = refundable_minor(splits), 0
    while units:
        most = refundable_minor(splits)
        some = data.draw(st.integers(1, units))
        deed = data.draw(st.sampled_from(["price", "keep", "return"]))
        worth = worth_minor(splits, some, units)
        if deed == "price" and most and gifts:
            back, gifts = concede_price(splits, data.draw(st.integers(1, most))), gifts - 1
        elif deed == "keep":
            back = concede_price(splits, worth) if worth else TakenBack()
            units, kept = units - some, kept + some
        else:
            back = refund_units(splits, some, units, kept)
            units -= some
        splits = check(splits, back)
        given_back += back.cash_minor

    assert given_back == paid
    assert refundable_minor(splits) == 0
    # What is left of others' parts is what the store has kept and paid for.
    if not kept:
        assert all(split.remaining_minor == 0 for split in splits)


@given(lines(), st.data())
def test_what_the_store_gives_alone_changes_nobody_elses_part(
    line: tuple[int, list[Split]], data: st.DataObject
) -> None:
    units, splits = line
    most = refundable_minor(splits)
    if not most:
        return
    back = concede_price(splits, data.draw(st.integers(1, most)))

    after = reverse(splits, back.reversals)

    assert [split for split in after if split.tier] == [split for split in splits if split.tier]
    # And what comes back later does so for them as if it had given nothing.
    alike = [
        {
            it.split_id: it.amount_minor
            for it in refund_units(rows, 1, units).reversals
            if any(split.id == it.split_id and split.tier for split in rows)
        }
        for rows in (splits, after)
    ]
    assert alike[0] == alike[1]
