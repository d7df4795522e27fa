"""Campaigns: made by one party, and good when all who bear a part have agreed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from tradeline.channels import stores_by_ids
from tradeline.kernel import (
    Actor,
    AlreadyExists,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    WrongState,
    listing,
    make_page,
    raise_any,
    record_and_publish,
    refuse,
)
from tradeline.marketing.model import Campaign, CampaignState, NewCampaign
from tradeline.marketing.queries import campaigns as queries
from tradeline.marketing.queries.coupons import get_time
from tradeline.marketing.rules import judge_campaign, judge_parties


async def create_campaign(conn: Connection, *, actor: Actor, campaign: NewCampaign) -> int:
    """Propose a campaign for stores that the actor's organization owns or supplies; its id.

    Whoever proposes it agrees to its own share. It issues coupons when all the others have, too.

    Raises:
        Forbidden: without `coupon:manage`.
        Rejected: InvalidValue, SharesNotWhole; NotFound for a store of whose route the actor is no
            part, or an organization that is on none; NotOfRoute; AlreadyExists for a code.
    """
    actor.require(Permission.COUPON_MANAGE)
    raise_any(judge_campaign(campaign, await get_time(conn)))
    stores = await stores_by_ids(conn, network_id=actor.network_id, ids=campaign.store_ids)
    raise_any(judge_parties(campaign, actor.org_id, stores))
    is_agreed = all(share.org_id == actor.org_id for share in campaign.shares)
    state = CampaignState.AGREED if is_agreed else CampaignState.DRAFT
    id = await queries.insert_campaign(conn, actor, campaign, state)
    if id is None:
        raise refuse(AlreadyExists(path=("code",), subject="campaign", code=campaign.code))
    change = Change(
        action="campaign.create",
        subject_type="campaign",
        subject_id=id,
        after=_told(campaign),
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="campaign.created")
    return id


async def agree_campaign(conn: Connection, *, actor: Actor, campaign_id: int) -> int:
    """Agree to what the actor's organization is to bear, and to no other's; the campaign's id.

    With the last one's word it issues coupons. Locks the campaign.

    Raises:
        Forbidden: without `coupon:manage`.
        Rejected: NotFound where the organization bears no part; WrongState when it has agreed, or
            the campaign has ended.
    """
    actor.require(Permission.COUPON_MANAGE)
    campaign = await queries.lock_campaign(conn, actor, campaign_id)
    mine = [it for it in campaign.shares if it.org_id == actor.org_id] if campaign else []
    if campaign is None or not mine:
        raise refuse(NotFound(path=("campaignId",), subject="campaign"))
    if campaign.state is not CampaignState.DRAFT or mine[0].agreed_at is not None:
        # Whoever has agreed waits for the others.
        state = campaign.state if mine[0].agreed_at is None else CampaignState.AGREED
        raise refuse(WrongState(path=("campaignId",), subject="campaign", state=state.value))
    await queries.agree(conn, actor, campaign.id)
    others = [it for it in campaign.shares if it.org_id != actor.org_id]
    after = CampaignState.DRAFT
    if all(share.agreed_at is not None for share in others):
        after = CampaignState.AGREED
        await queries.set_state(conn, actor, campaign.id, after)
    change = Change(
        action="campaign.agree",
        subject_type="campaign",
        subject_id=campaign.id,
        before={"state": campaign.state.value},
        after={"state": after.value, "basis_points": mine[0].basis_points},
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="campaign.agreed")
    return campaign.id


async def end_campaign(conn: Connection, *, actor: Actor, campaign_id: int) -> int:
    """Issue no more coupons; those that members have stay good until their last day. The campaign's
    id. Its maker may, and whoever bears a part. Locks the campaign.

    Raises:
        Forbidden: without `coupon:manage`.
        Rejected: NotFound where the organization is neither; WrongState when it has ended.
    """
    actor.require(Permission.COUPON_MANAGE)
    campaign = await queries.lock_campaign(conn, actor, campaign_id)
    parties = {campaign.org_id, *(it.org_id for it in campaign.shares)} if campaign else set()
    if campaign is None or actor.org_id not in parties:
        raise refuse(NotFound(path=("campaignId",), subject="campaign"))
    if campaign.state is CampaignState.ENDED:
        state = campaign.state.value
        raise refuse(WrongState(path=("campaignId",), subject="campaign", state=state))
    await queries.set_state(conn, actor, campaign.id, CampaignState.ENDED)
    change = Change(
        action="campaign.end",
        subject_type="campaign",
        subject_id=campaign.id,
        before={"state": campaign.state.value},
        after={"state": CampaignState.ENDED.value},
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="campaign.ended")
    return campaign.id


async def campaigns_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Campaign]:
    """Campaigns that the actor's organization made, bears a part of, or has stores in.

    Raises Forbidden without `coupon:manage`.
    """
    actor.require(Permission.COUPON_MANAGE)
    found = await queries.fetch_campaigns(conn, actor, ids)
    return {id: _seen_by(actor, campaign) for id, campaign in found.items()}


async def list_campaigns(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[Campaign]:
    """The same, the youngest first; the cursor is (int,)."""
    actor.require(Permission.COUPON_MANAGE)
    rows = await queries.list_campaigns(conn, actor, page)
    seen = [_seen_by(actor, campaign) for campaign in rows]
    return make_page(seen, page, lambda campaign: (campaign.id,))


def _seen_by(actor: Actor, campaign: Campaign) -> Campaign:
    """Who bears what is told to those who bear it, and to the maker. A store that bears none of
    it does not learn what its suppliers agreed upon."""
    parties = {campaign.org_id, *(share.org_id for share in campaign.shares)}
    return campaign if actor.org_id in parties else replace(campaign, shares=())


def _told(campaign: NewCampaign) -> dict[str, Any]:
    """The campaign for the audit trail, as JSON values."""
    told = asdict(campaign)
    told["value"], told["threshold"] = str(campaign.value), str(campaign.threshold)
    told["valid_from"] = campaign.valid_from.isoformat()
    told["valid_to"] = campaign.valid_to.isoformat()
    del told["store_ids"]
    return told | listing("store_ids", campaign.store_ids)
