"""A server for the duration of a replay: the application and its worker, without any demo.

`python -m tradeline_server.history.serving FD` serves the database of DATABASE_URL on a socket
that it inherits, and ends when its standard input does: whatever becomes of the replay, no server
is left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator

import httpx2
import uvicorn

from tradeline_server.asgi import create_app
from tradeline_server.errors import CommandError
from tradeline_server.logs import configure_logs
from tradeline_server.settings import Settings, load_settings

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
            *(sys.executable, "-m", __name__, str(listener.fileno())),
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


def main() -> None:
    configure_logs(logging.WARNING)
    settings = load_settings()
    assert settings.database_url is not None, "own_server gives it"
    listener = socket.socket(fileno=int(sys.argv[1]))
    app = create_app(settings.database_url, secret=settings.secret, has_worker=True)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=wait_for_parent, daemon=True).start()
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main()
