"""How a price came to be: the same words for a list, a cart, an order and a quote."""

from __future__ import annotations

import datetime
import decimal

import strawberry

from tradeline import pricing
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.organizations.enums import PriceStrategy
from tradeline_graph.pricing.enums import PriceLevel, RejectionReason


@strawberry.type(
    description="A price that was looked at, with what its list says.",
    directives=scoped(Scope.VALUE),
)
class PriceCandidate:
    price_id: strawberry.ID
    level: PriceLevel
    price_list_code: str
    price_list_name: str
    price_list_name_en: str
    unit_price: decimal.Decimal
    currency: str
    unit: str = strawberry.field(description="What it is for: a pack's code, or the base unit.")
    quantity_minimum: int = strawberry.field(description="In base units.")
    valid_from: datetime.datetime | None
    valid_to: datetime.datetime | None

    @classmethod
    def of(cls, candidate: pricing.Candidate) -> PriceCandidate:
        return cls(
            price_id=to_id("Price", candidate.price_id),
            level=candidate.level,
            price_list_code=candidate.price_list_code,
            price_list_name=candidate.price_list_name,
            price_list_name_en=candidate.price_list_name_en,
            unit_price=candidate.unit_price,
            currency=candidate.currency,
            unit=candidate.unit,
            quantity_minimum=candidate.quantity_minimum,
            valid_from=candidate.valid_from,
            valid_to=candidate.valid_to,
        )


@strawberry.type(
    description="The best price of one level, and the price that held once it was heard.",
    directives=scoped(Scope.VALUE),
)
class PriceStep:
    candidate: PriceCandidate
    running_unit_price: decimal.Decimal
    running_unit: str
    step: strawberry.Private[pricing.PriceStep]

    @strawberry.field(description="The step in a sentence of the viewer's language.")
    def message(self, info: Info) -> str:
        return pricing.word_step(self.step, info.context.locale)


@strawberry.type(
    description="A price that does not count, and why.", directives=scoped(Scope.VALUE)
)
class RejectedPrice:
    candidate: PriceCandidate
    reason: RejectionReason
    outranked_by_price_id: strawberry.ID | None = strawberry.field(
        description="The price of its level that goes before it."
    )
    rejected: strawberry.Private[pricing.RejectedPrice]

    @strawberry.field(description="The reason in a sentence of the viewer's language.")
    def message(self, info: Info) -> str:
        return pricing.word_rejection(self.rejected, info.context.locale)


@strawberry.type(
    description="How a price came to be: level by level, and what did not count and why.",
    directives=scoped(Scope.VALUE),
)
class PriceExplanation:
    at: datetime.datetime = strawberry.field(description="When it was asked for.")
    strategy: PriceStrategy
    base_quantity: int = strawberry.field(description="The line's quantity in base units.")
    price: PriceCandidate | None = strawberry.field(description="The one that holds, if any.")
    priced_quantity: int = strawberry.field(description="So many of `pricedUnit` are paid for.")
    priced_unit: str
    amount: Money | None = strawberry.field(
        description="Unit price x priced quantity, rounded half up."
    )
    steps: list[PriceStep]
    rejected: list[RejectedPrice]

    @classmethod
    def of(cls, resolution: pricing.PriceResolution) -> PriceExplanation:
        return cls(
            at=resolution.at,
            strategy=resolution.strategy,
            base_quantity=resolution.base_quantity,
            price=None if resolution.price is None else PriceCandidate.of(resolution.price),
            priced_quantity=resolution.priced_quantity,
            priced_unit=resolution.priced_unit,
            amount=None if resolution.amount is None else Money.of(resolution.amount),
            steps=[
                PriceStep(
                    candidate=PriceCandidate.of(step.candidate),
                    running_unit_price=step.running_unit_price,
                    running_unit=step.running_unit,
                    step=step,
                )
                for step in resolution.steps
            ],
            rejected=[
                RejectedPrice(
                    candidate=PriceCandidate.of(rejected.candidate),
                    reason=rejected.reason,
                    outranked_by_price_id=None
                    if rejected.outranked_by is None
                    else to_id("Price", rejected.outranked_by),
                    rejected=rejected,
                )
                for rejected in resolution.rejected
            ],
        )
