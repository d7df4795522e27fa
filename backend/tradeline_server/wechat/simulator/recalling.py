"""Books that begin anew while the trade goes on: what was paid before is told to them once more.

The real WeChat never forgets. The simulated one ends with whoever started it, and is asked for
refunds and bills of what was paid on another day all the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradeline_server.wechat.simulator import paying
from tradeline_server.wechat.simulator.books import (
    FEE_BASIS,
    Books,
    Movement,
    Payment,
    RefundEntry,
)


class PastRefund(msgspec.Struct, forbid_unknown_fields=True):
    """In fen; it has reached the payer."""

    out_refund_no: str
    refund_id: str
    amount: int
    ended_at: datetime


class PastPayment(msgspec.Struct, forbid_unknown_fields=True):
    """In fen. Of one that `is_shareable`, nothing was shared yet."""

    mchid: str
    out_trade_no: str
    transaction_id: str
    total: int
    paid_at: datetime
    is_shareable: bool = False
    refunds: tuple[PastRefund, ...] = ()


def recall(books: Books, past: PastPayment) -> bool:
    """Write a payment into the books as it was, unless it is in there; nobody is told of it."""
    if past.out_trade_no in books.payments:
        return False
    paid_at = past.paid_at.timestamp()
    payment = Payment(
        out_trade_no=past.out_trade_no,
        asked={},
        total=past.total,
        openid="",
        notify_url="",
        is_shareable=past.is_shareable,
        created_at=paid_at,
        expires_at=paid_at,
        prepay_id="",
        prepaid_at=paid_at,
        state="SUCCESS",
        transaction_id=past.transaction_id,
        paid_at=paid_at,
        fee=(past.total * books.config.fee_rate + FEE_BASIS // 2) // FEE_BASIS,
    )
    books.payments[payment.out_trade_no] = payment
    books.by_transaction_id[payment.transaction_id] = payment
    _move(books, payment, paid_at, "交易", payment.total, payment.out_trade_no)
    _move(books, payment, paid_at, "扣除交易手续费", -payment.fee, payment.out_trade_no)
    for refund in past.refunds:
        _recall_refund(books, payment, refund)
    left = sum(each.amount - each.fee_back for each in payment.refunds)
    if payment.is_shareable:
        payment.frozen = payment.total - payment.fee - left
        books.frozen_payments.append(payment)
    else:
        books.available += payment.total - payment.fee - left
    return True


def _recall_refund(books: Books, payment: Payment, past: PastRefund) -> None:
    ended_at = past.ended_at.timestamp()
    entry = RefundEntry(
        payment=payment,
        out_refund_no=past.out_refund_no,
        refund_id=past.refund_id or books.number("5030"),
        asked=_asked(payment, past),
        amount=past.amount,
        fee_back=paying.fee_back(payment, past.amount),
        is_from_frozen=payment.is_shareable,
        notify_url="",
        created_at=ended_at,
        status="SUCCESS",
        ended_at=ended_at,
    )
    payment.refunds.append(entry)
    payment.fee_returned += entry.fee_back
    payment.state = "REFUND"
    books.refunds[entry.out_refund_no] = entry
    _move(books, payment, ended_at, "退款", -entry.amount, entry.out_refund_no)
    _move(books, payment, ended_at, "退还交易手续费", entry.fee_back, entry.out_refund_no)


def _asked(payment: Payment, past: PastRefund) -> dict[str, Any]:
    return {
        "out_trade_no": payment.out_trade_no,
        "out_refund_no": past.out_refund_no,
        "amount": {"total": payment.total, "refund": past.amount, "currency": "CNY"},
    }


def _move(books: Books, payment: Payment, at: float, kind: str, change: int, about: str) -> None:
    if change == 0:
        return
    before = books.movements[-1].balance if books.movements else 0
    books.movements.append(
        Movement(
            at=at,
            business_no=payment.transaction_id,
            flow_no=books.number("50"),
            name="退款" if "退" in kind else "交易",
            kind=kind,
            change=change,
            balance=before + change,
            voucher_no=about,
        )
    )
