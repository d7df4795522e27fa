"""What settlement talks about, and its rules. Pure: no storage, no network, no clock.

Sums are minor units of the edge's currency. Unless said otherwise their sign is the seller's: what
the buyer owes counts up, what it has paid in advance is below zero.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from tradeline.kernel import Money
from tradeline.organizations import RelationshipState, Side

AMOUNT_MINOR_MAX = 10**13
ADJUSTMENT_MINOR_MAX = 10**12
TEXT_LENGTH_MAX = 500
# Somewhere on earth it is already tomorrow: a day that has not begun anywhere is in the future.
EARLIEST_MORNING = timedelta(hours=14)


class ObligationKind(StrEnum):
    """Why one side owes the other."""

    GOODS = "goods"
    RETURN = "return"
    PAYMENT = "payment"
    REFUND = "refund"
    REBATE = "rebate"
    CHARGE = "charge"
    CREDIT_NOTE = "credit_note"
    FREIGHT = "freight"
    FREIGHT_RETURN = "freight_return"
    COST_SHARE = "cost_share"
    COST_SHARE_RETURN = "cost_share_return"
    COLLECTED = "collected"
    COLLECTED_RETURN = "collected_return"
    SHARED_DOWN = "shared_down"
    SHARED_UP = "shared_up"

    @property
    def owed_by(self) -> Side:
        """Who the debtor is. A payment by the buyer is "owed" by the seller: it lowers what the
        buyer owes; a refund is money that the seller paid back.

        Of a sale to a consumer the buyer owes the goods and the freight, and the seller its part of
        a coupon and what it has collected. Shares of a payment run `down` to the buyer, which then
        owes them, or `up` to the seller."""
        return Side.BUYER if self in _OWED_BY_BUYER else Side.SELLER


_OWED_BY_BUYER = frozenset(
    {
        ObligationKind.GOODS,
        ObligationKind.REFUND,
        ObligationKind.CHARGE,
        ObligationKind.FREIGHT,
        ObligationKind.COST_SHARE_RETURN,
        ObligationKind.COLLECTED_RETURN,
        ObligationKind.SHARED_DOWN,
    }
)


class BookingKind(StrEnum):
    """What happens in one set of books alone, as the books of the store and of the collector see a
    sale to a consumer and the provider who carries its payment."""

    SALE = "sale"
    SALE_REFUND = "sale_refund"
    CAPTURE = "capture"
    CAPTURE_REFUND = "capture_refund"
    PROVIDER_FEE = "provider_fee"
    PROVIDER_FEE_REFUND = "provider_fee_refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """An entry of one legal entity's books, once for each (entity, kind, document). `amount_minor`
    is more than zero. `occurred_at` is for what happened before we heard of it; None is now."""

    entity_id: int
    kind: BookingKind
    currency: str
    amount_minor: int
    document_type: str
    document_id: int
    document_number: str
    occurred_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise ValueError(f"{self.amount_minor} is nothing to book")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExposure:
    """The guarded row of an edge that is new."""

    relationship_id: int
    currency: str
    credit_limit_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a seller has at stake with a buyer. A deposit is an `owed_minor` below zero, so that
    credit and deposit are one number. What is `returnable_minor` of it counts as owed once more:
    sales have left it in the buyer's favour, and it may still go back."""

    relationship_id: int
    currency: str
    credit_limit_minor: int
    held_minor: int
    owed_minor: int
    is_blocked: bool
    returnable_minor: int = 0

    @property
    def free_minor(self) -> int:
        """What may still be ordered; below zero after the limit was lowered, or money was paid out
        that may go back. A blocked edge may order nothing, which is for the caller to judge by
        `is_blocked`."""
        taken = self.held_minor + self.owed_minor + self.returnable_minor
        return self.credit_limit_minor - taken


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExposureHold:
    """What an open document, such as ("order", 12), will cost."""

    relationship_id: int
    reference_type: str
    reference_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRelease:
    """So much of what a document holds is not at stake any more, or has become a debt."""

    reference_type: str
    reference_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObligation:
    """ "Debtor owes creditor", once for each (edge, kind, document). `amount_minor` is more than
    zero. `occurred_at` is only for what happened before it was told to us (imports); None is now.
    """

    relationship_id: int
    kind: ObligationKind
    owed_by: Side
    amount_minor: int
    document_type: str
    document_id: int
    document_number: str
    due_on: date | None = None
    occurred_at: datetime | None = None
    releases: ExposureRelease | None = None

    def __post_init__(self) -> None:
        if self.owed_by != ObligationKind(self.kind).owed_by:
            raise ValueError(f"a {self.kind} is never owed by the {self.owed_by}")
        if self.amount_minor <= 0:
            raise ValueError(f"{self.amount_minor} is nothing to owe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The two ends of an edge and its account, locked for as long as the unit of work runs."""

    seller_org_id: int
    buyer_org_id: int
    state: RelationshipState
    exposure: Exposure

    def org_of(self, side: Side) -> int:
        return self.seller_org_id if side is Side.SELLER else self.buyer_org_id

    def side_of(self, org_id: int) -> Side:
        return Side.SELLER if org_id == self.seller_org_id else Side.BUYER


def other_side(side: Side) -> Side:
    return Side.BUYER if side is Side.SELLER else Side.SELLER


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A stored obligation; `amount_minor` is signed as the module says."""

    id: int
    relationship_id: int
    kind: ObligationKind
    currency: str
    amount_minor: int
    document_type: str
    document_id: int
    document_number: str
    occurred_at: datetime
    due_on: date | None


class PaymentState(StrEnum):
    """`recorded` waits for the payee's word."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class PaymentMethod(StrEnum):
    BANK = "bank"
    CASH = "cash"
    BILL = "bill"
    ONLINE = "online"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """Money that changed hands on an edge. `paid_by` the seller, it is a refund."""

    relationship_id: int
    paid_by: Side
    amount: Money
    method: PaymentMethod
    paid_on: date
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A stored payment. It counts once the payee has confirmed it. The sum has no sign."""

    id: int
    number: str
    relationship_id: int
    payer_org_id: int
    payee_org_id: int
    currency: str
    amount_minor: int
    method: PaymentMethod
    reference: str
    state: PaymentState
    recorded_by_org_id: int
    recorded_at: datetime
    paid_on: date
    decided_at: datetime | None
    refusal_reason: str | None


class AdjustmentState(StrEnum):
    """`recorded` waits for the buyer's word."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A charge or a credit note of the seller, with its reason. The sum has no sign. A charge
    counts once the buyer has confirmed it, a credit note at once."""

    id: int
    number: str
    relationship_id: int
    kind: ObligationKind
    currency: str
    amount_minor: int
    reason: str
    due_on: date | None
    state: AdjustmentState
    made_at: datetime
    decided_at: datetime | None
    refusal_reason: str | None
    seller_org_id: int
    buyer_org_id: int


class StatementState(StrEnum):
    """`issued` waits for the sides, `confirmed` is closed for good."""

    ISSUED = "issued"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDraft:
    """What a statement says: a period of the account, its obligations and their sum."""

    relationship_id: int
    sequence: int
    currency: str
    period_from: datetime | None
    period_to: datetime
    opening_minor: int
    previous_hash: bytes
    lines: tuple[Obligation, ...]

    @property
    def movement_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.movement_minor

    @property
    def hash(self) -> bytes:
        """SHA-256 over the hash before, each line and the closing, in canonical JSON: whoever
        holds a statement can tell whether anything up to it was changed."""
        lines = [
            [
                line.id,
                line.kind,
                line.document_type,
                line.document_id,
                line.document_number,
                _canonical(line.occurred_at),
                line.amount_minor,
            ]
            for line in self.lines
        ]
        closing = [
            self.relationship_id,
            self.sequence,
            self.currency,
            _canonical(self.period_to),
            self.opening_minor,
            self.closing_minor,
        ]
        text = json.dumps([lines, closing], separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(self.previous_hash + text.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A stored statement of an edge, the same for both sides."""

    id: int
    relationship_id: int
    number: str
    sequence: int
    currency: str
    period_from: datetime | None
    period_to: datetime
    opening_minor: int
    movement_minor: int
    closing_minor: int
    state: StatementState
    issued_at: datetime
    seller_confirmed_at: datetime | None
    buyer_confirmed_at: datetime | None
    disputed_by_org_id: int | None
    dispute_reason: str | None
    previous_hash: bytes
    hash: bytes
    seller_org_id: int
    buyer_org_id: int

    def confirmed_at(self, side: Side) -> datetime | None:
        return self.seller_confirmed_at if side is Side.SELLER else self.buyer_confirmed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """An account of one set of books; `relationship_id` is the edge of a current account."""

    id: int
    entity_id: int
    code: str
    relationship_id: int | None
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One document's posting in one set of books: one transfer, from `credit` to `debit`. That of
    an obligation is on an edge; that of a booking has no other side."""

    id: int
    entity_id: int
    posted_at: datetime
    obligation_id: int | None
    booking_id: int | None
    relationship_id: int | None
    kind: ObligationKind | BookingKind
    document_type: str
    document_id: int
    document_number: str
    occurred_at: datetime
    currency: str
    amount_minor: int
    debit_account_id: int
    debit_code: str
    credit_account_id: int
    credit_code: str


@dataclass(frozen=True, slots=True)
class Debt:
    """What falls due on one day."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """What is still owed, by how long it is overdue, and what was paid in advance."""

    not_due_minor: int = 0
    days_1_to_30_minor: int = 0
    days_31_to_60_minor: int = 0
    days_61_to_90_minor: int = 0
    days_over_90_minor: int = 0
    prepaid_minor: int = 0

    @property
    def overdue_minor(self) -> int:
        return (
            self.days_1_to_30_minor
            + self.days_31_to_60_minor
            + self.days_61_to_90_minor
            + self.days_over_90_minor
        )

    @property
    def owed_minor(self) -> int:
        return self.not_due_minor + self.overdue_minor - self.prepaid_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an edge's account comes to now, counting what is not yet posted."""

    relationship_id: int
    currency: str
    ageing: Ageing

    @property
    def owed_minor(self) -> int:
        return self.ageing.owed_minor


def _canonical(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
