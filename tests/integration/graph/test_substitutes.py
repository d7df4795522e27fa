"""Substitutes through the graph: many at once, the same request again, and whose they are."""

from __future__ import annotations

from typing import Any

from tests.factories_ordering import a_market, confirmed, lines
from tests.integration.graph.test_ordering import ask
from tests.integration.ordering.test_substitutes import offered, offers, scarce
from tradeline.kernel import Database, Permission, Pool
from tradeline.ordering import OrderLine, SubstituteState
from tradeline_graph._ids import to_id

OFFER = "substitutes { id state validUntil decisionReason newLineId amount { amount } }"
ERRORS = "errors { __typename ... on Problem { path message } }"
PROPOSE = f"""
    mutation Propose($input: OrderSubstitutesProposeInput!) {{
        orderSubstitutesPropose(input: $input) {{ {OFFER} {ERRORS} }}
    }}
"""
WITHDRAW = f"""
    mutation Withdraw($input: OrderSubstitutesWithdrawInput!) {{
        orderSubstitutesWithdraw(input: $input) {{ {OFFER} {ERRORS} }}
    }}
"""
DECIDE = f"""
    mutation Decide($input: OrderSubstitutesDecideInput!) {{
        orderSubstitutesDecide(input: $input) {{ {OFFER} {ERRORS} }}
    }}
"""


def an_offer(line: OrderLine, sku_id: int, units: int) -> dict[str, Any]:
    return {
        "orderId": to_id("Order", line.order_id),
        "orderLineId": to_id("OrderLine", line.id),
        "quantity": units,
        "skuId": to_id("Sku", sku_id),
        "packQuantity": 1,
    }


async def test_a_request_for_many_offers_that_is_sent_again_tells_of_the_same_ones(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    first, second = [await confirmed(db, market, tea=10) for _ in range(2)]
    teas = [(await lines(db, market, it))[0] for it in (second, first)]
    await offered(db, market, first, 2)
    offer = {"substitutes": [an_offer(tea, market.oil, 3) for tea in teas], "requestId": "r-1"}

    told = [
        (await ask(db, seller, PROPOSE, {"input": offer}))["orderSubstitutesPropose"]
        for _ in range(2)
    ]
    await offered(db, market, first, 2)
    told.append((await ask(db, seller, PROPOSE, {"input": offer}))["orderSubstitutesPropose"])

    assert told[0] == told[1] == told[2]
    assert told[0]["errors"] == []
    found = {it: await offers(db, market, it) for it in (first, second)}
    assert [len(found[it]) for it in (first, second)] == [3, 1]
    ids = [found[second][0].id, found[first][1].id]
    assert [it["id"] for it in told[0]["substitutes"]] == [to_id("OrderSubstitute", i) for i in ids]


async def test_offers_are_withdrawn_and_decided_on_in_one_request_each(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    order_id = await confirmed(db, market, tea=10)
    ids = [to_id("OrderSubstitute", await offered(db, market, order_id, 2)) for _ in range(3)]

    gone = {"orderSubstituteIds": ids[:1], "reason": "有货了", "requestId": "r-1"}
    withdrawn = (await ask(db, seller, WITHDRAW, {"input": gone}))["orderSubstitutesWithdraw"]
    decisions = [{"orderSubstituteId": id, "accepts": id == ids[1]} for id in ids[1:]]
    said = {"decisions": decisions, "requestId": "r-2"}
    decided = (await ask(db, buyer, DECIDE, {"input": said}))["orderSubstitutesDecide"]
    again = {"decisions": decisions, "requestId": "r-3"}
    refused = (await ask(db, buyer, DECIDE, {"input": again}))["orderSubstitutesDecide"]

    [first] = withdrawn["substitutes"]
    assert (first["id"], first["state"], first["decisionReason"]) == (ids[0], "WITHDRAWN", "有货了")
    assert [it["state"] for it in decided["substitutes"]] == ["ACCEPTED", "REFUSED"]
    assert [it["newLineId"] is None for it in decided["substitutes"]] == [False, True]
    assert refused["substitutes"] == []
    assert [error["path"] for error in refused["errors"]] == [
        ["decisions", "0", "orderSubstituteId"],
        ["decisions", "1", "orderSubstituteId"],
    ]


async def test_a_stranger_neither_offers_nor_withdraws_nor_decides_nor_learns_of_any(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    offer_id = to_id("OrderSubstitute", await offered(db, market, order_id))
    before = await scarce(owner_pool, market)
    requests = (
        (PROPOSE, {"substitutes": [an_offer(tea, market.oil, 2)]}),
        (WITHDRAW, {"orderSubstituteIds": [offer_id]}),
        (DECIDE, {"decisions": [{"orderSubstituteId": offer_id, "accepts": True}]}),
    )
    for name in ("trader_b", "retailer_2", "brand"):
        for place, (document, values) in enumerate(requests):
            asked = {"input": values | {"requestId": f"{name}-{place}"}}
            [answer] = (await ask(db, story.actor(name), document, asked)).values()
            assert [error["__typename"] for error in answer["errors"]] == ["NotFound"]
            assert answer["substitutes"] == []

    assert await scarce(owner_pool, market) == before
    [offer] = await offers(db, market, order_id)
    assert offer.state is SubstituteState.PROPOSED


async def test_who_may_not_read_orders_is_not_told_what_it_offered(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    clerk = market.story.actor("trader_a", Permission.ORDER_CONFIRM)
    order_id = await confirmed(db, market, tea=10)
    [tea] = await lines(db, market, order_id)
    values = {"substitutes": [an_offer(tea, market.oil, 2)], "requestId": "r-1"}

    [answer] = (await ask(db, clerk, PROPOSE, {"input": values})).values()

    assert answer == {"substitutes": [], "errors": []}
    assert len(await offers(db, market, order_id)) == 1
