"""The order of locks: who waits for goods or for an account does not hold the order meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.factories_sale_rows import Counter
from tests.factories_sales import Placed, placed, sold
from tradeline.kernel import Connection, Money
from tradeline.shopping import (
    cancel_consumer_order,
    decide_after_sale,
    expire_orders,
    refund_price,
    request_after_sale,
    resource_orders,
    ship_consumer_order,
)

LEVELS = "SELECT FROM inventory.stock_level FOR UPDATE"
EXPOSURES = "SELECT FROM settlement.exposure FOR UPDATE"
ORDER = "SELECT FROM shopping.consumer_order WHERE id = $1 FOR UPDATE NOWAIT"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND state = 'active'"
)


async def shipped_and_asked_back(counter: Counter) -> tuple[Placed, int]:
    """An order of which one shirt is to come back and the rest is still to be shipped."""
    order = await sold(counter)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await ship_consumer_order(
            conn,
            actor=counter.story.actor("brand"),
            order_id=order.id,
            quantities={order.line_ids[0]: 1},
        )
        after_sale = await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order.id,
            quantities={order.line_ids[0]: 1},
            reason="太小",
        )
    return order, after_sale


async def waits_without_the_order(
    counter: Counter, order: Placed, taken: str, deed: Callable[[Connection], Awaitable[object]]
) -> None:
    """While somebody holds what is `taken`, the deed waits, and the order is anybody's to lock."""

    async def do() -> None:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await deed(conn)

    async with counter.owner_pool.acquire() as holder, counter.owner_pool.acquire() as other:
        held = holder.transaction()
        await held.start()
        await holder.execute(taken)
        task = asyncio.create_task(do())
        while not await other.fetchval(WAITING):
            assert not task.done()
            await asyncio.sleep(0.01)
        async with other.transaction():
            await other.execute(ORDER, order.id)
        await held.rollback()
        await task


@pytest.mark.parametrize("taken", [LEVELS, EXPOSURES])
async def test_cancelling_locks_the_order_last(counter: Counter, taken: str) -> None:
    order = await sold(counter)
    await waits_without_the_order(
        counter,
        order,
        taken,
        lambda conn: cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id),
    )


async def test_shipping_locks_the_order_last(counter: Counter) -> None:
    order, actor = await sold(counter), counter.story.actor("brand")
    await waits_without_the_order(
        counter,
        order,
        LEVELS,
        lambda conn: ship_consumer_order(conn, actor=actor, order_id=order.id),
    )


@pytest.mark.parametrize("taken", [LEVELS, EXPOSURES])
async def test_taking_goods_back_locks_the_order_last(counter: Counter, taken: str) -> None:
    order, after_sale = await shipped_and_asked_back(counter)
    actor = counter.story.actor("brand")
    await waits_without_the_order(
        counter,
        order,
        taken,
        lambda conn: decide_after_sale(conn, actor=actor, after_sale_id=after_sale, accepts=True),
    )


@pytest.mark.parametrize("taken", [LEVELS, EXPOSURES])
async def test_looking_for_another_source_locks_the_order_last(
    counter: Counter, taken: str
) -> None:
    order, actor = await sold(counter), counter.story.actor("brand")
    await waits_without_the_order(
        counter,
        order,
        taken,
        lambda conn: resource_orders(
            conn,
            actor=actor,
            order_id=order.id,
            quantities={order.line_ids[0]: 1},
            reason="破损",
        ),
    )


async def test_giving_money_back_locks_the_order_after_the_edges(counter: Counter) -> None:
    order, actor = await sold(counter), counter.story.actor("retailer_1")
    await waits_without_the_order(
        counter,
        order,
        EXPOSURES,
        lambda conn: refund_price(
            conn,
            actor=actor,
            line_id=order.line_ids[0],
            amount=Money(100, "CNY"),
            reason="补偿",
        ),
    )


async def test_what_lapses_locks_the_orders_last(counter: Counter) -> None:
    order = await placed(counter)
    await counter.owner_pool.execute("UPDATE shopping.consumer_order SET expires_at = now()")

    async def expire(_: Connection) -> None:
        async with counter.owner_pool.acquire() as conn:
            await expire_orders(conn, limit=10)

    await waits_without_the_order(counter, order, LEVELS, expire)
