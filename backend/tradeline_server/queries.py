"""The SQL of the processes themselves; the modules have their own."""

from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Connection

OTHER_CLIENTS = """
SELECT count(*) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""

PING = "SELECT 1"

SERVER_VERSION = "SELECT current_setting('server_version_num')::int / 10000"

# One number for all of us, so that two processes never migrate the same database at once.
LOCK_MIGRATIONS = "SELECT pg_advisory_lock(7239181064)"
UNLOCK_MIGRATIONS = "SELECT pg_advisory_unlock(7239181064)"

HAS_MIGRATIONS = "SELECT to_regclass('migration') IS NOT NULL"
FETCH_MIGRATIONS = "SELECT name FROM migration"

# Held for as long as the connection lives, by the one worker that works.
TRY_LOCK_WORKER = "SELECT pg_try_advisory_lock(7239181066)"

# On it the worker tells the web processes what has changed.
CHANGES_CHANNEL = "tradeline_changes"

NOTIFY = "SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message"

# The doctor sorts and groups whole tables; for this one transaction.
GIVE_MEMORY = "SET LOCAL work_mem = '128MB'"

COUNT_EVENTS_UNDER_WAY = """
SELECT count(*) FROM kernel.outbox_event
 WHERE delivered_at IS NULL AND due_at >= now() - interval '5 minutes'
"""

# Brings a deferred constraint's refusal forward, to where it can still name its migration.
LIMIT_LOCK_WAITS = "SELECT set_config('lock_timeout', $1, true)"

CHECK_DEFERRED_CONSTRAINTS = "SET CONSTRAINTS ALL IMMEDIATE"


async def count_other_clients(conn: "asyncpg.Connection[asyncpg.Record]") -> int:
    count: int = await conn.fetchval(OTHER_CLIENTS)
    return count


async def ping(pool: "asyncpg.Pool[asyncpg.Record]", seconds_max: float) -> None:
    """Raises if the database does not answer in time, or has no connection to spare."""
    async with pool.acquire(timeout=seconds_max) as conn:
        await conn.execute(PING, timeout=seconds_max)


async def get_server_major(conn: "asyncpg.Connection[asyncpg.Record]") -> int:
    major: int = await conn.fetchval(SERVER_VERSION)
    return major


async def create_database(conn: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
    await conn.execute(f'CREATE DATABASE "{name}"')


async def drop_database(conn: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
    """Disconnects whoever still uses it."""
    await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def fetch_migrations(conn: Connection) -> set[str]:
    """The names of those that have run."""
    if not await conn.fetchval(HAS_MIGRATIONS):
        return set()
    return {row["name"] for row in await conn.fetch(FETCH_MIGRATIONS)}


async def lock_migrations(conn: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Waits for whoever is migrating; held until unlocked or until the connection ends."""
    await conn.execute(LOCK_MIGRATIONS)


async def unlock_migrations(conn: "asyncpg.Connection[asyncpg.Record]") -> None:
    await conn.execute(UNLOCK_MIGRATIONS)


async def limit_lock_waits(conn: "asyncpg.Connection[asyncpg.Record]", seconds: float) -> None:
    """Until the transaction ends, give up on a lock that somebody else keeps for longer."""
    await conn.execute(LIMIT_LOCK_WAITS, f"{int(seconds * 1000)}ms")


async def check_deferred_constraints(conn: "asyncpg.Connection[asyncpg.Record]") -> None:
    await conn.execute(CHECK_DEFERRED_CONSTRAINTS)


async def try_lock_worker(conn: Connection) -> bool:
    """Whether this connection is now the one that works."""
    has_lock: bool = await conn.fetchval(TRY_LOCK_WORKER)
    return has_lock


async def notify(conn: Connection, channel: str, messages: Sequence[str]) -> None:
    """Delivered when the transaction commits, in this order; the same text twice arrives once."""
    await conn.execute(NOTIFY, channel, messages)


async def give_memory(conn: Connection) -> None:
    await conn.execute(GIVE_MEMORY)


async def count_events_under_way(conn: Connection) -> int:
    """Events that are not delivered yet and not late either."""
    count: int = await conn.fetchval(COUNT_EVENTS_UNDER_WAY)
    return count
