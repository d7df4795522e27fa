"""Who owes whom what: exposure, obligations, books, payments and statements of an edge.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.organizations import Side
from tradeline.settlement.allowed import (
    PaperStep,
    adjustment_steps,
    payment_steps,
    statement_steps,
)
from tradeline.settlement.errors import (
    BuyerDecides,
    PayeeDecides,
    StatementChanged,
    StatementOpen,
)
from tradeline.settlement.jobs import (
    post_journals,
)
from tradeline.settlement.model import (
    Adjustment,
    AdjustmentState,
    Ageing,
    Balance,
    BookingKind,
    Exposure,
    ExposureRelease,
    Journal,
    LedgerAccount,
    NewBooking,
    NewExposure,
    NewExposureHold,
    NewObligation,
    NewPayment,
    Obligation,
    ObligationKind,
    Payment,
    PaymentMethod,
    PaymentState,
    Statement,
    StatementState,
)
from tradeline.settlement.service.adjustments import (
    adjust,
    adjustments_by_ids,
    confirm_adjustment,
    list_adjustments,
    refuse_adjustment,
)
from tradeline.settlement.service.bookings import book
from tradeline.settlement.service.books import (
    list_accounts,
    list_journals,
)
from tradeline.settlement.service.checks import (
    count_under_way,
    find_violations,
    verify_statements,
)
from tradeline.settlement.service.edges import (
    balances_by_relationship,
    block_credit,
    list_obligations,
    owed_after_entries,
    set_credit_limit,
)
from tradeline.settlement.service.exposures import (
    exposures_by_relationship,
    load_exposures,
    lock_exposures,
    open_exposures,
    owe,
    release_exposure,
    store_exposure_holds,
)
from tradeline.settlement.service.payments import (
    confirm_payment,
    list_payments,
    payments_by_ids,
    record_payment,
    refuse_payment,
)
from tradeline.settlement.service.statements import (
    confirm_statement,
    dispute_statement,
    issue_statement,
    list_statement_lines,
    list_statements,
    owed_after_lines,
    reissue_statement,
    statements_by_ids,
)

__all__ = [
    "Adjustment",
    "AdjustmentState",
    "Ageing",
    "Balance",
    "BookingKind",
    "BuyerDecides",
    "Exposure",
    "ExposureRelease",
    "Journal",
    "LedgerAccount",
    "NewBooking",
    "NewExposure",
    "NewExposureHold",
    "NewObligation",
    "NewPayment",
    "Obligation",
    "ObligationKind",
    "PaperStep",
    "PayeeDecides",
    "Payment",
    "PaymentMethod",
    "PaymentState",
    "Side",
    "Statement",
    "StatementChanged",
    "StatementOpen",
    "StatementState",
    "adjust",
    "adjustment_steps",
    "adjustments_by_ids",
    "balances_by_relationship",
    "block_credit",
    "book",
    "confirm_adjustment",
    "confirm_payment",
    "confirm_statement",
    "count_under_way",
    "dispute_statement",
    "exposures_by_relationship",
    "find_violations",
    "issue_statement",
    "list_accounts",
    "list_adjustments",
    "list_journals",
    "list_obligations",
    "list_payments",
    "list_statement_lines",
    "list_statements",
    "load_exposures",
    "lock_exposures",
    "open_exposures",
    "owe",
    "owed_after_entries",
    "owed_after_lines",
    "payment_steps",
    "payments_by_ids",
    "post_journals",
    "record_payment",
    "refuse_adjustment",
    "refuse_payment",
    "reissue_statement",
    "release_exposure",
    "set_credit_limit",
    "statement_steps",
    "statements_by_ids",
    "store_exposure_holds",
    "verify_statements",
]
