"""Counts of things, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass

QUANTITY_MAX = 10**9


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count of whole units, such as 12 EA or 40 KGM (UN/ECE Recommendation 20 codes)."""

    amount: int
    unit: str

    def covers(self, other: Quantity) -> bool:
        """Whether this is at least as much as `other`; across units it never is."""
        return self.unit == other.unit and self.amount >= other.amount

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + self._same_unit(other).amount, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - self._same_unit(other).amount, self.unit)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    def _same_unit(self, other: Quantity) -> Quantity:
        if other.unit != self.unit:
            raise ValueError(f"cannot mix {self.unit} and {other.unit}")
        return other
