"""What goes to WeChat Pay and what comes back. Amounts are fen, as whole numbers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any

import msgspec

CHINA = timezone(timedelta(hours=8), "CST")

Fen = Annotated[int, msgspec.Meta(ge=0, le=10**15)]


def masked(text: str) -> str:
    """For logs and reprs: enough to tell two apart, too little to use."""
    return f"{text[:3]}…{text[-2:]}" if len(text) > 8 else "…"


def rfc3339(time: datetime) -> str:
    """With China's offset, in whole seconds, as WeChat writes and wants it."""
    return time.astimezone(CHINA).isoformat(timespec="seconds")


class TradeState(StrEnum):
    NOT_PAID = "NOTPAY"
    PAYING = "USERPAYING"
    SUCCESS = "SUCCESS"
    REFUND = "REFUND"  # was paid; how much went back, the refunds tell
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"
    FAILED = "PAYERROR"


class RefundStatus(StrEnum):
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"
    PROCESSING = "PROCESSING"
    ABNORMAL = "ABNORMAL"  # the payer's account took it not: somebody must look after it


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of WeChat's that we do not know are skipped: new ones may come any day."""


class Payer(_Value, frozen=True, kw_only=True):
    openid: str

    def __repr__(self) -> str:
        return f"Payer({masked(self.openid)})"


class Amount(_Value, frozen=True, kw_only=True):
    total: Fen
    currency: str = "CNY"
    payer_total: Fen | None = None


class Transaction(_Value, frozen=True, kw_only=True):
    appid: str
    mchid: str
    out_trade_no: str
    trade_state: TradeState
    trade_state_desc: str = ""
    transaction_id: str | None = None
    trade_type: str | None = None
    bank_type: str | None = None
    attach: str | None = None
    success_time: datetime | None = None
    payer: Payer | None = None
    amount: Amount | None = None

    @property
    def is_paid(self) -> bool:
        """Whether it has ever been paid; later refunds do not change that."""
        return self.trade_state in (TradeState.SUCCESS, TradeState.REFUND)


class RefundAmount(_Value, frozen=True, kw_only=True):
    total: Fen
    refund: Fen
    payer_total: Fen | None = None
    payer_refund: Fen | None = None
    currency: str = "CNY"


class Refund(_Value, frozen=True, kw_only=True):
    refund_id: str
    out_refund_no: str
    transaction_id: str
    out_trade_no: str
    status: RefundStatus
    amount: RefundAmount
    channel: str | None = None
    user_received_account: str | None = None
    create_time: datetime | None = None
    success_time: datetime | None = None


class RefundNotice(_Value, frozen=True, kw_only=True):
    """What a notification tells of a refund; its fields differ a little from an answer's."""

    mchid: str
    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    refund_id: str
    refund_status: RefundStatus
    amount: RefundAmount
    success_time: datetime | None = None
    user_received_account: str | None = None


class ReceiverType(StrEnum):
    MERCHANT = "MERCHANT_ID"
    PERSON = "PERSONAL_OPENID"


class ShareResult(StrEnum):
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"


class SharingState(StrEnum):
    """FINISHED says that nothing more will happen, not that every receiver got their share."""

    PROCESSING = "PROCESSING"
    FINISHED = "FINISHED"


class Share(_Value, frozen=True, kw_only=True):
    """What one receiver is to get. For a person, `account` is an openid."""

    type: ReceiverType
    account: str
    amount: int
    description: str

    def __post_init__(self) -> None:
        require_fen(self.amount)

    def __repr__(self) -> str:
        return f"Share({self.type}, {masked(self.account)}, {self.amount})"


class ShareOutcome(_Value, frozen=True, kw_only=True):
    type: ReceiverType
    account: str
    amount: Fen
    result: ShareResult
    description: str = ""
    fail_reason: str | None = None
    detail_id: str | None = None
    create_time: datetime | None = None
    finish_time: datetime | None = None

    def __repr__(self) -> str:
        return f"ShareOutcome({self.type}, {masked(self.account)}, {self.amount}, {self.result})"


class Sharing(_Value, frozen=True, kw_only=True):
    transaction_id: str
    out_order_no: str
    order_id: str
    state: SharingState
    receivers: tuple[ShareOutcome, ...] = ()


class ShareReturn(_Value, frozen=True, kw_only=True):
    out_return_no: str
    out_order_no: str
    return_id: str
    return_mchid: str
    amount: Fen
    result: str  # PROCESSING, SUCCESS or FAILED
    description: str = ""
    fail_reason: str | None = None
    create_time: datetime | None = None
    finish_time: datetime | None = None


class SharedWith(_Value, frozen=True, kw_only=True):
    type: ReceiverType
    account: str
    amount: Fen
    description: str = ""

    def __repr__(self) -> str:
        return f"SharedWith({self.type}, {masked(self.account)}, {self.amount})"


class SharingNotice(_Value, frozen=True, kw_only=True):
    """Sent to the merchant who received a share; `mchid` is the one who shared."""

    mchid: str
    transaction_id: str
    order_id: str
    out_order_no: str
    receiver: SharedWith
    success_time: datetime


def without_nothing(body: dict[str, Any]) -> dict[str, Any]:
    """WeChat refuses nulls: what is not given is left out."""
    return {name: value for name, value in body.items() if value is not None}


def require_fen(amount: int) -> int:
    """Raises ValueError for what is no whole number of fen above zero."""
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= 10**15:
        raise ValueError("an amount is a whole number of fen above zero")
    return amount


def require_out_no(number: str, longest: int = 64) -> str:
    """Raises ValueError for what WeChat would not take as a number of ours."""
    if not re.fullmatch(r"[0-9A-Za-z_*|@-]+", number) or len(number) > longest:
        raise ValueError(f"a number of ours has up to {longest} letters, digits and _ - * | @")
    return number
