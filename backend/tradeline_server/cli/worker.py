"""`tradeline worker`."""

import asyncio
import signal

import click

from tradeline.kernel import Database, open_pool
from tradeline_server.cli._terminal import console
from tradeline_server.embedded import database_server
from tradeline_server.logs import configure_logs
from tradeline_server.member_key import take_up_member_key
from tradeline_server.migrate import require_migrated
from tradeline_server.settings import load_settings
from tradeline_server.wechat import load_merchants, open_merchants
from tradeline_server.worker import run_worker

# What WeChat says is written down beside the events that are handed over.
POOL_SIZE_MAX = 4


@click.command("worker")
def command() -> None:
    """Post journals, deliver events, expire holds, ask and tell WeChat: until Ctrl-C.

    `tradeline run` has a worker of its own. Any number may run; one works, the others stand by.
    """
    configure_logs()
    asyncio.run(_work())


async def _work() -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    settings = load_settings()
    async with database_server(settings) as dsn:
        await require_migrated(dsn)
        await take_up_member_key(settings, dsn)
        console.print("The worker is up. Stop it with Ctrl-C.")
        async with (
            await open_pool(dsn, role=None, max_size=2) as owner_pool,
            await open_pool(dsn, max_size=POOL_SIZE_MAX) as pool,
            open_merchants(load_merchants()) as merchants,
        ):
            await run_worker(owner_pool, Database(pool), stop, merchants=merchants)
