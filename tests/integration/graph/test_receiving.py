"""Where goods are received, through the graph: the buyer says and reads it, the seller does not."""

from __future__ import annotations

from typing import Any

from tests.factories_inventory import a_warehouse, level_of
from tests.factories_ordering import Market, a_market
from tests.integration.graph.test_ordering import ask
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline.ordering import confirm_order, ship_order
from tradeline_graph._context import Context
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.schema import schema

PLACE = """
    mutation Place($input: OrderPlaceInput!) {
        orderPlace(input: $input) {
            order { id lines { receivingWarehouse { code } } }
            errors { __typename ... on Problem { message path } }
        }
    }
"""
RECEIVE = """
    mutation Receive($input: ShipmentReceiveInput!) {
        shipmentReceive(input: $input) {
            shipment { lines { receivedQuantity warehouse { code } } }
            errors { __typename ... on Problem { message path } }
        }
    }
"""
READ = """
    query Read($id: ID!) {
        order(id: $id) {
            lines { id skuCode receivingWarehouse { code } }
            shipments { lines { quantity warehouse { code } } }
        }
    }
"""


def placing(market: Market, request_id: str, **places: int | None) -> dict[str, Any]:
    """Two of each, received in these warehouses."""
    skus = {"tea": market.tea, "oil": market.oil}
    lines = [
        {
            "skuId": to_id("Sku", skus[name]),
            "quantity": 2,
            "receivingWarehouseId": None if place is None else to_id("Warehouse", place),
        }
        for name, place in places.items()
    ]
    relationship_id = to_id("Relationship", market.edge)
    return {"input": {"requestId": request_id, "relationshipId": relationship_id, "lines": lines}}


async def shipped(db: Database, market: Market, order_id: int) -> int:
    actor = market.story.actor("trader_a")
    async with db.unit_of_work(actor.network_id) as conn:
        await confirm_order(conn, actor=actor, order_id=order_id)
        return await ship_order(conn, actor=actor, order_id=order_id)


async def read(db: Database, actor: Actor, order_id: str) -> tuple[dict[str, Any], list[str]]:
    """An order, and the codes of what it does not tell."""
    context = Context(db=db, actor=actor, locale=Locale.EN)
    result = await schema.execute(READ, {"id": order_id}, context)
    assert result.data is not None
    codes = [(error.extensions or {})["code"] for error in result.errors or ()]
    return result.data["order"], codes


async def test_the_buyer_says_where_lines_are_received_and_only_it_reads_where_they_were(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    buyer, seller = story.actor("retailer_1"), story.actor("trader_a")
    front = await a_warehouse(owner_pool, story, "retailer_1", "FRONT", priority=1)
    back = await a_warehouse(owner_pool, story, "retailer_1", "BACK", priority=2)

    variables = placing(market, "p-1", tea=back, oil=None)
    placed = (await ask(db, buyer, PLACE, variables))["orderPlace"]
    assert placed["errors"] == []
    shipment_id = await shipped(db, market, from_id("Order", placed["order"]["id"]))
    order, _ = await read(db, buyer, placed["order"]["id"])
    assert [line["receivingWarehouse"] for line in order["lines"]] == [{"code": "BACK"}, None]
    oil_line = order["lines"][1]["id"]
    variables = {
        "input": {
            "requestId": "r-1",
            "shipmentId": to_id("Shipment", shipment_id),
            "warehouseId": to_id("Warehouse", front),
            "lines": [
                {"orderLineId": oil_line, "quantity": 1, "warehouseId": to_id("Warehouse", back)}
            ],
        }
    }
    told = (await ask(db, buyer, RECEIVE, variables))["shipmentReceive"]

    assert told["errors"] == []
    assert told["shipment"]["lines"] == [
        {"receivedQuantity": 2, "warehouse": {"code": "FRONT"}},
        {"receivedQuantity": 1, "warehouse": {"code": "BACK"}},
    ]
    assert await level_of(owner_pool, story, front, market.tea) == (2, 0)
    assert await level_of(owner_pool, story, back, market.oil) == (1, 0)
    order, errors = await read(db, seller, placed["order"]["id"])
    assert [line["receivingWarehouse"] for line in order["lines"]] == [None, None]
    assert [line["warehouse"] for line in order["shipments"][0]["lines"]] == [None, None]
    assert errors == []
    # Who may not read stock is not told either, and reads the rest.
    clerk = story.actor("retailer_1", Permission.ORDER_READ)
    order, errors = await read(db, clerk, placed["order"]["id"])
    assert [line["skuCode"] for line in order["lines"]] == ["TEA", "OIL"]
    assert [line["receivingWarehouse"] for line in order["lines"]] == [None, None]
    assert set(errors) == {"FORBIDDEN"}


async def test_warehouses_of_others_look_like_none_to_whoever_names_them(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    foreign = await a_warehouse(owner_pool, story, "retailer_2")
    own = await a_warehouse(owner_pool, story, "retailer_1")
    buyer = story.actor("retailer_1")
    told = [
        (await ask(db, actor, PLACE, placing(market, f"p-{at}", tea=place)))["orderPlace"]["errors"]
        for at, (actor, place) in enumerate(
            [
                (buyer, foreign),
                (buyer, market.warehouse),
                (buyer, 10**12),
                (story.actor("trader_a"), own),
            ]
        )
    ]

    assert told == [
        [
            {
                "__typename": "NotFound",
                "message": "There is no such warehouse; check what you sent.",
                "path": ["lines", "0", "receivingWarehouseId"],
            }
        ]
    ] * len(told)
    count = "SELECT count(*) FROM ordering.trade_order WHERE network_id = $1"
    assert await owner_pool.fetchval(count, story.network_id) == 0

    placed = (await ask(db, buyer, PLACE, placing(market, "p-9", tea=own)))["orderPlace"]
    shipment_id = await shipped(db, market, from_id("Order", placed["order"]["id"]))
    variables = {
        "input": {
            "requestId": "r-1",
            "shipmentId": to_id("Shipment", shipment_id),
            "warehouseId": to_id("Warehouse", foreign),
        }
    }
    refused = (await ask(db, buyer, RECEIVE, variables))["shipmentReceive"]
    assert [(e["__typename"], e["path"]) for e in refused["errors"]] == [
        ("NotFound", ["warehouseId"])
    ]
    rows = "SELECT count(*) FROM ordering.receipt WHERE network_id = $1"
    assert await owner_pool.fetchval(rows, story.network_id) == 0
