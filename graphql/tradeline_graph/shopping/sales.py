"""A consumer's order as its parties see it: each its own part of it, and of the others' nothing."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Sequence

import strawberry

from tradeline import channels, shopping
from tradeline.kernel import Actor, Connection
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.organizations import Organization, load_organization
from tradeline_graph.shopping.enums import (
    AfterSaleAnswer,
    AfterSaleKind,
    AfterSaleState,
    ConsumerOrderState,
    Delivery,
    RefundCause,
    RefundState,
    SaleStep,
)
from tradeline_graph.shopping.money import MoneyTrail
from tradeline_graph.shopping.orders import (
    ConsumerLineQuantity,
    ShipTo,
    after_sales_of,
    events_of,
    lines_of,
    refunds_of,
    shipments_of,
)


@strawberry.type(
    description="The store that a sale was made in, to its parties.",
    directives=scoped(Scope.PARTY),
)
class SaleStore:
    id: strawberry.ID
    code: str
    name: str
    name_en: str

    @classmethod
    def of(cls, store: channels.Store) -> SaleStore:
        return cls(
            id=to_id("Store", store.id), code=store.code, name=store.name, name_en=store.name_en
        )


@strawberry.type(
    description="A line of a sale at the price of one of your own edges.",
    directives=scoped(Scope.PARTY),
)
class SaleLeg:
    sells: bool = strawberry.field(description="You are the seller on the edge; else, its buyer.")
    relationship_id: strawberry.ID
    unit_price: decimal.Decimal
    amount: Money
    leg: strawberry.Private[shopping.SaleLeg]

    @classmethod
    def of(cls, leg: shopping.SaleLeg, currency: str, org_id: int) -> SaleLeg:
        return cls(
            sells=leg.seller_org_id == org_id,
            relationship_id=to_id("Relationship", leg.relationship_id),
            unit_price=leg.unit_price.normalize() if leg.unit_price else decimal.Decimal(0),
            amount=Money.of_minor(leg.amount_minor, currency),
            leg=leg,
        )

    @strawberry.field(description="The other party of the edge.")
    async def counterpart(self, info: Info) -> Organization | None:
        other_id = self.leg.buyer_org_id if self.sells else self.leg.seller_org_id
        return await load_organization(info, other_id)


@strawberry.type(
    description="A line of a sale: a SKU from one party's stock. Quantities are in base units.",
    directives=scoped(Scope.PARTY),
)
class SaleLine:
    id: strawberry.ID
    line_no: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    quantity: int
    cancelled_quantity: int
    shipped_quantity: int
    unshipped_quantity: int
    returned_quantity: int
    line: strawberry.Private[shopping.ConsumerOrderLine]
    sale: strawberry.Private[shopping.Sale]

    @classmethod
    def of(cls, line: shopping.ConsumerOrderLine, sale: shopping.Sale) -> SaleLine:
        return cls(
            id=to_id("ConsumerOrderLine", line.id),
            line_no=line.line_no,
            sku_code=line.sku_code,
            sku_name=line.sku_name,
            sku_name_en=line.sku_name_en,
            base_unit=line.base_unit,
            quantity=line.quantity,
            cancelled_quantity=line.cancelled_quantity,
            shipped_quantity=line.shipped_quantity,
            unshipped_quantity=line.unshipped,
            returned_quantity=line.returned_quantity,
            line=line,
            sale=sale,
        )

    @strawberry.field(description="Its goods come from your own stock.")
    def is_mine_to_ship(self, info: Info) -> bool:
        return self.line.source_org_id == info.context.signed_in().org_id

    @strawberry.field(description="Whose stock its goods come from, if you may know of it.")
    async def source(self, info: Info) -> Organization | None:
        return await load_organization(info, self.line.source_org_id)

    @strawberry.field(
        description="What the consumer pays for a unit; null unless you sell to the consumer or "
        "collect the money."
    )
    def retail_unit_price(self) -> decimal.Decimal | None:
        if not self.sale.knows_payment:
            return None
        price = self.line.unit_price
        return price.normalize() if price else decimal.Decimal(0)

    @strawberry.field(description="Likewise, of the whole line, before the coupon.")
    def retail_amount(self) -> Money | None:
        return self._known(self.line.goods_minor)

    @strawberry.field(description="Likewise, what the coupon takes off of it.")
    def coupon_amount(self) -> Money | None:
        return self._known(self.line.coupon_minor)

    @strawberry.field(description="Likewise, what was given back of what was paid for it.")
    def refunded_amount(self) -> Money | None:
        return self._known(self.line.refunded_goods_minor - self.line.refunded_coupon_minor)

    @strawberry.field(description="What it comes to on your own edges: none of others'.")
    async def legs(self, info: Info) -> list[SaleLeg]:
        order = self.sale.order
        org_id = info.context.signed_in().org_id
        found = await info.context.loader("sale_legs", _legs).load(order.id)
        return [
            SaleLeg.of(leg, order.currency, org_id)
            for leg in found
            if leg.order_line_id == self.line.id
        ]

    def _known(self, minor: int) -> Money | None:
        if not self.sale.knows_payment:
            return None
        return Money.of_minor(minor, self.sale.order.currency)


@strawberry.type(
    description="Goods of a sale on their way, or handed over.", directives=scoped(Scope.PARTY)
)
class SaleShipment:
    id: strawberry.ID
    number: str
    carrier: str
    tracking_number: str
    shipped_at: datetime.datetime
    lines: list[ConsumerLineQuantity]
    org_id: strawberry.Private[int]

    @classmethod
    def of(
        cls, found: shopping.ConsumerShipment, lines: Sequence[shopping.ConsumerShipmentLine]
    ) -> SaleShipment:
        return cls(
            id=to_id("ConsumerShipment", found.id),
            number=found.number,
            carrier=found.carrier,
            tracking_number=found.tracking_number,
            shipped_at=found.shipped_at,
            lines=[ConsumerLineQuantity.of(it.order_line_id, it.quantity) for it in lines],
            org_id=found.org_id,
        )

    @strawberry.field(description="Who shipped it, if you may know of it.")
    async def shipped_by(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)


@strawberry.type(
    description="What a consumer asked after a sale, or was given.", directives=scoped(Scope.PARTY)
)
class SaleAfterSale:
    id: strawberry.ID
    number: str
    kind: AfterSaleKind
    state: AfterSaleState
    reason: str
    refusal_reason: str | None
    requested_at: datetime.datetime
    decided_at: datetime.datetime | None
    lines: list[ConsumerLineQuantity]
    amount: Money | None = strawberry.field(
        description="What the consumer gets; null unless you sell to the consumer or collect."
    )
    found: strawberry.Private[shopping.AfterSale]
    sale: strawberry.Private[shopping.Sale]

    @classmethod
    def of(
        cls,
        found: shopping.AfterSale,
        lines: Sequence[shopping.AfterSaleLine],
        sale: shopping.Sale,
    ) -> SaleAfterSale:
        amount = Money.of_minor(found.amount_minor, sale.order.currency)
        return cls(
            id=to_id("AfterSale", found.id),
            number=found.number,
            kind=found.kind,
            state=found.state,
            reason=found.reason,
            refusal_reason=found.refusal_reason,
            requested_at=found.requested_at,
            decided_at=found.decided_at,
            lines=[ConsumerLineQuantity.of(it.order_line_id, it.quantity) for it in lines],
            amount=amount if sale.knows_payment else None,
            found=found,
            sale=sale,
        )

    @strawberry.field(description="What you can say to it now; nothing while it is another's turn.")
    async def answers(self, info: Info) -> list[AfterSaleAnswer]:
        actor, order = info.context.signed_in(), self.sale.order
        if shopping.SaleStep.DECIDE_AFTER_SALE not in shopping.allowed_sale_steps(
            actor, order, is_source=self.sale.is_shipper
        ):
            return []
        lines = await info.context.loader("consumer_order_lines", lines_of).load(order.id)
        return shopping.allowed_answers(order, self.found, lines, actor.org_id)


@strawberry.type(description="What was taken back of a sale.", directives=scoped(Scope.PARTY))
class SaleRefund:
    number: str
    cause: RefundCause
    state: RefundState
    reason: str
    requested_at: datetime.datetime
    settled_at: datetime.datetime | None
    amount: Money | None = strawberry.field(
        description="What the consumer gets; null unless you sell to the consumer or collect."
    )

    @classmethod
    def of(cls, found: shopping.ConsumerRefund, sale: shopping.Sale) -> SaleRefund:
        amount = Money.of_minor(found.amount_minor, sale.order.currency)
        return cls(
            number=found.number,
            cause=found.cause,
            state=found.state,
            reason=found.reason,
            requested_at=found.requested_at,
            settled_at=found.settled_at,
            amount=amount if sale.knows_payment else None,
        )


@strawberry.type(
    description="A step that was taken on a consumer's order.", directives=scoped(Scope.PARTY)
)
class SaleEvent:
    step: str
    state: ConsumerOrderState = strawberry.field(description="The order's state after it.")
    occurred_at: datetime.datetime
    is_by_consumer: bool
    org_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, event: shopping.ConsumerOrderEvent) -> SaleEvent:
        return cls(
            step=event.step,
            state=event.state,
            occurred_at=event.occurred_at,
            is_by_consumer=event.member_id is not None,
            org_id=event.org_id,
        )

    @strawberry.field(description="The party that took it, if it is one that you may know of.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)


@strawberry.type(
    description="A consumer's order, to an organization that is a party to it: the store's own, or "
    "one that sells to it along the supply route.",
    directives=scoped(Scope.PARTY),
)
class Sale:
    id: strawberry.ID
    number: str
    state: ConsumerOrderState
    delivery: Delivery
    tier: int = strawberry.field(
        description="Yours on the route: 0 is the store's own, 1 sells to it, and so on."
    )
    is_collector: bool = strawberry.field(description="The consumer's money comes to you.")
    net_to_me: Money = strawberry.field(
        description="What the sale is worth to you by now: your goods and freight, less what you "
        "bear of the coupon and what was taken back."
    )
    ship_to_region: str
    note: str
    placed_at: datetime.datetime
    expires_at: datetime.datetime
    paid_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    total: Money | None = strawberry.field(
        description="What the consumer pays; null unless you sell to the consumer or collect."
    )
    goods_amount: Money | None
    coupon_amount: Money | None
    freight_amount: Money | None
    refunded_amount: Money | None
    sale: strawberry.Private[shopping.Sale]

    @classmethod
    def of(cls, sale: shopping.Sale) -> Sale:
        order = sale.order

        def known(minor: int) -> Money | None:
            return Money.of_minor(minor, order.currency) if sale.knows_payment else None

        return cls(
            id=to_id("Sale", order.id),
            number=order.number,
            state=order.state,
            delivery=order.delivery,
            tier=sale.tier,
            is_collector=sale.is_collector,
            net_to_me=Money.of_minor(sale.worth_minor, order.currency),
            ship_to_region=order.ship_to_region,
            note=order.note if sale.knows_recipient else "",
            placed_at=order.placed_at,
            expires_at=order.expires_at,
            paid_at=order.paid_at,
            closed_at=order.closed_at,
            total=known(order.total_minor),
            goods_amount=known(order.goods_minor),
            coupon_amount=known(order.coupon_minor),
            freight_amount=known(order.freight_minor),
            refunded_amount=known(order.refunded_minor),
            sale=sale,
        )

    @strawberry.field
    async def store(self, info: Info) -> SaleStore | None:
        found = await info.context.loader("sale_store", _stores).load(self.sale.order.store_id)
        return None if found is None else SaleStore.of(found)

    @strawberry.field(
        description="Null for an order that is picked up, and for whoever neither sells it to the "
        "consumer nor ships of it."
    )
    def ship_to(self, info: Info) -> ShipTo | None:
        if not self.sale.knows_recipient:
            return None
        found = shopping.recipient_of(self.sale.order, info.context.signed_in().network_id)
        return None if found is None else ShipTo.of(found)

    @strawberry.field(
        description="Those that walk an edge of yours; all of them, if you sell to the consumer or "
        "collect."
    )
    async def lines(self, info: Info) -> list[SaleLine]:
        return [SaleLine.of(line, self.sale) for line in await self._lines(info)]

    @strawberry.field(description="As far as they carry your lines.")
    async def shipments(self, info: Info) -> list[SaleShipment]:
        found = await info.context.loader("consumer_shipments", shipments_of).load(self._id)
        own = {line.id for line in await self._lines(info)}
        shipments = [(each, [it for it in each.lines if it.order_line_id in own]) for each in found]
        return [SaleShipment.of(each, lines) for each, lines in shipments if lines]

    @strawberry.field(
        description="Goods of your lines that are to go back; all of them, and money that goes "
        "back without, if you sell to the consumer or collect."
    )
    async def after_sales(self, info: Info) -> list[SaleAfterSale]:
        found = await info.context.loader("after_sales", after_sales_of).load(self._id)
        own = {line.id for line in await self._lines(info)}
        papers = [(each, [it for it in each.lines if it.order_line_id in own]) for each in found]
        return [
            SaleAfterSale.of(each, lines, self.sale)
            for each, lines in papers
            if self.sale.knows_payment or (lines and each.kind is shopping.AfterSaleKind.RETURN)
        ]

    @strawberry.field(
        description="Those that move something on an edge of yours; all of them, if you sell to "
        "the consumer or collect."
    )
    async def refunds(self, info: Info) -> list[SaleRefund]:
        found = await info.context.loader("consumer_refunds", refunds_of).load(self._id)
        if not self.sale.knows_payment:
            trail = await info.context.loader("money_trail", _trails).load(self._id)
            own = shopping.refunds_in(trail) if trail else frozenset()
            found = [each for each in found if each.id in own]
        return [SaleRefund.of(each, self.sale) for each in found]

    @strawberry.field(
        description="Its time line, first to last; what the store gives the consumer, and becomes "
        "of it, only if you sell to the consumer or collect."
    )
    async def events(self, info: Info) -> list[SaleEvent]:
        found = await info.context.loader("consumer_order_events", events_of).load(self._id)
        org_id = info.context.signed_in().org_id
        return [
            SaleEvent.of(event)
            for event in found
            if event.org_id == org_id or self.sale.knows_step(event.step)
        ]

    @strawberry.field(description="What you may do to it now.")
    def allowed_steps(self, info: Info) -> list[SaleStep]:
        return shopping.allowed_sale_steps(
            info.context.signed_in(), self.sale.order, is_source=self.sale.is_shipper
        )

    @strawberry.field(description="Who owes and who gets what of it: as far as it is yours to see.")
    async def money_trail(self, info: Info) -> MoneyTrail | None:
        found = await info.context.loader("money_trail", _trails).load(self._id)
        return None if found is None else MoneyTrail.of(found)

    @property
    def _id(self) -> int:
        return self.sale.order.id

    async def _lines(self, info: Info) -> list[shopping.ConsumerOrderLine]:
        found = await info.context.loader("consumer_order_lines", lines_of).load(self._id)
        return [line for line in found if self.sale.knows_line(line)]


async def load_sale(info: Info, order_id: int | None) -> Sale | None:
    """The order, if the actor's organization is a party to it."""
    if order_id is None:
        return None
    found = await info.context.loader("sale", _sales).load(order_id)
    return None if found is None else Sale.of(found)


async def _sales(conn: Connection, actor: Actor, ids: list[int]) -> list[shopping.Sale | None]:
    found = await shopping.sales_by_ids(conn, actor=actor, ids=ids)
    return [found.get(order_id) for order_id in ids]


async def _stores(conn: Connection, actor: Actor, ids: list[int]) -> list[channels.Store | None]:
    found = await channels.stores_by_ids(conn, network_id=actor.network_id, ids=ids)
    return [found.get(store_id) for store_id in ids]


async def _legs(conn: Connection, actor: Actor, ids: list[int]) -> list[list[shopping.SaleLeg]]:
    found = await shopping.legs_of_sales(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def _trails(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[shopping.MoneyTrail | None]:
    found = await shopping.money_trails(conn, actor=actor, order_ids=ids)
    return [found.get(order_id) for order_id in ids]
