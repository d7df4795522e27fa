"""`tradeline forecast backtest`, as somebody at a shell runs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.history_data import HISTORY
from tradeline_server.cli import main

REAL = Path(__file__).parents[3] / "shared/data/online-retail-2010-12.csv.gz"
METHODS = {
    "chosen",
    "naive",
    "seasonal_naive",
    "moving_average",
    "exponential_smoothing",
    "croston",
    "sba",
    "tsb",
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tradeline_server.cli", "forecast", "backtest", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert set(told) == METHODS
    return told


def test_on_generated_demand_the_chosen_err_less_than_naive() -> None:
    told = answer("--series", "600")
    assert told["chosen"]["series"] == 600
    assert told["chosen"]["mase"] < min(
        each["mase"] for name, each in told.items() if name != "chosen"
    )
    assert told["chosen"]["mase"] < 0.85 * told["naive"]["mase"]
    assert abs(told["chosen"]["bias"]) < 0.05


@pytest.mark.skipif(not REAL.exists(), reason="the real order history is not beside the checkout")
def test_on_a_real_file_the_chosen_err_less_than_naive() -> None:
    told = answer("--file", str(REAL))
    assert told["chosen"]["series"] > 2_000
    assert told["chosen"]["mase"] < 0.85 * told["naive"]["mase"]


def test_people_get_a_table_and_are_told_what_cannot_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["forecast", "backtest", "--series", "30"])
    table = capsys.readouterr().err
    assert "30 series" in table
    assert "croston" in table
    main(["forecast", "backtest", "--file", str(HISTORY), "--json"])
    assert json.loads(capsys.readouterr().out)["chosen"]["series"] >= 0
    for arguments, sentence in {
        ("--series", "0"): "not in the range",
        ("--file", "nowhere.csv"): "There is no file",
        ("--file", str(HISTORY), "--series", "3"): "--series is for",
    }.items():
        with pytest.raises(SystemExit):
            main(["forecast", "backtest", *arguments])
        assert sentence in capsys.readouterr().err
