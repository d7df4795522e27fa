"""What moving accounts answers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import settlement
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._problems import (
    InvalidValue,
    NotFound,
    Problem,
    RequestReused,
    WrongState,
    face_of,
)
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.organizations import Relationship
from tradeline_graph.settlement.types import Adjustment, Payment, Statement


@face_of(settlement.PayeeDecides)
@strawberry.type(
    description="The payer cannot confirm or refuse its own payment.",
    directives=scoped(Scope.VALUE),
)
class PayeeDecides(Problem):
    number: str


@face_of(settlement.BuyerDecides)
@strawberry.type(
    description="The seller cannot confirm or refuse its own charge.",
    directives=scoped(Scope.VALUE),
)
class BuyerDecides(Problem):
    number: str


@face_of(settlement.StatementOpen)
@strawberry.type(
    description="The edge has a statement that is not confirmed by both sides yet.",
    directives=scoped(Scope.VALUE),
)
class StatementOpen(Problem):
    number: str


@face_of(settlement.StatementChanged)
@strawberry.type(
    description="The statement was issued anew since you read it.",
    directives=scoped(Scope.VALUE),
)
class StatementChanged(Problem):
    number: str


CreditLimitSetError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("CreditLimitSetError")
]
CreditBlockError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("CreditBlockError")
]
PaymentRecordError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused, strawberry.union("PaymentRecordError")
]
PaymentConfirmError: TypeAlias = Annotated[
    NotFound | PayeeDecides | WrongState | InvalidValue | RequestReused,
    strawberry.union("PaymentConfirmError"),
]
PaymentRefuseError: TypeAlias = Annotated[
    NotFound | PayeeDecides | WrongState | InvalidValue | RequestReused,
    strawberry.union("PaymentRefuseError"),
]
AdjustmentCreateError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused, strawberry.union("AdjustmentCreateError")
]
AdjustmentConfirmError: TypeAlias = Annotated[
    NotFound | BuyerDecides | WrongState | InvalidValue | RequestReused,
    strawberry.union("AdjustmentConfirmError"),
]
AdjustmentRefuseError: TypeAlias = Annotated[
    NotFound | BuyerDecides | WrongState | InvalidValue | RequestReused,
    strawberry.union("AdjustmentRefuseError"),
]
StatementIssueError: TypeAlias = Annotated[
    NotFound | StatementOpen | InvalidValue | RequestReused,
    strawberry.union("StatementIssueError"),
]
StatementConfirmError: TypeAlias = Annotated[
    NotFound | WrongState | StatementChanged | InvalidValue | RequestReused,
    strawberry.union("StatementConfirmError"),
]
StatementDisputeError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused,
    strawberry.union("StatementDisputeError"),
]
StatementReissueError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused,
    strawberry.union("StatementReissueError"),
]


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class CreditLimitSetPayload:
    relationship: Relationship | None = None
    errors: list[CreditLimitSetError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("relationship"), directives=scoped(Scope.VALUE))
class CreditBlockPayload:
    relationship: Relationship | None = None
    errors: list[CreditBlockError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("payment"), directives=scoped(Scope.VALUE))
class PaymentRecordPayload:
    payment: Payment | None = None
    errors: list[PaymentRecordError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("payment"), directives=scoped(Scope.VALUE))
class PaymentConfirmPayload:
    payment: Payment | None = None
    errors: list[PaymentConfirmError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("payment"), directives=scoped(Scope.VALUE))
class PaymentRefusePayload:
    payment: Payment | None = None
    errors: list[PaymentRefuseError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("adjustment"), directives=scoped(Scope.VALUE))
class AdjustmentCreatePayload:
    adjustment: Adjustment | None = None
    errors: list[AdjustmentCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("adjustment"), directives=scoped(Scope.VALUE))
class AdjustmentConfirmPayload:
    adjustment: Adjustment | None = None
    errors: list[AdjustmentConfirmError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("adjustment"), directives=scoped(Scope.VALUE))
class AdjustmentRefusePayload:
    adjustment: Adjustment | None = None
    errors: list[AdjustmentRefuseError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("statement"), directives=scoped(Scope.VALUE))
class StatementIssuePayload:
    statement: Statement | None = None
    errors: list[StatementIssueError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("statement"), directives=scoped(Scope.VALUE))
class StatementConfirmPayload:
    statement: Statement | None = None
    errors: list[StatementConfirmError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("statement"), directives=scoped(Scope.VALUE))
class StatementDisputePayload:
    statement: Statement | None = None
    errors: list[StatementDisputeError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("statement"), directives=scoped(Scope.VALUE))
class StatementReissuePayload:
    statement: Statement | None = None
    errors: list[StatementReissueError] = strawberry.field(default_factory=list)
