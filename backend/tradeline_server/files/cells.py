"""Sums in the cells of a sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tradeline.kernel import Money, exponent_of

DIGITS_MAX: Final = 15


def number_of(money: Money) -> Decimal | None:
    """The sum as a number; None for one of more digits than a spreadsheet keeps."""
    return money.decimal if abs(money.minor) < 10**DIGITS_MAX else None


def number_format(currency: str) -> str:
    """How a spreadsheet writes a sum of the currency, such as #,##0.00."""
    places = exponent_of(currency)
    return "#,##0" + ("." + "0" * places if places else "")
