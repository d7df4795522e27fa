"""`tradeline scenarios`: stories played from end to end, each figure beside the expected one."""

from __future__ import annotations

import asyncio
import sys

import click
from rich.table import Table

from tradeline_server.cli._terminal import console, print_json
from tradeline_server.scenarios.f2c import SCENARIOS
from tradeline_server.scenarios.playing import Outcome, Report, play, shown
from tradeline_server.scenarios.replenishment import month
from tradeline_server.settings import load_settings

STORIES = {"f2c": lambda: SCENARIOS, "replenishment": month}


@click.group("scenarios")
def command() -> None:
    """Play stories against a running system, and compare every figure.

    The system is one of the scenarios' own: real server, worker and database, and the simulated
    WeChat beside them. Everything is removed afterwards. Ends with 1 if a figure is not as it has
    to be, or the doctor finds anything.
    """


@command.command("run")
@click.argument("story", type=click.Choice(sorted(STORIES)))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def run(story: str, as_json: bool) -> None:
    """Play one story.

    f2c: factory to consumer. Sales in a mini-program through up to three tiers, with coupon,
    refunds, two collectors, and all that goes wrong on the way to WeChat.

    replenishment: a month of consumers' sales becomes proposals, an order to the supplier, its
    confirmations, promises, a receipt, a statement and a scorecard.
    """
    report = asyncio.run(
        play(
            load_settings(), story, STORIES[story](), lambda text: console.print(text, style="dim")
        )
    )
    if as_json:
        print_json(report.as_json())
    else:
        _show(report)
    if not report.agrees:
        sys.exit(1)


def _show(report: Report) -> None:
    for outcome in report.outcomes:
        console.print(_table(outcome))
        if outcome.error is not None:
            console.print(outcome.error, style="red", markup=False)
    console.print(f"The doctor found {report.violations} violations.")
    verdict = "Every figure is as it has to be." if report.agrees else "Something is wrong."
    console.print(verdict, style="green" if report.agrees else "red")


def _table(outcome: Outcome) -> Table:
    style = "green" if outcome.agrees else "red"
    title = f"{outcome.scenario.title} · {outcome.scenario.title_zh}"
    table = Table(title=title, title_justify="left", title_style=style)
    has_parties = any(figure.party for figure in outcome.figures)
    if has_parties:
        table.add_column("party")
    table.add_column("figure")
    table.add_column("expected", justify="right")
    table.add_column("found", justify="right")
    for figure in outcome.figures:
        table.add_row(
            *([figure.party] if has_parties else ()),
            figure.name,
            str(shown(figure, figure.expected)),
            str(shown(figure, figure.found)),
            style=None if figure.agrees else "red",
        )
    return table
