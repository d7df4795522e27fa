"""The way to the database: one unit of work, one transaction, one network."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from tradeline.kernel import queries
from tradeline.kernel.stages import Stage, add_time

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

APPLICATION_ROLE = "tradeline_app"

# A session's days are the trade's (TRADE_ZONE), whatever the server's are: `current_date`, and the
# day of a moment. Written with its offset, because not every server has a table of time zones.
SESSION_SETTINGS = {"jit": "off", "timezone": "<+08>-08"}

# What the driver may raise, and what of it says that the connection is gone for good.
DRIVER_ERRORS = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


class DatabaseAway(ConnectionError):
    """There is no connection to the database, or the one that was used broke. Whatever was under
    way is undone, unless it broke during the commit: the same request, sent again, tells."""


async def open_pool(
    dsn: str, *, role: str | None = APPLICATION_ROLE, min_size: int = 1, max_size: int = 10
) -> Pool:
    """A pool whose connections act as `role`, under row-level security; None: as the owner.

    `application_name` tells our connections from others'. The role is a session default, so
    that a connection returned to the pool falls back to it and never to more.
    """
    settings = {"application_name": "tradeline"} | SESSION_SETTINGS
    if role is not None:
        settings["role"] = role
    return await asyncpg.create_pool(
        dsn, min_size=min_size, max_size=max_size, server_settings=settings
    )


class Database:
    """Hands out connections that see one network only. Services take them and never commit.

    Where there is none, or the one that was handed out breaks, DatabaseAway is raised.

    Each connection carries the network's id as a setting that the row-level security policies
    read; without it every guarded table refuses (ADR 0003). asyncpg resets the setting when the
    connection returns to the pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def unit_of_work(
        self, network_id: int, *, requests: int = 1
    ) -> AsyncIterator[Connection]:
        """Yield a connection inside a transaction: commit at the end, roll back on any raise.

        `requests` says how many of them it is for: each one's commit takes as long as this one.
        """
        async with self._connected() as conn:
            async with conn.transaction():
                await queries.enter_network(conn, network_id)
                yield conn
                began = time.perf_counter()
            add_time(Stage.COMMITTING, time.perf_counter() - began, requests)

    @asynccontextmanager
    async def reading(self, network_id: int) -> AsyncIterator[Connection]:
        """Yield a connection for reads, each statement on its own snapshot."""
        async with self._connected() as conn:
            await queries.enter_network(conn, network_id)
            yield conn

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Connection]:
        """Yield a connection outside of any network, in a transaction: sign-in and health only."""
        async with self._connected() as conn, conn.transaction():
            yield conn

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Connection]:
        """Yield a connection outside of any network, for one statement: who sends this request."""
        async with self._connected() as conn:
            yield conn

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        """Yield a connection of the pool. Raises DatabaseAway."""
        try:
            conn = await self._pool.acquire()
        except DRIVER_ERRORS as error:
            raise DatabaseAway(str(error)) from error
        try:
            yield conn
        except DRIVER_ERRORS as error:
            if isinstance(error, CONNECTION_LOST) or _is_lost(conn):
                raise DatabaseAway(str(error)) from error
            raise
        finally:
            with suppress(*DRIVER_ERRORS):  # it broke after its work was done: the pool drops it
                await self._pool.release(conn)


def _is_lost(conn: PoolConnectionProxy[asyncpg.Record]) -> bool:
    try:
        return conn.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back already, because it broke
        return True
