"""Stores through the graph: what consumers see of them, and how staff keeps them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type

from tests.factories import Story, a_network
from tests.factories_catalog import Catalog, a_catalog
from tests.factories_channels import a_draft, a_shopper, a_store, listed
from tests.factories_counting import CountingDatabase
from tests.factories_inventory import a_warehouse, stock
from tests.factories_members import a_mini_program
from tests.factories_pricing import a_price, a_price_list
from tradeline.catalog import NewCategory, SkuChange, create_categories, update_skus
from tradeline.channels import put_payment_account
from tradeline.kernel import Actor, Database, Permission, Pool, Shopper, system_actor
from tradeline.pricing import PriceLevel, put_prices
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema

OFFERS = """
query ($storeId: ID!, $search: String, $first: Int, $after: String) {
  storeOffers(storeId: $storeId, search: $search, first: $first, after: $after) {
    edges { node { unitPrice currency available limitPerOrder
                   sku { id code name nameEn brand productName attributes { name value } } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
STORE = """
{ code name isOwn takesOrders collectorTier collectorName routeHash
  organization { code } legalEntity { code }
  route { tier isCollector isYours isActive relationshipId organization { id } relationship { id } }
  listings { edges { node { basis unitPrice markupBasisPoints isListed sku { code } } } }
  freightRules { region base { amount currency } freeFrom { amount } }
  links { edges { node { code source sku { code } } } } }
"""


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


@pytest.fixture
async def store(db: Database, story: Story, catalog: Catalog, owner_pool: Pool) -> int:
    """Beer for 9.90 and tea with a quarter upon its cost of 4.00; the brand has 30 of each."""
    await a_mini_program(db, story.network_id)
    async with db.unit_of_work(story.network_id) as conn:
        retailer = system_actor(story.network_id, story.orgs["retailer_1"])
        await put_payment_account(conn, actor=retailer, merchant_id=f"m{uuid4().hex[:9]}")
    await a_price_list(db, story, catalog, "brand", {"BEER": "4.00", "TEA": "3.00"})
    await a_price_list(db, story, catalog, "trader_a", {"BEER": "5.00", "TEA": "4.00"})
    warehouse = await a_warehouse(owner_pool, story, "brand")
    for name in ("BEER", "TEA"):
        await stock(owner_pool, story, warehouse, catalog.skus[name], 30)
    id = await a_store(db, story, replace(a_draft(story), offers_pickup=True))
    await listed(db, story, id, catalog, {"BEER": "9.90", "TEA": "+2500"})
    return id


async def ask(db: Database, asker: Actor | Shopper, text: str, **variables: object) -> Any:
    context = Context(db=db)
    if isinstance(asker, Shopper):
        context.shopper = asker
    else:
        context.actor = asker
    result = await schema.execute(text, variables, context)
    assert not result.errors, result.errors
    assert result.data is not None
    return result.data


async def do(db: Database, actor: Actor, name: str, fields: str, /, **values: object) -> Any:
    """A mutation's payload."""
    kind = name[0].upper() + name[1:] + "Input"
    problem = "errors { __typename ... on Problem { message path } }"
    document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {fields} {problem} }} }}"
    given = {"requestId": uuid4().hex, **values}
    return (await ask(db, actor, document, input=given))[name]


async def offers_in(
    db: Database, story: Story, store: int, **only: object
) -> dict[str, tuple[str, int]]:
    """Price and how many are there of what a guest finds, by code."""
    found = await ask(db, a_shopper(story), OFFERS, storeId=to_id("Store", store), **only)
    nodes = [edge["node"] for edge in found["storeOffers"]["edges"]]
    return {node["sku"]["code"]: (node["unitPrice"], node["available"]) for node in nodes}


async def test_a_guest_finds_what_is_on_sale_at_the_stores_price(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    found = await offers_in(db, story, store)
    assert {code: (Decimal(price), count) for code, (price, count) in found.items()} == {
        "BEER": (Decimal("9.90"), 30),
        "TEA": (Decimal("5.00"), 30),
    }
    assert set(await offers_in(db, story, store, search="lvcha")) == {"TEA"}
    one = await ask(
        db,
        a_shopper(story),
        "query ($s: ID!, $k: ID!) { storeOffer(storeId: $s, skuId: $k) { unitPrice } }",
        s=to_id("Store", store),
        k=to_id("Sku", catalog.skus["SODA"]),
    )
    assert one["storeOffer"] is None, "nobody lists it"


async def test_what_upstream_changes_reaches_the_consumer_at_once(
    db: Database, story: Story, catalog: Catalog, store: int
) -> None:
    trader, brand = story.actor("trader_a"), story.actor("brand")
    list_id = await a_price_list(
        db, story, catalog, "trader_a", {}, level=PriceLevel.CONTRACT, buyers=["retailer_1"]
    )
    async with db.unit_of_work(story.network_id) as conn:
        await put_prices(
            conn, actor=trader, price_list_id=list_id, prices=[a_price(catalog, "TEA", "6.01")]
        )
        renamed = SkuChange(sku_id=catalog.skus["TEA"], name="明前绿茶")
        await update_skus(conn, actor=brand, changes=[renamed])
    found = await offers_in(db, story, store, search="mingqian")
    assert {code: Decimal(price) for code, (price, _) in found.items()} == {
        "TEA": Decimal("7.51")  # 6.01 and a quarter is 7.5125
    }

    async with db.unit_of_work(story.network_id) as conn:
        retired = SkuChange(sku_id=catalog.skus["TEA"], is_active=False)
        await update_skus(conn, actor=brand, changes=[retired])
    assert set(await offers_in(db, story, store)) == {"BEER"}


async def test_a_page_without_anything_on_sale_still_leads_on(
    db: Database, story: Story, catalog: Catalog, store: int, owner_pool: Pool
) -> None:
    await owner_pool.execute(
        "DELETE FROM catalog.assortment_sku WHERE network_id = $1 AND sku_id = $2",
        story.network_id,
        catalog.skus["BEER"],
    )
    variables = {"storeId": to_id("Store", store), "first": 1}
    first = (await ask(db, a_shopper(story), OFFERS, **variables))["storeOffers"]
    assert (first["edges"], first["pageInfo"]["hasNextPage"]) == ([], True)
    variables["after"] = first["pageInfo"]["endCursor"]
    second = (await ask(db, a_shopper(story), OFFERS, **variables))["storeOffers"]

    assert [edge["node"]["sku"]["code"] for edge in second["edges"]] == ["TEA"]


async def test_offers_take_as_many_statements_for_one_as_for_many(
    pool: Pool, db: Database, story: Story, store: int
) -> None:
    counting = CountingDatabase(pool)
    await offers_in(counting, story, store, first=1)
    one, counting.count = counting.count, 0
    await offers_in(counting, story, store)

    assert 0 < counting.count == one


async def test_consumers_open_stores_and_links_and_nobody_elsewhere_does(
    db: Database, story: Story, catalog: Catalog, store: int, owner_pool: Pool
) -> None:
    keeper, id = story.actor("retailer_1"), to_id("Store", store)
    beer = to_id("Sku", catalog.skus["BEER"])
    made = await do(
        db, keeper, "storeLinkCreate", "link { id code }", storeId=id, skuId=beer, source="qr"
    )
    look = """
    query ($id: ID!, $code: String!) {
      storeFront(id: $id) { name isOpen offersPickup distanceKm }
      storeFronts(near: {latitude: "30", longitude: "120"}) { edges { node { id } } }
      linkOpen(code: $code) { source store { id } sku { code } } }
    """
    code = made["link"]["code"]
    found = await ask(db, a_shopper(story), look, id=id, code=code)
    assert found == {
        "storeFront": {
            "name": "檐下小店",
            "isOpen": True,
            "offersPickup": True,
            "distanceKm": None,
        },
        "storeFronts": {"edges": [{"node": {"id": id}}]},
        "linkOpen": {"source": "qr", "store": {"id": id}, "sku": {"code": "BEER"}},
    }
    stranger = a_shopper(await a_network(owner_pool, db))
    found = await ask(db, stranger, look, id=id, code=code)
    assert found == {"storeFront": None, "storeFronts": {"edges": []}, "linkOpen": None}
    offers = await ask(db, stranger, OFFERS, storeId=id)
    assert offers["storeOffers"]["edges"] == []
    for actor in (None, keeper):
        context = Context(db=db, actor=actor)
        result = await schema.execute("{ storeFronts { edges { node { id } } } }", None, context)
        assert [(e.extensions or {})["code"] for e in result.errors or []] == ["UNAUTHENTICATED"]


async def test_nothing_a_consumer_can_ask_for_tells_of_a_dealers_trade() -> None:
    """By the schema: no type that a store front leads to is a dealer's, nor says what one pays."""
    sdl = build_schema(schema.as_str())
    assert sdl.query_type is not None
    seen, waiting = set[str](), ["StoreFront", "StoreOffer", "OpenedLink", "OfferedSku"]
    while waiting:
        name = waiting.pop()
        kind = sdl.type_map[name]
        if name in seen or not isinstance(kind, GraphQLObjectType):
            continue
        seen.add(name)
        told = {field.lower() for field in kind.fields}
        for word in ("cost", "markup", "basis", "edge", "relationship", "warehouse", "tier"):
            assert not [field for field in told if word in field], (name, word)
        waiting += [get_named_type(field.type).name for field in kind.fields.values()]

    assert seen == {
        "StoreFront",
        "StoreOffer",
        "StoreAvailability",
        "StoreArrival",
        "OpenedLink",
        "OfferedSku",
        "Attribute",
    }


DOCUMENT = f"query ($id: ID!) {{ store(id: $id) {STORE} stores {{ edges {{ node {{ id }} }} }} }}"
HIDDEN: dict[str, object] = {
    "listings": {"edges": []},
    "freightRules": [],
    "links": {"edges": []},
}


def up_to_the_brand(story: Story) -> list[str]:
    edges = (story.edge("trader_a", "retailer_1"), story.edge("brand", "trader_a"))
    return [to_id("Relationship", edge) for edge in edges]


async def a_new_store(db: Database, story: Story) -> dict[str, Any]:
    """Set up by its keeper, to be collected for by the brand; nobody has agreed."""
    made = await do(
        db,
        story.actor("retailer_1"),
        "storeCreate",
        "store { id routeHash takesOrders }",
        **{"code": "S1", "name": "一店", "isOpen": True, "collectorTier": 2},
        route=up_to_the_brand(story),
    )
    assert made["errors"] == []
    store: dict[str, Any] = made["store"]
    return store


async def test_a_store_takes_orders_once_its_suppliers_agree_and_until_one_leaves(
    db: Database, story: Story
) -> None:
    store = await a_new_store(db, story)
    id, route = store["id"], up_to_the_brand(story)
    assert store["takesOrders"] is False
    for seller in ("trader_a", "brand"):
        words = {"storeId": id, "routeHash": store["routeHash"]}
        said = await do(db, story.actor(seller), "storeRouteAgree", "store { isOwn }", **words)
        assert said == {"store": {"isOwn": False}, "errors": []}
    own = (await ask(db, story.actor("retailer_1"), DOCUMENT, id=id))["store"]
    assert own["takesOrders"] is True
    assert [
        (tier["isCollector"], tier["isYours"], tier["isActive"], tier["relationshipId"])
        for tier in own["route"]
    ] == [(False, True, True, None), (False, False, True, route[0]), (True, False, True, route[1])]
    assert own["route"][2]["organization"] is None, "it knows nobody above its trader"
    assert own["route"][2]["relationship"] is None

    left = await do(
        db, story.actor("brand"), "storeRouteLeave", "store { takesOrders }", storeId=id
    )
    assert left["store"] == {"takesOrders": False}


async def test_a_store_is_filled_and_its_suppliers_see_nothing_of_what_it_lists(
    db: Database, story: Story, catalog: Catalog
) -> None:
    keeper, id = story.actor("retailer_1"), (await a_new_store(db, story))["id"]
    beer, tea = to_id("Sku", catalog.skus["BEER"]), to_id("Sku", catalog.skus["TEA"])
    listings = [
        {"skuId": beer, "unitPrice": "9.90"},
        {"skuId": tea, "markupBasisPoints": 2500, "position": 1, "isListed": False},
    ]
    rules = [{"region": "CN-ZJ", "base": "6.00", "freeFrom": "99"}, {"region": "", "base": "12"}]
    for name, values in (
        ("storeListingsPut", {"listings": listings}),
        ("freightRulesPut", {"rules": rules}),
    ):
        done = await do(db, keeper, name, "store { code }", storeId=id, **values)
        assert done == {"store": {"code": "S1"}, "errors": []}
    own = (await ask(db, keeper, DOCUMENT, id=id))["store"]
    assert [
        (edge["node"]["basis"], edge["node"]["unitPrice"], edge["node"]["markupBasisPoints"])
        for edge in own["listings"]["edges"]
    ] == [("FIXED", "9.900000", None), ("MARKUP", None, 2500)]
    dear = {"region": "", "base": {"amount": "12.00", "currency": "CNY"}, "freeFrom": None}
    near = {"region": "CN-ZJ", "base": {"amount": "6.00", "currency": "CNY"}}
    assert own["freightRules"] == [dear, near | {"freeFrom": {"amount": "99.00"}}]
    supplier = await ask(db, story.actor("trader_a"), DOCUMENT, id=id)
    assert supplier["stores"]["edges"] == [{"node": {"id": id}}]
    assert [tier["relationshipId"] for tier in supplier["store"]["route"]] == [None] * 3
    assert {name: supplier["store"][name] for name in HIDDEN} == HIDDEN

    gone = {"storeId": id, "skuIds": [beer]}
    listed = "store { listings { edges { cursor } } }"
    taken = await do(db, keeper, "storeListingsRemove", listed, **gone)
    assert len(taken["store"]["listings"]["edges"]) == 1


async def test_a_stranger_gets_nothing_done_and_is_told_that_nothing_is_there(
    db: Database, story: Story, catalog: Catalog, store: int, owner_pool: Pool
) -> None:
    other = await a_network(owner_pool, db)
    id, beer = to_id("Store", store), to_id("Sku", catalog.skus["BEER"])
    deeds: list[tuple[str, dict[str, object]]] = [
        ("storeUpdate", {"storeId": id, "name": "抢"}),
        ("storeRouteAgree", {"storeId": id, "routeHash": ""}),
        ("storeRouteLeave", {"storeId": id}),
        ("storeListingsPut", {"storeId": id, "listings": [{"skuId": beer, "unitPrice": "1"}]}),
        ("storeListingsRemove", {"storeId": id, "skuIds": [beer]}),
        ("freightRulesPut", {"storeId": id, "rules": [{"region": "", "base": "0.001"}]}),
        ("storeLinkCreate", {"storeId": id, "source": "qr"}),
    ]
    before = await offers_in(db, story, store)
    for actor in (story.actor("retailer_2"), other.actor("retailer_1")):
        for name, values in deeds:
            told = await do(db, actor, name, "__typename", **values)
            kinds = {error["__typename"] for error in told["errors"]}
            assert kinds == {"NotFound"}, name
        found = await ask(db, actor, f"query ($id: ID!) {{ store(id: $id) {STORE} }}", id=id)
        assert found == {"store": None}
    reader = story.actor("retailer_1", Permission.STORE_READ)
    for name, values in deeds:
        kind = name[0].upper() + name[1:] + "Input"
        result = await schema.execute(
            f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ __typename }} }}",
            {"input": {"requestId": uuid4().hex, **values}},
            Context(db=db, actor=reader),
        )
        assert [(e.extensions or {})["code"] for e in result.errors or []] == ["FORBIDDEN"], name

    assert await offers_in(db, story, store) == before


async def test_a_consumer_finds_the_categories_of_what_a_store_has(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog, store: int
) -> None:
    brand = story.actor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        [drinks, empty] = await create_categories(
            conn,
            actor=brand,
            categories=[NewCategory(code=code, name=code, name_en=code) for code in ("D", "E")],
        )
        [cold] = await create_categories(
            conn,
            actor=brand,
            categories=[NewCategory(code="C", name="冷饮", name_en="Cold", parent_id=drinks)],
        )
    await owner_pool.execute(
        "UPDATE catalog.product SET category_id = $2 WHERE id = $1", catalog.product_id, cold
    )
    document = "query ($s: ID!) { storeCategories(storeId: $s) { id parentId nameEn count } }"

    async def found(asker: Shopper) -> list[dict[str, object]]:
        answer = await ask(db, asker, document, s=to_id("Store", store))
        categories: list[dict[str, object]] = answer["storeCategories"]
        return categories

    ids = to_id("Category", drinks), to_id("Category", cold)
    assert await found(a_shopper(story)) == [
        {"id": ids[0], "parentId": None, "nameEn": "D", "count": 2},
        {"id": ids[1], "parentId": ids[0], "nameEn": "Cold", "count": 2},
    ]
    await owner_pool.execute(
        "UPDATE channels.listing SET is_listed = false WHERE store_id = $1 AND sku_id = $2",
        store,
        catalog.skus["TEA"],
    )
    assert [each["count"] for each in await found(a_shopper(story))] == [1, 1]
    await owner_pool.execute(
        "UPDATE catalog.product SET is_active = false WHERE id = $1", catalog.product_id
    )
    assert await found(a_shopper(story)) == []
    await owner_pool.execute(
        "UPDATE catalog.product SET is_active = true WHERE id = $1", catalog.product_id
    )
    elsewhere = await a_network(owner_pool, db)
    assert await found(a_shopper(elsewhere)) == []
    bare = to_id("Store", await a_store(db, story))
    answer = await ask(db, a_shopper(story), document, s=bare)
    assert answer["storeCategories"] == [], "it lists nothing"
    assert empty not in (drinks, cold), "of which nobody has anything"


async def test_who_opens_a_store_that_nobody_can_pay_in_is_told_so(
    db: Database, owner_pool: Pool, story: Story, store: int
) -> None:
    keeper = story.actor("retailer_1")
    await owner_pool.execute(
        "DELETE FROM channels.payment_account WHERE network_id = $1", story.network_id
    )
    document = "query ($id: ID!) { store(id: $id) { isOpen takesOrders canBePaid } }"

    opened = await do(
        db,
        keeper,
        "storeUpdate",
        "store { isOpen takesOrders canBePaid }",
        storeId=to_id("Store", store),
        isOpen=True,
    )
    assert opened["store"] == {"isOpen": True, "takesOrders": True, "canBePaid": False}
    async with db.unit_of_work(story.network_id) as conn:
        system = system_actor(story.network_id, story.orgs["retailer_1"])
        await put_payment_account(conn, actor=system, merchant_id=f"m{uuid4().hex[:9]}")

    found = await ask(db, keeper, document, id=to_id("Store", store))
    assert found["store"]["canBePaid"]
    reader = story.actor("retailer_1", Permission.STORE_READ)
    assert (await ask(db, reader, document, id=to_id("Store", store)))["store"]["canBePaid"]
    stranger = story.actor("trader_b")
    assert (await ask(db, stranger, document, id=to_id("Store", store)))["store"] is None
