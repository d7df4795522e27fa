"""What would come of taking proposals, before anything is done."""

from __future__ import annotations

import decimal
from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, replenishment
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._problems import InvalidValue, to_graph
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, guarded, needs, scoped
from tradeline_graph.inventory.payloads import WarehouseClosed
from tradeline_graph.ordering.problems import PlacingProblem
from tradeline_graph.organizations import Relationship, load_relationship
from tradeline_graph.replenishment.inputs import (
    BudgetExceeded,
    NeedCovered,
    ProposalTakeInput,
    QuantityNotInSteps,
)

# What is to be ordered is money, and each of these opens it.
SEES_AMOUNTS = needs(Permission.PRICE_READ)

ReplenishmentAcceptBlocker: TypeAlias = Annotated[
    InvalidValue
    | NeedCovered
    | QuantityNotInSteps
    | BudgetExceeded
    | PlacingProblem
    | WarehouseClosed,
    strawberry.union("ReplenishmentAcceptBlocker"),
]


@strawberry.type(
    description="A line that can be taken, as it would stand on the order.",
    directives=scoped(Scope.ORGANIZATION),
)
class PreviewedLine:
    id: strawberry.ID = strawberry.field(description="Of the proposal.")
    quantity: int = strawberry.field(description="In base units.")
    line: strawberry.Private[replenishment.PreviewedLine]

    @classmethod
    def of(cls, line: replenishment.PreviewedLine) -> PreviewedLine:
        id = to_id("ProposalLine", line.line_id)
        return cls(id=id, quantity=line.quantity, line=line)

    @strawberry.field(
        description="At the price of now; null without a price.", extensions=SEES_AMOUNTS
    )
    def amount(self) -> Money | None:
        return None if self.line.amount is None else Money.of(self.line.amount)


@strawberry.type(
    description="The order that the lines on an edge would become.",
    directives=scoped(Scope.ORGANIZATION),
)
class PreviewedOrder:
    quantity: decimal.Decimal = strawberry.field(description="In base units, of all lines.")
    lines: list[PreviewedLine] = strawberry.field(description="As many as were asked about.")
    is_minimum_reached: bool = strawberry.field(description="That of `orderMinimum`.")
    order: strawberry.Private[replenishment.PreviewedOrder]

    @classmethod
    def of(cls, order: replenishment.PreviewedOrder) -> PreviewedOrder:
        return cls(
            quantity=decimal.Decimal(order.quantity),
            lines=[PreviewedLine.of(line) for line in order.lines],
            is_minimum_reached=order.amount.minor >= order.order_minimum.minor,
            order=order,
        )

    @strawberry.field(
        description="Of the lines with a price, at the prices of now.", extensions=SEES_AMOUNTS
    )
    def amount(self) -> Money | None:
        return Money.of(self.order.amount)

    @strawberry.field(
        description="What orders on the edge come to at least.", extensions=SEES_AMOUNTS
    )
    def order_minimum(self) -> Money | None:
        return Money.of(self.order.order_minimum)

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.order.relationship_id)


@strawberry.type(
    description="What this month's budget of a currency leaves.",
    directives=scoped(Scope.ORGANIZATION),
)
class PreviewedBudget:
    budget: strawberry.Private[replenishment.PreviewedBudget]

    @strawberry.field(extensions=SEES_AMOUNTS)
    def left(self) -> Money | None:
        return Money.of(self.budget.left)

    @strawberry.field(
        description="Once the orders are placed; below zero, they are refused.",
        extensions=SEES_AMOUNTS,
    )
    def left_after(self) -> Money | None:
        return Money.of(self.budget.left_after)


@strawberry.type(
    description="What accepting these lines would come to at this moment: a look, not a promise.",
    directives=scoped(Scope.ORGANIZATION),
)
class ReplenishmentAcceptPreview:
    line_count: int = strawberry.field(description="How many of the lines can be taken.")
    quantity: decimal.Decimal = strawberry.field(description="Of these, in base units.")
    orders: list[PreviewedOrder] = strawberry.field(description="One for each edge.")
    budgets: list[PreviewedBudget] = strawberry.field(
        description="Of the currencies that are ordered in, as far as there are budgets."
    )
    problems: list[ReplenishmentAcceptBlocker] = strawberry.field(
        description="All for which `replenishmentAccept` would refuse."
    )

    @classmethod
    def of(
        cls, preview: replenishment.AcceptPreview, locale: kernel.Locale
    ) -> ReplenishmentAcceptPreview:
        return cls(
            line_count=preview.line_count,
            quantity=decimal.Decimal(preview.quantity),
            orders=[PreviewedOrder.of(order) for order in preview.orders],
            budgets=[PreviewedBudget(budget=budget) for budget in preview.budgets],
            problems=to_graph(preview.problems, locale),
        )


@strawberry.type
class PreviewQuery:
    @strawberry.field(
        description="What `replenishmentAccept` of up to 1000 lines would come to: the orders "
        "with what they cost, what the budgets leave, and all that stands in the way. Takes the "
        "same rights.",
        extensions=guarded(Scope.ORGANIZATION, Permission.REPLENISHMENT_MANAGE),
    )
    async def replenishment_accept_preview(
        self, info: Info, lines: list[ProposalTakeInput]
    ) -> ReplenishmentAcceptPreview:
        actor = info.context.signed_in()
        takes = [line.to_model() for line in lines]
        async with info.context.db.reading(actor.network_id) as conn:
            preview = await replenishment.preview_accept(conn, actor=actor, takes=takes)
        return ReplenishmentAcceptPreview.of(preview, info.context.locale)
