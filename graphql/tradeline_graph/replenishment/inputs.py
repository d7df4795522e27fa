"""What is said of replenishment, and what comes of it."""

from __future__ import annotations

import datetime
import decimal
from typing import Annotated, TypeAlias

import strawberry

from tradeline import replenishment
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._problems import (
    InvalidValue,
    NotFound,
    Problem,
    RequestReused,
    WrongState,
    face_of,
)
from tradeline_graph._scalars import Money, MoneyInput, PositiveInt
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.inventory.payloads import BundleHasNoStock, InsufficientStock, WarehouseClosed
from tradeline_graph.ordering import Order
from tradeline_graph.ordering.problems import PlacingProblem
from tradeline_graph.replenishment.types import (
    DemandForecast,
    ReplenishmentBudget,
    ReplenishmentTerm,
)

SERVICE_LEVEL_STEP = decimal.Decimal("0.0001")


@strawberry.input(description="Propose anew for all of your warehouses, or for some.")
class ReplenishmentProposeInput:
    request_id: str
    warehouse_ids: list[strawberry.ID] | None = None

    def to_model(self) -> list[int] | None:
        if self.warehouse_ids is None:
            return None
        return [from_id("Warehouse", id) for id in self.warehouse_ids]


@strawberry.input(description="So many base units of a line; left out, all that is proposed.")
class ProposalTakeInput:
    id: strawberry.ID
    quantity: PositiveInt | None = None

    def to_model(self) -> replenishment.Take:
        return replenishment.Take(from_id("ProposalLine", self.id), self.quantity)


@strawberry.input(description="What you were shown that the order on an edge would come to.")
class ShownOrderInput:
    relationship_id: strawberry.ID
    amount: MoneyInput


@strawberry.input(description="Up to 1000 lines, all or none.")
class ReplenishmentAcceptInput:
    request_id: str
    lines: list[ProposalTakeInput]
    shown: list[ShownOrderInput] | None = strawberry.field(
        default=None,
        description="The orders of `replenishmentAcceptPreview`: they are placed as they were "
        "shown, or nothing is.",
    )

    def to_model(self) -> list[replenishment.Take]:
        return [line.to_model() for line in self.lines]

    def shown_orders(self) -> list[replenishment.ShownOrder] | None:
        """Raises Rejected for an amount that nothing can come to."""
        if self.shown is None:
            return None
        return [
            replenishment.ShownOrder(
                relationship_id=from_id("Relationship", one.relationship_id),
                amount=one.amount.to_model("shown"),
            )
            for one in self.shown
        ]


@strawberry.input(description="Up to 1000 lines, all or none.")
class ReplenishmentDismissInput:
    request_id: str
    line_ids: list[strawberry.ID]

    def to_model(self) -> list[int]:
        return [from_id("ProposalLine", id) for id in self.line_ids]


@strawberry.input(
    description="How you are supplied on an edge, or with one SKU on it, in place of what was said "
    "of the same before. `serviceLevel` is 0.5 to 0.9999; quantities are base units."
)
class ReplenishmentTermInput:
    relationship_id: strawberry.ID
    sku_id: strawberry.ID | None = None
    lead_time_days: int
    lead_time_spread_days: decimal.Decimal = decimal.Decimal(0)
    service_level: decimal.Decimal = decimal.Decimal("0.95")
    review_days: int = 7
    confirm_days: int = 2
    order_minimum: int = 0
    pack_id: strawberry.ID | None = None
    shelf_life_days: int | None = None
    max_cover_days: int | None = None

    def to_model(self) -> replenishment.Term:
        level = self.service_level.quantize(SERVICE_LEVEL_STEP)
        return replenishment.Term(
            relationship_id=from_id("Relationship", self.relationship_id),
            sku_id=from_optional_id("Sku", self.sku_id),
            lead_time_days=self.lead_time_days,
            lead_time_spread_days=self.lead_time_spread_days,
            service_level_bp=int(level * 10_000),
            review_days=self.review_days,
            confirm_days=self.confirm_days,
            order_minimum=self.order_minimum,
            pack_id=from_optional_id("Pack", self.pack_id),
            shelf_life_days=self.shelf_life_days,
            max_cover_days=self.max_cover_days,
        )


@strawberry.input(description="Up to 100 edges, or SKUs on them, all or none.")
class ReplenishmentTermPutInput:
    request_id: str
    terms: list[ReplenishmentTermInput]

    def to_model(self) -> list[replenishment.Term]:
        return [term.to_model() for term in self.terms]


@strawberry.input(description="Takes back what was said of an edge, or of a SKU on it.")
class ReplenishmentTermRemoveInput:
    request_id: str
    term_id: strawberry.ID


@strawberry.input(description="For the month of that day. Without `amount` the limit is lifted.")
class ReplenishmentBudgetPutInput:
    request_id: str
    month: datetime.date
    currency: str
    amount: decimal.Decimal | None = None


@strawberry.input(
    description="Up to 100 SKUs, which are forecast at once; left out, all that you are asked for, "
    "by the worker within the next minutes, and proposals are made then as well."
)
class ForecastMakeInput:
    request_id: str
    sku_ids: list[strawberry.ID] | None = None

    def to_model(self) -> list[int]:
        return [from_id("Sku", id) for id in self.sku_ids or ()]


@face_of(replenishment.NeedCovered)
@strawberry.type(
    description="Less is needed by now, or nothing: others have ordered, or goods have come. Or "
    "the warehouse that goods would move from can spare less.",
    directives=scoped(Scope.VALUE),
)
class NeedCovered(Problem):
    asked: int
    needed: int


@face_of(replenishment.QuantityNotInSteps)
@strawberry.type(
    description="It comes in whole packs, and from a minimum on.", directives=scoped(Scope.VALUE)
)
class QuantityNotInSteps(Problem):
    asked: int
    multiple: int
    least: int


@face_of(replenishment.BudgetExceeded)
@strawberry.type(
    description="It costs more than the month's budget leaves.", directives=scoped(Scope.VALUE)
)
class BudgetExceeded(Problem):
    missing: Money


@face_of(replenishment.OrderAmountChanged)
@strawberry.type(
    description="The order comes to something else than was shown. Nothing was ordered.",
    directives=scoped(Scope.VALUE),
)
class OrderAmountChanged(Problem):
    was: Money
    now: Money


ReplenishmentProposeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("ReplenishmentProposeError"),
]
ReplenishmentAcceptError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | WrongState
    | NeedCovered
    | QuantityNotInSteps
    | BudgetExceeded
    | OrderAmountChanged
    | PlacingProblem
    | InsufficientStock
    | WarehouseClosed
    | BundleHasNoStock,
    strawberry.union("ReplenishmentAcceptError"),
]
ReplenishmentDismissError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("ReplenishmentDismissError"),
]
ReplenishmentTermPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("ReplenishmentTermPutError")
]
ReplenishmentTermRemoveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("ReplenishmentTermRemoveError")
]
ReplenishmentBudgetPutError: TypeAlias = Annotated[
    InvalidValue | RequestReused, strawberry.union("ReplenishmentBudgetPutError")
]
ForecastMakeError: TypeAlias = Annotated[
    InvalidValue | RequestReused, strawberry.union("ForecastMakeError")
]


@strawberry.type(description=null_with_errors("count"), directives=scoped(Scope.VALUE))
class ReplenishmentProposePayload:
    count: int | None = strawberry.field(description="How many lines are proposed.")
    errors: list[ReplenishmentProposeError]


@strawberry.type(description=null_with_errors("orders"), directives=scoped(Scope.VALUE))
class ReplenishmentAcceptPayload:
    count: int | None = strawberry.field(description="How many lines were taken.")
    orders: list[Order] | None = strawberry.field(description="One for each edge.")
    errors: list[ReplenishmentAcceptError]


@strawberry.type(description=null_with_errors("count"), directives=scoped(Scope.VALUE))
class ReplenishmentDismissPayload:
    count: int | None
    errors: list[ReplenishmentDismissError]


@strawberry.type(description=null_with_errors("terms"), directives=scoped(Scope.VALUE))
class ReplenishmentTermPutPayload:
    terms: list[ReplenishmentTerm] | None
    errors: list[ReplenishmentTermPutError]


@strawberry.type(description="What came of taking a term back.", directives=scoped(Scope.VALUE))
class ReplenishmentTermRemovePayload:
    is_removed: bool
    errors: list[ReplenishmentTermRemoveError]


@strawberry.type(description=null_with_errors("budgets"), directives=scoped(Scope.VALUE))
class ReplenishmentBudgetPutPayload:
    budgets: list[ReplenishmentBudget] | None
    errors: list[ReplenishmentBudgetPutError]


@strawberry.type(description=null_with_errors("forecasts"), directives=scoped(Scope.VALUE))
class ForecastMakePayload:
    is_queued: bool = strawberry.field(description="The worker does it.")
    forecasts: list[DemandForecast] | None
    errors: list[ForecastMakeError]
