"""What is to be told of sales, to the provider that was paid and to the consumer who paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TidingKind(StrEnum):
    """`upload` is for the provider, the others for the consumer."""

    UPLOAD = "upload"
    SHIPPED = "shipped"
    REFUNDED = "refunded"


# By what has happened to an order.
TOLD_OF = {
    "consumer_order.shipped": (TidingKind.UPLOAD, TidingKind.SHIPPED),
    "consumer_order.handed_over": (TidingKind.UPLOAD,),
    "consumer_order.refund_settled": (TidingKind.REFUNDED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueUpload:
    """A shipment that the provider is to be told of. With `is_part` there are more of its order;
    `is_complete` says that all of it is on its way by now. `tries` is 1 for who is given it
    first."""

    network_id: int
    id: int
    shipment_id: int
    merchant_id: str
    transaction_id: str
    app_id: str
    member_id: int
    carrier: str
    tracking_number: str
    goods: str
    is_pickup: bool
    is_part: bool
    is_complete: bool
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """What a consumer is to be told, at most once."""

    network_id: int
    id: int
    kind: TidingKind
    app_id: str
    member_id: int
    order_number: str
    store_name: str
    amount_minor: int
    currency: str
    happened_at: datetime
