"""What commands print with: people read the error output, programs the standard output."""

from typing import Any

import click
import msgspec
from rich.console import Console

console = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One document on one line. Takes whatever msgspec can encode."""
    click.echo(msgspec.json.encode(value).decode())


def print_error(message: str) -> None:
    console.print(f"error: {message}", style="red", markup=False)
