"""What may stand in the cell of a sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tradeline.kernel import Money, exponent_of

# A spreadsheet would take a text that begins so for a formula, and run it.
STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
DIGITS_MAX: Final = 15


def text_of(value: str) -> str:
    """A text that no spreadsheet takes for a formula, not even once it is saved as CSV."""
    return f"'{value}" if value.startswith(STARTS_FORMULA) else value


def number_of(money: Money) -> Decimal | None:
    """The sum as a number; None for one of more digits than a spreadsheet keeps."""
    return money.decimal if abs(money.minor) < 10**DIGITS_MAX else None


def number_format(currency: str) -> str:
    """How a spreadsheet writes a sum of the currency, such as #,##0.00."""
    places = exponent_of(currency)
    return "#,##0" + ("." + "0" * places if places else "")
