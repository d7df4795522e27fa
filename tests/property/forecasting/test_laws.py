"""Laws of all methods, whatever the history, and an oracle that goes day by day."""

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeline.forecasting import Method, Series, choose, forecast
from tradeline.forecasting.methods import CROSTON_ALPHAS, families
from tradeline.forecasting.model import Floats
from tradeline.forecasting.panel import side_by_side

days = st.one_of(st.just(0), st.integers(0, 20), st.none())
histories = st.lists(days, min_size=1, max_size=60)


def series(history: list[int | None], *, times: float = 1) -> Series:
    return Series(
        quantities=np.array([times * (day or 0) for day in history], dtype=np.float64),
        unknown=np.array([day is None for day in history], dtype=np.bool_),
    )


def profiles(*histories: Series) -> list[Floats]:
    panel = side_by_side(histories)
    origins = np.arange(panel.days, dtype=np.intp)
    return [family.profiles(panel, origins) for family in families(7)]


def oracle(method: Method, parameters: Any, history: list[int | None], ahead: int) -> float:
    """The definitions, in plain Python."""
    known = [day for day in history if day is not None]
    if not known:
        return 0.0
    if method is Method.NAIVE:
        return known[-1]
    if method is Method.SEASONAL_NAIVE:
        target = len(history) + ahead - 1
        same = [d for at, d in enumerate(history) if d is not None and (target - at) % 7 == 0]
        return (same or known)[-1]
    if method is Method.MOVING_AVERAGE:
        window = known[-int(parameters["days"]) :]
        return sum(window) / len(window)
    if method is Method.EXPONENTIAL_SMOOTHING:
        return smoothed(known, parameters["alpha"])
    sizes = [day for day in known if day]
    if not sizes:
        return 0.0
    size = smoothed(sizes, parameters["alpha"])
    if method is Method.TSB:
        return size * smoothed([1 if day else 0 for day in known], parameters["beta"])
    at = [0, *(number for number, day in enumerate(known, start=1) if day)]
    intervals = [later - earlier for earlier, later in pairwise(at)]
    correct = 1 - parameters["alpha"] / 2 if method is Method.SBA else 1
    return correct * size / smoothed(intervals, parameters["alpha"])


def smoothed(values: list[int], alpha: float) -> float:
    level = 0.0
    for count, value in enumerate(values, start=1):
        level += max(alpha, 1 / count) * (value - level)
    return level


@settings(deadline=None, max_examples=60)
@given(histories, histories)
def test_many_at_once_are_forecast_as_each_by_its_definition(
    one: list[int | None], other: list[int | None]
) -> None:
    length = max(len(one), len(other))
    padded = [[None] * (length - len(each)) + each for each in (one, other)]
    for family, all_profiles in zip(families(7), profiles(series(one), series(other)), strict=True):
        for number, variant in enumerate(family.variants):
            for origin in {length - 1, length // 2}:
                for column, history in enumerate(padded):
                    told = all_profiles[number, origin, :, column]
                    for ahead in range(1, len(told) + 1):
                        expected = oracle(
                            variant.method, variant.parameters, history[: origin + 1], ahead
                        )
                        np.testing.assert_allclose(told[ahead - 1], expected, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(histories, histories)
def test_the_future_changes_no_forecast_of_the_past(
    past: list[int | None], future: list[int | None]
) -> None:
    other = [None if day == 3 else 17 for day in future]
    for one, two in zip(
        profiles(series(past + future)), profiles(series(past + other)), strict=True
    ):
        np.testing.assert_array_equal(one[:, : len(past)], two[:, : len(past)])


@settings(deadline=None, max_examples=40)
@given(histories, st.sampled_from((0.25, 3.0, 1000.0)))
def test_cases_are_forecast_as_bottles_are(history: list[int | None], times: float) -> None:
    """Whoever counts in another unit is given the same method, error and forecast."""
    [one], [other] = choose([series(history)]), choose([series(history, times=times)])
    assert (one.method, one.parameters) == (other.method, other.parameters)
    assert (one.mase is None) == (other.mase is None)
    np.testing.assert_allclose(one.mase or 0, other.mase or 0, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.sigma_per_day * times, other.sigma_per_day, rtol=1e-6, atol=1e-9)
    [told], [more] = (
        forecast([series(history)], [one], days=10),
        forecast([series(history, times=times)], [other], days=10),
    )
    np.testing.assert_allclose(told.mean * times, more.mean, rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(histories, histories)
def test_a_series_is_forecast_the_same_in_any_company(
    one: list[int | None], other: list[int | None]
) -> None:
    alone, beside = choose([series(one)]), choose([series(other), series(one)])
    one_told, other_told = alone[0], beside[1]
    assert (one_told.method, one_told.parameters) == (other_told.method, other_told.parameters)
    for name in ("sigma_per_day", "below", "above"):  # sums may differ in the last bit
        np.testing.assert_allclose(
            getattr(one_told, name), getattr(other_told, name), rtol=1e-9, atol=1e-9
        )
    mean = forecast([series(one)], alone, days=3)[0].mean
    together = forecast([series(other), series(one)], beside, days=3)[1].mean
    np.testing.assert_array_equal(mean, together)


@settings(deadline=None, max_examples=40)
@given(histories, st.integers(0, 60))
def test_a_week_of_which_nothing_is_known_changes_nothing(
    history: list[int | None], at: int
) -> None:
    """A whole week, so that weekdays stay what they are. It is no week without demand."""
    longer = [*history[:at], *[None] * 7, *history[at:]]
    for one, other in zip(profiles(series(history)), profiles(series(longer)), strict=True):
        np.testing.assert_allclose(one[:, -1], other[:, -1], atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(histories, st.integers(0, 99))
def test_what_an_unknown_day_says_is_not_listened_to(history: list[int | None], lie: int) -> None:
    honest = series(history)
    lying = Series(
        quantities=np.where(honest.unknown, float(lie), honest.quantities), unknown=honest.unknown
    )
    assert choose([honest]) == choose([lying])


@settings(deadline=None, max_examples=40)
@given(histories)
def test_forecasts_lie_within_their_interval_and_never_below_zero(
    history: list[int | None],
) -> None:
    each = series(history)
    [told] = forecast([each], choose([each]), days=20)
    assert (told.low >= 0).all()
    assert (told.low <= told.mean).all()
    assert (told.mean <= told.high).all()
    assert told.sigma_per_day >= 0
    most = max((day for day in history if day is not None), default=0)
    assert (told.mean <= most * (1 + max(CROSTON_ALPHAS)) + 1e-9).all()
