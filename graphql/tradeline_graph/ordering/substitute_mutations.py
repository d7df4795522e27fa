"""Offering other goods for those that were ordered, withdrawing the offer, and taking them."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import ordering
from tradeline.kernel import Actor, Connection, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import perform
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scalars import PositiveInt
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.ordering.problems import PlacingProblem
from tradeline_graph.ordering.substitutes import OrderSubstitute, load_offers

OrderSubstitutesProposeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | PlacingProblem,
    strawberry.union("OrderSubstitutesProposeError"),
]
OrderSubstitutesWithdrawError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("OrderSubstitutesWithdrawError"),
]
OrderSubstitutesDecideError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | PlacingProblem,
    strawberry.union("OrderSubstitutesDecideError"),
]
OFFERS = (
    "`substitutes` are in the order of the input; none if there are `errors`, or without "
    "`order:read`."
)


@strawberry.input(
    description="`quantity` base units of the line, and so many packs of another SKU for them; "
    "without `packId`, base units. No price: it is the relationship's. It can be taken up to the "
    "day `validUntil`; without one, for as long as the units are open."
)
class OrderSubstituteOfferInput:
    order_id: strawberry.ID
    order_line_id: strawberry.ID
    quantity: PositiveInt
    sku_id: strawberry.ID
    pack_quantity: PositiveInt
    pack_id: strawberry.ID | None = None
    promised_on: datetime.date | None = None
    valid_until: datetime.date | None = None
    reason: str = ""

    def to_model(self) -> ordering.NewSubstitute:
        return ordering.NewSubstitute(
            order_id=from_id("Order", self.order_id),
            order_line_id=from_id("OrderLine", self.order_line_id),
            quantity=self.quantity,
            replacement=ordering.NewOrderLine(
                from_id("Sku", self.sku_id),
                self.pack_quantity,
                from_optional_id("Pack", self.pack_id),
            ),
            promised_on=self.promised_on,
            valid_until=self.valid_until,
            reason=self.reason,
        )


@strawberry.input(description="1 to 100 offers, for lines of any orders that you sell.")
class OrderSubstitutesProposeInput:
    request_id: str
    substitutes: list[OrderSubstituteOfferInput]


@strawberry.input(description="1 to 100 offers.")
class OrderSubstitutesWithdrawInput:
    request_id: str
    order_substitute_ids: list[strawberry.ID]
    reason: str = ""


@strawberry.input
class OrderSubstituteDecisionInput:
    order_substitute_id: strawberry.ID
    accepts: bool
    reason: str = ""

    def to_model(self) -> ordering.SubstituteDecision:
        return ordering.SubstituteDecision(
            from_id("OrderSubstitute", self.order_substitute_id), self.accepts, self.reason
        )


@strawberry.input(description="1 to 100 decisions, on any orders that you buy.")
class OrderSubstitutesDecideInput:
    request_id: str
    decisions: list[OrderSubstituteDecisionInput]


@strawberry.type(description=OFFERS, directives=scoped(Scope.VALUE))
class OrderSubstitutesProposePayload:
    substitutes: list[OrderSubstitute] = strawberry.field(default_factory=list)
    errors: list[OrderSubstitutesProposeError] = strawberry.field(default_factory=list)


@strawberry.type(description=OFFERS, directives=scoped(Scope.VALUE))
class OrderSubstitutesWithdrawPayload:
    substitutes: list[OrderSubstitute] = strawberry.field(default_factory=list)
    errors: list[OrderSubstitutesWithdrawError] = strawberry.field(default_factory=list)


@strawberry.type(description=OFFERS, directives=scoped(Scope.VALUE))
class OrderSubstitutesDecidePayload:
    substitutes: list[OrderSubstitute] = strawberry.field(default_factory=list)
    errors: list[OrderSubstitutesDecideError] = strawberry.field(default_factory=list)


@strawberry.type
class SubstituteMutation:
    @strawberry.mutation(
        description="As the seller, offer other goods for units of lines that are not shipped: all "
        "of them, or none. Nothing changes until the buyer decides.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_substitutes_propose(
        self, info: Info, input: OrderSubstitutesProposeInput
    ) -> OrderSubstitutesProposePayload:
        offers = [offer.to_model() for offer in input.substitutes]

        async def propose(conn: Connection, actor: Actor) -> int:
            ids = await ordering.propose_substitutes(conn, actor=actor, substitutes=offers)
            return ids[0]

        done = await perform(info, input, propose)
        if done.id is None:
            return OrderSubstitutesProposePayload(errors=done.errors)
        ids = await _offered_with(info, done.id, offers)
        return OrderSubstitutesProposePayload(substitutes=await load_offers(info, ids))

    @strawberry.mutation(
        description="As the seller, take back what you offered in place of what was ordered, while "
        "the buyer has not decided: all of it, or none.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_CONFIRM)],
    )
    async def order_substitutes_withdraw(
        self, info: Info, input: OrderSubstitutesWithdrawInput
    ) -> OrderSubstitutesWithdrawPayload:
        ids = [from_id("OrderSubstitute", offer_id) for offer_id in input.order_substitute_ids]

        async def withdraw(conn: Connection, actor: Actor) -> int:
            await ordering.withdraw_substitutes(
                conn, actor=actor, substitute_ids=ids, reason=input.reason
            )
            return ids[0]

        done = await perform(info, input, withdraw)
        if done.id is None:
            return OrderSubstitutesWithdrawPayload(errors=done.errors)
        return OrderSubstitutesWithdrawPayload(substitutes=await load_offers(info, ids))

    @strawberry.mutation(
        description="As the buyer, take what sellers offer in place of what was ordered, or "
        "decline: all decisions, or none. What is taken is a line of its order, and the units that "
        "it is for are refused.",
        extensions=[Guard(Scope.PARTY, Permission.ORDER_PLACE)],
    )
    async def order_substitutes_decide(
        self, info: Info, input: OrderSubstitutesDecideInput
    ) -> OrderSubstitutesDecidePayload:
        decisions = [decision.to_model() for decision in input.decisions]
        ids = [decision.substitute_id for decision in decisions]

        async def decide(conn: Connection, actor: Actor) -> int:
            await ordering.decide_substitutes(conn, actor=actor, decisions=decisions)
            return ids[0]

        done = await perform(info, input, decide)
        if done.id is None:
            return OrderSubstitutesDecidePayload(errors=done.errors)
        return OrderSubstitutesDecidePayload(substitutes=await load_offers(info, ids))


async def _offered_with(
    info: Info, first_id: int, offers: list[ordering.NewSubstitute]
) -> list[int]:
    """The offers that one request made, also when it is sent again."""
    actor = info.context.signed_in()
    if not actor.may(Permission.ORDER_READ):
        return []
    async with info.context.db.reading(actor.network_id) as conn:
        return await ordering.substitutes_proposed_with(
            conn,
            actor=actor,
            first_id=first_id,
            order_ids=[offer.order_id for offer in offers],
            most=len(offers),
        )
