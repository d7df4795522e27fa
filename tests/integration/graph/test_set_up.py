"""Set-up in the graph: the shape of the answers and the locks, not the rules behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import PASSWORD, Story, a_network
from tests.factories_catalog import GTIN, Catalog, a_catalog
from tests.factories_inventory import a_warehouse, stock
from tests.factories_pricing import a_price_list
from tests.integration.graph.test_identity import publicly
from tests.integration.graph.test_organizations import code_of, does, execute
from tests.integration.identity.test_people import hired
from tradeline.kernel import Database, Pool
from tradeline.pricing import PriceLevel
from tradeline_graph._ids import to_id

IMPACT = """
    query Impact($id: ID!, $prices: [PriceInput!]!) {
        priceListImpact(priceListId: $id, prices: $prices) {
            relationshipCount affectedCount changeCount truncated
            changes {
                relationship { buyer { code } } sku { code } pack { code }
                quantityMinimum before after isWinning
            }
        }
    }"""


@pytest.fixture
async def story(owner_pool: Pool, db: Database) -> Story:
    return await a_network(owner_pool, db)


@pytest.fixture
async def catalog(db: Database, story: Story) -> Catalog:
    return await a_catalog(db, story)


async def test_a_preview_tells_whom_prices_would_reach(
    db: Database, story: Story, catalog: Catalog
) -> None:
    list_id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    await a_price_list(
        db,
        story,
        catalog,
        "trader_a",
        {"BEER": "7"},
        level=PriceLevel.CONTRACT,
        buyers=["retailer_2"],
    )
    case = to_id("Pack", catalog.packs["BEER", "CASE"])
    price = {"skuId": to_id("Sku", catalog.skus["BEER"]), "packId": case, "unitPrice": "90"}

    data = await execute(
        db, story.actor("trader_a"), IMPACT, id=to_id("PriceList", list_id), prices=[price]
    )

    told = {"sku": {"code": "BEER"}, "pack": {"code": "CASE"}, "quantityMinimum": 1}
    assert data["priceListImpact"] == {
        "relationshipCount": 2,
        "affectedCount": 1,
        "changeCount": 2,
        "truncated": False,
        "changes": [
            {
                "relationship": {"buyer": {"code": buyer}},
                **told,
                "before": before,
                "after": after,
                "isWinning": is_winning,
            }
            for buyer, before, after, is_winning in [
                ("RETAILER_1", "96.00", "90.00", True),
                ("RETAILER_2", "84.00", "84.00", False),
            ]
        ],
    }


async def test_nobody_else_looks_at_what_prices_would_do(
    db: Database, story: Story, catalog: Catalog
) -> None:
    list_id = await a_price_list(db, story, catalog, "trader_a", {"BEER": "8"})
    price = {"skuId": to_id("Sku", catalog.skus["BEER"]), "unitPrice": "9"}
    asked: dict[str, Any] = {"id": to_id("PriceList", list_id), "prices": [price]}

    assert await code_of(db, None, IMPACT, **asked) == "UNAUTHENTICATED"
    assert await code_of(db, story.visitor("trader_a"), IMPACT, **asked) == "FORBIDDEN"
    for stranger in ("brand", "trader_b", "retailer_1"):
        assert await code_of(db, story.actor(stranger), IMPACT, **asked) == "REFUSED"
    asked["prices"] = [price] * 101
    assert await code_of(db, story.actor("trader_a"), IMPACT, **asked) == "REFUSED"


async def test_lists_warehouses_and_the_catalog_are_changed(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    brand = story.actor("brand")
    list_id = to_id("PriceList", await a_price_list(db, story, catalog, "brand", {"BEER": "8"}))
    warehouse = await a_warehouse(owner_pool, story, "brand")
    await stock(owner_pool, story, warehouse, catalog.skus["BEER"], 2)
    beer = to_id("Sku", catalog.skus["BEER"])
    assortment = to_id("Assortment", catalog.assortments["brand/ALL"])

    listed = await does(
        db,
        brand,
        "priceListUpdate",
        "priceList { name isActive validTo }",
        priceListId=list_id,
        name="新价",
        validTo="2190-01-01T00:00:00+00:00",
    )
    endless = await does(
        db, brand, "priceListUpdate", "priceList { validTo }", priceListId=list_id, validTo=None
    )
    closing = await does(
        db,
        brand,
        "warehouseUpdate",
        "warehouse { code }",
        warehouseId=to_id("Warehouse", warehouse),
        isActive=False,
    )
    bare = await does(
        db, brand, "barcodeRemove", "sku { barcodes { code } }", skuId=beer, code=GTIN
    )
    packed = await does(
        db, brand, "packAdd", "sku { packs { code units } }", skuId=beer, code="BOX", units=6
    )
    named = await does(
        db, brand, "assortmentUpdate", "assortment { name }", assortmentId=assortment, name="全"
    )

    assert listed["priceList"] == {
        "name": "新价",
        "isActive": True,
        "validTo": "2190-01-01T00:00:00+00:00",
    }
    assert endless["priceList"] == {"validTo": None}
    assert closing["warehouse"] is None
    assert [(e["__typename"], e["path"]) for e in closing["errors"]] == [
        ("WarehouseNotEmpty", ["isActive"])
    ]
    assert bare["sku"] == {"barcodes": []}
    assert {"code": "BOX", "units": 6} in packed["sku"]["packs"]
    assert named["assortment"] == {"name": "全"}


async def test_a_category_moves_and_stays_where_it_is_if_nothing_is_said(
    db: Database, story: Story
) -> None:
    brand = story.actor("brand")
    made = "category { id }"
    top = (await does(db, brand, "categoryCreate", made, code="T", name="T"))["category"]["id"]
    leaf = await does(db, brand, "categoryCreate", made, code="L", name="L", parentId=top)
    id = leaf["category"]["id"]
    shown = "category { name parent { code } }"

    named = await does(db, brand, "categoryUpdate", shown, categoryId=id, name="叶")
    freed = await does(db, brand, "categoryUpdate", shown, categoryId=id, parentId=None)
    circle = await does(db, brand, "categoryUpdate", shown, categoryId=id, parentId=id)

    assert named["category"] == {"name": "叶", "parent": {"code": "T"}}
    assert freed["category"] == {"name": "叶", "parent": None}
    assert [(e["__typename"], e["path"]) for e in circle["errors"]] == [
        ("InvalidValue", ["parentId"])
    ]


async def test_a_member_gets_a_new_password_by_a_token_that_is_told_once(
    db: Database, story: Story
) -> None:
    brand = story.actor("brand")
    person = await hired(db, story, "buyer", "brand", "buyer")
    asked = {"requestId": "reset-1", "memberId": to_id("Member", person.membership_id)}
    selection = "member { email } token expiresAt"

    issued = await does(db, brand, "passwordResetIssue", selection, **asked)
    again = await does(db, brand, "passwordResetIssue", selection, **asked)
    token = issued["token"]
    weak = await publicly(db, "passwordReset", "", token=token, password="short")
    done = await publicly(db, "passwordReset", "", token=token, password="a better password")
    twice = await publicly(db, "passwordReset", "", token=token, password="a better password")
    sign_in = {"email": person.email, "password": PASSWORD}
    old = await publicly(db, "tokenIssue", "tokens { refreshToken }", **sign_in)

    assert issued["member"] == {"email": person.email}
    assert issued["expiresAt"] is not None
    assert (again["member"], again["token"]) == ({"email": person.email}, None)
    assert [e["__typename"] for e in weak["errors"]] == ["InvalidValue"]
    assert done["errors"] == []
    assert twice["errors"] == [
        {
            "__typename": "PasswordResetNotUsable",
            "message": "重设密码链接无效或已过期；请联系贵组织的管理员重新签发。",
        }
    ]
    assert [e["__typename"] for e in old["errors"]] == ["SignInFailed"]


async def test_a_role_is_deleted_once_nobody_holds_it(db: Database, story: Story) -> None:
    brand = story.actor("brand")
    role = await does(
        db, brand, "roleCreate", "role { id }", code="R", name="R", nameEn="R", permissions=[]
    )
    id = role["role"]["id"]
    person = await hired(db, story, "clerk", "brand", "viewer")
    member = to_id("Member", person.membership_id)
    viewer = to_id("Role", story.roles["viewer"])
    await does(db, brand, "memberRolesSet", "member { id }", memberId=member, roleIds=[id])

    held = await does(db, brand, "roleDelete", "", roleId=id)
    await does(db, brand, "memberRolesSet", "member { id }", memberId=member, roleIds=[viewer])
    gone = await does(db, brand, "roleDelete", "", roleId=id)

    assert [(e["__typename"], e["path"]) for e in held["errors"]] == [("RoleHeld", ["roleId"])]
    assert gone["errors"] == []
    data = await execute(db, brand, "{ roles { id } }")
    assert id not in [role["id"] for role in data["roles"]]


async def test_a_buyer_says_which_terms_it_has_read(db: Database, story: Story) -> None:
    seller, buyer = story.actor("trader_b"), story.actor("retailer_2")
    ended = to_id("Relationship", story.edge("trader_b", "retailer_2"))
    await does(db, seller, "relationshipEnd", "relationship { id }", relationshipId=ended)
    made = await does(
        db,
        seller,
        "relationshipCreate",
        "relationship { id termsHash }",
        buyerOrganizationId=to_id("Organization", story.orgs["retailer_2"]),
    )
    edge = made["relationship"]
    changed = await does(
        db,
        seller,
        "relationshipTermsChange",
        "relationship { termsHash }",
        relationshipId=edge["id"],
        paymentTermsDays=1,
    )
    accept = {"relationshipId": edge["id"]}
    shown = "relationship { state }"

    unread = await does(
        db, buyer, "relationshipAccept", shown, **accept, termsHash=edge["termsHash"]
    )
    read = await does(
        db,
        buyer,
        "relationshipAccept",
        shown,
        **accept,
        termsHash=changed["relationship"]["termsHash"],
    )

    assert [(e["__typename"], e["path"]) for e in unread["errors"]] == [
        ("TermsChanged", ["termsHash"])
    ]
    assert read["relationship"] == {"state": "ACTIVE"}


async def test_an_edge_says_whether_its_warehouses_were_chosen(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    seller = story.actor("trader_a")
    warehouse = to_id("Warehouse", await a_warehouse(owner_pool, story, "trader_a"))
    chosen = to_id("Relationship", story.edge("trader_a", "retailer_1"))
    shown = "relationship { hasOwnWarehouses warehouses { code } }"

    some = await does(
        db, seller, "warehouseGrant", shown, relationshipId=chosen, warehouseIds=[warehouse]
    )
    edges = """{ relationships(search: "retailer") { edges { node {
        hasOwnWarehouses warehouses { code } } } } }"""
    listed = await execute(db, seller, edges)
    of_others = await execute(
        db, story.actor("retailer_1"), edges.replace('search: "retailer"', "side: BUYER")
    )
    every = await does(db, seller, "warehouseGrant", shown, relationshipId=chosen, warehouseIds=[])

    main = [{"code": "MAIN"}]
    assert some["relationship"] == {"hasOwnWarehouses": True, "warehouses": main}
    assert [edge["node"]["hasOwnWarehouses"] for edge in listed["relationships"]["edges"]] == [
        True,
        False,
    ]
    assert [edge["node"] for edge in of_others["relationships"]["edges"]] == [
        {"hasOwnWarehouses": None, "warehouses": None}
    ]
    assert every["relationship"] == {"hasOwnWarehouses": False, "warehouses": main}


async def test_one_sku_is_found_in_a_long_assortment(
    db: Database, story: Story, catalog: Catalog
) -> None:
    document = """query Q($id: ID!, $sku: ID!) {
        assortment(id: $id) { items(skuId: $sku) { edges { node { sku { code } } } } } }"""
    id = to_id("Assortment", catalog.assortments["trader_a/ALL"])

    async def found(name: str, actor: str = "trader_a") -> Any:
        sku = to_id("Sku", catalog.skus[name])
        data = await execute(db, story.actor(actor), document, id=id, sku=sku)
        return data["assortment"] and data["assortment"]["items"]["edges"]

    assert await found("TEA") == [{"node": {"sku": {"code": "TEA"}}}]
    assert await found("SODA") == []
    assert await found("TEA", "trader_b") is None


async def test_long_lists_are_searched(
    db: Database, owner_pool: Pool, story: Story, catalog: Catalog
) -> None:
    await a_price_list(db, story, catalog, "trader_a", {})
    warehouse = await a_warehouse(owner_pool, story, "trader_a")
    await stock(owner_pool, story, warehouse, catalog.skus["BEER"], 2)
    await stock(owner_pool, story, warehouse, catalog.skus["TEA"], 2)

    data = await execute(
        db,
        story.actor("trader_a"),
        """{
            relationships(search: "retailer_1") { edges { node { buyer { code } } } }
            organizations(search: "retailer_1") { edges { node { code } } }
            priceLists(search: "bas") { edges { node { code } } }
            none: priceLists(search: "x") { edges { node { code } } }
            assortments(search: "al") { edges { node { code } } }
            products(search: "drink") { edges { node { code } } }
            stockLevels(search: "chenlupi") { edges { node { sku { code } } } }
            people(search: "TRADER_A@") { edges { node { name } } }
        }""",
    )

    def nodes(field: str) -> list[Any]:
        return [edge["node"] for edge in data[field]["edges"]]

    assert nodes("relationships") == [{"buyer": {"code": "RETAILER_1"}}]
    assert nodes("organizations") == [{"code": "RETAILER_1"}]
    assert (nodes("priceLists"), nodes("none")) == ([{"code": "BASE"}], [])
    assert nodes("assortments") == [{"code": "ALL"}]
    assert nodes("products") == [{"code": "DRINKS"}]
    assert nodes("stockLevels") == [{"sku": {"code": "BEER"}}], "in pinyin, as in the catalog"
    assert nodes("people") == [{"name": "trader_a"}]
