"""News: that something has changed, for whom it concerns. What it has become is to be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tradeline.kernel import Actor, Shopper


class ChangeKind(StrEnum):
    """What has changed. To be told of it takes the permission that seeing it takes."""

    ADJUSTMENT = "ADJUSTMENT"
    CATALOG = "CATALOG"
    COUPON = "COUPON"
    CREDIT = "CREDIT"
    DISPUTE = "DISPUTE"
    EVERYTHING = "EVERYTHING"
    MEMBER = "MEMBER"
    ORDER = "ORDER"
    ORGANIZATION = "ORGANIZATION"
    PAYMENT = "PAYMENT"
    PRICE = "PRICE"
    RELATIONSHIP = "RELATIONSHIP"
    RETURN = "RETURN"
    SALE = "SALE"
    SHIPMENT = "SHIPMENT"
    SOURCING = "SOURCING"
    STATEMENT = "STATEMENT"
    STOCK = "STOCK"
    STORE = "STORE"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change: of the row `row_id` of the graph's type `type_name`, or of several if None."""

    kind: ChangeKind
    type_name: str | None = None
    row_id: int | None = None
    order_id: int | None = None


# It stands for all news that are missed, whatever they were.
EVERYTHING = News(kind=ChangeKind.EVERYTHING)


class Feed(Protocol):
    """What a subscriber is told, batch by batch, for as long as it may listen: its organization's
    news, or a consumer's own. Beside each batch stands who the subscriber is at that moment, and
    what they may do."""

    def batches(self) -> AsyncIterator[tuple[Actor, Sequence[News]]]: ...

    def member_batches(self) -> AsyncIterator[tuple[Shopper, Sequence[News]]]: ...
