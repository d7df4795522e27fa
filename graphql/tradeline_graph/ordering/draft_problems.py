"""The faces of what may be wrong with a draft, or with one of its rows."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeAlias

import strawberry

from tradeline import ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._problems import InvalidValue, Problem, face_of
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_sku
from tradeline_graph.ordering.problems import (
    BelowMinimum,
    BelowOrderMinimum,
    ComponentClosed,
    CreditBlocked,
    NotEnoughCredit,
    NotEnoughStock,
    NotInAssortment,
    NotTrading,
    OutOfStep,
    OutsideTerritory,
    PriceMissing,
    UnknownPack,
)


@face_of(ordering.CodeUnknown)
@strawberry.type(
    description="Nothing that you could order goes by what was typed.",
    directives=scoped(Scope.VALUE),
)
class CodeUnknown(Problem):
    code: str


@face_of(ordering.CodeAmbiguous)
@strawberry.type(
    description="What was typed may mean one of several SKUs, or one that is only similar. Save "
    "the row again with the `skuId` that is meant.",
    directives=scoped(Scope.PARTY),
)
class CodeAmbiguous(Problem):
    code: str
    sku_ids: strawberry.Private[tuple[int, ...]]

    @strawberry.field(description="At most five.", extensions=needs(Permission.CATALOG_READ))
    async def candidates(self, info: Info) -> list[Sku] | None:
        found = await asyncio.gather(*(load_sku(info, sku_id) for sku_id in self.sku_ids))
        return [sku for sku in found if sku is not None]


@face_of(ordering.QuantityUnclear)
@strawberry.type(
    description="The quantity is no whole number, perhaps with a pack.",
    directives=scoped(Scope.VALUE),
)
class QuantityUnclear(Problem):
    text: str


@face_of(ordering.NothingToOrder)
@strawberry.type(description="No row is ready to be ordered.", directives=scoped(Scope.VALUE))
class NothingToOrder(Problem):
    pass


@face_of(ordering.DraftChanged)
@strawberry.type(
    description="The draft is at another version: it was changed elsewhere meanwhile.",
    directives=scoped(Scope.VALUE),
)
class DraftChanged(Problem):
    version: int


DraftRowProblem: TypeAlias = Annotated[
    CodeUnknown
    | CodeAmbiguous
    | QuantityUnclear
    | NotInAssortment
    | ComponentClosed
    | UnknownPack
    | BelowMinimum
    | OutOfStep
    | NotEnoughStock
    | PriceMissing
    | InvalidValue
    | NotTrading,
    strawberry.union("DraftRowProblem"),
]
OrderBlocker: TypeAlias = Annotated[
    NothingToOrder
    | NotTrading
    | OutsideTerritory
    | BelowOrderMinimum
    | NotEnoughCredit
    | CreditBlocked
    | InvalidValue,
    strawberry.union("OrderBlocker"),
]
