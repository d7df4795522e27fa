"""What a sale comes to for each party: what was found in the books, beside what has to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Where a party's result shows; what is credited is earned.
PROFIT_AND_LOSS: Final = (
    "consumer_sales",
    "revenue",
    "purchases",
    "promotions",
    "freight",
    "fees",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One party after a sale, in minor units: its `margin`; the `balance` of its accounts with the
    parties next to it, which is above zero where they owe it; what lies with WeChat (`provider`);
    and what it holds on others' behalf (`collections`), which has to be nothing."""

    margin: int = 0
    balance: int = 0
    provider: int = 0
    collections: int = 0


NOTHING: Final = Position()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a scenario. Sums of money are minor units; the others count something."""

    name: str
    party: str = ""
    expected: int
    found: int
    is_money: bool = True

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


def position_of(sums: Mapping[tuple[int, str], int], org_id: int) -> Position:
    """From what each account has moved (debits count)."""
    return Position(
        margin=-sum(sums.get((org_id, code), 0) for code in PROFIT_AND_LOSS),
        balance=sums.get((org_id, "current"), 0),
        provider=sums.get((org_id, "provider"), 0),
        collections=sums.get((org_id, "collections"), 0),
    )


def compare(party: str, expected: Position, found: Position) -> Sequence[Figure]:
    return [
        Figure(name="margin", party=party, expected=expected.margin, found=found.margin),
        Figure(name="balance", party=party, expected=expected.balance, found=found.balance),
        Figure(name="at WeChat", party=party, expected=expected.provider, found=found.provider),
        Figure(
            name="held for others",
            party=party,
            expected=expected.collections,
            found=found.collections,
        ),
    ]


def money(name: str, expected: int, found: int) -> Figure:
    return Figure(name=name, expected=expected, found=found)


def count(name: str, expected: int, found: int) -> Figure:
    return Figure(name=name, expected=expected, found=found, is_money=False)
