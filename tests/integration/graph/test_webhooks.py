"""Webhooks through the graph: told once what they are signed with, and whose they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.factories_counting import CountingDatabase
from tests.factories_ordering import Market, a_market, placed
from tests.factories_outbox import Place, a_place
from tradeline.kernel import Actor, Locale, open_pool
from tradeline.webhooks import secret_of
from tradeline_graph._context import Context
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.schema import schema
from tradeline_server.worker import deliver_events

URL = "https://erp.example.com/hook"
SHOWN = "id url topics isActive offReason secretRotatedAt deliveries { topic orderId state tries }"
FAULTS = "errors { __typename ... on Problem { message path } }"
LIST = f"{{ webhooks {{ edges {{ node {{ {SHOWN} }} }} pageInfo {{ hasNextPage }} }} }}"


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@pytest.fixture
async def market(place: Place) -> Market:
    return await a_market(place.owner_pool, place.db)


async def ask(place: Place, actor: Actor, document: str, **variables: Any) -> Any:
    context = Context(db=place.db, actor=actor, locale=Locale.EN)
    result = await schema.execute(document, variables, context_value=context)
    assert not result.errors, result.errors
    return result.data


async def do(place: Place, actor: Actor, name: str, answer: str, **input: Any) -> Any:
    kind = f"{name[:1].upper()}{name[1:]}Input"
    document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {answer} {FAULTS} }} }}"
    body = {"requestId": uuid4().hex} | input
    return (await ask(place, actor, document, input=body))[name]


async def test_a_webhook_is_made_changed_rotated_tested_and_deleted(
    place: Place, market: Market
) -> None:
    seller = market.story.actor("trader_a")
    request = {"requestId": "first", "url": URL, "topics": ["ORDER_PLACED", "ORDER_SHIPPED"]}

    made = await do(place, seller, "webhookCreate", f"webhook {{ {SHOWN} }} secret", **request)
    again = await do(place, seller, "webhookCreate", "webhook { id } secret", **request)

    webhook = made["webhook"]
    row_id = from_id("Webhook", webhook["id"])
    assert made["secret"] == secret_of(seller.network_id, row_id, 1)
    assert again == {"webhook": {"id": webhook["id"]}, "secret": None, "errors": []}
    assert webhook["topics"] == ["ORDER_PLACED", "ORDER_SHIPPED"]
    assert (webhook["isActive"], webhook["deliveries"]) == (True, [])

    turn = {"requestId": "turn", "webhookId": webhook["id"]}
    rotated = await do(place, seller, "webhookRotate", "webhook { secretRotatedAt } secret", **turn)
    repeated = await do(place, seller, "webhookRotate", "secret", **turn)
    assert rotated["secret"] == secret_of(seller.network_id, row_id, 2)
    assert rotated["webhook"]["secretRotatedAt"] is not None
    assert repeated["secret"] is None

    off = await do(
        place,
        seller,
        "webhookUpdate",
        "webhook { url isActive offReason }",
        webhookId=webhook["id"],
        url="https://other.example.com/",
        isActive=False,
    )
    assert off["webhook"] == {
        "url": "https://other.example.com/",
        "isActive": False,
        "offReason": "BY_HAND",
    }
    refused = await do(place, seller, "webhookTest", "webhook { id }", webhookId=webhook["id"])
    assert [each["__typename"] for each in refused["errors"]] == ["WrongState"]
    await do(
        place, seller, "webhookUpdate", "webhook { id }", webhookId=webhook["id"], isActive=True
    )
    tested = await do(
        place, seller, "webhookTest", f"webhook {{ {SHOWN} }}", webhookId=webhook["id"]
    )
    assert tested["webhook"]["deliveries"] == [
        {"topic": "webhook.test", "orderId": None, "state": "WAITING", "tries": 0}
    ]

    await do(place, seller, "webhookDelete", "", webhookId=webhook["id"])
    assert (await ask(place, seller, LIST))["webhooks"]["edges"] == []


async def test_its_people_see_what_it_was_told_and_strangers_see_nothing(
    place: Place, market: Market
) -> None:
    seller, stranger = market.story.actor("trader_a"), market.story.actor("trader_b")
    made = await do(
        place, seller, "webhookCreate", "webhook { id }", url=URL, topics=["ORDER_PLACED"]
    )
    order_id = await placed(place.db, market, tea=2)
    async with place.owner_pool.acquire() as conn:
        await deliver_events(conn, db=place.db, handlers={}, limit=100)
    before = await ask(place, seller, LIST)

    [edge] = before["webhooks"]["edges"]
    assert edge["node"]["deliveries"] == [
        {
            "topic": "order.placed",
            "orderId": to_id("Order", order_id),
            "state": "WAITING",
            "tries": 0,
        }
    ]
    assert (await ask(place, stranger, LIST))["webhooks"]["edges"] == []
    for name, more in {
        "webhookUpdate": {"url": "https://evil.example.com/"},
        "webhookRotate": {},
        "webhookDelete": {},
        "webhookTest": {},
    }.items():
        answer = await do(place, stranger, name, "", webhookId=made["webhook"]["id"], **more)
        assert [each["__typename"] for each in answer["errors"]] == ["NotFound"], name
    assert await ask(place, seller, LIST) == before


async def test_an_address_inside_is_refused_in_words(place: Place, market: Market) -> None:
    seller = market.story.actor("trader_a")
    answer = await do(
        place, seller, "webhookCreate", "webhook { id } secret", url="https://10.0.0.1/", topics=[]
    )
    assert (answer["webhook"], answer["secret"]) == (None, None)
    assert [each["path"] for each in answer["errors"]] == [["url"], ["topics"]]
    assert "public name of a host" in answer["errors"][0]["message"]
    assert (await ask(place, seller, LIST))["webhooks"]["edges"] == []


async def test_many_webhooks_are_read_by_as_many_statements_as_one(
    place: Place, market: Market
) -> None:
    seller = market.story.actor("trader_a")
    pool = await open_pool(place.dsn)
    counts = []
    for more in (1, 3):
        for _ in range(more):
            await do(place, seller, "webhookCreate", "", url=URL, topics=["ORDER_PLACED"])
        counting = CountingDatabase(pool)
        result = await schema.execute(
            LIST, {}, context_value=Context(db=counting, actor=seller, locale=Locale.EN)
        )
        assert result.data is not None
        assert len(result.data["webhooks"]["edges"]) == (1 if more == 1 else 4)
        counts.append(counting.count)
    pool.terminate()

    assert counts[0] == counts[1] > 0
