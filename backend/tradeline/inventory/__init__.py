"""What stands in which warehouse, and for whom some of it is set aside.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.inventory.errors import CountBelowHeld, InsufficientStock
from tradeline.inventory.model import (
    Allocation,
    HoldShipment,
    MovementReason,
    NewHold,
    Release,
    StockReceipt,
    Supply,
    SupplySource,
)
from tradeline.inventory.service.supply import (
    available,
    lock_supply,
    receive_stock,
    release_holds,
    ship_holds,
    store_holds,
)

__all__ = [
    "Allocation",
    "CountBelowHeld",
    "HoldShipment",
    "InsufficientStock",
    "MovementReason",
    "NewHold",
    "Release",
    "StockReceipt",
    "Supply",
    "SupplySource",
    "available",
    "lock_supply",
    "receive_stock",
    "release_holds",
    "ship_holds",
    "store_holds",
]
