"""What keeping stock answers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import inventory
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._problems import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    Problem,
    RequestReused,
    WrongState,
    face_of,
)
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.inventory.types import StockHold, StockMovement, Warehouse
from tradeline_graph.organizations import Relationship


@face_of(inventory.InsufficientStock)
@strawberry.type(
    description="Less of a SKU is free than a line asks for; in its base unit.",
    directives=scoped(Scope.VALUE),
)
class InsufficientStock(Problem):
    sku: str
    unit: str
    asked: int
    free_units: int


@face_of(inventory.BundleHasNoStock)
@strawberry.type(
    description="A bundle is not counted, moved or held itself: its components are.",
    directives=scoped(Scope.VALUE),
)
class BundleHasNoStock(Problem):
    sku: str
    components: str


@face_of(inventory.WarehouseNotEmpty)
@strawberry.type(
    description="Stock stands in a warehouse that is to be closed; `skus` names some.",
    directives=scoped(Scope.VALUE),
)
class WarehouseNotEmpty(Problem):
    warehouse: str
    sku_count: int
    skus: str


@face_of(inventory.WarehousePromised)
@strawberry.type(
    description="Orders or holds have stock set aside in a warehouse that is to be closed.",
    directives=scoped(Scope.VALUE),
)
class WarehousePromised(Problem):
    warehouse: str
    order_lines: int
    holds: int


@face_of(inventory.WarehouseClosed)
@strawberry.type(
    description="Nothing is put into a warehouse that is closed.", directives=scoped(Scope.VALUE)
)
class WarehouseClosed(Problem):
    warehouse: str


@face_of(inventory.CountBelowHeld)
@strawberry.type(
    description="A count found less than is held; in the SKU's base unit.",
    directives=scoped(Scope.VALUE),
)
class CountBelowHeld(Problem):
    sku: str
    unit: str
    counted: int
    held: int


WarehouseCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("WarehouseCreateError"),
]
WarehouseUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WarehouseNotEmpty | WarehousePromised,
    strawberry.union("WarehouseUpdateError"),
]
WarehouseGrantError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("WarehouseGrantError"),
]
StockAdjustError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | InsufficientStock
    | WarehouseClosed
    | BundleHasNoStock,
    strawberry.union("StockAdjustError"),
]
StockCountError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | CountBelowHeld | WarehouseClosed | BundleHasNoStock,
    strawberry.union("StockCountError"),
]
StockTransferError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | InsufficientStock
    | WarehouseClosed
    | BundleHasNoStock,
    strawberry.union("StockTransferError"),
]
StockHoldError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | InsufficientStock | BundleHasNoStock,
    strawberry.union("StockHoldError"),
]
StockHoldReleaseError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("StockHoldReleaseError"),
]


@strawberry.type(
    description=null_with_errors("warehouse"),
    directives=scoped(Scope.VALUE),
)
class WarehouseCreatePayload:
    warehouse: Warehouse | None = None
    errors: list[WarehouseCreateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("warehouse"),
    directives=scoped(Scope.VALUE),
)
class WarehouseUpdatePayload:
    warehouse: Warehouse | None = None
    errors: list[WarehouseUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("relationship"),
    directives=scoped(Scope.VALUE),
)
class WarehouseGrantPayload:
    relationship: Relationship | None = None
    errors: list[WarehouseGrantError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="What was moved; nothing if there are `errors`.", directives=scoped(Scope.VALUE)
)
class StockAdjustPayload:
    movements: list[StockMovement] = strawberry.field(default_factory=list)
    errors: list[StockAdjustError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="What was moved; nothing if there are `errors`.", directives=scoped(Scope.VALUE)
)
class StockCountPayload:
    movements: list[StockMovement] = strawberry.field(default_factory=list)
    errors: list[StockCountError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="What was moved; nothing if there are `errors`.", directives=scoped(Scope.VALUE)
)
class StockTransferPayload:
    movements: list[StockMovement] = strawberry.field(default_factory=list)
    errors: list[StockTransferError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("stockHold"),
    directives=scoped(Scope.VALUE),
)
class StockHoldPayload:
    stock_hold: StockHold | None = None
    errors: list[StockHoldError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("stockHold"),
    directives=scoped(Scope.VALUE),
)
class StockHoldReleasePayload:
    stock_hold: StockHold | None = None
    errors: list[StockHoldReleaseError] = strawberry.field(default_factory=list)
