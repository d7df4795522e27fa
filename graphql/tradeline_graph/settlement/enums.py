"""The graph's enums are the domain's, named here before any type of the graph speaks of them."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from tradeline.settlement import (
    AdjustmentState,
    ObligationKind,
    PaperStep,
    PaymentMethod,
    PaymentState,
    StatementState,
)


@strawberry.enum(
    description="Which way an adjustment goes: after a CHARGE the buyer owes more, after a "
    "CREDIT_NOTE less."
)
class AdjustmentKind(StrEnum):
    CHARGE = ObligationKind.CHARGE.value
    CREDIT_NOTE = ObligationKind.CREDIT_NOTE.value


strawberry.enum(AdjustmentState, description="RECORDED waits for the buyer's word.")
strawberry.enum(PaymentState, description="RECORDED waits for the payee's word.")
strawberry.enum(
    PaperStep,
    description="Something that a party can say to a payment, an adjustment or a statement.",
)
strawberry.enum(PaymentMethod, description="How money was paid.")
strawberry.enum(
    StatementState, description="ISSUED waits for both sides; CONFIRMED is closed for good."
)

__all__ = [
    "AdjustmentKind",
    "AdjustmentState",
    "PaperStep",
    "PaymentMethod",
    "PaymentState",
    "StatementState",
]
