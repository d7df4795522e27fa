"""Orders through the graph: the shape of the answers, one answer per requestId, the statements."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.factories_counting import CountingDatabase
from tests.factories_inventory import level_of
from tests.factories_ordering import Market, a_market, placed
from tests.factories_settlement import exposure_of
from tradeline.kernel import Actor, Database, Locale, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.schema import schema

PLACE = """
    mutation Place($input: OrderPlaceInput!) {
        orderPlace(input: $input) {
            order {
                id number state amount { amount currency }
                heldBy { nameEn } seller { nameEn } buyer { nameEn }
                lines {
                    lineNo skuCode quantity unitPrice amount { amount }
                    priceExplanation { steps { message } }
                }
            }
            errors {
                __typename
                ... on Problem { message path }
                ... on NotEnoughStock { requested { amount } available { amount unit } }
                ... on NotEnoughCredit { required { amount } free { amount } }
            }
        }
    }
"""
LIST = """
    {
        orders(side: SELLING) {
            edges {
                node {
                    number buyer { nameEn } heldBy { nameEn } relationship { id }
                    lines { skuCode sku { code product { code } } }
                    events { step organization { nameEn } }
                    shipments { number } returns { number }
                }
            }
        }
    }
"""


async def ask(
    db: Database,
    actor: Actor,
    document: str,
    variables: dict[str, Any] | None = None,
    locale: Locale = Locale.EN,
) -> dict[str, Any]:
    """The data of an answer that has no errors beside it."""
    result = await schema.execute(document, variables, Context(db=db, actor=actor, locale=locale))
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


def order_of(market: Market, request_id: str, **units: int) -> dict[str, Any]:
    """The variables that order so much of tea and oil on the market's edge."""
    skus = {"tea": market.tea, "oil": market.oil}
    lines = [{"skuId": to_id("Sku", skus[name]), "quantity": n} for name, n in units.items()]
    relationship_id = to_id("Relationship", market.edge)
    return {"input": {"requestId": request_id, "relationshipId": relationship_id, "lines": lines}}


async def test_a_placed_order_tells_whose_turn_it_is_and_how_its_price_came_to_be(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")

    answer = (await ask(db, buyer, PLACE, order_of(market, "1", tea=10)))["orderPlace"]

    assert answer["errors"] == []
    order = answer["order"]
    assert order["number"] == f"SO{from_id('Order', order.pop('id')):08d}"
    assert (order["state"], order["heldBy"]) == ("TO_CONFIRM", {"nameEn": "trader_a"})
    assert order["amount"] == {"amount": "30.00", "currency": "CNY"}
    [line] = order["lines"]
    assert (line["skuCode"], line["quantity"], line["unitPrice"]) == ("TEA", 10, "3")
    assert line["priceExplanation"]["steps"] == [
        {"message": "Base price 3.00 per EA (BASE): it holds."}
    ]


@pytest.mark.parametrize(
    ("locale", "message"),
    [
        (Locale.EN, "101 EA of TEA were asked for, 100 EA are free; order less or later."),
        (Locale.ZH, "TEA 需要 101 EA，可用 100 EA；请减少数量或稍后再订。"),
    ],
)
async def test_a_refusal_is_data_in_the_viewers_language(
    owner_pool: Pool, db: Database, locale: Locale, message: str
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")

    variables = order_of(market, "1", tea=101, oil=1)
    answer = (await ask(db, buyer, PLACE, variables, locale))["orderPlace"]

    assert answer == {
        "order": None,
        "errors": [
            {
                "__typename": "NotEnoughStock",
                "message": message,
                "path": ["lines", "0", "quantity"],
                "requested": {"amount": 101},
                "available": {"amount": 100, "unit": "EA"},
            }
        ],
    }


async def test_the_same_request_fifty_times_at_once_is_one_order(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    variables = order_of(market, "the same", tea=3)

    answers = await asyncio.gather(*(ask(db, buyer, PLACE, variables) for _ in range(50)))

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["orderPlace"]["order"]["amount"]["amount"] == "9.00"
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 3)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 900


async def test_the_same_request_id_with_another_body_is_refused(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    buyer = market.story.actor("retailer_1")
    await ask(db, buyer, PLACE, order_of(market, "1", tea=3))

    answer = (await ask(db, buyer, PLACE, order_of(market, "1", tea=4)))["orderPlace"]

    assert [error["__typename"] for error in answer["errors"]] == ["RequestReused"]
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 3)


async def test_a_line_named_twice_in_a_step_is_refused(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=10)
    cancel = """
        mutation Cancel($input: OrderCancelInput!) {
            orderCancel(input: $input) { errors { __typename ... on Problem { path } } }
        }
    """
    lines = "{ order(id: $id) { lines { id } } }"
    found = await ask(
        db,
        market.story.actor("retailer_1"),
        f"query Lines($id: ID!) {lines}",
        {"id": to_id("Order", order_id)},
    )
    [line] = found["order"]["lines"]
    twice = [{"orderLineId": line["id"], "quantity": units} for units in (1, 2)]

    answer = await ask(
        db,
        market.story.actor("retailer_1"),
        cancel,
        {"input": {"requestId": "1", "orderId": to_id("Order", order_id), "lines": twice}},
    )

    assert answer["orderCancel"]["errors"] == [
        {"__typename": "InvalidValue", "path": ["lines", "1", "orderLineId"]}
    ]


async def test_a_list_of_orders_takes_as_many_statements_for_one_as_for_many(
    pool: Pool, owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    await placed(db, market, tea=1, oil=1)
    counts = []
    for orders in (0, 4):
        for _ in range(orders):
            await placed(db, market, tea=1, oil=1)
        counting = CountingDatabase(pool)
        await ask(counting, seller, LIST)
        counts.append(counting.count)

    assert counts[0] == counts[1]
