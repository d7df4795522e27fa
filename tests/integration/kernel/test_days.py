"""A day of the database is one of the trade, for whoever asks it."""

from __future__ import annotations

from datetime import date

from tradeline.kernel import Database, Pool

# Half past midnight in Shanghai, and still the day before in Greenwich.
DAY_OF_A_MOMENT = "SELECT '2026-11-23 16:30:00+00'::timestamptz::date"
TODAY_IS_SHANGHAIS = "SELECT current_date = (now() AT TIME ZONE interval '8 hours')::date"


async def test_days_begin_at_midnight_in_shanghai(owner_pool: Pool, db: Database) -> None:
    async with db.platform() as application, owner_pool.acquire() as owner:
        for conn in (application, owner):
            assert await conn.fetchval(DAY_OF_A_MOMENT) == date(2026, 11, 24)
            assert await conn.fetchval(TODAY_IS_SHANGHAIS)
