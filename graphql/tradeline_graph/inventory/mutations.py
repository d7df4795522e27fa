"""Keeping stock, one mutation for each change."""

from __future__ import annotations

import strawberry

from tradeline import inventory
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import one_of_list, perform
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.inventory.inputs import (
    StockAdjustInput,
    StockCountInput,
    StockHoldInput,
    StockHoldReleaseInput,
    StockTransferInput,
    WarehouseCreateInput,
    WarehouseGrantInput,
    WarehouseUpdateInput,
)
from tradeline_graph.inventory.payloads import (
    StockAdjustPayload,
    StockCountPayload,
    StockHoldPayload,
    StockHoldReleasePayload,
    StockTransferPayload,
    WarehouseCreatePayload,
    WarehouseGrantPayload,
    WarehouseUpdatePayload,
)
from tradeline_graph.inventory.types import StockMovement, load_stock_hold, load_warehouse
from tradeline_graph.organizations import load_relationship

MANAGES = guarded(Scope.ORGANIZATION, Permission.STOCK_MANAGE)
HOLDS = guarded(Scope.PARTY, Permission.STOCK_HOLD)


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Open a warehouse of your organization.", extensions=MANAGES)
    async def warehouse_create(
        self, info: Info, input: WarehouseCreateInput
    ) -> WarehouseCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                inventory.create_warehouses(
                    conn,
                    actor=actor,
                    warehouses=[
                        inventory.NewWarehouse(
                            code=input.code,
                            name=input.name,
                            name_en=input.name_en,
                            region=input.region,
                            priority=input.priority,
                        )
                    ],
                )
            ),
        )
        return WarehouseCreatePayload(
            warehouse=await load_warehouse(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Change a warehouse of your organization, close it or open it again.",
        extensions=MANAGES,
    )
    async def warehouse_update(
        self, info: Info, input: WarehouseUpdateInput
    ) -> WarehouseUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: inventory.update_warehouse(
                conn, actor=actor, change=input.to_model()
            ),
        )
        return WarehouseUpdatePayload(
            warehouse=await load_warehouse(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the seller, say which of your warehouses serve a relationship.",
        extensions=MANAGES,
    )
    async def warehouse_grant(
        self, info: Info, input: WarehouseGrantInput
    ) -> WarehouseGrantPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                inventory.grant_warehouses(
                    conn,
                    actor=actor,
                    grants=[
                        inventory.WarehouseGrant(
                            relationship_id=from_id("Relationship", input.relationship_id),
                            warehouse_ids=tuple(
                                from_id("Warehouse", id) for id in input.warehouse_ids
                            ),
                        )
                    ],
                )
            ),
        )
        return WarehouseGrantPayload(
            relationship=await load_relationship(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Correct on-hand by signed amounts: every line, or none.", extensions=MANAGES
    )
    async def stock_adjust(self, info: Info, input: StockAdjustInput) -> StockAdjustPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: inventory.adjust_stock(
                conn, actor=actor, adjustments=[line.to_model() for line in input.lines]
            ),
        )
        movements = await _moved(info, inventory.MovementReason.ADJUSTMENT, done.id)
        return StockAdjustPayload(movements=movements, errors=done.errors)

    @strawberry.mutation(
        description="Set on-hand to what was counted: every line, or none.", extensions=MANAGES
    )
    async def stock_count(self, info: Info, input: StockCountInput) -> StockCountPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: inventory.count_stock(
                conn, actor=actor, counts=[line.to_model() for line in input.lines]
            ),
        )
        movements = await _moved(info, inventory.MovementReason.COUNT, done.id)
        return StockCountPayload(movements=movements, errors=done.errors)

    @strawberry.mutation(
        description="Carry goods between your own warehouses: every line, or none.",
        extensions=MANAGES,
    )
    async def stock_transfer(self, info: Info, input: StockTransferInput) -> StockTransferPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: inventory.transfer_stock(
                conn,
                actor=actor,
                transfers=[line.to_model() for line in input.lines],
                note=input.note,
            ),
        )
        movements = await _moved(info, inventory.MovementReason.TRANSFER, done.id)
        return StockTransferPayload(movements=movements, errors=done.errors)

    @strawberry.mutation(
        description="Set stock aside for your organization: every line, or none.", extensions=HOLDS
    )
    async def stock_hold(self, info: Info, input: StockHoldInput) -> StockHoldPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: inventory.hold_stock(
                conn,
                actor=actor,
                lines=[line.to_model() for line in input.lines],
                expires_at=input.expires_at,
                relationship_id=from_optional_id("Relationship", input.relationship_id),
            ),
        )
        return StockHoldPayload(stock_hold=await load_stock_hold(info, done.id), errors=done.errors)

    @strawberry.mutation(description="Let go of stock that is set aside.", extensions=HOLDS)
    async def stock_hold_release(
        self, info: Info, input: StockHoldReleaseInput
    ) -> StockHoldReleasePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: inventory.release_stock_hold(
                conn, actor=actor, hold_id=from_id("StockHold", input.stock_hold_id)
            ),
        )
        return StockHoldReleasePayload(
            stock_hold=await load_stock_hold(info, done.id), errors=done.errors
        )


async def _moved(
    info: Info, reason: inventory.MovementReason, document_id: int | None
) -> list[StockMovement]:
    """What the document moved."""
    if document_id is None:
        return []
    actor = info.context.signed_in()
    async with info.context.db.reading(actor.network_id) as conn:
        found = await inventory.movements_of_document(
            conn, actor=actor, reason=reason, document_id=document_id
        )
    return [StockMovement.of(movement) for movement in found]
