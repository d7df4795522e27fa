"""The graph's enums are the domain's, named here before any type of the graph speaks of them."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from tradeline.settlement import (
    AdjustmentState,
    BookingKind,
    ObligationKind,
    PaperStep,
    PaymentMethod,
    PaymentState,
    StatementState,
)


@strawberry.enum(
    description="Why something is in your books: one side of a relationship owes the other, or, of "
    "a sale to a consumer, what only your own books have, such as SALE or PROVIDER_FEE."
)
class JournalKind(StrEnum):
    GOODS = ObligationKind.GOODS.value
    RETURN = ObligationKind.RETURN.value
    PAYMENT = ObligationKind.PAYMENT.value
    REFUND = ObligationKind.REFUND.value
    REBATE = ObligationKind.REBATE.value
    CHARGE = ObligationKind.CHARGE.value
    CREDIT_NOTE = ObligationKind.CREDIT_NOTE.value
    FREIGHT = ObligationKind.FREIGHT.value
    FREIGHT_RETURN = ObligationKind.FREIGHT_RETURN.value
    COST_SHARE = ObligationKind.COST_SHARE.value
    COST_SHARE_RETURN = ObligationKind.COST_SHARE_RETURN.value
    COLLECTED = ObligationKind.COLLECTED.value
    COLLECTED_RETURN = ObligationKind.COLLECTED_RETURN.value
    SHARED_DOWN = ObligationKind.SHARED_DOWN.value
    SHARED_UP = ObligationKind.SHARED_UP.value
    SALE = BookingKind.SALE.value
    SALE_REFUND = BookingKind.SALE_REFUND.value
    CAPTURE = BookingKind.CAPTURE.value
    CAPTURE_REFUND = BookingKind.CAPTURE_REFUND.value
    PROVIDER_FEE = BookingKind.PROVIDER_FEE.value
    PROVIDER_FEE_REFUND = BookingKind.PROVIDER_FEE_REFUND.value


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
    "JournalKind",
    "PaperStep",
    "PaymentMethod",
    "PaymentState",
    "StatementState",
]
