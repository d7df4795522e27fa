"""Edges and their terms, against a real PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import Story, a_network
from tests.integration.organizations.test_organizations import created, problem_names
from tradeline.kernel import (
    Database,
    Forbidden,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    list_audit_entries,
    system_actor,
)
from tradeline.organizations import (
    NewLegalEntity,
    NewRelationship,
    PriceStrategy,
    Relationship,
    RelationshipState,
    Side,
    TermsChange,
    accept_relationship,
    change_terms,
    create_legal_entities,
    create_relationships,
    end_relationship,
    list_relationships,
    load_relationships,
    relationships_by_ids,
    release_organizations,
    resume_relationship,
    suspend_relationship,
)

EDGE = ("trader_a", "retailer_1")


async def changed(db: Database, story: Story, name: str, **terms: Any) -> Relationship:
    change = TermsChange(relationship_id=story.edge(*EDGE), **terms)
    async with db.unit_of_work(story.network_id) as conn:
        [edge] = await change_terms(conn, actor=story.actor(name), changes=[change])
    return edge


async def state_of(db: Database, story: Story) -> RelationshipState:
    edge_id = story.edge(*EDGE)
    async with db.reading(story.network_id) as conn:
        edges = await load_relationships(conn, network_id=story.network_id, ids=[edge_id])
    return edges[edge_id].state


async def trades(owner_pool: Pool, edge_id: int) -> bool:
    found: bool = await owner_pool.fetchval(
        "SELECT EXISTS (SELECT FROM organizations.trading_relationship WHERE id = $1)", edge_id
    )
    return found


async def test_an_edge_begins_today_with_the_first_entities_in_the_networks_currency(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)

    async with db.reading(story.network_id) as conn:
        found = await relationships_by_ids(
            conn, actor=story.actor("retailer_1"), ids=list(story.relationships.values())
        )

    [edge] = found.values()
    assert edge.id == story.edge(*EDGE)
    assert (edge.seller_entity_id, edge.buyer_entity_id) == (
        story.entities["trader_a"],
        story.entities["retailer_1"],
    )
    assert (edge.currency, edge.state, edge.valid_to) == ("CNY", RelationshipState.ACTIVE, None)
    assert await trades(owner_pool, edge.id)


async def test_each_side_lists_its_own_edges(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    actor = story.actor("trader_a")

    async def listed(side: Side | None, size: int = 20) -> list[int]:
        page = PageRequest(size)
        async with db.reading(story.network_id) as conn:
            result = await list_relationships(conn, actor=actor, page=page, side=side)
        return [edge.id for edge in result.items]

    bought = [story.edge("brand", "trader_a")]
    sold = [story.edge("trader_a", "retailer_1"), story.edge("trader_a", "retailer_2")]
    assert await listed(Side.BUYER) == bought
    assert await listed(Side.SELLER) == sold
    assert await listed(None) == sorted(bought + sold)
    async with db.reading(story.network_id) as conn:
        after = PageRequest(1, (bought[0],))
        second = await list_relationships(conn, actor=actor, page=after)
        suspended = await list_relationships(
            conn, actor=actor, page=PageRequest(), state=RelationshipState.SUSPENDED
        )
    assert [edge.id for edge in second.items] == sold[:1]
    assert second.has_next
    assert suspended.items == ()


async def proposed(db: Database, story: Story, **terms: Any) -> int:
    """An edge of EDGE's ends in another currency, whose buyer has people of its own."""
    draft = NewRelationship(buyer_org_id=story.orgs[EDGE[1]], currency="USD", **terms)
    async with db.unit_of_work(story.network_id) as conn:
        [edge_id] = await create_relationships(
            conn, actor=story.actor(EDGE[0]), relationships=[draft]
        )
    return edge_id


async def test_an_edge_trades_when_its_buyer_has_accepted_it(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    edge_id = await proposed(db, story)
    seller, buyer = story.actor(EDGE[0]), story.actor(EDGE[1])

    async with db.reading(story.network_id) as conn:
        seen = await relationships_by_ids(conn, actor=buyer, ids=[edge_id])
    assert (seen[edge_id].state, seen[edge_id].accepted_at) == (RelationshipState.PROPOSED, None)
    assert not await trades(owner_pool, edge_id)
    for use_case in (suspend_relationship, resume_relationship):
        with pytest.raises(Rejected, match="relationship is proposed"):
            async with db.unit_of_work(story.network_id) as conn:
                await use_case(conn, actor=seller, relationship_id=edge_id)
    async with db.unit_of_work(story.network_id) as conn:
        edge = await accept_relationship(conn, actor=buyer, relationship_id=edge_id)

    assert edge.state is RelationshipState.ACTIVE
    assert edge.accepted_at is not None
    assert await trades(owner_pool, edge_id)
    with pytest.raises(Rejected, match="relationship is active"):
        async with db.unit_of_work(story.network_id) as conn:
            await accept_relationship(conn, actor=buyer, relationship_id=edge_id)
    async with db.reading(story.network_id) as conn:
        entries = await list_audit_entries(
            conn, actor=buyer, page=PageRequest(1), subject_id=edge_id
        )
    [entry] = entries.items
    assert (entry.action, entry.before, entry.after) == (
        "relationship.accept",
        {"state": "proposed"},
        {"state": "active", "terms_hash": edge.terms_hash},
    )
    assert "relationship.accepted" in {
        row["topic"]
        for row in await owner_pool.fetch(
            "SELECT topic FROM kernel.outbox_event WHERE network_id = $1", story.network_id
        )
    }


async def test_nobody_but_the_buyer_accepts(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    edge_id = await proposed(db, story)

    for stranger in (story.actor(EDGE[0]), story.actor("retailer_3"), other.actor(EDGE[1])):
        with pytest.raises(Rejected) as refusal:
            async with db.unit_of_work(stranger.network_id) as conn:
                await accept_relationship(conn, actor=stranger, relationship_id=edge_id)
        assert problem_names(refusal) == ["NotFound"]
    reader = story.actor(EDGE[1], Permission.RELATIONSHIP_READ)
    with pytest.raises(Forbidden):
        async with db.unit_of_work(story.network_id) as conn:
            await accept_relationship(conn, actor=reader, relationship_id=edge_id)
    assert not await trades(owner_pool, edge_id)


async def test_a_proposal_is_declined_or_taken_back_for_good(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)

    for name in EDGE:
        edge_id = await proposed(db, story)
        async with db.unit_of_work(story.network_id) as conn:
            edge = await end_relationship(conn, actor=story.actor(name), relationship_id=edge_id)
        assert (edge.state, edge.accepted_at) == (RelationshipState.ENDED, None)
        with pytest.raises(Rejected, match="relationship is ended"):
            async with db.unit_of_work(story.network_id) as conn:
                await accept_relationship(conn, actor=story.actor(EDGE[1]), relationship_id=edge_id)


async def test_whoever_manages_the_buyer_speaks_for_it(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    seller = story.actor("trader_a")
    partner = await created(db, seller, "PARTNER")
    branch = await created(db, seller, "BRANCH", seller.org_id)

    async with db.unit_of_work(story.network_id) as conn:
        ids = await create_relationships(
            conn,
            actor=seller,
            relationships=[NewRelationship(buyer_org_id=id) for id in (partner, branch)],
        )
        changes = [TermsChange(relationship_id=id, requires_receipt=False) for id in ids]
        edges = await change_terms(conn, actor=seller, changes=changes)
        await release_organizations(conn, network_id=story.network_id, ids=[partner])
        later = NewRelationship(buyer_org_id=partner, currency="USD")
        [later_id] = await create_relationships(conn, actor=seller, relationships=[later])

    assert [edge.state for edge in edges] == [RelationshipState.ACTIVE] * 2
    assert [await trades(owner_pool, id) for id in (*ids, later_id)] == [True, True, False]


async def test_a_seller_takes_no_receipt_away_that_its_buyer_has_accepted(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    async with db.unit_of_work(story.network_id) as conn:
        change = TermsChange(relationship_id=await proposed(db, story), requires_receipt=False)
        [edge] = await change_terms(conn, actor=story.actor(EDGE[0]), changes=[change])
    assert not edge.requires_receipt, "while it is proposed the seller may say so"

    with pytest.raises(Rejected) as refusal:
        await changed(db, story, EDGE[0], requires_receipt=False)
    assert problem_names(refusal) == ["TermOfTheOtherSide"]
    assert not (await changed(db, story, EDGE[1], requires_receipt=False)).requires_receipt
    assert (await changed(db, story, EDGE[0], requires_receipt=True)).requires_receipt


async def test_a_stranger_finds_no_edge_and_changes_none(owner_pool: Pool, db: Database) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    edge_id = story.edge(*EDGE)

    for stranger in (story.actor("retailer_3"), story.actor("brand"), other.actor("trader_a")):
        async with db.reading(stranger.network_id) as conn:
            assert await relationships_by_ids(conn, actor=stranger, ids=[edge_id]) == {}
        for use_case in (
            accept_relationship,
            suspend_relationship,
            resume_relationship,
            end_relationship,
        ):
            with pytest.raises(Rejected) as refusal:
                async with db.unit_of_work(stranger.network_id) as conn:
                    await use_case(conn, actor=stranger, relationship_id=edge_id)
            assert problem_names(refusal) == ["NotFound"]
        change = TermsChange(relationship_id=edge_id, payment_terms_days=1)
        with pytest.raises(Rejected) as refusal:
            async with db.unit_of_work(stranger.network_id) as conn:
                await change_terms(conn, actor=stranger, changes=[change])
        assert problem_names(refusal) == ["NotFound"]
    assert await state_of(db, story) is RelationshipState.ACTIVE


async def test_the_seller_suspends_resumes_and_ends(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    edge_id, seller = story.edge(*EDGE), story.actor("trader_a")

    async def does(use_case: Any, reason: str = "") -> RelationshipState:
        async with db.unit_of_work(story.network_id) as conn:
            edge = await use_case(conn, actor=seller, relationship_id=edge_id, reason=reason)
        assert isinstance(edge, Relationship)
        return edge.state

    assert await does(suspend_relationship, "unpaid") is RelationshipState.SUSPENDED
    assert not await trades(owner_pool, edge_id), "a suspended edge offers nothing at once"
    with pytest.raises(Rejected, match="suspended"):
        await does(suspend_relationship)
    assert await does(resume_relationship) is RelationshipState.ACTIVE
    assert await does(end_relationship) is RelationshipState.ENDED
    for use_case in (suspend_relationship, resume_relationship, end_relationship):
        with pytest.raises(Rejected, match="ended"):
            await does(use_case)
    async with db.reading(story.network_id) as conn:
        entries = await list_audit_entries(
            conn,
            actor=seller,
            page=PageRequest(),
            subject_type="relationship",
            subject_id=edge_id,
        )
    assert [(entry.action, entry.before, entry.after) for entry in entries.items[:3]] == [
        ("relationship.end", {"state": "active"}, {"state": "ended"}),
        ("relationship.resume", {"state": "suspended"}, {"state": "active"}),
        (
            "relationship.suspend",
            {"state": "active"},
            {"state": "suspended", "reason": "unpaid"},
        ),
    ]
    topics = await owner_pool.fetch(
        "SELECT topic FROM kernel.outbox_event WHERE network_id = $1 AND key = $2 ORDER BY id",
        story.network_id,
        f"relationship:{edge_id}",
    )
    assert [row["topic"] for row in topics] == [
        "relationship.created",
        "relationship.suspended",
        "relationship.resumed",
        "relationship.ended",
    ]


async def test_the_buyer_may_end_an_edge_and_no_more(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    edge_id, buyer = story.edge(*EDGE), story.actor("retailer_1")

    with pytest.raises(Rejected) as refusal:
        async with db.unit_of_work(story.network_id) as conn:
            await suspend_relationship(conn, actor=buyer, relationship_id=edge_id)
    assert problem_names(refusal) == ["NotFound"]
    async with db.unit_of_work(story.network_id) as conn:
        await end_relationship(conn, actor=buyer, relationship_id=edge_id)
    assert await state_of(db, story) is RelationshipState.ENDED


async def test_terms_change_with_before_and_after(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    edge = await changed(
        db,
        story,
        "trader_a",
        payment_terms_days=60,
        territory=("CN-31", "CN-32"),
        price_strategy=PriceStrategy.LOWEST,
        valid_to=date(2099, 1, 1),
    )

    assert edge.territory == ("CN-31", "CN-32")
    async with db.reading(story.network_id) as conn:
        stored = await load_relationships(conn, network_id=story.network_id, ids=[edge.id])
        entries = await list_audit_entries(
            conn, actor=story.actor("trader_a"), page=PageRequest(1), subject_id=edge.id
        )
    assert stored[edge.id] == edge
    assert entries.items[0].before == {
        "payment_terms_days": 30,
        "territory": [],
        "price_strategy": "priority",
        "valid_to": None,
    }
    assert entries.items[0].after == {
        "payment_terms_days": 60,
        "territory": ["CN-31", "CN-32"],
        "price_strategy": "lowest",
        "valid_to": "2099-01-01",
    }
    assert (await changed(db, story, "trader_a", valid_to=None)).valid_to is None


async def test_each_side_changes_its_own_terms(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    with pytest.raises(Rejected) as refusal:
        await changed(db, story, "trader_a", shares_sell_out=True)
    assert problem_names(refusal) == ["TermOfTheOtherSide"]
    with pytest.raises(Rejected) as refusal:
        await changed(db, story, "retailer_1", payment_terms_days=90, order_minimum_minor=0)
    assert problem_names(refusal) == ["TermOfTheOtherSide"] * 2
    assert (await changed(db, story, "retailer_1", shares_sell_out=True)).shares_sell_out


async def test_terms_that_make_no_sense_are_all_named(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    with pytest.raises(Rejected) as refusal:
        await changed(
            db,
            story,
            "trader_a",
            payment_terms_days=-1,
            rebate_basis_points=10_001,
            valid_from=date(2030, 1, 2),
            valid_to=date(2030, 1, 1),
        )

    assert {problem.path[-1] for problem in refusal.value.problems} == {
        "paymentTermsDays",
        "rebateBasisPoints",
        "validTo",
    }


async def test_an_edge_trades_on_its_days_only(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    today: date = await owner_pool.fetchval("SELECT current_date")
    day = timedelta(days=1)

    for valid_from, valid_to, expected in (
        (today, today, True),
        (today + day, None, False),
        (today - 2 * day, today - day, False),
    ):
        await changed(db, story, "trader_a", valid_from=valid_from, valid_to=valid_to)
        assert await trades(owner_pool, story.edge(*EDGE)) is expected


async def test_one_sells_to_whom_one_knows(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    seller = story.actor("trader_a")
    known = await created(db, seller, "PARTNER")

    async def sells(**draft: Any) -> int:
        async with db.unit_of_work(story.network_id) as conn:
            [edge_id] = await create_relationships(
                conn, actor=seller, relationships=[NewRelationship(**draft)]
            )
        return edge_id

    edge_id = await sells(buyer_org_id=known, payment_terms_days=7)
    for unknown in (story.orgs["retailer_3"], 0):
        with pytest.raises(Rejected) as refusal:
            await sells(buyer_org_id=unknown)
        assert problem_names(refusal) == ["NotFound"]
    with pytest.raises(Rejected) as refusal:
        await sells(buyer_org_id=known, buyer_entity_id=story.entities["retailer_1"])
    assert problem_names(refusal) == ["NotFound"]
    with pytest.raises(Rejected) as refusal:
        await sells(buyer_org_id=seller.org_id, currency="XXX")
    assert problem_names(refusal) == ["InvalidValue"] * 2
    with pytest.raises(Rejected) as refusal:
        await sells(buyer_org_id=known)
    assert problem_names(refusal) == ["EdgeExists"]
    assert await sells(buyer_org_id=known, currency="USD") > edge_id
    async with db.unit_of_work(story.network_id) as conn:
        await end_relationship(conn, actor=seller, relationship_id=edge_id)
    assert await sells(buyer_org_id=known) > edge_id, "an ended edge makes room for another"


async def test_two_entities_of_one_buyer_are_two_edges(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    buyer = story.actor("retailer_1")

    async with db.unit_of_work(story.network_id) as conn:
        [entity_id] = await create_legal_entities(
            conn,
            actor=buyer,
            entities=[NewLegalEntity(org_id=buyer.org_id, code="E2", name="二")],
        )
        draft = NewRelationship(buyer_org_id=buyer.org_id, buyer_entity_id=entity_id)
        [edge_id] = await create_relationships(
            conn, actor=story.actor("trader_a"), relationships=[draft]
        )

    assert edge_id not in story.relationships.values()


async def test_only_the_system_joins_those_who_do_not_know_each_other(
    owner_pool: Pool, db: Database
) -> None:
    story, other = await a_network(owner_pool, db), await a_network(owner_pool, db)
    system = system_actor(story.network_id, story.orgs["trader_b"])

    async with db.unit_of_work(story.network_id) as conn:
        draft = NewRelationship(buyer_org_id=story.orgs["retailer_1"])
        assert await create_relationships(conn, actor=system, relationships=[draft])
    draft = NewRelationship(buyer_org_id=other.orgs["retailer_1"])
    with pytest.raises(Rejected):
        async with db.unit_of_work(story.network_id) as conn:
            await create_relationships(conn, actor=system, relationships=[draft])


async def test_without_the_permission_nothing_is_told_or_done(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    reader, edge_id = story.actor("trader_a", Permission.RELATIONSHIP_READ), story.edge(*EDGE)
    visitor = story.visitor("trader_a")

    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await relationships_by_ids(conn, actor=visitor, ids=[edge_id])
        with pytest.raises(Forbidden):
            await list_relationships(conn, actor=visitor, page=PageRequest())
        for use_case in (suspend_relationship, resume_relationship, end_relationship):
            with pytest.raises(Forbidden):
                await use_case(conn, actor=reader, relationship_id=edge_id)
        with pytest.raises(Forbidden):
            await change_terms(conn, actor=reader, changes=[])
        with pytest.raises(Forbidden):
            await create_relationships(conn, actor=reader, relationships=[])
    assert await state_of(db, story) is RelationshipState.ACTIVE
