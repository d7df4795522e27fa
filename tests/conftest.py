"""One database server for the whole run, one migrated template, and a clone of it to test on."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tradeline.kernel.database import Database, open_pool
from tradeline.members import MemberKeys, use_member_keys
from tradeline.webhooks import WebhookKeys, use_webhook_keys
from tradeline_server.embedded import Server, is_alive
from tradeline_server.migrate import migrate

ROOT = Path(__file__).parents[1]
SERVER_FOLDER = "tradeline-tests-"
CLONE_SECONDS_MAX = 30.0
MEMBER_KEY = "a key of members, for tests alone"


@pytest.fixture(scope="session", autouse=True)
def member_keys() -> None:
    """What a process does before it serves anybody."""
    use_member_keys(MemberKeys(MEMBER_KEY))
    use_webhook_keys(WebhookKeys(MEMBER_KEY))


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """The superuser's way to a server of this run's own; TEST_DATABASE_URL names another.

    TEST_POSTGRES_MAJOR=15 runs it on a PostgreSQL of the system's, the oldest that we support.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    _stop_leftover_servers()
    folder = Path(tempfile.mkdtemp(prefix=f"{SERVER_FOLDER}{os.getpid()}-"))
    major = int(os.environ.get("TEST_POSTGRES_MAJOR", 0)) or None
    server = Server(folder / "postgres", durable=False, major=major)
    try:
        with server.locked():
            server.start()
        yield server.dsn("postgres")
    finally:
        with server.locked():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def template(server_dsn: str) -> str:
    """The name of a migrated database; made once per state of the migrations, then kept."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("backend/tradeline/*/migrations/*")):
        if path.suffix in {".sql", ".py"}:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    name = f"tradeline_template_{digest.hexdigest()[:16]}"
    conn = await asyncpg.connect(server_dsn)
    try:
        # Another run on the same server may be making it: the second one waits and finds it.
        await conn.execute("SELECT pg_advisory_lock(7239181065)")
        if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await conn.execute(f"DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")
            await conn.execute(f"CREATE DATABASE {name}_new")
            await migrate(in_database(server_dsn, f"{name}_new"))
            await conn.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    finally:
        await conn.close()
    return name


@pytest.fixture(scope="session")
async def clone(server_dsn: str, template: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes empty databases with our schema: `dsn = await clone()`. They go with the server of this
    run, and are dropped at the end of another one's."""
    made: list[str] = []

    async def make() -> str:
        name = f"tradeline_test_{os.getpid()}_{len(made)}"
        made.append(name)
        conn = await asyncpg.connect(server_dsn)
        try:
            await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await _copy(conn, template, name)
        finally:
            await conn.close()
        return in_database(server_dsn, name)

    yield make
    if "TEST_DATABASE_URL" not in os.environ:
        return
    conn = await asyncpg.connect(server_dsn)
    for name in made:
        await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await conn.close()


@pytest.fixture(scope="session")
async def dsn(clone: Callable[[], Awaitable[str]]) -> str:
    """The owner's way to the database that all tests share."""
    return await clone()


@pytest.fixture(scope="session")
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections as the application has them: with the rights of its role and no more."""
    pool = await open_pool(dsn)
    yield pool
    await _close(pool)


@pytest.fixture(scope="session")
async def owner_pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections that may do anything: to set a scene, or to look behind the rules."""
    pool = await open_pool(dsn, role=None)
    yield pool
    await _close(pool)


@pytest.fixture
def db(pool: asyncpg.Pool) -> Database:
    return Database(pool)


def in_database(dsn: str, name: str) -> str:
    """The same server and user, another database."""
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()


async def _copy(conn: asyncpg.Connection, template: str, name: str) -> None:
    """Refused while somebody else is copying the same template, so it may take several tries."""
    deadline = time.monotonic() + CLONE_SECONDS_MAX
    while True:
        try:
            await conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            return
        except asyncpg.ObjectInUseError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


async def _close(pool: asyncpg.Pool) -> None:
    """A test that failed may still hold a connection: do not wait for it for ever."""
    try:
        await asyncio.wait_for(pool.close(), timeout=5)
    except TimeoutError:
        pool.terminate()


def _stop_leftover_servers() -> None:
    """A run that was killed could not clean up after itself."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SERVER_FOLDER}*"):
        owner = folder.name.removeprefix(SERVER_FOLDER).partition("-")[0]
        if owner.isdecimal() and not is_alive(int(owner)):
            server = Server(folder / "postgres", durable=False)
            with contextlib.suppress(Exception), server.locked():
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)
