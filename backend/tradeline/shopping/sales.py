"""What becomes of an order after it was placed: shipments, after-sales, refunds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tradeline.shopping.model import (
    AfterSaleKind,
    AfterSaleState,
    ConsumerOrder,
    ConsumerOrderLine,
    ConsumerOrderState,
    Delivery,
    OrderTier,
    Split,
)
from tradeline.shopping.refunds import NOTHING, TakenBack, refund_all_freight

# Goods that nobody has confirmed count as received this long after the last of them were shipped.
COMPLETION_TIME = timedelta(days=10)
# How long after they were received goods may be asked to go back: twice what the law gives.
RETURN_TIME = timedelta(days=15)
# Steps that say that the consumer gets money, and nothing of goods.
MONEY_STEPS = frozenset({"price_refund", "refund_settle", "refund_fail"})
OPEN_AFTER_SALES = (AfterSaleState.REQUESTED, AfterSaleState.REFERRED)
REASON_LENGTH_MAX = 200
# Wrong pick-up codes that a store may be given in one window: of a million codes.
PICKUP_FAILURES_MAX = 10
PICKUP_WINDOW = timedelta(minutes=10)


class RefundCause(StrEnum):
    """Why something is taken back of a sale. What is `moved` is another source's from then on."""

    CANCEL = "cancel"
    UNAVAILABLE = "unavailable"
    RETURN = "return"
    PRICE = "price"
    FREIGHT = "freight"
    MOVED = "moved"


class RefundState(StrEnum):
    """`abnormal`: the provider could not pay it out, and somebody has to see to it."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerRefund:
    """What was taken back of a sale; `amount_minor` of it goes to the consumer."""

    id: int
    order_id: int
    number: str
    cause: RefundCause
    goods_minor: int
    coupon_minor: int
    freight_minor: int
    amount_minor: int
    reason: str
    state: RefundState
    payment_refund_id: int | None
    requested_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsumerShipmentLine:
    order_line_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerShipment:
    """Goods on their way to the consumer; handed over in a store, they have no carrier."""

    id: int
    order_id: int
    number: str
    org_id: int
    carrier: str
    tracking_number: str
    shipped_at: datetime
    lines: tuple[ConsumerShipmentLine, ...]


@dataclass(frozen=True, slots=True)
class AfterSaleLine:
    """Units that go back, and what they were once it was decided. `is_agreed`: whoever gets them
    back takes them."""

    order_line_id: int
    quantity: int
    goods_minor: int = 0
    coupon_minor: int = 0
    is_agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSale:
    """Goods that a member wants to give back, or money that the store gave back without any."""

    id: int
    order_id: int
    number: str
    kind: AfterSaleKind
    state: AfterSaleState
    reason: str
    refusal_reason: str | None
    amount_minor: int
    refund_id: int | None
    requested_at: datetime
    decided_at: datetime | None
    lines: tuple[AfterSaleLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order as one of its parties sees it. `tier` is the asking organization's; what the
    consumer paid is None for a party that neither sold the goods nor collected the money, and who
    receives them unless it hands them over or ships them. `own_minor` is what the sale is worth to
    the organization so far: its goods and freight less what it bears of the coupon."""

    order: ConsumerOrder
    tier: int
    is_collector: bool
    is_shipper: bool
    own_minor: int

    @property
    def worth_minor(self) -> int:
        """Nothing, where it was called off before anything was paid."""
        is_dead = self.order.paid_at is None and self.order.closed_at is not None
        return 0 if is_dead else self.own_minor

    @property
    def knows_payment(self) -> bool:
        return self.tier == 0 or self.is_collector

    @property
    def knows_recipient(self) -> bool:
        return self.tier == 0 or self.is_shipper

    def knows_step(self, step: str) -> bool:
        """What goes back to the consumer is for whom it comes from, or who pays it out."""
        return self.knows_payment or step not in MONEY_STEPS

    def knows_line(self, line: ConsumerOrderLine) -> bool:
        """Whether its goods walk an edge of the organization's, or their money comes to it."""
        return self.knows_payment or line.source_tier >= self.tier


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleFilter:
    """Which sales are meant; None leaves a field open. `search` is an order's number."""

    states: tuple[ConsumerOrderState, ...] | None = None
    store_id: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLeg:
    """A line of a sale at the price of one edge, for the two parties of that edge."""

    order_id: int
    order_line_id: int
    tier: int
    relationship_id: int
    seller_org_id: int
    buyer_org_id: int
    unit_price: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSale:
    """All of a locked order that a step reads."""

    order: ConsumerOrder
    tiers: tuple[OrderTier, ...]
    lines: tuple[ConsumerOrderLine, ...]
    splits: tuple[Split, ...]

    @property
    def edges(self) -> dict[int, int]:
        """The relationships of the route, by the tier of their sellers."""
        return {
            tier.tier: tier.relationship_id
            for tier in self.tiers
            if tier.relationship_id is not None
        }

    def splits_of(self, line_id: int) -> list[Split]:
        return [split for split in self.splits if split.order_line_id == line_id]

    def line(self, line_id: int) -> ConsumerOrderLine | None:
        return next((line for line in self.lines if line.id == line_id), None)

    def is_source(self, org_id: int) -> bool:
        """Whether some of it comes, or was to come, from the organization's stock."""
        return any(line.source_org_id == org_id for line in self.lines)


def state_of(order: ConsumerOrder, lines: Iterable[ConsumerOrderLine]) -> ConsumerOrderState:
    """Where a paid order stands once units of it were shipped or cancelled."""
    lines = list(lines)
    if any(line.unshipped for line in lines):
        waits = order.delivery is Delivery.DELIVERY
        return ConsumerOrderState.TO_SHIP if waits else ConsumerOrderState.TO_PICK_UP
    if not any(line.shipped_quantity for line in lines):
        return ConsumerOrderState.CANCELLED
    if order.state in (ConsumerOrderState.SHIPPED, ConsumerOrderState.COMPLETED):
        return order.state
    if order.delivery is Delivery.PICKUP:
        return ConsumerOrderState.COMPLETED
    return ConsumerOrderState.SHIPPED


def cancel_units(line: ConsumerOrderLine, units: int) -> ConsumerOrderLine:
    return replace(line, cancelled_quantity=line.cancelled_quantity + units)


def ship_units(line: ConsumerOrderLine, units: int) -> ConsumerOrderLine:
    return replace(line, shipped_quantity=line.shipped_quantity + units)


def return_units(line: ConsumerOrderLine, units: int) -> ConsumerOrderLine:
    return replace(line, returned_quantity=line.returned_quantity + units)


def keep_units(line: ConsumerOrderLine, units: int) -> ConsumerOrderLine:
    """As `return_units`, to the store at its own cost."""
    return replace(return_units(line, units), kept_quantity=line.kept_quantity + units)


def give_back_money(line: ConsumerOrderLine, back: TakenBack) -> ConsumerOrderLine:
    """The line once so much of what was paid for it is taken back."""
    return replace(
        line,
        refunded_goods_minor=line.refunded_goods_minor + back.goods_minor,
        refunded_coupon_minor=line.refunded_coupon_minor + back.coupon_minor,
    )


def freight_of_nothing(sale: OpenSale, after: Sequence[ConsumerOrderLine]) -> TakenBack:
    """The rest of the freight, if no goods of the order were or will be shipped."""
    if any(line.shipped_quantity or line.unshipped for line in after):
        return NOTHING
    return refund_all_freight(sale.splits)
