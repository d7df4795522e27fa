"""What clients send to move accounts."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import settlement
from tradeline_graph._ids import from_id
from tradeline_graph._scalars import MoneyInput
from tradeline_graph.organizations.enums import RelationshipSide
from tradeline_graph.settlement.enums import AdjustmentKind, PaymentMethod

_REQUEST = "Chosen by you, new for each request; the same request sent again does nothing more."


@strawberry.input(description="How much the buyer of an edge may owe.")
class CreditLimitSetInput:
    request_id: str = strawberry.field(description=_REQUEST)
    relationship_id: strawberry.ID
    limit: MoneyInput


@strawberry.input(description="Whether an edge takes new orders.")
class CreditBlockInput:
    request_id: str = strawberry.field(description=_REQUEST)
    relationship_id: strawberry.ID
    is_blocked: bool


@strawberry.input(description="Money that changed hands on an edge.")
class PaymentRecordInput:
    request_id: str = strawberry.field(description=_REQUEST)
    relationship_id: strawberry.ID
    paid_by: RelationshipSide = strawberry.field(
        description="The buyer's payment, or the seller's refund."
    )
    amount: MoneyInput
    method: PaymentMethod
    paid_on: datetime.date = strawberry.field(description="Not in the future.")
    reference: str = strawberry.field(
        default="", description="What the bank's paper says, say; at most 500 characters."
    )

    def to_model(self) -> settlement.NewPayment:
        return settlement.NewPayment(
            relationship_id=from_id("Relationship", self.relationship_id),
            paid_by=self.paid_by,
            amount=self.amount.to_model("amount"),
            method=self.method,
            paid_on=self.paid_on,
            reference=self.reference,
        )


@strawberry.input(description="A recorded payment that arrived.")
class PaymentConfirmInput:
    request_id: str = strawberry.field(description=_REQUEST)
    payment_id: strawberry.ID


@strawberry.input(description="A recorded payment that did not arrive.")
class PaymentRefuseInput:
    request_id: str = strawberry.field(description=_REQUEST)
    payment_id: strawberry.ID
    reason: str


@strawberry.input(description="A charge, which waits for the buyer, or a credit note.")
class AdjustmentCreateInput:
    request_id: str = strawberry.field(description=_REQUEST)
    relationship_id: strawberry.ID
    kind: AdjustmentKind
    amount: MoneyInput
    reason: str = strawberry.field(description="Both sides read it.")
    due_on: datetime.date | None = strawberry.field(
        default=None,
        description="When a charge falls due, from a year ago to five years ahead; left out, when "
        "the buyer confirms it.",
    )


@strawberry.input(description="A charge that you agree to.")
class AdjustmentConfirmInput:
    request_id: str = strawberry.field(description=_REQUEST)
    adjustment_id: strawberry.ID


@strawberry.input(description="A charge that you do not agree to.")
class AdjustmentRefuseInput:
    request_id: str = strawberry.field(description=_REQUEST)
    adjustment_id: strawberry.ID
    reason: str


@strawberry.input(description="An edge whose account is to be stated.")
class StatementIssueInput:
    request_id: str = strawberry.field(description=_REQUEST)
    relationship_id: strawberry.ID
    period_to: datetime.datetime | None = strawberry.field(
        default=None, description="The end of the period; left out, now."
    )


@strawberry.input(description="A statement that is right.")
class StatementConfirmInput:
    request_id: str = strawberry.field(description=_REQUEST)
    statement_id: strawberry.ID
    hash: str | None = strawberry.field(
        default=None,
        description="The `hash` that you have read: then nothing issued since is confirmed.",
    )


@strawberry.input(description="A statement that is wrong.")
class StatementDisputeInput:
    request_id: str = strawberry.field(description=_REQUEST)
    statement_id: strawberry.ID
    reason: str


@strawberry.input(description="A disputed statement to be issued anew.")
class StatementReissueInput:
    request_id: str = strawberry.field(description=_REQUEST)
    statement_id: strawberry.ID
    period_to: datetime.datetime | None = strawberry.field(
        default=None, description="The end of the period; left out, now."
    )
