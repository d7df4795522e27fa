"""Campaigns: proposed by one party, and good when all who bear a part have agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import Story, a_network
from tests.factories_channels import a_draft, a_store
from tests.factories_marketing import a_campaign, a_proposal, agree_all, campaign_of, shares
from tradeline.kernel import (
    AlreadyExists,
    Database,
    Forbidden,
    NotFound,
    PageRequest,
    Permission,
    Pool,
    Rejected,
    WrongState,
)
from tradeline.marketing import (
    CampaignState,
    NewCampaign,
    NotOfRoute,
    SharesNotWhole,
    agree_campaign,
    campaigns_by_ids,
    create_campaign,
    end_campaign,
    list_campaigns,
)


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_network(owner_pool, db)


async def create(db: Database, story: Story, by: str, campaign: NewCampaign) -> int:
    async with db.unit_of_work(story.network_id) as conn:
        return await create_campaign(conn, actor=story.actor(by), campaign=campaign)


async def agree(db: Database, story: Story, by: str, campaign_id: int) -> None:
    async with db.unit_of_work(story.network_id) as conn:
        await agree_campaign(conn, actor=story.actor(by), campaign_id=campaign_id)


async def end(db: Database, story: Story, by: str, campaign_id: int) -> None:
    async with db.unit_of_work(story.network_id) as conn:
        await end_campaign(conn, actor=story.actor(by), campaign_id=campaign_id)


async def counted(owner_pool: Pool, story: Story) -> int:
    count: int = await owner_pool.fetchval(
        "SELECT count(*) FROM marketing.campaign WHERE network_id = $1", story.network_id
    )
    return count


async def refused(awaited: Any) -> list[type]:
    with pytest.raises(Rejected) as caught:
        await awaited
    return [type(problem) for problem in caught.value.problems]


async def test_a_campaign_waits_for_the_last_of_those_who_bear_it(
    db: Database, story: Story
) -> None:
    store = await a_store(db, story)
    id = await create(db, story, "brand", a_proposal(story, [store]))

    assert (await campaign_of(db, story, "brand", id)).state is CampaignState.DRAFT
    await agree(db, story, "trader_a", id)
    half = await campaign_of(db, story, "brand", id)
    assert half.state is CampaignState.DRAFT
    await agree(db, story, "retailer_1", id)

    done = await campaign_of(db, story, "brand", id)
    assert done.state is CampaignState.AGREED
    assert all(share.agreed_at is not None for share in done.shares)
    assert {share.org_id for share in half.shares if share.agreed_at is None} == {
        story.orgs["retailer_1"]
    }


async def test_who_bears_all_of_it_alone_has_agreed_by_proposing_it(
    db: Database, story: Story
) -> None:
    store = await a_store(db, story)
    id = await create(db, story, "trader_a", a_proposal(story, [store], trader_a=10_000))

    assert (await campaign_of(db, story, "trader_a", id)).state is CampaignState.AGREED


async def test_nobody_agrees_for_another_nor_twice(db: Database, story: Story) -> None:
    store = await a_store(db, story)
    id = await create(db, story, "brand", a_proposal(story, [store], brand=6_000, trader_a=4_000))

    for stranger in ("retailer_1", "trader_b", "supplier"):
        assert await refused(agree(db, story, stranger, id)) == [NotFound]
    assert await refused(agree(db, story, "brand", id)) == [WrongState]
    keeper = story.actor("trader_a", Permission.STORE_MANAGE)
    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await agree_campaign(conn, actor=keeper, campaign_id=id)

    campaign = await campaign_of(db, story, "brand", id)
    assert campaign.state is CampaignState.DRAFT
    assert {it.org_id for it in campaign.shares if it.agreed_at} == {story.orgs["brand"]}


async def test_only_who_supplies_all_of_the_stores_bears_a_part(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    through_a = await a_store(db, story)
    own = await a_store(db, story, a_draft(story, route=()))
    both = a_proposal(story, [through_a, own], retailer_1=5_000, trader_a=5_000)
    foreign = a_proposal(story, [through_a], brand=5_000, trader_b=5_000)

    assert await refused(create(db, story, "retailer_1", both)) == [NotOfRoute]
    assert await refused(create(db, story, "brand", foreign)) == [NotFound]
    assert await refused(create(db, story, "trader_b", a_proposal(story, [own]))) == [
        NotFound,  # the store
        NotFound,  # and so all of its parties
        NotFound,
        NotFound,
    ]
    less = a_proposal(story, [through_a], brand=5_000)
    assert await refused(create(db, story, "brand", less)) == [SharesNotWhole]
    assert await counted(owner_pool, story) == 0


async def test_a_code_is_used_once_and_a_permission_is_needed(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    store = await a_store(db, story)
    proposal = a_proposal(story, [store])
    await create(db, story, "brand", proposal)

    assert await refused(create(db, story, "brand", proposal)) == [AlreadyExists]
    another = replace(proposal, code="X")
    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Forbidden):
            await create_campaign(conn, actor=story.visitor("brand"), campaign=another)
    assert await counted(owner_pool, story) == 1


async def test_who_bears_a_part_may_end_it_and_nobody_else(db: Database, story: Story) -> None:
    store = await a_store(db, story)
    id = await a_campaign(db, story, [store], brand=6_000, trader_a=4_000)

    for stranger in ("retailer_1", "trader_b"):
        assert await refused(end(db, story, stranger, id)) == [NotFound]
    await end(db, story, "trader_a", id)

    assert (await campaign_of(db, story, "brand", id)).state is CampaignState.ENDED
    assert await refused(end(db, story, "brand", id)) == [WrongState]
    assert await refused(agree(db, story, "trader_a", id)) == [WrongState]


async def test_a_store_sees_a_campaign_in_it_without_what_others_bear(
    db: Database, story: Story
) -> None:
    store = await a_store(db, story)
    id = await a_campaign(db, story, [store], brand=6_000, trader_a=4_000)

    async with db.reading(story.network_id) as conn:
        seen = {
            name: await campaigns_by_ids(conn, actor=story.actor(name), ids=[id])
            for name in ("brand", "trader_a", "retailer_1", "trader_b", "retailer_2", "supplier")
        }
        pages = {
            name: await list_campaigns(conn, actor=story.actor(name), page=PageRequest())
            for name in seen
        }

    assert {name for name, found in seen.items() if found} == {"brand", "trader_a", "retailer_1"}
    assert {name for name, page in pages.items() if page.items} == {
        "brand",
        "trader_a",
        "retailer_1",
    }
    assert shares(seen["trader_a"][id]) == {
        story.orgs["brand"]: 6_000,
        story.orgs["trader_a"]: 4_000,
    }
    assert seen["retailer_1"][id].shares == ()
    assert pages["retailer_1"].items[0].shares == ()


async def test_campaigns_of_another_network_are_not_there(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    store = await a_store(db, story)
    id = await a_campaign(db, story, [store])
    elsewhere = await a_network(owner_pool, db)

    assert await refused(agree(db, elsewhere, "brand", id)) == [NotFound]
    async with db.reading(elsewhere.network_id) as conn:
        assert await campaigns_by_ids(conn, actor=elsewhere.actor("brand"), ids=[id]) == {}


async def test_lists_come_in_pages_the_youngest_first(db: Database, story: Story) -> None:
    store = await a_store(db, story)
    made = [await a_campaign(db, story, [store]) for _ in range(3)]

    async with db.reading(story.network_id) as conn:
        actor = story.actor("brand")
        first = await list_campaigns(conn, actor=actor, page=PageRequest(size=2))
        after = (first.items[-1].id,)
        rest = await list_campaigns(conn, actor=actor, page=PageRequest(size=2, after=after))

    assert [it.id for it in first.items] == made[:0:-1]
    assert first.has_next
    assert [it.id for it in rest.items] == made[:1]


async def test_parties_agree_at_once_and_the_campaign_is_agreed(db: Database, story: Story) -> None:
    store = await a_store(db, story)
    now = datetime.now(UTC)
    proposal = replace(a_proposal(story, [store]), valid_to=now + timedelta(days=1))
    id = await create(db, story, "brand", proposal)

    await agree_all(db, story, id, "trader_a", "retailer_1")

    assert (await campaign_of(db, story, "brand", id)).state is CampaignState.AGREED
