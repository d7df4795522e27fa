"""The doctor finds it when somebody who asked is not told, or somebody who did not is."""

from __future__ import annotations

import pytest

from tests.factories_ordering import Market, confirmed
from tests.factories_outbox import Place
from tests.factories_webhooks import Receiver
from tests.integration.webhooks.test_webhooks import changed, delivered, made, noted, sent
from tradeline.webhooks import Topic, find_violations

# As if all of it had happened a while ago.
AGE = """
    WITH events AS (
        UPDATE kernel.outbox_event
           SET occurred_at = occurred_at - $1 * interval '1 minute',
               delivered_at = delivered_at - $1 * interval '1 minute'
    ), deliveries AS (
        UPDATE webhooks.delivery
           SET created_at = created_at - $1 * interval '1 minute',
               next_try_at = next_try_at - $1 * interval '1 minute',
               tried_at = tried_at - $1 * interval '1 minute',
               settled_at = settled_at - $1 * interval '1 minute'
    )
    UPDATE webhooks.endpoint SET changed_at = changed_at - $1 * interval '1 minute'
"""


async def broken(place: Place) -> dict[str, int]:
    async with place.owner_pool.acquire() as conn:
        return {
            found.invariant.code.partition(".")[2]: found.count
            for found in await find_violations(conn)
            if found.count
        }


async def age(place: Place, minutes: int) -> None:
    await place.owner_pool.execute(AGE, minutes)


async def told_of_an_order(place: Place, market: Market, receiver: Receiver) -> int:
    """The seller's endpoint, half an hour after it took what it was told; others want nothing of
    it, or are off."""
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    endpoint = (await made(place, seller, receiver.url)).endpoint_id
    await made(place, buyer, receiver.url, Topic.ORDER_DISPUTED)
    off = (await made(place, buyer, receiver.url)).endpoint_id
    await changed(place, buyer, off, is_active=False)
    await age(place, 5)
    await noted(place, market)
    assert await sent(place) == 1
    await age(place, 30)
    return endpoint


@pytest.mark.usefixtures("loopback")
async def test_whoever_is_told_as_asked_is_well(
    place: Place, market: Market, receiver: Receiver
) -> None:
    await told_of_an_order(place, market, receiver)
    assert await broken(place) == {}
    await age(place, 60 * 24 * 20)
    assert await broken(place) == {}


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("DELETE FROM webhooks.delivery", "whoever_asked_is_told"),
        (
            "UPDATE webhooks.delivery SET state = 'waiting', settled_at = NULL,"
            " next_try_at = now() - interval '61 minutes',"
            " tried_at = now() - interval '61 minutes'",
            "what_is_due_is_sent",
        ),
        (
            "UPDATE webhooks.endpoint SET is_active = false, off_reason = 'by_hand',"
            " changed_at = now() - interval '95 minutes'",
            "whoever_is_off_is_not_told",
        ),
        ("UPDATE webhooks.delivery SET payload = '{\"order_id\": 0}'", "only_parties_are_told"),
        (
            "UPDATE webhooks.endpoint SET org_id = (SELECT org_id FROM webhooks.endpoint"
            " WHERE NOT is_active) WHERE topics = '{order.disputed}'; "
            "UPDATE ordering.trade_order SET seller_org_id = buyer_org_id",
            "only_parties_are_told",
        ),
    ],
)
async def test_what_is_broken_is_found(
    place: Place, market: Market, receiver: Receiver, sql: str, code: str
) -> None:
    await told_of_an_order(place, market, receiver)
    await age(place, 60)
    assert await broken(place) == {}

    await place.owner_pool.execute(sql)

    found = await broken(place)
    assert code in found
    assert set(found) <= {code, "whoever_asked_is_told"}


@pytest.mark.usefixtures("loopback")
async def test_nobody_is_missed_who_asks_while_it_happens_or_asks_for_something_else_later(
    place: Place, market: Market, receiver: Receiver
) -> None:
    seller = market.story.actor("trader_a")
    await confirmed(place.db, market, tea=1)
    await delivered(place)
    endpoint = (await made(place, seller, receiver.url, Topic.ORDER_CONFIRMED)).endpoint_id
    await age(place, 30)
    assert await broken(place) == {}, "it happened before anybody asked"

    await confirmed(place.db, market, tea=1)
    await delivered(place)
    assert await sent(place) == 1
    await age(place, 30)
    await changed(place, seller, endpoint, topics=[*Topic])
    assert await broken(place) == {}, "it had not asked for the placing"
    await place.owner_pool.execute(
        "UPDATE webhooks.endpoint SET changed_at = changed_at - interval '2 days'"
    )
    assert await broken(place) == {"whoever_asked_is_told": 3}


@pytest.mark.usefixtures("loopback")
async def test_another_address_changes_nothing_of_what_was_asked_for(
    place: Place, market: Market, receiver: Receiver
) -> None:
    endpoint = await told_of_an_order(place, market, receiver)
    read = "SELECT changed_at FROM webhooks.endpoint WHERE id = $1"
    before = await place.owner_pool.fetchval(read, endpoint)
    seller = market.story.actor("trader_a")

    await changed(place, seller, endpoint, url="https://other.example.com/")
    assert await place.owner_pool.fetchval(read, endpoint) == before
    await changed(place, seller, endpoint, is_active=False)
    assert await place.owner_pool.fetchval(read, endpoint) > before


@pytest.mark.usefixtures("loopback")
async def test_what_waits_behind_much_else_of_ones_own_is_not_stuck(
    place: Place, market: Market, receiver: Receiver
) -> None:
    """Few are sent at once to one organization: its other endpoint is being told."""
    await told_of_an_order(place, market, receiver)
    other = (await made(place, market.story.actor("trader_a"), receiver.url)).endpoint_id
    await noted(place, market)
    await age(place, 90)
    assert await broken(place) == {"what_is_due_is_sent": 2}

    await place.owner_pool.execute(
        "UPDATE webhooks.delivery SET tried_at = now() WHERE endpoint_id = $1", other
    )
    assert await broken(place) == {}
