"""Placing and paying look up what they need among all the orders there are, and read none of what
grows with them from end to end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Final

import pytest
from asyncpg.connection import LoggedQuery

from tests.factories_checkout import (
    a_cart,
    a_coupon_for,
    an_address,
    an_open_counter,
    an_order,
    captured,
    ordered,
    payment_of,
    told,
)
from tests.factories_sale_rows import Counter
from tradeline.kernel import Connection, Database, open_pool

# What is looked up among so many is looked up among more of them all the more.
ORDERS: Final = 20_000
STATEMENT: Final = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
SCAN: Final = re.compile(r"Seq Scan on (\w+)")
# Of one order that was placed and paid: what it left in each table is there as often as it has
# orders, each under ids of its own. Nobody's: for plans only the numbers count.
TABLES: Final = (
    "shopping.cart",
    "shopping.cart_line",
    "shopping.consumer_order",
    "shopping.order_tier",
    "shopping.order_line",
    "shopping.leg",
    "shopping.leg_line",
    "shopping.split",
    "shopping.order_event",
    "payments.payment",
    "inventory.stock_hold",
    "marketing.coupon",
    "members.member",
    "members.address",
    "settlement.obligation",
    "settlement.booking",
    "kernel.request",
    "kernel.outbox_event",
)
GROWS: Final = {table.partition(".")[2] for table in TABLES}
MANY: Final = "1000000 + many"
OF_ITS_OWN: Final = {
    "id": MANY,
    "order_id": MANY,
    "order_line_id": MANY,
    "cart_id": MANY,
    "payment_id": MANY,
    "member_id": MANY,
    "coupon_id": MANY,
    "reference_id": MANY,
    "document_id": MANY,
    "number": "'N' || 1000000 + many",
    "transaction_id": "'T' || many",
    "request_id": "'R' || many",
    "key": "'K' || many",
}
COLUMNS: Final = """
    SELECT quote_ident(attribute.attname) AS name
      FROM pg_attribute AS attribute
     WHERE attribute.attrelid = $1::text::regclass AND attribute.attnum > 0
       AND NOT attribute.attisdropped AND attribute.attgenerated = ''
     ORDER BY attribute.attnum
"""


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        await _sell(counter)
        await a_cart(counter, {"SHIRT": 1})
        async with counter.owner_pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL session_replication_role = replica")
            for table in TABLES:
                await _multiply(conn, table)
        for table in TABLES:
            await counter.owner_pool.execute(f"ANALYZE {table}")
        yield counter


async def _sell(counter: Counter) -> None:
    """Something with a coupon, sent somewhere, and paid."""
    coupon_id, address_id = await a_coupon_for(counter), await an_address(counter)
    cart = await a_cart(counter, {"SHIRT": 2, "COAT": 1})
    order = await ordered(counter, an_order(cart, address_id=address_id, coupon_id=coupon_id))
    await told(counter, captured(await payment_of(counter, order.payment_id)))


async def _multiply(conn: Connection, table: str) -> None:
    names = [row["name"] for row in await conn.fetch(COLUMNS, table)]
    values = ", ".join(OF_ITS_OWN.get(name, f"one.{name}") for name in names)
    await conn.execute(
        f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {values} FROM (SELECT * FROM {table} LIMIT 1) AS one,"
        f" generate_series(1, {ORDERS}) AS many"
    )


async def _asked(counter: Counter) -> list[LoggedQuery]:
    """All that the application asks of the database to sell something."""
    queries: list[LoggedQuery] = []
    async with await open_pool(counter.place.dsn, max_size=1) as pool:
        async with pool.acquire() as conn:
            conn.add_query_logger(queries.append)
        await _sell(replace(counter, place=replace(counter.place, db=Database(pool))))
    # The pool's own, between uses of a connection, are several in one.
    return [each for each in queries if STATEMENT.match(each.query) and ";" not in each.query]


async def _plan(conn: Connection, query: LoggedQuery) -> str:
    rows = await conn.fetch(f"EXPLAIN {query.query}", *query.args)
    return "\n".join(row[0] for row in rows)


async def test_placing_and_paying_read_no_table_that_grows_with_orders(counter: Counter) -> None:
    held = await counter.owner_pool.fetchval("SELECT count(*) FROM shopping.consumer_order")
    assert held > ORDERS
    queries = await _asked(counter)
    assert len({query.query for query in queries}) > 50

    found = []
    # With the application's rights: under the policies of the tables plans are others.
    async with counter.db.unit_of_work(counter.network_id) as conn:
        for query in queries:
            scanned = set(SCAN.findall(await _plan(conn, query)))
            found += [(name, query.query) for name in scanned & GROWS]

    assert found == []
