"""What a migration makes of orders from before it: the same as if they had been placed after it."""

from __future__ import annotations

from pathlib import Path

import pytest

import tradeline.shopping
from tests.factories_checkout import lists, ordered, store_becomes
from tests.factories_sale_rows import Counter
from tests.integration.shopping.test_credit import counter, lend, paid, shirts, wrong
from tradeline.shopping import cancel_consumer_order

__all__ = ["counter"]

MIGRATIONS = [
    Path(tradeline.shopping.__path__[0], "migrations", f"{name}.sql")
    for name in ("shopping_0007_returnable", "shopping_0008_lent")
]

# As it was: credit was looked at when a sale below cost was placed, and never held.
BEFORE_RETURNABLE = """
    DROP VIEW shopping.line_debt;
    ALTER TABLE shopping.consumer_order DROP COLUMN is_final;
    DELETE FROM settlement.exposure_hold WHERE reference_type LIKE 'consumer_order_edge_%';
    UPDATE settlement.exposure SET held_minor = 0, returnable_minor = 0;
    UPDATE shopping.shortfall SET amount_minor = 1
     WHERE order_id IN (SELECT id FROM shopping.consumer_order WHERE collector_tier = 0)
       AND tier = 1;
    DELETE FROM shopping.shortfall
     WHERE order_id IN (SELECT id FROM shopping.consumer_order WHERE collector_tier = 0)
       AND tier > 1;
"""


async def lent_and_left(counter: Counter) -> dict[str, list[tuple[object, ...]]]:
    """What edges hold and keep back, and what they lend for which order."""
    asked = {
        "exposures": "SELECT relationship_id, held_minor, owed_minor, returnable_minor"
        " FROM settlement.exposure ORDER BY 1",
        "holds": "SELECT reference_type, reference_id, relationship_id, amount_minor"
        " FROM settlement.exposure_hold WHERE amount_minor > 0 ORDER BY 1, 2",
        "shortfalls": "SELECT order_id, tier, relationship_id, amount_minor"
        " FROM shopping.shortfall ORDER BY 1, 2",
    }
    return {
        name: [tuple(row) for row in await counter.owner_pool.fetch(sql)]
        for name, sql in asked.items()
    }


@pytest.mark.parametrize("collector_tier", [0, 2])
async def test_orders_from_before_hold_and_leave_what_they_would_have(
    counter: Counter, collector_tier: int
) -> None:
    for edge in (1, 2):
        await lend(counter, 10**6, edge)
    await store_becomes(counter, collector_tier=collector_tier)
    await paid(counter, await ordered(counter, await shirts(counter, 2)))
    given_up = await ordered(counter, await shirts(counter))
    await paid(counter, given_up)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(conn, asker=counter.shopper, order_id=given_up.id)
    await ordered(counter, await shirts(counter))
    await lists(counter, "SHIRT", "41.00")  # the trader asks for 52.30, the brand for 41.70
    await paid(counter, await ordered(counter, await shirts(counter)))
    await ordered(counter, await shirts(counter, 3))
    before = await lent_and_left(counter)
    assert before["holds"]
    async with counter.owner_pool.acquire() as conn:
        await conn.execute(BEFORE_RETURNABLE)
        assert await lent_and_left(counter) != before

        for migration in MIGRATIONS:
            await conn.execute(migration.read_text(encoding="utf-8"))

    assert await lent_and_left(counter) == before
    assert await wrong(counter) == []
