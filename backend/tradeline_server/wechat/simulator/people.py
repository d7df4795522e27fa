"""The simulated mini-program's people: codes to log in with, phones, consents, and shipments."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradeline_server.wechat.simulator.books import Books, Payment, Refusal

CODE_SECONDS = 300
TOKEN_SECONDS = 7200
TOKEN_OVERLAP_SECONDS = 300
PACKAGES_MAX = 15
ITEM_CHARACTERS_MAX = 120


class ErrCode(Exception):
    """An error as api.weixin.qq.com answers it: with status 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True, kw_only=True)
class Code:
    openid: str
    unionid: str
    phone: str
    until: float
    is_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What a mini-program would get from `wx.login` and from its phone button."""

    login_code: str
    phone_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    openid: str
    template_id: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Shipment:
    """`uploads` may be two: the first, and one correction."""

    uploaded_at: str = ""
    uploads: int = 0
    is_complete: bool = False
    packages: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class People:
    """Of one mini-program, whoever its merchants are: `books` are those of the first."""

    books: Books
    app_secret: str
    branches: list[Books] = field(default_factory=list)
    login_codes: dict[str, Code] = field(default_factory=dict)
    phone_codes: dict[str, Code] = field(default_factory=dict)
    consents: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: list[Sent] = field(default_factory=list)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)

    def arrive(self, openid: str, *, unionid: str = "", phone: str = "") -> Codes:
        """Somebody opens the mini-program and agrees to everything that they are asked."""
        until = self.books.now() + CODE_SECONDS
        codes = Codes(login_code=secrets.token_hex(16), phone_code=secrets.token_hex(16))
        for kept, code in (
            (self.login_codes, codes.login_code),
            (self.phone_codes, codes.phone_code),
        ):
            kept[code] = Code(openid=openid, unionid=unionid, phone=phone, until=until)
        return codes

    def consent(self, openid: str, template_id: str) -> None:
        """To one message."""
        self.consents[openid, template_id] += 1

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def log_in(self, query: Mapping[str, str]) -> dict[str, Any]:
        self._check_app(query)
        if query.get("grant_type") != "authorization_code":
            raise ErrCode(40002, "invalid grant_type")
        code = self._spent(self.login_codes, query.get("js_code", ""))
        answer = {"openid": code.openid, "session_key": secrets.token_urlsafe(16)}
        return answer | ({"unionid": code.unionid} if code.unionid else {})

    def token(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The same one for all who ask, until five minutes before its end."""
        self._check_app(body)
        if body.get("grant_type") != "client_credential":
            raise ErrCode(40002, "invalid grant_type")
        now = self.books.now()
        for token, until in self.tokens.items():
            if until - TOKEN_OVERLAP_SECONDS > now and not body.get("force_refresh"):
                return {"access_token": token, "expires_in": int(until - now)}
        token = secrets.token_urlsafe(64)
        self.tokens[token] = now + TOKEN_SECONDS
        return {"access_token": token, "expires_in": TOKEN_SECONDS}

    def check_token(self, query: Mapping[str, str]) -> None:
        until = self.tokens.get(query.get("access_token", ""))
        if until is None:
            raise ErrCode(40001, "invalid credential, access_token is invalid or not latest")
        if until <= self.books.now():
            raise ErrCode(42001, "access_token expired")

    def phone(self, body: Mapping[str, Any]) -> dict[str, Any]:
        code = self._spent(self.phone_codes, str(body.get("code", "")))
        if not code.phone:
            raise ErrCode(40013, "the user has bound no phone")
        info = {
            "phoneNumber": code.phone,
            "purePhoneNumber": code.phone,
            "countryCode": "86",
            "watermark": {"timestamp": int(self.books.now()), "appid": self.books.appid},
        }
        return {"errcode": 0, "errmsg": "ok", "phone_info": info}

    def send(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """One consent for one message."""
        openid, template_id = str(body.get("touser", "")), str(body.get("template_id", ""))
        data = body.get("data")
        if not openid:
            raise ErrCode(40003, "invalid openid")
        if not template_id:
            raise ErrCode(40037, "invalid template_id")
        if not isinstance(data, Mapping) or not all(
            isinstance(item, Mapping) and item.get("value") for item in data.values()
        ):
            raise ErrCode(47003, "argument invalid! data")
        if self.consents[openid, template_id] < 1:
            raise ErrCode(43101, "user refuse to accept the msg")
        self.consents[openid, template_id] -= 1
        self.sent.append(Sent(openid=openid, template_id=template_id, data=data))
        return {"errcode": 0, "errmsg": "ok"}

    def ship(self, body: Mapping[str, Any]) -> dict[str, Any]:
        _, payment = self._payment(body.get("order_key") or {})
        packages = body.get("shipping_list")
        if not isinstance(packages, list) or not 1 <= len(packages) <= PACKAGES_MAX:
            raise ErrCode(47001, "data format error")
        if payment.openid != (body.get("payer") or {}).get("openid"):
            raise ErrCode(10060001, "支付单不存在")
        uploaded_at = str(body.get("upload_time", ""))
        _check_packages(body, packages)
        shipment = self.shipments.setdefault(payment.transaction_id, Shipment())
        _check_order(shipment, uploaded_at)
        is_split = body.get("delivery_mode") == 2
        if shipment.is_complete or not is_split:
            shipment.uploads += 1
        shipment.uploaded_at = uploaded_at
        shipment.packages = [*shipment.packages, *packages] if is_split else list(packages)
        shipment.is_complete = bool(body.get("is_all_delivered")) if is_split else True
        return {"errcode": 0, "errmsg": "ok"}

    def order(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """State 1 is waiting to be sent, 2 is sent, 3 is received."""
        books, payment = self._payment({"order_number_type": 2, **body})
        shipment = self.shipments.get(payment.transaction_id)
        is_sent = shipment is not None and shipment.is_complete
        state = 3 if payment.is_received else 2 if is_sent else 1
        order = {
            "transaction_id": payment.transaction_id,
            "merchant_trade_no": payment.out_trade_no,
            "merchant_id": books.mchid,
            "openid": payment.openid,
            "paid_amount": payment.total,
            "order_state": state,
            "shipping": {"shipping_list": shipment.packages if shipment else []},
        }
        return {"errcode": 0, "errmsg": "ok", "order": order}

    def receive(self, transaction_id: str) -> None:
        """The buyer confirms receipt, which settles the payment. Raises ErrCode before it was
        sent."""
        shipment = self.shipments.get(transaction_id)
        if shipment is None or not shipment.is_complete:
            raise ErrCode(10060004, "支付单处于不可确认收货的状态")
        _, payment = self._payment({"order_number_type": 2, "transaction_id": transaction_id})
        payment.is_received = True

    def _payment(self, key: Mapping[str, Any]) -> tuple[Books, Payment]:
        for books in (self.books, *self.branches):
            try:
                if key.get("order_number_type") != 1:
                    payment = books.payment_by_id(str(key.get("transaction_id") or ""))
                elif key.get("mchid") == books.mchid:
                    payment = books.payment(str(key.get("out_trade_no")))
                else:
                    continue
            except Refusal:
                continue
            if payment.state not in ("SUCCESS", "REFUND"):
                raise ErrCode(10060004, "支付单处于不可发货的状态")
            return books, payment
        raise ErrCode(10060001, "支付单不存在")

    def _spent(self, codes: Mapping[str, Code], given: str) -> Code:
        code = codes.get(given)
        if code is None or code.until <= self.books.now():
            raise ErrCode(40029, "invalid code")
        if code.is_used:
            raise ErrCode(40163, "code been used")
        code.is_used = True
        return code

    def _check_app(self, given: Mapping[str, Any]) -> None:
        if given.get("appid") != self.books.appid:
            raise ErrCode(40013, "invalid appid")
        if not secrets.compare_digest(str(given.get("secret", "")), self.app_secret):
            raise ErrCode(40125, "invalid appsecret")


def _check_packages(body: Mapping[str, Any], packages: list[Any]) -> None:
    if body.get("logistics_type") not in (1, 2, 3, 4) or body.get("delivery_mode") not in (1, 2):
        raise ErrCode(10060005, "物流类型有误")
    for package in packages:
        if not isinstance(package, Mapping) or not package.get("item_desc"):
            raise ErrCode(47001, "data format error")
        if len(str(package["item_desc"])) > ITEM_CHARACTERS_MAX:
            raise ErrCode(268485224, "商品描述过长")
        is_express = body["logistics_type"] == 1
        if is_express and not (package.get("tracking_no") and package.get("express_company")):
            raise ErrCode(10060031, "物流单号或物流公司编码为空")


def _check_order(shipment: Shipment, uploaded_at: str) -> None:
    """Later uploads have later times, and what is complete may be corrected once."""
    try:
        at = datetime.fromisoformat(uploaded_at)
        before = datetime.fromisoformat(shipment.uploaded_at) if shipment.uploaded_at else None
        is_later = before is None or at > before
    except (ValueError, TypeError):
        is_later = False
    if not is_later:
        raise ErrCode(268485216, "上传时间非法，请使用 RFC 3339 格式且晚于上一次")
    if shipment.uploads >= 2:
        raise ErrCode(10060003, "支付单已使用重新发货机会")
