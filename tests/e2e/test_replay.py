"""The command line from end to end: a history is imported, replayed over HTTP, and compared."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.history_data import HISTORY

SECONDS_MAX = 200
pytestmark = pytest.mark.timeout(600)  # as long as its slowest steps on a busy machine


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder of its own for the data of one installation, with a blank in its name."""

    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"TRADELINE_HOME": str(self.folder / "my data")}
        for name in ("DATABASE_URL", "TRADELINE_PORT"):
            environment.pop(name, None)
        return subprocess.run(
            [sys.executable, "-m", "tradeline_server.cli", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )

    def answer(self, *arguments: str) -> dict[str, Any]:
        """The one JSON object that a command prints; it must end well."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    yield Machine(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def first(machine: Machine) -> dict[str, Any]:
    """The first replay, after the import."""
    made = machine.answer("import", "order-history", str(HISTORY), "--apply")
    assert made["outcome"] == "made"
    return machine.answer("replay", str(HISTORY))


def test_every_line_is_accounted_for(first: dict[str, Any]) -> None:
    lines = [first[f"lines_{kind}"] for kind in ("accepted", "refused", "skipped")]

    assert first["lines_total"] == sum(lines) == 43
    assert first["lines_refused"] == 0


def test_amounts_agree_with_the_file_and_nothing_stays_open(first: dict[str, Any]) -> None:
    assert first["amount_minor"] == first["file_amount_minor"] > 0
    assert first["open_balance_minor"] == 0
    assert first["statements"] == first["dealers"]


def test_the_doctor_finds_nothing(first: dict[str, Any]) -> None:
    assert (first["doctor_violations"], first["violations"]) == (0, [])


def test_a_second_replay_changes_nothing(machine: Machine, first: dict[str, Any]) -> None:
    again = machine.answer("replay", str(HISTORY))

    assert {**again, "seconds": 0} == {**first, "seconds": 0}


def test_a_dry_run_makes_nothing_but_the_error_file(machine: Machine) -> None:
    shown = machine.answer(
        "import", "order-history", str(HISTORY), "--dry-run", "--errors", "faults.csv"
    )

    with open(machine.folder / "faults.csv", newline="") as file:
        faults = list(csv.DictReader(file))
    assert shown["outcome"] == "dry_run"
    assert len(faults) == shown["lines_refused"] == shown["lines_total"] - shown["lines_taken"]


def test_a_person_reads_tables_on_the_error_output(machine: Machine) -> None:
    done = machine.run("import", "order-history", str(HISTORY), "--dry-run")

    assert done.returncode == 0
    assert done.stdout == ""
    assert "not_goods" in done.stderr
    assert "Nothing was made" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((str(HISTORY),), "Say --dry-run"),
        (("missing.csv", "--apply"), "There is no file missing.csv."),
        ((str(HISTORY), "--apply", "--errors", str(HISTORY)), "--errors names FILE itself"),
        ((str(HISTORY), "--dry-run", "--currency", "XXX"), "XXX is not a currency"),
    ],
)
def test_what_makes_no_sense_ends_in_one_line(
    machine: Machine, arguments: tuple[str, ...], words: str
) -> None:
    done = machine.run("import", "order-history", *arguments)

    assert done.returncode != 0
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
