"""The enums of shopping, as the graph shows them."""

import strawberry

from tradeline.shopping import (
    AfterSaleAnswer,
    AfterSaleKind,
    AfterSaleState,
    ConsumerOrderState,
    CouponReason,
    Delivery,
    FlowKind,
    RefundCause,
    RefundState,
    SaleStep,
    TrailRole,
)

__all__ = [
    "AfterSaleAnswer",
    "AfterSaleKind",
    "AfterSaleState",
    "ConsumerOrderState",
    "CouponReason",
    "Delivery",
    "FlowKind",
    "RefundCause",
    "RefundState",
    "SaleStep",
    "TrailRole",
]

strawberry.enum(
    ConsumerOrderState, description="What a consumer's order waits for, or how it ended."
)
strawberry.enum(Delivery, description="How the goods reach the consumer.")
strawberry.enum(AfterSaleKind, description="Whether goods go back, or only money does.")
strawberry.enum(
    AfterSaleState,
    description="What became of what was asked after a sale. REFERRED: the store agrees, and waits "
    "for whoever gets the goods back.",
)
strawberry.enum(
    AfterSaleAnswer,
    description="What a party can say to goods that come back. ACCEPT_AT_OWN_COST: the store takes "
    "them itself, whoever they came from, and alone bears what the consumer gets.",
)
strawberry.enum(RefundCause, description="Why something is taken back of a sale.")
strawberry.enum(
    RefundState,
    description="Where a refund's money is. ABNORMAL: the provider could not pay it out, and the "
    "store sees to it.",
)
strawberry.enum(SaleStep, description="Something that a consumer or a party can do to a sale.")
strawberry.enum(TrailRole, description="What somebody is to a sale's money.")
strawberry.enum(FlowKind, description="Why money, or a debt of it, goes from one to another.")
strawberry.enum(CouponReason, description="Why a coupon does not go with an order.")
