"""Organizations, their trees and who may know of them, against a real PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories import Story, a_network
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    list_audit_entries,
)
from tradeline.organizations import (
    NewLegalEntity,
    NewOrganization,
    NewRelationship,
    Organization,
    OrganizationChange,
    OrganizationKind,
    accept_relationship,
    children_of,
    create_legal_entities,
    create_organizations,
    create_relationships,
    end_relationship,
    legal_entities_by_ids,
    legal_entities_of,
    list_organizations,
    managed_organizations,
    move_organization,
    organizations_by_ids,
    update_organization,
)


async def created(db: Database, actor: Actor, code: str, parent_id: int | None = None) -> int:
    draft = NewOrganization(
        kind=OrganizationKind.RETAILER, code=code, name=f"门店 {code}", parent_id=parent_id
    )
    async with db.unit_of_work(actor.network_id) as conn:
        [org_id] = await create_organizations(conn, actor=actor, organizations=[draft])
    return org_id


async def seen(db: Database, actor: Actor, *ids: int) -> set[int]:
    async with db.reading(actor.network_id) as conn:
        return set(await organizations_by_ids(conn, actor=actor, ids=ids))


async def moved(
    db: Database, actor: Actor, organization_id: int, parent_id: int | None
) -> Organization:
    async with db.unit_of_work(actor.network_id) as conn:
        return await move_organization(
            conn, actor=actor, organization_id=organization_id, parent_id=parent_id
        )


def problem_names(refusal: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [type(problem).__name__ for problem in refusal.value.problems]


async def test_an_organization_sees_its_partners_and_no_further(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)

    async with db.reading(story.network_id) as conn:
        page = await list_organizations(conn, actor=story.actor("trader_b"), page=PageRequest())

    names = {org_id: name for name, org_id in story.orgs.items()}
    assert {names[organization.id] for organization in page.items} == {
        "brand",
        "trader_b",
        "retailer_2",
        "retailer_3",
    }
    assert await seen(db, story.actor("trader_b"), story.orgs["retailer_1"]) == set()


async def test_another_network_is_not_there(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)

    assert await seen(db, story.actor("brand"), *other.orgs.values()) == set()
    async with db.reading(story.network_id) as conn:
        entities = await legal_entities_of(
            conn, actor=story.actor("brand"), ids=[other.orgs["brand"], story.orgs["retailer_1"]]
        )
        by_id = await legal_entities_by_ids(
            conn,
            actor=story.actor("brand"),
            ids=[
                other.entities["brand"],
                story.entities["retailer_1"],
                story.entities["trader_a"],
            ],
        )
    assert entities == {other.orgs["brand"]: [], story.orgs["retailer_1"]: []}
    assert set(by_id) == {story.entities["trader_a"]}


async def test_partners_show_each_other_the_legal_entities_on_their_edges_only(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    seller, buyer = story.actor("trader_a"), story.actor("retailer_1")
    async with db.unit_of_work(story.network_id) as conn:
        for owner in (seller, buyer):
            more = NewLegalEntity(org_id=owner.org_id, code="E2", name="二", tax_number="91310")
            await create_legal_entities(conn, actor=owner, entities=[more])

    async def shown(viewer: Actor, owner: Actor) -> list[str]:
        async with db.reading(story.network_id) as conn:
            found = await legal_entities_of(conn, actor=viewer, ids=[owner.org_id])
            ids = await owner_pool.fetch(
                "SELECT id FROM organizations.legal_entity WHERE org_id = $1", owner.org_id
            )
            by_id = await legal_entities_by_ids(conn, actor=viewer, ids=[row["id"] for row in ids])
        assert set(by_id) == {entity.id for entity in found[owner.org_id]}
        return [entity.code for entity in found[owner.org_id]]

    assert await shown(seller, seller) == ["TRADER_A", "E2"]
    assert await shown(seller, buyer) == ["RETAILER_1"]
    assert await shown(buyer, seller) == ["TRADER_A"]
    assert await shown(story.actor("retailer_2"), seller) == ["TRADER_A"]
    assert await shown(story.actor("retailer_2"), buyer) == []


async def test_a_proposal_shows_its_buyer_who_proposes_and_the_proposer_nothing(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    # Upside down: one that buys from the trader proposes to sell to it.
    proposer, buyer = story.actor("retailer_1"), story.actor("trader_a")
    async with db.unit_of_work(story.network_id) as conn:
        more = NewLegalEntity(org_id=buyer.org_id, code="E2", name="二", tax_number="91310")
        [entity_id] = await create_legal_entities(conn, actor=buyer, entities=[more])
        more = NewLegalEntity(org_id=proposer.org_id, code="E3", name="三")
        [own_id] = await create_legal_entities(conn, actor=proposer, entities=[more])
        draft = NewRelationship(
            buyer_org_id=buyer.org_id, buyer_entity_id=entity_id, seller_entity_id=own_id
        )
        [edge_id] = await create_relationships(conn, actor=proposer, relationships=[draft])

    async def shows(viewer: Actor, entity_id: int) -> bool:
        async with db.reading(story.network_id) as conn:
            return bool(await legal_entities_by_ids(conn, actor=viewer, ids=[entity_id]))

    assert await shows(buyer, own_id)
    assert not await shows(proposer, entity_id)
    async with db.unit_of_work(story.network_id) as conn:
        await accept_relationship(conn, actor=buyer, relationship_id=edge_id)
        await end_relationship(conn, actor=buyer, relationship_id=edge_id)
    assert await shows(proposer, entity_id), "what was on an edge stays known, as the edge does"


async def test_a_tree_of_any_depth_is_seen_from_above_and_named_from_below(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    top = story.actor("trader_a")
    region = await created(db, top, "REGION", top.org_id)
    city = await created(db, top, "CITY", region)
    shop = await created(db, top, "SHOP", city)
    at_shop = Actor(network_id=top.network_id, org_id=shop, permissions=top.permissions)

    assert await seen(db, top, region, city, shop) == {region, city, shop}
    assert await seen(db, at_shop, top.org_id, region, city) == {top.org_id, region, city}
    assert await seen(db, at_shop, story.orgs["brand"]) == set(), "not the tree's partners"
    async with db.reading(top.network_id) as conn:
        assert await managed_organizations(conn, actor=at_shop, ids=[city, shop]) == {shop}
        children = await children_of(conn, actor=top, ids=[top.org_id, region])
    assert [child.id for child in children[region]] == [city]
    assert [child.id for child in children[top.org_id]] == [region]


async def test_a_partner_to_be_is_seen_by_its_creator_and_sees_it(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    partner = await created(db, story.actor("brand"), "NEW")
    there = Actor(network_id=story.network_id, org_id=partner, permissions=frozenset())

    assert await seen(db, story.actor("brand"), partner) == {partner}
    assert await seen(db, there, story.orgs["brand"]) == {story.orgs["brand"]}
    assert await seen(db, story.actor("trader_a"), partner) == set()


async def test_a_creator_manages_until_there_are_people(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    partner = await created(db, brand, "NEW")

    async with db.unit_of_work(story.network_id) as conn:
        changed = await update_organization(
            conn,
            actor=brand,
            organization_id=partner,
            change=OrganizationChange(name="新名称", region="CN-44"),
        )
        entries = await list_audit_entries(
            conn, actor=brand, page=PageRequest(1), subject_type="organization"
        )
    assert (changed.name, changed.region, changed.code) == ("新名称", "CN-44", "NEW")
    assert entries.items[0].on_behalf_of_org_id == partner
    assert entries.items[0].before == {"name": "门店 NEW", "region": ""}
    assert entries.items[0].after == {"name": "新名称", "region": "CN-44"}
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await update_organization(
                conn,
                actor=brand,
                organization_id=story.orgs["trader_a"],  # created by the brand, and independent
                change=OrganizationChange(name="x"),
            )
    assert problem_names(refusal) == ["NotFound"]


@pytest.mark.parametrize("organization", ["brand", "retailer_3"])
async def test_nobody_changes_organizations_of_others(
    owner_pool: Pool, db: Database, organization: str
) -> None:
    story = await a_network(owner_pool, db)
    actor, target = story.actor("trader_a"), story.orgs[organization]
    mine = await created(db, actor, "MINE", actor.org_id)

    for attempt in (
        lambda: created(db, actor, "CHILD", target),
        lambda: moved(db, actor, target, actor.org_id),
        lambda: moved(db, actor, mine, target),
    ):
        with pytest.raises(Rejected) as refusal:
            await attempt()
        assert problem_names(refusal) == ["NotFound"]
    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await create_legal_entities(
                conn,
                actor=actor,
                entities=[NewLegalEntity(org_id=target, code="E2", name="二")],
            )
    assert problem_names(refusal) == ["NotFound"]


async def test_a_move_that_would_close_a_circle_is_refused(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    actor = story.actor("brand")
    upper = await created(db, actor, "UPPER", actor.org_id)
    lower = await created(db, actor, "LOWER", upper)

    for parent_id in (upper, lower):
        with pytest.raises(Rejected) as refusal:
            await moved(db, actor, upper, parent_id)
        assert problem_names(refusal) == ["WouldBeItsOwnAncestor"]
    with pytest.raises(Rejected):
        await moved(db, actor, actor.org_id, None)
    assert (await moved(db, actor, lower, actor.org_id)).parent_id == actor.org_id


async def test_two_moves_at_once_close_no_circle(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    actor = story.actor("brand")
    left = await created(db, actor, "LEFT", actor.org_id)
    right = await created(db, actor, "RIGHT", actor.org_id)

    outcomes = await asyncio.gather(
        moved(db, actor, left, right), moved(db, actor, right, left), return_exceptions=True
    )

    assert sorted(isinstance(outcome, Rejected) for outcome in outcomes) == [False, True]


async def test_two_updates_at_once_keep_both(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")

    async def updates(change: OrganizationChange) -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await update_organization(
                conn, actor=brand, organization_id=brand.org_id, change=change
            )

    async with db.unit_of_work(story.network_id) as conn:
        await update_organization(
            conn,
            actor=brand,
            organization_id=brand.org_id,
            change=OrganizationChange(name="新名称"),
        )
        second = asyncio.create_task(updates(OrganizationChange(region="CN-44")))
        _, waiting = await asyncio.wait({second}, timeout=0.2)
        assert waiting
    await second

    async with db.reading(story.network_id) as conn:
        stored = await organizations_by_ids(conn, actor=brand, ids=[brand.org_id])
    assert (stored[brand.org_id].name, stored[brand.org_id].region) == ("新名称", "CN-44")


async def test_all_faults_are_named_and_nothing_is_stored(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    drafts = [
        NewOrganization(kind=OrganizationKind.RETAILER, code="TWICE", name="一"),
        NewOrganization(kind=OrganizationKind.RETAILER, code="TWICE", name="二"),
        NewOrganization(kind=OrganizationKind.RETAILER, code="has blank", name="三"),
        NewOrganization(kind=OrganizationKind.RETAILER, code="OK", name=" "),
    ]

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await create_organizations(conn, actor=story.actor("brand"), organizations=drafts)

    assert {problem.path for problem in refusal.value.problems} == {
        ("organizations", 1, "code"),
        ("organizations", 2, "code"),
        ("organizations", 3, "name"),
    }
    with pytest.raises(Rejected) as taken:
        await created(db, story.actor("brand"), "TRADER_A")
    assert problem_names(taken) == ["AlreadyExists"]
    count = await owner_pool.fetchval(
        "SELECT count(*) FROM organizations.organization WHERE network_id = $1", story.network_id
    )
    assert count == len(story.orgs)


async def test_further_entities_keep_their_own_codes(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    actor = story.actor("brand")
    drafts = [
        NewLegalEntity(org_id=actor.org_id, code="E2", name="二号"),
        NewLegalEntity(org_id=actor.org_id, code="E3", name="三号", name_en="Three"),
    ]

    async with db.unit_of_work(story.network_id) as conn:
        ids = await create_legal_entities(conn, actor=actor, entities=drafts)
        stored = await legal_entities_of(conn, actor=actor, ids=[actor.org_id])

    assert [(entity.id, entity.name_en) for entity in stored[actor.org_id]][1:] == [
        (ids[0], "二号"),
        (ids[1], "Three"),
    ]
    with pytest.raises(Rejected, match="E3 exists already"):
        async with db.unit_of_work(story.network_id) as conn:
            await create_legal_entities(conn, actor=actor, entities=drafts[1:])


async def test_without_the_permission_nothing_is_told_or_done(
    owner_pool: Pool, db: Database
) -> None:
    story: Story = await a_network(owner_pool, db)
    reader = story.actor("brand", Permission.ORGANIZATION_READ)
    visitor = story.visitor("brand")

    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await list_organizations(conn, actor=visitor, page=PageRequest())
        with pytest.raises(Forbidden):
            await create_organizations(conn, actor=reader, organizations=[])
        with pytest.raises(Forbidden):
            await create_legal_entities(conn, actor=reader, entities=[])
        with pytest.raises(Forbidden):
            await move_organization(conn, actor=reader, organization_id=1, parent_id=None)
        with pytest.raises(Forbidden):
            await update_organization(
                conn, actor=reader, organization_id=1, change=OrganizationChange()
            )
