"""Notifications of WeChat Pay: checked, decrypted, typed. Pure.

Whoever receives one answers within five seconds, stores it under its `id` (WeChat repeats itself),
and lets goods move only after `expect_payment`, best on what a query of ours says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from tradeline_server.wechat.errors import Fault, Forged
from tradeline_server.wechat.model import RefundNotice, SharingNotice, Transaction
from tradeline_server.wechat.signing import PublicKeys, check_origin, decrypt

ALGORITHM = "AEAD_AES_256_GCM"
NOTICE_BYTES_MAX = 100_000

T = TypeVar("T")


class _Resource(msgspec.Struct):
    algorithm: str
    ciphertext: str
    nonce: str
    original_type: str
    associated_data: str | None = None


class _Envelope(msgspec.Struct):
    id: str
    create_time: datetime
    event_type: str
    resource_type: str
    resource: _Resource
    summary: str = ""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """`id` stays the same when WeChat repeats itself; `event_type` is such as REFUND.SUCCESS."""

    id: str
    event_type: str
    created_at: datetime
    about: Transaction | RefundNotice | SharingNotice


def read_notice(
    headers: Mapping[str, str],
    body: bytes,
    *,
    keys: PublicKeys,
    apiv3_key: bytes,
    mchid: str,
    appid: str,
    now: float,
) -> Notice:
    """Raises Forged. First who it is from, then what it holds, then whether it is for us."""
    check_origin(headers, body, keys=keys, now=now)
    if len(body) > NOTICE_BYTES_MAX:
        raise Forged(Fault.SHAPE)
    envelope = _decoded(body, _Envelope)
    resource = envelope.resource
    if envelope.resource_type != "encrypt-resource" or resource.algorithm != ALGORITHM:
        raise Forged(Fault.SHAPE)
    plain = decrypt(
        apiv3_key,
        resource.ciphertext,
        nonce=resource.nonce,
        associated_data=resource.associated_data or "",
    )
    return Notice(
        id=envelope.id,
        event_type=envelope.event_type,
        created_at=envelope.create_time,
        about=_about(resource.original_type, plain, mchid=mchid, appid=appid),
    )


def _about(
    kind: str, plain: bytes, *, mchid: str, appid: str
) -> Transaction | RefundNotice | SharingNotice:
    if kind == "transaction":
        transaction = _decoded(plain, Transaction)
        if (transaction.mchid, transaction.appid) != (mchid, appid):
            raise Forged(Fault.RECIPIENT)
        return transaction
    if kind == "refund":
        refund = _decoded(plain, RefundNotice)
        if refund.mchid != mchid:
            raise Forged(Fault.RECIPIENT)
        return refund
    if kind == "profitsharing":
        shared = _decoded(plain, SharingNotice)
        if shared.receiver.account != mchid:
            raise Forged(Fault.RECIPIENT)
        return shared
    raise Forged(Fault.SHAPE)


class PaymentMismatch(Exception):
    """WeChat says something else than what was ordered; nothing may be delivered for it."""


def expect_payment(found: Transaction, *, out_trade_no: str, total: int) -> str:
    """The transaction_id, if this is the whole payment of that number, in yuan.

    Raises PaymentMismatch otherwise, also for a payment of a single fen more or less.
    """
    amount = found.amount
    if found.out_trade_no != out_trade_no:
        raise PaymentMismatch(f"it is about {found.out_trade_no}, not {out_trade_no}")
    if not found.is_paid or found.transaction_id is None:
        raise PaymentMismatch(f"{out_trade_no} is not paid, but {found.trade_state}")
    if amount is None or amount.currency != "CNY" or amount.total != total:
        paid = f"{amount.total} {amount.currency}" if amount else "an unknown amount"
        raise PaymentMismatch(f"{out_trade_no} was paid with {paid} instead of {total} CNY")
    return found.transaction_id


def accepted() -> tuple[int, dict[str, str]]:
    """Status and body of an answer: it has arrived and is stored."""
    return 200, {"code": "SUCCESS", "message": "成功"}


def rejected(error: Exception) -> tuple[int, dict[str, str]]:
    """Status and body of an answer: WeChat sends the notice again, a forger learns nothing."""
    if isinstance(error, Forged) and error.fault in (Fault.SHAPE, Fault.SECRET, Fault.RECIPIENT):
        return 400, {"code": "FAIL", "message": "无法处理"}
    if isinstance(error, Forged):
        return 401, {"code": "FAIL", "message": "验签失败"}
    return 500, {"code": "FAIL", "message": "系统繁忙"}


def _decoded(raw: bytes, as_type: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=as_type)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Forged(Fault.SHAPE) from error
