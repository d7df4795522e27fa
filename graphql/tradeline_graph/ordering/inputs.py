"""What the steps of an order are told. No price is ever part of it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import strawberry

from tradeline import kernel, ordering
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._scalars import PositiveInt


@strawberry.input(description="So many packs of a SKU; without `packId`, base units. No price.")
class OrderLineInput:
    sku_id: strawberry.ID
    quantity: PositiveInt
    pack_id: strawberry.ID | None = None
    receiving_warehouse_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="As the buyer: your own warehouse that it is to be received in; without it, "
        "your first. The seller is not told.",
    )


@strawberry.input
class OrderPlaceInput:
    request_id: str
    relationship_id: strawberry.ID
    lines: list[OrderLineInput]
    buyer_reference: str = ""
    note: str = ""
    ship_to_region: str = ""
    ship_to_address: str = ""
    requested_on: datetime.date | None = None

    def to_model(self) -> ordering.NewOrder:
        return ordering.NewOrder(
            relationship_id=from_id("Relationship", self.relationship_id),
            lines=tuple(
                ordering.NewOrderLine(
                    from_id("Sku", line.sku_id),
                    line.quantity,
                    from_optional_id("Pack", line.pack_id),
                    from_optional_id("Warehouse", line.receiving_warehouse_id),
                )
                for line in self.lines
            ),
            buyer_reference=self.buyer_reference,
            note=self.note,
            ship_to_region=self.ship_to_region,
            ship_to_address=self.ship_to_address,
            requested_on=self.requested_on,
        )


@strawberry.input
class OrderReviewInput:
    request_id: str
    order_id: strawberry.ID
    approves: bool
    reason: str = ""


@strawberry.input(description="What the seller says of one line.")
class OrderConfirmLineInput:
    order_line_id: strawberry.ID
    quantity: int = strawberry.field(description="Base units that will come; 0 refuses the line.")
    promised_on: datetime.date | None = None
    reason: str | None = strawberry.field(
        default=None, description="Needed for less than was ordered."
    )

    def to_model(self) -> ordering.Confirmation:
        return ordering.Confirmation(
            order_line_id=from_id("OrderLine", self.order_line_id),
            quantity=self.quantity,
            promised_on=self.promised_on,
            reason=self.reason,
        )


@strawberry.input(description="A line that is not named is confirmed in full.")
class OrderConfirmInput:
    request_id: str
    order_id: strawberry.ID
    lines: list[OrderConfirmLineInput] = strawberry.field(default_factory=list)


@strawberry.input
class OrderRedateLineInput:
    order_line_id: strawberry.ID
    promised_on: datetime.date


@strawberry.input
class OrderRedateInput:
    request_id: str
    order_id: strawberry.ID
    lines: list[OrderRedateLineInput]


@strawberry.input(description="So many base units of an order line.")
class OrderLineQuantityInput:
    order_line_id: strawberry.ID
    quantity: int


@strawberry.input(description="Without `lines`, all that is not shipped is cancelled.")
class OrderCancelInput:
    request_id: str
    order_id: strawberry.ID
    lines: list[OrderLineQuantityInput] | None = None
    reason: str = ""


@strawberry.input(description="Without `lines`, all that is open is shipped.")
class OrderShipInput:
    request_id: str
    order_id: strawberry.ID
    lines: list[OrderLineQuantityInput] | None = None
    carrier: str = ""
    tracking_number: str = ""
    expected_on: datetime.date | None = strawberry.field(
        default=None, description="When it should arrive."
    )
    packages: int | None = None


@strawberry.input(description="What was found of a line in good order, and what came damaged.")
class ShipmentReceiveLineInput(OrderLineQuantityInput):
    damaged_quantity: int = strawberry.field(
        default=0, description="Base units, none of which are in `quantity`."
    )
    damage_reason: str = strawberry.field(default="", description="Needed for damage.")
    warehouse_id: strawberry.ID | None = strawberry.field(
        default=None, description="Your own warehouse that it came to, if to another."
    )


@strawberry.input(description="A line that is not named was found in full.")
class ShipmentReceiveInput:
    request_id: str
    shipment_id: strawberry.ID
    lines: list[ShipmentReceiveLineInput] = strawberry.field(default_factory=list)
    warehouse_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Your own warehouse that all came to for which no other is named; without it, "
        "each line's `receivingWarehouse`, else your first.",
    )
    note: str = ""


@strawberry.input
class OrderReturnRequestInput:
    request_id: str
    order_id: strawberry.ID
    lines: list[OrderLineQuantityInput]
    reason: str


@strawberry.input
class OrderReturnDecideInput:
    request_id: str
    order_return_id: strawberry.ID
    accepts: bool
    reason: str = ""


def damage_of(lines: Sequence[ShipmentReceiveLineInput]) -> dict[int, ordering.Damage]:
    """What came damaged, by order line."""
    return {
        from_id("OrderLine", line.order_line_id): ordering.Damage(
            line.damaged_quantity, line.damage_reason
        )
        for line in lines
    }


def warehouses_of(lines: Sequence[ShipmentReceiveLineInput]) -> dict[int, int | None]:
    """Where each line came to, as far as it is said, by order line."""
    return {
        from_id("OrderLine", line.order_line_id): from_optional_id("Warehouse", line.warehouse_id)
        for line in lines
    }


def quantities_of(lines: Sequence[OrderLineQuantityInput]) -> dict[int, int]:
    """Units by order line. Raises Rejected if a line is named twice: which one would count?"""
    ids = [from_id("OrderLine", line.order_line_id) for line in lines]
    for position, line_id in enumerate(ids):
        if line_id in ids[:position]:
            raise kernel.refuse(
                kernel.InvalidValue(
                    path=("lines", position, "orderLineId"),
                    field="orderLineId",
                    rule="name each line once",
                    rule_zh="每行只能出现一次",
                )
            )
    return {line_id: line.quantity for line_id, line in zip(ids, lines, strict=True)}
