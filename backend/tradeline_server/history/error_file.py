"""The lines that were not taken, as a table that a spreadsheet may open without harm."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from tradeline.kernel import Locale
from tradeline_server.errors import CommandError
from tradeline_server.history.reading import History
from tradeline_server.history.reasons import RefusedLine

OWN_COLUMNS = ("line", "reason", "words", "words_zh")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def default_path(file: Path) -> Path:
    """`sales.csv.gz` leads to `sales.errors.csv` in the current folder."""
    return Path(f"{file.name.removesuffix('.gz').removesuffix('.csv')}.errors.csv")


def write_errors(path: Path, history: History, refused: Iterable[RefusedLine]) -> None:
    """Replace the file whole or not at all. A line with too few or too many cells keeps them."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(new, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*OWN_COLUMNS, *map(neutral, history.columns)])
            for line in sorted(refused, key=lambda line: line.number):
                own = (line.reason.value, line.words(Locale.EN), line.words(Locale.ZH))
                cells = (*own, *history.originals[line.number])
                writer.writerow([line.number, *map(neutral, cells)])
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise CommandError(f"Cannot write {path}: {error.strerror}.") from error


def neutral(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula, with an apostrophe before it."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
