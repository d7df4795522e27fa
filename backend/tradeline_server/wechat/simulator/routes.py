"""What the simulated WeChat can be asked, by method and path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from tradeline_server.wechat.errors import Forged
from tradeline_server.wechat.model import rfc3339
from tradeline_server.wechat.signing import decrypt_field, encrypt, fresh_nonce
from tradeline_server.wechat.simulator import paying, sharing
from tradeline_server.wechat.simulator.books import Refusal
from tradeline_server.wechat.simulator.simulator import Simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request whose signature, or token, has been checked."""

    simulator: Simulator
    names: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    base_url: str


Answer = Mapping[str, Any] | None
Handler = Callable[[Asked], Answer]


def _transaction(asked: Asked) -> Answer:
    books = asked.simulator.books
    payment = books.payment(asked.names["no"])
    return paying.query(books, payment, asked.query.get("mchid", ""))


def _transaction_by_id(asked: Asked) -> Answer:
    books = asked.simulator.books
    payment = books.payment_by_id(asked.names["no"])
    return paying.query(books, payment, asked.query.get("mchid", ""))


def _close(asked: Asked) -> Answer:
    paying.close(asked.simulator.books, asked.names["no"], asked.body)
    return None


def _refund(asked: Asked) -> Answer:
    books = asked.simulator.books
    entry = books.refunds.get(asked.names["no"])
    if entry is None:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return paying.refund_answer(books, entry)


def _add_receiver(asked: Asked) -> Answer:
    """A name has to be one that only WeChat can read."""
    simulator = asked.simulator
    if "name" in asked.body:
        try:
            decrypt_field(simulator.keys.platform, str(asked.body["name"]))
        except Forged:
            raise Refusal(400, "PARAM_ERROR", "name 解密失败") from None
    return sharing.add_receiver(simulator.books, asked.body)


def _certificates(asked: Asked) -> Answer:
    keys = asked.simulator.keys
    certificate = keys.platform_certificate
    salt = fresh_nonce()[:12]
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    sealed = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": salt,
        "associated_data": "certificate",
        "ciphertext": encrypt(keys.apiv3_key, pem, nonce=salt, associated_data="certificate"),
    }
    entry = {
        "serial_no": keys.platform_serial,
        "effective_time": _time(certificate.not_valid_before_utc),
        "expire_time": _time(certificate.not_valid_after_utc),
        "encrypt_certificate": sealed,
    }
    return {"data": [entry]}


def _time(time: datetime) -> str:
    return rfc3339(time.astimezone(UTC))


def _bill(kind: str) -> Handler:
    return lambda asked: asked.simulator.bill(kind, asked.query, asked.base_url)


NO = r"(?P<no>[^/]+)"
PAY_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", r"/v3/certificates", _certificates),
    (
        "POST",
        r"/v3/pay/transactions/jsapi",
        lambda asked: paying.prepay(asked.simulator.books, asked.body),
    ),
    ("GET", rf"/v3/pay/transactions/out-trade-no/{NO}", _transaction),
    ("GET", rf"/v3/pay/transactions/id/{NO}", _transaction_by_id),
    ("POST", rf"/v3/pay/transactions/out-trade-no/{NO}/close", _close),
    (
        "POST",
        r"/v3/refund/domestic/refunds",
        lambda asked: paying.refund(asked.simulator.books, asked.body),
    ),
    ("GET", rf"/v3/refund/domestic/refunds/{NO}", _refund),
    ("POST", r"/v3/profitsharing/receivers/add", _add_receiver),
    (
        "POST",
        r"/v3/profitsharing/receivers/delete",
        lambda asked: sharing.delete_receiver(asked.simulator.books, asked.body),
    ),
    (
        "POST",
        r"/v3/profitsharing/orders",
        lambda asked: sharing.share(asked.simulator.books, asked.body),
    ),
    (
        "POST",
        r"/v3/profitsharing/orders/unfreeze",
        lambda asked: sharing.unfreeze(asked.simulator.books, asked.body),
    ),
    (
        "GET",
        rf"/v3/profitsharing/orders/{NO}",
        lambda asked: sharing.query(
            asked.simulator.books, asked.names["no"], asked.query.get("transaction_id", "")
        ),
    ),
    (
        "POST",
        r"/v3/profitsharing/return-orders",
        lambda asked: sharing.give_back(asked.simulator.books, asked.body),
    ),
    (
        "GET",
        rf"/v3/profitsharing/return-orders/{NO}",
        lambda asked: sharing.query_return(
            asked.simulator.books, asked.names["no"], asked.query.get("out_order_no", "")
        ),
    ),
    (
        "GET",
        rf"/v3/profitsharing/transactions/{NO}/amounts",
        lambda asked: sharing.unsplit(asked.simulator.books, asked.names["no"]),
    ),
    (
        "GET",
        rf"/v3/profitsharing/merchant-configs/{NO}",
        lambda asked: sharing.max_ratio(asked.simulator.books, asked.names["no"]),
    ),
    ("GET", r"/v3/bill/tradebill", _bill("trade")),
    ("GET", r"/v3/bill/fundflowbill", _bill("fund")),
)

MINI_PROGRAM_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", r"/wxa/business/getuserphonenumber", lambda a: a.simulator.people.phone(a.body)),
    ("POST", r"/cgi-bin/message/subscribe/send", lambda a: a.simulator.people.send(a.body)),
    ("POST", r"/wxa/sec/order/upload_shipping_info", lambda a: a.simulator.people.ship(a.body)),
    ("POST", r"/wxa/sec/order/get_order", lambda a: a.simulator.people.order(a.body)),
)
# These two are how one comes by a token, so they need none.
ENTRY_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", r"/sns/jscode2session", lambda a: a.simulator.people.log_in(a.query)),
    ("POST", r"/cgi-bin/stable_token", lambda a: a.simulator.people.token(a.body)),
)


def find(
    routes: tuple[tuple[str, str, Handler], ...], method: str, path: str
) -> tuple[Handler, Mapping[str, str]] | None:
    for wanted, pattern, handler in routes:
        if wanted == method and (match := re.fullmatch(pattern, path)):
            return handler, match.groupdict()
    return None
