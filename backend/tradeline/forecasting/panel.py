"""Many series side by side, day by day, so that one step of numpy does a day of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradeline.forecasting.model import Flags, Floats, Indices, Series


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A row for each day, a column for each series. All end on the same row.

    Before a shorter series begins its days are unknown. The quantity of an unknown day is zero
    here, which is only ever added to sums that count the known days beside it.
    """

    quantities: Floats
    known: Flags

    @property
    def days(self) -> int:
        return len(self.quantities)

    @property
    def width(self) -> int:
        return int(self.quantities.shape[1])

    def until(self, days: int) -> Panel:
        """What was known when so many days had passed."""
        return Panel(self.quantities[:days], self.known[:days])

    def followed_by(self, days: int) -> Panel:
        """With so many days of which nothing is known yet."""
        return Panel(
            np.concatenate([self.quantities, np.zeros((days, self.width))]),
            np.concatenate([self.known, np.zeros((days, self.width), dtype=np.bool_)]),
        )

    def columns(self, columns: Indices) -> Panel:
        return Panel(self.quantities[:, columns], self.known[:, columns])


def side_by_side(series: Sequence[Series]) -> Panel:
    days = max((each.quantities.size for each in series), default=0)
    quantities = np.zeros((days, len(series)))
    known = np.zeros((days, len(series)), dtype=np.bool_)
    for column, each in enumerate(series):
        start = days - each.quantities.size
        known[start:, column] = ~each.unknown
        quantities[start:, column] = np.where(each.unknown, 0.0, each.quantities)
    return Panel(quantities, known)
