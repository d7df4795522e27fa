"""`tradeline bench`: how fast, and whether still right."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import click
from rich.table import Table

from tradeline_server.bench.benching import Plan, Report, measure
from tradeline_server.bench.checkouts import measure_checkout
from tradeline_server.bench.scene import SCARCE_SKUS
from tradeline_server.cli._terminal import console, print_json
from tradeline_server.settings import load_settings
from tradeline_server.web_processes import PROCESSES_MAX, processes_default

# Access tokens last for ten minutes, of which signing in takes some.
SECONDS_MAX = 480
LINES_MAX = 1_000

Use = TypeVar("Use", bound=Callable[..., Any])


class Decorator(Protocol):
    """What gives a command an option."""

    def __call__(self, use: Use, /) -> Use: ...


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
seconds_option = click.option(
    "--seconds",
    type=click.IntRange(1, SECONDS_MAX),
    default=30,
    show_default=True,
    help="How long to measure, after a warm-up.",
)


web_processes_option = click.option(
    "--web-processes",
    type=click.IntRange(1, PROCESSES_MAX),
    default=processes_default,
    show_default="as many as cores",
    help="Web processes that share the port.",
)


def concurrency_option(default: int) -> Decorator:
    return click.option(
        "--concurrency",
        type=click.IntRange(1, 1_000),
        default=default,
        show_default=True,
        help="Requests under way at a time, each on a connection of its own.",
    )


def size_option(name: str, default: int, what: str, minimum: int = 1) -> Decorator:
    return click.option(
        name, type=click.IntRange(minimum), default=default, show_default=True, help=what
    )


@click.group("bench")
def command() -> None:
    """Measure speed and correctness on a database of its own.

    The real server runs in processes of its own, over a database that is written to the disk, and
    dealers or consumers speak to it over HTTP. Everything is removed afterwards. Ends with 1 if
    anything was lost, oversold or left wrong. infra/benchmarks.md tells what the figures mean.
    """


@command.command("orders")
@seconds_option
@click.option(
    "--lines",
    type=click.IntRange(1, LINES_MAX),
    default=5,
    show_default=True,
    help="Lines of each order.",
)
@concurrency_option(64)
@click.option(
    "--rate",
    type=click.IntRange(1),
    help="Orders a minute to offer, however long they take. [default: as many as are taken]",
)
@web_processes_option
@size_option("--skus", 5_000, "SKUs in the catalog.", SCARCE_SKUS + 20)
@size_option("--relationships", 1_000, "Dealers, each with an edge of its own.")
@click.option("--hot", is_flag=True, help="Let everybody order the same SKU.")
@size_option("--history", 0, "Orders that are there before.", 0)
@as_json_option
def orders(
    seconds: int,
    lines: int,
    concurrency: int,
    rate: int | None,
    web_processes: int,
    skus: int,
    relationships: int,
    hot: bool,
    history: int,
    as_json: bool,
) -> None:
    """Place orders, and prove afterwards that every one is there, once, and nothing oversold."""
    plan = Plan(
        kind="orders",
        seconds=seconds,
        lines=lines,
        concurrency=concurrency,
        rate=rate,
        web_processes=web_processes,
        skus=skus,
        relationships=relationships,
        hot=hot,
        past_orders=history,
    )
    _measure(plan, as_json)


@command.command("catalog")
@seconds_option
@concurrency_option(4)
@web_processes_option
@size_option("--skus", 20_000, "SKUs in the catalog.", SCARCE_SKUS + 20)
@size_option("--relationships", 10_000, "Dealers, each with prices of its own.")
@as_json_option
def catalog(
    seconds: int,
    concurrency: int,
    web_processes: int,
    skus: int,
    relationships: int,
    as_json: bool,
) -> None:
    """Leaf through the catalog: pages of 50 SKUs at the dealer's own price."""
    plan = Plan(
        kind="catalog",
        seconds=seconds,
        concurrency=concurrency,
        web_processes=web_processes,
        skus=skus,
        relationships=relationships,
    )
    _measure(plan, as_json)


@command.command("checkout")
@seconds_option
@concurrency_option(256)
@web_processes_option
@size_option("--members", 400, "Consumers who are logged in.")
@as_json_option
def checkout(
    seconds: int, concurrency: int, web_processes: int, members: int, as_json: bool
) -> None:
    """Buy in a mini-program, pay, and prove that every fen is traced through all three tiers."""
    plan = Plan(
        kind="checkout",
        seconds=seconds,
        concurrency=concurrency,
        web_processes=web_processes,
        skus=2,
        relationships=2,
        members=members,
    )
    _measure(plan, as_json)


def _measure(plan: Plan, as_json: bool) -> None:
    try:
        report = asyncio.run(_until_stopped(plan))
    except asyncio.CancelledError:
        raise click.Abort from None
    if as_json:
        print_json(report.as_json())
    else:
        _show(report)
    if not report.is_sound:
        sys.exit(1)


async def _until_stopped(plan: Plan) -> Report:
    """SIGTERM tidies up as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None, "a coroutine runs in a task"
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    use = measure_checkout if plan.kind == "checkout" else measure
    return await use(load_settings(), plan, lambda text: console.print(text, style="dim"))


def _show(report: Report) -> None:
    table = Table(title=f"Bench: {report.plan['kind']}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in report.as_json().items():
        if name == "plan" or value in ([], {}, None):
            continue
        if isinstance(value, dict):
            text = "  ".join(f"{part} {figure}" for part, figure in value.items())
        elif isinstance(value, list):
            text = "\n".join(map(str, value))
        else:
            text = f"{value:,}" if isinstance(value, int | float) else str(value)
        table.add_row(name.replace("_", " "), text)
    console.print(table)
    verdict = "Nothing is lost, oversold or wrong." if report.is_sound else "Something is wrong."
    console.print(verdict, style="green" if report.is_sound else "red")
