"""Organizations in the graph: the shape of the answers and the locks, not the rules behind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.factories import Story, a_network
from tests.factories_ordering import a_market
from tradeline.kernel import Actor, Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


async def execute(
    db: Database, actor: Actor | None, document: str, locale: Locale = Locale.EN, **variables: Any
) -> Any:
    """The answer's data; raises if there are errors."""
    context = Context(db=db, actor=actor, locale=locale)
    result = await schema.execute(document, variables, context)
    assert result.errors is None, result.errors
    return result.data


async def code_of(db: Database, actor: Actor | None, document: str, **variables: Any) -> str:
    """The code of the one error that the answer is."""
    context = Context(db=db, actor=actor, locale=Locale.EN)
    result = await schema.execute(document, variables, context)
    assert result.errors is not None
    [error] = result.errors
    assert error.extensions is not None
    return str(error.extensions["code"])


async def does(
    db: Database, actor: Actor, field: str, selection: str, **input: Any
) -> dict[str, Any]:
    """The payload of a mutation with `requestId` chosen, if none is given."""
    name = field[0].upper() + field[1:]
    document = (
        f"mutation ($input: {name}Input!) {{ {field}(input: $input) {{ {selection} errors"
        " { __typename ... on Problem { message path } } } }"
    )
    given = {"requestId": uuid4().hex} | input
    payload: dict[str, Any] = (await execute(db, actor, document, input=given))[field]
    return payload


def organization(story: Story, name: str) -> str:
    return to_id("Organization", story.orgs[name])


async def test_a_list_of_edges_is_answered_with_both_sides_and_their_books(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)

    data = await execute(
        db,
        story.actor("trader_a"),
        """{
            relationships(side: SELLER) {
                edges { node {
                    side state currency orderMinimum { amount currency }
                    seller { code } buyer { code parent { code } }
                    buyerEntity { code }
                } }
                pageInfo { hasNextPage }
            }
        }""",
    )

    assert [edge["node"] for edge in data["relationships"]["edges"]] == [
        {
            "side": "SELLER",
            "state": "ACTIVE",
            "currency": "CNY",
            "orderMinimum": {"amount": "0.00", "currency": "CNY"},
            "seller": {"code": "TRADER_A"},
            "buyer": {"code": name, "parent": None},
            "buyerEntity": {"code": name},
        }
        for name in ("RETAILER_1", "RETAILER_2")
    ]


async def test_a_stranger_finds_nothing_by_id(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    document = (
        "query ($o: ID!, $r: ID!) { organization(id: $o) { id } relationship(id: $r) { id } }"
    )
    ids = {
        "o": organization(story, "retailer_1"),
        "r": to_id("Relationship", story.edge("trader_a", "retailer_1")),
    }

    for stranger in (story.actor("retailer_3"), other.actor("trader_a")):
        data = await execute(db, stranger, document, **ids)
        assert data == {"organization": None, "relationship": None}
    swapped = await execute(db, story.actor("trader_a"), document, o=ids["r"], r=ids["o"])
    assert swapped == {"organization": None, "relationship": None}


async def test_a_partner_is_created_and_sold_to(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    trader = story.actor("trader_a")

    made = await does(
        db,
        trader,
        "organizationCreate",
        "organization { id code legalEntities { code } }",
        kind="RETAILER",
        code="NEW",
        name="新店",
    )
    edge = await does(
        db,
        trader,
        "relationshipCreate",
        "relationship { id paymentTermsDays territory }",
        buyerOrganizationId=made["organization"]["id"],
        paymentTermsDays=7,
        territory=["CN-31"],
        creditLimit={"amount": "1000.00", "currency": "CNY"},
    )

    assert made["organization"]["legalEntities"] == [{"code": "NEW"}]
    assert edge["errors"] == []
    assert edge["relationship"]["territory"] == ["CN-31"]
    limit = await owner_pool.fetchval(
        "SELECT credit_limit_minor FROM settlement.exposure WHERE network_id = $1"
        " ORDER BY relationship_id DESC LIMIT 1",
        story.network_id,
    )
    assert limit == 100_000


async def test_a_partner_is_managed_until_it_has_people_of_its_own(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    trader = story.actor("trader_a")
    made = await does(
        db,
        trader,
        "organizationCreate",
        "organization { id isManaged }",
        kind="RETAILER",
        code="NEW",
        name="新店",
    )
    asking = """query ($own: ID!, $partner: ID!) {
        own: organization(id: $own) { isManaged }
        partner: organization(id: $partner) { isManaged }
    }"""

    data = await execute(
        db,
        trader,
        asking,
        own=organization(story, "trader_a"),
        partner=organization(story, "retailer_1"),
    )

    assert made["organization"]["isManaged"] is True
    assert data == {"own": {"isManaged": True}, "partner": {"isManaged": False}}


async def test_an_edge_tells_each_side_what_it_may_do_to_it(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    seller, buyer = story.actor("retailer_1"), story.actor("trader_a")
    reader = story.actor("trader_a", Permission.RELATIONSHIP_READ)
    steps = "relationship { id allowedSteps }"

    made = await does(
        db,
        seller,
        "relationshipCreate",
        steps,
        buyerOrganizationId=organization(story, "trader_a"),
    )
    edge_id = made["relationship"]["id"]

    async def asked(actor: Actor) -> list[str]:
        asking = "query ($id: ID!) { relationship(id: $id) { allowedSteps } }"
        data = await execute(db, actor, asking, id=edge_id)
        found: list[str] = data["relationship"]["allowedSteps"]
        return found

    assert made["relationship"]["allowedSteps"] == ["CHANGE_TERMS", "END"]
    assert await asked(buyer) == ["ACCEPT", "CHANGE_TERMS", "END"]
    assert await asked(reader) == []
    await does(db, buyer, "relationshipAccept", steps, relationshipId=edge_id)
    assert await asked(buyer) == ["CHANGE_TERMS", "END"]
    assert await asked(seller) == ["CHANGE_TERMS", "SUSPEND", "END"]
    await does(db, seller, "relationshipSuspend", steps, relationshipId=edge_id)
    assert await asked(seller) == ["CHANGE_TERMS", "RESUME", "END"]
    await does(db, buyer, "relationshipEnd", steps, relationshipId=edge_id)
    assert await asked(seller) == []


async def test_an_edge_is_proposed_accepted_and_traded_on(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    selection = "relationship { id state acceptedAt }"
    # A retailer would sell to its trader.
    seller, buyer = story.actor("retailer_1"), story.actor("trader_a")

    made = await does(
        db,
        seller,
        "relationshipCreate",
        selection,
        buyerOrganizationId=organization(story, "trader_a"),
    )
    edge_id = made["relationship"]["id"]
    charge: dict[str, Any] = {
        "relationshipId": edge_id,
        "kind": "CHARGE",
        "amount": {"amount": "1000000000.00", "currency": "CNY"},
        "reason": "because",
    }
    early = await does(db, seller, "adjustmentCreate", "adjustment { id }", **charge)
    own = await does(db, seller, "relationshipAccept", selection, relationshipId=edge_id)
    accepted = await does(db, buyer, "relationshipAccept", selection, relationshipId=edge_id)
    late = await does(db, seller, "adjustmentCreate", "adjustment { state }", **charge)
    again = await does(db, buyer, "relationshipAccept", selection, relationshipId=edge_id)

    assert made["relationship"] == {"id": edge_id, "state": "PROPOSED", "acceptedAt": None}
    assert [e["__typename"] for e in early["errors"]] == ["WrongState"]
    assert [e["__typename"] for e in own["errors"]] == ["NotFound"]
    assert accepted["relationship"]["state"] == "ACTIVE"
    assert accepted["relationship"]["acceptedAt"] is not None
    assert late["adjustment"] == {"state": "RECORDED"}
    assert [e["__typename"] for e in again["errors"]] == ["WrongState"]
    owed = await owner_pool.fetchval(
        "SELECT sum(owed_minor) FROM settlement.exposure WHERE network_id = $1", story.network_id
    )
    assert owed == 0


async def test_a_proposed_edge_offers_nothing_and_takes_no_order(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story, buyer = market.story, market.story.actor("retailer_1")
    offers = "{ offers(first: 5) { edges { node { relationship { id } } } } }"
    assert (await execute(db, buyer, offers))["offers"]["edges"]

    await owner_pool.execute(
        "UPDATE organizations.relationship SET state = 'proposed', accepted_at = NULL"
        " WHERE network_id = $1",
        story.network_id,
    )
    placed = await does(
        db,
        buyer,
        "orderPlace",
        "order { id }",
        relationshipId=to_id("Relationship", market.edge),
        lines=[{"skuId": to_id("Sku", market.tea), "quantity": 1}],
    )

    assert (await execute(db, buyer, offers))["offers"]["edges"] == []
    assert placed["order"] is None
    assert placed["errors"]


async def test_a_repeated_request_makes_one_edge(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    request: dict[str, Any] = {
        "requestId": "edge-1",
        "buyerOrganizationId": organization(story, "retailer_1"),
        "currency": "USD",
    }

    first, again = [
        await does(
            db, story.actor("trader_a"), "relationshipCreate", "relationship { id }", **request
        )
        for _ in range(2)
    ]

    assert first == again
    assert first["relationship"] is not None


@pytest.mark.parametrize(
    ("given", "problem", "path"),
    [
        ({"currency": "CNY"}, "EdgeExists", []),
        ({"currency": "XXX"}, "InvalidValue", ["currency"]),
        (
            {"creditLimit": {"amount": "1.00", "currency": "USD"}, "currency": "EUR"},
            "InvalidValue",
            ["creditLimit", "currency"],
        ),
        (
            {"creditLimit": {"amount": "-1.00", "currency": "USD"}, "currency": "USD"},
            "InvalidValue",
            ["creditLimit"],
        ),
    ],
)
async def test_a_refusal_is_data_and_leaves_nothing(
    owner_pool: Pool, db: Database, given: dict[str, Any], problem: str, path: list[str]
) -> None:
    story = await a_network(owner_pool, db)

    payload = await does(
        db,
        story.actor("trader_a"),
        "relationshipCreate",
        "relationship { id }",
        buyerOrganizationId=organization(story, "retailer_1"),
        **given,
    )

    assert payload["relationship"] is None
    assert [(e["__typename"], e["path"]) for e in payload["errors"]] == [(problem, path)]
    edges = await owner_pool.fetchval(
        "SELECT count(*) FROM organizations.relationship WHERE network_id = $1", story.network_id
    )
    assert edges == len(story.relationships)


async def test_terms_change_by_what_is_given(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    edge_id = to_id("Relationship", story.edge("trader_a", "retailer_1"))
    selection = "relationship { validTo paymentTermsDays territory orderMinimum { amount } }"

    async def changes(name: str, **terms: Any) -> dict[str, Any]:
        return await does(
            db,
            story.actor(name),
            "relationshipTermsChange",
            selection,
            relationshipId=edge_id,
            **terms,
        )

    first = await changes(
        "trader_a",
        validTo="2099-12-31",
        territory=["CN-31"],
        orderMinimum={"amount": "500.00", "currency": "CNY"},
    )
    second = await changes("trader_a", validTo=None, paymentTermsDays=None, territory=[])
    third = await changes("retailer_1", paymentTermsDays=99)
    stranger = await changes("retailer_3", paymentTermsDays=99)

    assert first["relationship"] == {
        "validTo": "2099-12-31",
        "paymentTermsDays": 30,
        "territory": ["CN-31"],
        "orderMinimum": {"amount": "500.00"},
    }
    assert second["relationship"] == first["relationship"] | {"validTo": None, "territory": []}
    assert [e["__typename"] for e in third["errors"]] == ["TermOfTheOtherSide"]
    assert [e["__typename"] for e in stranger["errors"]] == ["NotFound"]


async def test_an_edge_pauses_resumes_and_ends(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    edge_id = to_id("Relationship", story.edge("trader_a", "retailer_1"))

    states = []
    for field in ("relationshipSuspend", "relationshipResume", "relationshipEnd"):
        payload = await does(
            db,
            story.actor("trader_a"),
            field,
            "relationship { state }",
            relationshipId=edge_id,
        )
        states.append(payload["relationship"]["state"])
    again = await does(
        db,
        story.actor("trader_a"),
        "relationshipEnd",
        "relationship { id }",
        relationshipId=edge_id,
    )

    assert states == ["SUSPENDED", "ACTIVE", "ENDED"]
    assert [e["__typename"] for e in again["errors"]] == ["WrongState"]


async def test_a_tree_grows_moves_and_is_walked(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand, own_id = story.actor("brand"), organization(story, "brand")

    async def creates(code: str, parent_id: str) -> str:
        payload = await does(
            db,
            brand,
            "organizationCreate",
            "organization { id }",
            kind="BRAND",
            code=code,
            name=code,
            parentOrganizationId=parent_id,
        )
        made: str = payload["organization"]["id"]
        return made

    region = await creates("REGION", own_id)
    city = await creates("CITY", region)
    circle = await does(
        db,
        brand,
        "organizationMove",
        "organization { id }",
        organizationId=region,
        parentOrganizationId=city,
    )
    moved = await does(
        db,
        brand,
        "organizationMove",
        "organization { parent { id } }",
        organizationId=city,
        parentOrganizationId=own_id,
    )
    named = await does(
        db, brand, "organizationUpdate", "organization { name }", organizationId=city, name="上海"
    )
    entity = await does(
        db,
        brand,
        "legalEntityCreate",
        "legalEntity { code }",
        organizationId=city,
        code="E2",
        name="二号",
    )

    assert [e["__typename"] for e in circle["errors"]] == ["WouldBeItsOwnAncestor"]
    assert moved["organization"]["parent"]["id"] == own_id
    assert named["organization"]["name"] == "上海"
    assert entity["legalEntity"] == {"code": "E2"}
    data = await execute(
        db, brand, "query ($id: ID!) { organization(id: $id) { children { code } } }", id=own_id
    )
    assert {child["code"] for child in data["organization"]["children"]} == {"REGION", "CITY"}


async def test_without_the_permission_the_fields_are_shut(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    list_all = "{ organizations { pageInfo { hasNextPage } } }"

    assert await code_of(db, None, list_all) == "UNAUTHENTICATED"
    assert await code_of(db, story.visitor("brand"), list_all) == "FORBIDDEN"
    creates = """mutation ($input: RelationshipCreateInput!) {
        relationshipCreate(input: $input) { relationship { id } }
    }"""
    input = {
        "requestId": "1",
        "buyerOrganizationId": organization(story, "retailer_1"),
        "currency": "USD",
        "creditLimit": {"amount": "1.00", "currency": "USD"},
    }
    seller = story.actor("trader_a", Permission.RELATIONSHIP_MANAGE)
    assert await code_of(db, seller, creates, input=input) == "FORBIDDEN"
