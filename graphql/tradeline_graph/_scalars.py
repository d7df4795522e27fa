"""Scalars and small value types that every part of the graph shares."""

from __future__ import annotations

import decimal
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from tradeline import kernel
from tradeline_graph._scope import Scope, scoped

PositiveInt = NewType("PositiveInt", int)
DECIMAL_LENGTH_MAX = 24


def _parse_positive(value: object) -> PositiveInt:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a whole number of at least 1")
    if not 1 <= value <= kernel.QUANTITY_MAX:
        raise ValueError(f"must be a whole number from 1 to {kernel.QUANTITY_MAX}")
    return PositiveInt(value)


def _parse_decimal(value: object) -> decimal.Decimal:
    if not isinstance(value, str) or len(value) > DECIMAL_LENGTH_MAX:
        raise ValueError('must be a decimal in a string, such as "19.99"')
    try:
        parsed = decimal.Decimal(value)
    except decimal.InvalidOperation:
        raise ValueError('must be a decimal in a string, such as "19.99"') from None
    exponent = parsed.as_tuple().exponent
    if not isinstance(exponent, int) or exponent > 0 or exponent < -kernel.PRICE_DECIMALS_MAX:
        raise ValueError("must be finite, in plain notation, with at most 6 decimal places")
    return parsed


SCALARS: dict[object, ScalarDefinition] = {
    PositiveInt: strawberry.scalar(
        name="PositiveInt",
        description="A whole number from 1 to 1,000,000,000.",
        serialize=int,
        parse_value=_parse_positive,
    ),
    decimal.Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal in a string, such as "19.99". Never a float.',
        serialize=lambda value: f"{value:f}",
        parse_value=_parse_decimal,
    ),
}


@strawberry.type(
    description='A sum that can be paid, such as "19.99" "CNY".', directives=scoped(Scope.VALUE)
)
class Money:
    amount: decimal.Decimal
    currency: str

    @classmethod
    def of(cls, value: kernel.Money) -> Money:
        return cls(amount=value.decimal, currency=value.currency)

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        return cls.of(kernel.Money(minor, currency))


@strawberry.input(description='A sum that can be paid, such as "19.99" "CNY".')
class MoneyInput:
    amount: decimal.Decimal
    currency: str

    def to_model(self) -> kernel.Money:
        """Raises Rejected if the currency is unknown or has not that many decimal places."""
        try:
            return kernel.Money.parse(f"{self.amount:f}", self.currency)
        except ValueError as fault:
            raise kernel.refuse(
                kernel.InvalidValue(
                    path=("amount",), field="amount", rule=str(fault), rule_zh="金额或币种不正确"
                )
            ) from None


@strawberry.type(
    description="A count of whole units, such as 12 EA.", directives=scoped(Scope.VALUE)
)
class Quantity:
    amount: int
    unit: str

    @classmethod
    def of(cls, value: kernel.Quantity) -> Quantity:
        return cls(amount=value.amount, unit=value.unit)
