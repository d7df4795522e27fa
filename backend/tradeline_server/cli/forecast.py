"""`tradeline forecast`: how far the forecasts can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tradeline.forecasting import Backtest, Method, Series, Verdict, backtest, generate
from tradeline_server.cli._history import read_file
from tradeline_server.cli._terminal import console, print_json
from tradeline_server.errors import CommandError
from tradeline_server.history.demand import series_of_history

SERIES = 2_000


@click.group("forecast")
def command() -> None:
    """Forecasts of demand: which method is chosen, and how much each of them errs."""


@command.command("backtest")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="An order history, as `tradeline import order-history` reads it.",
)
@click.option(
    "--series",
    "count",
    type=click.IntRange(1, 100_000),
    help=f"How many series to make up, without a file; {SERIES:,} unless told otherwise.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def backtest_command(file: Path | None, count: int | None, as_json: bool) -> None:
    """Forecast the past, and compare with what came.

    For each series the method is chosen by what was known four weeks before its end (of less than
    sixteen weeks the last quarter is held back). From then on each method forecasts two weeks
    ahead, anew each day, and so does the chosen one.

    MASE is the mean error of a day, by the mean difference between one day and the next before:
    below 1 is better than to repeat yesterday was. Bias is above 0 where too much is forecast. A
    series whose days before were all equal has neither, and is left out of `series`.

    Without a file a year of each series is made up, always by the same dice: smooth, intermittent,
    lumpy, weekly, trending and ending demand, and days without stock.
    """
    if file is not None and count is not None:
        raise CommandError("--series is for what is made up; a file has as many as it has.")
    series = generate(count or SERIES) if file is None else _of_file(file)
    report = backtest(series)
    if as_json:
        print_json(as_json_object(report))
    else:
        console.print(_table(report, len(series)))


def _of_file(file: Path) -> list[Series]:
    series = series_of_history(read_file(file).lines)
    if not series:
        raise CommandError(
            f"There is no sale in {file.name}: `tradeline import order-history … --dry-run` writes "
            "why, line by line, into an error file."
        )
    return series


def as_json_object(report: Backtest) -> dict[str, Any]:
    chosen = {**_verdict(report.chosen), "taken": report.taken}
    return {"chosen": chosen, **{name: _verdict(each) for name, each in report.methods.items()}}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "mase": None if verdict.mase is None else round(verdict.mase, 4),
        "bias": None if verdict.bias is None else round(verdict.bias, 4),
        "series": verdict.series,
    }


def _table(report: Backtest, series: int) -> Table:
    table = Table(title=f"{series:,} series, {report.chosen.series:,} judged", title_justify="left")
    for title in ("method", "MASE", "bias", "chosen for"):
        table.add_column(title, justify="left" if title == "method" else "right")
    table.add_row("chosen", *_cells(report.chosen), style="bold")
    for method in sorted(Method, key=lambda each: report.methods[each].mase or 0.0):
        table.add_row(method, *_cells(report.methods[method]), f"{report.taken[method]:,}")
    return table


def _cells(verdict: Verdict) -> tuple[str, str]:
    if verdict.mase is None or verdict.bias is None:
        return "–", "–"
    return f"{verdict.mase:.3f}", f"{verdict.bias:+.3f}"
