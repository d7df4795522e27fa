"""Coupons through the graph: as their bearers see them, as consumers do, and as nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import Story, a_network
from tests.factories_channels import a_store
from tests.factories_marketing import a_campaign, a_coupon
from tests.factories_members import a_guest, a_member
from tradeline.kernel import Actor, Database, Locale, Permission, Pool, Shopper
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema

CAMPAIGN = """
    id code state issuedCount quantityMax isOwn value { amount currency } threshold { amount }
    organization { code } shares { basisPoints isYours agreedAt organization { code } }
    stores { edges { node { id } } }
"""


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_network(owner_pool, db)


async def run(db: Database, asker: Actor | Shopper | None, document: str, **variables: Any) -> Any:
    context = Context(
        db=db,
        actor=asker if isinstance(asker, Actor) else None,
        shopper=asker if isinstance(asker, Shopper) else None,
        locale=Locale.EN,
    )
    return await schema.execute(document, variables, context_value=context)


async def ask(db: Database, asker: Actor | Shopper, document: str, **variables: Any) -> Any:
    result = await run(db, asker, document, **variables)
    assert not result.errors, result.errors
    return result.data


async def do(
    db: Database, asker: Actor | Shopper, name: str, selection: str, /, **body: Any
) -> Any:
    document = (
        f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{"
        f" {selection} errors {{ __typename ... on Problem {{ message path }} }} }} }}"
    )
    body.setdefault("requestId", uuid4().hex)
    return (await ask(db, asker, document, input=body))[name]


def a_body(story: Story, store: int, **shares: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "code": f"C-{uuid4().hex[:6]}",
        "name": "春茶券",
        "nameEn": "Spring tea",
        "value": {"amount": "20.01", "currency": "CNY"},
        "threshold": {"amount": "100.00", "currency": "CNY"},
        "validFrom": now.isoformat(),
        "validTo": (now + timedelta(days=3)).isoformat(),
        "quantityMax": 5,
        "perMemberMax": 1,
        "storeIds": [to_id("Store", store)],
        "shares": [
            {"organizationId": to_id("Organization", story.orgs[name]), "basisPoints": part}
            for name, part in shares.items()
        ],
    }


async def test_a_campaign_is_proposed_agreed_to_claimed_from_and_ended(
    db: Database, story: Story
) -> None:
    store = await a_store(db, story)
    brand, trader = story.actor("brand"), story.actor("trader_a")
    body = a_body(story, store, brand=6_000, trader_a=4_000)

    made = await do(db, brand, "couponCampaignCreate", f"campaign {{ {CAMPAIGN} }}", **body)
    id = made["campaign"]["id"]
    agreed = await do(
        db, trader, "couponCampaignAgree", f"campaign {{ {CAMPAIGN} }}", campaignId=id
    )
    shopper = await a_member(db, story.network_id)
    offers = await ask(
        db,
        shopper,
        "query($id: ID!) { storeCoupons(storeId: $id) { campaignId isClaimable claimedCount"
        " value { amount } } }",
        id=to_id("Store", store),
    )
    claim = {"campaignId": id, "requestId": "claim"}
    wanted = "coupon { id state isValid value { amount } stores { id } }"
    first = await do(db, shopper, "couponClaim", wanted, **claim)
    again = await do(db, shopper, "couponClaim", wanted, **claim)
    enough = await do(db, shopper, "couponClaim", wanted, campaignId=id)
    ended = await do(
        db, trader, "couponCampaignEnd", "campaign { state issuedCount }", campaignId=id
    )
    mine = await ask(db, shopper, "{ myCoupons(state: OPEN) { edges { node { id name } } } }")

    assert made["errors"] == []
    assert made["campaign"]["state"] == "DRAFT"
    assert made["campaign"]["value"] == {"amount": "20.01", "currency": "CNY"}
    assert agreed["campaign"]["state"] == "AGREED"
    assert agreed["campaign"]["isOwn"] is False
    assert [
        (it["organization"]["code"], it["basisPoints"], it["isYours"])
        for it in agreed["campaign"]["shares"]
    ] == [("BRAND", 6_000, False), ("TRADER_A", 4_000, True)]
    assert [it["node"]["id"] for it in agreed["campaign"]["stores"]["edges"]] == [
        to_id("Store", store)
    ]
    assert offers["storeCoupons"] == [
        {"campaignId": id, "isClaimable": True, "claimedCount": 0, "value": {"amount": "20.01"}}
    ]
    assert first == again
    assert first["coupon"]["state"] == "OPEN"
    assert first["coupon"]["stores"] == [{"id": to_id("Store", store)}]
    assert [it["__typename"] for it in enough["errors"]] == ["CouponsEnough"]
    assert ended["campaign"] == {"state": "ENDED", "issuedCount": 1}
    assert mine["myCoupons"]["edges"] == [{"node": {"id": first["coupon"]["id"], "name": "春茶券"}}]


async def test_refusals_are_data_that_leads_to_the_field(db: Database, story: Story) -> None:
    store = await a_store(db, story)
    brand = story.actor("brand")
    wrong = a_body(story, store, brand=6_000, trader_a=3_000) | {
        "threshold": {"amount": "10.00", "currency": "CNY"}
    }
    foreign = a_body(story, store, brand=6_000, trader_b=4_000)

    refused = await do(db, brand, "couponCampaignCreate", "campaign { id }", **wrong)
    strange = await do(db, brand, "couponCampaignCreate", "campaign { id }", **foreign)
    guest = await a_guest(db, story.network_id)
    claimed = await do(
        db, guest, "couponClaim", "coupon { id }", campaignId=to_id("CouponCampaign", 1)
    )

    assert [(it["__typename"], it["path"]) for it in refused["errors"]] == [
        ("InvalidValue", ["threshold"]),
        ("SharesNotWhole", ["shares"]),
    ]
    assert [(it["__typename"], it["path"]) for it in strange["errors"]] == [
        ("NotFound", ["shares", "1", "organizationId"])
    ]
    assert [it["__typename"] for it in claimed["errors"]] == ["NotForGuests"]
    assert refused["campaign"] is None


async def test_strangers_see_and_end_nothing(db: Database, owner_pool: Pool, story: Story) -> None:
    store = await a_store(db, story)
    campaign = await a_campaign(db, story, [store])
    id = to_id("CouponCampaign", campaign)
    elsewhere = await a_network(owner_pool, db)
    document = (
        "query($id: ID!) { couponCampaign(id: $id) { id } couponCampaigns { edges { node { id } }"
        " } }"
    )

    for stranger in (story.actor("trader_b"), story.actor("supplier"), elsewhere.actor("brand")):
        seen = await ask(db, stranger, document, id=id)
        assert seen == {"couponCampaign": None, "couponCampaigns": {"edges": []}}
        for name in ("couponCampaignAgree", "couponCampaignEnd"):
            done = await do(db, stranger, name, "campaign { id }", campaignId=id)
            assert [it["__typename"] for it in done["errors"]] == ["NotFound"]
    state = await owner_pool.fetchval(
        "SELECT state FROM marketing.campaign WHERE id = $1", campaign
    )
    assert state == "agreed"


async def test_each_consumer_has_their_own_coupons_and_those_of_their_network(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    store = await a_store(db, story)
    campaign = await a_campaign(db, story, [store])
    owner = await a_member(db, story.network_id)
    await a_coupon(db, owner, campaign)
    elsewhere = await a_network(owner_pool, db)
    document = (
        "query($id: ID!) { myCoupons { edges { node { id } } } storeCoupons(storeId: $id) {"
        " name } }"
    )

    mine = await ask(db, owner, document, id=to_id("Store", store))
    others = await ask(db, await a_member(db, story.network_id), document, id=to_id("Store", store))
    foreign = await a_member(db, elsewhere.network_id)
    foreigners = await ask(db, foreign, document, id=to_id("Store", store))
    claimed = await do(
        db, foreign, "couponClaim", "coupon { id }", campaignId=to_id("CouponCampaign", campaign)
    )

    assert len(mine["myCoupons"]["edges"]) == len(mine["storeCoupons"]) == 1
    assert (others["myCoupons"]["edges"], len(others["storeCoupons"])) == ([], 1)
    assert foreigners == {"myCoupons": {"edges": []}, "storeCoupons": []}
    assert [it["__typename"] for it in claimed["errors"]] == ["NotFound"]


async def test_people_and_consumers_do_not_pass_for_each_other(db: Database, story: Story) -> None:
    shopper = await a_member(db, story.network_id)
    keeper = story.actor("brand", Permission.STORE_MANAGE)
    for asker, document, code in (
        (shopper, "{ couponCampaigns { edges { node { id } } } }", "UNAUTHENTICATED"),
        (story.actor("brand"), "{ myCoupons { edges { node { id } } } }", "UNAUTHENTICATED"),
        (None, "{ myCoupons { edges { node { id } } } }", "UNAUTHENTICATED"),
        (keeper, "{ couponCampaigns { edges { node { id } } } }", "FORBIDDEN"),
    ):
        result = await run(db, asker, document)
        assert [error.extensions for error in result.errors] == [{"code": code}]
