"""Coupons for tests: of a brand, a trader and a retailer, 60/30/10 unless a test says otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.factories import Story
from tradeline.kernel import Database, Money, Shopper
from tradeline.marketing import (
    Campaign,
    NewCampaign,
    NewShare,
    agree_campaign,
    campaigns_by_ids,
    claim_coupon,
    create_campaign,
)

SHARES = {"brand": 6_000, "trader_a": 3_000, "retailer_1": 1_000}


def a_proposal(story: Story, store_ids: Sequence[int], **borne: int) -> NewCampaign:
    """20.01 off goods of 100.00, ten of them and two for each member, borne as said by name."""
    now = datetime.now(UTC)
    return NewCampaign(
        code=f"C-{uuid4().hex[:8]}",
        name="春茶券",
        name_en="Spring tea",
        value=Money(2_001, "CNY"),
        threshold=Money(10_000, "CNY"),
        valid_from=now - timedelta(hours=1),
        valid_to=now + timedelta(days=7),
        quantity_max=10,
        per_member_max=2,
        store_ids=tuple(store_ids),
        shares=tuple(NewShare(story.orgs[name], part) for name, part in (borne or SHARES).items()),
    )


async def agree_all(db: Database, story: Story, campaign_id: int, *names: str) -> None:
    """All of these agree, at the same time."""

    async def agree(name: str) -> None:
        async with db.unit_of_work(story.network_id) as conn:
            await agree_campaign(conn, actor=story.actor(name), campaign_id=campaign_id)

    await asyncio.gather(*map(agree, names))


async def a_campaign(
    db: Database,
    story: Story,
    store_ids: Sequence[int],
    *,
    quantity_max: int = 10,
    per_member_max: int = 2,
    **borne: int,
) -> int:
    """Proposed by the first of those who bear it, and agreed to by all."""
    proposer, *others = borne or SHARES
    proposal = replace(
        a_proposal(story, store_ids, **borne),
        quantity_max=quantity_max,
        per_member_max=per_member_max,
    )
    async with db.unit_of_work(story.network_id) as conn:
        id = await create_campaign(conn, actor=story.actor(proposer), campaign=proposal)
    await agree_all(db, story, id, *others)
    return id


async def campaign_of(db: Database, story: Story, name: str, id: int) -> Campaign:
    """As organization `name` sees it."""
    async with db.reading(story.network_id) as conn:
        return (await campaigns_by_ids(conn, actor=story.actor(name), ids=[id]))[id]


async def a_coupon(db: Database, shopper: Shopper, campaign_id: int) -> int:
    async with db.unit_of_work(shopper.network_id) as conn:
        return await claim_coupon(conn, shopper=shopper, campaign_id=campaign_id)


def shares(campaign: Campaign) -> dict[int, int]:
    return {share.org_id: share.basis_points for share in campaign.shares}
