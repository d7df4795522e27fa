"""What a bench reckons with: it has to see what is wrong, or its zeros mean nothing."""

from pathlib import Path

import msgspec
import pytest

from tradeline_server.bench.reckoning import (
    lost_orders,
    oversold_units,
    percentile,
    shares_of_time,
)
from tradeline_server.bench.watching import Watch, stages_between

TOLD = [("SO1", 100), ("SO2", 250), ("SO3", 70)]
STORED = {"SO1": 100, "SO2": 250, "SO3": 70, "SO4": 5}


def test_orders_that_are_there_as_told_are_not_lost() -> None:
    assert lost_orders(TOLD, STORED) == []


@pytest.mark.parametrize(
    ("told", "stored", "lost"),
    [
        pytest.param(TOLD, {"SO1": 100, "SO3": 70}, ["SO2"], id="missing"),
        pytest.param(TOLD, {**STORED, "SO2": 251}, ["SO2"], id="of another amount"),
        pytest.param([*TOLD, ("SO1", 100)], STORED, ["SO1"], id="one for two answers"),
        pytest.param([*TOLD, ("SO9", 1)], STORED, ["SO9"], id="made up"),
    ],
)
def test_a_falsified_list_is_seen(
    told: list[tuple[str, int]], stored: dict[str, int], lost: list[str]
) -> None:
    assert lost_orders(told, stored) == lost


def test_all_that_came_in_may_be_sold_and_no_more() -> None:
    assert oversold_units({7: 100, 8: 3}, {7: 100, 8: 5}) == {}
    assert oversold_units({7: 101, 8: 3}, {7: 100, 8: 5}) == {7: 1}
    assert oversold_units({9: 4}, {}) == {9: 4}


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]

    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([3.0], 0.99) == 3.0
    assert percentile([], 0.5) is None


def test_shares_divide_what_a_caller_waits() -> None:
    stages = {
        "authenticating": (10, 0.1),
        "parsing": (20, 0.05),
        "executing": (10, 0.7),
        "waiting": (10, 0.05),
        "loading": (20, 0.2),
        "deciding": (10, 0.05),
        "storing": (10, 0.1),
        "committing": (10, 0.15),
    }

    assert shares_of_time(stages, latency_ms=100.0) == {
        "authenticating": 0.1,
        "parsing": 0.05,
        "executing": 0.15,
        "waiting": 0.05,
        "loading": 0.2,
        "deciding": 0.05,
        "storing": 0.25,
        "other": 0.15,
    }
    assert shares_of_time({}, 100.0) == shares_of_time(stages, None) == {}


def test_stages_count_between_two_moments_over_all_processes(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    for path in paths:
        lines = [[moment, {"parsing": [moment * 10, moment / 2]}] for moment in (1, 2, 3, 4)]
        path.write_bytes(b"\n".join(map(msgspec.json.encode, lines)) + b"\n")

    assert stages_between(paths, 1.9, 4.2) == {"parsing": (40, 2.0)}


def test_processor_time_is_that_between_two_moments() -> None:
    watch = Watch(cpu=[(1.0, {"web": 5.0}), (2.0, {"web": 6.0}), (3.0, {"web": 9.0, "load": 1.0})])

    assert watch.cpu_seconds(2.1, 2.9) == {"web": 3.0, "load": 1.0}
    assert Watch().cpu_seconds(0, 1) == {}
