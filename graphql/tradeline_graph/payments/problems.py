"""The faces of payments' problems."""

from __future__ import annotations

import strawberry

from tradeline import payments
from tradeline_graph._problems import Problem, face_of
from tradeline_graph._scope import Scope, scoped


@face_of(payments.RefundNotClosed)
@strawberry.type(
    description="The refund may still reach the consumer, who would be paid twice.",
    directives=scoped(Scope.VALUE),
)
class RefundNotClosed(Problem):
    number: str
