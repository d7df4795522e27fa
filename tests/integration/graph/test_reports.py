"""Reports and the way from an account to its orders, through the graph."""

from __future__ import annotations

from tests.factories_counting import CountingDatabase
from tests.factories_ordering import Market, a_market, confirmed
from tests.integration.graph.test_ordering import ask
from tests.integration.graph.test_settlement import refused
from tradeline.kernel import Database, Permission, Pool
from tradeline.ordering import (
    decide_return,
    lines_of_orders,
    receive_shipment,
    request_return,
    ship_order,
)
from tradeline_graph._ids import to_id

REPORTS = """
    query ($side: OrderSide!, $relationshipId: ID, $months: Int! = 12) {
        tradeReports(side: $side, relationshipId: $relationshipId, months: $months) {
            currency orderCount fillRate closedQuantity deliveredQuantity
            ordered { amount currency } received { amount }
            months { month orderCount ordered { amount } received { amount } fillRate }
            topSkus { skuCode skuName skuNameEn baseUnit quantity amount { amount } }
        }
    }
"""
ACCOUNT = """
    query ($id: ID!) {
        relationship(id: $id) { account { edges { node { kind orderId documentNumber } } } }
    }
"""


async def received(db: Database, market: Market, **units: int) -> int:
    """An order that is shipped and received in full."""
    order_id = await confirmed(db, market, **units)
    async with db.unit_of_work(market.story.network_id) as conn:
        shipment_id = await ship_order(
            conn, actor=market.story.actor("trader_a"), order_id=order_id
        )
        buyer = market.story.actor("retailer_1")
        await receive_shipment(conn, actor=buyer, shipment_id=shipment_id)
    return order_id


async def test_both_sides_read_the_months_in_decimals(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    await received(db, market, tea=3)

    for name, side in (("trader_a", "SELLING"), ("retailer_1", "BUYING")):
        answer = await ask(db, market.story.actor(name), REPORTS, {"side": side, "months": 2})

        [report] = answer["tradeReports"]
        assert report["ordered"] == {"amount": "9.00", "currency": "CNY"}
        assert report["fillRate"] == "1.0000"
        assert (report["closedQuantity"], report["deliveredQuantity"]) == ("3", "3")
        before, running = report["months"]
        assert (before["orderCount"], before["fillRate"]) == (0, None)
        assert (running["orderCount"], running["received"]) == (1, {"amount": "9.00"})
        [sku] = report["topSkus"]
        assert (sku["quantity"], sku["amount"]) == ("3", {"amount": "9.00"})


async def test_a_report_is_of_one_edge_if_one_is_named(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    await received(db, market, tea=3)
    seller = market.story.actor("trader_a")
    other = market.story.edge("trader_a", "retailer_2")

    for edge, count in ((market.edge, 1), (other, 0), (0, 0)):
        given = {"side": "SELLING", "relationshipId": to_id("Relationship", edge)}
        assert len((await ask(db, seller, REPORTS, given))["tradeReports"]) == count


async def test_reports_are_for_whoever_may_read_orders(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    may_not = market.story.actor("trader_a", *(set(Permission) - {Permission.ORDER_READ}))

    assert await refused(db, may_not, REPORTS, side="SELLING") == "FORBIDDEN"
    assert await refused(db, None, REPORTS, side="SELLING") == "UNAUTHENTICATED"
    seller = market.story.actor("trader_a")
    assert await refused(db, seller, REPORTS, side="SELLING", months=37) == "REFUSED"


async def test_goods_on_an_account_lead_to_their_order_and_money_to_none(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await received(db, market, tea=3)
    seller, buyer = market.story.actor("trader_a"), market.story.actor("retailer_1")
    async with db.unit_of_work(market.story.network_id) as conn:
        lines = (await lines_of_orders(conn, actor=buyer, order_ids=[order_id]))[order_id]
        return_id = await request_return(
            conn, actor=buyer, order_id=order_id, quantities={lines[0].id: 1}, reason="破损"
        )
        await decide_return(conn, actor=seller, return_id=return_id, accepts=True)
    given = {"id": to_id("Relationship", market.edge)}

    for actor in (seller, buyer):
        answer = await ask(db, actor, ACCOUNT, given)
        found = [edge["node"] for edge in answer["relationship"]["account"]["edges"]]
        assert [(entry["kind"], entry["orderId"]) for entry in found] == [
            ("RETURN", to_id("Order", order_id)),
            ("GOODS", to_id("Order", order_id)),
        ]


async def test_an_account_takes_as_many_statements_for_one_document_as_for_many(
    pool: Pool, owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    seller = market.story.actor("trader_a")
    given = {"id": to_id("Relationship", market.edge)}
    counts = []
    await ask(db, seller, ACCOUNT, given)  # asyncpg learns the types of a new connection once
    for orders in (1, 4):
        for _ in range(orders):
            await received(db, market, tea=1)
        counting = CountingDatabase(pool)
        await ask(counting, seller, ACCOUNT, given)
        counts.append(counting.count)

    assert counts[0] == counts[1]


async def test_a_report_takes_two_statements(pool: Pool, owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    await received(db, market, tea=1, oil=1)
    seller = market.story.actor("trader_a")
    await ask(db, seller, REPORTS, {"side": "SELLING"})
    counting = CountingDatabase(pool)

    await ask(counting, seller, REPORTS, {"side": "SELLING"})

    assert counting.count <= 3, "the network, the clock, the sums"
