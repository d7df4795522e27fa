"""Promises by what stands and what suppliers confirmed, and whom a later day is told to."""

from __future__ import annotations

import json

from tests.factories_bundles import a_bundle
from tests.factories_ordering import Market, lines
from tests.factories_supply import a_chain, bought, in_days, sold
from tests.integration.ordering.test_steps import do
from tradeline.kernel import Database, Locale, Pool
from tradeline.ordering import (
    Confirmation,
    cancel_order,
    confirm_order,
    events_of_orders,
    orders_by_ids,
    place_order,
    receive_shipment,
    redate_lines,
    ship_order,
    word_event,
)
from tradeline.replenishment import (
    Pegged,
    Promise,
    note_expectations,
    promises,
    tell_moved,
)

PROMISE = "UPDATE ordering.order_line SET promised_on = $2 WHERE order_id = $1"


async def promised(db: Database, market: Market, sku: int) -> Promise:
    pair = (market.story.orgs["trader_a"], sku)
    async with db.reading(market.story.network_id) as conn:
        return (await promises(conn, network_id=market.story.network_id, pairs=[pair]))[pair]


async def told(db: Database, market: Market, order_id: int) -> int:
    async with db.unit_of_work(market.story.network_id) as conn:
        return await tell_moved(conn, network_id=market.story.network_id, order_id=order_id)


async def noted(owner_pool: Pool) -> int:
    """All that wait, those of other tests among them."""
    total = 0
    async with owner_pool.acquire() as conn:
        while taken := await note_expectations(conn, limit=1_000):
            total += taken
    return total


async def test_five_now_and_twenty_on_the_day_that_the_supplier_confirmed(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    await bought(db, market, in_days(9), tea=20)
    late = await bought(db, market, in_days(0), tea=7)
    await owner_pool.execute(PROMISE, late, in_days(-1))  # should have come by now
    await bought(db, market, None, tea=8)  # for no day
    unconfirmed = market.order(edge=market.story.edge("brand", "trader_a"), tea=9)
    order_id = await do(db, market.story.actor("trader_a"), place_order, order=unconfirmed)
    await owner_pool.execute(PROMISE, order_id, in_days(9))

    assert await promised(db, market, market.tea) == Promise(5, ((in_days(9), 20),))
    assert await promised(db, market, market.oil) == Promise()


async def test_what_waits_is_served_before_anybody_who_asks_next(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    await bought(db, market, in_days(9), tea=20)
    first, second, third = [await sold(db, market, tea=units) for units in (4, 6, 90)]
    # Retailer 2 has what it ordered set aside, and waits for nothing.
    held = market.order(edge=market.story.edge("trader_a", "retailer_2"), tea=1)
    await do(db, market.story.actor("retailer_2"), place_order, order=held)

    found = await promised(db, market, market.tea)

    [one], [two], [_] = [await lines(db, market, order_id) for order_id in (first, second, third)]
    assert found.lines == {one.id: Pegged(None), two.id: Pegged(in_days(9))}
    assert (found.now, found.later) == (0, ())
    await do(db, market.story.actor("retailer_1"), cancel_order, order_id=third)
    found = await promised(db, market, market.tea)
    assert (found.now, found.later) == (0, ((in_days(9), 14),))


async def test_goods_on_their_way_come_when_they_are_expected_until_they_are_counted(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    brand, trader = market.story.actor("brand"), market.story.actor("trader_a")
    order_id = await bought(db, market, in_days(9), tea=20)
    [line] = await lines(db, market, order_id)
    shipment = await do(db, brand, ship_order, order_id=order_id, quantities={line.id: 4})
    assert (await promised(db, market, market.tea)).later == ((in_days(9), 20),)
    terms = {"quantities": {line.id: 8}, "expected_on": in_days(5)}
    announced = await do(db, brand, ship_order, order_id=order_id, **terms)
    later = (await promised(db, market, market.tea)).later
    assert later == ((in_days(5), 8), (in_days(9), 12))
    await do(db, trader, receive_shipment, shipment_id=announced)

    await do(db, trader, receive_shipment, shipment_id=shipment)

    assert await promised(db, market, market.tea) == Promise(17, ((in_days(9), 8),))


async def test_a_bundle_is_promised_by_its_components_and_brings_them(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    bundle = await a_bundle(
        owner_pool, market.story, "GIFT", {market.tea: 2, market.oil: 1}, sold_on=(market.edge,)
    )
    await bought(db, market, in_days(3), oil=2)
    await bought(db, market, in_days(5), tea=20)

    assert (await promised(db, market, bundle)).later == ((in_days(3), 2),)
    await bought(db, market, in_days(7), oil=4)
    assert (await promised(db, market, bundle)).later == ((in_days(3), 2), (in_days(7), 4))


async def test_those_whom_a_later_day_moves_are_told_once(owner_pool: Pool, db: Database) -> None:
    market = await a_chain(owner_pool, db)
    story = market.story
    purchase = await bought(db, market, in_days(9), tea=20)
    served, moved = await sold(db, market, tea=5), await sold(db, market, tea=6)
    assert await noted(owner_pool) >= 2
    [line] = await lines(db, market, purchase)
    await do(
        db, story.actor("brand"), redate_lines, order_id=purchase, dates=[(line.id, in_days(12))]
    )

    assert [await told(db, market, purchase) for _ in range(2)] == [1, 0]

    retailer = story.actor("retailer_1")
    async with db.reading(story.network_id) as conn:
        events = await events_of_orders(conn, actor=retailer, order_ids=[served, moved])
        orders = await orders_by_ids(conn, actor=retailer, ids=[moved])
    assert [event.step for event in events[served]] == ["place"]
    assert [event.step for event in events[moved]] == ["place", "move_expected"]
    worded = word_event(events[moved][-1], orders[moved], Locale.EN)
    assert worded == f"Expected later; line 1 TEA: {in_days(9)} → {in_days(12)}."
    payloads = await owner_pool.fetch(
        "SELECT key, payload FROM kernel.outbox_event"
        " WHERE network_id = $1 AND topic = 'order.expected_moved'",
        story.network_id,
    )
    [payload] = [json.loads(row["payload"]) for row in payloads]
    assert payload["order_id"] == moved
    assert payload["moved"] == [
        {
            "line_no": 1,
            "expected_on": in_days(12).isoformat(),
            "expected_before": in_days(9).isoformat(),
        }
    ]


async def test_sooner_is_told_to_nobody_and_later_than_that_is(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    brand = market.story.actor("brand")
    purchase = await bought(db, market, in_days(9), tea=20)
    await sold(db, market, tea=6)
    await noted(owner_pool)
    [line] = await lines(db, market, purchase)

    told_of = []
    for days in (4, 6, 6):
        await do(db, brand, redate_lines, order_id=purchase, dates=[(line.id, in_days(days))])
        told_of.append(await told(db, market, purchase))

    assert told_of == [0, 1, 0]


async def test_goods_that_the_supplier_cancels_leave_those_who_wait_without_a_day(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    purchase = await bought(db, market, in_days(9), tea=20)
    waiting = await sold(db, market, tea=6)
    await noted(owner_pool)
    await do(db, market.story.actor("brand"), cancel_order, order_id=purchase)

    assert await told(db, market, purchase) == 1

    actor = market.story.actor("retailer_1")
    async with db.reading(actor.network_id) as conn:
        events = (await events_of_orders(conn, actor=actor, order_ids=[waiting]))[waiting]
        orders = await orders_by_ids(conn, actor=actor, ids=[waiting])
    assert word_event(events[-1], orders[waiting], Locale.ZH) == (
        f"预计日期推迟；第 1 行 TEA：{in_days(9)} → 待定。"
    )


async def test_what_the_seller_itself_said_is_not_told_again_as_a_move(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_chain(owner_pool, db)
    trader = market.story.actor("trader_a")
    waiting = await sold(db, market, tea=5)
    await noted(owner_pool)
    [line] = await lines(db, market, waiting)
    said = Confirmation(order_line_id=line.id, quantity=5, promised_on=in_days(30))
    await do(db, trader, confirm_order, order_id=waiting, confirmations=[said])

    assert await told(db, market, waiting) == 0
    purchase = await bought(db, market, in_days(9), tea=20)
    assert await told(db, market, purchase) == 0
