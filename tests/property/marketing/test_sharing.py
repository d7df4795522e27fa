"""What holds of a coupon's parts whatever the lines and shares are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradeline.kernel import take
from tradeline.marketing import share_coupon

grosses = st.dictionaries(st.integers(1, 20), st.integers(0, 10**9), min_size=1, max_size=8).filter(
    lambda lines: sum(lines.values()) > 0
)
shares = st.dictionaries(st.integers(0, 5), st.integers(1, 10_000), min_size=1, max_size=5)


@given(grosses, shares, st.data())
def test_each_line_and_each_party_has_exactly_its_part(
    gross: dict[int, int], tiers: dict[int, int], data: st.DataObject
) -> None:
    coupon = data.draw(st.integers(0, sum(gross.values())))

    borne = share_coupon(coupon, gross, tiers)

    assert set(borne) == {(line, tier) for line in gross for tier in tiers}
    assert min(borne.values()) >= 0
    lines = sorted(gross)
    by_line = dict(zip(lines, take(coupon, [gross[line] for line in lines]), strict=True))
    for line in gross:
        assert sum(borne[line, tier] for tier in tiers) == by_line[line] <= gross[line]
    total = sum(tiers.values())
    for tier, weight in tiers.items():
        mine = sum(borne[line, tier] for line in gross)
        assert abs(mine * total - coupon * weight) < total
    assert sum(borne.values()) == coupon


@given(grosses, shares, st.data())
def test_in_whatever_order_they_come_the_parts_are_the_same(
    gross: dict[int, int], tiers: dict[int, int], data: st.DataObject
) -> None:
    coupon = data.draw(st.integers(0, sum(gross.values())))
    lines = dict(data.draw(st.permutations(list(gross.items()))))
    parties = dict(data.draw(st.permutations(list(tiers.items()))))

    assert share_coupon(coupon, lines, parties) == share_coupon(coupon, gross, tiers)
