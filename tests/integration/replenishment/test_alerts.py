"""What suppliers are late or short with: raised once, closed when it heals, seen by both sides."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.factories_ordering import Market, lines, placed
from tests.factories_outbox import Place, a_place
from tests.factories_supply import a_chain, bought, in_days, sold
from tests.integration.ordering.test_steps import do
from tradeline.kernel import Forbidden, PageRequest
from tradeline.ordering import (
    Damage,
    cancel_order,
    confirm_order,
    events_of_orders,
    receive_shipment,
    redate_lines,
    ship_order,
)
from tradeline.replenishment import (
    Alert,
    AlertFilter,
    AlertKind,
    list_alerts,
    note_expectations,
    watch_supply,
)
from tradeline_server.worker import HANDLERS, deliver_events

PLAN = """
    INSERT INTO replenishment.term
           (network_id, org_id, relationship_id, sku_id, lead_time_days, confirm_days)
    SELECT network_id, buyer_org_id, id, $3, 5, 3
      FROM organizations.relationship
     WHERE network_id = $1 AND id = $2
"""
AGE = """
    UPDATE ordering.trade_order SET placed_at = placed_at - make_interval(days => $3)
     WHERE network_id = $1 AND id = $2
"""


@pytest.fixture
async def place(dsn: str) -> AsyncIterator[Place]:
    """The job looks at all networks: each test has a database of its own."""
    async with a_place(dsn) as place:
        yield place


async def a_plan(place: Place, *, sku: bool = False) -> Market:
    """The chain, whose trader plans what it buys, and the retailer as well."""
    market = await a_chain(place.owner_pool, place.db)
    for edge in (market.edge, market.story.edge("brand", "trader_a")):
        sku_id = market.tea if sku else None
        await place.owner_pool.execute(PLAN, market.story.network_id, edge, sku_id)
    return market


async def watched(
    place: Place, market: Market, by: str = "trader_a", **only: object
) -> list[tuple[AlertKind, int, bool]]:
    """After a look of the job: kind, units, and whether it is open still; oldest first."""
    async with place.owner_pool.acquire() as conn:
        assert await watch_supply(conn, limit=500) == 0
    return [
        (it.kind, it.quantity, it.healed_at is None) for it in await seen(place, market, by, **only)
    ]


async def seen(place: Place, market: Market, by: str, **only: object) -> list[Alert]:
    async with place.db.reading(market.story.network_id) as conn:
        page = await list_alerts(
            conn,
            actor=market.story.actor(by),
            page=PageRequest(),
            only=AlertFilter(**only),  # type: ignore[arg-type]
        )
    return list(reversed(page.items))


async def delivered(place: Place) -> None:
    """All events that wait are handed over, as the worker does."""
    async with place.owner_pool.acquire() as conn:
        while await deliver_events(conn, db=place.db, handlers=HANDLERS, limit=500):
            pass


async def test_an_order_that_waits_longer_than_the_terms_say_is_told_once_until_confirmed(
    place: Place,
) -> None:
    market = await a_plan(place)
    order_id = await placed(place.db, market, tea=5)
    await place.owner_pool.execute(AGE, market.story.network_id, order_id, 3)
    assert await watched(place, market) == []
    await place.owner_pool.execute(AGE, market.story.network_id, order_id, 1)

    late = (AlertKind.LATE_CONFIRMATION, 5, True)
    assert [await watched(place, market) for _ in range(2)] == [[late], [late]]
    assert await watched(place, market, "retailer_1") == [late]
    payloads = await place.owner_pool.fetch(
        "SELECT payload FROM kernel.outbox_event WHERE topic = 'order.alert_raised'"
    )
    [told] = [json.loads(row["payload"]) for row in payloads]
    assert (told["order_id"], told["kind"]) == (order_id, "late_confirmation")
    await do(place.db, market.story.actor("trader_a"), confirm_order, order_id=order_id)
    assert await watched(place, market) == [(AlertKind.LATE_CONFIRMATION, 5, False)]
    assert await watched(place, market, is_open=True) == []
    assert len(await watched(place, market, is_open=False)) == 1


async def test_goods_that_have_not_come_by_their_day_are_told_of_and_those_who_wait_for_them(
    place: Place,
) -> None:
    market = await a_plan(place)
    story = market.story
    purchase = await bought(place.db, market, in_days(2), tea=20)
    waiting = await sold(place.db, market, tea=6)
    async with place.owner_pool.acquire() as conn:
        while await note_expectations(conn, limit=1_000):  # other networks' wait as well
            pass
    assert await watched(place, market) == []
    await delivered(place)
    await place.owner_pool.execute(
        "UPDATE ordering.order_line SET promised_on = promised_on - 3 WHERE order_id = $1", purchase
    )

    late = (AlertKind.LATE_DELIVERY, 20, True)
    assert [await watched(place, market) for _ in range(2)] == [[late], [late]]

    await delivered(place)
    retailer = story.actor("retailer_1")
    async with place.db.reading(story.network_id) as conn:
        events = (await events_of_orders(conn, actor=retailer, order_ids=[waiting]))[waiting]
    assert [event.step for event in events] == ["place", "move_expected"]
    [line] = await lines(place.db, market, purchase)
    later = [(line.id, in_days(9))]
    await do(place.db, story.actor("brand"), redate_lines, order_id=purchase, dates=later)
    assert await watched(place, market) == [(AlertKind.LATE_DELIVERY, 20, False)]
    # Each day that was promised and not kept is a matter of its own.
    for day in (in_days(-2), in_days(-3), in_days(-4)):
        await place.owner_pool.execute(
            "UPDATE ordering.order_line SET promised_on = $2 WHERE order_id = $1", purchase, day
        )
        assert await watched(place, market, is_open=True) == [late]


async def test_what_came_short_or_damaged_is_news_for_a_month_and_until_it_is_made_up_for(
    place: Place,
) -> None:
    market = await a_plan(place, sku=True)
    brand, trader = market.story.actor("brand"), market.story.actor("trader_a")
    order_id = await bought(place.db, market, in_days(2), tea=20)
    [line] = await lines(place.db, market, order_id)
    for units, found, damaged, missing in ((10, 7, 1, 3), (5, 4, 0, 4), (5, 9, 0, 0)):
        shipment = await do(
            place.db, brand, ship_order, order_id=order_id, quantities={line.id: units}
        )
        await do(
            place.db,
            trader,
            receive_shipment,
            shipment_id=shipment,
            found={line.id: found},
            damaged={line.id: Damage(damaged, "wet")} if damaged else {},
        )
        open_ones = await watched(place, market, is_open=True)
        assert open_ones == ([(AlertKind.SHORT_RECEIPT, missing, True)] if missing else [])


async def test_an_old_shortage_is_no_news_and_an_edge_without_a_plan_has_no_alerts(
    place: Place,
) -> None:
    market = await a_plan(place)
    brand, trader = market.story.actor("brand"), market.story.actor("trader_a")
    order_id = await bought(place.db, market, in_days(2), tea=20)
    [line] = await lines(place.db, market, order_id)
    shipment = await do(place.db, brand, ship_order, order_id=order_id)
    await do(place.db, trader, receive_shipment, shipment_id=shipment, found={line.id: 19})
    assert len(await watched(place, market, is_open=True)) == 1
    await place.owner_pool.execute(
        "UPDATE ordering.receipt SET received_at = received_at - interval '32 days'"
    )
    assert await watched(place, market, is_open=True) == []
    await place.owner_pool.execute("DELETE FROM replenishment.term")
    unplanned = await placed(place.db, market, tea=1)
    await place.owner_pool.execute(AGE, market.story.network_id, unplanned, 90)
    assert await watched(place, market, is_open=True) == []


async def test_alerts_are_seen_by_the_sides_of_their_edge_alone(place: Place) -> None:
    market = await a_plan(place)
    order_id = await bought(place.db, market, in_days(2), tea=20)
    await place.owner_pool.execute(
        "UPDATE ordering.order_line SET promised_on = $2 WHERE order_id = $1",
        order_id,
        in_days(-5),
    )

    assert len(await watched(place, market, "brand")) == 1
    assert len(await seen(place, market, "trader_a")) == 1
    for stranger in ("retailer_1", "trader_b", "supplier"):
        assert await seen(place, market, stranger) == []
    assert await seen(place, market, "brand", relationship_id=market.edge) == []
    with pytest.raises(Forbidden):
        async with place.db.reading(market.story.network_id) as conn:
            await list_alerts(conn, actor=market.story.visitor("brand"), page=PageRequest())
    await do(place.db, market.story.actor("brand"), cancel_order, order_id=order_id)
    assert [healed for _, _, healed in await watched(place, market, "brand")] == [False]
