"""Judges methods, and the choice among them, by days that neither has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tradeline.forecasting.choosing import (
    HOLDOUT_DAYS,
    HORIZON_DAYS,
    SEASON,
    TOGETHER,
    scaled,
    select,
)
from tradeline.forecasting.holdout import day_errors, hold_out
from tradeline.forecasting.model import Floats, Indices, Method, Series
from tradeline.forecasting.panel import Panel, side_by_side

JUDGED_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Means over the series whose errors can be scaled, of which there are so many.

    None where there are none.
    """

    mase: float | None
    bias: float | None
    series: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """`methods` each with its best parameters; `taken` says how many series each was chosen for."""

    chosen: Verdict
    methods: Mapping[Method, Verdict]
    taken: Mapping[Method, int]


def backtest(series: Sequence[Series], *, season: int = SEASON) -> Backtest:
    """Choose by what was known four weeks ago, and see how each method has done since.

    Methods and parameters are those of `choose` on the days before, so the days that judge have
    had no part in choosing. Forecasts are made anew each day. Where the longest history has less
    than sixteen weeks, its last quarter judges.
    """
    judged = [
        _judge(side_by_side(series[start : start + TOGETHER]), season)
        for start in range(0, len(series), TOGETHER)
    ]
    names = [*Method]
    nothing = np.zeros((len(names) + 1, 0))
    mase = np.concatenate([nothing, *(each.mase for each in judged)], axis=1)
    bias = np.concatenate([nothing, *(each.bias for each in judged)], axis=1)
    taken = sum(
        (Counter(names[family] for family in each.chosen) for each in judged), start=Counter()
    )
    verdicts = [_verdict(*each) for each in zip(mase, bias, strict=True)]
    return Backtest(
        chosen=verdicts[-1],
        methods=dict(zip(names, verdicts[:-1], strict=True)),
        taken={name: taken[name] for name in names},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A row for each method, and the last one for the chosen; a column for each series."""

    mase: Floats
    bias: Floats
    chosen: Indices


def _judge(panel: Panel, season: int) -> _Judged:
    days = min(JUDGED_DAYS, panel.days // 4)
    selection = select(panel.until(panel.days - days), season=season, days=HOLDOUT_DAYS)
    future = hold_out(panel, days=days, horizon=HORIZON_DAYS)
    absolute, signed = [], []
    for number, family in enumerate(selection.families):
        profiles = family.profiles(panel, future.origins)
        own = np.take_along_axis(profiles, selection.best[number][None, None, None, :], axis=0)
        errors = day_errors(future, own)
        absolute.append(errors.absolute[0])
        signed.append(errors.signed[0])
    for rows in (absolute, signed):
        rows.append(np.take_along_axis(np.array(rows), selection.chosen[None], axis=0)[0])
    known_days = future.known_days.sum(axis=0)
    return _Judged(
        mase=scaled(np.array(absolute), known_days, future.scale),
        bias=scaled(np.array(signed), known_days, future.scale),
        chosen=selection.chosen,
    )


def _verdict(mase: Floats, bias: Floats) -> Verdict:
    judged = ~np.isnan(mase)
    count = int(judged.sum())
    return Verdict(
        mase=float(mase[judged].mean()) if count else None,
        bias=float(bias[judged].mean()) if count else None,
        series=count,
    )
