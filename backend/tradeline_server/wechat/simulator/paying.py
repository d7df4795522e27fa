"""How the simulated WeChat takes payments and gives money back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tradeline_server.wechat.model import CHINA, require_out_no
from tradeline_server.wechat.settings import is_loopback
from tradeline_server.wechat.simulator.books import (
    FEE_BASIS,
    Books,
    Event,
    Payment,
    RefundEntry,
    Refusal,
    invalid,
    written,
)

PREPAY_SECONDS = 2 * 3600
OPEN_SECONDS = 7 * 24 * 3600
REFUND_SECONDS = 365 * 24 * 3600
REFUNDS_MAX = 50
DESCRIPTIONS = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款",
    "CLOSED": "订单已关闭",
}
REFUND_SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


def wrong(message: str) -> Refusal:
    return Refusal(400, "PARAM_ERROR", message)


def field_of(body: Mapping[str, Any], path: str, kind: type) -> Any:
    """The value at `a.b` of a request. Raises PARAM_ERROR where it is missing or another kind."""
    value: Any = body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool) or value == "":
        raise wrong(f"输入源“/body/{path.replace('.', '/')}”映射到值字段规则校验失败")
    return value


def fen_of(body: Mapping[str, Any], path: str) -> int:
    amount: int = field_of(body, path, int)
    if amount < 1:
        raise wrong("金额必须大于0")
    return amount


def out_no_of(body: Mapping[str, Any], name: str, longest: int = 64) -> str:
    number: str = field_of(body, name, str)
    try:
        return require_out_no(number, longest)
    except ValueError:
        raise wrong(f"{name} 的格式错误") from None


def check_notify_url(books: Books, url: str) -> str:
    """This machine only, unless the simulator was told of other hosts: it must not become a way
    to send requests to wherever somebody likes."""
    parts = urlsplit(url)
    is_allowed = is_loopback(parts.hostname) or parts.hostname in books.config.notify_hosts
    if parts.scheme not in ("http", "https") or parts.query or not is_allowed:
        raise wrong("notify_url 无效：须为本机或已允许的主机，且不带参数")
    return url


def prepay(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    _check_merchant(books, body)
    out_trade_no = out_no_of(body, "out_trade_no", 32)
    if len(out_trade_no) < 6:
        raise wrong("out_trade_no 的长度须为6至32")
    field_of(body, "description", str)
    now = books.now()
    if out_trade_no in books.payments:
        payment = books.payment(out_trade_no)
        if payment.state in ("SUCCESS", "REFUND"):
            raise Refusal(400, "ORDER_PAID", "该订单已支付")
        if payment.state == "CLOSED":
            raise Refusal(400, "ORDER_CLOSED", "该订单已关闭，请重新下单")
        if dict(payment.asked) != dict(body):
            raise Refusal(403, "OUT_TRADE_NO_USED", "商户订单号重复，且参数与首次请求时不一致")
        if now >= payment.prepaid_at + PREPAY_SECONDS:
            del books.by_prepay_id[payment.prepay_id]
            payment.prepay_id, payment.prepaid_at = _prepay_id(now), now
            books.by_prepay_id[payment.prepay_id] = payment
        return {"prepay_id": payment.prepay_id}
    payment = Payment(
        out_trade_no=out_trade_no,
        asked=body,
        total=fen_of(body, "amount.total"),
        openid=field_of(body, "payer.openid", str),
        notify_url=check_notify_url(books, field_of(body, "notify_url", str)),
        is_shareable=bool((body.get("settle_info") or {}).get("profit_sharing")),
        created_at=now,
        expires_at=_expiry(body, now),
        prepay_id=_prepay_id(now),
        prepaid_at=now,
    )
    if (body.get("amount") or {}).get("currency", "CNY") != "CNY":
        raise wrong("境内商户号仅支持人民币 CNY")
    books.payments[out_trade_no] = books.by_prepay_id[payment.prepay_id] = payment
    return {"prepay_id": payment.prepay_id}


def pay(books: Books, prepay_id: str, openid: str | None = None) -> Payment:
    """What happens when a person enters their password. Refuses a second time, another person
    than the one of the prepay, and what is closed or too old."""
    payment = books.payment_by_prepay_id(prepay_id)
    if payment.state in ("SUCCESS", "REFUND"):
        raise Refusal(400, "ORDER_PAID", "该订单已支付")
    if payment.state == "CLOSED" or books.now() >= payment.prepaid_at + PREPAY_SECONDS:
        raise Refusal(400, "ORDER_CLOSED", "订单已关闭或已过期")
    if openid is not None and openid != payment.openid:
        raise Refusal(400, "OPENID_MISMATCH", "支付者与下单时的用户不一致")
    payment.state = "SUCCESS"
    payment.paid_at = books.now()
    payment.transaction_id = books.number("4200")
    books.by_transaction_id[payment.transaction_id] = payment
    payment.fee = (payment.total * books.config.fee_rate + FEE_BASIS // 2) // FEE_BASIS
    if payment.is_shareable:
        payment.frozen = payment.total - payment.fee
        books.frozen_payments.append(payment)
    else:
        books.available += payment.total - payment.fee
    about = payment.out_trade_no
    books.move(payment, kind="交易", name="交易", change=payment.total, about=about)
    books.move(payment, kind="扣除交易手续费", name="交易", change=-payment.fee, about=about)
    books.events.append(payment_event(books, payment))
    return payment


def payment_event(books: Books, payment: Payment) -> Event:
    return Event(
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        summary="支付成功",
        resource=transaction(books, payment),
        notify_url=payment.notify_url,
        about=payment.out_trade_no,
    )


def close(books: Books, out_trade_no: str, body: Mapping[str, Any]) -> None:
    _check_mchid(books, field_of(body, "mchid", str))
    payment = books.payment(out_trade_no)
    if payment.state in ("SUCCESS", "REFUND"):
        raise Refusal(400, "ORDER_PAID", "订单已支付")
    payment.state = "CLOSED"  # closing again is fine


def transaction(books: Books, payment: Payment) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "appid": books.appid,
        "mchid": books.mchid,
        "out_trade_no": payment.out_trade_no,
        "trade_state": payment.state,
        "trade_state_desc": DESCRIPTIONS[payment.state],
        "attach": payment.asked.get("attach", ""),
        "payer": {"openid": payment.openid},
        "amount": {"total": payment.total, "currency": "CNY"},
    }
    if payment.transaction_id:
        answer |= {
            "transaction_id": payment.transaction_id,
            "trade_type": "JSAPI",
            "bank_type": "OTHERS",
            "success_time": written(payment.paid_at),
            "promotion_detail": [],
        }
        answer["amount"] |= {"payer_total": payment.total, "payer_currency": "CNY"}
    return answer


def query(books: Books, payment: Payment, mchid: str) -> dict[str, Any]:
    _check_mchid(books, mchid)
    return transaction(books, payment)


def refund(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    out_refund_no = out_no_of(body, "out_refund_no")
    if (known := books.refunds.get(out_refund_no)) is not None:
        if dict(known.asked) != dict(body):
            raise invalid("订单金额或退款金额与之前请求不一致，请核实后再试")
        return refund_answer(books, known)
    if "transaction_id" in body:
        payment = books.payment_by_id(field_of(body, "transaction_id", str))
    else:
        payment = books.payment(field_of(body, "out_trade_no", str))
    amount = fen_of(body, "amount.refund")
    _check_refundable(books, payment, amount, fen_of(body, "amount.total"))
    notify_url = body.get("notify_url")
    entry = RefundEntry(
        payment=payment,
        out_refund_no=out_refund_no,
        refund_id=books.number("5030"),
        asked=body,
        amount=amount,
        fee_back=fee_back(payment, amount),
        is_from_frozen=payment.is_shareable and not payment.is_unfrozen,
        notify_url=check_notify_url(books, notify_url) if notify_url else "",
        created_at=books.now(),
    )
    _take(books, entry)
    books.refunds[out_refund_no] = entry
    books.open_refunds.append(entry)
    payment.refunds.append(entry)
    payment.state = "REFUND"
    return refund_answer(books, entry)


def refund_answer(books: Books, entry: RefundEntry) -> dict[str, Any]:
    answer = {
        "refund_id": entry.refund_id,
        "out_refund_no": entry.out_refund_no,
        "transaction_id": entry.payment.transaction_id,
        "out_trade_no": entry.payment.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": written(entry.created_at),
        "status": entry.status,
        "funds_account": "UNSETTLED" if entry.is_from_frozen else "AVAILABLE",
        "amount": {
            **_refund_amount(entry),
            "settlement_total": entry.payment.total,
            "settlement_refund": entry.amount,
            "discount_refund": 0,
            "currency": "CNY",
        },
    }
    if entry.status == "SUCCESS":
        answer["success_time"] = written(entry.ended_at)
    return answer


def end_refunds(books: Books) -> None:
    """Those whose time has come succeed, or end as somebody has told beforehand."""
    for entry in tuple(books.open_refunds):
        if books.now() < entry.created_at + books.config.processing_seconds:
            continue
        books.open_refunds.remove(entry)
        entry.status = books.refund_outcomes.get(entry.out_refund_no, "SUCCESS")
        entry.ended_at = books.now()
        if entry.status == "CLOSED":
            _give_back(books, entry)
        if entry.notify_url:
            books.events.append(_refund_event(books, entry))


def refunded(payment: Payment) -> int:
    """How much has gone back, or is about to."""
    return sum(entry.amount for entry in payment.refunds if entry.status != "CLOSED")


def _refund_amount(entry: RefundEntry) -> dict[str, int]:
    total, amount = entry.payment.total, entry.amount
    return {"total": total, "refund": amount, "payer_total": total, "payer_refund": amount}


def _refund_event(books: Books, entry: RefundEntry) -> Event:
    resource = {
        "mchid": books.mchid,
        "out_trade_no": entry.payment.out_trade_no,
        "transaction_id": entry.payment.transaction_id,
        "out_refund_no": entry.out_refund_no,
        "refund_id": entry.refund_id,
        "refund_status": entry.status,
        "user_received_account": "支付用户零钱",
        "amount": _refund_amount(entry),
    }
    if entry.status == "SUCCESS":
        resource["success_time"] = written(entry.ended_at)
    return Event(
        event_type=f"REFUND.{entry.status}",
        original_type="refund",
        summary=REFUND_SUMMARIES[entry.status],
        resource=resource,
        notify_url=entry.notify_url,
        about=entry.out_refund_no,
    )


def _check_refundable(books: Books, payment: Payment, amount: int, total: int) -> None:
    if payment.state not in ("SUCCESS", "REFUND"):
        raise invalid("订单状态异常，未支付的订单不能退款")
    if total != payment.total:
        raise invalid("订单金额与原订单不一致，请核实后再试")
    if refunded(payment) + amount > payment.total:
        raise invalid("退款金额大于可退金额")
    if books.now() > payment.paid_at + REFUND_SECONDS:
        raise invalid("订单已超过可退款的最大期限")
    if len(payment.refunds) >= REFUNDS_MAX:
        raise invalid("该订单退款次数已达上限")


def fee_back(payment: Payment, amount: int) -> int:
    """The part of the fee that goes with what is refunded by now; with the last fen, all of it."""
    gone = refunded(payment) + amount
    return payment.fee * gone // payment.total - payment.fee_returned


def _take(books: Books, entry: RefundEntry) -> None:
    """From what is frozen for the payment, or else from what the merchant has."""
    payment, net = entry.payment, entry.amount - entry.fee_back
    if net > (payment.frozen if entry.is_from_frozen else books.available):
        raise Refusal(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
    if entry.is_from_frozen:
        payment.frozen -= net
    else:
        books.available -= net
    payment.fee_returned += entry.fee_back
    about = entry.out_refund_no
    books.move(payment, kind="退款", name="退款", change=-entry.amount, about=about)
    books.move(payment, kind="退还交易手续费", name="退款", change=entry.fee_back, about=about)


def _give_back(books: Books, entry: RefundEntry) -> None:
    payment = entry.payment
    net = entry.amount - entry.fee_back
    if entry.is_from_frozen and not payment.is_unfrozen:
        payment.frozen += net
    else:
        books.available += net
    payment.fee_returned -= entry.fee_back
    about = entry.out_refund_no
    books.move(payment, kind="退款关闭", name="退款", change=entry.amount, about=about)
    books.move(payment, kind="扣除交易手续费", name="退款", change=-entry.fee_back, about=about)


def _check_merchant(books: Books, body: Mapping[str, Any]) -> None:
    _check_mchid(books, field_of(body, "mchid", str))
    if field_of(body, "appid", str) != books.appid:
        raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试")


def _check_mchid(books: Books, mchid: str) -> None:
    if mchid != books.mchid:
        raise Refusal(400, "MCH_NOT_EXISTS", "商户号不存在")


def _expiry(body: Mapping[str, Any], now: float) -> float:
    given = body.get("time_expire")
    if given is None:
        return now + OPEN_SECONDS
    try:
        expires = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise wrong("time_expire 的格式错误，须遵循 rfc3339") from None
    if expires.tzinfo is None or expires.timestamp() <= now:
        raise wrong("time_expire 时间过短")
    return min(expires.timestamp(), now + OPEN_SECONDS)


def _prepay_id(now: float) -> str:
    stamp = datetime.fromtimestamp(now, CHINA).strftime("%d%H%M%S")
    return f"wx{stamp}{secrets.token_hex(13)}"
