"""A server for the duration of a replay, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator

import httpx2

from tradeline_server.errors import CommandError
from tradeline_server.settings import Settings

# Not imported here: it would bring the whole application into the client's process.
MODULE = "tradeline_server.history.serving"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
HEALTH_SECONDS_MAX = 2.0


@contextlib.asynccontextmanager
async def own_server(settings: Settings, dsn: str) -> AsyncIterator[str]:
    """The address of a server of our own, in a process of its own, while the block lasts.

    It signs tokens with the installation's secret, as any other server of it does.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", MODULE, str(listener.fileno())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=os.environ | {"DATABASE_URL": dsn, "TRADELINE_SECRET": settings.secret},
            pass_fds=(listener.fileno(),),
            start_new_session=True,  # Ctrl-C is for the replay, which then ends this one
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        await _wait_until_healthy(url, process)
        yield url
    finally:
        assert process.stdin is not None, "it was asked for"
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()


async def is_healthy(url: str) -> bool:
    """Whether one of our servers answers there."""
    try:
        async with httpx2.AsyncClient(trust_env=False, timeout=HEALTH_SECONDS_MAX) as client:
            return (await client.get(f"{url}/healthz")).status_code == 200
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False


async def _wait_until_healthy(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while not await is_healthy(url):
        if process.returncode is not None or time.monotonic() > deadline:
            raise CommandError("The server did not come up; the lines above say why.")
        await asyncio.sleep(0.05)
