"""Asking for campaigns and coupons, and what is done with them."""

from __future__ import annotations

import strawberry

from tradeline import kernel, marketing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import perform, perform_as_member
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.marketing.campaigns import (
    CouponCampaign,
    CouponCampaignAgreeInput,
    CouponCampaignAgreePayload,
    CouponCampaignCreateInput,
    CouponCampaignCreatePayload,
    CouponCampaignEndInput,
    CouponCampaignEndPayload,
    load_campaign,
)
from tradeline_graph.marketing.consumers import (
    Coupon,
    CouponClaimInput,
    CouponClaimPayload,
    StoreCoupon,
    load_coupon,
)

MANAGES = guarded(Scope.PARTY, Permission.COUPON_MANAGE)
CONSUMES = guarded(Scope.MEMBER)


@strawberry.type
class Query:
    @strawberry.field(
        description="Campaigns that your organization made, bears a part of or has stores in, the "
        "youngest first.",
        extensions=MANAGES,
    )
    async def coupon_campaigns(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[CouponCampaign]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await marketing.list_campaigns(conn, actor=actor, page=request)
        return Connection.of(page, CouponCampaign.of)

    @strawberry.field(description="One of them.", extensions=MANAGES)
    async def coupon_campaign(self, info: Info, id: strawberry.ID) -> CouponCampaign | None:
        return await load_campaign(info, from_id("CouponCampaign", id))

    @strawberry.field(
        description="Coupons that a store has to claim now, the dearest first; at most 100.",
        extensions=CONSUMES,
    )
    async def store_coupons(self, info: Info, store_id: strawberry.ID) -> list[StoreCoupon]:
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            offers = await marketing.list_claimable(
                conn, shopper=shopper, store_id=from_id("Store", store_id)
            )
        return [StoreCoupon.of(offer) for offer in offers]

    @strawberry.field(description="Your coupons, the youngest first.", extensions=CONSUMES)
    async def my_coupons(
        self,
        info: Info,
        state: marketing.CouponState | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Coupon]:
        shopper = info.context.shopping_viewer()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(shopper.network_id) as conn:
            page = await marketing.list_my_coupons(conn, shopper=shopper, page=request, state=state)
        return Connection.of(page, Coupon.of)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Propose coupons for stores that you keep or supply, and who bears them.",
        extensions=MANAGES,
    )
    async def coupon_campaign_create(
        self, info: Info, input: CouponCampaignCreateInput
    ) -> CouponCampaignCreatePayload:
        async def create(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await marketing.create_campaign(conn, actor=actor, campaign=input.to_model())

        done = await perform(info, input, create)
        return CouponCampaignCreatePayload(
            campaign=await load_campaign(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Agree to bear your organization's part. With the last one's word, coupons are "
        "issued.",
        extensions=MANAGES,
    )
    async def coupon_campaign_agree(
        self, info: Info, input: CouponCampaignAgreeInput
    ) -> CouponCampaignAgreePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: marketing.agree_campaign(
                conn, actor=actor, campaign_id=from_id("CouponCampaign", input.campaign_id)
            ),
        )
        return CouponCampaignAgreePayload(
            campaign=await load_campaign(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Issue no more coupons. Those that consumers have stay good until their time "
        "is over. Whoever made it may, and whoever bears a part.",
        extensions=MANAGES,
    )
    async def coupon_campaign_end(
        self, info: Info, input: CouponCampaignEndInput
    ) -> CouponCampaignEndPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: marketing.end_campaign(
                conn, actor=actor, campaign_id=from_id("CouponCampaign", input.campaign_id)
            ),
        )
        return CouponCampaignEndPayload(
            campaign=await load_campaign(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Claim a coupon that a store offers. Not for guests.", extensions=CONSUMES
    )
    async def coupon_claim(self, info: Info, input: CouponClaimInput) -> CouponClaimPayload:
        done = await perform_as_member(
            info,
            input,
            lambda conn, shopper: marketing.claim_coupon(
                conn, shopper=shopper, campaign_id=from_id("CouponCampaign", input.campaign_id)
            ),
        )
        return CouponClaimPayload(coupon=await load_coupon(info, done.id), errors=done.errors)
