"""Histories as they occur in a warehouse, made up by the same dice each time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice

import numpy as np

from tradeline.forecasting.model import Flags, Floats, Series

DAYS = 365
SEED = 20120712


def generate(count: int, *, days: int = DAYS, seed: int = SEED) -> list[Series]:
    """So many series: every kind below in turn. Every fourth has days without stock.

    What is made up is what people ask for. On days without stock nothing is sold; those days are
    marked unknown, in stretches of about a week.
    """
    dice = np.random.default_rng(seed)
    kinds = islice(cycle((_smooth, _intermittent, _lumpy, _weekly, _trending, _ending)), count)
    made = []
    for number, kind in enumerate(kinds):
        quantities = kind(dice, days)
        unknown = _without_stock(dice, days) if number % 4 == 3 else np.zeros(days, dtype=np.bool_)
        made.append(Series(quantities=np.where(unknown, 0.0, quantities), unknown=unknown))
    return made


Kind = Callable[[np.random.Generator, int], Floats]


def _smooth(dice: np.random.Generator, days: int) -> Floats:
    """Asked for on most days, around a level."""
    return dice.poisson(dice.uniform(2, 30), days).astype(np.float64)


def _intermittent(dice: np.random.Generator, days: int) -> Floats:
    """Asked for now and then, a few at a time."""
    asked = dice.random(days) < dice.uniform(0.05, 0.4)
    return np.where(asked, 1.0 + dice.poisson(dice.uniform(0.5, 3), days), 0.0)


def _lumpy(dice: np.random.Generator, days: int) -> Floats:
    """Asked for now and then, in amounts that differ widely."""
    asked = dice.random(days) < dice.uniform(0.05, 0.3)
    return np.where(asked, np.ceil(dice.lognormal(dice.uniform(1, 2.5), 1.0, days)), 0.0)


def _weekly(dice: np.random.Generator, days: int) -> Floats:
    """More at the end of the week, every week."""
    week = np.array((0.5, 0.6, 0.8, 0.9, 1.3, 1.7, 1.2)) ** dice.uniform(0.5, 1.5)
    return dice.poisson(dice.uniform(5, 30) * week[np.arange(days) % 7]).astype(np.float64)


def _trending(dice: np.random.Generator, days: int) -> Floats:
    """From one level to a third of it, or to three times as much, over the year."""
    slope = float(dice.choice((1 / 3, 3.0))) ** np.linspace(0, 1, days)
    return dice.poisson(dice.uniform(3, 15) * slope).astype(np.float64)


def _ending(dice: np.random.Generator, days: int) -> Floats:
    """Asked for now and then until it has gone out of use, some time in the second half."""
    asked = _intermittent(dice, days)
    asked[int(days * dice.uniform(0.5, 1.0)) :] = 0.0
    return asked


def _without_stock(dice: np.random.Generator, days: int) -> Flags:
    unknown = np.zeros(days, dtype=np.bool_)
    for start in dice.integers(0, days, size=max(days // 90, 1)):
        unknown[start : start + int(dice.integers(3, 12))] = True
    return unknown
