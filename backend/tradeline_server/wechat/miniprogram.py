"""The server's side of a mini-program, as `WeChat.mini_program`: who it is, their phone, messages
to them, and telling WeChat that goods are on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar

import httpx2
import msgspec
import structlog

from tradeline_server.wechat.errors import Malformed, Refused, Unreachable
from tradeline_server.wechat.gateway import ANSWER_BYTES_MAX
from tradeline_server.wechat.model import CHINA, masked, without_nothing
from tradeline_server.wechat.settings import WeChatSettings

TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
TOKEN_RENEWAL_SECONDS = 300
# What WeChat answers when its own token has been made invalid meanwhile.
TOKEN_CODES = frozenset({40001, 40014, 42001})
RETRYABLE_CODES = frozenset({-1, 45009, 45011})
PACKAGES_MAX = 15

T = TypeVar("T")
log = structlog.get_logger("tradeline.wechat")


class _Status(msgspec.Struct):
    errcode: int = 0
    errmsg: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who logged in. The session_key stays on the server; whoever has it can forge what the
    mini-program encrypts."""

    openid: str
    session_key: str
    unionid: str | None = None

    def __repr__(self) -> str:
        return f"Session({masked(self.openid)})"


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    pure_number: str = msgspec.field(name="purePhoneNumber")
    country_code: str = msgspec.field(name="countryCode")

    def __repr__(self) -> str:
        return f"Phone(+{self.country_code} …{self.pure_number[-2:]})"


class _PhoneAnswer(msgspec.Struct):
    phone_info: Phone


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int


class LogisticsType(IntEnum):
    EXPRESS = 1
    SAME_CITY = 2
    VIRTUAL = 3
    PICKUP = 4


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """`item_desc` has up to 120 characters. SF Express wants a masked phone as contact."""

    item_desc: str
    tracking_no: str | None = None
    express_company: str | None = None
    receiver_contact: str | None = None


class ShippingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent for one payment. With several packages, or where this `is_part` of what is
    told in several calls, `is_complete` tells the last call."""

    transaction_id: str
    openid: str
    logistics_type: LogisticsType
    packages: Sequence[Package]
    is_complete: bool = True
    is_part: bool = False
    uploaded_at: datetime

    def __repr__(self) -> str:
        return f"ShippingInfo({self.transaction_id}, {len(self.packages)} packages)"


class _Shipped(msgspec.Struct):
    order_state: int


class _ShippedAnswer(msgspec.Struct):
    order: _Shipped


class MiniProgram:
    """Holds the access token, renewed five minutes before its end. The token is "stable": another
    process that asks for one gets the same, and does not end ours."""

    def __init__(
        self, settings: WeChatSettings, http: httpx2.AsyncClient, clock: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._token = ""
        self._token_until = 0.0
        self._renewing = asyncio.Lock()

    async def log_in(self, code: str) -> Session:
        """Trades the code of `wx.login`. A code is good once, for five minutes, so this is never
        tried again by itself. Raises Refused with 40029 for a wrong and 40163 for a used one."""
        query = {
            "appid": self._settings.appid,
            "secret": self._settings.app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return await self._ask("GET", "/sns/jscode2session", query, None, Session)

    async def phone(self, code: str) -> Phone:
        """Trades the code of the phone button, which is not that of `wx.login`; good once."""
        path = "/wxa/business/getuserphonenumber"
        return (await self._with_token(path, {"code": code}, _PhoneAnswer)).phone_info

    async def send_message(
        self,
        *,
        openid: str,
        template_id: str,
        values: Mapping[str, str],
        page: str | None = None,
        is_for_release: bool = True,
    ) -> None:
        """One consent of the person pays for one message: never sent again by itself. Raises
        Refused with 43101 if they did not consent, or the consent is used up."""
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "miniprogram_state": "formal" if is_for_release else "trial",
            "lang": "zh_CN",
            "data": {name: {"value": value} for name, value in values.items()},
        }
        await self._with_token("/cgi-bin/message/subscribe/send", without_nothing(body), _Status)

    async def upload_shipping(self, info: ShippingInfo) -> None:
        """Until this is done and the buyer has received it, WeChat keeps the money of a trading
        mini-program back. It may be changed once only: after an Unreachable look at
        `is_shipped` first. Raises Refused with 10060001 for an unknown payment."""
        if not 1 <= len(info.packages) <= PACKAGES_MAX:
            raise ValueError(f"a payment is shipped in 1 to {PACKAGES_MAX} packages")
        is_split = len(info.packages) > 1 or info.is_part or not info.is_complete
        body = {
            "order_key": {"order_number_type": 2, "transaction_id": info.transaction_id},
            "logistics_type": int(info.logistics_type),
            "delivery_mode": 2 if is_split else 1,
            "is_all_delivered": info.is_complete if is_split else None,
            "shipping_list": [_package(package) for package in info.packages],
            "upload_time": info.uploaded_at.astimezone(CHINA).isoformat(timespec="milliseconds"),
            "payer": {"openid": info.openid},
        }
        path = "/wxa/sec/order/upload_shipping_info"
        await self._with_token(path, without_nothing(body), _Status)

    async def is_shipped(self, transaction_id: str) -> bool:
        """Whether WeChat knows that it was sent (or even received)."""
        body = {"transaction_id": transaction_id}
        answer = await self._with_token("/wxa/sec/order/get_order", body, _ShippedAnswer)
        return answer.order.order_state >= 2

    async def _with_token(self, path: str, body: Mapping[str, Any], as_type: type[T]) -> T:
        """Asks once more with a new token if WeChat says that ours is none: then nothing has
        been done yet."""
        token = await self._access_token()
        try:
            return await self._ask("POST", path, {"access_token": token}, body, as_type)
        except Refused as refused:
            if refused.code not in map(str, TOKEN_CODES):
                raise
        if self._token == token:
            self._token_until = 0.0
        token = await self._access_token()
        return await self._ask("POST", path, {"access_token": token}, body, as_type)

    async def _access_token(self) -> str:
        async with self._renewing:
            if self._clock() >= self._token_until:
                body = {
                    "grant_type": "client_credential",
                    "appid": self._settings.appid,
                    "secret": self._settings.app_secret,
                }
                token = await self._ask("POST", "/cgi-bin/stable_token", {}, body, _Token)
                lasts = max(token.expires_in - TOKEN_RENEWAL_SECONDS, 0)
                self._token, self._token_until = token.access_token, self._clock() + lasts
            return self._token

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        as_type: type[T],
    ) -> T:
        """Errors come with status 200 and an errcode. TLS alone proves who answers."""
        request = self._http.build_request(
            method,
            self._settings.api_url + path,
            params=query or None,
            content=b"" if body is None else msgspec.json.encode(body),
            headers={"Accept-Encoding": "identity", "Content-Type": "application/json"},
            timeout=TIMEOUT,
        )
        try:
            response = await self._http.send(request, stream=True, follow_redirects=False)
            try:
                raw = await _read_bounded(response, ANSWER_BYTES_MAX)
            finally:
                await response.aclose()
        except httpx2.HTTPError as error:
            # Neither the address nor the cause is shown: the query holds secrets.
            raise Unreachable(f"WeChat does not answer: {type(error).__name__}.") from None
        if response.status_code != 200:
            raise Refused(response.status_code, "HTTP", "", is_proven=True)
        return _decoded(path, raw, as_type)


def _decoded(path: str, raw: bytes, as_type: type[T]) -> T:
    try:
        status = msgspec.json.decode(raw, type=_Status)
        if status.errcode != 0:
            log.info("wechat.failed", path=path, errcode=status.errcode)
            code = status.errcode
            http = 503 if code in RETRYABLE_CODES else 400
            raise Refused(http, str(code), status.errmsg[:200], is_proven=True)
        return msgspec.json.decode(raw, type=as_type)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Malformed("The answer is not of the promised shape.") from None


def _package(package: Package) -> dict[str, Any]:
    contact = package.receiver_contact
    return without_nothing(
        {
            "tracking_no": package.tracking_no,
            "express_company": package.express_company,
            "item_desc": package.item_desc[:120],
            "contact": {"receiver_contact": contact} if contact else None,
        }
    )


async def _read_bounded(response: httpx2.Response, bytes_max: int) -> bytes:
    """Raises Malformed for more than `bytes_max`, before it is held in memory."""
    parts, size = [], 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > bytes_max:
            raise Malformed(f"The answer has more than {bytes_max} bytes.")
        parts.append(part)
    return b"".join(parts)
