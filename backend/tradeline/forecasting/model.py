"""What is forecast and what comes of it: plain values over numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


class Method(StrEnum):
    """By preference: where two have erred equally little, the earlier one is taken.

    Whoever has sold nothing for long is forecast alike by most of them; the mean of a window says
    so most plainly, and yesterday's sale is the last thing to build on.
    """

    MOVING_AVERAGE = "moving_average"
    EXPONENTIAL_SMOOTHING = "exponential_smoothing"
    SBA = "sba"
    TSB = "tsb"
    CROSTON = "croston"
    SEASONAL_NAIVE = "seasonal_naive"
    NAIVE = "naive"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Daily quantities up to the day before the first that is asked for, oldest first.

    What was asked for on an `unknown` day nobody knows (nothing was there to be sold, say). Such a
    day is skipped, whatever its quantity says: it is not a day without demand.
    """

    quantities: Floats
    unknown: Flags

    def __post_init__(self) -> None:
        if self.quantities.ndim != 1 or self.quantities.shape != self.unknown.shape:
            raise ValueError("a series is one quantity and one flag for each day")
        known = self.quantities[~self.unknown]
        if not np.isfinite(known).all() or (known < 0).any():
            raise ValueError("a known quantity is a number, and not below zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The method that erred least on this series, as if each of its last days had been the future.

    Errors are those of the rolling origin: a forecast is made on each day of the holdout from what
    was known until then, and compared with the days that followed. `mase` is the mean absolute
    error of a day, divided by the mean absolute difference between one known day and the next
    before the holdout (Hyndman & Koehler, "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22, 2006); `bias` is the mean of forecast less demand over
    the same divisor, so that it is positive where too much is forecast. Both are None where
    nothing could be compared, or where all days before were equal (no sale at all, say): then
    there is nothing to divide by.

    `sigma_per_day` is such that the forecast of a horizon of n days was off by `sigma · √n`,
    in the root of the mean square; four fifths of the days lay between `below` and `above` of
    the forecast, one tenth on either side.
    """

    method: Method
    parameters: Mapping[str, float]
    mase: float | None
    bias: float | None
    errors: Mapping[Method, float | None]  # the mase of each method at its best parameters
    sigma_per_day: float
    below: float
    above: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """Of the days that follow the series. In four of five days demand is in `low` to `high`."""

    mean: Floats
    low: Floats
    high: Floats
    sigma_per_day: float
