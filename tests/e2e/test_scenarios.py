"""`tradeline scenarios run`: from login to reconciliation and from sales to supply, to the fen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tradeline_server.cli.scenarios import STORIES


@pytest.mark.timeout(300)
@pytest.mark.parametrize("story", sorted(STORIES))
def test_every_figure_of_a_story_is_as_it_has_to_be(tmp_path: Path, story: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tradeline_server.cli", "scenarios", "run", story, "--json"],
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
        scenario.name for scenario in STORIES[story]()
    ]
    assert report["doctor_violations"] == 0
    assert report["agrees"] is True
    assert done.returncode == 0
