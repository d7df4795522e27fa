"""What stock looks like to whoever owns it, or has some of it set aside."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import inventory
from tradeline.kernel import Actor, Connection, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_sku
from tradeline_graph.organizations import Organization, load_organization

strawberry.enum(
    inventory.MovementReason, description="Why on-hand changed.", name="StockMovementReason"
)


# The graph's names for what stock is set aside for.
RESERVED_FOR = {
    "consumer_order_line": "ConsumerOrderLine",
    "hold": "StockHold",
    "order_line": "OrderLine",
}


@strawberry.type(
    description="A place where your organization keeps stock. Lower priority serves first.",
    directives=scoped(Scope.ORGANIZATION),
)
class Warehouse:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    region: str
    priority: int
    is_active: bool

    @classmethod
    def of(cls, warehouse: inventory.Warehouse) -> Warehouse:
        return cls(
            id=to_id("Warehouse", warehouse.id),
            code=warehouse.code,
            name=warehouse.name,
            name_en=warehouse.name_en,
            region=warehouse.region,
            priority=warehouse.priority,
            is_active=warehouse.is_active,
        )


@strawberry.type(
    description="How much of a SKU stands in a warehouse, and how much of that is spoken for. "
    "In base units.",
    directives=scoped(Scope.ORGANIZATION),
)
class StockLevel:
    on_hand: int
    held: int
    free: int
    warehouse_id: strawberry.Private[int]
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, level: inventory.StockLevel) -> StockLevel:
        return cls(
            on_hand=level.on_hand,
            held=level.held,
            free=level.free,
            warehouse_id=level.warehouse_id,
            sku_id=level.sku_id,
        )

    @strawberry.field
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.warehouse_id)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="One change of on-hand, never changed itself.",
    directives=scoped(Scope.ORGANIZATION),
)
class StockMovement:
    id: strawberry.ID
    quantity: int
    reason: inventory.MovementReason
    reference_type: str | None = strawberry.field(description="The kind of paper that caused it.")
    note: str
    occurred_at: datetime.datetime
    warehouse_id: strawberry.Private[int]
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, movement: inventory.StockMovement) -> StockMovement:
        return cls(
            id=to_id("StockMovement", movement.id),
            quantity=movement.quantity,
            reason=movement.reason,
            reference_type=movement.reference_type,
            note=movement.note,
            occurred_at=movement.occurred_at,
            warehouse_id=movement.warehouse_id,
            sku_id=movement.sku_id,
        )

    @strawberry.field
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.warehouse_id)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(description="Some of one SKU that is set aside.", directives=scoped(Scope.PARTY))
class StockHoldLine:
    quantity: int
    sku_id: strawberry.Private[int]

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="Stock that somebody asked to have set aside, until it lapses.",
    directives=scoped(Scope.PARTY),
)
class StockHold:
    id: strawberry.ID
    created_at: datetime.datetime
    expires_at: datetime.datetime
    is_active: bool = strawberry.field(description="False once it was released or has lapsed.")
    lines: list[StockHoldLine]
    owner_org_id: strawberry.Private[int]
    held_for_org_id: strawberry.Private[int]

    @classmethod
    def of(cls, held: inventory.HeldStock) -> StockHold:
        return cls(
            id=to_id("StockHold", held.id),
            created_at=held.created_at,
            expires_at=held.expires_at,
            is_active=held.is_active,
            owner_org_id=held.owner_org_id,
            held_for_org_id=held.held_for_org_id,
            lines=[
                StockHoldLine(quantity=line.quantity, sku_id=line.sku_id) for line in held.lines
            ],
        )

    @strawberry.field(description="Whose stock it is.")
    async def owner(self, info: Info) -> Organization | None:
        return await load_organization(info, self.owner_org_id)

    @strawberry.field(description="Who may use it.")
    async def held_for(self, info: Info) -> Organization | None:
        return await load_organization(info, self.held_for_org_id)


@strawberry.type(
    description="What is set aside in one of your warehouses, for an order or for a hold.",
    directives=scoped(Scope.ORGANIZATION),
)
class StockReservation:
    id: strawberry.ID
    quantity: int = strawberry.field(description="What is still set aside, in base units.")
    document_type: str = strawberry.field(
        description='"order_line", "consumer_order_line" or "hold".'
    )
    document_id: strawberry.ID
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    warehouse_id: strawberry.Private[int]
    sku_id: strawberry.Private[int]
    held_for_org_id: strawberry.Private[int]

    @classmethod
    def of(cls, hold: inventory.StockHold) -> StockReservation:
        type_name = RESERVED_FOR.get(hold.reference_type, hold.reference_type)
        return cls(
            id=to_id("StockReservation", hold.id),
            quantity=hold.quantity,
            document_type=hold.reference_type,
            document_id=to_id(type_name, hold.reference_id),
            created_at=hold.created_at,
            expires_at=hold.expires_at,
            warehouse_id=hold.warehouse_id,
            sku_id=hold.sku_id,
            held_for_org_id=hold.held_for_org_id,
        )

    @strawberry.field
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.warehouse_id)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field(description="Who may use it.")
    async def held_for(self, info: Info) -> Organization | None:
        return await load_organization(info, self.held_for_org_id)


async def load_warehouse(info: Info, warehouse_id: int | None) -> Warehouse | None:
    """The warehouse, if it is the actor's organization's."""
    if warehouse_id is None:
        return None
    found = await info.context.loader("warehouse", _warehouses).load(warehouse_id)
    return None if found is None else Warehouse.of(found)


async def load_stock_hold(info: Info, hold_id: int | None) -> StockHold | None:
    if hold_id is None:
        return None
    found = await info.context.loader("stock_hold", _stock_holds).load(hold_id)
    return None if found is None else StockHold.of(found)


async def _warehouses(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[inventory.Warehouse | None]:
    found = await inventory.warehouses_by_ids(conn, actor=actor, ids=ids)
    return [found.get(warehouse_id) for warehouse_id in ids]


async def _stock_holds(
    conn: Connection, actor: Actor, ids: list[int]
) -> list[inventory.HeldStock | None]:
    found = await inventory.stock_holds_by_ids(conn, actor=actor, ids=ids)
    return [found.get(hold_id) for hold_id in ids]
