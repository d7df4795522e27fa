"""Scalars and small value types that every part of the graph shares."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from typing import NewType, TypeVar

import strawberry
from strawberry.types.scalar import ScalarDefinition

from tradeline import kernel
from tradeline_graph._scope import Scope, scoped

PositiveInt = NewType("PositiveInt", int)
Day = TypeVar("Day", datetime.date, datetime.datetime)
DECIMAL_LENGTH_MAX = 24
TIME_LENGTH_MAX = 40

# Nothing that is traded lies outside of them, and the ends of what Python and PostgreSQL can count
# are no times but infinities, which come back as what no reader expects.
YEARS = range(2000, 2200)


class UnusableValue(ValueError):
    """A value that the caller is to mend: told as it is, never masked."""


def _parse_positive(value: object) -> PositiveInt:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= kernel.QUANTITY_MAX:
        return PositiveInt(value)
    raise UnusableValue(f"must be a whole number from 1 to {kernel.QUANTITY_MAX}")


def _parse_decimal(value: object) -> decimal.Decimal:
    if not isinstance(value, str) or len(value) > DECIMAL_LENGTH_MAX:
        raise UnusableValue('must be a decimal in a string, such as "19.99"')
    try:
        parsed = decimal.Decimal(value)
    except decimal.InvalidOperation:
        raise UnusableValue('must be a decimal in a string, such as "19.99"') from None
    exponent = parsed.as_tuple().exponent
    if not isinstance(exponent, int) or exponent > 0 or exponent < -kernel.PRICE_DECIMALS_MAX:
        raise UnusableValue("must be finite, in plain notation, with at most 6 decimal places")
    return parsed


def _parse_date(value: object) -> datetime.date:
    parsed = _from_iso(datetime.date.fromisoformat, value)
    if parsed is None:
        raise UnusableValue('must be a day in a string, such as "2026-03-31"')
    return _in_years(parsed)


def _parse_datetime(value: object) -> datetime.datetime:
    parsed = _from_iso(datetime.datetime.fromisoformat, value)
    if parsed is None or parsed.utcoffset() is None:
        raise UnusableValue(
            'must be a moment with its offset in a string, such as "2026-03-31T16:00:00+08:00"'
        )
    return _in_years(parsed)


def _from_iso(read: Callable[[str], Day], value: object) -> Day | None:
    if not isinstance(value, str) or len(value) > TIME_LENGTH_MAX:
        return None
    try:
        return read(value)
    except ValueError:
        return None


def _in_years(value: Day) -> Day:
    if value.year not in YEARS:
        raise UnusableValue(f"must lie in the years {YEARS.start} to {YEARS.stop - 1}")
    return value


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
    datetime.date: strawberry.scalar(
        name="Date",
        description='A day from 2000 to 2199, such as "2026-03-31".',
        serialize=lambda value: value.isoformat(),
        parse_value=_parse_date,
    ),
    datetime.datetime: strawberry.scalar(
        name="DateTime",
        description='A moment from 2000 to 2199 with its offset, such as "2026-03-31T08:00:00Z".',
        serialize=lambda value: value.isoformat(),
        parse_value=_parse_datetime,
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

    def to_model(self, field: str) -> kernel.Money:
        """Raises Rejected, leading into the input's `field`, if the currency is unknown or has
        not that many decimal places."""
        try:
            kernel.exponent_of(self.currency)
        except ValueError as fault:
            raise _refused(field, "currency", str(fault), "不支持该币种") from None
        try:
            return kernel.Money.parse(f"{self.amount:f}", self.currency)
        except ValueError as fault:
            raise _refused(
                field, "amount", str(fault), "小数位数不得多于该币种所允许的，金额也不得过大"
            ) from None


def _refused(field: str, part: str, rule: str, rule_zh: str) -> kernel.Rejected:
    return kernel.refuse(
        kernel.InvalidValue(path=(field, part), field=part, rule=rule, rule_zh=rule_zh)
    )


@strawberry.type(
    description="A count of whole units, such as 12 EA.", directives=scoped(Scope.VALUE)
)
class Quantity:
    amount: int
    unit: str

    @classmethod
    def of(cls, value: kernel.Quantity) -> Quantity:
        return cls(amount=value.amount, unit=value.unit)
