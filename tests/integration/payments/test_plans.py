"""Payments look up what they need among many others, and compare none of them with all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import pytest

from tradeline.kernel import Connection, open_pool
from tradeline.payments.queries.bills import FETCH_UNBOOKED_FEES

# Nobody's: for plans only the numbers count.
FILL = """
    SET session_replication_role = replica;
    INSERT INTO payments.payment
           (network_id, number, reference_type, reference_id, collector_entity_id, merchant_id,
            app_id, currency, amount_minor, state, transaction_id, expires_at, captured_at)
    SELECT 1, 'P' || 100000 + at, 'consumer_order', at, 1, 'M1', 'wx', 'CNY', 100, 'captured',
           'T' || at, now(), now()
      FROM generate_series(1, 20000) AS at;
    INSERT INTO payments.refund
           (network_id, number, payment_id, reference_type, reference_id, amount_minor, state,
            settled_at, next_try_at)
    SELECT 1, 'P' || 100000 + at || '-R', at, 'consumer_refund', at, 10, 'succeeded', now(), NULL
      FROM generate_series(1, 5000) AS at;
    INSERT INTO payments.bill_line
           (network_id, merchant_id, bill_date, kind, transaction_id, number, occurred_at,
            amount_minor, fee_minor)
    SELECT 1, 'M1', date '2026-11-20' - at % 50, 'pay', 'T' || at, 'P' || 100000 + at, now(), 100, 1
      FROM generate_series(1, 20000) AS at;
    ANALYZE payments.payment, payments.refund, payments.bill_line;
    SET plan_cache_mode = force_generic_plan;
"""


@pytest.fixture(scope="module")
async def full(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Connection]:
    """A database of its own: plans depend on what else there is."""
    pool = await open_pool(await clone(), role=None)
    async with pool.acquire() as conn:
        await conn.execute(FILL)
        yield conn
    await pool.close()


async def plan_of(conn: Connection, sql: str, *arguments: object) -> str:
    return "\n".join(row[0] for row in await conn.fetch("EXPLAIN " + sql, *arguments))


async def test_fees_of_a_bill_look_up_their_payments(full: Connection) -> None:
    plan = await plan_of(full, FETCH_UNBOOKED_FEES, 1, "M1", date(2026, 11, 20), [])

    assert "Seq Scan on payment" not in plan
    assert "Seq Scan on refund" not in plan
