"""Each method by numbers worked out by hand, and by its definition, day by day."""

import numpy as np
import pytest

from tradeline.forecasting import Method, Series
from tradeline.forecasting.methods import (
    croston,
    exponential_smoothing,
    families,
    moving_average,
    naive,
    sba,
    seasonal_naive,
    tsb,
)
from tradeline.forecasting.model import Floats
from tradeline.forecasting.panel import Panel, side_by_side

UNKNOWN = None
SOME = [0, 0, 6, 0, 3, 0, 0, 0, 9, 0]


def panel(*histories: list[float | None]) -> Panel:
    return side_by_side(
        [
            Series(
                quantities=np.array([day or 0.0 for day in history], dtype=np.float64),
                unknown=np.array([day is UNKNOWN for day in history], dtype=np.bool_),
            )
            for history in histories
        ]
    )


def last(of: Panel) -> np.typing.NDArray[np.intp]:
    return np.array([of.days - 1])


def flat(profiles: Floats) -> list[float]:
    """What each variant forecasts for the one series from the one origin."""
    assert profiles.shape[1:] == (1, 1, 1)
    return [float(each) for each in profiles[:, 0, 0, 0]]


def test_naive_repeats_the_last_known_day() -> None:
    of = panel([4, 7, UNKNOWN])
    assert flat(naive(of, last(of))) == [7]


def test_a_moving_average_takes_the_last_known_days() -> None:
    of = panel([10, 2, UNKNOWN, 4, UNKNOWN, 6])
    assert flat(moving_average(of, last(of), windows=(2, 3, 10))) == [5, 4, 5.5]


def test_seasonal_naive_repeats_the_last_known_weekday() -> None:
    week = [1.0, 2, 3, 4, 5, 6, 7]
    of = panel([*week, 11, 12, UNKNOWN, 14, 15, 16, 17, 21])
    profiles = seasonal_naive(of, last(of), season=7)
    assert profiles[0, 0, :, 0].tolist() == [12, 3, 14, 15, 16, 17, 21]


def test_a_weekday_that_was_never_known_is_as_the_last_known_day() -> None:
    of = panel([5, 6, 7])
    assert seasonal_naive(of, last(of), season=7)[0, 0, :, 0].tolist() == [7, 7, 7, 7, 5, 6, 7]


def test_smoothing_averages_first_and_then_forgets() -> None:
    """By hand with 0.4: 10; (10+4)/2 = 7; then 0.4 is more than 1/3: 7 + 0.4·(12-7) = 9."""
    of = panel([10, 4, 12])
    assert flat(exponential_smoothing(of, last(of), alphas=(0.4,))) == [pytest.approx(9)]


def test_croston_divides_sizes_by_intervals() -> None:
    """By hand with 0.4: sizes 6; (6+3)/2 = 4.5; 4.5 + 0.4·4.5 = 6.3. Intervals 3; 2.5; 3.1."""
    of = panel(SOME)
    assert flat(croston(of, last(of), alphas=(0.4,))) == [pytest.approx(6.3 / 3.1)]
    assert flat(sba(of, last(of), alphas=(0.4,))) == [pytest.approx(0.8 * 6.3 / 3.1)]


def test_croston_counts_known_days_only() -> None:
    of = panel([0, UNKNOWN, 0, 6, UNKNOWN, UNKNOWN, 0, 3, 0, 0, UNKNOWN, 0, 9, 0])
    same = panel(SOME)
    assert flat(croston(of, last(of))) == flat(croston(same, last(same)))


def test_croston_waits_while_tsb_gives_up() -> None:
    ended = [*SOME, *[0.0] * 100]
    now, then = panel(SOME), panel(ended)
    assert flat(croston(now, last(now))) == flat(croston(then, last(then)))
    assert max(flat(tsb(then, last(then)))) < 0.15 * min(flat(tsb(now, last(now))))


def test_tsb_lets_the_chance_sink_on_days_without_demand() -> None:
    """By hand with 0.5 and 0.5 on 4, 0, 2: chance 1, 1/2, 3/4; size 4, 4, 3."""
    of = panel([4, 0, 2])
    assert flat(tsb(of, last(of), alphas=(0.5,), betas=(0.5,))) == [pytest.approx(3 * 0.75)]
    of = panel([4, 0, 2, 0])
    assert flat(tsb(of, last(of), alphas=(0.5,), betas=(0.5,))) == [pytest.approx(3 * 0.375)]


def test_what_was_never_asked_for_is_forecast_as_nothing() -> None:
    of = panel([0, 0, 0], [UNKNOWN, UNKNOWN, UNKNOWN])
    for family in families(7):
        assert (family.profiles(of, last(of)) == 0).all()


def test_each_method_stands_once_in_the_order_of_preference() -> None:
    assert [family.variants[0].method for family in families(7)] == list(Method)
    assert all(
        variant.method is family.variants[0].method
        for family in families(7)
        for variant in family.variants
    )


def test_a_series_has_a_flag_for_each_day_and_nothing_below_zero() -> None:
    with pytest.raises(ValueError, match="one flag for each day"):
        Series(quantities=np.zeros(3), unknown=np.zeros(2, dtype=np.bool_))
    with pytest.raises(ValueError, match="not below zero"):
        Series(quantities=np.array([1.0, -1.0]), unknown=np.zeros(2, dtype=np.bool_))
    with pytest.raises(ValueError, match="is a number"):
        Series(quantities=np.array([np.nan]), unknown=np.zeros(1, dtype=np.bool_))
    Series(quantities=np.array([np.nan]), unknown=np.ones(1, dtype=np.bool_))
