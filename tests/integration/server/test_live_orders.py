"""A consumer who waits for an order is told of it, and so are the parties of the sale."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.factories_live import Ear, Site, a_site, a_socket, listening
from tests.factories_members import a_guest, a_member
from tests.factories_sale_rows import Counter
from tests.factories_sales import Placed, a_counter, sold
from tradeline import members
from tradeline.kernel import Shopper
from tradeline.shopping import cancel_consumer_order, ship_consumer_order
from tradeline_graph._ids import to_id
from tradeline_server import live

WATCH = "subscription Watch($id: ID!) { consumerOrderChanged(orderId: $id) { state number } }"


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        yield counter


@pytest.fixture
async def site(counter: Counter) -> AsyncIterator[Site]:
    async with a_site(counter.place, has_worker=True) as site:
        yield site


async def token_of(counter: Counter, site: Site, shopper: Shopper) -> str:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        session = await members.issue_session(
            conn,
            keys=site.app.state.token_keys,
            network_id=counter.network_id,
            member_id=shopper.member_id,
        )
    return session.access_token


async def ship(counter: Counter, order: Placed) -> None:
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await ship_consumer_order(conn, actor=counter.story.actor("brand"), order_id=order.id)


async def watch(ear: Ear, order: Placed) -> None:
    await ear.subscribe(WATCH, variables={"id": to_id("ConsumerOrder", order.id)})


async def told(ear: Ear) -> Any:
    message = await ear.receive()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return message["payload"]["data"]["consumerOrderChanged"]["state"]


async def test_a_consumer_is_told_what_an_order_is_now_and_what_it_becomes(
    counter: Counter, site: Site
) -> None:
    order, other = await sold(counter), await sold(counter)
    await site.caught_up()
    async with a_socket(site) as ear:
        await ear.init(await token_of(counter, site, counter.shopper))
        await watch(ear, order)
        assert await told(ear) == "TO_SHIP"
        await ship(counter, other)
        await site.caught_up()
        await ship(counter, order)

        assert await told(ear) == "SHIPPED", "and nothing of another order"


async def test_nobody_else_is_told_of_it(counter: Counter, site: Site) -> None:
    order = await sold(counter)
    stranger = await a_member(counter.db, counter.network_id)
    async with a_socket(site) as ear:
        await ear.init(await token_of(counter, site, stranger))
        await watch(ear, order)

        assert (await ear.receive())["type"] == "complete"


async def test_however_many_guests_somebody_is_they_share_their_places(
    counter: Counter, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PLACES", live.PLACES | {live.GUESTS: 1})
    one, other = [
        await token_of(counter, site, await a_guest(counter.db, counter.network_id))
        for _ in range(2)
    ]
    async with a_socket(site) as ear, a_socket(site) as second, a_socket(site) as third:
        await ear.init(one)
        await second.send(
            {"type": "connection_init", "payload": {"authorization": f"Bearer {other}"}}
        )
        assert await second.closed() == 1013
        await third.init(await token_of(counter, site, counter.shopper))


async def test_an_organizations_person_is_no_consumer_nor_the_other_way_round(
    counter: Counter, site: Site
) -> None:
    order = await sold(counter)
    async with a_socket(site) as ear:
        await ear.init(await site.token(counter.story, "brand"))
        await watch(ear, order)
        refused = await ear.receive()
        assert refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    async with a_socket(site) as ear:
        await ear.init(await token_of(counter, site, counter.shopper))
        fault = await ear.ask("subscription { changes { kind } }")
        assert fault["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_parties_of_a_sale_are_told_of_it_and_others_are_not(
    counter: Counter, site: Site
) -> None:
    order = await sold(counter)
    sale = ("SALE", to_id("Sale", order.id), None)
    async with (
        listening(site, counter.story, "trader_a") as party,
        listening(site, counter.story, "retailer_2") as other,
    ):
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await cancel_consumer_order(conn, asker=counter.shopper, order_id=order.id)

        assert await party.change() == sale
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await other.change()


async def test_who_became_one_with_the_buyer_goes_on_being_told(
    counter: Counter, site: Site
) -> None:
    buyer = await a_member(counter.db, counter.network_id)
    order = await sold(replace(counter, shopper=buyer))
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await members.merge_members(
            conn,
            network_id=counter.network_id,
            one=buyer.member_id,
            other=counter.shopper.member_id,
            cause=members.MergeCause.PHONE,
        )
    async with a_socket(site) as ear:
        await ear.init(await token_of(counter, site, counter.shopper))
        await watch(ear, order)
        assert await told(ear) == "TO_SHIP"
        await ship(counter, order)

        assert await told(ear) == "SHIPPED"
