"""Coupons as consumers claim and have them. Who bears them is no business of theirs."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, marketing
from tradeline.kernel import Shopper
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._problems import InvalidValue, NotFound, Problem, RequestReused, face_of
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.channels import StoreFront, load_store_front
from tradeline_graph.members.problems import NotForGuests

STORES_MAX = 100

strawberry.enum(
    marketing.CouponState,
    description="A held one waits for the payment of an order; unpaid, it is open again.",
)


@strawberry.type(
    description="A coupon that takes `value` off goods of `threshold` or more.",
    directives=scoped(Scope.MEMBER),
)
class Coupon:
    id: strawberry.ID
    name: str
    name_en: str
    value: Money
    threshold: Money
    valid_from: datetime.datetime
    valid_to: datetime.datetime = strawberry.field(description="It ends right before.")
    is_valid: bool = strawberry.field(description="Whether today is within its time.")
    state: marketing.CouponState
    store_ids: strawberry.Private[frozenset[int]]

    @classmethod
    def of(cls, terms: marketing.CouponTerms) -> Coupon:
        return cls(
            id=to_id("Coupon", terms.coupon_id),
            name=terms.name,
            name_en=terms.name_en,
            value=Money.of(terms.value),
            threshold=Money.of(terms.threshold),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            is_valid=terms.is_valid,
            state=terms.state,
            store_ids=terms.store_ids,
        )

    @strawberry.field(description="Where it is used; the first hundred of them.")
    async def stores(self, info: Info) -> list[StoreFront]:
        found = [await load_store_front(info, id) for id in sorted(self.store_ids)[:STORES_MAX]]
        return [store for store in found if store is not None]


@strawberry.type(
    description="What a store's campaign offers now to whoever claims it.",
    directives=scoped(Scope.MEMBER),
)
class StoreCoupon:
    campaign_id: strawberry.ID
    name: str
    name_en: str
    value: Money
    threshold: Money
    valid_from: datetime.datetime
    valid_to: datetime.datetime = strawberry.field(description="It ends right before.")
    per_member_max: int
    claimed_count: int = strawberry.field(description="How many you have had.")
    is_gone: bool = strawberry.field(description="All that there were are claimed.")
    is_claimable: bool = strawberry.field(description="One more is yours for the asking.")

    @classmethod
    def of(cls, offer: marketing.Claimable) -> StoreCoupon:
        return cls(
            campaign_id=to_id("CouponCampaign", offer.campaign_id),
            name=offer.name,
            name_en=offer.name_en,
            value=Money.of(offer.value),
            threshold=Money.of(offer.threshold),
            valid_from=offer.valid_from,
            valid_to=offer.valid_to,
            per_member_max=offer.per_member_max,
            claimed_count=offer.claimed_count,
            is_gone=offer.is_gone,
            is_claimable=offer.is_claimable,
        )


@strawberry.input
class CouponClaimInput:
    request_id: str
    campaign_id: strawberry.ID


@face_of(marketing.CouponsGone)
@strawberry.type(
    description="All coupons of the campaign are claimed.", directives=scoped(Scope.VALUE)
)
class CouponsGone(Problem):
    campaign: str


@face_of(marketing.CouponsEnough)
@strawberry.type(
    description="You have had as many as each may have.", directives=scoped(Scope.VALUE)
)
class CouponsEnough(Problem):
    campaign: str
    per_member_max: int


@face_of(marketing.NotClaimableNow)
@strawberry.type(
    description="The campaign has not begun, or is over.", directives=scoped(Scope.VALUE)
)
class NotClaimableNow(Problem):
    campaign: str


CouponClaimError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | NotForGuests
    | NotClaimableNow
    | CouponsGone
    | CouponsEnough,
    strawberry.union("CouponClaimError"),
]


@strawberry.type(
    description="`coupon` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class CouponClaimPayload:
    coupon: Coupon | None = None
    errors: list[CouponClaimError] = strawberry.field(default_factory=list)


async def load_coupon(info: Info, coupon_id: int | None) -> Coupon | None:
    """A coupon by its row's id, if it is the consumer's own."""
    if coupon_id is None:
        return None
    found = await info.context.loader("coupon", _coupons).load(coupon_id)
    return None if found is None else Coupon.of(found)


async def _coupons(
    conn: kernel.Connection, shopper: Shopper, ids: list[int]
) -> list[marketing.CouponTerms | None]:
    found = await marketing.coupons_by_ids(conn, shopper=shopper, ids=ids)
    return [found.get(id) for id in ids]
