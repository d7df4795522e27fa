"""Whoever listens is told what changes for them, and nobody else is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories import Story, a_network
from tests.factories_live import (
    Ear,
    Site,
    a_page,
    a_site,
    a_socket,
    listening,
    of_order,
    post,
    until,
)
from tests.factories_ordering import Market, a_market, confirmed, placed
from tests.factories_outbox import Place, a_place
from tests.integration.identity.test_tokens import a_client
from tradeline import identity, inventory, settlement
from tradeline.kernel import Money, Permission
from tradeline.ordering import receive_shipment, ship_order
from tradeline_graph._ids import to_id
from tradeline_graph._news import ChangeKind
from tradeline_server import live, sockets
from tradeline_server.announcing import Announcement, messages
from tradeline_server.worker import run_worker

SECONDS_UNTIL_TOLD = 2.0
SIGN_OUT = "mutation { signOut { __typename } }"


@pytest.fixture(scope="module")
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@pytest.fixture(scope="module")
async def site(place: Place) -> AsyncIterator[Site]:
    async with a_site(place, has_worker=True) as made:
        yield made


@pytest.fixture(scope="module")
async def market(place: Place) -> Market:
    return await a_market(place.owner_pool, place.db)


async def machine(site: Site, place: Place, story: Story, *permissions: Permission) -> str:
    """A token of a machine of trader A's."""
    client = await a_client(place.db, story, "trader_a", *permissions)
    tokens = await identity.client_credentials(
        place.db,
        keys=site.app.state.token_keys,
        client_id=client.client_id,
        client_secret=client.client_secret,
    )
    assert tokens is not None
    return tokens.access_token


async def limit(place: Place, market: Market, minor: int) -> None:
    async with place.db.unit_of_work(market.story.network_id) as conn:
        await settlement.set_credit_limit(
            conn,
            actor=market.story.actor("trader_a"),
            relationship_id=market.edge,
            limit=Money(minor, "CNY"),
        )


async def test_both_parties_are_told_of_an_order_soon(
    site: Site, place: Place, market: Market
) -> None:
    async with (
        listening(site, market.story, "trader_a") as seller,
        listening(site, market.story, "retailer_1") as buyer,
    ):
        order_id = await placed(place.db, market, tea=1)
        began = time.monotonic()

        assert await seller.change() == of_order(order_id)
        assert await buyer.change() == of_order(order_id)
        assert time.monotonic() - began < SECONDS_UNTIL_TOLD


async def test_a_shipment_is_told_with_its_order(site: Site, place: Place, market: Market) -> None:
    order_id = await confirmed(place.db, market, tea=2)
    story = market.story
    async with listening(site, story, "retailer_1") as buyer:
        async with place.db.unit_of_work(story.network_id) as conn:
            shipment_id = await ship_order(
                conn, actor=story.actor("trader_a"), order_id=order_id, quantities=None
            )

        told = ("SHIPMENT", to_id("Shipment", shipment_id), to_id("Order", order_id))
        assert await buyer.change() == told

        async with place.db.unit_of_work(story.network_id) as conn:
            await receive_shipment(
                conn, actor=story.actor("retailer_1"), shipment_id=shipment_id, found={}
            )

        assert await buyer.change() == told


async def test_what_names_only_an_edge_is_told_to_its_two_parties(
    site: Site, place: Place, market: Market
) -> None:
    async with (
        listening(site, market.story, "trader_a") as seller,
        listening(site, market.story, "retailer_1") as buyer,
    ):
        await limit(place, market, 99_000)

        told = ("CREDIT", to_id("Relationship", market.edge), None)
        assert await seller.change() == told
        assert await buyer.change() == told


async def test_strangers_are_told_nothing(site: Site, place: Place, market: Market) -> None:
    elsewhere = await a_market(place.owner_pool, place.db)
    async with (
        listening(site, market.story, "retailer_2") as neighbour,
        listening(site, market.story, "trader_b") as rival,
        listening(site, market.story, "brand") as above,
        listening(site, elsewhere.story, "retailer_1") as namesake,
        listening(site, market.story, "retailer_1") as buyer,
    ):
        order_id = await placed(place.db, market, tea=1)
        await limit(place, market, 98_000)
        assert await buyer.change() == of_order(order_id)
        assert (await buyer.change())[0] == "CREDIT"

        # What they are told next is the first of their own: nothing came before it.
        for name, ear in (("retailer_2", neighbour), ("trader_b", rival), ("brand", above)):
            assert await first_of_their_own(place, market.story, name, ear)
        assert await first_of_their_own(place, elsewhere.story, "retailer_1", namesake)


async def test_the_same_number_in_another_network_is_another_organization(
    site: Site, place: Place, market: Market
) -> None:
    story = market.story
    hub: live.Live = site.app.state.live
    async with listening(site, story, "retailer_1") as ear:
        namesake = Announcement(
            story.network_id + 1_000, (story.orgs["retailer_1"],), ChangeKind.PAYMENT
        )
        for message in messages([namesake]):
            hub.hear(message)
        await asyncio.sleep(0.3)
        order_id = await placed(place.db, market, tea=1)

        assert await ear.change() == of_order(order_id)


async def test_what_a_worker_of_another_version_says_is_everything(
    site: Site, market: Market
) -> None:
    hub: live.Live = site.app.state.live
    async with listening(site, market.story, "retailer_1") as ear:
        hub.hear('[[1, [2], "COMET"]]')

        assert await ear.change() == ("EVERYTHING", None, None)


async def first_of_their_own(place: Place, story: Story, name: str, ear: Ear) -> bool:
    draft = inventory.NewWarehouse(code="OWN", name="自己的仓库", name_en="Own")
    async with place.db.unit_of_work(story.network_id) as conn:
        [warehouse_id] = await inventory.create_warehouses(
            conn, actor=story.actor(name), warehouses=[draft]
        )
    return await ear.change() == ("STOCK", to_id("Warehouse", warehouse_id), None)


async def test_one_is_told_only_of_what_one_may_see(
    site: Site, place: Place, market: Market
) -> None:
    token = await machine(site, place, market.story, Permission.CREDIT_READ)
    async with a_socket(site) as ear:
        await ear.init(token)
        await ear.subscribe()
        assert (await ear.change())[0] == "EVERYTHING"

        await placed(place.db, market, tea=1)
        await asyncio.sleep(0.5)
        await limit(place, market, 97_000)

        assert (await ear.change())[0] == "CREDIT"


async def test_a_role_that_is_taken_away_shuts_what_it_opened(
    site: Site, place: Place, market: Market
) -> None:
    token = await machine(site, place, market.story, Permission.ORDER_READ, Permission.CREDIT_READ)
    async with a_socket(site) as ear:
        await ear.init(token)
        await ear.subscribe()
        assert (await ear.change())[0] == "EVERYTHING"
        await place.owner_pool.execute(
            "UPDATE identity.api_client SET permissions = '{credit:read}' WHERE network_id = $1",
            market.story.network_id,
        )

        await placed(place.db, market, tea=1)
        await asyncio.sleep(0.5)
        await limit(place, market, 96_000)

        assert (await ear.change())[0] == "CREDIT"


async def test_a_page_is_told_by_its_cookie(site: Site, place: Place, market: Market) -> None:
    browser = await site.browser(market.story.email("retailer_1"))
    async with a_page(site, browser) as page:
        order_id = await placed(place.db, market, tea=1)

        assert await page.change() == of_order(order_id)


async def test_who_signs_out_is_shut_at_once_and_nobody_else(
    site: Site, place: Place, market: Market
) -> None:
    browser = await site.browser(market.story.email("retailer_1"))
    other = await site.browser(market.story.email("retailer_1"))
    async with a_page(site, browser) as page, a_page(site, other) as others:
        began = time.monotonic()
        await post(browser, SIGN_OUT)

        assert await page.closed() == 4401
        assert time.monotonic() - began < SECONDS_UNTIL_TOLD
        order_id = await placed(place.db, market, tea=1)
        assert await others.change() == of_order(order_id)


async def test_a_session_that_ended_elsewhere_is_told_nothing_more(
    site: Site, place: Place, market: Market
) -> None:
    browser = await site.browser(market.story.email("retailer_1"))
    async with a_page(site, browser) as page:
        await end_sessions(place, market.story, "retailer_1")
        await placed(place.db, market, tea=1)

        assert await page.closed() == 4401


async def test_a_session_that_ended_elsewhere_is_shut_though_nothing_happens(
    site: Site, place: Place, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ALIVE_SECONDS", 0.2)
    browser = await site.browser(market.story.email("retailer_1"))
    async with a_page(site, browser) as page:
        await end_sessions(place, market.story, "retailer_1")

        assert await page.closed() == 4401


async def end_sessions(place: Place, story: Story, name: str) -> None:
    await place.owner_pool.execute(
        "UPDATE identity.session SET revoked_at = now() WHERE account_id = $1",
        story.accounts[name],
    )


async def test_who_is_no_member_any_more_is_shut_at_once(site: Site, place: Place) -> None:
    story = await a_network(place.owner_pool, place.db)
    async with listening(site, story, "retailer_1") as ear:
        await place.owner_pool.execute(
            "UPDATE identity.account SET is_active = false WHERE id = $1",
            story.accounts["retailer_1"],
        )
        draft = inventory.NewWarehouse(code="OWN", name="自己的仓库", name_en="Own")
        async with place.db.unit_of_work(story.network_id) as conn:
            await inventory.create_warehouses(
                conn, actor=story.actor("retailer_1"), warehouses=[draft]
            )

        assert await ear.closed() == 4401


async def test_who_acts_for_another_organization_now_has_to_come_again(
    site: Site, place: Place, market: Market
) -> None:
    story = market.story
    browser = await site.browser(story.email("retailer_2"))
    async with a_page(site, browser) as page:
        await place.owner_pool.execute(
            "UPDATE identity.session SET membership_id = $2 WHERE account_id = $1",
            story.accounts["retailer_2"],
            await another_membership(place, story, "retailer_2", "retailer_3"),
        )
        async with place.db.unit_of_work(story.network_id) as conn:
            await inventory.create_warehouses(
                conn,
                actor=story.actor("retailer_2"),
                warehouses=[inventory.NewWarehouse(code="TWO", name="二号", name_en="Two")],
            )

        assert await page.closed() == 4403


async def another_membership(place: Place, story: Story, whose: str, where: str) -> int:
    membership_id: int = await place.owner_pool.fetchval(
        """
        UPDATE identity.membership SET account_id = $2
         WHERE network_id = $1 AND id = $3
        RETURNING id
        """,
        story.network_id,
        story.accounts[whose],
        story.memberships[where],
    )
    return membership_id


async def test_a_page_of_others_gets_no_socket(site: Site, market: Market) -> None:
    browser = await site.browser(market.story.email("retailer_1"))
    for origin in ("https://shop.example.com", "null", "http://127.0.0.1:1"):
        with pytest.raises(Exception, match="403"):
            async with a_socket(site, browser=browser, origin=origin):
                pass


async def test_a_cookie_without_an_origin_does_not_count(site: Site, market: Market) -> None:
    browser = await site.browser(market.story.email("retailer_1"))
    async with a_socket(site, browser=browser) as ear:
        await ear.send({"type": "connection_init"})

        assert await ear.closed() == 4401


async def test_a_lost_listener_comes_back_and_everybody_asks_again(
    site: Site, place: Place, market: Market
) -> None:
    async with listening(site, market.story, "retailer_1") as ear:
        ended = await place.owner_pool.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%tradeline_changes%'"
        )
        assert ended == 1

        assert await ear.change() == ("EVERYTHING", None, None)
        order_id = await placed(place.db, market, tea=1)
        assert await ear.change() == of_order(order_id)


async def test_what_one_process_does_is_told_in_another(
    site: Site, place: Place, market: Market
) -> None:
    async with a_site(place) as other, listening(other, market.story, "retailer_1") as ear:
        order_id = await placed(site.app.state.db, market, tea=1)

        assert await ear.change() == of_order(order_id)


async def test_without_a_worker_nothing_is_told_and_nothing_breaks(
    clone: Callable[[], Awaitable[str]],
) -> None:
    async with a_place(await clone()) as place, a_site(place) as site:
        market = await a_market(place.owner_pool, place.db)
        async with listening(site, market.story, "retailer_1") as ear:
            order_id = await placed(place.db, market, tea=1)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(ear.socket.recv(), 1.0)

            stop = asyncio.Event()
            working = asyncio.create_task(run_worker(place.owner_pool, place.db, stop))
            while await ear.change() != of_order(order_id):  # what made the market comes first
                pass
            stop.set()
            await working


async def test_a_closed_socket_leaves_nothing_behind(site: Site, market: Market) -> None:
    hub: live.Live = site.app.state.live
    async with listening(site, market.story, "retailer_1") as ear:
        assert hub._inboxes
        await ear.send({"id": "1", "type": "complete"})
        await until(lambda: not hub._inboxes)
        await ear.subscribe(id="1")
        assert (await ear.change())[0] == "EVERYTHING"

    await until(lambda: not hub._inboxes and not hub._sockets and not hub._bells)


async def test_an_account_has_so_many_sockets_and_no_more(
    site: Site, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PLACES_OF_ONE", 2)
    token = await site.token(market.story, "retailer_1")
    async with listening(site, market.story, "retailer_1"):
        async with listening(site, market.story, "retailer_1"), a_socket(site) as third:
            await third.send(
                {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
            )
            assert await third.closed() == 1013
            async with listening(site, market.story, "retailer_2"):
                pass  # each has places of their own
        async with listening(site, market.story, "retailer_1"):
            pass  # a place was given back


@pytest.mark.parametrize("whose", [live.ANYBODY, live.NOBODY])
async def test_a_server_holds_so_many_sockets_and_no_more(
    site: Site, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    monkeypatch.setattr(live, "PLACES", live.PLACES | {whose: 1})
    async with a_socket(site), a_socket(site) as second:
        assert await second.closed() == 1013
    hub: live.Live = site.app.state.live
    await until(lambda: not hub._sockets)
