"""What other tests rely on."""

import asyncpg

from tradeline.kernel.database import Database


async def test_the_application_has_the_rights_of_its_role(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as conn:
        assert await conn.fetchval("SELECT current_user") == "tradeline_app"


async def test_the_owner_has_all_rights(owner_pool: asyncpg.Pool) -> None:
    async with owner_pool.acquire() as conn:
        assert await conn.fetchval("SELECT current_user") != "tradeline_app"


async def test_a_unit_of_work_is_bound_to_a_network(db: Database) -> None:
    async with db.unit_of_work(7) as conn:
        assert await conn.fetchval("SELECT 1") == 1
