"""The methods. Each tells, for each origin, what it forecasts from the days until then.

An origin is the number of a day: the forecast made on its evening knows that day and those before
it. Answers are `profiles[variant, origin, day, series]`: the k-th day after the origin is told by
`day = (k - 1) % days of the profile`, of which there is one except for the seasonal method.

Smoothing needs a first value. Here the first values weigh alike, until the constant would give
the newest more than that: the weight is `max(alpha, 1 / n)` for the n-th value. So nothing is
invented, and short histories are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tradeline.forecasting.model import Flags, Floats, Indices, Method
from tradeline.forecasting.panel import Panel

WINDOWS = (7, 14, 28, 56)
ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.5)
CROSTON_ALPHAS = (0.05, 0.1, 0.2, 0.3)
TSB_ALPHAS = (0.1, 0.2)
TSB_BETAS = (0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Variant:
    """A method with its parameters."""

    method: Method
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Family:
    """Variants that are worked out together, and the function that does so."""

    variants: tuple[Variant, ...]
    profiles: Callable[[Panel, Indices], Floats]


def families(season: int) -> Sequence[Family]:
    """All there are, in the order of preference of `Method`."""

    def seasonal(panel: Panel, origins: Indices) -> Floats:
        return seasonal_naive(panel, origins, season=season)

    both = tuple(product(TSB_ALPHAS, TSB_BETAS))
    return (
        Family(_variants(Method.MOVING_AVERAGE, "days", WINDOWS), moving_average),
        Family(_variants(Method.EXPONENTIAL_SMOOTHING, "alpha", ALPHAS), exponential_smoothing),
        Family(_variants(Method.SBA, "alpha", CROSTON_ALPHAS), sba),
        Family(tuple(Variant(Method.TSB, {"alpha": a, "beta": b}) for a, b in both), tsb),
        Family(_variants(Method.CROSTON, "alpha", CROSTON_ALPHAS), croston),
        Family((Variant(Method.SEASONAL_NAIVE, {"season": season}),), seasonal),
        Family((Variant(Method.NAIVE, {}),), naive),
    )


def _variants(method: Method, name: str, values: Sequence[float]) -> tuple[Variant, ...]:
    return tuple(Variant(method, {name: value}) for value in values)


def naive(panel: Panel, origins: Indices) -> Floats:
    """As on the last known day."""
    return moving_average(panel, origins, windows=(1,))


def moving_average(panel: Panel, origins: Indices, *, windows: Sequence[int] = WINDOWS) -> Floats:
    """The mean of the last so many known days, or of all where there are fewer."""
    known_first = np.argsort(np.invert(panel.known), axis=0, kind="stable")
    sums = np.zeros((panel.days + 1, panel.width))
    np.cumsum(np.take_along_axis(panel.quantities, known_first, axis=0), axis=0, out=sums[1:])
    seen: Indices = np.cumsum(panel.known, axis=0, dtype=np.intp)[origins]
    profiles = np.empty((len(windows), origins.size, 1, panel.width))
    for place, window in enumerate(windows):
        first = np.maximum(seen - window, 0)
        total = np.take_along_axis(sums, seen, axis=0) - np.take_along_axis(sums, first, axis=0)
        profiles[place, :, 0] = np.maximum(total, 0.0) / np.maximum(seen - first, 1)
    return profiles


def seasonal_naive(panel: Panel, origins: Indices, *, season: int) -> Floats:
    """As on the last known day of the same kind: of the same weekday, where the season is 7.

    A weekday that was never known is taken to be as the last known day.
    """
    profiles = np.empty((1, origins.size, season, panel.width))
    newest = np.zeros(panel.width)
    by_phase = np.zeros((season, panel.width))
    has_phase = np.zeros((season, panel.width), dtype=np.bool_)
    ahead = np.arange(1, season + 1)
    places = {int(origin): place for place, origin in enumerate(origins)}
    for day in range(int(origins[-1]) + 1 if origins.size else 0):
        known = panel.known[day]
        phase = day % season
        newest = np.where(known, panel.quantities[day], newest)
        by_phase[phase] = np.where(known, panel.quantities[day], by_phase[phase])
        has_phase[phase] |= known
        if day in places:
            phases = (day + ahead) % season
            profiles[0, places[day]] = np.where(has_phase[phases], by_phase[phases], newest)
    return profiles


def exponential_smoothing(
    panel: Panel, origins: Indices, *, alphas: Sequence[float] = ALPHAS
) -> Floats:
    """Simple exponential smoothing (Brown 1956): each known day moves the level by `alpha`."""
    weights = np.array(alphas)[:, None]
    level = np.zeros((len(alphas), panel.width))
    seen = np.zeros(panel.width)

    def day(quantity: Floats, known: Flags) -> None:
        nonlocal level
        np.add(seen, known, out=seen)
        level += _weight(weights, seen, known) * (quantity - level)

    return _walk(panel, origins, len(alphas), day, lambda: level)


def croston(panel: Panel, origins: Indices, *, alphas: Sequence[float] = CROSTON_ALPHAS) -> Floats:
    """The smoothed size of a demand by the smoothed number of days from one to the next.

    J. D. Croston, "Forecasting and stock control for intermittent demands", Operational Research
    Quarterly 23, 1972. Only known days count in an interval; the first begins with the series.
    """
    weights = np.array(alphas)[:, None]
    size = np.zeros((len(alphas), panel.width))
    interval = np.ones((len(alphas), panel.width))
    waited = np.zeros(panel.width)
    demands = np.zeros(panel.width)

    def day(quantity: Floats, known: Flags) -> None:
        nonlocal size, interval
        has_demand = quantity > 0
        np.add(waited, known, out=waited)
        np.add(demands, has_demand, out=demands)
        weight = _weight(weights, demands, has_demand)
        size += weight * (quantity - size)
        interval += weight * (waited - interval)
        waited[has_demand] = 0.0

    return _walk(panel, origins, len(alphas), day, lambda: size / interval)


def sba(panel: Panel, origins: Indices, *, alphas: Sequence[float] = CROSTON_ALPHAS) -> Floats:
    """Croston's, less what it is known to be too high by: times `1 - alpha / 2`.

    A. A. Syntetos, J. E. Boylan, "The accuracy of intermittent demand estimates", International
    Journal of Forecasting 21, 2005.
    """
    correction = 1 - np.array(alphas)[:, None, None, None] / 2
    return correction * croston(panel, origins, alphas=alphas)


def tsb(
    panel: Panel,
    origins: Indices,
    *,
    alphas: Sequence[float] = TSB_ALPHAS,
    betas: Sequence[float] = TSB_BETAS,
) -> Floats:
    """The smoothed size of a demand times the smoothed chance of one, which sinks day by day.

    R. H. Teunter, A. A. Syntetos, M. Z. Babai, "Intermittent demand: linking forecasting to
    inventory obsolescence", European Journal of Operational Research 214, 2011. `alpha` smooths
    the size, `beta` the chance; variants go by alpha, then by beta.
    """
    size_weights = np.array(alphas)[:, None]
    chance_weights = np.array(betas)[:, None]
    size = np.zeros((len(alphas), panel.width))
    chance = np.zeros((len(betas), panel.width))
    demands = np.zeros(panel.width)
    seen = np.zeros(panel.width)

    def day(quantity: Floats, known: Flags) -> None:
        nonlocal size, chance
        has_demand = quantity > 0
        np.add(seen, known, out=seen)
        np.add(demands, has_demand, out=demands)
        size += _weight(size_weights, demands, has_demand) * (quantity - size)
        chance += _weight(chance_weights, seen, known) * (has_demand - chance)

    def forecasts() -> Floats:
        each: Floats = size[:, None, :] * chance[None, :, :]
        return each.reshape(-1, panel.width)

    return _walk(panel, origins, len(alphas) * len(betas), day, forecasts)


def _weight(constants: Floats, count: Floats, applies: Flags) -> Floats:
    weight: Floats = np.maximum(constants, 1.0 / np.maximum(count, 1.0)) * applies
    return weight


def _walk(
    panel: Panel,
    origins: Indices,
    variants: int,
    day: Callable[[Floats, Flags], None],
    forecasts: Callable[[], Floats],
) -> Floats:
    """Take in one day after the other, and write down what is forecast on each origin."""
    profiles = np.empty((variants, origins.size, 1, panel.width))
    places = {int(origin): place for place, origin in enumerate(origins)}
    for number in range(int(origins[-1]) + 1 if origins.size else 0):
        day(panel.quantities[number], panel.known[number])
        if number in places:
            profiles[:, places[number], 0] = forecasts()
    return profiles
