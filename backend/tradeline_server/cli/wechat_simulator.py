"""`tradeline wechat-simulator`."""

import asyncio
import contextlib
import os
import signal

import click

from tradeline_server.cli._terminal import console, print_json
from tradeline_server.errors import CommandError
from tradeline_server.logs import configure_logs
from tradeline_server.settings import load_settings
from tradeline_server.wechat.simulator import (
    Config,
    environment_of,
    kept_branch_keys,
    kept_keys,
    running_simulator,
)

PORT_DEFAULT = 8090


@click.command("wechat-simulator")
@click.option("--port", default=PORT_DEFAULT, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--notify-url",
    default="http://127.0.0.1:8000/wechat/notices",
    show_default=True,
    help="Where notices will be sent: each merchant's to this address and /<its number>.",
)
@click.option(
    "--retry-scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Shortens the waiting between notices: 0.01 repeats after 0.15 s instead of 15 s.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the address and settings as JSON.")
def command(port: int, notify_url: str, retry_scale: float, as_json: bool) -> None:
    """Run a WeChat of your own: Pay, logging in, messages, until Ctrl-C.

    Prints the settings by which Tradeline talks to it; `tradeline run` starts one by itself
    where none are set. Its keys are made at the first start and
    kept in TRADELINE_HOME/wechat-simulator; payments and clock are in memory, gone at the end.
    It listens on this machine only, and sends notices to this machine only.

    A payer pays with: curl -d '{"prepay_id": "wx…"}' <address>/_simulator/pay
    infra/running.md lists what else can be made to happen.
    """
    configure_logs()
    asyncio.run(_simulate(port, notify_url, retry_scale, as_json))


async def _simulate(port: int, notify_url: str, retry_scale: float, as_json: bool) -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    folder = load_settings().made_home() / "wechat-simulator"
    keys = kept_keys(folder)
    branches = kept_branch_keys(folder, keys)
    config = Config(retry_scale=retry_scale)
    async with contextlib.AsyncExitStack() as stack:
        simulator = running_simulator(keys, config, branches=branches, port=port)
        try:
            running = await stack.enter_async_context(simulator)
        except OSError as error:
            reason = f"Cannot listen on port {port} ({error.strerror}): choose another by --port."
            raise CommandError(reason) from None
        environment = environment_of(folder, running.url, notify_url)
        if as_json:
            print_json({"url": running.url, "pid": os.getpid(), "environment": environment})
        else:
            console.print(f"WeChat is simulated at [bold]{running.url}[/bold]. Stop with Ctrl-C.\n")
            for name, value in environment.items():
                click.echo(f"export {name}='{value}'")
        await stop.wait()
