"""The worker announces what has changed to those whom it concerns, and delivery never suffers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.factories import Story, a_network
from tests.factories_inventory import a_sku, a_warehouse, stock
from tests.factories_outbox import Place, a_place, outbox, published
from tests.factories_story import a_month_of_trade
from tradeline import inventory
from tradeline.kernel import Connection, Event, StoredEvent, publish
from tradeline_graph._news import ChangeKind
from tradeline_server import queries, worker
from tradeline_server.announcing import (
    TOLD_APART_MAX,
    Announcement,
    announcements,
    read_message,
)
from tradeline_server.worker import Handler, deliver_events

EVENTS = "SELECT * FROM kernel.outbox_event ORDER BY id"


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


class Radio:
    """What is announced in a database."""

    def __init__(self) -> None:
        self.heard: list[Announcement] = []

    def __call__(self, _conn: object, _pid: int, _channel: str, message: object) -> None:
        self.heard += read_message(str(message))


async def announced(place: Place, handlers: dict[str, Handler] | None = None) -> list[Announcement]:
    """What delivering all that is due announces."""
    radio = Radio()
    conn = await asyncpg.connect(place.dsn)
    await conn.add_listener(queries.CHANGES_CHANNEL, radio)
    async with place.owner_pool.acquire() as owner:
        while await deliver_events(owner, db=place.db, handlers=handlers or {}, limit=500):
            pass
    await conn.execute("SELECT 1")
    await asyncio.sleep(0.05)
    await conn.close()
    return radio.heard


async def tell(place: Place, network_id: int, *events: tuple[str, dict[str, Any]]) -> None:
    async with place.db.unit_of_work(network_id) as conn:
        await publish(
            conn,
            network_id=network_id,
            events=[
                Event(topic=topic, key=f"{topic}:{number}", payload=payload)
                for number, (topic, payload) in enumerate(events)
            ],
        )


async def test_every_event_of_a_month_of_trade_is_told_to_somebody_of_its_network(
    place: Place,
) -> None:
    market = await a_month_of_trade(place)
    orgs = set(market.story.orgs.values())
    async with place.owner_pool.acquire() as conn:
        rows = [
            dict(row) | {"payload": json.loads(row["payload"])} for row in await conn.fetch(EVENTS)
        ]
        assert len({row["topic"] for row in rows}) >= 15
        for row in rows:
            names = ("network_id", "id", "topic", "key", "payload", "occurred_at", "attempts")
            event = StoredEvent(**{name: row[name] for name in names})
            [told] = await announcements(conn, [event])

            assert set(told.org_ids) <= orgs, event
            assert told.network_id == market.story.network_id
            if event.topic.partition(".")[0] in ("order", "payment", "statement", "credit"):
                assert len(told.org_ids) == 2, event


async def test_an_edge_of_another_network_concerns_nobody(place: Place) -> None:
    story = await a_network(place.owner_pool, place.db)
    other = await a_network(place.owner_pool, place.db)
    await announced(place)
    edge = story.edge("trader_a", "retailer_1")

    await tell(place, other.network_id, ("payment.recorded", {"id": 1, "relationship_id": edge}))
    assert await announced(place) == []

    await tell(place, story.network_id, ("payment.recorded", {"id": 1, "relationship_id": edge}))
    [told] = await announced(place)
    assert told.org_ids == tuple(sorted(story.orgs[n] for n in ("trader_a", "retailer_1")))


async def test_a_load_is_told_as_one_change(place: Place) -> None:
    few = [("sku.created", {"id": n, "org_id": 3}) for n in range(TOLD_APART_MAX)]
    await tell(place, 1, *few)
    told = await announced(place)
    assert [it.row_id for it in told] == list(range(TOLD_APART_MAX))

    await tell(place, 1, *few, ("sku.created", {"id": 99, "org_id": 3}))
    assert await announced(place) == [Announcement(1, (3,), ChangeKind.CATALOG)]


async def test_the_same_change_twice_is_told_once(place: Place) -> None:
    order = {"order_id": 5, "seller_org_id": 1, "buyer_org_id": 2}
    await tell(place, 1, ("order.reviewed", order), ("order.confirmed", order))

    assert await announced(place) == [Announcement(1, (1, 2), ChangeKind.ORDER, "Order", 5, 5)]


async def test_more_than_a_message_carries_is_told_in_several(place: Place) -> None:
    events = [
        ("order.placed", {"order_id": n, "seller_org_id": 10_000 + n, "buyer_org_id": 2})
        for n in range(450)
    ]
    await tell(place, 1, *events)

    assert [it.row_id for it in await announced(place)] == list(range(450))


async def test_what_a_handler_fails_on_is_told_once(place: Place) -> None:
    async def fail(conn: Connection, event: StoredEvent) -> None:
        raise ValueError("not to be had")

    order = {"order_id": 5, "seller_org_id": 1, "buyer_org_id": 2}
    await tell(place, 1, ("order.placed", order))
    assert len(await announced(place, {"order.placed": fail})) == 1

    await place.owner_pool.execute("UPDATE kernel.outbox_event SET due_at = now()")
    assert await announced(place) == []


async def test_nothing_is_told_of_what_is_taken_back(place: Place) -> None:
    async def change_ones_mind() -> None:
        async with place.db.unit_of_work(1) as conn:
            event = Event(topic="sku.created", key="sku:1", payload={"id": 1, "org_id": 3})
            await publish(conn, network_id=1, events=[event])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_ones_mind()

    assert await announced(place) == []


async def test_a_topic_or_payload_that_nobody_knows_holds_nothing_up(place: Place) -> None:
    await published(place, 1, ("planet.found", "planet:1"), ("order.placed", "order:1"))
    await tell(place, 1, ("payment.recorded", {"id": "x", "relationship_id": "y", "org_id": "z"}))

    assert await announced(place) == []
    assert all(delivered for *_, delivered in await outbox(place))


async def test_announcing_that_fails_holds_nothing_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[Announcement]:
        raise RuntimeError

    monkeypatch.setattr(worker, "announcements", broken)
    await published(place, 1, ("order.placed", "order:1"))

    assert await announced(place) == []
    assert [delivered for *_, delivered in await outbox(place)] == [True]


async def test_a_hold_is_told_to_whom_it_is_for_and_whose_stock_it_is(place: Place) -> None:
    story: Story = await a_network(place.owner_pool, place.db)
    edge = story.edge("trader_a", "retailer_1")
    sku = await a_sku(place.owner_pool, story, "TEA", sold_on=(edge,))
    warehouse = await a_warehouse(place.owner_pool, story, "trader_a")
    await stock(place.owner_pool, story, warehouse, sku, 100)
    both = tuple(sorted((story.orgs["trader_a"], story.orgs["retailer_1"])))
    await announced(place)

    hold_id = await held(place, story, edge, sku)
    assert await announced(place) == [
        Announcement(story.network_id, both, ChangeKind.STOCK, "StockHold", hold_id)
    ]

    async with place.db.unit_of_work(story.network_id) as conn:
        await inventory.release_stock_hold(conn, actor=story.actor("trader_a"), hold_id=hold_id)
    assert await announced(place) == [
        Announcement(story.network_id, both, ChangeKind.STOCK, "StockHold", hold_id)
    ]

    await held(place, story, edge, sku)
    await announced(place)
    await place.owner_pool.execute(
        "UPDATE inventory.stock_hold SET expires_at = now() WHERE quantity > 0"
    )
    async with place.owner_pool.acquire() as conn:
        await inventory.expire_holds(conn, limit=10)
    assert await announced(place) == [Announcement(story.network_id, both, ChangeKind.STOCK)]


async def held(place: Place, story: Story, edge: int, sku: int) -> int:
    async with place.db.unit_of_work(story.network_id) as conn:
        return await inventory.hold_stock(
            conn,
            actor=story.actor("retailer_1"),
            relationship_id=edge,
            lines=[inventory.HoldLine(sku_id=sku, quantity=2)],
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
