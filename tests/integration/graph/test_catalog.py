"""The catalog through the graph: the shape of the answers and the locks, not the rules behind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from strawberry.types import ExecutionResult

from tests.factories import Story, a_network
from tests.factories_catalog import GTIN, Catalog, a_catalog
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def execute(db: Database, actor: Actor, document: str, **variables: Any) -> ExecutionResult:
    context = Context(db=db, actor=actor, locale=Locale.EN)
    result = await schema.execute(document, variables, context)
    assert isinstance(result, ExecutionResult)
    return result


async def data_of(db: Database, actor: Actor, document: str, **variables: Any) -> Any:
    result = await execute(db, actor, document, **variables)
    assert result.errors is None
    return result.data


async def mutate(db: Database, actor: Actor, field: str, answer: str, **values: Any) -> Any:
    """Run one mutation with the input's values; its payload."""
    name = field[0].upper() + field[1:]
    if field == "assortmentRevoke":
        name = "AssortmentGrant"
    document = f"""
        mutation M($input: {name}Input!) {{
            {field}(input: $input) {{
                {answer}
                errors {{ __typename ... on Problem {{ message path }} }}
            }}
        }}"""
    result = await data_of(db, actor, document, input={"requestId": uuid4().hex} | values)
    return result[field]


async def test_a_sku_is_shown_with_its_packs_barcodes_and_own_code(
    db: Database, story: Story, catalog: Catalog
) -> None:
    buyer = story.actor("retailer_1")
    beer = to_id("Sku", catalog.skus["BEER"])
    put = await mutate(db, buyer, "buyerCodesPut", "count", codes=[{"skuId": beer, "code": "R-1"}])
    assert put == {"count": 1, "errors": []}

    document = """
        query Q($id: ID!, $code: String!) {
            sku(id: $id) {
                code name ownCode baseUnit attributes { name value }
                packs { code units } barcodes { code } product { code skus { code } }
            }
            skuByCode(code: $code) { kind sku { code } pack { code } }
            own: skuByCode(code: "R-1") { kind sku { code } pack { code } }
        }"""
    data = await data_of(db, buyer, document, id=beer, code=GTIN)

    assert data == {
        "sku": {
            "code": "BEER",
            "name": "晨露啤酒 500ml",
            "ownCode": "R-1",
            "baseUnit": "EA",
            "attributes": [],
            "packs": [{"code": "EA", "units": 1}, {"code": "CASE", "units": 12}],
            "barcodes": [{"code": GTIN}],
            "product": {"code": "DRINKS", "skus": [{"code": "BEER"}, {"code": "TEA"}]},
        },
        "skuByCode": [{"kind": "BARCODE", "sku": {"code": "BEER"}, "pack": {"code": "EA"}}],
        "own": [{"kind": "OWN_CODE", "sku": {"code": "BEER"}, "pack": None}],
    }


async def test_a_pasted_block_of_codes_is_found_at_once_in_its_order(
    db: Database, story: Story, catalog: Catalog
) -> None:
    buyer = story.actor("retailer_1")
    beer, tea = to_id("Sku", catalog.skus["BEER"]), to_id("Sku", catalog.skus["TEA"])
    codes = [{"skuId": beer, "code": "R-1"}, {"skuId": tea, "code": "beer"}]
    assert (await mutate(db, buyer, "buyerCodesPut", "count", codes=codes))["errors"] == []
    document = """
        query Q($codes: [String!]!) {
            skusByCodes(codes: $codes) { kind sku { code } pack { code } }
        }"""

    typed = ["r-1", "no such", GTIN, "beer", "ＢＥＥＲ", "", "tea", "tea"]
    data = await data_of(db, buyer, document, codes=typed)

    as_code = {"kind": "CODE", "sku": {"code": "BEER"}, "pack": None}
    as_tea = {"kind": "CODE", "sku": {"code": "TEA"}, "pack": None}
    own_tea = {"kind": "OWN_CODE", "sku": {"code": "TEA"}, "pack": None}
    assert data["skusByCodes"] == [
        [{"kind": "OWN_CODE", "sku": {"code": "BEER"}, "pack": None}],
        [],
        [{"kind": "BARCODE", "sku": {"code": "BEER"}, "pack": {"code": "EA"}}],
        [own_tea],  # in the very case, though a SKU is called BEER
        [as_code, own_tea],
        [],
        [as_tea],
        [as_tea],
    ]


async def test_more_than_a_hundred_codes_at_once_are_refused(
    db: Database, story: Story, catalog: Catalog
) -> None:
    document = "query Q($codes: [String!]!) { skusByCodes(codes: $codes) { kind } }"

    result = await execute(db, story.actor("brand"), document, codes=["BEER"] * 101)

    [error] = result.errors or []
    assert (error.extensions or {})["code"] == "REFUSED"
    [problem] = (error.extensions or {})["problems"]
    assert problem == {"message": error.message, "path": ["codes"]}
    assert "100" in error.message


async def test_what_is_ones_own_to_change_is_told(
    db: Database, story: Story, catalog: Catalog
) -> None:
    document = """{
        products { edges { node { code isOwn category { isOwn } } } }
        categories { edges { node { code isOwn } } }
    }"""
    for party, is_own in (("brand", True), ("trader_a", False)):
        data = await data_of(db, story.actor(party), document)
        products = [edge["node"] for edge in data["products"]["edges"]]
        categories = [edge["node"] for edge in data["categories"]["edges"]]
        assert {product["isOwn"] for product in products} == {is_own}
        assert {category["isOwn"] for category in categories} <= {is_own}


EVERYTHING = """
    query Q($sku: ID!, $product: ID!, $assortment: ID!) {
        sku(id: $sku) { id }
        product(id: $product) { id }
        assortment(id: $assortment) { id }
        skuByCode(code: "BEER") { kind }
        skusByCodes(codes: ["BEER", "beer"]) { kind }
        skus { edges { node { id } } }
        found: skus(search: "pj") { edges { node { id } } }
        products { edges { node { id } } }
        categories { edges { node { id } } }
        assortments { edges { node { id } } }
        offers { edges { node { sku { id } } } }
    }"""


async def test_a_stranger_gets_nothing(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    other = await a_network(owner_pool, db)
    nothing: dict[str, Any] = {"edges": []}
    for stranger in (story.actor("supplier"), other.actor("brand")):
        data = await data_of(
            db,
            stranger,
            EVERYTHING,
            sku=to_id("Sku", catalog.skus["BEER"]),
            product=to_id("Product", catalog.product_id),
            assortment=to_id("Assortment", catalog.assortments["brand/ALL"]),
        )
        assert data == {
            "sku": None,
            "product": None,
            "assortment": None,
            "skuByCode": [],
            "skusByCodes": [[], []],
            "skus": nothing,
            "found": nothing,
            "products": nothing,
            "categories": nothing,
            "assortments": nothing,
            "offers": nothing,
        }


async def test_a_sku_is_made_from_category_to_barcode(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    category = await mutate(db, brand, "categoryCreate", "category { id }", code="C", name="酒")
    category_id = category["category"]["id"]
    product = await mutate(
        db,
        brand,
        "productCreate",
        "product { id category { id } }",
        code="WINE",
        name="葡萄酒",
        categoryId=category_id,
    )
    assert product["product"]["category"] == {"id": category_id}
    made = await mutate(
        db,
        brand,
        "skuCreate",
        "sku { id packs { id code } attributes { name value } }",
        productId=product["product"]["id"],
        code="RED",
        name="红葡萄酒",
        attributes=[{"name": "容量", "value": "750 ml"}],
        packs=[{"code": "CASE", "units": 6}],
    )
    sku = made["sku"]
    assert sku["attributes"] == [{"name": "容量", "value": "750 ml"}]
    barcode = await mutate(
        db,
        brand,
        "barcodeAdd",
        "sku { barcodes { code packId } }",
        skuId=sku["id"],
        packId=sku["packs"][1]["id"],
        code="RED-6",
    )
    assert barcode["sku"]["barcodes"] == [{"code": "RED-6", "packId": sku["packs"][1]["id"]}]


async def test_an_assortment_is_offered_and_taken_back(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, buyer = story.actor("brand"), story.actor("trader_a")
    tea = to_id("Sku", catalog.skus["TEA"])
    assortment = await mutate(
        db, brand, "assortmentCreate", "assortment { id }", code="TEAS", name="茶"
    )
    assortment_id = assortment["assortment"]["id"]
    edge_id = to_id("Relationship", story.edge("brand", "trader_a"))
    await mutate(
        db,
        brand,
        "assortmentSkusPut",
        "assortment { id }",
        assortmentId=assortment_id,
        items=[{"skuId": tea, "quantityMinimum": 6, "quantityStep": 6}],
    )
    granted = await mutate(
        db,
        brand,
        "assortmentGrant",
        """assortment {
            items { edges { node { quantityMinimum sku { code } } } }
            relationships { edges { node { id } } }
        }""",
        assortmentId=assortment_id,
        relationshipIds=[edge_id],
    )
    assert granted["assortment"] == {
        "items": {"edges": [{"node": {"quantityMinimum": 6, "sku": {"code": "TEA"}}}]},
        "relationships": {"edges": [{"node": {"id": edge_id}}]},
    }
    removed = await mutate(
        db,
        brand,
        "assortmentSkusRemove",
        "assortment { items { edges { cursor } } }",
        assortmentId=to_id("Assortment", catalog.assortments["brand/ALL"]),
        skuIds=[tea],
    )
    assert len(removed["assortment"]["items"]["edges"]) == 2

    async def offered() -> list[str]:
        data = await data_of(db, buyer, "{ offers { edges { node { sku { code } } } } }")
        return [edge["node"]["sku"]["code"] for edge in data["offers"]["edges"]]

    assert await offered() == ["BEER", "SODA", "TEA"]
    gone = await mutate(
        db,
        brand,
        "assortmentRevoke",
        "assortment { relationships { edges { cursor } } }",
        assortmentId=assortment_id,
        relationshipIds=[edge_id],
    )
    assert gone["assortment"]["relationships"]["edges"] == []
    assert await offered() == ["BEER", "SODA"]


async def test_what_is_deactivated_is_offered_no_more(
    db: Database, story: Story, catalog: Catalog
) -> None:
    tea = to_id("Sku", catalog.skus["TEA"])
    changed = await mutate(
        db,
        story.actor("brand"),
        "skuUpdate",
        "sku { isActive name }",
        skuId=tea,
        isActive=False,
    )
    assert changed["sku"] == {"isActive": False, "name": "重山绿茶"}
    data = await data_of(
        db, story.actor("retailer_1"), "{ offers { edges { node { sku { code } } } } }"
    )
    assert [edge["node"]["sku"]["code"] for edge in data["offers"]["edges"]] == ["BEER"]
    product = await mutate(
        db,
        story.actor("brand"),
        "productUpdate",
        "product { isActive }",
        productId=to_id("Product", catalog.product_id),
        isActive=False,
    )
    assert product == {"product": {"isActive": False}, "errors": []}


async def test_refusals_are_data_and_lead_to_the_fields_that_were_sent(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    refused = await mutate(
        db,
        brand,
        "barcodeAdd",
        "sku { id }",
        skuId=to_id("Sku", catalog.skus["TEA"]),
        code="6901234567890",
    )
    assert refused == {
        "sku": None,
        "errors": [
            {
                "__typename": "WrongCheckDigit",
                "message": "Barcode 6901234567890 has a wrong check digit, it should end in 2; "
                "scan it again.",
                "path": ["code"],
            }
        ],
    }
    foreign = await mutate(
        db,
        brand,
        "assortmentGrant",
        "assortment { id }",
        assortmentId=to_id("Assortment", catalog.assortments["trader_a/ALL"]),
        relationshipIds=[
            to_id("Relationship", story.edge("brand", "trader_a")),
            to_id("Relationship", story.edge("trader_a", "retailer_1")),
        ],
    )
    assert [(e["__typename"], e["path"]) for e in foreign["errors"]] == [
        ("NotFound", ["assortmentId"]),
        ("NotFound", ["relationshipIds", "1"]),
    ]


async def test_problems_lead_to_what_was_sent_and_to_nothing_else(
    db: Database, story: Story, catalog: Catalog
) -> None:
    brand, tea = story.actor("brand"), to_id("Sku", catalog.skus["TEA"])
    product = to_id("Product", catalog.product_id)
    item = {"skuId": tea, "quantityMinimum": 1, "quantityStep": 1}
    assortment = to_id("Assortment", catalog.assortments["brand/ALL"])
    new_sku = {"productId": product, "code": "NEW", "name": "新", "baseUnit": "EA"}
    for field, answer, values, problem, path in (
        ("productUpdate", "product", {"productId": "?"}, "NotFound", ["productId"]),
        ("skuUpdate", "sku", {"skuId": "?"}, "NotFound", ["skuId"]),
        ("barcodeAdd", "sku", {"skuId": tea, "code": "a b"}, "InvalidValue", ["code"]),
        ("skuCreate", "sku", new_sku | {"barcodes": ["a b"]}, "InvalidValue", ["barcodes", "0"]),
        (
            "assortmentSkusPut",
            "assortment",
            {"assortmentId": assortment, "items": [item, item]},
            "AlreadyExists",
            ["items", "1"],
        ),
    ):
        refused = await mutate(db, brand, field, f"{answer} {{ id }}", **values)
        assert [(e["__typename"], e["path"]) for e in refused["errors"]] == [(problem, path)]


@pytest.mark.parametrize(
    "field",
    [
        "skus { edges { cursor } }",
        "offers { edges { cursor } }",
        "products { edges { cursor } }",
        "categories { edges { cursor } }",
        "assortments { edges { cursor } }",
        'sku(id: "x") { id }',
        'skuByCode(code: "x") { kind }',
        'skusByCodes(codes: ["x"]) { kind }',
    ],
)
async def test_without_the_permission_nothing_is_told(
    db: Database, story: Story, field: str
) -> None:
    reader = story.actor("brand", Permission.ORDER_READ)

    result = await execute(db, reader, f"{{ {field} }}")

    assert [error.extensions for error in result.errors or []] == [{"code": "FORBIDDEN"}]
