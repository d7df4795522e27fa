"""Asking what stands where."""

from __future__ import annotations

import strawberry

from tradeline import inventory, kernel
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.inventory.types import (
    StockHold,
    StockLevel,
    StockMovement,
    StockReservation,
    Warehouse,
    load_stock_hold,
    load_warehouse,
)

READS = guarded(Scope.ORGANIZATION, Permission.STOCK_READ)
SEES_HOLDS = guarded(Scope.PARTY, Permission.STOCK_READ, Permission.STOCK_HOLD)


@strawberry.type
class Query:
    @strawberry.field(description="Your organization's warehouses.", extensions=READS)
    async def warehouses(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Warehouse]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await inventory.list_warehouses(conn, actor=actor, page=request)
        return Connection.of(page, Warehouse.of)

    @strawberry.field(description="One of them.", extensions=READS)
    async def warehouse(self, info: Info, id: strawberry.ID) -> Warehouse | None:
        return await load_warehouse(info, from_id("Warehouse", id))

    @strawberry.field(
        description="What stands in your organization's warehouses; search for SKUs as in `skus`.",
        extensions=READS,
    )
    async def stock_levels(
        self,
        info: Info,
        warehouse_id: strawberry.ID | None = None,
        sku_id: strawberry.ID | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StockLevel]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int, int))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await inventory.list_stock_levels(
                conn,
                actor=actor,
                page=request,
                warehouse_id=from_optional_id("Warehouse", warehouse_id),
                sku_id=from_optional_id("Sku", sku_id),
                search=search,
            )
        return Connection.of(page, StockLevel.of)

    @strawberry.field(description="Why it changed, newest first.", extensions=READS)
    async def stock_movements(
        self,
        info: Info,
        warehouse_id: strawberry.ID | None = None,
        sku_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StockMovement]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await inventory.list_stock_movements(
                conn,
                actor=actor,
                page=request,
                warehouse_id=from_optional_id("Warehouse", warehouse_id),
                sku_id=from_optional_id("Sku", sku_id),
            )
        return Connection.of(page, StockMovement.of)

    @strawberry.field(
        description="What is set aside in your warehouses, and for what, newest first.",
        extensions=READS,
    )
    async def stock_reservations(
        self,
        info: Info,
        warehouse_id: strawberry.ID | None = None,
        sku_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StockReservation]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await inventory.list_reservations(
                conn,
                actor=actor,
                page=request,
                warehouse_id=from_optional_id("Warehouse", warehouse_id),
                sku_id=from_optional_id("Sku", sku_id),
            )
        return Connection.of(page, StockReservation.of)

    @strawberry.field(
        description="Standing holds that your organization asked for, or of its stock.",
        extensions=SEES_HOLDS,
    )
    async def stock_holds(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[StockHold]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await inventory.list_stock_holds(conn, actor=actor, page=request)
        return Connection.of(page, StockHold.of)

    @strawberry.field(description="One of them, also when it is over.", extensions=SEES_HOLDS)
    async def stock_hold(self, info: Info, id: strawberry.ID) -> StockHold | None:
        return await load_stock_hold(info, from_id("StockHold", id))
