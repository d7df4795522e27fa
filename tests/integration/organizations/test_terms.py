"""What a buyer has read when it accepts, and edges and organizations that are searched for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories import Story, a_network
from tests.integration.organizations.test_organizations import problem_names
from tests.integration.organizations.test_relationships import EDGE, proposed, trades
from tradeline.kernel import Database, PageRequest, Pool, Rejected, list_audit_entries
from tradeline.organizations import (
    Relationship,
    RelationshipState,
    Side,
    TermsChange,
    accept_relationship,
    change_terms,
    list_organizations,
    list_relationships,
    relationships_by_ids,
)


async def edge_of(db: Database, story: Story, id: int) -> Relationship:
    async with db.reading(story.network_id) as conn:
        found = await relationships_by_ids(conn, actor=story.actor(EDGE[1]), ids=[id])
    return found[id]


async def accept(db: Database, story: Story, id: int, terms_hash: str | None) -> Relationship:
    async with db.unit_of_work(story.network_id) as conn:
        return await accept_relationship(
            conn, actor=story.actor(EDGE[1]), relationship_id=id, terms_hash=terms_hash
        )


async def test_terms_that_were_not_read_are_not_accepted(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    id = await proposed(db, story)
    read = await edge_of(db, story, id)
    async with db.unit_of_work(story.network_id) as conn:
        change = TermsChange(relationship_id=id, payment_terms_days=1)
        await change_terms(conn, actor=story.actor(EDGE[0]), changes=[change])
    before = await edge_of(db, story, id)

    with pytest.raises(Rejected) as refusal:
        await accept(db, story, id, read.terms_hash)

    assert problem_names(refusal) == ["TermsChanged"]
    assert await edge_of(db, story, id) == before
    assert not await trades(owner_pool, id)
    accepted = await accept(db, story, id, before.terms_hash)
    assert accepted.state is RelationshipState.ACTIVE
    async with db.reading(story.network_id) as conn:
        [entry] = (
            await list_audit_entries(
                conn, actor=story.actor(EDGE[1]), page=PageRequest(1), subject_id=id
            )
        ).items
    assert entry.after == {"state": "active", "terms_hash": before.terms_hash}


async def test_who_does_not_say_what_was_read_accepts_what_there_is(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    id = await proposed(db, story)

    assert (await accept(db, story, id, None)).state is RelationshipState.ACTIVE


async def test_any_term_makes_another_hash_and_nothing_else_does(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    edge = await edge_of(db, story, story.edge(*EDGE))
    others = [
        replace(edge, currency="USD"),
        replace(edge, payment_terms_days=31),
        replace(edge, order_minimum_minor=1),
        replace(edge, requires_receipt=False),
        replace(edge, territory=("CN-31",)),
        replace(edge, territory=("CN-11",)),
        replace(edge, valid_to=edge.valid_from),
        replace(edge, seller_entity_id=edge.buyer_entity_id),
    ]

    assert len({edge.terms_hash, *(other.terms_hash for other in others)}) == 1 + len(others)
    alike = replace(edge, state=RelationshipState.PROPOSED, accepted_at=None)
    assert alike.terms_hash == edge.terms_hash


async def test_edges_and_organizations_are_found_by_a_part_of_what_the_other_is_called(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)

    async def edges(search: str, name: str = "trader_a", side: Side | None = None) -> list[int]:
        async with db.reading(story.network_id) as conn:
            page = await list_relationships(
                conn, actor=story.actor(name), page=PageRequest(), side=side, search=search
            )
        return [edge.id for edge in page.items]

    async def organizations(search: str, name: str = "trader_a") -> list[str]:
        async with db.reading(story.network_id) as conn:
            page = await list_organizations(
                conn, actor=story.actor(name), page=PageRequest(), search=search
            )
        return [organization.code for organization in page.items]

    first, second = story.edge("trader_a", "retailer_1"), story.edge("trader_a", "retailer_2")
    assert await edges("RETAILER_") == [first, second]
    assert await edges(" retailer_2 ") == [second]
    assert await edges("测试 brand") == [story.edge("brand", "trader_a")]
    assert await edges("brand", side=Side.SELLER) == []
    assert await edges("trader_a") == [], "oneself is not the other side"
    assert await edges("%") == []
    assert await edges("retailer_1", "trader_b") == []
    assert await organizations("retailer_") == ["RETAILER_1", "RETAILER_2"]
    assert await organizations("测试 br") == ["BRAND"]
    assert await organizations("supplier") == [], "who is not known is not found"
    with pytest.raises(Rejected):
        await organizations("x" * 101)
