"""What ordering talks about, and the rules of an order's life. Pure: no storage, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tradeline.kernel import TRADE_ZONE, Money, take_share

LINES_MAX = 1_000
ORDERS_AT_ONCE_MAX = 100


class OrderState(StrEnum):
    """The step that an order waits for, or how it ended."""

    IN_REVIEW = "in_review"
    TO_CONFIRM = "to_confirm"
    TO_SHIP = "to_ship"
    TO_RECEIVE = "to_receive"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


# The states in which an order waits for somebody.
OPEN_STATES = (
    OrderState.IN_REVIEW,
    OrderState.TO_CONFIRM,
    OrderState.TO_SHIP,
    OrderState.TO_RECEIVE,
)


class OrderSide(StrEnum):
    """On which side of the edge an organization stands."""

    BUYING = "buying"
    SELLING = "selling"


class ReturnState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NewOrderLine:
    """So many packs of a SKU; without `pack_id`, base units. They are received in that warehouse of
    the buyer's, else in its first."""

    sku_id: int
    quantity: int
    pack_id: int | None = None
    receiving_warehouse_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order as somebody wants to place it. The price is never part of it."""

    relationship_id: int
    lines: tuple[NewOrderLine, ...]
    buyer_reference: str = ""
    note: str = ""
    ship_to_region: str = ""
    ship_to_address: str = ""
    requested_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of a placed order; quantities in base units, sums in minor units.

    quantity = refused + cancelled + shipped + unshipped; of what is shipped, `counted_quantity`
    has reached a receipt. `open_minor` is what the units not yet refused, cancelled or counted
    will cost; the remainders of rounding stay with the last of them. Of what was cancelled,
    `cut_quantity` was cancelled by the seller. A line may stand in for units of another one, and
    say for which of the buyer's warehouses it is meant, which is the buyer's affair alone.
    """

    id: int
    order_id: int
    line_no: int
    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    pack_id: int
    pack_code: str
    pack_quantity: int
    quantity: int
    unit_price: Decimal
    priced_quantity: int
    amount_minor: int
    open_minor: int
    explanation: Mapping[str, Any] = field(hash=False)
    refused_quantity: int = 0
    cancelled_quantity: int = 0
    shipped_quantity: int = 0
    counted_quantity: int = 0
    received_quantity: int = 0
    returned_quantity: int = 0
    owed_minor: int = 0
    returned_minor: int = 0
    promised_on: date | None = None
    refusal_reason: str | None = None
    cut_quantity: int = 0
    replaces_line_id: int | None = None
    receiving_warehouse_id: int | None = None

    @property
    def unshipped(self) -> int:
        return (
            self.quantity - self.refused_quantity - self.cancelled_quantity - self.shipped_quantity
        )

    @property
    def in_transit(self) -> int:
        return self.shipped_quantity - self.counted_quantity

    @property
    def unsettled(self) -> int:
        """Units to which `open_minor` belongs."""
        return self.unshipped + self.in_transit

    @property
    def returnable(self) -> int:
        return self.received_quantity - self.returned_quantity

    def drop(self, units: int) -> tuple[OrderLine, int]:
        """The line without the open sum of `units`, and that sum: they will not be owed."""
        dropped = take_share(self.open_minor, units, self.unsettled) if units else 0
        return replace(self, open_minor=self.open_minor - dropped), dropped

    def refuse(self, units: int, reason: str | None) -> tuple[OrderLine, int]:
        """Refuse unshipped units; also the sum that they no longer hold."""
        line, dropped = self.drop(units)
        refused = line.refused_quantity + units
        return replace(line, refused_quantity=refused, refusal_reason=reason), dropped

    def cancel(self, units: int, side: OrderSide) -> tuple[OrderLine, int]:
        """Cancel unshipped units, by that side; also the sum that they no longer hold."""
        line, dropped = self.drop(units)
        cut = units if side is OrderSide.SELLING else 0
        cancelled = replace(
            line,
            cancelled_quantity=line.cancelled_quantity + units,
            cut_quantity=line.cut_quantity + cut,
        )
        return cancelled, dropped

    def ship(self, units: int) -> OrderLine:
        return replace(self, shipped_quantity=self.shipped_quantity + units)

    def count(self, shipped: int, received: int) -> tuple[OrderLine, Counted]:
        """Receive a shipment of `shipped` units in which `received` were found.

        What was found is owed: within what was shipped at its share of the open sum, beyond it
        at the line's average, rounded half up. What is short is not.
        """
        delivered = min(shipped, received)
        owed = take_share(self.open_minor, delivered, self.unsettled) if delivered else 0
        rest = self.open_minor - owed
        short = shipped - delivered
        dropped = take_share(rest, short, self.unsettled - delivered) if short else 0
        over = received - delivered
        extra = (2 * self.amount_minor * over + self.quantity) // (2 * self.quantity)
        line = replace(
            self,
            counted_quantity=self.counted_quantity + shipped,
            received_quantity=self.received_quantity + received,
            open_minor=rest - dropped,
            owed_minor=self.owed_minor + owed + extra,
        )
        return line, Counted(owed_minor=owed + extra, released_minor=owed + dropped)

    def give_back(self, units: int) -> tuple[OrderLine, int]:
        """Return received units; also the sum that is no longer owed. All back is all of it."""
        given = take_share(self.owed_minor - self.returned_minor, units, self.returnable)
        line = replace(
            self,
            returned_quantity=self.returned_quantity + units,
            returned_minor=self.returned_minor + given,
        )
        return line, given


@dataclass(frozen=True, slots=True)
class Damage:
    """Units of a shipment's line that came damaged, and how."""

    quantity: int
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What counting a shipment of a line comes to: the debt, and the hold that it ends."""

    owed_minor: int
    released_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order on an edge, with whom it lies and since when."""

    id: int
    number: str
    relationship_id: int
    seller_org_id: int
    buyer_org_id: int
    currency: str
    state: OrderState
    held_by_org_id: int | None
    since: datetime
    amount_minor: int
    requires_review: bool
    requires_confirmation: bool
    requires_receipt: bool
    holds_stock: bool
    payment_terms_days: int
    buyer_reference: str
    note: str
    ship_to_region: str
    ship_to_address: str
    requested_on: date | None
    placed_by_org_id: int
    placed_by_account_id: int | None
    placed_at: datetime
    closed_at: datetime | None

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def placed_on(self) -> date:
        """The trade's day."""
        return self.placed_at.astimezone(TRADE_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders of one side to list; None leaves a condition out.

    `search` is part of an order's number, of the buyer's reference, or of a SKU's code on it.
    """

    side: OrderSide
    states: tuple[OrderState, ...] | None = None
    relationship_id: int | None = None
    counterpart_org_id: int | None = None
    search: str | None = None
    is_held_by_own: bool | None = None
    is_disputed: bool | None = None
    has_open_return: bool | None = None

    def states_looked_at(self) -> tuple[OrderState, ...]:
        """All states that the filter leaves; who holds an order follows from its state."""
        states = tuple(OrderState) if self.states is None else tuple(dict.fromkeys(self.states))
        if self.is_held_by_own is None:
            return states
        return tuple(s for s in states if is_held_by(s, self.side) is self.is_held_by_own)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStateCount:
    """How many orders of a side wait in a state, and since when the oldest of them does."""

    state: OrderState
    count: int
    held_by_own_count: int
    oldest_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """A step that was taken; `detail` is what `timeline.py` keeps of it."""

    id: int
    order_id: int
    step: str
    state: OrderState
    org_id: int
    account_id: int | None
    note: str
    detail: Mapping[str, Any] = field(hash=False)
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentLine:
    """`warehouse_id` is where the buyer received it; told to the buyer alone."""

    id: int
    order_line_id: int
    quantity: int
    received_quantity: int | None
    damaged_quantity: int
    damage_reason: str | None
    warehouse_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Goods on their way; `received_at` is empty until the buyer has counted them. When they should
    arrive, and in how many packages, is told as far as the seller knows."""

    id: int
    order_id: int
    number: str
    carrier: str
    tracking_number: str
    expected_on: date | None
    packages: int | None
    shipped_at: datetime
    received_at: datetime | None
    lines: tuple[ShipmentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    id: int
    order_line_id: int
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturn:
    """Goods that the buyer wants to give back, and what the seller said."""

    id: int
    order_id: int
    number: str
    state: ReturnState
    reason: str
    amount_minor: int
    currency: str
    requested_at: datetime
    decided_at: datetime | None
    refusal_reason: str | None
    lines: tuple[ReturnLine, ...]


def first_state(requires_review: bool, requires_confirmation: bool) -> OrderState:
    """Where a placed order begins, by the steps that its relationship asks for."""
    if requires_review:
        return OrderState.IN_REVIEW
    return OrderState.TO_CONFIRM if requires_confirmation else OrderState.TO_SHIP


def state_of(lines: Sequence[OrderLine]) -> OrderState:
    """Where an order stands once it is confirmed, by what became of its lines."""
    if any(line.unshipped for line in lines):
        return OrderState.TO_SHIP
    if any(line.in_transit for line in lines):
        return OrderState.TO_RECEIVE
    if any(line.counted_quantity for line in lines):
        return OrderState.CLOSED
    if any(line.cancelled_quantity for line in lines):
        return OrderState.CANCELLED
    return OrderState.REFUSED


def is_held_by(state: OrderState, side: OrderSide) -> bool:
    """Whether an order in that state lies with that side."""
    if side is OrderSide.BUYING:
        return state is OrderState.TO_RECEIVE
    return state in (OrderState.IN_REVIEW, OrderState.TO_CONFIRM, OrderState.TO_SHIP)


def holder_of(state: OrderState, seller_org_id: int, buyer_org_id: int) -> int | None:
    """With whom an order in that state lies."""
    if is_held_by(state, OrderSide.SELLING):
        return seller_org_id
    return buyer_org_id if is_held_by(state, OrderSide.BUYING) else None
