"""`tradeline import`: brings in what another system knows."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Literal

import click
from rich.progress import BarColumn, Progress, TextColumn

from tradeline_server.cli._history import read_file
from tradeline_server.cli._terminal import console, print_json
from tradeline_server.embedded import database_server
from tradeline_server.errors import UsageError
from tradeline_server.history.error_file import default_path, write_errors
from tradeline_server.history.importing import (
    NETWORK_CODE,
    NETWORK_NAME,
    Imported,
    Target,
    import_history,
)
from tradeline_server.history.reading import History
from tradeline_server.history.suggestions import Suggestion, suggest
from tradeline_server.history.summary import print_summary, refused_of, summarize
from tradeline_server.migrate import migrate
from tradeline_server.settings import load_settings

Mode = Literal["dry-run", "apply"]


@click.group("import")
def command() -> None:
    """Bring in what another system knows."""


@command.command("order-history")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", "mode", flag_value="dry-run", help="Show what would be made.")
@click.option("--apply", "mode", flag_value="apply", help="Make it, whole or not at all.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where refused lines go.")
@click.option("--network", default=NETWORK_NAME, show_default=True, help="Name of the network.")
@click.option("--network-code", help=f"Its code; {NETWORK_CODE}, if that is free.")
@click.option("--currency", default="GBP", show_default=True, help="Currency of the prices.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
def order_history(
    file: Path,
    mode: Mode | None,
    errors: Path | None,
    network: str,
    network_code: str | None,
    currency: str,
    as_json: bool,
) -> None:
    """Turn a wholesaler's export into a network: retailers, SKUs, price lists, stock, limits.

    FILE is a .csv or .csv.gz with the columns InvoiceNo, StockCode, Description, Quantity,
    InvoiceDate, UnitPrice, CustomerID and Country. Lines that are not taken go to an error file,
    each with its number and its reason.
    """
    if mode is None:
        raise UsageError("Say --dry-run to see what would be made, or --apply to make it.")
    errors = errors or default_path(file)
    if errors.resolve() == file.resolve():
        raise UsageError("--errors names FILE itself; choose another place.")
    target = Target(code=network_code, name=network, currency=currency)
    target.check()
    history = read_file(file)
    suggestion = suggest(history.lines, currency)
    imported = Imported("dry_run", "")
    if mode == "apply":
        imported = asyncio.run(_apply(history, suggestion, target))
    write_errors(errors, history, refused_of(history, suggestion))
    summary = summarize(file.name, history, suggestion, os.fspath(errors), imported)
    if as_json:
        print_json(summary)
        return
    print_summary(console, summary, history, suggestion)
    console.print(OUTCOMES[imported.outcome].format(network=imported.network_code), markup=False)


OUTCOMES = {
    "dry_run": "Nothing was made; --apply makes it.",
    "made": "Made network {network}.",
    "nothing_to_do": "Nothing to do: network {network} holds this file already.",
}


async def _apply(history: History, suggestion: Suggestion, target: Target) -> Imported:
    async with database_server(load_settings()) as dsn:
        await migrate(dsn)
        columns = (TextColumn("Making"), BarColumn(), TextColumn("{task.fields[what]}"))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("", total=_things(suggestion), what="the wholesaler")

            def advance(what: str, count: int) -> None:
                progress.update(task, advance=count, what=what)

            return await import_history(dsn, history, suggestion, target, advance)


def _things(suggestion: Suggestion) -> int:
    """How many things there are to make, for the progress bar."""
    steps = [sku.prices for sku in suggestion.skus.values()]
    for retailer in suggestion.retailers.values():
        steps += retailer.contract.values()
    prices = sum(len(each.prices) for each in steps)
    return len(suggestion.retailers) + 2 * len(suggestion.skus) + prices
