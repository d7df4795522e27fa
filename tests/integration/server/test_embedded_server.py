"""The embedded database lives through what happens to processes."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tradeline_server.embedded import Server, database_server
from tradeline_server.settings import Settings

USE_IT = """
import asyncio, sys
from pathlib import Path
from tradeline_server.embedded import database_server
from tradeline_server.settings import Settings
async def use():
    async with database_server(Settings(home=Path(sys.argv[1]))) as dsn:
        print("up", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(use())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder whose name is as awkward as folder names get."""
    folder = Path(tempfile.mkdtemp(prefix='it\'s "our" 貿易, '))
    yield folder
    server = Server(folder / "postgres")
    with server.locked():
        server.stop()
    shutil.rmtree(folder)


async def test_it_starts_keeps_data_and_stops_when_nobody_is_left(home: Path) -> None:
    async with database_server(Settings(home=home)) as dsn:
        await _run(dsn, "CREATE TABLE kept (id int)")
    assert not _is_running(home)
    assert not Server(home / "postgres").socket.exists()
    started = time.monotonic()
    async with database_server(Settings(home=home)) as dsn:
        assert time.monotonic() - started < 3  # a fraction of a second on an idle machine
        await _run(dsn, "SELECT id FROM kept")


async def test_it_is_durable_and_nobody_but_us_may_reach_it(home: Path) -> None:
    async with database_server(Settings(home=home)) as dsn:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await _ask(dsn, f"SHOW {setting}") == "on"
        assert await _ask(dsn, "SHOW listen_addresses") == ""
        assert await _ask(dsn, "SHOW server_encoding") == "UTF8"
        assert await _ask(dsn, "SELECT lower('ÄÖÜ')") == "äöü"
        assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
        assert stat.S_IMODE(Server(home / "postgres").socket.stat().st_mode) == 0o700


async def test_one_who_leaves_does_not_take_it_away_from_another(home: Path) -> None:
    async with database_server(Settings(home=home)):
        async with database_server(Settings(home=home)):
            pass
        assert _is_running(home)
    assert not _is_running(home)


async def test_the_one_who_started_it_leaves_it_to_those_still_connected(home: Path) -> None:
    async with database_server(Settings(home=home)) as dsn:
        guest = await asyncpg.connect(dsn)
    assert await guest.fetchval("SELECT 1") == 1
    await guest.close()


async def test_a_killed_postgres_is_recovered_from(home: Path) -> None:
    async with database_server(Settings(home=home)) as dsn:
        await _run(dsn, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        os.kill(_pid(home), signal.SIGKILL)
    async with database_server(Settings(home=home)) as dsn:
        assert await _ask(dsn, "SELECT id FROM kept") == 7


async def test_those_who_outlive_a_killed_postgres_may_take_their_time_and_talk(home: Path) -> None:
    """They keep its memory, and write to the log that the next one says so in."""
    async with database_server(Settings(home=home)) as dsn:
        guest = await asyncpg.connect(dsn)
        orphan = guest.get_server_pid()
        os.kill(orphan, signal.SIGSTOP)
        os.kill(_pid(home), signal.SIGKILL)
        guest.terminate()

    def talk() -> None:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            with open(home / "postgres.log", "ab") as log:
                log.write(b"the postmaster is gone\n" * 200)
            time.sleep(0.001)
        os.kill(orphan, signal.SIGCONT)

    talking = asyncio.create_task(asyncio.to_thread(talk))
    async with database_server(Settings(home=home)) as dsn:
        assert await _ask(dsn, "SELECT 1") == 1
    await talking


async def test_a_pid_file_that_names_somebody_else_by_now_does_not_mislead_it(home: Path) -> None:
    async with database_server(Settings(home=home)):
        pass
    lines = [str(os.getpid()), str(home / "postgres"), *["1", "5432", "x", "y", "z"], "ready"]
    (home / "postgres/postmaster.pid").write_text("\n".join(lines))
    async with database_server(Settings(home=home)) as dsn:
        assert await _ask(dsn, "SELECT 1") == 1


async def test_our_killed_process_leaves_a_server_for_the_next_one(home: Path) -> None:
    with _user(home) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"up\n"
        pid = _pid(home)
        user.kill()
        user.wait()
    async with database_server(Settings(home=home)) as dsn:
        assert await _ask(dsn, "SELECT 1") == 1
        assert _pid(home) == pid


def test_two_that_start_at_once_share_one_server(home: Path) -> None:
    users = [_user(home) for _ in range(3)]
    for user in users:
        assert user.stdout is not None
        assert user.stdout.readline() == b"up\n"
    for user in users:
        assert user.communicate(b"", timeout=60)[0] == b""
        assert user.returncode == 0


def _user(home: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", USE_IT, str(home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _pid(home: Path) -> int:
    return int((home / "postgres/postmaster.pid").read_text().splitlines()[0])


def _is_running(home: Path) -> bool:
    return (home / "postgres/postmaster.pid").exists()


async def _run(dsn: str, sql: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute(sql)
    await conn.close()


async def _ask(dsn: str, sql: str) -> object:
    conn = await asyncpg.connect(dsn)
    answer = await conn.fetchval(sql)
    await conn.close()
    return answer
