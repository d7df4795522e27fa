"""A consumer's order, as its consumer sees it: what it is, what was paid, what became of it.

Nothing here tells what a dealer pays, nor where goods come from: a test walks all of it.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import strawberry

from tradeline import shopping
from tradeline.kernel import Actor, Connection, Shopper
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._loaders import Load
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.channels import OfferedSku, StoreFront, load_offered_sku, load_store_front
from tradeline_graph.shopping.enums import (
    AfterSaleKind,
    AfterSaleState,
    ConsumerOrderState,
    Delivery,
    RefundCause,
    RefundState,
    SaleStep,
)

Row = TypeVar("Row")


@strawberry.type(
    description="A line of a consumer's order. Quantities are in the SKU's base unit.",
    directives=scoped(Scope.MEMBER),
)
class ConsumerOrderLine:
    id: strawberry.ID
    line_no: int
    sku_code: str = strawberry.field(description="Frozen with the line, as are names and unit.")
    sku_name: str
    sku_name_en: str
    base_unit: str
    quantity: int
    unit_price: decimal.Decimal
    amount: Money = strawberry.field(description="Before the coupon.")
    coupon_amount: Money = strawberry.field(description="What the coupon takes off of it.")
    cancelled_quantity: int
    shipped_quantity: int
    returned_quantity: int
    returnable_quantity: int = strawberry.field(description="What could still be sent back.")
    refunded_amount: Money = strawberry.field(description="Of what was paid for it.")
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, line: shopping.ConsumerOrderLine, currency: str) -> ConsumerOrderLine:
        refunded_minor = line.refunded_goods_minor - line.refunded_coupon_minor
        return cls(
            id=to_id("ConsumerOrderLine", line.id),
            line_no=line.line_no,
            sku_code=line.sku_code,
            sku_name=line.sku_name,
            sku_name_en=line.sku_name_en,
            base_unit=line.base_unit,
            quantity=line.quantity,
            unit_price=line.unit_price.normalize() if line.unit_price else decimal.Decimal(0),
            amount=Money.of_minor(line.goods_minor, currency),
            coupon_amount=Money.of_minor(line.coupon_minor, currency),
            cancelled_quantity=line.cancelled_quantity,
            shipped_quantity=line.shipped_quantity,
            returned_quantity=line.returned_quantity,
            returnable_quantity=line.returnable,
            refunded_amount=Money.of_minor(refunded_minor, currency),
            sku_id=line.sku_id,
        )

    @strawberry.field(description="Null when it is not sold any more.")
    async def sku(self, info: Info) -> OfferedSku | None:
        return await load_offered_sku(info, self.sku_id)


@strawberry.type(
    description="So much of a line of a consumer's order.", directives=scoped(Scope.VALUE)
)
class ConsumerLineQuantity:
    line_id: strawberry.ID
    quantity: int

    @classmethod
    def of(cls, line_id: int, quantity: int) -> ConsumerLineQuantity:
        return cls(line_id=to_id("ConsumerOrderLine", line_id), quantity=quantity)


@strawberry.type(
    description="Goods on their way to the consumer, or handed over in the store.",
    directives=scoped(Scope.MEMBER),
)
class ConsumerShipment:
    id: strawberry.ID
    number: str
    carrier: str
    tracking_number: str
    shipped_at: datetime.datetime
    lines: list[ConsumerLineQuantity]

    @classmethod
    def of(cls, found: shopping.ConsumerShipment) -> ConsumerShipment:
        return cls(
            id=to_id("ConsumerShipment", found.id),
            number=found.number,
            carrier=found.carrier,
            tracking_number=found.tracking_number,
            shipped_at=found.shipped_at,
            lines=[ConsumerLineQuantity.of(it.order_line_id, it.quantity) for it in found.lines],
        )


@strawberry.type(
    description="What was asked after a sale: to send goods back, or money back for goods that "
    "stay.",
    directives=scoped(Scope.MEMBER),
)
class AfterSale:
    id: strawberry.ID
    number: str
    kind: AfterSaleKind
    state: AfterSaleState
    reason: str
    refusal_reason: str | None
    amount: Money = strawberry.field(description="What is given back; zero until it is accepted.")
    requested_at: datetime.datetime
    decided_at: datetime.datetime | None
    lines: list[ConsumerLineQuantity]

    @classmethod
    def of(cls, found: shopping.AfterSale, currency: str) -> AfterSale:
        return cls(
            id=to_id("AfterSale", found.id),
            number=found.number,
            kind=found.kind,
            state=found.state,
            reason=found.reason,
            # What its suppliers say to the store is not said to the consumer.
            refusal_reason=found.refusal_reason if found.state is AfterSaleState.REFUSED else None,
            amount=Money.of_minor(found.amount_minor, currency),
            requested_at=found.requested_at,
            decided_at=found.decided_at,
            lines=[ConsumerLineQuantity.of(it.order_line_id, it.quantity) for it in found.lines],
        )


@strawberry.type(
    description="Money that goes back to the consumer, the way it came.",
    directives=scoped(Scope.MEMBER),
)
class ConsumerRefund:
    number: str
    cause: RefundCause
    state: RefundState
    amount: Money
    reason: str
    requested_at: datetime.datetime
    settled_at: datetime.datetime | None

    @classmethod
    def of(cls, found: shopping.ConsumerRefund, currency: str) -> ConsumerRefund:
        return cls(
            number=found.number,
            cause=found.cause,
            state=found.state,
            amount=Money.of_minor(found.amount_minor, currency),
            reason=found.reason,
            requested_at=found.requested_at,
            settled_at=found.settled_at,
        )


@strawberry.type(
    description="A step that was taken on a consumer's order.", directives=scoped(Scope.MEMBER)
)
class ConsumerOrderEvent:
    step: str
    state: ConsumerOrderState = strawberry.field(description="The order's state after it.")
    occurred_at: datetime.datetime

    @classmethod
    def of(cls, event: shopping.ConsumerOrderEvent) -> ConsumerOrderEvent:
        return cls(step=event.step, state=event.state, occurred_at=event.occurred_at)


@strawberry.type(
    description="Who receives an order, and where: as it was when it was placed.",
    directives=scoped(Scope.VALUE),
)
class ShipTo:
    recipient: str
    phone: str
    region: str
    detail: str

    @classmethod
    def of(cls, found: shopping.Recipient) -> ShipTo:
        return cls(
            recipient=found.recipient,
            phone=found.phone,
            region=found.region,
            detail=found.detail,
        )


@strawberry.type(
    description="A consumer's order in a store, as its consumer sees it.",
    directives=scoped(Scope.MEMBER),
)
class ConsumerOrder:
    id: strawberry.ID
    number: str
    state: ConsumerOrderState
    delivery: Delivery
    goods_amount: Money
    coupon_amount: Money = strawberry.field(description="What the coupon takes off.")
    freight_amount: Money
    total: Money = strawberry.field(description="Goods less coupon, and freight: what is paid.")
    refunded_amount: Money
    note: str
    placed_at: datetime.datetime
    expires_at: datetime.datetime = strawberry.field(
        description="Until then it can be paid, and goods and coupon are kept for it."
    )
    paid_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    order: strawberry.Private[shopping.ConsumerOrder]

    @classmethod
    def of(cls, order: shopping.ConsumerOrder) -> ConsumerOrder:
        currency = order.currency
        return cls(
            id=to_id("ConsumerOrder", order.id),
            number=order.number,
            state=order.state,
            delivery=order.delivery,
            goods_amount=Money.of_minor(order.goods_minor, currency),
            coupon_amount=Money.of_minor(order.coupon_minor, currency),
            freight_amount=Money.of_minor(order.freight_minor, currency),
            total=Money.of(order.total),
            refunded_amount=Money.of_minor(order.refunded_minor, currency),
            note=order.note,
            placed_at=order.placed_at,
            expires_at=order.expires_at,
            paid_at=order.paid_at,
            closed_at=order.closed_at,
            order=order,
        )

    @strawberry.field
    async def store(self, info: Info) -> StoreFront | None:
        return await load_store_front(info, self.order.store_id)

    @strawberry.field
    async def lines(self, info: Info) -> list[ConsumerOrderLine]:
        found = await info.context.loader("consumer_order_lines", lines_of).load(self.order.id)
        return [ConsumerOrderLine.of(line, self.order.currency) for line in found]

    @strawberry.field(description="Null for an order that is picked up.")
    def ship_to(self, info: Info) -> ShipTo | None:
        network_id = info.context.shopping_viewer().network_id
        found = shopping.recipient_of(self.order, network_id)
        return None if found is None else ShipTo.of(found)

    @strawberry.field(description="To be shown in the store, while the goods wait there.")
    def pickup_code(self, info: Info) -> str | None:
        return shopping.pickup_code_of(self.order, info.context.shopping_viewer().network_id)

    @strawberry.field
    async def shipments(self, info: Info) -> list[ConsumerShipment]:
        found = await info.context.loader("consumer_shipments", shipments_of).load(self.order.id)
        return [ConsumerShipment.of(shipment) for shipment in found]

    @strawberry.field(description="First to last, whatever became of them.")
    async def after_sales(self, info: Info) -> list[AfterSale]:
        found = await info.context.loader("after_sales", after_sales_of).load(self.order.id)
        return [AfterSale.of(each, self.order.currency) for each in found]

    @strawberry.field(description="Money on its way back, or back.")
    async def refunds(self, info: Info) -> list[ConsumerRefund]:
        found = await info.context.loader("consumer_refunds", refunds_of).load(self.order.id)
        return [ConsumerRefund.of(it, self.order.currency) for it in found if it.amount_minor]

    @strawberry.field(description="Its time line, first to last.")
    async def events(self, info: Info) -> list[ConsumerOrderEvent]:
        found = await info.context.loader("consumer_order_events", events_of).load(self.order.id)
        return [ConsumerOrderEvent.of(event) for event in found]

    @strawberry.field(description="What you may do to it now.")
    def allowed_steps(self) -> list[SaleStep]:
        return shopping.member_steps(self.order)


async def load_consumer_order(info: Info, order_id: int | None) -> ConsumerOrder | None:
    """The order, if it is the consumer's own."""
    if order_id is None:
        return None
    found = await info.context.loader("consumer_order", _orders).load(order_id)
    return None if found is None else ConsumerOrder.of(found)


def keep_consumer_order(info: Info, order: shopping.ConsumerOrder) -> None:
    """Have `load_consumer_order` answer with an order that the consumer has just placed."""
    info.context.loader("consumer_order", _orders).prime(order.id, order)


async def load_after_sale(info: Info, after_sale_id: int | None) -> AfterSale | None:
    """What was asked for after a sale, if it is the consumer's own."""
    if after_sale_id is None:
        return None
    found = await info.context.loader("after_sale", _after_sales).load(after_sale_id)
    return None if found is None else AfterSale.of(*found)


async def _orders(
    conn: Connection, shopper: Shopper, ids: list[int]
) -> list[shopping.ConsumerOrder | None]:
    found = await shopping.consumer_orders_by_ids(conn, shopper=shopper, ids=ids)
    return [found.get(order_id) for order_id in ids]


async def _after_sales(
    conn: Connection, shopper: Shopper, ids: list[int]
) -> list[tuple[shopping.AfterSale, str] | None]:
    found = await shopping.after_sales_by_ids(conn, network_id=shopper.network_id, ids=ids)
    orders = await shopping.consumer_orders_by_ids(
        conn, shopper=shopper, ids=[it.order_id for it in found.values()]
    )
    return [
        (it, orders[it.order_id].currency) if it is not None and it.order_id in orders else None
        for it in map(found.get, ids)
    ]


# What belongs to orders, of whoever has come upon the orders.


class _ReadOfOrders(Protocol[Row]):
    async def __call__(
        self, conn: Connection, *, network_id: int, order_ids: Sequence[int]
    ) -> Mapping[int, list[Row]]: ...


def _of_orders(read: _ReadOfOrders[Row]) -> Load[int, list[Row]]:
    """The loader of what `read` finds of orders, by the orders' ids."""

    async def load(conn: Connection, asker: Actor | Shopper, ids: list[int]) -> Sequence[list[Row]]:
        found = await read(conn, network_id=asker.network_id, order_ids=ids)
        return [found.get(order_id, []) for order_id in ids]

    return load


lines_of = _of_orders(shopping.lines_of_consumer_orders)
shipments_of = _of_orders(shopping.shipments_of_consumer_orders)
after_sales_of = _of_orders(shopping.after_sales_of_consumer_orders)
refunds_of = _of_orders(shopping.refunds_of_consumer_orders)
events_of = _of_orders(shopping.events_of_consumer_orders)
