"""What payments talk about. Pure: no storage, no network, no clock; their rules are beside it.

Sums are minor units. Numbers are ours, as the provider knows them; ids of transactions are its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

REASON_LENGTH_MAX = 80
NOTE_LENGTH_MAX = 500
# What the bills of the one provider there is are in.
BILL_CURRENCY = "CNY"
# When to ask the provider about a payment it was told of, and no notice came.
POLL_SECONDS = (2, 5, 15, 60)
RETRY_SECONDS = (5, 15, 60, 300, 900, 3600)


class PaymentState(StrEnum):
    """`created` is ours alone, of `prepaid` the provider knows; both may be captured, and even what
    is `closed` may turn out to be, for money is what it is."""

    CREATED = "created"
    PREPAID = "prepaid"
    CAPTURED = "captured"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """What is to be paid, for a document such as ("consumer_order", 12)."""

    reference_type: str
    reference_id: int
    collector_entity_id: int
    merchant_id: str
    app_id: str
    amount_minor: int
    currency: str
    expires_at: datetime
    is_shareable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A stored payment. `refunded_minor` counts what is refunded, or asked for."""

    id: int
    number: str
    reference_type: str
    reference_id: int
    collector_entity_id: int
    merchant_id: str
    app_id: str
    currency: str
    amount_minor: int
    is_shareable: bool
    state: PaymentState
    prepay_id: str | None
    transaction_id: str | None
    refunded_minor: int
    is_surplus: bool
    created_at: datetime
    expires_at: datetime
    captured_at: datetime | None

    @property
    def refundable_minor(self) -> int:
        if self.state is not PaymentState.CAPTURED:
            return 0
        return self.amount_minor - self.refunded_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The provider's word that a payment was paid."""

    number: str
    transaction_id: str
    merchant_id: str
    amount_minor: int
    currency: str
    captured_at: datetime


class DifferenceKind(StrEnum):
    """What differs, between our word and the provider's."""

    MISSING_HERE = "missing_here"
    MISSING_IN_BILL = "missing_in_bill"
    AMOUNT = "amount"
    FEE = "fee"
    TRANSACTION = "transaction"
    CURRENCY = "currency"
    MERCHANT = "merchant"
    REFUND_MISSING_HERE = "refund_missing_here"
    REFUND_MISSING_IN_BILL = "refund_missing_in_bill"
    REFUND_AMOUNT = "refund_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOutcome:
    """What became of a capture. `is_first` is said once of each payment: whoever hears it acts.

    `state_before` tells what came out of order: `created` is a notice before the reply to prepay,
    `closing` and `closed` a payment that we had given up. With a `mismatch` nothing was captured,
    and the difference is noted; without an id, we know of no such payment.
    """

    number: str
    payment_id: int | None = None
    reference_type: str | None = None
    reference_id: int | None = None
    amount_minor: int = 0
    state_before: PaymentState | None = None
    is_first: bool = False
    mismatch: DifferenceKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a provider told; `notice_id` is its own name for it."""

    notice_id: str
    kind: str
    body_hash: bytes


class RefundState(StrEnum):
    """`sent` is under way at the provider. `closed` did not happen; `abnormal` has not reached the
    payer, somebody must look after it, and it may succeed yet."""

    REQUESTED = "requested"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"
    ABNORMAL = "abnormal"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefund:
    """Money to give back, for a document such as ("consumer_refund", 7), once for each. So much of
    it as is `borne_minor` one organization gives alone: no other's share is touched for it."""

    payment_id: int
    reference_type: str
    reference_id: int
    amount_minor: int
    reason: str = ""
    borne_by_org_id: int | None = None
    borne_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A stored refund."""

    id: int
    number: str
    payment_id: int
    reference_type: str
    reference_id: int
    amount_minor: int
    currency: str
    reason: str
    state: RefundState
    provider_refund_id: str | None
    requested_at: datetime
    settled_at: datetime | None
    last_error: str | None
    borne_by_org_id: int | None = None
    borne_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefund:
    """A refund as those see it whose merchant owes it. One that was closed `is_sent_again` once
    the same document has asked anew."""

    id: int
    number: str
    payment_id: int
    payment_number: str
    merchant_id: str
    reference_type: str
    reference_id: int
    amount_minor: int
    currency: str
    reason: str
    state: RefundState
    requested_at: datetime
    last_error: str | None
    is_sent_again: bool

    @property
    def can_be_sent_again(self) -> bool:
        return self.state is RefundState.CLOSED and not self.is_sent_again


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundResult:
    """The provider's word to a merchant on a refund of theirs. `sent` says that it was accepted,
    and nothing more yet."""

    number: str
    merchant_id: str
    state: RefundState
    amount_minor: int
    provider_refund_id: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOutcome:
    """What became of a refund; `is_first` where this word changed its state."""

    number: str
    refund_id: int | None = None
    payment_id: int | None = None
    reference_type: str | None = None
    reference_id: int | None = None
    amount_minor: int = 0
    state: RefundState | None = None
    is_first: bool = False
    mismatch: DifferenceKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePayment:
    """A payment to ask the provider about; one that is `closing`, to close there if it is not paid.
    Whoever was given it has until the next poll to tell."""

    network_id: int
    id: int
    number: str
    merchant_id: str
    app_id: str
    amount_minor: int
    currency: str
    state: PaymentState
    expires_at: datetime
    polls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRefund:
    """A refund to send, or, once `sent`, to ask about. Sending it again is sending it once."""

    network_id: int
    id: int
    number: str
    state: RefundState
    amount_minor: int
    currency: str
    reason: str
    payment_number: str
    transaction_id: str
    captured_minor: int
    merchant_id: str
    tries: int


class SharingState(StrEnum):
    REQUESTED = "requested"
    SENT = "sent"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


class ShareState(StrEnum):
    """What is `left_on_account` was never asked of the provider: the statement settles it, as it
    does what failed."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LEFT_ON_ACCOUNT = "left_on_account"


class ShareRuns(StrEnum):
    """From the collector down towards the store, or up from it."""

    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWant:
    """What a party of the route is owed of a payment, and the edges between the collector and it,
    nearest to the collector first."""

    org_id: int
    merchant_id: str
    relationship_ids: tuple[int, ...]
    runs: ShareRuns
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSharing:
    """A captured payment and who wants some of it. Nobody: it is only unfrozen."""

    payment_id: int
    wants: tuple[ShareWant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareablePayment:
    """A captured payment whose waiting time is over."""

    network_id: int
    id: int
    reference_type: str
    reference_id: int
    merchant_id: str
    amount_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueShare:
    """What one receiver is to get."""

    id: int
    merchant_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSharing:
    """A sharing to send, or, once it is known to the provider, to ask about. Without shares the
    payment is only unfrozen. `tries` is 1 for who is given it first."""

    network_id: int
    id: int
    number: str
    payment_id: int
    transaction_id: str
    merchant_id: str
    shares: tuple[DueShare, ...]
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareResult:
    """The provider's last word on one share; `merchant_id` received it, or did not."""

    merchant_id: str
    is_success: bool
    fail_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingResult:
    """The provider's last word on a sharing: every share of it has ended."""

    number: str
    shares: tuple[ShareResult, ...] = ()
    provider_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueShareReturn:
    """A share to take back, or to ask about. Sending it again is sending it once."""

    network_id: int
    id: int
    number: str
    sharing_number: str
    merchant_id: str
    return_merchant_id: str
    amount_minor: int
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareReturnResult:
    """The provider's last word on a return."""

    number: str
    is_success: bool
    fail_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A stored share of a payment: what was wanted, planned and got."""

    id: int
    payment_id: int
    sharing_number: str
    org_id: int
    relationship_ids: tuple[int, ...]
    runs: ShareRuns
    wanted_minor: int
    amount_minor: int
    returned_minor: int
    state: ShareState
    finished_at: datetime | None


class BillKind(StrEnum):
    PAY = "pay"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """A line of the provider's bill: `transaction_id` is its own id of the payment or refund,
    `number` ours. The fee of a refund is below zero where some of it is given back."""

    kind: BillKind
    transaction_id: str
    number: str
    occurred_at: datetime
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A day of a merchant as the provider told it."""

    merchant_id: str
    bill_date: date
    stored_at: datetime
    reconciled_at: datetime | None
    payments_count: int
    payments_minor: int
    refunds_count: int
    refunds_minor: int
    fee_minor: int
    currency: str = BILL_CURRENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDifference:
    """Something that differs; `ours_minor` and `theirs_minor` are None where one side has nothing,
    or where it is not the sum that differs."""

    merchant_id: str
    bill_date: date
    kind: DifferenceKind
    number: str
    transaction_id: str
    currency: str
    ours_minor: int | None
    theirs_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A stored difference."""

    id: int
    merchant_id: str
    bill_date: date
    kind: DifferenceKind
    number: str
    transaction_id: str
    currency: str
    ours_minor: int | None
    theirs_minor: int | None
    found_at: datetime
    resolved_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class SharingPlan:
    """By want, in their order: what it is given now, and what stays on account."""

    shares: tuple[int, ...]
    left: tuple[int, ...]
