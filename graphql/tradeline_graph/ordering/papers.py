"""The lines of an order's papers."""

from __future__ import annotations

import strawberry

from tradeline import ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.inventory import Warehouse, load_warehouse


@strawberry.type(description="A line of a shipment.", directives=scoped(Scope.PARTY))
class ShipmentLine:
    order_line_id: strawberry.ID
    quantity: int
    received_quantity: int | None = strawberry.field(
        description="What the buyer counted and keeps; null until then."
    )
    damaged_quantity: int = strawberry.field(
        description="What came damaged: counted, and neither owed nor put into stock."
    )
    damage_reason: str | None
    line: strawberry.Private[ordering.ShipmentLine]

    @classmethod
    def of(cls, line: ordering.ShipmentLine) -> ShipmentLine:
        return cls(
            order_line_id=to_id("OrderLine", line.order_line_id),
            quantity=line.quantity,
            received_quantity=line.received_quantity,
            damaged_quantity=line.damaged_quantity,
            damage_reason=line.damage_reason,
            line=line,
        )

    @strawberry.field(
        description="As the buyer: where what was received of it stood first. Null if none of it "
        "was, and for the seller.",
        extensions=needs(Permission.STOCK_READ),
    )
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.line.warehouse_id)


@strawberry.type(description="A line of a return.", directives=scoped(Scope.PARTY))
class ReturnLine:
    order_line_id: strawberry.ID
    quantity: int
    amount: Money = strawberry.field(description="No longer owed; zero until it is accepted.")

    @classmethod
    def of(cls, line: ordering.ReturnLine, currency: str) -> ReturnLine:
        return cls(
            order_line_id=to_id("OrderLine", line.order_line_id),
            quantity=line.quantity,
            amount=Money.of_minor(line.amount_minor, currency),
        )
