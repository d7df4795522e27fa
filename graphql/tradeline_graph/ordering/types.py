"""What an order looks like from outside, to either party."""

from __future__ import annotations

import datetime
import decimal

import strawberry

from tradeline import kernel, ordering, pricing
from tradeline.kernel import Actor, Connection, Permission, trade_day
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id, to_optional_id
from tradeline_graph._promises import load_promise
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_sku
from tradeline_graph.identity import load_colleague_name
from tradeline_graph.inventory import Warehouse, load_warehouse
from tradeline_graph.ordering.enums import OrderSide, OrderState, OrderStep, ReturnState
from tradeline_graph.ordering.events import OrderEvent
from tradeline_graph.ordering.outlines import OrderCounts, load_outline
from tradeline_graph.ordering.papers import ReturnLine, ShipmentLine
from tradeline_graph.ordering.substitutes import OrderSubstitute, load_substitutes
from tradeline_graph.organizations import (
    Organization,
    Relationship,
    load_organization,
    load_relationship,
)
from tradeline_graph.pricing import PriceExplanation


@strawberry.type(
    description="One line of an order. Quantities are in the SKU's base unit.",
    directives=scoped(Scope.PARTY),
)
class OrderLine:
    id: strawberry.ID
    line_no: int
    sku_code: str = strawberry.field(description="Frozen with the line, as are names and units.")
    sku_name: str
    sku_name_en: str
    base_unit: str
    quantity: int
    pack_code: str = strawberry.field(description="The pack that was ordered.")
    pack_quantity: int = strawberry.field(description="How many of that pack.")
    unit_price: decimal.Decimal = strawberry.field(
        description="Frozen at placement; times `pricedQuantity` it is `amount`."
    )
    priced_quantity: int = strawberry.field(
        description="Base units, or packs where the price is for a pack."
    )
    amount: Money
    refused_quantity: int
    cancelled_quantity: int
    cut_quantity: int = strawberry.field(
        description="Of `cancelledQuantity`, what the seller cancelled."
    )
    shipped_quantity: int
    unshipped_quantity: int
    in_transit_quantity: int = strawberry.field(description="Shipped, and not counted yet.")
    received_quantity: int
    returned_quantity: int
    owed: Money = strawberry.field(description="What was received costs, before returns.")
    returned: Money = strawberry.field(description="What was given back of `owed`.")
    promised_on: datetime.date | None
    refusal_reason: str | None
    replaces_line_id: strawberry.ID | None = strawberry.field(
        description="The line for units of which this one was taken as a substitute."
    )
    line: strawberry.Private[ordering.OrderLine]
    order: strawberry.Private[ordering.Order]

    @classmethod
    def of(cls, line: ordering.OrderLine, order: ordering.Order) -> OrderLine:
        currency = order.currency
        return cls(
            id=to_id("OrderLine", line.id),
            line_no=line.line_no,
            sku_code=line.sku_code,
            sku_name=line.sku_name,
            sku_name_en=line.sku_name_en,
            base_unit=line.base_unit,
            quantity=line.quantity,
            pack_code=line.pack_code,
            pack_quantity=line.pack_quantity,
            unit_price=line.unit_price.normalize() if line.unit_price else decimal.Decimal(0),
            priced_quantity=line.priced_quantity,
            amount=Money.of_minor(line.amount_minor, currency),
            refused_quantity=line.refused_quantity,
            cancelled_quantity=line.cancelled_quantity,
            cut_quantity=line.cut_quantity,
            shipped_quantity=line.shipped_quantity,
            unshipped_quantity=line.unshipped,
            in_transit_quantity=line.in_transit,
            received_quantity=line.received_quantity,
            returned_quantity=line.returned_quantity,
            owed=Money.of_minor(line.owed_minor, currency),
            returned=Money.of_minor(line.returned_minor, currency),
            promised_on=line.promised_on,
            refusal_reason=line.refusal_reason,
            replaces_line_id=to_optional_id("OrderLine", line.replaces_line_id),
            line=line,
            order=order,
        )

    @strawberry.field(
        description="Null when it is no longer offered to you.",
        extensions=needs(Permission.CATALOG_READ),
    )
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.line.sku_id)

    @strawberry.field(
        description="When what is not shipped can be counted on: by what stands, what is to come "
        "and who came before. Null while nothing has been confirmed for it."
    )
    async def expected_on(self, info: Info) -> datetime.date | None:
        if not self.line.unshipped:
            return None
        if self.order.holds_stock:
            return self.line.promised_on
        promise = await load_promise(info, self.order.seller_org_id, self.line.sku_id)
        today = trade_day()
        return promise.expected_on(self.line.id, self.line.promised_on, today)

    @strawberry.field(
        description="As the buyer: the warehouse of yours that it is to be received in, if one was "
        "named. Null for the seller.",
        extensions=needs(Permission.STOCK_READ),
    )
    async def receiving_warehouse(self, info: Info) -> Warehouse | None:
        # It is the buyer's, and whoever is another organization finds no such warehouse.
        return await load_warehouse(info, self.line.receiving_warehouse_id)

    @strawberry.field(description="How the price came to be, frozen at placement.")
    def price_explanation(self, info: Info) -> PriceExplanation:
        frozen = pricing.PriceResolution.from_json(self.line.explanation)
        sells = info.context.signed_in().org_id == self.order.seller_org_id
        return PriceExplanation.of(frozen if sells else frozen.for_buyer())


@strawberry.type(description="Goods on their way.", directives=scoped(Scope.PARTY))
class Shipment:
    id: strawberry.ID
    number: str
    carrier: str
    tracking_number: str
    expected_on: datetime.date | None = strawberry.field(
        description="When it should arrive, as its seller told ahead."
    )
    packages: int | None
    shipped_at: datetime.datetime
    received_at: datetime.datetime | None
    lines: list[ShipmentLine]
    order_id: strawberry.Private[int]

    @classmethod
    def of(cls, shipment: ordering.Shipment) -> Shipment:
        return cls(
            id=to_id("Shipment", shipment.id),
            number=shipment.number,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            expected_on=shipment.expected_on,
            packages=shipment.packages,
            shipped_at=shipment.shipped_at,
            received_at=shipment.received_at,
            lines=[ShipmentLine.of(line) for line in shipment.lines],
            order_id=shipment.order_id,
        )

    @strawberry.field
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.order_id)


@strawberry.type(
    description="Goods that the buyer gives back, and what the seller says to it.",
    directives=scoped(Scope.PARTY),
)
class OrderReturn:
    id: strawberry.ID
    number: str
    state: ReturnState
    reason: str
    refusal_reason: str | None
    amount: Money
    requested_at: datetime.datetime
    decided_at: datetime.datetime | None
    lines: list[ReturnLine]
    order_id: strawberry.Private[int]

    @classmethod
    def of(cls, found: ordering.OrderReturn) -> OrderReturn:
        return cls(
            id=to_id("OrderReturn", found.id),
            number=found.number,
            state=found.state,
            reason=found.reason,
            refusal_reason=found.refusal_reason,
            amount=Money.of_minor(found.amount_minor, found.currency),
            requested_at=found.requested_at,
            decided_at=found.decided_at,
            lines=[ReturnLine.of(line, found.currency) for line in found.lines],
            order_id=found.order_id,
        )

    @strawberry.field
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.order_id)


@strawberry.type(
    description="Something that one party finds wrong with an order, or with a line of it. The "
    "other one answers by settling the matter: a return, an adjustment, another shipment.",
    directives=scoped(Scope.PARTY),
)
class Dispute:
    id: strawberry.ID
    order_line_id: strawberry.ID | None = strawberry.field(
        description="Null if it is about the order as a whole."
    )
    reason: str
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None
    resolution: str | None = strawberry.field(
        description="How the party that opened it says that it was settled."
    )
    dispute: strawberry.Private[ordering.Dispute]

    @classmethod
    def of(cls, dispute: ordering.Dispute) -> Dispute:
        line_id = dispute.order_line_id
        return cls(
            id=to_id("Dispute", dispute.id),
            order_line_id=None if line_id is None else to_id("OrderLine", line_id),
            reason=dispute.reason,
            opened_at=dispute.opened_at,
            closed_at=dispute.closed_at,
            resolution=dispute.resolution,
            dispute=dispute,
        )

    @strawberry.field
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.dispute.order_id)

    @strawberry.field
    async def opened_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.dispute.opened_by_org_id)

    @strawberry.field(description="Who opened it, if it is somebody of your organization.")
    async def opened_by_person(self, info: Info) -> str | None:
        return await load_colleague_name(info, self.dispute.opened_by_account_id)

    @strawberry.field
    async def closed_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.dispute.closed_by_org_id)

    @strawberry.field(description="You may close it: your organization opened it.")
    def is_own(self, info: Info) -> bool:
        return self.dispute.opened_by_org_id == info.context.signed_in().org_id


@strawberry.type(
    description="An order on a relationship, as both parties see it.",
    directives=scoped(Scope.PARTY),
)
class Order:
    id: strawberry.ID
    number: str
    state: OrderState
    since: datetime.datetime = strawberry.field(description="When it came to this state.")
    amount: Money = strawberry.field(description="What was ordered, at the frozen prices.")
    buyer_reference: str
    note: str
    ship_to_region: str
    ship_to_address: str
    requested_on: datetime.date | None
    placed_at: datetime.datetime
    closed_at: datetime.datetime | None
    order: strawberry.Private[ordering.Order]

    @classmethod
    def of(cls, order: ordering.Order) -> Order:
        return cls(
            id=to_id("Order", order.id),
            number=order.number,
            state=order.state,
            since=order.since,
            amount=Money.of(order.amount),
            buyer_reference=order.buyer_reference,
            note=order.note,
            ship_to_region=order.ship_to_region,
            ship_to_address=order.ship_to_address,
            requested_on=order.requested_on,
            placed_at=order.placed_at,
            closed_at=order.closed_at,
            order=order,
        )

    @strawberry.field(description="Who has it now; null when it is finished.")
    async def held_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.order.held_by_org_id)

    @strawberry.field
    async def seller(self, info: Info) -> Organization | None:
        return await load_organization(info, self.order.seller_org_id)

    @strawberry.field
    async def buyer(self, info: Info) -> Organization | None:
        return await load_organization(info, self.order.buyer_org_id)

    @strawberry.field(description="Who placed it: the buyer, or the seller on its behalf.")
    async def placed_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.order.placed_by_org_id)

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.order.relationship_id)

    @strawberry.field
    async def lines(self, info: Info) -> list[OrderLine]:
        found = await info.context.loader("order_lines", _lines).load(self.order.id)
        return [OrderLine.of(line, self.order) for line in found]

    @strawberry.field(description="What its received lines cost, less what was given back.")
    async def owed(self, info: Info) -> Money:
        lines = await info.context.loader("order_lines", _lines).load(self.order.id)
        minor = sum(line.owed_minor - line.returned_minor for line in lines)
        return Money.of_minor(minor, self.order.amount.currency)

    @strawberry.field(description="Its time line, first to last.")
    async def events(self, info: Info) -> list[OrderEvent]:
        found = await info.context.loader("order_events", _events).load(self.order.id)
        return [OrderEvent.of(event, self.order) for event in found]

    @strawberry.field
    async def shipments(self, info: Info) -> list[Shipment]:
        found = await info.context.loader("order_shipments", _shipments).load(self.order.id)
        return [Shipment.of(shipment) for shipment in found]

    @strawberry.field
    async def returns(self, info: Info) -> list[OrderReturn]:
        found = await info.context.loader("order_returns", _returns).load(self.order.id)
        return [OrderReturn.of(order_return) for order_return in found]

    @strawberry.field(description="First to last, closed ones as well.")
    async def disputes(self, info: Info) -> list[Dispute]:
        found = await info.context.loader("order_disputes", _disputes).load(self.order.id)
        return [Dispute.of(dispute) for dispute in found]

    @strawberry.field(description="What the seller offered in place of its lines, first to last.")
    async def substitutes(self, info: Info) -> list[OrderSubstitute]:
        found = await info.context.loader("order_substitutes", load_substitutes).load(self.order.id)
        return [OrderSubstitute.of(substitute) for substitute in found]

    @strawberry.field(description="One of its disputes is open.")
    async def is_disputed(self, info: Info) -> bool:
        return (await load_outline(info, self.order.id)).open_disputes > 0

    @strawberry.field(description="What you may do to it now. There is no other rule to know.")
    async def allowed_steps(self, info: Info) -> list[OrderStep]:
        outline = await load_outline(info, self.order.id)
        return ordering.allowed_steps(info.context.signed_in(), self.order, outline)

    @strawberry.field(description="What its lines come to.")
    async def counts(self, info: Info) -> OrderCounts:
        return OrderCounts.of(await load_outline(info, self.order.id))

    @strawberry.field(description="The earliest date promised for what is still to come.")
    async def promised_from(self, info: Info) -> datetime.date | None:
        return (await load_outline(info, self.order.id)).promised_from

    @strawberry.field(description="The latest date promised for what is still to come.")
    async def promised_until(self, info: Info) -> datetime.date | None:
        return (await load_outline(info, self.order.id)).promised_until

    @strawberry.field(description="On which side of it you stand.")
    def side(self, info: Info) -> OrderSide:
        return ordering.side_of(self.order, info.context.signed_in().org_id)

    @strawberry.field(description="The other party.")
    async def counterpart(self, info: Info) -> Organization | None:
        sells = self.side(info) is OrderSide.SELLING
        other_id = self.order.buyer_org_id if sells else self.order.seller_org_id
        return await load_organization(info, other_id)


async def load_order(info: Info, order_id: int | None) -> Order | None:
    """The order, if the actor is a party to it."""
    if order_id is None:
        return None
    found = await info.context.loader("order", _orders).load(order_id)
    return None if found is None else Order.of(found)


def keep_order(info: Info, order: ordering.Order) -> None:
    """Have `load_order` answer with an order that the actor, a party to it, has just placed."""
    if info.context.signed_in().may(Permission.ORDER_READ):
        info.context.loader("order", _orders).prime(order.id, order)


async def load_shipment(info: Info, shipment_id: int | None) -> Shipment | None:
    if shipment_id is None:
        return None
    found = await info.context.loader("shipment", _shipments_by_id).load(shipment_id)
    return None if found is None else Shipment.of(found)


async def load_return(info: Info, return_id: int | None) -> OrderReturn | None:
    if return_id is None:
        return None
    found = await info.context.loader("order_return", _returns_by_id).load(return_id)
    return None if found is None else OrderReturn.of(found)


async def load_dispute(info: Info, dispute_id: int | None) -> Dispute | None:
    if dispute_id is None:
        return None
    found = await info.context.loader("dispute", _disputes_by_id).load(dispute_id)
    return None if found is None else Dispute.of(found)


async def _orders(
    conn: Connection, actor: kernel.Actor, ids: list[int]
) -> list[ordering.Order | None]:
    found = await ordering.orders_by_ids(conn, actor=actor, ids=ids)
    return [found.get(order_id) for order_id in ids]


async def _lines(conn: Connection, actor: Actor, ids: list[int]) -> list[list[ordering.OrderLine]]:
    found = await ordering.lines_of_orders(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def _events(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[ordering.OrderEvent]]:
    found = await ordering.events_of_orders(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def _shipments(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[ordering.Shipment]]:
    found = await ordering.shipments_of_orders(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def _returns(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[ordering.OrderReturn]]:
    found = await ordering.returns_of_orders(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def _shipments_by_id(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[ordering.Shipment | None]:
    found = await ordering.shipments_by_ids(conn, actor=actor, ids=ids)
    return [found.get(shipment_id) for shipment_id in ids]


async def _returns_by_id(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[ordering.OrderReturn | None]:
    found = await ordering.returns_by_ids(conn, actor=actor, ids=ids)
    return [found.get(return_id) for return_id in ids]


async def _disputes(conn: Connection, actor: Actor, ids: list[int]) -> list[list[ordering.Dispute]]:
    found = await ordering.disputes_of_orders(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def _disputes_by_id(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[ordering.Dispute | None]:
    found = await ordering.disputes_by_ids(conn, actor=actor, ids=ids)
    return [found.get(dispute_id) for dispute_id in ids]
