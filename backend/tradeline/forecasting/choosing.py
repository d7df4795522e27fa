"""Chooses a method for each series, and forecasts by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tradeline.forecasting.holdout import (
    DayErrors,
    Holdout,
    day_errors,
    hold_out,
    horizon_errors,
    residuals,
)
from tradeline.forecasting.methods import Family, Variant, families
from tradeline.forecasting.model import Choice, Floats, Forecast, Indices, Series
from tradeline.forecasting.panel import Panel, side_by_side

SEASON = 7
HOLDOUT_DAYS = 56
HORIZON_DAYS = 14
TOGETHER = 1_000  # series: what fits the processor's cache is worked out fastest
OUTSIDE = 0.1  # of the days lie below the interval, and as many above


def choose(
    series: Sequence[Series], *, season: int = SEASON, holdout: int = HOLDOUT_DAYS
) -> list[Choice]:
    """For each series the method and parameters that erred least in its last `holdout` days.

    Forecasts of a horizon of two weeks are made on each of these days. What counts is the square
    of a day's error, whose best forecast is the mean; by the absolute error the best forecast of
    what is seldom asked for is nothing, and nobody could order by it. (The M5 competition judged
    by squares for this reason: Makridakis, Spiliotis & Assimakopoulos, International Journal of
    Forecasting 38, 2022.) A series is judged from its eighth known day on.
    """
    return [
        choice
        for part in _parts(series)
        for choice in _choices(select(side_by_side(part), season=season, days=holdout))
    ]


def forecast(
    series: Sequence[Series], choices: Sequence[Choice], *, days: int, season: int = SEASON
) -> list[Forecast]:
    """What each series will come to on each of the next days, by the method chosen for it."""
    means: list[Floats] = []
    chosen = iter(choices)
    for part in _parts(series):
        panel = side_by_side(part)
        means += _means(panel, [next(chosen) for _ in part], days=days, season=season)
    return [
        Forecast(
            mean=mean,
            low=np.maximum(mean + min(choice.below, 0.0), 0.0),
            high=mean + max(choice.above, 0.0),
            sigma_per_day=choice.sigma_per_day,
        )
        for mean, choice in zip(means, choices, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """For each method its best variant, and of those the one to take; for each series."""

    holdout: Holdout
    families: Sequence[Family]
    best: Indices  # [family, series]: of the family's variants
    chosen: Indices  # [series]: of the families
    errors: DayErrors  # [family, series]: of the best variants
    sigma: Floats
    below: Floats
    above: Floats


def select(panel: Panel, *, season: int, days: int) -> Selection:
    holdout = hold_out(panel, days=days, horizon=HORIZON_DAYS)
    known = families(season)
    profiles = [family.profiles(panel, holdout.origins) for family in known]
    errors = [day_errors(holdout, each) for each in profiles]
    best = [_least(each.squared) for each in errors]
    own = DayErrors(
        *(
            np.array(
                [_pick(getattr(each, name), at) for each, at in zip(errors, best, strict=True)]
            )
            for name in ("squared", "absolute", "signed")
        )
    )
    chosen = _least(own.squared)
    sigma, below, above = _spread(holdout, profiles, best, chosen)
    return Selection(
        holdout=holdout,
        families=known,
        best=np.array(best),
        chosen=chosen,
        errors=own,
        sigma=sigma,
        below=below,
        above=above,
    )


def _least(errors: Floats) -> Indices:
    """The first of those that err least: a difference in the last bits is no reason to prefer."""
    least = errors.min(axis=0) * (1 + 1e-9)
    first: Indices = np.argmax(errors <= least, axis=0)
    return first


def _pick(rows: Floats, at: Indices) -> Floats:
    picked: Floats = rows[at, np.arange(at.size)]
    return picked


def _of_variant(profiles: Floats, variant: Indices) -> Floats:
    """The profile of one variant for each series."""
    return np.take_along_axis(profiles, variant[None, None, None, :], axis=0)


def _spread(
    holdout: Holdout, profiles: Sequence[Floats], best: Sequence[Indices], chosen: Indices
) -> tuple[Floats, Floats, Floats]:
    """How far the chosen forecasts were off: sigma of a day, and the bounds of four fifths."""
    panel = holdout.panel
    mean = panel.quantities.sum(axis=0) / np.maximum(panel.known.sum(axis=0), 1)
    squares = np.where(panel.known, panel.quantities - mean, 0.0) ** 2
    sigma = np.sqrt(squares.sum(axis=0) / np.maximum(panel.known.sum(axis=0), 1))
    below, above = -sigma, sigma.copy()  # where nothing was held out: as the history spreads
    for number, each in enumerate(profiles):
        columns = np.flatnonzero((chosen == number) & (holdout.known_days.sum(axis=0) > 0))
        if not columns.size:
            continue
        part = holdout.columns(columns)
        own = _of_variant(each[..., columns], best[number][columns])
        squares = horizon_errors(part, own)[0] ** 2 / np.maximum(part.known_days, 1)
        judged = np.maximum((part.known_days > 0).sum(axis=0), 1)
        sigma[columns] = np.sqrt(squares.sum(axis=0) / judged)
        missed = np.sort(residuals(part, own), axis=0)
        last = np.isfinite(missed).sum(axis=0) - 1
        low = np.floor(last * OUTSIDE).astype(np.intp)
        below[columns] = np.take_along_axis(missed, low[None], axis=0)[0]
        above[columns] = np.take_along_axis(missed, (last - low)[None], axis=0)[0]
    return sigma, below, above


def _choices(selection: Selection) -> Iterator[Choice]:
    days = selection.holdout.known_days.sum(axis=0)
    mase = scaled(selection.errors.absolute, days, selection.holdout.scale)
    bias = scaled(selection.errors.signed, days, selection.holdout.scale)
    for column, number in enumerate(selection.chosen):
        variant = _variant(selection, int(number), column)
        yield Choice(
            method=variant.method,
            parameters=variant.parameters,
            mase=_number(mase[number, column]),
            bias=_number(bias[number, column]),
            errors={
                family.variants[0].method: _number(mase[place, column])
                for place, family in enumerate(selection.families)
            },
            sigma_per_day=float(selection.sigma[column]),
            below=float(selection.below[column]),
            above=float(selection.above[column]),
        )


def _variant(selection: Selection, family: int, column: int) -> Variant:
    variants = selection.families[family].variants
    return variants[int(selection.best[family, column])]


def scaled(errors: Floats, days: Floats, scale: Floats) -> Floats:
    """The mean error of a day in units of the scale; not a number where there is no scale."""
    has_scale = (scale > 0) & (days > 0)
    means: Floats = np.where(
        has_scale, errors / np.maximum(days, 1) / np.where(has_scale, scale, 1.0), np.nan
    )
    return means


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _means(panel: Panel, choices: Sequence[Choice], *, days: int, season: int) -> Sequence[Floats]:
    means = np.zeros((panel.width, days))
    origin = np.array([panel.days - 1] if panel.days else [], dtype=np.intp)
    ahead = np.arange(days)
    for family in families(season):
        method = family.variants[0].method
        columns = np.array(
            [place for place, choice in enumerate(choices) if choice.method is method],
            dtype=np.intp,
        )
        if not columns.size or not origin.size:
            continue
        part = panel.columns(columns)
        names = [dict(variant.parameters) for variant in family.variants]
        variant = np.array([names.index(dict(choices[place].parameters)) for place in columns])
        profile = _of_variant(family.profiles(part, origin), variant)[0, 0]
        means[columns] = profile[ahead % len(profile)].T
    return list(means)


def _parts(series: Sequence[Series]) -> Iterator[Sequence[Series]]:
    for start in range(0, len(series), TOGETHER):
        yield series[start : start + TOGETHER]
