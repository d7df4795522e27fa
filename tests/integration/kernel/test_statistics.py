"""The database is told what its tables hold before autovacuum finds the time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from tradeline.kernel import refresh_statistics

FILL = """
    INSERT INTO kernel.request (network_id, org_id, request_id, body_hash)
    SELECT 1, 1, number::text, ''
      FROM generate_series($1::integer, $2) AS number
"""
LOOKED_AT = "SELECT last_analyze FROM pg_stat_user_tables WHERE relid = 'kernel.request'::regclass"
ROWS_KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'kernel.request'::regclass"


@pytest.fixture
async def own_dsn(clone: Callable[[], Awaitable[str]]) -> str:
    return await clone()


@pytest.fixture
async def owner(own_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(own_dsn)
    yield conn
    await conn.close()


async def fill(conn: asyncpg.Connection, first: int, last: int) -> None:
    await conn.execute(FILL, first, last)
    await conn.execute("SELECT pg_stat_force_next_flush()")
    await conn.execute("SELECT pg_stat_clear_snapshot()")


async def test_a_table_that_has_grown_is_looked_at_and_a_small_one_is_not(
    owner: asyncpg.Connection,
) -> None:
    await fill(owner, 1, 400)
    assert await refresh_statistics(owner, limit=10) == 0
    assert await owner.fetchval(LOOKED_AT) is None

    await fill(owner, 401, 2_000)
    assert await refresh_statistics(owner, limit=10) == 0
    assert await owner.fetchval(ROWS_KNOWN) == 2_000


async def test_a_table_that_keeps_growing_is_not_looked_at_all_the_time(
    owner: asyncpg.Connection,
) -> None:
    await fill(owner, 1, 2_000)
    await refresh_statistics(owner, limit=10)
    await fill(owner, 2_001, 9_000)

    await refresh_statistics(owner, limit=10)

    assert await owner.fetchval(ROWS_KNOWN) == 2_000


async def test_a_table_that_somebody_else_is_looking_at_is_left_to_them(
    owner: asyncpg.Connection, own_dsn: str
) -> None:
    await fill(owner, 1, 2_000)
    other = await asyncpg.connect(own_dsn)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE kernel.request IN SHARE UPDATE EXCLUSIVE MODE")
            assert await refresh_statistics(owner, limit=10) == 0
    finally:
        await other.close()

    assert await owner.fetchval(LOOKED_AT) is None
