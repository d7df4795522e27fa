"""Goods on their way: from whose stock they are, or over the counter by a code."""

from __future__ import annotations

from typing import Any

import pytest
from asyncpg import RaiseError

from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import sold, violations
from tradeline.kernel import Actor, Forbidden, NotFound, Permission, Rejected, WrongState
from tradeline.shopping import (
    PickupCodeUnknown,
    TooManyPickupAttempts,
    UnitsNotOpen,
    complete_orders,
    confirm_received,
    count_pickup_attempt,
    hand_over,
    ship_consumer_order,
    shipments_of_consumer_orders,
)

# A shirt from each tier: the store's own, the trader's, the brand's.
MIXED = (
    Want(sku="SHIRT", units=2, price="69.90", tier=0),
    Want(sku="SHIRT", units=3, price="69.90", costs=("52.30",), tier=1),
    Want(sku="COAT", units=1, price="129.00", costs=("98.50", "80.10")),
)
OWN = (Want(sku="SHIRT", units=2, price="69.90", tier=0),)


async def state(counter: Counter, order_id: int) -> str:
    found: str = await counter.owner_pool.fetchval(
        "SELECT state FROM shopping.consumer_order WHERE id = $1", order_id
    )
    return found


async def ship(counter: Counter, name: str, order_id: int, **values: Any) -> int:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await ship_consumer_order(
            conn, actor=counter.story.actor(name), order_id=order_id, **values
        )


async def give_out(counter: Counter, code: str, actor: Actor | None = None) -> int:
    actor = actor or counter.story.actor("retailer_1")
    await count_pickup_attempt(counter.db, actor=actor, store_id=counter.store_id)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        return await hand_over(conn, actor=actor, store_id=counter.store_id, code=code)


def only(raised: pytest.ExceptionInfo[Rejected]) -> object:
    [problem] = raised.value.problems
    return problem


async def test_everybody_ships_what_is_its_own_and_the_order_is_shipped_with_the_last(
    counter: Counter,
) -> None:
    order = await sold(counter, MIXED, freight_minor=600)
    line = order.line_ids[1]

    await ship(counter, "retailer_1", order.id, carrier="SF", tracking_number="SF1")
    await ship(counter, "trader_a", order.id, quantities={line: 1})
    assert await state(counter, order.id) == "to_ship"
    with pytest.raises(Rejected) as more:
        await ship(counter, "trader_a", order.id, quantities={line: 3})
    with pytest.raises(Rejected) as others:
        await ship(counter, "trader_a", order.id, quantities={order.line_ids[2]: 1})
    await ship(counter, "trader_a", order.id)
    await ship(counter, "brand", order.id)

    assert only(more) == UnitsNotOpen(path=("lines", 0, "quantity"), line_no=2, requested=3, open=2)
    assert isinstance(only(others), NotFound)
    assert await state(counter, order.id) == "shipped"
    assert await counter.level("trader_a", "SHIRT") == (9_997, 0)
    async with counter.db.reading(counter.network_id) as conn:
        shipments = await shipments_of_consumer_orders(
            conn, network_id=counter.network_id, order_ids=[order.id]
        )
    orgs = counter.story.orgs
    assert [(it.org_id, it.tracking_number) for it in shipments[order.id]] == [
        (orgs["retailer_1"], "SF1"),
        (orgs["trader_a"], ""),
        (orgs["trader_a"], ""),
        (orgs["brand"], ""),
    ]
    assert await violations(counter) == []


async def test_who_has_nothing_in_an_order_ships_nothing_of_it(counter: Counter) -> None:
    order, story = await sold(counter, OWN, freight_minor=600, freight_tier=0), counter.story

    with pytest.raises(Forbidden):
        await ship(counter, "brand", order.id)
    with pytest.raises(Rejected) as stranger:
        await ship(counter, "retailer_2", order.id)
    reader = story.actor("retailer_1", Permission.CONSUMER_ORDER_READ)
    with pytest.raises(Forbidden):
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await ship_consumer_order(conn, actor=reader, order_id=order.id)

    assert isinstance(only(stranger), NotFound)
    assert await counter.level("retailer_1", "SHIRT") == (10_000, 2)


async def test_a_code_hands_the_goods_over_once(counter: Counter) -> None:
    order = await sold(counter, OWN, code="428117")

    assert await give_out(counter, " 428117 ") == order.id
    with pytest.raises(Rejected) as again:
        await give_out(counter, "428117")

    assert isinstance(only(again), PickupCodeUnknown)
    assert await state(counter, order.id) == "completed"
    assert await counter.level("retailer_1", "SHIRT") == (9_998, 0)
    assert await violations(counter) == []


async def test_codes_cannot_be_guessed_and_right_ones_do_not_count(counter: Counter) -> None:
    for number in range(3):
        await sold(counter, OWN, code=f"42811{number}")
    await give_out(counter, "428110")
    for number in range(10):
        with pytest.raises(Rejected) as wrong:
            await give_out(counter, f"99999{number}")
        assert isinstance(only(wrong), PickupCodeUnknown)

    with pytest.raises(Rejected) as blocked:
        await give_out(counter, "428111")
    problem = only(blocked)
    assert isinstance(problem, TooManyPickupAttempts)
    assert 0 < problem.retry_after_seconds <= 600

    await counter.owner_pool.execute("UPDATE shopping.pickup_attempt SET window_ends_at = now()")
    await give_out(counter, "428112")


async def test_no_other_organization_hands_over_what_waits_in_the_store(counter: Counter) -> None:
    order = await sold(counter, OWN, code="428117")

    for name in ("trader_a", "retailer_2"):
        with pytest.raises(Rejected) as raised:
            await give_out(counter, "428117", counter.story.actor(name))
        assert isinstance(only(raised), PickupCodeUnknown)
    with pytest.raises(Forbidden):
        await give_out(counter, "428117", counter.story.visitor("retailer_1"))

    attempts = await counter.owner_pool.fetchval("SELECT count(*) FROM shopping.pickup_attempt")
    assert (await state(counter, order.id), attempts) == ("to_pick_up", 0)


async def test_goods_are_received_when_the_member_says_so_or_after_ten_days(
    counter: Counter,
) -> None:
    orders = [await sold(counter) for _ in range(3)]
    with pytest.raises(Rejected) as early:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await confirm_received(conn, shopper=counter.shopper, order_id=orders[0].id)
    assert isinstance(only(early), WrongState)
    for order in orders:
        await ship(counter, "brand", order.id)

    async with counter.db.unit_of_work(counter.network_id) as conn:
        await confirm_received(conn, shopper=counter.shopper, order_id=orders[0].id)
    await counter.owner_pool.execute(
        "UPDATE shopping.consumer_order SET completes_at = completes_at - interval '10 days'"
        " WHERE id = $1",
        orders[1].id,
    )
    async with counter.owner_pool.acquire() as conn:
        assert await complete_orders(conn, limit=10) == 1
        assert await complete_orders(conn, limit=10) == 0

    assert [await state(counter, order.id) for order in orders] == [
        "completed",
        "completed",
        "shipped",
    ]
    assert await violations(counter) == []


async def test_an_order_that_cannot_be_completed_keeps_no_other_waiting(counter: Counter) -> None:
    orders = [await sold(counter) for _ in range(3)]
    for order in orders:
        await ship(counter, "brand", order.id)
    await counter.owner_pool.execute(
        "UPDATE shopping.consumer_order SET completes_at = completes_at - interval '10 days';"
        "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'not this one'; END $$;"
        "CREATE TRIGGER refuse_it BEFORE UPDATE ON shopping.consumer_order FOR EACH ROW"
        f" WHEN (NEW.id = {orders[0].id}) EXECUTE FUNCTION refuse_it()"
    )

    async with counter.owner_pool.acquire() as conn:
        with pytest.raises(RaiseError, match="not this one"):
            await complete_orders(conn, limit=10)

    states = [await state(counter, order.id) for order in orders]
    assert states == ["shipped", "completed", "completed"]
