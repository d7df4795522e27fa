"""Planning asks for all SKUs at once, and its statements do not grow with them."""

from __future__ import annotations

import time

from tests.factories_replenishment import Shop, a_range, a_shop
from tradeline.kernel import Database, Pool, system_actor
from tradeline.replenishment import make_proposals


async def planned(db: Database, shop: Shop) -> tuple[int, int, float]:
    """How many lines, of how many statements, in how many milliseconds of the processor's time."""
    actor = system_actor(shop.story.network_id, shop.story.orgs["retailer_1"])
    statements: list[str] = []
    async with db.unit_of_work(shop.story.network_id) as conn:
        conn.add_query_logger(lambda record: statements.append(record.query))
        began = time.process_time()
        lines = await make_proposals(conn, actor=actor)
        spent = time.process_time() - began
    return len(lines), len(statements), spent * 1000


async def test_many_skus_take_as_many_statements_as_few(owner_pool: Pool, db: Database) -> None:
    few, many = await a_shop(owner_pool, db), await a_shop(owner_pool, db)
    await a_range(owner_pool, few, 2)
    await a_range(owner_pool, many, 400)

    await planned(db, few)  # the driver asks about types once
    some, all_of_some, _ = await planned(db, few)
    lines, statements, milliseconds = await planned(db, many)

    assert (some, lines) == (6, 1200)
    assert statements == all_of_some < 25
    # Several times what it takes.
    assert milliseconds / lines < 1.0
