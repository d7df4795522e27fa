"""What accepting comes to is told through the graph, and what was told is what is ordered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.factories_ordering import with_terms
from tests.factories_replenishment import Shop, a_shop, expects
from tests.integration.graph.test_replenishment import do
from tests.integration.graph.test_sourcing import ask, run
from tradeline.kernel import TRADE_ZONE, Database, Locale, Permission, Pool
from tradeline_graph._ids import to_id

OPEN = """
    query($kind: ProposalKind, $edge: ID, $place: ID, $first: Int, $after: String) {
      replenishmentProposals(
        kind: $kind, state: OPEN, relationshipId: $edge, warehouseId: $place, first: $first,
        after: $after
      ) { edges { node { id quantity sku { code } } } pageInfo { hasNextPage endCursor } }
    }
"""
PREVIEW = """
    query($lines: [ProposalTakeInput!]!) {
      replenishmentAcceptPreview(lines: $lines) {
        lineCount quantity
        orders { quantity isMinimumReached amount { amount currency } orderMinimum { amount }
          relationship { id } lines { id quantity amount { amount } } }
        budgets { left { amount } leftAfter { amount } }
        problems { __typename ... on Problem { message path } } }
    }
"""
PRICE = "UPDATE pricing.price SET unit_price = 4 WHERE network_id = $1 AND sku_id = $2"
ORDERS = "SELECT count(*) FROM ordering.trade_order WHERE network_id = $1"


@pytest.fixture
async def shop(db: Database, owner_pool: Pool) -> Shop:
    shop = await a_shop(owner_pool, db)
    await with_terms(owner_pool, shop.market, minimum_minor=20_000)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.oil, 2)
    await do(db, shop, "replenishmentPropose", "count")
    return shop


async def opened(db: Database, shop: Shop, by: str = "retailer_1", **only: Any) -> Any:
    return (await ask(db, shop.story.actor(by), OPEN, **only))["replenishmentProposals"]


async def previewed(db: Database, shop: Shop, **variables: Any) -> Any:
    answer = await ask(db, shop.story.actor("retailer_1"), PREVIEW, **variables)
    return answer["replenishmentAcceptPreview"]


async def test_what_was_shown_is_what_is_ordered_or_nothing_is(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    by_code = {
        edge["node"]["sku"]["code"]: edge["node"] for edge in (await opened(db, shop))["edges"]
    }
    tea, oil = by_code["TEA"], by_code["OIL"]
    lines = [{"id": tea["id"], "quantity": 20}, {"id": oil["id"]}]

    preview = await previewed(db, shop, lines=lines)

    [order] = preview["orders"]
    assert order["amount"] == {"amount": "235.00", "currency": "CNY"}
    assert (order["quantity"], order["isMinimumReached"]) == ("34", True)
    assert order["orderMinimum"] == {"amount": "200.00"}
    assert {
        line["id"]: (line["quantity"], line["amount"]["amount"]) for line in order["lines"]
    } == {
        tea["id"]: (20, "60.00"),
        oil["id"]: (14, "175.00"),
    }
    assert (preview["lineCount"], preview["budgets"], preview["problems"]) == (2, [], [])

    shown = [{"relationshipId": order["relationship"]["id"], "amount": order["amount"]}]
    await owner_pool.execute(PRICE, shop.story.network_id, shop.market.tea)
    refused = await do(db, shop, "replenishmentAccept", "count", lines=lines, shown=shown)
    assert refused["count"] is None
    [error] = refused["errors"]
    assert error["__typename"] == "OrderAmountChanged"
    assert error["path"] == ["shown", "0", "amount"]
    assert "235.00" in error["message"]
    assert "255.00" in error["message"]
    assert await owner_pool.fetchval(ORDERS, shop.story.network_id) == 0

    shown[0]["amount"]["amount"] = "255.00"
    done = await do(
        db, shop, "replenishmentAccept", "orders { amount { amount } }", lines=lines, shown=shown
    )
    assert done["orders"] == [{"amount": {"amount": "255.00"}}]


async def test_a_minimum_that_is_missed_and_a_budget_that_is_gone_are_told(
    db: Database, shop: Shop
) -> None:
    page = await opened(db, shop)
    [tea] = [edge["node"] for edge in page["edges"] if edge["node"]["sku"]["code"] == "TEA"]
    month = str(datetime.now(TRADE_ZONE).date())
    budget = {"month": month, "currency": "CNY", "amount": "100"}
    await do(db, shop, "replenishmentBudgetPut", "budgets { month }", **budget)

    preview = await previewed(db, shop, lines=[{"id": tea["id"], "quantity": 35}])

    assert [order["isMinimumReached"] for order in preview["orders"]] == [False]
    assert preview["budgets"] == [{"left": {"amount": "100.00"}, "leftAfter": {"amount": "-5.00"}}]
    told = [(problem["__typename"], problem["path"]) for problem in preview["problems"]]
    assert told == [("BelowOrderMinimum", ["lines"]), ("BudgetExceeded", ["lines"])]


async def test_strangers_are_shown_nothing_and_amounts_take_their_permission(
    db: Database, shop: Shop
) -> None:
    [first, _] = (await opened(db, shop))["edges"]
    lines = [{"id": first["node"]["id"]}]

    stranger = await run(db, shop.story.actor("trader_a"), PREVIEW, Locale.EN, lines=lines)
    assert stranger.data is None
    reader = shop.story.actor("retailer_1", Permission.REPLENISHMENT_READ)
    forbidden = await run(db, reader, PREVIEW, Locale.EN, lines=lines)
    assert forbidden.data is None
    clerk = shop.story.actor("retailer_1", Permission.REPLENISHMENT_MANAGE, Permission.ORDER_PLACE)
    blind = await run(db, clerk, PREVIEW, Locale.EN, lines=lines)
    [order] = blind.data["replenishmentAcceptPreview"]["orders"]
    assert (order["amount"], order["orderMinimum"], order["relationship"]) == (None, None, None)
    assert [line["amount"] for line in order["lines"]] == [None]


async def test_open_lines_come_by_urgency_page_by_page_and_narrowed_down(
    db: Database, shop: Shop
) -> None:
    # Nothing is left of either; oil costs more.
    first = await opened(db, shop, first=1)
    second = await opened(db, shop, first=1, after=first["pageInfo"]["endCursor"])
    codes = [page["edges"][0]["node"]["sku"]["code"] for page in (first, second)]
    assert codes == ["OIL", "TEA"]
    assert second["pageInfo"]["hasNextPage"] is False

    edge, other = (
        to_id("Relationship", id) for id in (shop.edge, shop.story.edge("brand", "trader_a"))
    )
    assert len((await opened(db, shop, edge=edge))["edges"]) == 2
    assert (await opened(db, shop, edge=other))["edges"] == []
    assert (await opened(db, shop, place=to_id("Warehouse", shop.second)))["edges"] == []
    assert (await opened(db, shop, by="trader_a", edge=edge))["edges"] == []
    wrong = await run(
        db, shop.story.actor("retailer_1"), OPEN, Locale.EN, after="WzFd"
    )  # [1], as of a list that is not open
    assert wrong.data is None


async def test_terms_of_several_skus_are_said_at_once_all_or_none(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    edge = to_id("Relationship", shop.edge)
    tea, oil = to_id("Sku", shop.market.tea), to_id("Sku", shop.market.oil)
    asked = "terms { leadTimeDays sku { code } pack { code } }"
    packs = "query($id: ID!) { sku(id: $id) { packs { id code } } }"
    found = await ask(db, shop.story.actor("retailer_1"), packs, id=oil)
    [pack] = found["sku"]["packs"]

    def term(**said: Any) -> dict[str, Any]:
        return {"relationshipId": edge, "leadTimeDays": 9, **said}

    wrong = await do(
        db,
        shop,
        "replenishmentTermPut",
        asked,
        terms=[term(skuId=oil, leadTimeDays=900), term(skuId=tea), term(skuId=tea)],
    )
    foreign = await do(
        db,
        shop,
        "replenishmentTermPut",
        asked,
        terms=[term(skuId=oil), term(skuId=tea, packId=pack["id"])],
    )
    said = await do(
        db,
        shop,
        "replenishmentTermPut",
        asked,
        terms=[term(skuId=oil, packId=pack["id"]), term(), term(skuId=tea, leadTimeDays=3)],
    )

    assert wrong["terms"] is None
    assert [error["path"] for error in wrong["errors"]] == [
        ["terms", "0", "leadTimeDays"],
        ["terms", "2"],
    ]
    assert [error["path"] for error in foreign["errors"]] == [["terms", "1", "packId"]]
    assert said["terms"] == [
        {"leadTimeDays": 9, "sku": {"code": "OIL"}, "pack": {"code": pack["code"]}},
        {"leadTimeDays": 9, "sku": None, "pack": None},
        {"leadTimeDays": 3, "sku": {"code": "TEA"}, "pack": None},
    ]


async def test_alerts_are_counted_by_kind_for_both_sides_alone(
    db: Database, owner_pool: Pool, shop: Shop
) -> None:
    counts = "{ replenishmentAlertCounts { kind count } }"
    listed = """
        query($kind: ReplenishmentAlertKind) {
          replenishmentAlerts(isOpen: true, kind: $kind) { edges { node { kind } } } }
    """
    await do(db, shop, "replenishmentAccept", "count", lines=await _all(db, shop))
    await owner_pool.execute(
        "INSERT INTO replenishment.alert (network_id, kind, relationship_id, order_id, due_on,"
        " quantity) SELECT network_id, 'late_confirmation', relationship_id, id, current_date, 1"
        "  FROM ordering.trade_order WHERE network_id = $1",
        shop.story.network_id,
    )

    for by, expected in (("retailer_1", 1), ("trader_a", 1), ("retailer_2", 0)):
        actor = shop.story.actor(by)
        answer = await ask(db, actor, counts)
        assert [one["count"] for one in answer["replenishmentAlertCounts"]] == [1] * expected
        late = await ask(db, actor, listed, kind="LATE_CONFIRMATION")
        short = await ask(db, actor, listed, kind="SHORT_RECEIPT")
        assert len(late["replenishmentAlerts"]["edges"]) == expected
        assert short["replenishmentAlerts"]["edges"] == []


async def _all(db: Database, shop: Shop) -> list[dict[str, str]]:
    return [{"id": edge["node"]["id"]} for edge in (await opened(db, shop))["edges"]]
