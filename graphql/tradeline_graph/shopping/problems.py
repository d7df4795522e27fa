"""The faces of shopping's refusals."""

from __future__ import annotations

import strawberry

from tradeline import shopping
from tradeline_graph._problems import Problem, face_of
from tradeline_graph._scalars import Money, Quantity
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.shopping.enums import CouponReason


@face_of(shopping.StoreClosed)
@strawberry.type(description="The store takes no orders now.", directives=scoped(Scope.VALUE))
class StoreClosed(Problem):
    pass


@face_of(shopping.NothingToBuy)
@strawberry.type(description="The cart is empty.", directives=scoped(Scope.VALUE))
class NothingToBuy(Problem):
    pass


@face_of(shopping.CartChanged)
@strawberry.type(
    description="The cart is not the one that was looked at.", directives=scoped(Scope.VALUE)
)
class CartChanged(Problem):
    pass


@face_of(shopping.TooManyCartLines)
@strawberry.type(description="A cart holds as many SKUs as it may.", directives=scoped(Scope.VALUE))
class TooManyCartLines(Problem):
    most: int


@face_of(shopping.TooManyUnpaidOrders)
@strawberry.type(
    description="So many orders of theirs wait to be paid: one has to be paid, or called off.",
    directives=scoped(Scope.VALUE),
)
class TooManyUnpaidOrders(Problem):
    orders_max: int


@face_of(shopping.NotOnSale)
@strawberry.type(
    description="The store does not sell the SKU, or not any more.", directives=scoped(Scope.VALUE)
)
class NotOnSale(Problem):
    sku: str


@face_of(shopping.AboveLimit)
@strawberry.type(
    description="More than the store sells to one order.", directives=scoped(Scope.VALUE)
)
class AboveLimit(Problem):
    sku: str
    limit: Quantity
    requested: Quantity


@face_of(shopping.NotEnoughStock)
@strawberry.type(
    description="Less can be had than is asked for, wherever it may come from.",
    directives=scoped(Scope.VALUE),
)
class NotEnoughToSell(Problem):
    sku: str
    requested: Quantity
    available: Quantity


@face_of(shopping.AddressMissing)
@strawberry.type(
    description="Goods are to be delivered, and nobody said where to.",
    directives=scoped(Scope.VALUE),
)
class AddressMissing(Problem):
    pass


@face_of(shopping.NotDelivered)
@strawberry.type(
    description="The store does not deliver to the region.", directives=scoped(Scope.VALUE)
)
class NotDelivered(Problem):
    region: str


@face_of(shopping.PickupNotOffered)
@strawberry.type(
    description="Nothing can be picked up at the store.", directives=scoped(Scope.VALUE)
)
class PickupNotOffered(Problem):
    pass


@face_of(shopping.CouponNotUsable)
@strawberry.type(
    description="The coupon does not go with the order.", directives=scoped(Scope.VALUE)
)
class CouponNotUsable(Problem):
    reason: CouponReason


@face_of(shopping.AmountTooLarge)
@strawberry.type(description="More than one order may come to.", directives=scoped(Scope.VALUE))
class AmountTooLarge(Problem):
    amount: Money
    most: Money


@face_of(shopping.PriceChanged)
@strawberry.type(
    description="The total is not the one that was shown. Nothing was ordered.",
    directives=scoped(Scope.VALUE),
)
class PriceChanged(Problem):
    was: Money
    now: Money


@face_of(shopping.PaymentOver)
@strawberry.type(
    description="Nothing can be paid for the order any more.", directives=scoped(Scope.VALUE)
)
class PaymentOver(Problem):
    pass


@face_of(shopping.PayerUnknown)
@strawberry.type(
    description="Whoever pays has never logged in by the store's mini-program.",
    directives=scoped(Scope.VALUE),
)
class PayerUnknown(Problem):
    pass


@face_of(shopping.UnitsNotOpen)
@strawberry.type(
    description="A step wants more of a line than is there to take it.",
    directives=scoped(Scope.VALUE),
)
class UnitsNotOpen(Problem):
    line_no: int
    requested: int
    open: int


@face_of(shopping.MoreThanWasPaid)
@strawberry.type(
    description="More money would go back than is left of what was paid.",
    directives=scoped(Scope.VALUE),
)
class MoreThanWasPaid(Problem):
    requested: Money
    refundable: Money


@face_of(shopping.ReturnsOver)
@strawberry.type(
    description="The order was received so long ago that nothing of it may be given back.",
    directives=scoped(Scope.VALUE),
)
class ReturnsOver(Problem):
    pass


@face_of(shopping.BeyondOwnPart)
@strawberry.type(
    description="A store would give more of its own than its part of the sale and its free credit.",
    directives=scoped(Scope.VALUE),
)
class BeyondOwnPart(Problem):
    amount: Money
    most: Money


@face_of(shopping.PickupCodeUnknown)
@strawberry.type(
    description="No order waits in the store under the code.", directives=scoped(Scope.VALUE)
)
class PickupCodeUnknown(Problem):
    pass


@face_of(shopping.TooManyPickupAttempts)
@strawberry.type(
    description="So many wrong codes were given that the store has to wait.",
    directives=scoped(Scope.VALUE),
)
class TooManyPickupAttempts(Problem):
    retry_after_seconds: int
