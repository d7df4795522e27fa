"""Prices and offers through the graph: the shape of the answers, the locks, the statements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from strawberry.types import ExecutionResult

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_pricing import a_price_list
from tradeline.kernel import Actor, Connection, Database, Locale, Permission, Pool
from tradeline.pricing import PriceLevel
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    catalog = await a_catalog(db, story)
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "8", "BEER>=24": "7.5", "TEA": "3"})
    await a_price_list(db, story, catalog, "trader_b", {"BEER/CASE": "90", "SODA": "2"})
    await a_price_list(
        db,
        story,
        catalog,
        "trader_a",
        {"BEER": "7.8"},
        level=PriceLevel.CONTRACT,
        buyers=["retailer_2"],
    )
    return catalog


async def execute(db: Database, actor: Actor, document: str, **variables: Any) -> ExecutionResult:
    context = Context(db=db, actor=actor, locale=Locale.EN)
    result = await schema.execute(document, variables, context)
    assert isinstance(result, ExecutionResult)
    return result


async def data_of(db: Database, actor: Actor, document: str, **variables: Any) -> Any:
    result = await execute(db, actor, document, **variables)
    assert result.errors is None
    return result.data


OFFERS = """
    query Offers($first: Int) {
        offers(first: $first) {
            edges {
                node {
                    sku { code packs { code } }
                    seller { code }
                    relationship { currency }
                    price { unitPrice currency pricedUnit amount { amount currency } }
                    priceBreaks { quantityMinimum unitPrice unit }
                    available
                }
            }
        }
    }"""


async def test_of_one_sku_from_two_traders_a_retailer_sees_two_prices(
    db: Database, story: Story, catalog: Catalog
) -> None:
    data = await data_of(db, story.actor("retailer_2"), OFFERS)

    shown = [
        (node["sku"]["code"], node["seller"]["code"], node["price"]["unitPrice"])
        for node in (edge["node"] for edge in data["offers"]["edges"])
    ]
    assert shown == [
        ("BEER", "TRADER_A", "7.80"),
        ("BEER", "TRADER_B", None),
        ("SODA", "TRADER_B", "2.00"),
        ("TEA", "TRADER_A", "3.00"),
    ]
    assert data["offers"]["edges"][0]["node"]["priceBreaks"] == [
        {"quantityMinimum": 1, "unitPrice": "7.80", "unit": "EA"}
    ]


async def test_an_offer_is_priced_by_pack_and_quantity_with_its_breaks(
    db: Database, story: Story, catalog: Catalog
) -> None:
    document = """
        query Q($case: ID!, $foreign: ID!) {
            offers(search: "beer") {
                edges {
                    node {
                        three: price(packId: $case, quantity: 3) {
                            pricedQuantity pricedUnit amount { amount }
                            explanation {
                                baseQuantity
                                price { level priceListCode }
                                steps { message }
                                rejected { reason message }
                            }
                        }
                        foreign: price(packId: $foreign) { unitPrice }
                        priceBreaks { quantityMinimum unitPrice unit currency }
                        cases: priceBreaks(packId: $case) { quantityMinimum unitPrice }
                    }
                }
            }
        }"""
    data = await data_of(
        db,
        story.actor("retailer_1"),
        document,
        case=to_id("Pack", catalog.packs["BEER", "CASE"]),
        foreign=to_id("Pack", catalog.packs["TEA", "EA"]),
    )

    [edge] = data["offers"]["edges"]
    assert edge["node"] == {
        "three": {
            "pricedQuantity": 36,
            "pricedUnit": "EA",
            "amount": {"amount": "270.00"},
            "explanation": {
                "baseQuantity": 36,
                "price": {"level": "BASE", "priceListCode": "BASE"},
                "steps": [{"message": "Base price 7.50 per EA (BASE): it holds."}],
                "rejected": [
                    {
                        "reason": "OUTRANKED",
                        "message": "Base price 8.00 per EA (BASE): "
                        "another price of its level goes before it.",
                    }
                ],
            },
        },
        "foreign": None,
        "priceBreaks": [
            {"quantityMinimum": 1, "unitPrice": "8.00", "unit": "EA", "currency": "CNY"},
            {"quantityMinimum": 24, "unitPrice": "7.50", "unit": "EA", "currency": "CNY"},
        ],
        "cases": [
            {"quantityMinimum": 12, "unitPrice": "8.00"},
            {"quantityMinimum": 24, "unitPrice": "7.50"},
        ],
    }


async def test_more_than_anybody_can_order_has_no_price(
    db: Database, story: Story, catalog: Catalog
) -> None:
    result = await execute(
        db,
        story.actor("retailer_1"),
        """query Q($case: ID!) { offers(search: "beer") { edges { node {
            price(packId: $case, quantity: 1000000000) { unitPrice }
        } } } }""",
        case=to_id("Pack", catalog.packs["BEER", "CASE"]),
    )

    assert result.data == {"offers": {"edges": [{"node": {"price": None}}]}}
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["REFUSED"]


class WatchedDatabase(Database):
    """Notes every statement that readers send, and how many readers there are."""

    statements: list[str]
    readers = 0

    @asynccontextmanager
    async def reading(self, network_id: int) -> AsyncIterator[Connection]:
        self.readers += 1
        async with super().reading(network_id) as conn:
            with conn.query_logger(lambda record: self.statements.append(record.query)):
                yield conn


async def test_a_list_of_offers_takes_as_many_statements_for_one_as_for_all(
    pool: Pool, story: Story, catalog: Catalog
) -> None:
    db = WatchedDatabase(pool)
    counts = []
    for first in (1, 4):
        db.statements = []
        data = await data_of(db, story.actor("retailer_2"), OFFERS, first=first)
        assert len(data["offers"]["edges"]) == first
        assert len([s for s in db.statements if "pricing.price" in s]) == 1
        assert len([s for s in db.statements if "catalog.barcode" in s]) == 1
        counts.append(len(db.statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("quantityMinimum", set()),
        ("...Parts", {"catalog.barcode"}),
        ("price { unitPrice }", {"catalog.barcode", "pricing.price"}),
        ("... { priceBreaks { unit } }", {"catalog.barcode", "pricing.price"}),
        ("available", {"inventory.stock_level"}),
    ],
)
async def test_a_page_of_offers_reads_what_it_is_asked_for_on_one_connection(
    pool: Pool, story: Story, catalog: Catalog, asked: str, read: set[str]
) -> None:
    db = WatchedDatabase(pool)
    db.statements = []
    document = f"{{ offers {{ edges {{ node {{ {asked} }} }} }} }}" + (
        "fragment Parts on Offer { sku { code } }" if "Parts" in asked else ""
    )

    await data_of(db, story.actor("retailer_1"), document)

    parts = {"catalog.barcode", "pricing.price", "inventory.stock_level"}
    assert {part for part in parts if any(part in each for each in db.statements)} == read
    assert db.readers == 1


QUOTE = """
    query Quote($relationshipId: ID!, $lines: [PriceQuoteLineInput!]!) {
        priceQuote(relationshipId: $relationshipId, lines: $lines) {
            unitPrice pricedUnit pricedQuantity amount { amount currency }
        }
    }"""


async def test_a_quote_prices_lines_in_their_order(
    db: Database, story: Story, catalog: Catalog
) -> None:
    lines = [
        {"skuId": to_id("Sku", catalog.skus["TEA"]), "quantity": 10},
        {
            "skuId": to_id("Sku", catalog.skus["BEER"]),
            "packId": to_id("Pack", catalog.packs["BEER", "CASE"]),
            "quantity": 2,
        },
    ]
    edge = to_id("Relationship", story.edge("trader_a", "retailer_1"))
    for name in ("trader_a", "retailer_1"):
        data = await data_of(db, story.actor(name), QUOTE, relationshipId=edge, lines=lines)
        assert data["priceQuote"] == [
            {
                "unitPrice": "3.00",
                "pricedUnit": "EA",
                "pricedQuantity": 10,
                "amount": {"amount": "30.00", "currency": "CNY"},
            },
            {
                "unitPrice": "7.50",
                "pricedUnit": "EA",
                "pricedQuantity": 24,
                "amount": {"amount": "180.00", "currency": "CNY"},
            },
        ]
    for stranger in ("brand", "trader_b", "retailer_3"):
        result = await execute(db, story.actor(stranger), QUOTE, relationshipId=edge, lines=lines)
        assert result.data is None
        [error] = result.errors or []
        assert (error.extensions or {})["code"] == "REFUSED"


MANAGE = """
    mutation Manage($create: PriceListCreateInput!) {
        priceListCreate(input: $create) {
            priceList { id code level currency isActive }
            errors { __typename ... on Problem { message path } }
        }
    }"""

PUT = """
    mutation Put($put: PricesPutInput!) {
        pricesPut(input: $put) {
            priceList {
                prices {
                    edges {
                        node { id unitPrice quantityMinimum validTo sku { code } pack { code } }
                    }
                }
            }
            errors { __typename ... on Problem { message path } }
        }
    }"""

END = """
    mutation End($end: PricesEndInput!) {
        pricesEnd(input: $end) {
            priceList { prices { edges { node { validTo } } } }
            errors { __typename }
        }
    }"""

GRANT = """
    mutation Grant($grant: PriceListGrantInput!) {
        priceListGrant(input: $grant) {
            priceList { relationships { edges { node { id } } } }
            errors { __typename ... on Problem { message path } }
        }
    }"""

REVOKE = GRANT.replace("priceListGrant(", "priceListRevoke(")


async def test_a_price_list_is_made_filled_granted_and_taken_back(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")

    def request(**values: Any) -> dict[str, Any]:
        return {"requestId": uuid4().hex, **values}

    made = await data_of(
        db,
        seller,
        MANAGE,
        create=request(code="VIP", name="贵宾价", level="TIER", currency="CNY"),
    )
    price_list = made["priceListCreate"]["priceList"]
    assert price_list["level"] == "TIER"
    put = await data_of(
        db,
        seller,
        PUT,
        put=request(
            priceListId=price_list["id"],
            prices=[
                {
                    "skuId": to_id("Sku", catalog.skus["BEER"]),
                    "packId": to_id("Pack", catalog.packs["BEER", "CASE"]),
                    "unitPrice": "80.5",
                }
            ],
        ),
    )
    [edge] = put["pricesPut"]["priceList"]["prices"]["edges"]
    price_id = edge["node"].pop("id")
    assert edge["node"] == {
        "unitPrice": "80.50",
        "quantityMinimum": 1,
        "validTo": None,
        "sku": {"code": "BEER"},
        "pack": {"code": "CASE"},
    }
    edge_id = to_id("Relationship", story.edge("trader_a", "retailer_1"))
    grant = {"priceListId": price_list["id"], "relationshipIds": [edge_id]}
    granted = await data_of(db, seller, GRANT, grant=request(**grant))
    reached = granted["priceListGrant"]["priceList"]["relationships"]["edges"]
    assert reached == [{"node": {"id": edge_id}}]
    revoked = await data_of(db, seller, REVOKE, grant=request(**grant))
    assert revoked["priceListRevoke"]["priceList"]["relationships"]["edges"] == []
    ended = await data_of(
        db, seller, END, end=request(priceListId=price_list["id"], priceIds=[price_id])
    )
    [edge] = ended["pricesEnd"]["priceList"]["prices"]["edges"]
    assert edge["node"]["validTo"] is not None


async def test_refusals_are_data(db: Database, story: Story, catalog: Catalog) -> None:
    seller = story.actor("trader_a")
    lists = await data_of(db, seller, "{ priceLists(level: BASE) { edges { node { id } } } }")
    base_id = lists["priceLists"]["edges"][0]["node"]["id"]
    edge_id = to_id("Relationship", story.edge("trader_a", "retailer_1"))
    granted = await data_of(
        db,
        seller,
        GRANT,
        grant={"requestId": "1", "priceListId": base_id, "relationshipIds": [edge_id, "?"]},
    )
    assert [
        (error["__typename"], error["path"]) for error in granted["priceListGrant"]["errors"]
    ] == [("BaseListIsForAll", ["priceListId"]), ("NotFound", ["relationshipIds", "1"])]
    too_many = [{"skuId": "x", "unitPrice": "1"}] * 1001
    put = await data_of(
        db, seller, PUT, put={"requestId": "2", "priceListId": base_id, "prices": too_many}
    )
    assert put["pricesPut"]["errors"][0]["path"] == ["prices"]


async def test_price_lists_are_their_sellers_alone(
    db: Database, story: Story, catalog: Catalog
) -> None:
    seller = story.actor("trader_a")
    document = "{ priceLists { edges { node { id code } } } }"
    own = (await data_of(db, seller, document))["priceLists"]["edges"]
    assert [edge["node"]["code"] for edge in own] == ["BASE", "CONTRACT"]
    for name in ("brand", "retailer_1", "retailer_2"):
        other = story.actor(name)
        assert (await data_of(db, other, document))["priceLists"]["edges"] == []
        for edge in own:
            found = await data_of(
                db,
                other,
                "query Q($id: ID!) { priceList(id: $id) { code } }",
                id=edge["node"]["id"],
            )
            assert found == {"priceList": None}


async def test_offers_without_the_right_to_prices_are_shown_without(
    db: Database, story: Story, catalog: Catalog
) -> None:
    reader = story.actor("retailer_1", Permission.CATALOG_READ)

    document = "{ offers { edges { node { sku { code } price { unitPrice } } } } }"
    result = await execute(db, reader, document)

    assert result.data is not None
    assert [edge["node"] for edge in result.data["offers"]["edges"]] == [
        {"sku": {"code": "BEER"}, "price": None},
        {"sku": {"code": "TEA"}, "price": None},
    ]
    assert {str(error.extensions) for error in result.errors or []} == {"{'code': 'FORBIDDEN'}"}
