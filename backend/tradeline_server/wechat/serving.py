"""What `python -m tradeline_server.wechat.serving FOLDER NOTIFY_URL OPTIONS` runs: a simulated
WeChat beside the system that started it, with keys of FOLDER. OPTIONS is JSON of its Config.

It writes its address and settings to its standard output, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import msgspec
import uvloop

from tradeline_server.logs import configure_logs
from tradeline_server.web import collect_less
from tradeline_server.wechat.simulator import (
    Config,
    environment_of,
    kept_branch_keys,
    kept_keys,
    running_simulator,
)


async def serve(folder: Path, notify_url: str, config: Config) -> None:
    keys = kept_keys(folder)
    branches = kept_branch_keys(folder, keys)
    async with running_simulator(keys, config, branches=branches) as running:
        environment = environment_of(folder, running.url, notify_url)
        beside = {
            "pid": os.getpid(),
            "url": running.url,
            "app_id": keys.appid,
            "environment": environment,
        }
        sys.stdout.buffer.write(msgspec.json.encode(beside) + b"\n")
        sys.stdout.buffer.flush()
        collect_less()
        await _end_of_input()


async def _end_of_input() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


def main() -> None:
    configure_logs()
    folder, notify_url, options = sys.argv[1:]
    config = msgspec.json.decode(options, type=Config)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(Path(folder), notify_url, config))


if __name__ == "__main__":
    main()
