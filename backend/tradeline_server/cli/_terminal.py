"""What commands print with: people read the error output, programs the standard output."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

console = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One document on one line. Takes whatever msgspec can encode."""
    click.echo(msgspec.json.encode(value).decode())


def print_error(message: str) -> None:
    console.print(f"error: {message}", style="red", markup=False)


def login_table(logins: Sequence[Mapping[str, str]]) -> Table:
    """Who may sign in. What is to be copied is never cut, however narrow the window."""
    table = Table(title="Logins", title_justify="left")
    for title in logins[0]:
        table.add_column(title, no_wrap=title in ("email", "password"))
    for login in logins:
        table.add_row(*login.values())
    return table
