"""A simulated WeChat beside a system that has none: its own process, gone with whoever started it.

Where WeChat is set up there never is one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tradeline_server.errors import CommandError
from tradeline_server.wechat.settings import PREFIX

# Not imported here: it would bring the whole simulator into the process that starts it.
MODULE = "tradeline_server.wechat.serving"
NOTICES_PATH = "/wechat/notices"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 10.0


class Beside(msgspec.Struct, frozen=True):
    """`environment` holds the settings by which the system talks to it; `pid` is its process's."""

    pid: int
    url: str
    app_id: str
    environment: dict[str, str]


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether anything at all is said of WeChat: then it is WeChat that is talked to."""
    return any(value for name, value in environment.items() if name.startswith(PREFIX))


def loopback(url: str) -> str:
    """The address by which this machine itself reaches a server of its own: the simulator sends
    notices nowhere else."""
    return f"http://127.0.0.1:{urlsplit(url).port}"


@contextlib.asynccontextmanager
async def simulator_beside(
    home: Path, url: str, options: Mapping[str, object] | None = None
) -> AsyncIterator[Beside]:
    """A simulator for the system at `url`, while the block lasts; `options` are its Config's.

    Raises:
        CommandError: it did not come up.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", MODULE),
        *(str(home / "wechat-simulator"), url + NOTICES_PATH),
        msgspec.json.encode(dict(options or {})).decode(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for whoever started us, who then ends this one
    )
    assert process.stdin is not None, "it was asked for"
    assert process.stdout is not None, "it was asked for"
    try:
        yield await _first_words(process.stdout)
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _first_words(output: asyncio.StreamReader) -> Beside:
    line = b""
    with contextlib.suppress(TimeoutError):
        line = await asyncio.wait_for(output.readline(), START_SECONDS_MAX)
    if not line:
        raise CommandError("The simulated WeChat did not come up; the lines above say why.")
    return msgspec.json.decode(line, type=Beside)
