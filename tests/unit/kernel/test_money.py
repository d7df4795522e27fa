"""Sums that can be paid, prices per unit, and splitting a sum."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tradeline.kernel import Money, UnitPrice, exponent_of, take, take_share


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("19.99", "CNY", 1999),
        ("19.9", "CNY", 1990),
        ("19.9900", "CNY", 1999),
        ("-0.01", "GBP", -1),
        ("0", "CNY", 0),
        ("1200", "JPY", 1200),
        ("10000000000000.00", "CNY", 10**15),
    ],
)
def test_money_reads_what_can_be_paid(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("0.001", "CNY"),
        ("0.5", "JPY"),
        ("10000000000000.01", "CNY"),
        ("NaN", "CNY"),
        ("Infinity", "CNY"),
        ("-Infinity", "CNY"),
        ("1.00", "XXX"),
        ("1.00", "cny"),
    ],
)
def test_money_refuses_what_cannot_be_paid(text: str, currency: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        Money.parse(text, currency)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1999, "CNY"), "19.99 CNY"),
        (Money(1900, "CNY"), "19.00 CNY"),
        (Money(-5, "GBP"), "-0.05 GBP"),
        (Money(123456789, "CNY"), "1,234,567.89 CNY"),
        (Money(1200, "JPY"), "1,200 JPY"),
    ],
)
def test_money_reads_as_people_write_it(money: Money, text: str) -> None:
    assert str(money) == text


def test_money_adds_up_within_a_currency_only() -> None:
    assert Money(5, "CNY") + Money(7, "CNY") - Money(20, "CNY") == -Money(8, "CNY")
    with pytest.raises(ValueError, match="cannot mix CNY and GBP"):
        Money(5, "CNY") + Money(5, "GBP")
    with pytest.raises(ValueError, match="cannot mix"):
        Money(5, "CNY") - Money(5, "GBP")


def test_a_currency_that_is_not_traded_in_has_no_exponent() -> None:
    assert (exponent_of("CNY"), exponent_of("JPY")) == (2, 0)
    with pytest.raises(ValueError, match="BTC"):
        exponent_of("BTC")


@pytest.mark.parametrize(
    ("price", "units", "minor"),
    [
        ("0.0375", 100, 375),
        ("0.0375", 2, 8),  # 7.5 fen, half up
        ("0.0375", 1, 4),  # 3.75 fen
        ("0.005", 1, 1),  # half a fen, up
        ("0.004999", 1, 0),
        ("12.5", 0, 0),
        ("19.99", 3, 5997),
    ],
)
def test_a_price_times_units_rounds_half_up_once(price: str, units: int, minor: int) -> None:
    assert UnitPrice(Decimal(price), "CNY").times(units) == Money(minor, "CNY")


def test_a_price_in_a_currency_without_minor_units_rounds_to_the_whole() -> None:
    assert UnitPrice(Decimal("12.5"), "JPY").times(1) == Money(13, "JPY")


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_a_unit_price_is_finite_and_not_negative(amount: str) -> None:
    with pytest.raises(ValueError, match="finite decimal, zero or more"):
        UnitPrice(Decimal(amount), "CNY")


def test_a_unit_price_reads_without_an_exponent() -> None:
    assert str(UnitPrice(Decimal("1E+2"), "CNY")) == "100 CNY"
    assert str(UnitPrice(Decimal("0.0375"), "CNY")) == "0.0375 CNY"


@pytest.mark.parametrize(
    ("amount", "remaining", "taken"),
    [
        (100, [1, 1, 1], None),
        (2, [1, 1, 1], [1, 1, 0]),  # ties to the left
        (10, [20, 10], [7, 3]),  # 6.67 and 3.33
        (30, [20, 10], [20, 10]),
        (0, [20, 10], [0, 0]),
        (0, [], []),
        (5, [0, 5], [0, 5]),
    ],
)
def test_taking_follows_the_largest_remainder(
    amount: int, remaining: list[int], taken: list[int] | None
) -> None:
    if taken is None:
        with pytest.raises(ValueError, match="cannot take"):
            take(amount, remaining)
    else:
        assert take(amount, remaining) == taken


@pytest.mark.parametrize(("amount", "remaining"), [(-1, [5]), (1, [5, -1]), (1, [])])
def test_nothing_is_taken_that_is_not_there(amount: int, remaining: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        take(amount, remaining)


def test_three_partial_returns_of_an_odd_sum_end_at_nothing() -> None:
    first = take_share(1000, 1, 3)
    second = take_share(1000 - first, 1, 2)
    third = take_share(1000 - first - second, 1, 1)

    assert (first, second, third) == (333, 334, 333)


@pytest.mark.parametrize(("units", "remaining"), [(-1, 3), (4, 3)])
def test_no_share_is_taken_of_units_that_are_not_there(units: int, remaining: int) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        take_share(1000, units, remaining)
