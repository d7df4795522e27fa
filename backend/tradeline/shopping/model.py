"""What shopping talks about: carts, consumers' orders, and whose their money is. Pure.

Quantities are whole base units, sums minor units of the store's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tradeline.kernel import Money, UnitPrice

# Orders of one person that wait to be paid, in all stores of the network: each keeps goods from
# everybody else while it does.
UNPAID_ORDERS_MAX = 5

CART_LINES_MAX = 100
# What a consumer is told of stock, at the most: who is behind it could be anybody, a rival too.
AVAILABLE_TOLD_MAX = 99
NOTE_LENGTH_MAX = 200
SOURCE_LENGTH_MAX = 64
# Ten million yuan: more than any provider takes at once.
TOTAL_MINOR_MAX = 10**9
# How long goods and coupon are kept for whoever has ordered and not yet paid.
PAYMENT_TIME = timedelta(minutes=30)
# What the holds of stock name: the line that they are for.
LINE_REFERENCE = "consumer_order_line"
ORDER_DOCUMENT = "consumer_order"
REFUND_DOCUMENT = "consumer_refund"


class ConsumerOrderState(StrEnum):
    """What an order waits for, or how it ended."""

    TO_PAY = "to_pay"
    TO_SHIP = "to_ship"
    TO_PICK_UP = "to_pick_up"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Delivery(StrEnum):
    """How the goods reach the consumer."""

    DELIVERY = "delivery"
    PICKUP = "pickup"


class SplitPart(StrEnum):
    """What a part of an order's money is for."""

    GOODS = "goods"
    COUPON = "coupon"
    FREIGHT = "freight"
    CONCESSION = "concession"


class AfterSaleKind(StrEnum):
    RETURN = "return"
    PRICE = "price"


class AfterSaleState(StrEnum):
    """`referred`: the store agrees, and whoever gets the goods back has not said so yet."""

    REQUESTED = "requested"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REFUNDED = "refunded"


def number_of(order_id: int) -> str:
    """An order's number, as people read it out."""
    return f"CO{order_id:08d}"


@dataclass(frozen=True, slots=True)
class CartLine:
    """So much of a SKU that a member wants; in a request, zero takes it out of the cart."""

    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What a member wants in a store, in the order in which it was put in."""

    id: int
    member_id: int
    store_id: int
    version: int
    source: str
    lines: tuple[CartLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsumerOrder:
    """An order for what is in a cart, as its member wants to place it. The price is never part of
    it: `expected_total` is what they were shown, and ours is charged or nothing is."""

    cart_id: int
    cart_version: int
    delivery: Delivery
    address_id: int | None = None
    coupon_id: int | None = None
    expected_total: Decimal | None = None
    note: str = ""
    starts_payment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutRequest:
    """What a member is about to order, to be told what it comes to. Pick-up needs no address."""

    cart_id: int
    delivery: Delivery
    address_id: int | None = None
    coupon_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoreOffer:
    """A SKU at a store's retail price, and how much of it could be ordered now. The stock of
    `source_org_ids` is what the store may sell it from."""

    sku_id: int
    unit_price: UnitPrice
    available: int
    limit_per_order: int | None
    source_org_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerOrder:
    """An order of a consumer. Seals are opened by the module members, for whoever may read them.
    Of what `is_final`, nothing may be asked to go back any more."""

    id: int
    number: str
    store_id: int
    seller_org_id: int
    seller_entity_id: int
    collector_org_id: int
    collector_entity_id: int
    collector_tier: int
    member_id: int
    currency: str
    state: ConsumerOrderState
    delivery: Delivery
    goods_minor: int
    coupon_minor: int
    freight_minor: int
    total_minor: int
    refunded_minor: int
    coupon_id: int | None
    ship_to_region: str
    recipient_seal: bytes | None = field(repr=False)
    phone_seal: bytes | None = field(repr=False)
    detail_seal: bytes | None = field(repr=False)
    pickup_code_seal: bytes | None = field(repr=False)
    source: str
    note: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    payment_id: int | None
    is_final: bool = False

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerOrderLine:
    """A SKU of an order from one source, and what became of it. Of what is returned, the store has
    `kept` some at its own cost: between all others those units are sold."""

    id: int
    order_id: int
    line_no: int
    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    source_tier: int
    source_org_id: int
    quantity: int
    unit_price: Decimal
    goods_minor: int
    coupon_minor: int
    cancelled_quantity: int = 0
    shipped_quantity: int = 0
    returned_quantity: int = 0
    kept_quantity: int = 0
    refunded_goods_minor: int = 0
    refunded_coupon_minor: int = 0

    @property
    def unshipped(self) -> int:
        return self.quantity - self.cancelled_quantity - self.shipped_quantity

    @property
    def returnable(self) -> int:
        return self.shipped_quantity - self.returned_quantity

    @property
    def remaining(self) -> int:
        """Units whose money was not given back for their sake: what D and G are spread over."""
        return self.quantity - self.cancelled_quantity - self.returned_quantity

    @property
    def remaining_goods_minor(self) -> int:
        return self.goods_minor - self.refunded_goods_minor

    @property
    def remaining_coupon_minor(self) -> int:
        return self.coupon_minor - self.refunded_coupon_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTier:
    """A party of an order: the store itself at tier 0, and who sells to the tier below above it."""

    order_id: int
    tier: int
    org_id: int
    entity_id: int
    relationship_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What an order comes to on an edge of its route, for those of its lines that walk it."""

    order_id: int
    tier: int
    relationship_id: int
    seller_org_id: int
    buyer_org_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """A line at an edge's own price, and how that came to be."""

    order_line_id: int
    tier: int
    order_id: int
    unit_price: Decimal
    amount_minor: int
    explanation: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A part of an order's money and whose it is. A coupon's part is what the tier bears of it;
    goods are below zero where a tier sells below its cost, and `reversed_minor` then too. A
    concession is nothing at first: what the store gives back out of its own pocket."""

    id: int
    order_id: int
    order_line_id: int | None
    part: SplitPart
    tier: int
    org_id: int
    entity_id: int
    original_minor: int
    reversed_minor: int = 0

    @property
    def remaining_minor(self) -> int:
        return self.original_minor - self.reversed_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerOrderEvent:
    """A step of an order, and who took it."""

    id: int
    order_id: int
    step: str
    state: ConsumerOrderState
    org_id: int | None
    account_id: int | None
    member_id: int | None
    note: str
    occurred_at: datetime
