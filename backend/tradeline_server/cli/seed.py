"""`tradeline seed`."""

import asyncio
from collections.abc import Mapping, Sequence

import click
from rich.table import Table

from tradeline_server.cli._terminal import console, login_table, print_json
from tradeline_server.embedded import database_server
from tradeline_server.member_key import take_up_member_key
from tradeline_server.migrate import migrate
from tradeline_server.seed import count_demo, ensure_demo
from tradeline_server.settings import load_settings

Logins = Sequence[Mapping[str, str]]


@click.command("seed")
@click.option("--json", "as_json", is_flag=True, help="Print what there is as one JSON object.")
def command(as_json: bool) -> None:
    """Make the demo network, unless it is there: a brand, its dealers, months of their trade.

    Prints what there is in it, and who may sign in.
    """
    is_new, counts, logins = asyncio.run(_seed())
    if as_json:
        print_json({"made": is_new, "counts": counts, "logins": logins})
        return
    console.print("Made the demo network." if is_new else "The demo network is there already.")
    table = Table("what", "how many")
    for name, number in counts.items():
        table.add_row(name.replace("_", " "), str(number))
    console.print(table)
    console.print(login_table(logins))


async def _seed() -> tuple[bool, Mapping[str, int], Logins]:
    settings = load_settings()
    async with database_server(settings) as dsn:
        await migrate(dsn)
        await take_up_member_key(settings, dsn)
        is_new = not await count_demo(dsn)
        logins = await ensure_demo(dsn)
        return is_new, await count_demo(dsn), logins
