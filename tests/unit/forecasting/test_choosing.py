"""What is chosen, how far it errs, and what is said where nothing can be."""

import time

import numpy as np
import pytest

from tradeline.forecasting import Method, Series, backtest, choose, forecast, generate
from tradeline.forecasting.choosing import TOGETHER
from tradeline.forecasting.holdout import hold_out, scale_of
from tradeline.forecasting.panel import side_by_side


def series(*days: float | None) -> Series:
    return Series(
        quantities=np.array([0.0 if day is None else day for day in days]),
        unknown=np.array([day is None for day in days], dtype=np.bool_),
    )


def test_a_weekly_pattern_is_seen() -> None:
    week = (2.0, 4, 6, 8, 20, 30, 1)
    each = series(*week * 20)
    [choice] = choose([each])
    assert choice.method is Method.SEASONAL_NAIVE
    assert choice.mase == 0
    assert choice.bias == 0
    assert choice.sigma_per_day == 0
    [told] = forecast([each], [choice], days=9)
    assert told.mean.tolist() == [*week, 2, 4]
    assert told.low.tolist() == told.mean.tolist() == told.high.tolist()


def test_what_has_gone_out_of_use_is_not_forecast_by_croston() -> None:
    now_and_then = (0.0, 0, 5, 0, 0, 0, 4, 0) * 30
    [choice] = choose([series(*now_and_then, *[0.0] * 60)])
    assert choice.method not in (Method.CROSTON, Method.SBA)
    assert choice.errors[Method.CROSTON] is not None
    assert choice.errors[Method.CROSTON] > 0


def test_mase_is_the_error_of_a_day_by_the_step_from_day_to_day_before() -> None:
    """By hand: steps of 2 before; the mean of any two days, 1, is off by 1 on each day."""
    [choice] = choose([series(*(0.0, 2.0) * 100)])
    assert choice.errors[Method.MOVING_AVERAGE] == pytest.approx(0.5)
    # Yesterday's value is right on half of the days to come, and off by 2 on the others.
    assert choice.errors[Method.NAIVE] == pytest.approx(0.5, abs=0.03)


def test_bias_is_above_zero_where_too_much_is_forecast() -> None:
    """By hand: steps of 2 before; then nothing comes, while Croston goes on to say 1.

    The interval is two days, of which the first saw nothing, and each demand is 2.
    """
    [choice] = choose([series(*(0.0, 2.0) * 50, *[0.0] * 56)])
    assert choice.errors[Method.CROSTON] == pytest.approx(0.5)
    assert choice.bias is not None
    assert choice.bias > 0


def test_the_scale_is_of_the_days_before_the_holdout_and_of_known_days_alone() -> None:
    panel = side_by_side([series(*[0.0, 3.0] * 5, None, 3.0, 9.0, *[100.0, 0.0] * 5)])
    assert scale_of(panel.until(13)).tolist() == [pytest.approx((9 * 3 + 0 + 6) / 11)]
    assert hold_out(panel, days=10, horizon=2).scale.tolist() == [pytest.approx(33 / 11)]


def test_a_history_without_change_has_no_mase_and_is_told_of_as_none() -> None:
    choices = choose([series(*[0.0] * 100), series(*[5.0] * 100), series(*[None] * 100), series()])
    assert [(each.mase, each.bias) for each in choices] == [(None, None)] * 4
    assert all(error is None for each in choices for error in each.errors.values())
    told = forecast([series(*[0.0] * 100), series(*[5.0] * 100)], choices[:2], days=2)
    assert [each.mean.tolist() for each in told] == [[0, 0], [5, 5]]
    report = backtest([series(*[0.0] * 100)])
    assert (report.chosen.mase, report.chosen.bias, report.chosen.series) == (None, None, 0)
    assert backtest([]).chosen.series == 0


def test_a_short_history_is_averaged() -> None:
    each = series(3.0, 5.0)
    [choice] = choose([each])
    assert choice.mase is None
    assert choice.sigma_per_day == pytest.approx(1.0), "as the history itself spreads"
    assert forecast([each], [choice], days=1)[0].mean.tolist() == [4]


def test_most_of_what_comes_lies_within_the_interval() -> None:
    dice = np.random.default_rng(1)
    days = dice.poisson(20, (400, 300 + 14)).astype(np.float64)
    known = [Series(quantities=each[:300], unknown=np.zeros(300, dtype=np.bool_)) for each in days]
    told = forecast(known, choose(known), days=14)
    within = [
        ((each.low <= came[300:]) & (came[300:] <= each.high)).mean()
        for each, came in zip(told, days, strict=True)
    ]
    assert 0.75 < float(np.mean(within)) < 0.87
    sigma = float(np.mean([each.sigma_per_day for each in told]))
    assert 4.0 < sigma < 5.5, "the root of 20, and what the level itself may be wrong by"


def test_the_chosen_err_less_than_naive_and_than_any_single_method() -> None:
    """On days that had no part in choosing; of every kind of history there is."""
    report = backtest(generate(900))
    assert report.chosen.series == 900
    assert report.chosen.mase is not None
    errors = {name: each.mase for name, each in report.methods.items() if each.mase is not None}
    assert report.chosen.mase < 0.85 * errors[Method.NAIVE]
    assert report.chosen.mase < min(errors.values())
    assert abs(report.chosen.bias or 1) < 0.05
    assert sum(report.taken.values()) == 900
    assert min(report.taken.values()) > 0, "each method is best for somebody"


def test_generated_histories_are_the_same_each_time() -> None:
    first, second = generate(30), generate(30)
    for one, other in zip(first, second, strict=True):
        assert (one.quantities == other.quantities).all()
        assert (one.unknown == other.unknown).all()
    assert any(each.unknown.any() for each in first)
    assert not (generate(1, seed=1)[0].quantities == first[0].quantities).all()


def test_a_year_of_twenty_thousand_takes_less_than_a_minute_of_one_core() -> None:
    """Measured by a tenth of them, in processor time; it takes about half a second."""
    known = generate(2_000)
    begun = time.process_time()
    told = forecast(known, choose(known), days=60)
    assert time.process_time() - begun < 6
    assert len(told) == 2_000 > TOGETHER


def test_the_days_that_judge_have_no_part_in_choosing() -> None:
    honest = generate(120)
    other = [
        Series(
            quantities=np.append(each.quantities[:-28], np.arange(28.0) % 5), unknown=each.unknown
        )
        for each in honest
    ]
    assert backtest(honest).taken == backtest(other).taken
    assert backtest(honest).chosen != backtest(other).chosen
