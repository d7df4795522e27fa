"""The faces of ordering's refusals."""

from __future__ import annotations

from typing import TypeAlias

import strawberry

from tradeline import ordering
from tradeline_graph._problems import Problem, face_of
from tradeline_graph._scalars import Money, Quantity
from tradeline_graph._scope import Scope, scoped


@face_of(ordering.NotTrading)
@strawberry.type(
    description="The relationship takes no orders now.", directives=scoped(Scope.VALUE)
)
class NotTrading(Problem):
    pass


@face_of(ordering.NotInAssortment)
@strawberry.type(
    description="The relationship does not trade this SKU.", directives=scoped(Scope.VALUE)
)
class NotInAssortment(Problem):
    pass


@face_of(ordering.ComponentClosed)
@strawberry.type(
    description="Something that the bundle is made of is off the market.",
    directives=scoped(Scope.VALUE),
)
class ComponentClosed(Problem):
    sku: str
    components: str


@face_of(ordering.UnknownPack)
@strawberry.type(description="The SKU has no such pack.", directives=scoped(Scope.VALUE))
class UnknownPack(Problem):
    sku: str


@face_of(ordering.BelowMinimum)
@strawberry.type(
    description="Less than the relationship's minimum of the SKU.", directives=scoped(Scope.VALUE)
)
class BelowMinimum(Problem):
    sku: str
    requested: Quantity
    minimum: Quantity


@face_of(ordering.OutOfStep)
@strawberry.type(
    description="Not a multiple of the relationship's step of the SKU.",
    directives=scoped(Scope.VALUE),
)
class OutOfStep(Problem):
    sku: str
    requested: Quantity
    step: Quantity
    lower: Quantity
    upper: Quantity


@face_of(ordering.PriceMissing)
@strawberry.type(
    description="No price applies to the line on this relationship.", directives=scoped(Scope.VALUE)
)
class PriceMissing(Problem):
    sku: str


@face_of(ordering.NotEnoughStock)
@strawberry.type(
    description="Less of the SKU is free than the line asks for.", directives=scoped(Scope.VALUE)
)
class NotEnoughStock(Problem):
    sku: str
    requested: Quantity
    available: Quantity
    short_of: list[str] = strawberry.field(
        description="Of a bundle, the codes of the components that it is short of."
    )


@face_of(ordering.NotEnoughCredit)
@strawberry.type(
    description="The order costs more than credit line and deposit leave free.",
    directives=scoped(Scope.VALUE),
)
class NotEnoughCredit(Problem):
    required: Money
    free: Money


@face_of(ordering.CreditBlocked)
@strawberry.type(
    description="The seller has blocked the buyer's credit.", directives=scoped(Scope.VALUE)
)
class CreditBlocked(Problem):
    pass


@face_of(ordering.BelowOrderMinimum)
@strawberry.type(
    description="The order comes to less than the relationship's minimum.",
    directives=scoped(Scope.VALUE),
)
class BelowOrderMinimum(Problem):
    order_minimum: Money
    order_amount: Money


@face_of(ordering.OutsideTerritory)
@strawberry.type(
    description="The goods would go outside of the buyer's territory.",
    directives=scoped(Scope.VALUE),
)
class OutsideTerritory(Problem):
    region: str
    territory: str


@face_of(ordering.QuantityNotOpen)
@strawberry.type(
    description="A step wants more of a line than is open for it.", directives=scoped(Scope.VALUE)
)
class QuantityNotOpen(Problem):
    line_no: int
    requested: int
    open: int


@face_of(ordering.ReasonMissing)
@strawberry.type(
    description="Refusing, or confirming less than was ordered, needs a reason.",
    directives=scoped(Scope.VALUE),
)
class ReasonMissing(Problem):
    pass


# Why an order is not placed, however it came to be.
@face_of(ordering.BadFile)
@strawberry.type(
    description="A file that cannot be taken; the message says what to do.",
    directives=scoped(Scope.VALUE),
)
class BadFile(Problem):
    pass


PlacingProblem: TypeAlias = (
    NotTrading
    | NotInAssortment
    | ComponentClosed
    | UnknownPack
    | BelowMinimum
    | OutOfStep
    | PriceMissing
    | NotEnoughStock
    | NotEnoughCredit
    | CreditBlocked
    | BelowOrderMinimum
    | OutsideTerritory
)
