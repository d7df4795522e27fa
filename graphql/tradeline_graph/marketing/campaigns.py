"""Campaigns as their parties see and make them."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, marketing
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, to_id
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._pages import Connection, Edge, PageInfo
from tradeline_graph._problems import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    Problem,
    RequestReused,
    WrongState,
    face_of,
)
from tradeline_graph._scalars import Money, MoneyInput, PositiveInt
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.channels import Store, load_store
from tradeline_graph.organizations import Organization, load_organization

strawberry.enum(
    marketing.CampaignState,
    name="CouponCampaignState",
    description="Of a draft, somebody has not agreed yet; an ended one issues no more coupons.",
)


@strawberry.type(
    description="What a party bears of each coupon, in basis points; 10000 are all of it.",
    directives=scoped(Scope.PARTY),
)
class CouponShare:
    basis_points: int
    is_yours: bool
    agreed_at: datetime.datetime | None = strawberry.field(
        description="Null until it has; then the coupons of others cannot be issued either."
    )
    org_id: strawberry.Private[int]

    @strawberry.field(description="If it is one that you may know of.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)


@strawberry.type(
    description="Coupons that take `value` off goods of `threshold` or more, in some stores. All "
    "who bear a part agree before the first is issued.",
    directives=scoped(Scope.PARTY),
)
class CouponCampaign:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    value: Money
    threshold: Money
    valid_from: datetime.datetime
    valid_to: datetime.datetime = strawberry.field(description="It ends right before.")
    quantity_max: int
    issued_count: int
    per_member_max: int
    state: marketing.CampaignState
    created_at: datetime.datetime
    campaign: strawberry.Private[marketing.Campaign]

    @classmethod
    def of(cls, campaign: marketing.Campaign) -> CouponCampaign:
        return cls(
            id=to_id("CouponCampaign", campaign.id),
            code=campaign.code,
            name=campaign.name,
            name_en=campaign.name_en,
            value=Money.of(campaign.value),
            threshold=Money.of(campaign.threshold),
            valid_from=campaign.valid_from,
            valid_to=campaign.valid_to,
            quantity_max=campaign.quantity_max,
            issued_count=campaign.issued_count,
            per_member_max=campaign.per_member_max,
            state=campaign.state,
            created_at=campaign.created_at,
            campaign=campaign,
        )

    @strawberry.field(description="Your organization's own.")
    def is_own(self, info: Info) -> bool:
        return info.context.signed_in().org_id == self.campaign.org_id

    @strawberry.field(description="Who made it, if it is one that you may know of.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.campaign.org_id)

    @strawberry.field(description="Who bears which part. Empty for a store that bears none of it.")
    def shares(self, info: Info) -> list[CouponShare]:
        org_id = info.context.signed_in().org_id
        return [
            CouponShare(
                basis_points=share.basis_points,
                is_yours=share.org_id == org_id,
                agreed_at=share.agreed_at,
                org_id=share.org_id,
            )
            for share in self.campaign.shares
        ]

    @strawberry.field(
        description="Where they are claimed and used, of the stores that you keep or supply.",
        extensions=needs(Permission.STORE_READ),
    )
    async def stores(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Store] | None:
        request = kernel.page_request(first, after, (int,))
        behind = 0 if request.after is None else int(request.after[0])
        ids = [id for id in self.campaign.store_ids if id > behind][: request.limit]
        page = kernel.make_page(ids, request, lambda id: (id,))
        edges = [
            Edge(node=store, cursor=cursor)
            for id, cursor in zip(page.items, page.cursors, strict=True)
            if (store := await load_store(info, id)) is not None
        ]
        end_cursor = page.cursors[-1] if page.cursors else None
        return Connection(
            edges=edges, page_info=PageInfo(has_next_page=page.has_next, end_cursor=end_cursor)
        )


@strawberry.input(description="A party is to bear so many of 10000 parts.")
class CouponShareInput:
    organization_id: strawberry.ID
    basis_points: PositiveInt


@strawberry.input(
    description="The shares make 10000. Your own you agree to by this; a coupon is worth no more "
    "than `threshold`."
)
class CouponCampaignCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str
    value: MoneyInput
    threshold: MoneyInput
    valid_from: datetime.datetime
    valid_to: datetime.datetime
    quantity_max: PositiveInt
    per_member_max: PositiveInt = PositiveInt(1)
    store_ids: list[strawberry.ID]
    shares: list[CouponShareInput]

    def to_model(self) -> marketing.NewCampaign:
        return marketing.NewCampaign(
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            value=self.value.to_model("value"),
            threshold=self.threshold.to_model("threshold"),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            quantity_max=self.quantity_max,
            per_member_max=self.per_member_max,
            store_ids=tuple(from_id("Store", id) for id in self.store_ids),
            shares=tuple(
                marketing.NewShare(from_id("Organization", it.organization_id), it.basis_points)
                for it in self.shares
            ),
        )


@strawberry.input
class CouponCampaignAgreeInput:
    request_id: str
    campaign_id: strawberry.ID


@strawberry.input
class CouponCampaignEndInput:
    request_id: str
    campaign_id: strawberry.ID


@face_of(marketing.SharesNotWhole)
@strawberry.type(
    description="The shares make more or less than 10000.", directives=scoped(Scope.VALUE)
)
class SharesNotWhole(Problem):
    total: int


@face_of(marketing.NotOfRoute)
@strawberry.type(
    description="Who is to bear a part is not on a store's supply route.",
    directives=scoped(Scope.VALUE),
)
class NotOfRoute(Problem):
    organization: str
    store: str


CouponCampaignCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists | SharesNotWhole | NotOfRoute,
    strawberry.union("CouponCampaignCreateError"),
]
CouponCampaignAgreeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("CouponCampaignAgreeError"),
]
CouponCampaignEndError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("CouponCampaignEndError"),
]


@strawberry.type(description=null_with_errors("campaign"), directives=scoped(Scope.VALUE))
class CouponCampaignCreatePayload:
    campaign: CouponCampaign | None
    errors: list[CouponCampaignCreateError]


@strawberry.type(description=null_with_errors("campaign"), directives=scoped(Scope.VALUE))
class CouponCampaignAgreePayload:
    campaign: CouponCampaign | None
    errors: list[CouponCampaignAgreeError]


@strawberry.type(description=null_with_errors("campaign"), directives=scoped(Scope.VALUE))
class CouponCampaignEndPayload:
    campaign: CouponCampaign | None
    errors: list[CouponCampaignEndError]


async def load_campaign(info: Info, campaign_id: int | None) -> CouponCampaign | None:
    if campaign_id is None:
        return None
    found = await info.context.loader("coupon_campaign", _campaigns).load(campaign_id)
    return None if found is None else CouponCampaign.of(found)


async def _campaigns(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[marketing.Campaign | None]:
    found = await marketing.campaigns_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]
