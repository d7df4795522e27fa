"""What each forecast would have been worth, from every day of a stretch of the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradeline.forecasting.model import Flags, Floats, Indices
from tradeline.forecasting.panel import Panel

RIPE_DAYS = 7  # known ones, before a series is forecast for judging


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """The last days of a panel, and what was asked for in a horizon after each of them.

    Where a horizon reaches beyond the end, its days there are unknown, as are all days of an
    origin that comes before a week of the series is known. So what becomes of a series does not
    depend on how long those beside it are. `scale` is the divisor of MASE, from the days before a
    series is first judged; zero where there is none.
    """

    panel: Panel  # with the horizon of the last origin
    origins: Indices
    horizon: int
    is_ripe: Flags  # [origin, series]
    scale: Floats

    def judged(self, ahead: int) -> Flags:
        known: Flags = self.panel.known[self.origins + ahead]
        return known & self.is_ripe

    @property
    def known_days(self) -> Floats:
        """Of the horizon of each origin: [origin, series]."""
        return _horizons(self.panel.known, self.origins, self.horizon) * self.is_ripe

    @property
    def demand(self) -> Floats:
        """On these days together."""
        return _horizons(self.panel.quantities, self.origins, self.horizon) * self.is_ripe

    def columns(self, columns: Indices) -> Holdout:
        return Holdout(
            panel=self.panel.columns(columns),
            origins=self.origins,
            horizon=self.horizon,
            is_ripe=self.is_ripe[:, columns],
            scale=self.scale[columns],
        )


def hold_out(panel: Panel, *, days: int, horizon: int) -> Holdout:
    first = max(panel.days - days - 1, 0)
    origins = np.arange(first, max(panel.days - 1, first), dtype=np.intp)
    seen = np.cumsum(panel.known, axis=0)
    is_ripe = seen[origins] >= RIPE_DAYS
    is_past = (np.arange(panel.days) <= first)[:, None] | (seen <= RIPE_DAYS)
    return Holdout(
        panel=panel.followed_by(horizon),
        origins=origins,
        horizon=horizon,
        is_ripe=is_ripe,
        scale=scale_of(Panel(panel.quantities, panel.known & is_past)),
    )


def _horizons(values: Floats | Flags, origins: Indices, days: int) -> Floats:
    sums = np.cumsum(values, axis=0, dtype=np.float64)
    horizons: Floats = sums[origins + days] - sums[origins]
    return horizons


def scale_of(panel: Panel) -> Floats:
    """The mean absolute difference between one known day and the next one known."""
    steps = np.zeros(panel.width)
    total = np.zeros(panel.width)
    previous = np.zeros(panel.width)
    has_previous = np.zeros(panel.width, dtype=np.bool_)
    for quantity, known in zip(panel.quantities, panel.known, strict=True):
        counts = known & has_previous
        steps += counts
        total += np.abs(quantity - previous) * counts
        previous = np.where(known, quantity, previous)
        has_previous |= known
    scale: Floats = total / np.maximum(steps, 1)
    return scale


def horizon_errors(holdout: Holdout, profiles: Floats) -> Floats:
    """Forecast less demand of each horizon, over its known days: [variant, origin, series]."""
    errors = np.zeros(profiles[:, :, 0].shape)
    for ahead in range(1, holdout.horizon + 1):
        errors += _missed(holdout, profiles, ahead)
    return errors


@dataclass(frozen=True, slots=True, eq=False)
class DayErrors:
    """Of forecast less demand, over all known days of all horizons together: [variant, series]."""

    squared: Floats
    absolute: Floats
    signed: Floats


def day_errors(holdout: Holdout, profiles: Floats) -> DayErrors:
    squared = np.zeros((profiles.shape[0], profiles.shape[3]))
    absolute = np.zeros_like(squared)
    signed = np.zeros_like(squared)
    for ahead in range(1, holdout.horizon + 1):
        errors = _missed(holdout, profiles, ahead)
        squared += np.einsum("vos,vos->vs", errors, errors)
        absolute += np.abs(errors).sum(axis=1)
        signed += errors.sum(axis=1)
    return DayErrors(squared, absolute, signed)


def residuals(holdout: Holdout, profiles: Floats) -> Floats:
    """Demand less forecast of one variant, [day, series]; infinite where nothing is known."""
    days = []
    for ahead in range(1, holdout.horizon + 1):
        missed = -_missed(holdout, profiles, ahead)[0]
        days.append(np.where(holdout.judged(ahead), missed, np.inf))
    return np.concatenate(days)


def _missed(holdout: Holdout, profiles: Floats, ahead: int) -> Floats:
    on_day = profiles[:, :, (ahead - 1) % profiles.shape[2]]
    missed: Floats = on_day - holdout.panel.quantities[holdout.origins + ahead]
    return missed * holdout.judged(ahead)
