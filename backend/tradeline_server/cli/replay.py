"""`tradeline replay`: real orders through the public graph."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tradeline.kernel import Money
from tradeline_server.cli._history import read_file
from tradeline_server.cli._terminal import console, print_json
from tradeline_server.embedded import database_server
from tradeline_server.errors import CommandError
from tradeline_server.history.importing import Target, import_history
from tradeline_server.history.own_server import is_healthy, own_server
from tradeline_server.history.reading import History
from tradeline_server.history.replaying import ReplayReport, replay_history
from tradeline_server.history.suggestions import Suggestion, suggest
from tradeline_server.migrate import migrate
from tradeline_server.settings import Settings, load_settings


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--url", help="A running server over the same database; else one is found or started."
)
@click.option("--network-code", help="Where the file was imported, if by a code of its own.")
@click.option("--currency", default="GBP", show_default=True, help="Currency of the prices.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def command(
    file: Path, url: str | None, network_code: str | None, currency: str, as_json: bool
) -> None:
    """Send the invoices of FILE as orders through the GraphQL API, and compare the amounts.

    Each invoice goes as its own dealer: ordered, confirmed, shipped, received and paid;
    cancellations go as returns. A file that was not imported yet is imported first. Whatever a
    replay of the same file did before is not done again.
    """
    target = Target(code=network_code, currency=currency)
    target.check()
    history = read_file(file)
    suggestion = suggest(history.lines, currency)
    report = asyncio.run(_replay(file.name, url, history, suggestion, target))
    if as_json:
        print_json(report)
    else:
        _print(report)
    if not report.is_sound:
        sys.exit(1)


async def _replay(
    file: str, url: str | None, history: History, suggestion: Suggestion, target: Target
) -> ReplayReport:
    settings = load_settings()
    async with database_server(settings) as dsn:
        await migrate(dsn)
        imported = await import_history(dsn, history, suggestion, target)
        if imported.outcome == "made":
            console.print(f"Imported {file} into {imported.network_code}.", markup=False)
        async with _server(settings, dsn, url) as address:
            columns = (TextColumn("Replaying"), BarColumn(), MofNCompleteColumn())
            with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
                total = len(suggestion.sales) + len(suggestion.cancellations)
                task = progress.add_task("lines", total=total)
                return await replay_history(
                    dsn,
                    address,
                    file,
                    history,
                    suggestion,
                    target,
                    advance=lambda lines: progress.advance(task, lines),
                )


@contextlib.asynccontextmanager
async def _server(settings: Settings, dsn: str, url: str | None) -> AsyncIterator[str]:
    """The address of a server that answers; one of our own for as long as the block lasts."""
    known = (url or _announced(settings) or "").rstrip("/")
    if known and await is_healthy(known):
        yield known
        return
    if url is not None:
        raise CommandError(f"No server of Tradeline answers at {url}.")
    async with own_server(settings, dsn) as address:
        yield address


def _announced(settings: Settings) -> str | None:
    """The address that a running server left for others."""
    try:
        content = msgspec.json.decode((settings.home / "server.json").read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    url: str | None = content.get("url")
    return url


def _print(report: ReplayReport) -> None:
    table = Table(title=f"Replay of {report.file}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows = (
        ("lines of the file", f"{report.lines_total:,}"),
        ("accepted", f"{report.lines_accepted:,}"),
        ("refused by the graph", f"{report.lines_refused:,}"),
        ("not sent, refused by the import", f"{report.lines_skipped:,}"),
        ("dealers", f"{report.dealers:,}"),
        ("orders", f"{report.orders:,}"),
        ("returns", f"{report.returns:,}"),
        ("statements confirmed by both", f"{report.statements:,}"),
        ("amount by the graph", str(Money(report.amount_minor, report.currency))),
        ("amount by the file", str(Money(report.file_amount_minor, report.currency))),
        ("left open between the parties", str(Money(report.open_balance_minor, report.currency))),
        ("seconds", f"{report.seconds:,.1f}"),
        ("violations found by the doctor", f"{report.doctor_violations:,}"),
    )
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for reason, count in report.refused.items():
        console.print(f"refused by the graph: {reason}, {count:,} lines", markup=False)
    for violation in report.violations:
        console.print(violation, style="red", markup=False)
    verdict = "The amounts agree to the penny." if report.amounts_agree else "The amounts differ."
    console.print(verdict, style="green" if report.amounts_agree else "red")
