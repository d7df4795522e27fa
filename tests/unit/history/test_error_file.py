"""The error file holds every refused line, and nothing that a spreadsheet would run."""

import csv
from pathlib import Path

import pytest

from tests.history_data import HISTORY
from tradeline_server.errors import CommandError
from tradeline_server.history.error_file import default_path, neutral, write_errors
from tradeline_server.history.reading import read_history
from tradeline_server.history.suggestions import suggest


def test_every_refused_line_stands_in_it_with_its_own_cells(tmp_path: Path) -> None:
    history = read_history(HISTORY)
    refused = [*history.refused, *suggest(history.lines, "GBP").refused]

    write_errors(tmp_path / "errors.csv", history, refused)

    with open(tmp_path / "errors.csv", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["line", "reason", "words", "words_zh", *history.columns]
    assert [int(row[0]) for row in rows] == sorted(line.number for line in refused)
    by_number = {int(row[0]): row for row in rows}
    assert by_number[4][1:3] == ["not_goods", "POST is a charge, not goods."]
    assert by_number[4][4:] == list(history.originals[4])
    assert by_number[18][7] == "'-7"
    assert by_number[27][4:] == list(history.originals[27])


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_cells_that_would_run_are_neutralised(cell: str) -> None:
    assert neutral(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "1-2", "a=b", "'=1", " x"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert neutral(cell) == cell


def test_it_lies_in_the_current_folder_by_default() -> None:
    assert default_path(Path("/a/b/sales-2010.csv.gz")) == Path("sales-2010.errors.csv")
    assert default_path(Path("sales.csv")) == Path("sales.errors.csv")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot write"):
        write_errors(tmp_path / "missing" / "errors.csv", read_history(HISTORY), [])
