"""A database that goes away is told apart from bugs, wherever it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from graphql import GraphQLError

from tradeline.kernel import Database, DatabaseAway, Locale, Pool, open_pool
from tradeline_graph._execution import word

NETWORK = 1
END_BACKEND = "SELECT pg_terminate_backend($1)"


@pytest.fixture
async def own_pool(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Pool]:
    """On a database of its own, which may be shut to others."""
    pool = await open_pool(await clone(), role=None)
    yield pool
    pool.terminate()


async def break_off(db: Database, owner_pool: Pool, *statements: str) -> None:
    """A unit of work whose connection breaks before these statements, or before its commit."""
    async with db.unit_of_work(NETWORK) as conn:
        await owner_pool.execute(END_BACKEND, conn.get_server_pid())
        for statement in statements:
            await conn.execute(statement)


@pytest.mark.parametrize("statements", [("SELECT 1",), ()])
async def test_a_connection_that_breaks_is_the_databases_fault(
    db: Database, owner_pool: Pool, statements: tuple[str, ...]
) -> None:
    with pytest.raises(DatabaseAway):
        await break_off(db, owner_pool, *statements)

    async with db.unit_of_work(NETWORK) as conn:
        assert await conn.fetchval("SELECT 1") == 1


async def test_a_database_that_takes_nobody_is_away(own_pool: Pool, owner_pool: Pool) -> None:
    name = await own_pool.fetchval("SELECT current_database()")
    await owner_pool.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await own_pool.expire_connections()

    with pytest.raises(DatabaseAway):
        async with Database(own_pool).asking():
            pass


async def test_what_is_wrong_with_a_statement_stays_a_bug(db: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with db.reading(NETWORK) as conn:
            await conn.execute("SELECT FROM nowhere")
    with pytest.raises(FileNotFoundError):
        async with db.asking():
            raise FileNotFoundError


@pytest.mark.parametrize(("locale", "said"), [(Locale.EN, "send the same"), (Locale.ZH, "重发")])
def test_callers_are_told_to_send_the_same_again(locale: Locale, said: str) -> None:
    error = GraphQLError("", original_error=DatabaseAway("connection refused"))

    worded = word(error, locale)

    assert said in worded.message
    assert worded.extensions == {"code": "UNAVAILABLE"}
