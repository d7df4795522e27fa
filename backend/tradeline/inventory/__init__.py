"""What stands in which warehouse, and for whom some of it is set aside.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.inventory.errors import (
    CountBelowHeld,
    InsufficientStock,
)
from tradeline.inventory.jobs import (
    expire_holds,
)
from tradeline.inventory.model import (
    Allocation,
    HeldStock,
    HoldLine,
    HoldShipment,
    MovementReason,
    NewHold,
    NewWarehouse,
    Release,
    StockAdjustment,
    StockCount,
    StockHold,
    StockLevel,
    StockMovement,
    StockReceipt,
    StockTransfer,
    Supply,
    SupplySource,
    Warehouse,
    WarehouseGrant,
)
from tradeline.inventory.service.checks import (
    find_violations,
)
from tradeline.inventory.service.holds import (
    hold_stock,
    list_stock_holds,
    release_stock_hold,
    stock_holds_by_ids,
)
from tradeline.inventory.service.stock import (
    adjust_stock,
    count_stock,
    list_reservations,
    list_stock_levels,
    list_stock_movements,
    movements_of_document,
    transfer_stock,
)
from tradeline.inventory.service.supply import (
    available,
    available_on_edges,
    lock_supply,
    receive_stock,
    release_holds,
    send_back_stock,
    load_supply,
    ship_holds,
    store_holds,
)
from tradeline.inventory.service.warehouses import (
    create_warehouses,
    grant_warehouses,
    list_warehouses,
    warehouses_by_ids,
    warehouses_of_edges,
)

__all__ = [
    "Allocation",
    "CountBelowHeld",
    "HeldStock",
    "HoldLine",
    "HoldShipment",
    "InsufficientStock",
    "MovementReason",
    "NewHold",
    "NewWarehouse",
    "Release",
    "StockAdjustment",
    "StockCount",
    "StockHold",
    "StockLevel",
    "StockMovement",
    "StockReceipt",
    "StockTransfer",
    "Supply",
    "SupplySource",
    "Warehouse",
    "WarehouseGrant",
    "adjust_stock",
    "available",
    "available_on_edges",
    "count_stock",
    "create_warehouses",
    "expire_holds",
    "find_violations",
    "grant_warehouses",
    "hold_stock",
    "list_reservations",
    "list_stock_holds",
    "list_stock_levels",
    "list_stock_movements",
    "list_warehouses",
    "lock_supply",
    "movements_of_document",
    "receive_stock",
    "release_holds",
    "release_stock_hold",
    "send_back_stock",
    "ship_holds",
    "stock_holds_by_ids",
    "store_holds",
    "load_supply",
    "transfer_stock",
    "warehouses_by_ids",
    "warehouses_of_edges",
]
