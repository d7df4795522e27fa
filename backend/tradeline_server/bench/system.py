"""The system under test: a database of the bench's own, web processes, worker. All of it ends with
the block that started it, and what a killed bench left behind is removed by the next."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import asyncpg

from tradeline_server import queries
from tradeline_server.embedded import DATABASE, Server, is_alive
from tradeline_server.errors import CommandError
from tradeline_server.settings import Settings
from tradeline_server.web_processes import listen
from tradeline_server.wechat.beside import Beside, simulator_beside
from tradeline_server.wechat.settings import PREFIX

# Not imported here: they would bring the whole application into the bench's own process.
WEB_MODULE = "tradeline_server.bench.serving"
WORKER_MODULE = "tradeline_server.bench.working"
FOLDER = "bench-"
# The simulator's own limit is WeChat's for a merchant; what is measured here is ours.
UNHURRIED = {"requests_per_second_max": 1_000_000}
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
LOG_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """`pid` is the server's, where it is one of ours and may be measured."""

    dsn: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class System:
    """A running server. `pids` are its web processes' and the worker's. `wechat` is the simulated
    one that it talks to, if it was asked for."""

    host: str
    port: int
    web_pids: tuple[int, ...]
    worker_pid: int
    profiles: tuple[Path, ...]
    wechat: Beside | None = None


@contextlib.contextmanager
def own_folder(settings: Settings) -> Iterator[Path]:
    """A folder beside the installation's data: on the disk that counts, not in memory."""
    home = settings.made_home()
    _remove_leftovers(home)
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-", dir=home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def own_database(settings: Settings, folder: Path) -> AsyncIterator[OwnDatabase]:
    """An empty database: on an embedded server of its own, or on the one of DATABASE_URL."""
    if settings.database_url is not None:
        name = f"tradeline_bench_{os.getpid()}"
        async with _database_on(settings.database_url, name) as dsn:
            yield OwnDatabase(dsn, None)
        return
    server = Server(folder / "postgres")
    try:
        await asyncio.to_thread(_start, server)
        maintenance = await asyncpg.connect(server.dsn("postgres"))
        try:
            await queries.create_database(maintenance, DATABASE)
        finally:
            await maintenance.close()
        pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
        yield OwnDatabase(server.dsn(), pid)
    finally:
        await asyncio.to_thread(_stop, server)


@contextlib.asynccontextmanager
async def running_system(
    folder: Path, dsn: str, web_processes: int = 1, *, has_wechat: bool = False
) -> AsyncIterator[System]:
    """Web processes and worker, as `infra/running.md` has them, until the block ends. The real
    WeChat is never theirs, whatever the environment says."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)} | {
        "DATABASE_URL": dsn,
        "TRADELINE_SECRET": secrets.token_urlsafe(32),
        "TRADELINE_HOME": str(folder),
        "TRADELINE_DOCUMENTS": "any",
    }
    profiles = tuple(folder / f"stages-{number}" for number in range(web_processes))
    async with contextlib.AsyncExitStack() as stack:
        listeners = listen("127.0.0.1", 0, web_processes)
        for listener in listeners:
            stack.enter_context(listener)
        host, port = listeners[0].getsockname()
        wechat = None
        if has_wechat:
            simulator = simulator_beside(folder, f"http://{host}:{port}", UNHURRIED)
            wechat = await stack.enter_async_context(simulator)
            environment |= wechat.environment
        web = [
            await stack.enter_async_context(
                _process(
                    folder / "web.log",
                    environment,
                    *(WEB_MODULE, str(listener.fileno()), str(profile)),
                    inherits=listener.fileno(),
                )
            )
            for listener, profile in zip(listeners, profiles, strict=True)
        ]
        worker = await stack.enter_async_context(
            _process(folder / "worker.log", environment, WORKER_MODULE)
        )
        for process, profile in zip(web, profiles, strict=True):
            await _wait_until_up(process, profile, folder / "web.log")
        pids = tuple(process.pid for process in web)
        yield System(host, port, pids, worker.pid, profiles, wechat)


@contextlib.asynccontextmanager
async def _process(
    log: Path, environment: dict[str, str], *arguments: str, inherits: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of ours: it ends when we close its standard input, or with us."""
    with _appending(log) as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
            pass_fds=() if inherits is None else (inherits,),
            start_new_session=True,  # Ctrl-C is for the bench, which then ends this one
        )
    try:
        yield process
    finally:
        assert process.stdin is not None, "it was asked for"
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _wait_until_up(process: asyncio.subprocess.Process, profile: Path, log: Path) -> None:
    """Each of them, which a request could not ask for: it takes whichever has its connection."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while not _is_written(profile):
        if process.returncode is not None or time.monotonic() > deadline:
            raise CommandError(f"The server did not come up: {_tail(log)}")
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def _database_on(url: str, name: str) -> AsyncIterator[str]:
    try:
        maintenance = await asyncpg.connect(url)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandError(f"The database of DATABASE_URL cannot be used: {error}") from error
    try:
        await queries.create_database(maintenance, name)
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        await queries.drop_database(maintenance, name)
        await maintenance.close()


def _is_written(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _appending(log: Path) -> BinaryIO:
    return open(log, "ab")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-LOG_CHARACTERS_MAX:].strip()


def _start(server: Server) -> None:
    with server.locked():
        server.start()


def _stop(server: Server) -> None:
    with server.locked():
        server.stop()


def _remove_leftovers(home: Path) -> None:
    for folder in home.glob(f"{FOLDER}*"):
        owner = folder.name.removeprefix(FOLDER).partition("-")[0]
        if owner.isdecimal() and not is_alive(int(owner)):
            with contextlib.suppress(Exception):  # whatever holds it, the next bench tries again
                _stop(Server(folder / "postgres"))
            shutil.rmtree(folder, ignore_errors=True)
