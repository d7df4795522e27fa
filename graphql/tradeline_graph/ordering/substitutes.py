"""Goods offered in place of those that were ordered."""

from __future__ import annotations

import asyncio
import datetime
import decimal
from collections.abc import Sequence

import strawberry

from tradeline import ordering
from tradeline.kernel import Actor, Connection, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id, to_optional_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_sku
from tradeline_graph.ordering.enums import SubstituteState


@strawberry.type(
    description="Other goods that the seller offers for units of an order line, at the price of "
    "the relationship when they were offered. Quantities are base units.",
    directives=scoped(Scope.PARTY),
)
class OrderSubstitute:
    id: strawberry.ID
    order_line_id: strawberry.ID
    state: SubstituteState
    replaced_quantity: int = strawberry.field(description="Units of the line that it is for.")
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    pack_code: str
    pack_quantity: int
    quantity: int
    unit_price: decimal.Decimal
    priced_quantity: int
    amount: Money
    promised_on: datetime.date | None
    valid_until: datetime.date | None = strawberry.field(
        description="The last day on which it can be taken."
    )
    reason: str
    decision_reason: str = strawberry.field(
        description="Why the buyer took or declined it, or the seller withdrew it."
    )
    proposed_at: datetime.datetime
    decided_at: datetime.datetime | None
    new_line_id: strawberry.ID | None = strawberry.field(
        description="The line of the order that it became."
    )
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, offer: ordering.Substitute) -> OrderSubstitute:
        return cls(
            id=to_id("OrderSubstitute", offer.id),
            order_line_id=to_id("OrderLine", offer.order_line_id),
            state=offer.state,
            replaced_quantity=offer.replaced_quantity,
            sku_code=offer.sku_code,
            sku_name=offer.sku_name,
            sku_name_en=offer.sku_name_en,
            base_unit=offer.base_unit,
            pack_code=offer.pack_code,
            pack_quantity=offer.pack_quantity,
            quantity=offer.quantity,
            unit_price=offer.unit_price.normalize() if offer.unit_price else decimal.Decimal(0),
            priced_quantity=offer.priced_quantity,
            amount=Money.of_minor(offer.amount_minor, offer.currency),
            promised_on=offer.promised_on,
            valid_until=offer.valid_until,
            reason=offer.reason,
            decision_reason=offer.decision_reason,
            proposed_at=offer.proposed_at,
            decided_at=offer.decided_at,
            new_line_id=to_optional_id("OrderLine", offer.new_line_id),
            sku_id=offer.sku_id,
        )

    @strawberry.field(
        description="Null when it is not offered to you.", extensions=needs(Permission.CATALOG_READ)
    )
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


async def load_substitutes(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[list[ordering.Substitute]]:
    """For a loader: the offers of each order."""
    found = await ordering.substitutes_of_orders(conn, actor=actor, order_ids=ids)
    return [found.get(order_id, []) for order_id in ids]


async def load_offers(info: Info, ids: Sequence[int]) -> list[OrderSubstitute]:
    """Those of the offers that the viewer may read, in that order."""
    if not info.context.signed_in().may(Permission.ORDER_READ):
        return []
    loader = info.context.loader("order_substitute", _substitutes)
    found = await asyncio.gather(*(loader.load(substitute_id) for substitute_id in ids))
    return [OrderSubstitute.of(offer) for offer in found if offer is not None]


async def _substitutes(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[ordering.Substitute | None]:
    found = await ordering.substitutes_by_ids(conn, actor=actor, ids=ids)
    return [found.get(substitute_id) for substitute_id in ids]
