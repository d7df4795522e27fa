"""What keeping stock is told."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import inventory
from tradeline_graph._ids import from_id
from tradeline_graph._scalars import PositiveInt


@strawberry.input
class WarehouseCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str = ""
    region: str = ""
    priority: int = 100


@strawberry.input(description="What is left out, or null, stays as it is.")
class WarehouseUpdateInput:
    request_id: str
    warehouse_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    region: str | None = None
    priority: int | None = None
    is_active: bool | None = strawberry.field(
        default=None,
        description="Closed only when nothing stands in it; a closed one serves nobody.",
    )

    def to_model(self) -> inventory.WarehouseChange:
        return inventory.WarehouseChange(
            warehouse_id=from_id("Warehouse", self.warehouse_id),
            name=self.name,
            name_en=self.name_en,
            region=self.region,
            priority=self.priority,
            is_active=self.is_active,
        )


@strawberry.input(description="The first serves first; none at all means all that there are.")
class WarehouseGrantInput:
    request_id: str
    relationship_id: strawberry.ID
    warehouse_ids: list[strawberry.ID]


@strawberry.input(description="A signed correction of what stands in a warehouse, in base units.")
class StockAdjustLineInput:
    warehouse_id: strawberry.ID
    sku_id: strawberry.ID
    quantity: int
    note: str = ""

    def to_model(self) -> inventory.StockAdjustment:
        return inventory.StockAdjustment(
            warehouse_id=from_id("Warehouse", self.warehouse_id),
            sku_id=from_id("Sku", self.sku_id),
            quantity=self.quantity,
            note=self.note,
        )


@strawberry.input
class StockAdjustInput:
    request_id: str
    lines: list[StockAdjustLineInput]


@strawberry.input(description="What somebody counted, in base units.")
class StockCountLineInput:
    warehouse_id: strawberry.ID
    sku_id: strawberry.ID
    counted: int
    note: str = ""

    def to_model(self) -> inventory.StockCount:
        return inventory.StockCount(
            warehouse_id=from_id("Warehouse", self.warehouse_id),
            sku_id=from_id("Sku", self.sku_id),
            counted=self.counted,
            note=self.note,
        )


@strawberry.input
class StockCountInput:
    request_id: str
    lines: list[StockCountLineInput]


@strawberry.input(description="Goods carried from one own warehouse to another, in base units.")
class StockTransferLineInput:
    from_warehouse_id: strawberry.ID
    to_warehouse_id: strawberry.ID
    sku_id: strawberry.ID
    quantity: PositiveInt

    def to_model(self) -> inventory.StockTransfer:
        return inventory.StockTransfer(
            from_warehouse_id=from_id("Warehouse", self.from_warehouse_id),
            to_warehouse_id=from_id("Warehouse", self.to_warehouse_id),
            sku_id=from_id("Sku", self.sku_id),
            quantity=self.quantity,
        )


@strawberry.input
class StockTransferInput:
    request_id: str
    lines: list[StockTransferLineInput]
    note: str = ""


@strawberry.input(description="Some of one SKU, in base units.")
class StockHoldLineInput:
    sku_id: strawberry.ID
    quantity: PositiveInt

    def to_model(self) -> inventory.HoldLine:
        return inventory.HoldLine(sku_id=from_id("Sku", self.sku_id), quantity=self.quantity)


@strawberry.input(
    description="With `relationshipId`, of the seller's stock; without, of your organization's."
)
class StockHoldInput:
    request_id: str
    lines: list[StockHoldLineInput]
    expires_at: datetime.datetime
    relationship_id: strawberry.ID | None = None


@strawberry.input
class StockHoldReleaseInput:
    request_id: str
    stock_hold_id: strawberry.ID
