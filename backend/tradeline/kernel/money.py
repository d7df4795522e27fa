"""Money: sums that can be paid, prices per unit, and the one way to split a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

# Minor units per major unit, as a power of ten (ISO 4217). A currency that is not named is refused.
EXPONENTS = {"CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0, "TWD": 2, "USD": 2}
MINOR_MAX = 10**15
PRICE_DECIMALS_MAX = 6


def exponent_of(currency: str) -> int:
    """Decimal places of a currency; raises ValueError for one that is not traded in."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"{currency} is not a currency that is traded in here") from None


@dataclass(frozen=True, slots=True)
class Money:
    """A sum that can be paid: `Money(1999, "CNY")` is 19.99 yuan. Never a float."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a decimal such as "19.99"; ValueError if it has more places than can be paid."""
        amount = Decimal(text).scaleb(exponent_of(currency))
        if not amount.is_finite() or amount != amount.to_integral_value():
            raise ValueError(f"{text} is not an amount of {currency}")
        if abs(amount) > MINOR_MAX:
            raise ValueError(f"{text} {currency} is more than can be handled")
        return cls(int(amount), currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same_currency(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same_currency(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.decimal:,f} {self.currency}"

    def _same_currency(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs, in major units: a screw may cost 0.0375 yuan."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError("a unit price is a finite decimal, zero or more")

    def times(self, units: int) -> Money:
        """The sum for so many units, rounded half up to the minor unit."""
        exact = (self.amount * units).scaleb(exponent_of(self.currency))
        return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), self.currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def take(amount: int, remaining: Sequence[int]) -> list[int]:
    """Take `amount` out of what remains, in proportion: largest remainder, ties to the left.

    The parts sum to `amount`, none exceeds what remains of it, and taking everything returns
    `remaining` itself; so any sequence of takes ends exactly at zero. (The share x·r/R is at
    most r, and r is whole, hence the share rounded up is at most r too.)
    """
    total = sum(remaining)
    if not 0 <= amount <= total or min(remaining, default=0) < 0:
        raise ValueError(f"cannot take {amount} from {list(remaining)}")
    if amount == 0:
        return [0] * len(remaining)
    shares = [divmod(amount * part, total) for part in remaining]
    taken = [share for share, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-shares[i][1], i))
    for index in by_remainder[: amount - sum(taken)]:
        taken[index] += 1
    return taken


def take_share(minor: int, units: int, units_remaining: int) -> int:
    """The part of a remaining sum that belongs to `units` of the remaining units.

    Rounded half up; the last units take all that is left, so that partial deliveries and
    partial returns of a line end exactly at its total. 0 <= units <= units_remaining.
    """
    if not 0 <= units <= units_remaining:
        raise ValueError(f"cannot take {units} of {units_remaining} units")
    if units == units_remaining:
        return minor
    return (2 * minor * units + units_remaining) // (2 * units_remaining)
