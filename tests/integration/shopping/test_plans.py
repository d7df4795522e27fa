"""Lists stay as cheap as their page, however many sales there are, and without new plans."""

from __future__ import annotations

import pytest

from tests.factories_sale_rows import Counter
from tests.factories_sales import Placed, sold
from tradeline.shopping.queries import sales as queries

MANY = 3000
# As many more as the first one, of which each has these rows; what points to what stays as it is.
COPIES = {
    "consumer_order": {"id": "9000 + n", "number": "'CO' || (9000 + n)"},
    "order_tier": {"order_id": "9000 + n"},
    "order_line": {"order_id": "9000 + n", "id": "9000 + n * 20 + id"},
    "split": {"order_id": "9000 + n", "id": "9000 + n * 20 + id"},
}
COLUMNS = """
    SELECT column_name FROM information_schema.columns
     WHERE table_schema = 'shopping' AND table_name = $1 ORDER BY ordinal_position
"""


async def copy(counter: Counter, order: Placed) -> None:
    async with counter.owner_pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL session_replication_role = replica")
        for table, changed in COPIES.items():
            columns = [row["column_name"] for row in await conn.fetch(COLUMNS, table)]
            values = ", ".join(changed.get(column, column) for column in columns)
            key = "id" if table == "consumer_order" else "order_id"
            await conn.execute(
                f"INSERT INTO shopping.{table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE"
                f" SELECT {values} FROM shopping.{table}, generate_series(1, {MANY}) AS n"
                f" WHERE {key} = {order.id}"
            )
            await conn.execute(f"ANALYZE shopping.{table}")


@pytest.mark.parametrize("has_states", [False, True])
async def test_a_page_of_sales_reads_no_lines_but_its_own(
    counter: Counter, has_states: bool
) -> None:
    await copy(counter, await sold(counter))
    narrowed = " ".join(
        (queries.OF_STATES[has_states], queries.OF_STORE[False], queries.OF_NUMBER[False])
    )
    sql = queries.LIST_SALES.format(columns=queries.SALE_COLUMNS, narrowed=narrowed)
    states = "ARRAY['to_ship']" if has_states else "NULL"
    async with counter.owner_pool.acquire() as conn:
        await conn.execute("SET plan_cache_mode = force_generic_plan")
        await conn.execute(
            f"PREPARE page (bigint, bigint, bigint, bigint, text[], bigint, text) AS {sql}"
        )
        asked = f"{counter.network_id}, {counter.story.orgs['brand']}, NULL, 51, {states}"
        rows = await conn.fetch(f"EXPLAIN (ANALYZE) EXECUTE page ({asked}, NULL, NULL)")
        await conn.execute("DEALLOCATE page; RESET plan_cache_mode")

    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan on order_line" not in plan, plan
    assert "Seq Scan on split" not in plan, plan
