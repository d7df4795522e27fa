"""Who may say where their systems are told, of what they are told, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import Story, a_network
from tests.factories_ordering import Market, confirmed, placed
from tests.factories_outbox import Place
from tests.factories_webhooks import Receiver, answering
from tradeline.kernel import (
    Actor,
    Forbidden,
    InvalidValue,
    NotFound,
    PageRequest,
    Permission,
    Rejected,
    StoredEvent,
    WrongState,
    system_actor,
)
from tradeline.webhooks import (
    DeliveryState,
    NewSecret,
    OffReason,
    TooManyWebhooks,
    Topic,
    create_webhook,
    delete_webhook,
    deliveries_of_webhooks,
    due_deliveries,
    forget_deliveries,
    list_webhooks,
    note_deliveries,
    rotate_webhook,
    secret_of,
    send_test,
    update_webhook,
    webhooks_by_ids,
)
from tradeline.webhooks.jobs import AT_ONCE_OF_ONE, AT_ONCE_OF_ORG
from tradeline.webhooks.model import ENDPOINTS_MAX, PAUSES
from tradeline_server.webhooks.sending import Caller, Sender
from tradeline_server.worker import deliver_events, run_worker

URL = "https://erp.example.com/hook"
ALL_ROWS = """
    SELECT (SELECT json_agg(each ORDER BY each.id) FROM webhooks.endpoint AS each)::text,
           (SELECT json_agg(each ORDER BY each.id) FROM webhooks.delivery AS each)::text,
           (SELECT count(*) FROM kernel.audit_entry)
"""
# So that a pause is over, or a lease has lapsed.
LATER = """
    UPDATE webhooks.delivery
       SET next_try_at = next_try_at - $1 * interval '1 second',
           leased_until = leased_until - $1 * interval '1 second'
"""


async def made(place: Place, actor: Actor, url: str = URL, *topics: Topic) -> NewSecret:
    async with place.db.unit_of_work(actor.network_id) as conn:
        return await create_webhook(conn, actor=actor, url=url, topics=topics or tuple(Topic))


async def changed(place: Place, actor: Actor, endpoint_id: int, **values: Any) -> None:
    async with place.db.unit_of_work(actor.network_id) as conn:
        await update_webhook(conn, actor=actor, endpoint_id=endpoint_id, **values)


async def delivered(place: Place) -> None:
    """What the worker's job does with the outbox."""
    async with place.owner_pool.acquire() as conn:
        await deliver_events(conn, db=place.db, handlers={}, limit=500)


async def noted(place: Place, market: Market) -> None:
    """An order, of which its parties are to be told."""
    await placed(place.db, market, tea=2)
    await delivered(place)


async def sent(place: Place) -> int:
    """What the worker's lane does, once."""
    async with place.owner_pool.acquire() as conn:
        due = await due_deliveries(conn, limit=100)
    sender = Sender(place.db)
    await asyncio.gather(*(sender.send(each) for each in due))
    return len(due)


async def told(place: Place) -> list[tuple[int, str, dict[str, int]]]:
    rows = await place.owner_pool.fetch(
        "SELECT endpoint_id, topic, payload FROM webhooks.delivery ORDER BY id"
    )
    return [(row["endpoint_id"], row["topic"], json.loads(row["payload"])) for row in rows]


async def later(place: Place, seconds: float) -> None:
    await place.owner_pool.execute(LATER, seconds)


async def endpoint_row(place: Place, endpoint_id: int) -> dict[str, Any]:
    row = await place.owner_pool.fetchrow(
        "SELECT * FROM webhooks.endpoint WHERE id = $1", endpoint_id
    )
    assert row is not None
    return dict(row)


async def delivery_row(place: Place) -> dict[str, Any]:
    [row] = await place.owner_pool.fetch("SELECT * FROM webhooks.delivery")
    return dict(row)


async def test_whoever_looks_after_it_may_and_nobody_else(place: Place, market: Market) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller)).endpoint_id
    await noted(place, market)
    assert len(await told(place)) == 1
    stranger = market.story.actor("trader_b")
    without = Actor(
        network_id=seller.network_id,
        org_id=seller.org_id,
        permissions=frozenset(Permission) - {Permission.WEBHOOK_MANAGE},
    )
    before = await place.owner_pool.fetchrow(ALL_ROWS)

    async with place.db.unit_of_work(seller.network_id) as conn:
        for actor, error in ((stranger, Rejected), (without, Forbidden)):
            each = {"actor": actor, "endpoint_id": endpoint}
            for done in (
                lambda each=each: update_webhook(conn, url="https://evil.example/", **each),
                lambda each=each: rotate_webhook(conn, **each),
                lambda each=each: delete_webhook(conn, **each),
                lambda each=each: send_test(conn, **each),
            ):
                with pytest.raises(error) as raised:
                    await done()
                if isinstance(raised.value, Rejected):
                    [problem] = raised.value.problems
                    assert isinstance(problem, NotFound)
        assert await webhooks_by_ids(conn, actor=stranger, ids=[endpoint]) == {}
        seen = await deliveries_of_webhooks(conn, actor=stranger, endpoint_ids=[endpoint])
        assert seen == {endpoint: []}
        page = await list_webhooks(conn, actor=stranger, page=PageRequest(10))
        assert page.items == ()
        for reading in (
            list_webhooks(conn, actor=without, page=PageRequest(10)),
            webhooks_by_ids(conn, actor=without, ids=[endpoint]),
            deliveries_of_webhooks(conn, actor=without, endpoint_ids=[endpoint]),
            create_webhook(conn, actor=without, url=URL, topics=[Topic.ORDER_PLACED]),
        ):
            with pytest.raises(Forbidden):
                await reading

    assert await place.owner_pool.fetchrow(ALL_ROWS) == before


async def test_an_address_inside_is_refused_and_nothing_is_kept(
    place: Place, market: Market
) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller)).endpoint_id
    before = await place.owner_pool.fetchrow(ALL_ROWS)

    for url in ("http://erp.example.com/", "https://10.0.0.1/", "http://127.0.0.1:8000/"):
        with pytest.raises(Rejected) as raised:
            await made(place, seller, url)
        assert isinstance(raised.value.problems[0], InvalidValue)
        with pytest.raises(Rejected):
            await changed(place, seller, endpoint, url=url)
    with pytest.raises(Rejected) as raised:
        await changed(place, seller, endpoint, url="http://x/", topics=[])
    assert [each.path for each in raised.value.problems] == [("url",), ("topics",)]

    assert await place.owner_pool.fetchrow(ALL_ROWS) == before


async def test_ten_are_enough_however_many_come_at_once(place: Place, market: Market) -> None:
    seller = market.story.actor("trader_a")
    outcomes = await asyncio.gather(
        *(made(place, seller) for _ in range(ENDPOINTS_MAX + 3)), return_exceptions=True
    )

    refused = [each for each in outcomes if isinstance(each, Rejected)]
    assert len(refused) == 3
    assert refused[0].problems == (TooManyWebhooks(most=ENDPOINTS_MAX),)
    await made(place, market.story.actor("retailer_1"))


async def test_both_parties_of_an_order_are_told_each_once_and_nobody_else(
    place: Place, market: Market
) -> None:
    seller = (await made(place, market.story.actor("trader_a"))).endpoint_id
    buyer = (await made(place, market.story.actor("retailer_1"))).endpoint_id
    await made(place, market.story.actor("retailer_2"))
    await made(place, market.story.actor("brand"))
    elsewhere = await a_network(place.owner_pool, place.db)
    await made(place, elsewhere.actor("trader_a"))

    order_id = await placed(place.db, market, tea=2)
    await delivered(place)
    await delivered(place)

    payload = {"order_id": order_id, "relationship_id": market.edge}
    assert sorted(await told(place)) == sorted(
        [(seller, "order.placed", payload), (buyer, "order.placed", payload)]
    )


async def test_an_event_that_is_looked_at_again_is_told_once(place: Place, market: Market) -> None:
    await made(place, market.story.actor("trader_a"))
    await noted(place, market)
    await place.owner_pool.execute("UPDATE kernel.outbox_event SET delivered_at = NULL")
    await delivered(place)

    assert len(await told(place)) == 1


async def test_only_what_was_asked_for_is_told_and_only_while_it_is_on(
    place: Place, market: Market
) -> None:
    seller = market.story.actor("trader_a")
    await made(place, seller, URL, Topic.ORDER_CONFIRMED)
    off = (await made(place, seller)).endpoint_id
    await changed(place, seller, off, is_active=False)

    await confirmed(place.db, market, tea=2)
    await delivered(place)

    assert [topic for _, topic, _ in await told(place)] == ["order.confirmed"]
    row = await endpoint_row(place, off)
    assert (row["is_active"], row["off_reason"]) == (False, OffReason.BY_HAND)


@pytest.mark.usefixtures("loopback")
async def test_what_is_taken_is_delivered_and_seen_by_its_people(
    place: Place, market: Market, receiver: Receiver
) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller, receiver.url)).endpoint_id
    await noted(place, market)

    assert await sent(place) == 1
    assert await sent(place) == 0

    assert len(receiver.requests) == 1
    async with place.db.reading(seller.network_id) as conn:
        seen = await deliveries_of_webhooks(conn, actor=seller, endpoint_ids=[endpoint])
    [delivery] = seen[endpoint]
    assert delivery.state is DeliveryState.DELIVERED
    assert (delivery.tries, delivery.last_status, delivery.last_error) == (1, 204, None)


@pytest.mark.usefixtures("loopback")
async def test_what_fails_is_tried_with_growing_pauses_and_then_turned_off(
    place: Place, market: Market, receiver: Receiver
) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller, receiver.url)).endpoint_id
    receiver.behave = answering(500)
    await noted(place, market)

    for number, pause in enumerate(PAUSES, start=1):
        assert await sent(place) == 1
        row = await delivery_row(place)
        assert (row["state"], row["tries"], row["last_status"]) == ("waiting", number, 500)
        await later(place, pause.total_seconds() - 5)
        assert await sent(place) == (1 if pause.total_seconds() < 5 else 0), "not before its time"
        await later(place, 6)
    assert (await endpoint_row(place, endpoint))["is_active"]
    assert await sent(place) == 1

    assert len({each.headers["webhook-id"] for each in receiver.requests}) == 1
    assert len({each.body for each in receiver.requests}) == 1
    row = await delivery_row(place)
    assert (row["state"], row["tries"]) == ("given_up", len(PAUSES) + 1)
    off = await endpoint_row(place, endpoint)
    assert (off["is_active"], off["off_reason"]) == (False, OffReason.FAILING)
    audited = await place.owner_pool.fetchval(
        "SELECT count(*) FROM kernel.audit_entry WHERE action = 'webhook.turn_off' AND org_id = $1",
        seller.org_id,
    )
    assert audited == 1
    await later(place, 1e6)
    assert await sent(place) == 0


@pytest.mark.usefixtures("loopback")
async def test_one_that_refuses_a_single_event_is_still_told_of_others(
    place: Place, market: Market, receiver: Receiver
) -> None:
    endpoint = (await made(place, market.story.actor("trader_a"), receiver.url)).endpoint_id
    receiver.behave = answering(500)
    await noted(place, market)
    assert await sent(place) == 1
    receiver.behave = answering(204)
    await noted(place, market)
    assert await sent(place) == 1
    receiver.behave = answering(500)
    await place.owner_pool.execute(
        "UPDATE webhooks.delivery SET tries = $1 WHERE state = 'waiting'", len(PAUSES)
    )
    await later(place, 1e6)
    assert await sent(place) == 1
    states = await place.owner_pool.fetch("SELECT state FROM webhooks.delivery ORDER BY id")
    assert [row["state"] for row in states] == ["given_up", "delivered"]
    assert (await endpoint_row(place, endpoint))["is_active"]


@pytest.mark.usefixtures("loopback")
async def test_what_waits_for_one_that_is_off_is_sent_once_it_is_on(
    place: Place, market: Market, receiver: Receiver
) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller, receiver.url)).endpoint_id
    await noted(place, market)
    await changed(place, seller, endpoint, is_active=False)
    assert await sent(place) == 0
    await changed(place, seller, endpoint, is_active=True)
    assert await sent(place) == 1
    assert (await endpoint_row(place, endpoint))["off_reason"] is None


async def test_one_that_has_long_been_away_takes_no_room_from_others(
    place: Place, market: Market
) -> None:
    away = (await made(place, market.story.actor("trader_a"))).endpoint_id
    well = (
        await made(place, market.story.actor("retailer_1"), URL, Topic.ORDER_CONFIRMED)
    ).endpoint_id
    for _ in range(AT_ONCE_OF_ONE + 2):
        await placed(place.db, market, tea=1)
    await confirmed(place.db, market, tea=1)
    await delivered(place)

    async with place.owner_pool.acquire() as conn:
        first = [each.endpoint_id for each in await due_deliveries(conn, limit=100)]
        second = [each.endpoint_id for each in await due_deliveries(conn, limit=100)]
        await later(place, 120)
        third = [each.endpoint_id for each in await due_deliveries(conn, limit=100)]

    assert sorted(first) == sorted([away] * AT_ONCE_OF_ONE + [well])
    assert second == [], "those are under way"
    assert sorted(third) == sorted(first), "whoever had them has died, so they are sent again"


async def test_one_with_many_endpoints_takes_no_room_from_others(
    place: Place, market: Market
) -> None:
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    many = [(await made(place, seller)).endpoint_id for _ in range(AT_ONCE_OF_ORG // 2)]
    for _ in range(AT_ONCE_OF_ONE):
        await placed(place.db, market, tea=1)
    await delivered(place)

    async with place.owner_pool.acquire() as conn:
        first = await due_deliveries(conn, limit=3)
        second = await due_deliveries(conn, limit=100)
        well = (await made(place, buyer)).endpoint_id
        await placed(place.db, market, tea=1)
        await delivered(place)
        third = await due_deliveries(conn, limit=100)

    assert (len(first), len(second)) == (3, AT_ONCE_OF_ORG - 3)
    assert {each.endpoint_id for each in (*first, *second)} <= set(many)
    assert [each.endpoint_id for each in third] == [well], "its own are slow, and under way"


@pytest.mark.usefixtures("loopback")
async def test_an_old_secret_is_good_for_a_day(
    place: Place, market: Market, receiver: Receiver
) -> None:
    seller = market.story.actor("trader_a")
    first = await made(place, seller, receiver.url)
    await noted(place, market)
    async with place.db.unit_of_work(seller.network_id) as conn:
        second = await rotate_webhook(conn, actor=seller, endpoint_id=first.endpoint_id)
    assert second.secret != first.secret
    assert second.secret == secret_of(seller.network_id, first.endpoint_id, 2)
    assert first.secret not in repr(first)

    async with place.owner_pool.acquire() as conn:
        [due] = await due_deliveries(conn, limit=1)
        assert due.secret_versions == (2, 1)
        await later(place, 120)
        await conn.execute("UPDATE webhooks.endpoint SET rotated_at = now() - interval '25 hours'")
        [due] = await due_deliveries(conn, limit=1)
        assert due.secret_versions == (2,)


@pytest.mark.usefixtures("loopback")
async def test_a_test_is_sent_one_at_a_time(
    place: Place, market: Market, receiver: Receiver
) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller, receiver.url, Topic.ORDER_PLACED)).endpoint_id

    async def test() -> None:
        async with place.db.unit_of_work(seller.network_id) as conn:
            await send_test(conn, actor=seller, endpoint_id=endpoint)

    await test()
    with pytest.raises(Rejected) as raised:
        await test()
    assert isinstance(raised.value.problems[0], WrongState)
    assert await sent(place) == 1
    assert json.loads(receiver.requests[0].body)["type"] == "webhook.test"
    await test()
    await changed(place, seller, endpoint, is_active=False)
    with pytest.raises(Rejected):
        await test()


async def test_what_is_deleted_is_gone_with_what_it_was_told(place: Place, market: Market) -> None:
    seller = market.story.actor("trader_a")
    endpoint = (await made(place, seller)).endpoint_id
    await noted(place, market)
    async with place.owner_pool.acquire() as conn:
        [due] = await due_deliveries(conn, limit=1)
    async with place.db.unit_of_work(seller.network_id) as conn:
        await delete_webhook(conn, actor=seller, endpoint_id=endpoint)

    await Sender(place.db, Caller(look_up=nowhere)).send(due)  # which was under way meanwhile

    assert await told(place) == []
    assert await place.owner_pool.fetchval("SELECT count(*) FROM webhooks.endpoint") == 0


async def nowhere(owner: tuple[int, int], host: str, port: int) -> list[str]:
    raise OSError(f"{host}:{port} is nowhere")


async def test_the_old_is_forgotten(place: Place, market: Market) -> None:
    await made(place, market.story.actor("trader_a"))
    await noted(place, market)
    async with place.owner_pool.acquire() as conn:
        assert await forget_deliveries(conn, limit=10) == 0
        await conn.execute("UPDATE webhooks.delivery SET created_at = now() - interval '31 days'")
        assert await forget_deliveries(conn, limit=10) == 1


async def test_another_network_sees_and_changes_nothing(place: Place, market: Market) -> None:
    endpoint = (await made(place, market.story.actor("trader_a"))).endpoint_id
    elsewhere: Story = await a_network(place.owner_pool, place.db)
    actor = system_actor(elsewhere.network_id, market.story.orgs["trader_a"])
    before = await place.owner_pool.fetchrow(ALL_ROWS)
    async with place.db.unit_of_work(elsewhere.network_id) as conn:
        assert await webhooks_by_ids(conn, actor=actor, ids=[endpoint]) == {}
        with pytest.raises(Rejected):
            await delete_webhook(conn, actor=actor, endpoint_id=endpoint)
    assert await place.owner_pool.fetchrow(ALL_ROWS) == before


async def test_an_event_tells_nobody_of_another_network_whomever_it_names(
    place: Place, market: Market
) -> None:
    seller = market.story.actor("trader_a")
    await made(place, seller)
    elsewhere = await a_network(place.owner_pool, place.db)
    payloads: tuple[dict[str, int], ...] = ({"seller_org_id": seller.org_id, "order_id": 1}, {})
    events = [
        StoredEvent(
            network_id=elsewhere.network_id,
            id=number,
            topic="order.placed",
            key="order:1",
            payload=payload,
            occurred_at=datetime.now(UTC),
            attempts=0,
        )
        for number, payload in enumerate(payloads, start=1)
    ]
    async with place.owner_pool.acquire() as conn:
        await note_deliveries(conn, events)

    assert await told(place) == []


@pytest.mark.usefixtures("loopback")
async def test_the_worker_tells_within_a_moment(
    place: Place, market: Market, receiver: Receiver
) -> None:
    await made(place, market.story.actor("trader_a"), receiver.url)
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(place.owner_pool, place.db, stop))
    try:
        await placed(place.db, market, tea=2)
        await asyncio.wait_for(receiver.arrived.wait(), 20)
    finally:
        stop.set()
        await working
    assert json.loads(receiver.requests[0].body)["type"] == "order.placed"
    assert (await delivery_row(place))["state"] in ("delivered", "waiting")
