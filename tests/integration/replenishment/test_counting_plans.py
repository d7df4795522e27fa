"""Counting demand and watching suppliers read what is new, and not all orders that there are."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import pytest
from asyncpg.connection import LoggedQuery

from tests.factories_many import multiply
from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import a_counter, sold
from tests.integration.ordering.test_steps import do
from tradeline.kernel import Connection
from tradeline.ordering import (
    NewOrder,
    NewOrderLine,
    confirm_order,
    place_order,
    receive_shipment,
    ship_order,
)
from tradeline.replenishment import count_demand, watch_supply

ORDERS: Final = 20_000
MANY: Final = "1000000 + many"
LONG_AGO: Final = """
    WITH bought AS (
        UPDATE shopping.consumer_order SET paid_at = paid_at - interval '400 days'
    ), received AS (
        UPDATE ordering.receipt SET received_at = received_at - interval '400 days'
    )
    UPDATE ordering.trade_order SET placed_at = placed_at - interval '400 days'
"""
# Of orders of long ago, each with what it left in these tables.
TABLES: Final = {
    "ordering.trade_order": {
        "id": MANY,
        "number": "'N' || many",
        "state": "'closed'",
        "held_by_org_id": "NULL",
        "closed_at": "placed_at",
    },
    "ordering.order_line": {"id": MANY, "order_id": MANY},
    "ordering.order_event": {"id": MANY, "order_id": MANY},
    "ordering.shipment": {"id": MANY, "order_id": MANY, "number": "'S' || many"},
    "ordering.receipt": {
        "id": MANY,
        "order_id": MANY,
        "shipment_id": MANY,
        "number": "'R' || many",
    },
    "ordering.receipt_line": {"receipt_id": MANY, "order_line_id": MANY},
    "shopping.consumer_order": {
        "id": MANY,
        "number": "'N' || many",
    },
    "shopping.order_line": {"id": MANY, "order_id": MANY},
    "shopping.leg": {"order_id": MANY},
    "shopping.leg_line": {"order_id": MANY, "order_line_id": MANY},
    "shopping.order_event": {"id": MANY, "order_id": MANY},
}
GROWS: Final = {table.partition(".")[2] for table in TABLES}
NUMBERED: Final = [table for table, own in TABLES.items() if "id" in own]
PLAN: Final = """
    INSERT INTO replenishment.term (network_id, org_id, relationship_id, lead_time_days)
    SELECT network_id, buyer_org_id, id, 5 FROM organizations.relationship WHERE network_id = $1
"""
SHIRT: Final = (Want(sku="SHIRT", units=3, price="69.90", costs=("52.30", "41.70")),)


async def _trade(counter: Counter) -> None:
    """Something that a consumer buys, and something that a retailer orders and gets too little of.

    Another is on its way when it should have come.
    """
    await sold(counter, SHIRT)
    story, db = counter.story, counter.db
    seller, buyer = story.actor("trader_a"), story.actor("retailer_1")
    for gets_it in (True, False):
        order = NewOrder(
            relationship_id=story.edge("trader_a", "retailer_1"),
            lines=(NewOrderLine(counter.skus["SHIRT"], 2),),
        )
        order_id = await do(db, buyer, place_order, order=order)
        await do(db, seller, confirm_order, order_id=order_id)
        shipment = await do(db, seller, ship_order, order_id=order_id)
        if gets_it:
            line_id = await counter.owner_pool.fetchval(
                "SELECT id FROM ordering.order_line WHERE order_id = $1", order_id
            )
            await do(db, buyer, receive_shipment, shipment_id=shipment, found={line_id: 1})
    await counter.owner_pool.execute(
        "UPDATE ordering.order_line SET promised_on = current_date - 2 WHERE counted_quantity = 0"
        " AND network_id = $1",
        story.network_id,
    )


async def _rows_read(conn: Connection, query: LoggedQuery) -> int:
    """How many rows of tables that grow with orders a statement looks at, done once more."""
    transaction = conn.transaction()
    await transaction.start()
    try:
        [row] = await conn.fetch(f"EXPLAIN (ANALYZE, FORMAT json) {query.query}", *query.args)
    finally:
        await transaction.rollback()
    return sum(
        (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
        for step in _steps(json.loads(row[0])[0]["Plan"])
        if step.get("Relation Name") in GROWS
    )


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _steps(each)


async def _counted(conn: Connection) -> None:
    while await count_demand(conn, limit=100):
        pass


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        await counter.owner_pool.execute(PLAN, counter.network_id)
        await counter.owner_pool.execute(
            "UPDATE settlement.exposure SET credit_limit_minor = 1000000 WHERE network_id = $1",
            counter.network_id,
        )
        await _trade(counter)
        await counter.owner_pool.execute(LONG_AGO)
        async with counter.owner_pool.acquire() as conn:
            async with conn.transaction():
                for table, own in TABLES.items():
                    await multiply(conn, table, times=ORDERS, own=own, rows=1)
                for table in NUMBERED:
                    await conn.execute(
                        "SELECT setval(pg_get_serial_sequence($1, 'id'), 2000000)", table
                    )
            await _counted(conn)
            await conn.execute("ANALYZE")
        yield counter


async def test_counting_and_watching_read_no_table_of_orders_from_end_to_end(
    counter: Counter,
) -> None:
    await _trade(counter)
    queries: list[LoggedQuery] = []
    async with counter.owner_pool.acquire() as conn:
        conn.add_query_logger(queries.append)
        await _counted(conn)
        await watch_supply(conn, limit=100)
        conn.remove_query_logger(queries.append)
        alerts = await conn.fetch("SELECT kind FROM replenishment.alert ORDER BY kind")
        asked = [it for it in queries if re.match(r"\s*(SELECT|INSERT|UPDATE|WITH)\b", it.query)]
        rows = {each.query: await _rows_read(conn, each) for each in asked}

    assert {row["kind"] for row in alerts} == {"late_delivery", "short_receipt"}
    assert len(rows) > 8
    assert sum(rows.values()) > 20, "nothing was looked at"
    assert {query: read for query, read in rows.items() if read > 200} == {}
