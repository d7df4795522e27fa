"""The whole house, for stories in which it is stormed and parts of it are killed: a PostgreSQL that
is durable, two web processes and a worker, each as in production and each to be killed alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import asyncpg

from tests.conftest import SERVER_FOLDER
from tradeline.kernel import Pool, open_pool
from tradeline_server import queries
from tradeline_server.bench.queries.outcome import show_durability
from tradeline_server.bench.working import __name__ as WORKER
from tradeline_server.doctor import examine
from tradeline_server.embedded import DATABASE, Server
from tradeline_server.history.own_server import is_healthy
from tradeline_server.migrate import migrate
from tradeline_server.web_processes import BACKLOG
from tradeline_server.web_processes import MODULE as WEB

WEB_PROCESSES = 2
START_SECONDS_MAX = 60.0
SETTLING_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.02
# What a process logs only if one of our guards has failed and another one had to catch it.
BUGS = ("graph.bug", "web.bug")
SECOND_CHANCES = ("orders that failed together go one by one", "a job failed", "a handler failed")


class Process:
    """One of the house's own. It ends with us, whatever becomes of us: its input does."""

    def __init__(self, name: str, home: Path, dsn: str, secret: str, *arguments: str) -> None:
        self.name = name
        self.log = home / f"{name}.log"
        self._arguments = arguments
        self._environment = os.environ | {
            "DATABASE_URL": dsn,
            "TRADELINE_SECRET": secret,
            "TRADELINE_HOME": str(home),
            "TRADELINE_DOCUMENTS": "any",
        }
        self._process: asyncio.subprocess.Process | None = None
        self._log_read = 0

    def knows(self, settings: Mapping[str, str]) -> None:
        """From its next start on."""
        self._environment = self._environment | settings

    def news(self) -> str:
        """What it has logged since we last asked."""
        if not self.log.exists():
            return ""
        with open(self.log, "rb") as log:
            log.seek(self._log_read)
            said = log.read()
        self._log_read += len(said)
        return said.decode(errors="replace")

    async def start(self, *inherited: int) -> None:
        with self._appending() as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self._arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                pass_fds=inherited,
                start_new_session=True,
            )

    def _appending(self) -> BinaryIO:
        return open(self.log, "ab")

    async def kill(self) -> None:
        """As the kernel does it: no last word, nothing tidied up."""
        assert self._process is not None, "it was started"
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.returncode is not None


class Web(Process):
    """A web process at an address of its own, which it keeps when it is started anew, and at which
    nobody answers meanwhile."""

    def __init__(self, number: int, home: Path, dsn: str, secret: str) -> None:
        self._place = _bound(("127.0.0.1", 0))  # nobody else gets the port; it never listens
        self.host, self.port = self._place.getsockname()
        super().__init__(f"web-{number}", home, dsn, secret)

    async def start(self, *inherited: int) -> None:
        with _bound((self.host, self.port)) as listener:
            listener.listen(BACKLOG)
            self._arguments = (WEB, str(listener.fileno()))
            await super().start(listener.fileno(), *inherited)

    async def healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not await is_healthy(f"http://{self.host}:{self.port}"):
            assert not self.has_ended, self.log.read_text(errors="replace")[-2_000:]
            assert time.monotonic() < deadline, f"{self.name} does not get well"
            await asyncio.sleep(LOOK_SECONDS)

    def close(self) -> None:
        self._place.close()


class House:
    """What runs. `owner` is a way to the database that may do anything, to look behind the rules;
    it finds the database again after a crash."""

    def __init__(self, folder: Path) -> None:
        self.database = Server(folder / "postgres")
        self.dsn = self.database.dsn()
        secret = secrets.token_urlsafe(32)
        self.webs = [Web(number, folder, self.dsn, secret) for number in range(WEB_PROCESSES)]
        self.worker = Process("worker", folder, self.dsn, secret, WORKER)
        self.owner: Pool
        self._database_broke = False

    async def open(self, settings: Mapping[str, str]) -> None:
        for process in (*self.webs, self.worker):
            process.knows(settings)
        await self.start_database()
        maintenance = await asyncpg.connect(self.database.dsn("postgres"))
        try:
            await queries.create_database(maintenance, DATABASE)
        finally:
            await maintenance.close()
        await migrate(self.dsn)
        self.owner = await open_pool(self.dsn, role=None, max_size=5)
        await self.mend()
        async with self.owner.acquire() as conn:
            assert await show_durability(conn) == "on"

    async def close(self) -> None:
        for process in (*self.webs, self.worker):
            if not process.has_ended:
                await process.kill()
        for web in self.webs:
            web.close()
        self.owner.terminate()
        await asyncio.to_thread(self._locked, self.database.stop)

    async def mend(self) -> None:
        """Start what a story that failed may have left dead."""
        await self.start_database()
        ended = [process for process in (*self.webs, self.worker) if process.has_ended]
        await asyncio.gather(*(process.start() for process in ended))
        await self.healthy()

    async def start_database(self) -> None:
        """PostgreSQL recovers by itself while it starts."""
        await asyncio.to_thread(self._locked, self.database.start)

    def kill_database(self) -> None:
        """Its first process, with `kill -9`: the others find out and end."""
        self._database_broke = True
        os.kill(self._postmaster(), signal.SIGKILL)

    async def kill_backend(self) -> None:
        """One of a web process's connections: PostgreSQL drops all of them, and recovers."""
        self._database_broke = True
        os.kill(
            await self.owner.fetchval(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'tradeline'"
                " AND datname = current_database() AND pid <> pg_backend_pid()"
                " ORDER BY state = 'active' DESC, state_change DESC LIMIT 1"
            ),
            signal.SIGKILL,
        )

    async def healthy(self) -> None:
        """All of it is up: by itself, or because it was started anew."""
        await asyncio.gather(*(web.healthy() for web in self.webs))

    async def settled(self) -> None:
        """Nothing waits to be posted or delivered any more."""
        deadline = time.monotonic() + SETTLING_SECONDS_MAX
        while any((await self.under_way()).values()):
            assert time.monotonic() < deadline, "the worker does not get done"
            await asyncio.sleep(5 * LOOK_SECONDS)

    async def under_way(self) -> dict[str, int]:
        async with self.owner.acquire() as conn:
            return {
                "events": await queries.count_events_under_way(conn),
                "queue": await conn.fetchval("SELECT count(*) FROM settlement.posting_queue"),
            }

    async def violations(self) -> list[str]:
        """What the doctor finds, each in words."""
        async with self.owner.acquire() as conn:
            report = await examine(conn)
        return [found.message() for found in report.findings if found.count]

    def complaints(self) -> list[str]:
        """What the processes have logged since we last asked, and must not. Where the database was
        killed, orders that go together and jobs may fail with it."""
        events = BUGS if self._database_broke else BUGS + SECOND_CHANCES
        self._database_broke = False
        return [
            line
            for process in (*self.webs, self.worker)
            for line in process.news().splitlines()
            if any(event in line for event in events)
        ]

    def _locked(self, act: Callable[[], None]) -> None:
        with self.database.locked():
            act()

    def _postmaster(self) -> int:
        return int((self.database.data / "postmaster.pid").read_text().splitlines()[0])


def _bound(address: tuple[str, int]) -> socket.socket:
    bound = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        bound.setsockopt(socket.SOL_SOCKET, option, 1)
    bound.bind(address)
    return bound


@contextlib.contextmanager
def a_folder() -> Iterator[Path]:
    """What a killed run leaves behind, the next run of the tests removes: it is named like those of
    `tests/conftest.py`."""
    folder = Path(tempfile.mkdtemp(prefix=f"{SERVER_FOLDER}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def a_house() -> AsyncIterator[House]:
    """Up, until the block ends."""
    with a_folder() as folder:
        async with opened(House(folder)) as house:
            yield house


@contextlib.asynccontextmanager
async def opened(house: House, settings: Mapping[str, str] | None = None) -> AsyncIterator[House]:
    try:
        await house.open(settings or {})
        yield house
    finally:
        await house.close()
