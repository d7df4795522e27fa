"""Bundles through the graph: what they are made of, for whom, and why they cannot be had."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.factories_bundles import a_gift, take_off_the_market
from tests.factories_inventory import a_sku
from tests.factories_ordering import Market, a_market
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema

CREATE = """
    mutation M($input: SkuCreateInput!) {
        skuCreate(input: $input) {
            sku { id code components { code quantity baseUnit sku { id } } }
            errors { __typename ... on Problem { message path } }
        }
    }"""
PLACE = """
    mutation M($input: OrderPlaceInput!) {
        orderPlace(input: $input) {
            order { number }
            errors {
                __typename
                ... on NotEnoughStock { sku shortOf available { amount } }
                ... on ComponentClosed { sku components path }
            }
        }
    }"""
SAVE = """
    mutation M($input: OrderDraftSaveInput!) {
        orderDraftSave(input: $input) {
            draft {
                rows {
                    available
                    problems {
                        __typename
                        ... on Problem { message }
                        ... on NotEnoughStock { shortOf }
                        ... on ComponentClosed { components }
                    }
                }
            }
            errors { __typename }
        }
    }"""
SEE = """
    query Q($id: ID!) {
        sku(id: $id) { code components { code name nameEn quantity sku { code } } }
    }"""


async def ask(db: Database, actor: Actor, document: str, **variables: Any) -> Any:
    context = Context(db=db, actor=actor, locale=Locale.EN)
    result = await schema.execute(document, variables, context)
    assert not result.errors, result.errors
    return result.data


async def place(db: Database, market: Market, sku_id: int, quantity: int) -> Any:
    order = {
        "requestId": uuid4().hex,
        "relationshipId": to_id("Relationship", market.edge),
        "lines": [{"skuId": to_id("Sku", sku_id), "quantity": quantity}],
    }
    return (await ask(db, market.story.actor("retailer_1"), PLACE, input=order))["orderPlace"]


async def test_its_owner_says_what_a_new_sku_is_made_of(db: Database, owner_pool: Pool) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    brand = story.actor("brand", Permission.CATALOG_MANAGE, Permission.CATALOG_READ)
    product = await owner_pool.fetchval(
        "SELECT product_id FROM catalog.sku WHERE id = $1", market.tea
    )
    tea = to_id("Sku", market.tea)
    values = {"productId": to_id("Product", product), "name": "礼盒"}

    made = await ask(
        db,
        brand,
        CREATE,
        input=values
        | {"requestId": "r1", "code": "GIFT", "components": [{"skuId": tea, "quantity": 2}]},
    )
    gift = made["skuCreate"]["sku"]
    nested = await ask(
        db,
        brand,
        CREATE,
        input=values
        | {
            "requestId": "r2",
            "code": "BIG",
            "components": [{"skuId": gift["id"], "quantity": 1}],
        },
    )

    assert gift["components"] == [
        {"code": "TEA", "quantity": 2, "baseUnit": "EA", "sku": {"id": tea}}
    ]
    assert nested["skuCreate"]["sku"] is None
    [problem] = nested["skuCreate"]["errors"]
    assert (problem["__typename"], problem["path"]) == (
        "InvalidValue",
        ["components", "0", "skuId"],
    )


async def test_a_buyer_sees_what_is_in_it_and_a_stranger_nothing(
    db: Database, owner_pool: Pool
) -> None:
    market = await a_market(owner_pool, db)
    gift = await a_gift(owner_pool, market)
    hidden = await a_sku(owner_pool, market.story, "CUP")
    await owner_pool.execute(
        "INSERT INTO catalog.sku_component"
        " (network_id, owner_org_id, bundle_sku_id, component_sku_id, quantity)"
        " VALUES ($1, $2, $3, $4, 3)",
        market.story.network_id,
        market.story.orgs["brand"],
        gift,
        hidden,
    )

    told = await ask(db, market.story.actor("retailer_1"), SEE, id=to_id("Sku", gift))
    stranger = await ask(db, market.story.actor("supplier"), SEE, id=to_id("Sku", gift))

    assert stranger == {"sku": None}
    assert [(it["code"], it["quantity"], it["sku"]) for it in told["sku"]["components"]] == [
        ("CUP", 3, None),
        ("OIL", 1, {"code": "OIL"}),
        ("TEA", 2, {"code": "TEA"}),
    ]


async def test_an_order_that_cannot_be_filled_says_for_want_of_what(
    db: Database, owner_pool: Pool
) -> None:
    market = await a_market(owner_pool, db)
    gift = await a_gift(owner_pool, market)

    short = await place(db, market, gift, 51)
    enough = await place(db, market, gift, 40)
    await take_off_the_market(owner_pool, market.story, market.oil)
    closed = await place(db, market, market.tea, 1), await place(db, market, gift, 1)

    [problem] = short["errors"]
    assert problem == {
        "__typename": "NotEnoughStock",
        "sku": "GIFT",
        "shortOf": ["TEA"],
        "available": {"amount": 50},
    }
    assert enough["errors"] == []
    assert closed[0]["errors"] == []
    assert closed[1]["errors"] == [
        {
            "__typename": "ComponentClosed",
            "sku": "GIFT",
            "components": "OIL",
            "path": ["lines", "0", "skuId"],
        }
    ]


async def test_a_draft_tells_of_bundles_before_they_are_ordered(
    db: Database, owner_pool: Pool
) -> None:
    market = await a_market(owner_pool, db)
    await a_gift(owner_pool, market)
    await a_gift(owner_pool, market, "TEAS", tea=30, oil=1)
    buyer = market.story.actor("retailer_1")

    async def rows(version: int) -> Any:
        draft = {
            "requestId": uuid4().hex,
            "relationshipId": to_id("Relationship", market.edge),
            "version": version,
            "rows": [
                {"code": code, "quantityText": text}
                for code, text in (("TEAS", "3"), ("GIFT", "6"), ("TEA", "10"))
            ],
        }
        saved = (await ask(db, buyer, SAVE, input=draft))["orderDraftSave"]
        assert saved["errors"] == []
        return saved["draft"]["rows"]

    teas, gifts, tea = await rows(0)
    await take_off_the_market(owner_pool, market.story, market.oil)
    closed = await rows(1)

    assert (teas["problems"], tea["problems"]) == ([], [])
    assert [row["available"] for row in (teas, gifts, tea)] == [3, 50, 100]
    [short] = gifts["problems"]
    assert (short["__typename"], short["shortOf"]) == ("NotEnoughStock", ["TEA"])
    assert "6 EA of the bundle GIFT were asked for, 5 EA are free" in short["message"]
    assert [problem["__typename"] for row in closed for problem in row["problems"]] == [
        "ComponentClosed",
        "ComponentClosed",
    ]
    assert [row["available"] for row in closed] == [0, 0, 100]
