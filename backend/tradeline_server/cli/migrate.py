"""`tradeline migrate`."""

import asyncio

import click

from tradeline_server.cli._terminal import console, print_json
from tradeline_server.embedded import database_server
from tradeline_server.migrate import migrate
from tradeline_server.settings import load_settings


@click.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="Print what was applied as JSON.")
def command(as_json: bool) -> None:
    """Bring the database to the shape that this version expects."""
    applied = asyncio.run(_migrate())
    if as_json:
        print_json({"applied": applied})
        return
    for name in applied:
        console.print(f"applied {name}")
    if not applied:
        console.print("Nothing to do: the database is up to date.")


async def _migrate() -> list[str]:
    async with database_server(load_settings()) as dsn:
        return await migrate(dsn)
