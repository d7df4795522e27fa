"""Promises through the graph: to dealers in numbers, to consumers in words, to nobody else."""

from __future__ import annotations

from tests.factories import Story
from tests.factories_catalog import Catalog
from tests.factories_channels import a_shopper
from tests.factories_counting import CountingDatabase
from tests.factories_ordering import Market
from tests.factories_supply import LET_BRAND_SELL, SET_EDGES, a_chain, bought, in_days, sold
from tests.integration.graph.test_stores import ask, catalog, store, story
from tests.integration.ordering.test_steps import do
from tradeline.kernel import Database, Pool
from tradeline.ordering import Confirmation, NewOrder, NewOrderLine, confirm_order, place_order
from tradeline.settlement import NewExposure, open_exposures
from tradeline_graph._ids import to_id

__all__ = ["catalog", "store", "story"]  # fixtures

OFFERS = """
{ offers { edges { node {
    sku { code } available availability { now later { on quantity } } } } } }
"""
ORDER = "query ($id: ID!) { order(id: $id) { lines { skuCode promisedOn expectedOn } } }"
STORE_OFFERS = """
query ($storeId: ID!) { storeOffers(storeId: $storeId) { edges { node {
    sku { code } available availability { now later { on amount } } } } } }
"""


async def offered(db: Database, market: Market, by: str = "retailer_1") -> dict[str, object]:
    found = await ask(db, market.story.actor(by), OFFERS)
    return {
        edge["node"]["sku"]["code"]: edge["node"]["availability"]
        for edge in found["offers"]["edges"]
    }


async def test_a_dealer_reads_five_now_and_twenty_on_the_day_in_a_fixed_number_of_statements(
    owner_pool: Pool, db: Database, pool: Pool
) -> None:
    market = await a_chain(owner_pool, db)
    await bought(db, market, in_days(9), tea=20)

    assert await offered(db, market) == {
        "TEA": {"now": 5, "later": [{"on": in_days(9).isoformat(), "quantity": 20}]},
        "OIL": {"now": 0, "later": []},
    }
    # The brand keeps nothing here, and nothing comes to it: nobody knows.
    assert await offered(db, market, "trader_a") == {"TEA": None, "OIL": None}
    counting = CountingDatabase(pool)
    await offered(counting, market)
    both, counting.count = counting.count, 0
    await owner_pool.execute(
        "DELETE FROM catalog.assortment_sku WHERE network_id = $1 AND sku_id = $2",
        market.story.network_id,
        market.oil,
    )
    await offered(counting, market)
    assert counting.count == both


async def test_an_order_line_says_when_it_can_be_counted_on(owner_pool: Pool, db: Database) -> None:
    market = await a_chain(owner_pool, db)
    await bought(db, market, in_days(9), tea=20)
    first, second, third = [await sold(db, market, tea=units) for units in (5, 8, 13)]
    retailer = market.story.actor("retailer_1")

    expected = []
    for order_id in (first, second, third):
        answer = await ask(db, retailer, ORDER, id=to_id("Order", order_id))
        expected += [line["expectedOn"] for line in answer["order"]["lines"]]

    assert expected == [in_days(0).isoformat(), in_days(9).isoformat(), None]
    stranger = market.story.actor("trader_b")
    assert await ask(db, stranger, ORDER, id=to_id("Order", first)) == {"order": None}


async def test_a_consumer_reads_the_day_and_few_or_many_and_never_whose_or_how_many(
    owner_pool: Pool,
    db: Database,
    story: Story,
    catalog: Catalog,
    store: int,
) -> None:
    network_id, edge = story.network_id, story.edge("supplier", "brand")
    skus = catalog.skus
    await owner_pool.execute(SET_EDGES, network_id, [edge])
    await owner_pool.execute(
        LET_BRAND_SELL, network_id, story.orgs["supplier"], edge, [skus["BEER"], skus["TEA"]]
    )
    async with db.unit_of_work(network_id) as conn:
        exposure = NewExposure(relationship_id=edge, currency="CNY", credit_limit_minor=1_000_000)
        await open_exposures(conn, network_id=network_id, exposures=[exposure])
    for day, beer, tea in ((4, 10, 11), (4, 1, 1), (6, 5, 5), (8, 5, 5), (9, 5, 5)):
        order = NewOrder(
            relationship_id=edge,
            lines=(NewOrderLine(skus["BEER"], beer), NewOrderLine(skus["TEA"], tea)),
        )
        order_id = await do(db, story.actor("brand"), place_order, order=order)
        lines = await owner_pool.fetch(
            "SELECT id, quantity FROM ordering.order_line WHERE order_id = $1", order_id
        )
        said = [
            Confirmation(
                order_line_id=row["id"], quantity=row["quantity"], promised_on=in_days(day)
            )
            for row in lines
        ]
        supplier = story.actor("supplier")
        await do(db, supplier, confirm_order, order_id=order_id, confirmations=said)

    found = await ask(db, a_shopper(story), STORE_OFFERS, storeId=to_id("Store", store))

    told = {it["node"]["sku"]["code"]: it["node"] for it in found["storeOffers"]["edges"]}
    assert {node["available"] for node in told.values()} == {30}
    for node in told.values():
        assert node["availability"] == {
            "now": 30,
            "later": [
                {"on": in_days(4).isoformat(), "amount": "MANY"},
                {"on": in_days(6).isoformat(), "amount": "FEW"},
                {"on": in_days(8).isoformat(), "amount": "FEW"},
            ],
        }
