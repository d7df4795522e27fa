"""`tradeline web`."""

import asyncio
import contextlib
import os
import signal
import socket
import sys

import click
import structlog

from tradeline_server import web_processes
from tradeline_server.cli._terminal import console
from tradeline_server.embedded import database_server
from tradeline_server.logs import configure_logs
from tradeline_server.member_key import take_up_member_key
from tradeline_server.migrate import require_migrated
from tradeline_server.settings import Settings, load_settings

RESTART_SECONDS = 1.0
# Longer than a process gives its requests, see `web.web_config`.
STOP_SECONDS_MAX = 20.0

log = structlog.get_logger("tradeline.web")


@click.command("web")
@click.option(
    "--processes",
    type=click.IntRange(1, web_processes.PROCESSES_MAX),
    default=web_processes.processes_default,
    show_default="as many as cores",
    help="Web processes that share the port.",
)
def command(processes: int) -> None:
    """Serve the web application, in several processes, until Ctrl-C.

    It neither migrates nor works behind the requests: `tradeline migrate` comes before it, and
    `tradeline worker` beside it. A process that dies is started again.
    """
    configure_logs()
    asyncio.run(_serve(load_settings(), processes))


async def _serve(settings: Settings, processes: int) -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    listeners = web_processes.listen(settings.host, settings.port, processes)
    host, port = listeners[0].getsockname()[:2]
    async with database_server(settings) as dsn:
        await require_migrated(dsn)
        await take_up_member_key(settings, dsn)
        environment = os.environ | {
            "DATABASE_URL": dsn,
            "TRADELINE_SECRET": settings.secret,
            "TRADELINE_MEMBER_KEY": settings.member_key,
        }
        console.print(f"Web processes on {host}:{port}: {processes}. Stop them with Ctrl-C.")
        await asyncio.gather(*(_keep(listener, environment, stop) for listener in listeners))


async def _keep(listener: socket.socket, environment: dict[str, str], stop: asyncio.Event) -> None:
    """One process after another on the socket, which stays: whoever calls meanwhile waits."""
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", web_processes.MODULE, str(listener.fileno())),
            stdin=asyncio.subprocess.PIPE,
            env=environment,
            pass_fds=(listener.fileno(),),
            start_new_session=True,  # Ctrl-C is for us, who then end this one
        )
        ending = asyncio.create_task(process.wait())
        await asyncio.wait([ending, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            assert process.stdin is not None, "it was asked for"
            process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(ending), STOP_SECONDS_MAX)
            if process.returncode is None:
                process.kill()
            await ending
        else:
            log.error("web.process_ended", pid=process.pid, code=process.returncode)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RESTART_SECONDS)
