"""What the steps of an order answer: the result, or every reason why not."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline_graph._mutations import null_with_errors
from tradeline_graph._problems import Busy, InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.inventory.payloads import WarehouseClosed
from tradeline_graph.ordering.problems import (
    PlacingProblem,
    QuantityNotOpen,
    ReasonMissing,
)
from tradeline_graph.ordering.types import Order, OrderReturn, Shipment

OrderPlaceError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | PlacingProblem | WarehouseClosed | Busy,
    strawberry.union("OrderPlaceError"),
]
OrderReviewError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | ReasonMissing,
    strawberry.union("OrderReviewError"),
]
OrderConfirmError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | QuantityNotOpen | ReasonMissing,
    strawberry.union("OrderConfirmError"),
]
OrderRedateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | QuantityNotOpen,
    strawberry.union("OrderRedateError"),
]
OrderCancelError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | QuantityNotOpen,
    strawberry.union("OrderCancelError"),
]
OrderShipError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | QuantityNotOpen,
    strawberry.union("OrderShipError"),
]
ShipmentReceiveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | WarehouseClosed,
    strawberry.union("ShipmentReceiveError"),
]
OrderReturnRequestError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | QuantityNotOpen,
    strawberry.union("OrderReturnRequestError"),
]
OrderReturnDecideError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState, strawberry.union("OrderReturnDecideError")
]


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class OrderPlacePayload:
    order: Order | None = None
    errors: list[OrderPlaceError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class OrderReviewPayload:
    order: Order | None = None
    errors: list[OrderReviewError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class OrderConfirmPayload:
    order: Order | None = None
    errors: list[OrderConfirmError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class OrderRedatePayload:
    order: Order | None = None
    errors: list[OrderRedateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class OrderCancelPayload:
    order: Order | None = None
    errors: list[OrderCancelError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("shipment"),
    directives=scoped(Scope.VALUE),
)
class OrderShipPayload:
    shipment: Shipment | None = None
    errors: list[OrderShipError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("shipment"),
    directives=scoped(Scope.VALUE),
)
class ShipmentReceivePayload:
    shipment: Shipment | None = None
    errors: list[ShipmentReceiveError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("orderReturn"),
    directives=scoped(Scope.VALUE),
)
class OrderReturnRequestPayload:
    order_return: OrderReturn | None = None
    errors: list[OrderReturnRequestError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("orderReturn"),
    directives=scoped(Scope.VALUE),
)
class OrderReturnDecidePayload:
    order_return: OrderReturn | None = None
    errors: list[OrderReturnDecideError] = strawberry.field(default_factory=list)
