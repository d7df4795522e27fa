"""Laws of splitting sums: exact, never too much, and always down to nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tradeline.kernel import Money, UnitPrice, exponent_of, take, take_share
from tradeline.kernel.money import EXPONENTS, MINOR_MAX

parts = st.lists(st.integers(0, 10**12), min_size=1, max_size=20)
currencies = st.sampled_from(sorted(EXPONENTS))


@given(parts, st.data())
def test_taking_is_exact_and_never_more_than_remains(
    remaining: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, sum(remaining)))

    taken = take(amount, remaining)

    assert sum(taken) == amount
    assert all(0 <= part <= left for part, left in zip(taken, remaining, strict=True))


@given(parts, st.data())
def test_each_part_is_its_share_but_for_less_than_one(
    remaining: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, sum(remaining)))

    taken = take(amount, remaining)

    total = sum(remaining) or 1
    for part, left in zip(taken, remaining, strict=True):
        assert abs(Fraction(amount * left, total) - part) < 1


@given(parts, st.data())
def test_any_sequence_of_takes_ends_at_nothing(remaining: list[int], data: st.DataObject) -> None:
    left = list(remaining)
    for _ in range(5):
        amount = data.draw(st.integers(0, sum(left)))
        left = [a - b for a, b in zip(left, take(amount, left), strict=True)]
    left = [a - b for a, b in zip(left, take(sum(left), left), strict=True)]

    assert left == [0] * len(remaining)


@given(parts)
def test_taking_everything_returns_what_remained(remaining: list[int]) -> None:
    assert take(sum(remaining), remaining) == remaining


@given(st.integers(0, MINOR_MAX), st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_shares_of_all_units_sum_to_the_whole(minor: int, deliveries: list[int]) -> None:
    units_left, minor_left = sum(deliveries), minor

    for units in deliveries:
        share = take_share(minor_left, units, units_left)
        assert 0 <= share <= minor_left
        assert share == minor_left or abs(share - Fraction(minor_left * units, units_left)) <= (
            Fraction(1, 2)
        )
        minor_left -= share
        units_left -= units

    assert minor_left == 0


@given(st.integers(-MINOR_MAX, MINOR_MAX), currencies)
def test_money_reads_what_it_writes(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert Money.parse(f"{money.decimal:f}", currency) == money


@given(
    st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False),
    st.integers(0, 10**6),
    currencies,
)
def test_a_price_times_units_is_the_exact_product_rounded_half_up(
    price: Decimal, units: int, currency: str
) -> None:
    exact = Fraction(price) * units * 10 ** exponent_of(currency)

    minor = UnitPrice(price, currency).times(units).minor

    assert minor == (2 * exact + 1) // 2
