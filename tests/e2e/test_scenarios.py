"""`tradeline scenarios run`: everything from login to reconciliation, to the fen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tradeline_server.scenarios.f2c import SCENARIOS


@pytest.mark.timeout(300)
def test_every_figure_of_factory_to_consumer_is_as_it_has_to_be(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tradeline_server.cli", "scenarios", "run", "f2c", "--json"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "TRADELINE_HOME": str(tmp_path)},
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    wrong = {
        scenario["name"]: scenario["error"]
        or [figure for figure in scenario["figures"] if not figure["agrees"]]
        for scenario in report["scenarios"]
        if not scenario["agrees"]
    }
    assert wrong == {}
    assert [scenario["name"] for scenario in report["scenarios"]] == [
        scenario.name for scenario in SCENARIOS
    ]
    assert report["doctor_violations"] == 0
    assert report["agrees"] is True
    assert done.returncode == 0
