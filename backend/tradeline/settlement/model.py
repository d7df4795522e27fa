"""What settlement talks about, and its rules. Pure: no storage, no network, no clock.

Sums are minor units of the edge's currency. Unless said otherwise their sign is the seller's: what
the buyer owes counts up, what it has paid in advance is below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Side(StrEnum):
    """The two ends of an edge."""

    SELLER = "seller"
    BUYER = "buyer"

    @property
    def other(self) -> Side:
        return Side.BUYER if self is Side.SELLER else Side.SELLER


class ObligationKind(StrEnum):
    """Why one side owes the other."""

    GOODS = "goods"
    RETURN = "return"
    PAYMENT = "payment"
    REFUND = "refund"
    REBATE = "rebate"
    CHARGE = "charge"
    CREDIT_NOTE = "credit_note"

    @property
    def owed_by(self) -> Side:
        """Who the debtor is. A payment by the buyer is "owed" by the seller: it lowers what the
        buyer owes; a refund is money that the seller paid back."""
        return Side.BUYER if self in _OWED_BY_BUYER else Side.SELLER


_OWED_BY_BUYER = frozenset({ObligationKind.GOODS, ObligationKind.REFUND, ObligationKind.CHARGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExposure:
    """The guarded row of an edge that is new."""

    relationship_id: int
    currency: str
    credit_limit_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a seller has at stake with a buyer. A deposit is an `owed_minor` below zero, so that
    credit and deposit are one number."""

    relationship_id: int
    currency: str
    credit_limit_minor: int
    held_minor: int
    owed_minor: int
    is_blocked: bool

    @property
    def free_minor(self) -> int:
        """What may still be ordered; below zero after the limit was lowered. A blocked edge may
        order nothing, which is for the caller to judge by `is_blocked`."""
        return self.credit_limit_minor - self.held_minor - self.owed_minor


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
