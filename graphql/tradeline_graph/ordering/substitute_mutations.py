"""Offering other goods for those that were ordered, and taking them."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import ordering
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scalars import PositiveInt
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.ordering.problems import PlacingProblem
from tradeline_graph.ordering.substitutes import OrderSubstitute, load_substitute

OrderSubstituteProposeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | PlacingProblem,
    strawberry.union("OrderSubstituteProposeError"),
]
OrderSubstituteDecideError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | PlacingProblem,
    strawberry.union("OrderSubstituteDecideError"),
]


@strawberry.input(
    description="`quantity` base units of the line, and so many packs of another SKU for them; "
    "without `packId`, base units. No price: it is the relationship's."
)
class OrderSubstituteProposeInput:
    request_id: str
    order_id: strawberry.ID
    order_line_id: strawberry.ID
    quantity: PositiveInt
    sku_id: strawberry.ID
    pack_quantity: PositiveInt
    pack_id: strawberry.ID | None = None
    promised_on: datetime.date | None = None
    reason: str = ""

    def to_model(self) -> ordering.NewSubstitute:
        return ordering.NewSubstitute(
            order_line_id=from_id("OrderLine", self.order_line_id),
            quantity=self.quantity,
            replacement=ordering.NewOrderLine(
                from_id("Sku", self.sku_id),
                self.pack_quantity,
                from_optional_id("Pack", self.pack_id),
            ),
            promised_on=self.promised_on,
            reason=self.reason,
        )


@strawberry.input
class OrderSubstituteDecideInput:
    request_id: str
    order_substitute_id: strawberry.ID
    accepts: bool
    reason: str = ""


@strawberry.type(description=null_with_errors("substitute"), directives=scoped(Scope.VALUE))
class OrderSubstituteProposePayload:
    substitute: OrderSubstitute | None = None
    errors: list[OrderSubstituteProposeError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("substitute"), directives=scoped(Scope.VALUE))
class OrderSubstituteDecidePayload:
    substitute: OrderSubstitute | None = None
    errors: list[OrderSubstituteDecideError] = strawberry.field(default_factory=list)


@strawberry.type
class SubstituteMutation:
    @strawberry.mutation(
        description="As the seller, offer other goods for units of a line that are not shipped. "
        "Nothing changes until the buyer decides.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_substitute_propose(
        self, info: Info, input: OrderSubstituteProposeInput
    ) -> OrderSubstituteProposePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.propose_substitute(
                conn,
                actor=actor,
                order_id=from_id("Order", input.order_id),
                substitute=input.to_model(),
            ),
        )
        return OrderSubstituteProposePayload(
            substitute=await load_substitute(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="As the buyer, take what the seller offers in place of what was ordered, or "
        "decline. Taken, it is a line of the order, and the units that it is for are refused.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_PLACE)],
    )
    async def order_substitute_decide(
        self, info: Info, input: OrderSubstituteDecideInput
    ) -> OrderSubstituteDecidePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.decide_substitute(
                conn,
                actor=actor,
                substitute_id=from_id("OrderSubstitute", input.order_substitute_id),
                accepts=input.accepts,
                reason=input.reason,
            ),
        )
        return OrderSubstituteDecidePayload(
            substitute=await load_substitute(info, done.id), errors=done.errors
        )
