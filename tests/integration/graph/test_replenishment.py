"""Planning through the graph: terms, forecasts, proposals with their arithmetic, and orders."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.factories_ordering import placed
from tests.factories_replenishment import Shop, a_shop, expects, stands
from tests.integration.graph.test_sourcing import ask, run
from tradeline.kernel import TRADE_ZONE, Database, Locale, Permission, Pool
from tradeline.replenishment import count_demand
from tradeline_graph._ids import to_id

PROPOSALS = """
    query($kind: ProposalKind) {
      replenishmentProposals(kind: $kind, state: OPEN) { edges { node {
        id kind quantity packQuantity daysOfCover amount { amount currency }
        sku { code } pack { code } warehouse { code } fromWarehouse { code }
        relationship { id } order { number }
        arithmetic { code label value unit } } } }
    }
"""
DEMAND = """
    query($sku: ID!, $from: Date!, $to: Date!) {
      demand(skuId: $sku, from: $from, to: $to) {
        days { on quantity returned isUnknown isPromoted } sellIn { on quantity } daysOfCover
        forecast { method methodLabel days { on mean low high } errors { method mase } } }
    }
"""


async def do(
    db: Database, shop: Shop, name: str, answer: str, by: str = "retailer_1", **body: Any
) -> Any:
    """A mutation's payload."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = (
        f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {answer}"
        " errors { __typename ... on Problem { message path } } } }"
    )
    body.setdefault("requestId", uuid4().hex)
    return (await ask(db, shop.story.actor(by), document, input=body))[name]


async def lines(db: Database, shop: Shop, by: str = "retailer_1", **only: Any) -> list[Any]:
    answer = await ask(db, shop.story.actor(by), PROPOSALS, **only)
    return [edge["node"] for edge in answer["replenishmentProposals"]["edges"]]


@pytest.fixture
async def shop(db: Database, owner_pool: Pool) -> Shop:
    return await a_shop(owner_pool, db)


async def test_a_planner_goes_from_terms_to_an_order(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    tea = shop.market.tea
    said = await do(
        db,
        shop,
        "replenishmentTermPut",
        "terms { leadTimeDays serviceLevel reviewDays relationship { id } sku { code } }",
        terms=[
            {
                "relationshipId": to_id("Relationship", shop.edge),
                "skuId": to_id("Sku", tea),
                "leadTimeDays": 2,
                "serviceLevel": "0.98",
                "reviewDays": 8,
            }
        ],
    )
    assert said["terms"] == [
        {
            "leadTimeDays": 2,
            "serviceLevel": "0.98",
            "reviewDays": 8,
            "relationship": {"id": to_id("Relationship", shop.edge)},
            "sku": {"code": "TEA"},
        }
    ]
    await expects(db, shop, tea, 4, sigma=1)
    await stands(owner_pool, shop, tea, 12)
    assert (await do(db, shop, "replenishmentPropose", "count"))["count"] == 1

    [line] = await lines(db, shop)
    # 40 in ten days, and 2.0537 times the root of ten; 12 stand there.
    assert (line["kind"], line["quantity"], line["daysOfCover"]) == ("BUY", 35, "3.000000")
    assert line["amount"] == {"amount": "105.00", "currency": "CNY"}
    assert (line["sku"], line["pack"]) == ({"code": "TEA"}, {"code": "EA"})
    assert (line["warehouse"], line["fromWarehouse"]) == ({"code": "FRONT"}, None)
    steps = {
        step["code"]: (step["label"], step["value"], step["unit"]) for step in line["arithmetic"]
    }
    assert steps["lead_time_source"] == ("Lead time taken from", "terms", "word")
    assert steps["safety"] == ("Safety stock", "6.494", "units")
    assert steps["quantity"] == ("Proposed", "35", "units")

    request = {"requestId": uuid4().hex, "lines": [{"id": line["id"]}]}
    answer = "count orders { number amount { amount } }"
    done = await do(db, shop, "replenishmentAccept", answer, **request)
    again = await do(db, shop, "replenishmentAccept", answer, **request)

    assert done == again
    assert (done["count"], done["errors"]) == (1, [])
    assert [order["amount"]["amount"] for order in done["orders"]] == ["105.00"]
    assert await lines(db, shop) == []


async def test_two_planners_who_press_at_once_make_one_order(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    await expects(db, shop, shop.market.tea, 4)
    await do(db, shop, "replenishmentPropose", "count")
    [line] = await lines(db, shop)

    outcomes = await asyncio.gather(
        *(
            do(db, shop, "replenishmentAccept", "orders { number }", lines=[{"id": line["id"]}])
            for _ in range(4)
        )
    )

    assert sum(len(outcome["orders"] or []) for outcome in outcomes) == 1
    refused = [error for outcome in outcomes for error in outcome["errors"]]
    assert {error["__typename"] for error in refused} == {"WrongState"}
    assert (
        await owner_pool.fetchval(
            "SELECT count(*) FROM ordering.trade_order WHERE network_id = $1", shop.story.network_id
        )
        == 1
    )


async def test_a_need_that_is_covered_meanwhile_is_told_with_what_is_left_of_it(
    db: Database, shop: Shop
) -> None:
    await expects(db, shop, shop.market.tea, 4)
    await do(db, shop, "replenishmentPropose", "count")
    [line] = await lines(db, shop, kind="BUY")
    await placed(db, shop.market, tea=20)

    refused = await do(
        db, shop, "replenishmentAccept", "count orders { id }", lines=[{"id": line["id"]}]
    )

    assert (refused["count"], refused["orders"]) == (None, None)
    [error] = refused["errors"]
    assert (error["__typename"], error["path"]) == ("NeedCovered", ["lines", "0", "quantity"])
    assert "8 can be taken, you ask for 28" in error["message"]


async def test_demand_is_drawn_beside_what_is_expected_of_it(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    market = shop.market
    await placed(db, market, tea=6)
    async with owner_pool.acquire() as conn:
        while await count_demand(conn, limit=100):
            pass
    day = datetime.now(TRADE_ZONE).date()
    wanted: dict[str, Any] = {
        "sku": to_id("Sku", market.tea),
        "from": str(day - timedelta(days=3)),
        "to": str(day),
    }

    seller = (await ask(db, shop.story.actor("trader_a"), DEMAND, **wanted))["demand"]
    assert seller["days"] == [
        {
            "on": str(day),
            "quantity": "6",
            "returned": "0",
            "isUnknown": False,
            "isPromoted": False,
        }
    ]
    assert seller["sellIn"] == [{"on": str(day), "quantity": "6"}]
    assert (seller["forecast"], seller["daysOfCover"]) == (None, None)

    await expects(db, shop, market.tea, 2, sigma=1)
    buyer = (await ask(db, shop.story.actor("retailer_1"), DEMAND, **wanted))["demand"]
    assert (buyer["days"], buyer["sellIn"]) == ([], [])
    assert buyer["daysOfCover"] == "3.00"  # six are on their way
    assert buyer["forecast"]["methodLabel"] == "moving average"
    assert buyer["forecast"]["days"][0] == {
        "on": str(day),
        "mean": "2",
        "low": "2",
        "high": "2",
    }


async def test_forecasts_are_made_at_once_for_some_and_by_the_worker_for_all(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    some = await do(
        db,
        shop,
        "forecastMake",
        "isQueued forecasts { method }",
        skuIds=[to_id("Sku", shop.market.tea)],
    )
    queued = await do(db, shop, "forecastMake", "isQueued forecasts { method }")

    assert some == {"isQueued": False, "forecasts": [], "errors": []}
    assert queued == {"isQueued": True, "forecasts": [], "errors": []}


async def test_budgets_and_terms_are_said_and_taken_back(db: Database, shop: Shop) -> None:
    budget: dict[str, Any] = {"month": "2026-03-17", "currency": "CNY"}
    shown = "budgets { month amount { amount } }"
    said = await do(db, shop, "replenishmentBudgetPut", shown, amount="12.5", **budget)
    odd = await do(db, shop, "replenishmentBudgetPut", "budgets { month }", amount="-1", **budget)
    lifted = await do(db, shop, "replenishmentBudgetPut", "budgets { month }", **budget)
    terms = "{ replenishmentTerms { edges { node { id leadTimeDays sku { code } } } } }"
    [node] = (await ask(db, shop.story.actor("retailer_1"), terms))["replenishmentTerms"]["edges"]
    gone = await do(db, shop, "replenishmentTermRemove", "isRemoved", termId=node["node"]["id"])
    strange = await do(
        db,
        shop,
        "replenishmentTermRemove",
        "isRemoved",
        by="trader_a",
        termId=node["node"]["id"],
    )

    assert said["budgets"] == [{"month": "2026-03-01", "amount": {"amount": "12.50"}}]
    assert [error["path"] for error in odd["errors"]] == [["amount"]]
    assert lifted["budgets"] == []
    assert (gone["isRemoved"], strange["isRemoved"]) == (True, False)
    assert [error["__typename"] for error in strange["errors"]] == ["NotFound"]


async def test_a_stranger_sees_no_line_and_words_are_the_viewers(db: Database, shop: Shop) -> None:
    await expects(db, shop, shop.market.tea, 4)
    await do(db, shop, "replenishmentPropose", "count")
    [line] = await lines(db, shop)
    one = "query($id: ID!) { replenishmentProposal(id: $id) { quantity } }"

    assert await lines(db, shop, by="trader_a") == []
    seen = await ask(db, shop.story.actor("trader_a"), one, id=line["id"])
    assert seen["replenishmentProposal"] is None
    dismissed = await do(
        db, shop, "replenishmentDismiss", "count", by="trader_a", lineIds=[line["id"]]
    )
    assert [error["__typename"] for error in dismissed["errors"]] == ["NotFound"]

    chinese = await ask(
        db,
        shop.story.actor("retailer_1", locale=Locale.ZH),
        PROPOSALS,
        locale=Locale.ZH,
    )
    [edge] = chinese["replenishmentProposals"]["edges"]
    assert edge["node"]["arithmetic"][0]["label"] == "供货周期"

    reader = shop.story.actor("retailer_1", Permission.REPLENISHMENT_READ)
    blind = await run(db, reader, PROPOSALS, Locale.EN)
    [edge] = blind.data["replenishmentProposals"]["edges"]
    assert edge["node"]["quantity"] == 28
    assert [edge["node"][name] for name in ("amount", "sku", "warehouse", "relationship")] == [
        None
    ] * 4
    forbidden = await run(db, shop.story.visitor("retailer_1"), PROPOSALS, Locale.EN)
    assert forbidden.data is None
