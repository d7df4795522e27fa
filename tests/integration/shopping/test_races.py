"""Two who want opposite things of one order at the same moment: one of them gets it, or both in
order, and never a fen or a unit twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import Placed, placed, refunds_succeed, sold, violations
from tradeline.kernel import Connection, Money, Rejected
from tradeline.payments import Capture, payments_by_ids
from tradeline.shopping import (
    cancel_consumer_order,
    confirm_payments,
    decide_after_sale,
    expire_orders,
    hand_over,
    refund_price,
    request_after_sale,
    resource_orders,
    ship_consumer_order,
)

ROUNDS = 6
WAITING = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock')
"""
Deed = Callable[[Connection], Awaitable[object]]


async def at_once(counter: Counter, *deeds: Deed) -> list[bool]:
    """Whether each was done; they begin together, each in a unit of work of its own."""
    ready = asyncio.Barrier(len(deeds))

    async def do(deed: Deed) -> bool:
        try:
            async with counter.db.unit_of_work(counter.network_id) as conn:
                await ready.wait()
                await deed(conn)
        except Rejected:
            return False
        return True

    return list(await asyncio.gather(*(do(deed) for deed in deeds)))


def deed(use_case: Callable[..., Awaitable[object]], **values: Any) -> Deed:
    return lambda conn: use_case(conn, **values)


async def captures(counter: Counter, orders: Sequence[Placed]) -> list[Capture]:
    """What the provider would say of the payments of orders."""
    ids = [order.payment_id for order in orders if order.payment_id is not None]
    async with counter.db.reading(counter.network_id) as conn:
        found = await payments_by_ids(conn, network_id=counter.network_id, ids=ids)
    return [
        Capture(
            number=found[id].number,
            transaction_id=f"42{found[id].number}",
            merchant_id=found[id].merchant_id,
            amount_minor=found[id].amount_minor,
            currency="CNY",
            captured_at=datetime.now(UTC),
        )
        for id in ids
    ]


async def states(counter: Counter) -> set[str]:
    rows = await counter.owner_pool.fetch("SELECT state FROM shopping.consumer_order")
    return {row["state"] for row in rows}


async def test_of_cancelling_and_paying_the_money_is_with_the_order_or_on_its_way_back(
    counter: Counter,
) -> None:
    for _ in range(ROUNDS):
        order = await placed(counter, freight_minor=600)
        [capture] = await captures(counter, [order])
        done = await at_once(
            counter,
            deed(cancel_consumer_order, asker=counter.shopper, order_id=order.id),
            deed(confirm_payments, network_id=counter.network_id, captures=[capture]),
        )
        assert done == [True, True]

    assert await states(counter) == {"cancelled"}
    given_back = await counter.owner_pool.fetchval("SELECT sum(amount_minor) FROM payments.refund")
    assert given_back == ROUNDS * order.total_minor
    assert await violations(counter) == []


async def test_of_expiring_and_paying_one_wins_and_no_fen_is_lost(counter: Counter) -> None:
    for _ in range(ROUNDS):
        orders = [
            await placed(counter, freight_minor=600, expires_in=timedelta(seconds=-1))
            for _ in range(3)
        ]
        told = await captures(counter, orders)

        async def expire(_: Connection) -> None:
            async with counter.owner_pool.acquire() as conn:
                await expire_orders(conn, limit=100)

        await at_once(
            counter,
            deed(confirm_payments, network_id=counter.network_id, captures=told[:2]),
            expire,
            expire,
            deed(confirm_payments, network_id=counter.network_id, captures=told[1:]),
        )
    async with counter.owner_pool.acquire() as conn:
        await expire_orders(conn, limit=100)

    assert await states(counter) <= {"to_ship", "expired"}
    kept = await counter.owner_pool.fetchval(
        "SELECT sum(payment.amount_minor - payment.refunded_minor) FROM payments.payment AS payment"
        " WHERE payment.state = 'captured'"
    )
    due = await counter.owner_pool.fetchval(
        "SELECT coalesce(sum(total_minor), 0) FROM shopping.consumer_order"
        " WHERE paid_at IS NOT NULL"
    )
    assert kept == due
    assert await violations(counter) == []


async def test_refunds_at_once_never_give_back_more_than_was_paid(counter: Counter) -> None:
    one = (Want(sku="SHIRT", units=1, price="100.00", costs=("52.30", "41.70")),)
    order = await sold(counter, one, coupon={0: 5000, 2: 5000}, coupon_minor=1000)
    give = deed(
        refund_price,
        actor=counter.story.actor("retailer_1"),
        line_id=order.line_ids[0],
        amount=Money(2000, "CNY"),
        reason="补偿",
    )

    done = await at_once(counter, *[give] * 8)

    assert sum(done) == 4
    refunded = await counter.owner_pool.fetchval(
        "SELECT refunded_minor FROM shopping.consumer_order"
    )
    assert refunded == 8000
    assert await violations(counter) == []


async def test_of_shipping_and_cancelling_no_unit_is_shipped_and_paid_back(
    counter: Counter,
) -> None:
    for _ in range(ROUNDS):
        order = await sold(counter)
        done = await at_once(
            counter,
            deed(cancel_consumer_order, asker=counter.shopper, order_id=order.id),
            deed(ship_consumer_order, actor=counter.story.actor("brand"), order_id=order.id),
        )
        assert sum(done) == 1

    assert await violations(counter) == []


async def test_goods_are_handed_over_once(counter: Counter) -> None:
    own = (Want(sku="SHIRT", units=2, price="69.90", tier=0),)
    for number in range(ROUNDS):
        code = f"42811{number}"
        await sold(counter, own, code=code)
        give_out = deed(
            hand_over,
            actor=counter.story.actor("retailer_1"),
            store_id=counter.store_id,
            code=code,
        )
        assert sum(await at_once(counter, *[give_out] * 4)) == 1

    assert await counter.level("retailer_1", "SHIRT") == (10_000 - 2 * ROUNDS, 0)
    assert await violations(counter) == []


async def test_goods_are_taken_back_once(counter: Counter) -> None:
    for _ in range(ROUNDS):
        order = await sold(counter)
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await ship_consumer_order(conn, actor=counter.story.actor("brand"), order_id=order.id)
            after_sale = await request_after_sale(
                conn,
                shopper=counter.shopper,
                order_id=order.id,
                quantities={order.line_ids[0]: 3},
                reason="太小",
            )
        accept = [
            deed(
                decide_after_sale,
                actor=counter.story.actor(name),
                after_sale_id=after_sale,
                accepts=True,
            )
            for name in ("brand", "retailer_1", "brand")
        ]
        # Once it was agreed to, no other word counts; the store's may have come before.
        assert sum(await at_once(counter, *accept)) in (1, 2)

    assert await counter.level("brand", "SHIRT") == (10_000, 0)
    assert await violations(counter) == []


async def test_what_another_agrees_to_at_this_moment_does_not_come_to_the_store(
    counter: Counter,
) -> None:
    wants = (
        Want(sku="SHIRT", units=1, price="69.90", costs=("52.30",), tier=1),
        Want(sku="COAT", units=1, price="129.00", costs=("98.50", "80.10"), tier=2),
    )
    order = await sold(counter, wants, collector="retailer_1")
    await counter.owner_pool.execute("UPDATE settlement.exposure SET credit_limit_minor = 1000000")
    async with counter.db.unit_of_work(counter.network_id) as conn:
        for name in ("trader_a", "brand"):
            await ship_consumer_order(conn, actor=counter.story.actor(name), order_id=order.id)
        after_sale = await request_after_sale(
            conn,
            shopper=counter.shopper,
            order_id=order.id,
            quantities=dict.fromkeys(order.line_ids, 1),
            reason="太小",
        )
        accept = partial(decide_after_sale, after_sale_id=after_sale, accepts=True)
        await accept(conn, actor=counter.story.actor("retailer_1"))

    keep = deed(accept, actor=counter.story.actor("retailer_1"), at_own_cost=True)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await accept(conn, actor=counter.story.actor("trader_a"))
        keeping = asyncio.create_task(at_once(counter, keep))
        while not await counter.owner_pool.fetchval(WAITING):
            assert not keeping.done(), "it waits for the order"
            await asyncio.sleep(0.01)
    assert await keeping == [False]
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 0)

    assert await at_once(counter, keep) == [True]
    assert await counter.level("trader_a", "SHIRT") == (10_000, 0)
    assert await counter.level("retailer_1", "COAT") == (10_001, 0)
    assert await violations(counter) == []


async def test_what_is_moved_is_not_shipped_too(counter: Counter) -> None:
    traders = (Want(sku="SHIRT", units=2, price="69.90", costs=("52.30",), tier=1),)
    for _ in range(ROUNDS):
        order = await sold(counter, traders, freight_minor=600, freight_tier=1)
        actor = counter.story.actor("trader_a")
        done = await at_once(
            counter,
            deed(ship_consumer_order, actor=actor, order_id=order.id),
            deed(
                resource_orders,
                actor=actor,
                order_id=order.id,
                quantities={order.line_ids[0]: 2},
                reason="破损",
            ),
            deed(cancel_consumer_order, asker=counter.shopper, order_id=order.id),
        )
        assert any(done)

    assert await violations(counter) == []


@pytest.mark.parametrize("seed", range(2))
async def test_all_at_once_ends_without_a_deadlock_and_in_order(
    counter: Counter, seed: int
) -> None:
    """Orders of the same goods, each shipped, cancelled, refunded and told of at the same time."""
    story = counter.story
    orders = [await sold(counter) for _ in range(5)]
    for order in orders:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await ship_consumer_order(
                conn,
                actor=story.actor("brand"),
                order_id=order.id,
                quantities={order.line_ids[0]: 2},
            )
    deeds: list[Deed] = []
    for order in orders if seed else reversed(orders):
        async with counter.db.unit_of_work(counter.network_id) as conn:
            after_sale = await request_after_sale(
                conn,
                shopper=counter.shopper,
                order_id=order.id,
                quantities={order.line_ids[0]: 1},
                reason="太小",
            )
        store, brand, first = story.actor("retailer_1"), story.actor("brand"), order.line_ids[0]
        amount = Money(500, "CNY")
        deeds += [
            deed(cancel_consumer_order, asker=counter.shopper, order_id=order.id),
            deed(decide_after_sale, actor=brand, after_sale_id=after_sale, accepts=True),
            deed(refund_price, actor=store, line_id=first, amount=amount, reason="补偿"),
        ]
    # As many as there are connections.
    for begin in range(0, len(deeds), 8):
        group = deeds[begin : begin + 8]
        done, _ = await asyncio.gather(at_once(counter, *group), refunds_succeed(counter))
        assert all(done)
    await refunds_succeed(counter)

    assert await states(counter) == {"shipped"}
    assert await violations(counter) == []
