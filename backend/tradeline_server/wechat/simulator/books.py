"""What the simulated WeChat knows: payments, refunds, shares, and every fen on the account.

It is all in memory and ends with the process. Time is the machine's plus what it was advanced by;
signatures alone always carry the machine's own time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

from tradeline_server.wechat.model import CHINA, rfc3339

FEE_BASIS = 10_000


class Refusal(Exception):
    """An error as WeChat Pay answers it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> Refusal:
    return Refusal(400, "INVALID_REQUEST", message)


# What it takes of a payment, unless it is told otherwise.
FEE_RATE: Final = 60


@dataclass(slots=True, kw_only=True)
class Config:
    """`fee_rate` and `sharing_ratio` are in ten thousandths, as WeChat gives its ratio.

    `retry_scale` shortens WeChat's waiting between notifications. With `holds_until_received`
    nothing is shared before the buyer has confirmed receipt, as in trading mini-programs.
    """

    fee_rate: int = FEE_RATE
    sharing_ratio: int = 3000
    processing_seconds: float = 0.0
    sharing_wait_seconds: float = 60.0
    retry_scale: float = 1.0
    holds_until_received: bool = False
    requests_per_second_max: int = 300
    notify_hosts: frozenset[str] = frozenset()  # besides this machine


@dataclass(slots=True, kw_only=True)
class Payment:
    out_trade_no: str
    asked: Mapping[str, Any]
    total: int
    openid: str
    notify_url: str
    is_shareable: bool
    created_at: float
    expires_at: float
    prepay_id: str
    prepaid_at: float
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: float = 0.0
    fee: int = 0
    fee_returned: int = 0
    frozen: int = 0
    shared: int = 0
    splits: int = 0
    is_unfrozen: bool = False
    is_received: bool = False
    refunds: list[RefundEntry] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RefundEntry:
    payment: Payment
    out_refund_no: str
    refund_id: str
    asked: Mapping[str, Any]
    amount: int
    fee_back: int
    is_from_frozen: bool
    notify_url: str
    created_at: float
    status: str = "PROCESSING"
    ended_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class ShareLine:
    type: str
    account: str
    amount: int
    description: str
    detail_id: str
    result: str = "PENDING"
    fail_reason: str = ""
    finished_at: float = 0.0
    returned: int = 0


@dataclass(slots=True, kw_only=True)
class SharingEntry:
    payment: Payment
    out_order_no: str
    order_id: str
    asked: Mapping[str, Any]
    lines: list[ShareLine]
    unfreezes_rest: bool
    created_at: float
    state: str = "PROCESSING"


@dataclass(slots=True, kw_only=True)
class ReturnEntry:
    out_return_no: str
    out_order_no: str
    return_id: str
    asked: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of the fund-flow bill; `change` below zero is what went out."""

    at: float
    business_no: str
    flow_no: str
    name: str
    kind: str
    change: int
    balance: int
    voucher_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What has to be told to the merchant at `notify_url`; `about` is our number for it."""

    event_type: str
    original_type: str
    summary: str
    resource: Mapping[str, Any]
    notify_url: str
    about: str


@dataclass(slots=True)
class Clock:
    advanced_seconds: float = 0.0

    def now(self) -> float:
        return time.time() + self.advanced_seconds

    def advance(self, seconds: float) -> None:
        """Raises ValueError for going back: what has happened stays."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        self.advanced_seconds += seconds


@dataclass(slots=True)
class Books:
    config: Config
    mchid: str
    appid: str
    clock: Clock = field(default_factory=Clock)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, RefundEntry] = field(default_factory=dict)
    sharings: dict[str, SharingEntry] = field(default_factory=dict)
    returns: dict[str, ReturnEntry] = field(default_factory=dict)
    by_prepay_id: dict[str, Payment] = field(default_factory=dict)
    by_transaction_id: dict[str, Payment] = field(default_factory=dict)
    open_refunds: list[RefundEntry] = field(default_factory=list)
    open_sharings: list[SharingEntry] = field(default_factory=list)
    frozen_payments: deque[Payment] = field(default_factory=deque)
    receivers: set[tuple[str, str]] = field(default_factory=set)
    failing_receivers: dict[str, str] = field(default_factory=dict)
    refund_outcomes: dict[str, str] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    events: deque[Event] = field(default_factory=deque)
    sharing_notify_url: str = ""
    available: int = 0
    numbers: count[int] = field(default_factory=lambda: fresh_numbers())

    def now(self) -> float:
        return self.clock.now()

    def payment(self, out_trade_no: str) -> Payment:
        found = self.payments.get(out_trade_no)
        if found is None:
            raise Refusal(404, "ORDER_NOT_EXIST", "订单不存在")
        self._close_if_expired(found)
        return found

    def payment_by_id(self, transaction_id: str) -> Payment:
        found = self.by_transaction_id.get(transaction_id)
        if found is None:
            raise Refusal(404, "ORDER_NOT_EXIST", "订单不存在")
        return found

    def payment_by_prepay_id(self, prepay_id: str) -> Payment:
        found = self.by_prepay_id.get(prepay_id)
        if found is None:
            raise Refusal(404, "ORDER_NOT_EXIST", "预支付交易会话标识不存在")
        self._close_if_expired(found)
        return found

    def number(self, prefix: str) -> str:
        """28 digits, as WeChat's own numbers have."""
        day = datetime.fromtimestamp(self.now(), CHINA).strftime("%Y%m%d")
        return f"{prefix}{day}{next(self.numbers):0{20 - len(prefix)}d}"

    def move(self, payment: Payment, *, kind: str, name: str, change: int, about: str) -> None:
        """Write what the account gains or loses; nothing is written for nothing."""
        if change == 0:
            return
        before = self.movements[-1].balance if self.movements else 0
        self.movements.append(
            Movement(
                at=self.now(),
                business_no=payment.transaction_id,
                flow_no=self.number("50"),
                name=name,
                kind=kind,
                change=change,
                balance=before + change,
                voucher_no=about,
            )
        )

    def _close_if_expired(self, payment: Payment) -> None:
        if payment.state == "NOTPAY" and self.now() >= payment.expires_at:
            payment.state = "CLOSED"


def fresh_numbers() -> count[int]:
    """From the microsecond of the day on: books that begin anew give no number a second time."""
    return count(time.time_ns() // 1000 % 86_400_000_000 * 100_000)


def written(time_: float) -> str:
    return rfc3339(datetime.fromtimestamp(time_, CHINA))
