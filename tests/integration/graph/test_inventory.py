"""Stock through the graph: shapes, permissions, refusals as data, the stranger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.factories import a_network
from tests.factories_inventory import a_sku, a_warehouse, stock
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


async def ask(db: Database, actor: Actor | None, document: str, **variables: Any) -> Any:
    result = await schema.execute(
        document, variables, context_value=Context(db=db, actor=actor, locale=Locale.EN)
    )
    assert not result.errors, result.errors
    return result.data


async def do(
    db: Database, actor: Actor, name: str, selection: str, request_id: str = "", /, **body: Any
) -> Any:
    document = (
        f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{"
        f" {selection} errors {{ __typename ... on Problem {{ message path }} }} }} }}"
    )
    body["requestId"] = request_id or uuid4().hex
    return (await ask(db, actor, document, input=body))[name]


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def test_a_keeper_opens_fills_counts_and_carries(db: Database, owner_pool: Pool) -> None:
    story = await a_network(owner_pool, db)
    keeper = story.actor("brand", Permission.STOCK_MANAGE, Permission.CATALOG_READ)
    sku = to_id("Sku", await a_sku(owner_pool, story, "CHAIR"))
    north, south = [
        (await do(db, keeper, "warehouseCreate", "warehouse { id code }", code=code, name=code))[
            "warehouse"
        ]["id"]
        for code in ("N", "S")
    ]
    moved = "movements { quantity reason note sku { code } warehouse { code } }"
    line = {"warehouseId": north, "skuId": sku}

    first = await do(
        db, keeper, "stockAdjust", moved, "r1", lines=[line | {"quantity": 7, "note": "found"}]
    )
    again = await do(
        db, keeper, "stockAdjust", moved, "r1", lines=[line | {"quantity": 7, "note": "found"}]
    )
    counted = await do(db, keeper, "stockCount", moved, lines=[line | {"counted": 5}])
    carried = await do(
        db,
        keeper,
        "stockTransfer",
        moved,
        lines=[{"fromWarehouseId": north, "toWarehouseId": south, "skuId": sku, "quantity": 2}],
    )
    failed = await do(db, keeper, "stockAdjust", moved, lines=[line | {"quantity": -4}])

    assert first == again
    assert first["movements"] == [
        {
            "quantity": 7,
            "reason": "ADJUSTMENT",
            "note": "found",
            "sku": {"code": "CHAIR"},
            "warehouse": {"code": "N"},
        }
    ]
    assert [it["quantity"] for it in counted["movements"]] == [-2]
    assert [(it["warehouse"]["code"], it["quantity"]) for it in carried["movements"]] == [
        ("N", -2),
        ("S", 2),
    ]
    assert failed["errors"] == [
        {
            "__typename": "InsufficientStock",
            "message": "4 EA of CHAIR were asked for, 3 EA are free; ask for less.",
            "path": ["lines", "0", "quantity"],
        }
    ]
    levels = await ask(
        db,
        story.actor("brand"),
        "{ stockLevels { edges { node { onHand held free warehouse { code } } } } }",
    )
    assert [
        (it["node"]["warehouse"]["code"], it["node"]["onHand"])
        for it in levels["stockLevels"]["edges"]
    ] == [("N", 3), ("S", 2)]


async def test_a_buyer_holds_and_releases_and_the_owner_sees_for_whom(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    sku_id = await a_sku(owner_pool, story, "CHAIR", sold_on=(edge,))
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku_id, 10)
    buyer, owner = story.actor("trader_a"), story.actor("brand")
    body = {"relationshipId": to_id("Relationship", edge), "expiresAt": tomorrow()}
    lines = [{"skuId": to_id("Sku", sku_id), "quantity": 6}]
    hold = "stockHold { id isActive lines { quantity sku { code } } owner { code } }"

    held = await do(db, buyer, "stockHold", hold, lines=lines, **body)
    refused = await do(db, buyer, "stockHold", hold, lines=lines, **body)
    reserved = "{ stockReservations { edges { node { quantity documentType documentId"
    reserved += " heldFor { code } warehouse { code } } } } }"
    seen = await ask(db, owner, reserved)
    hidden = await ask(db, buyer, reserved)
    released = await do(db, buyer, "stockHoldRelease", hold, stockHoldId=held["stockHold"]["id"])

    assert held["stockHold"]["lines"] == [{"quantity": 6, "sku": {"code": "CHAIR"}}]
    assert [error["__typename"] for error in refused["errors"]] == ["InsufficientStock"]
    assert seen["stockReservations"]["edges"] == [
        {
            "node": {
                "quantity": 6,
                "documentType": "hold",
                "documentId": held["stockHold"]["id"],
                "heldFor": {"code": "TRADER_A"},
                "warehouse": {"code": "MAIN"},
            }
        }
    ]
    assert hidden["stockReservations"]["edges"] == []
    assert not released["stockHold"]["isActive"]


async def test_problems_lead_to_fields_as_they_were_sent_and_call_them_by_words(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_network(owner_pool, db)
    brand, edge = story.actor("brand"), story.edge("brand", "trader_a")

    long_name = await do(
        db,
        brand,
        "warehouseCreate",
        "warehouse { id }",
        code="N",
        name="北",
        nameEn="n" * 5000,
    )
    twice = await do(
        db,
        brand,
        "warehouseGrant",
        "relationship { id }",
        relationshipId=to_id("Relationship", edge),
        warehouseIds=["?", "?"],
    )

    [problem] = long_name["errors"]
    assert problem["path"] == ["nameEn"]
    assert problem["message"].startswith("English name")
    assert [error["path"] for error in twice["errors"]] == [
        ["warehouseIds", "1"],
        ["warehouseIds", "0"],
        ["warehouseIds", "1"],
    ]


async def test_strangers_find_no_stock_and_nobody_gets_past_the_guard(
    db: Database, owner_pool: Pool
) -> None:
    story, other = [await a_network(owner_pool, db) for _ in range(2)]
    sku_id = await a_sku(owner_pool, story, "CHAIR")
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, sku_id, 10)
    lists = ("warehouses", "stockLevels", "stockMovements", "stockReservations", "stockHolds")
    document = "{ " + " ".join(f"{name} {{ edges {{ cursor }} }}" for name in lists) + " }"
    one = "query($id: ID!) { warehouse(id: $id) { code } }"

    assert await ask(db, story.actor("brand"), one, id=to_id("Warehouse", warehouse)) == {
        "warehouse": {"code": "MAIN"}
    }
    for stranger in (story.actor("trader_a"), other.actor("brand")):
        assert await ask(db, stranger, document) == {name: {"edges": []} for name in lists}
        assert await ask(db, stranger, one, id=to_id("Warehouse", warehouse)) == {"warehouse": None}
    for name in lists:
        result = await schema.execute(
            f"{{ {name} {{ edges {{ cursor }} }} }}",
            context_value=Context(db=db, actor=story.visitor("brand"), locale=Locale.EN),
        )
        assert result.errors
        assert (result.errors[0].extensions or {})["code"] == "FORBIDDEN"
