"""WeChat Pay for a merchant: prepay, query, close and refund, as `WeChat.pay`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx2
import msgspec

from tradeline_server.wechat.bills import Bills
from tradeline_server.wechat.callbacks import Notice, read_notice
from tradeline_server.wechat.errors import Malformed
from tradeline_server.wechat.gateway import Gateway, path_of
from tradeline_server.wechat.miniprogram import TIMEOUT, MiniProgram
from tradeline_server.wechat.model import (
    Refund,
    Transaction,
    require_fen,
    require_out_no,
    rfc3339,
    without_nothing,
)
from tradeline_server.wechat.settings import WeChatSettings
from tradeline_server.wechat.sharing import ProfitSharing
from tradeline_server.wechat.signing import PaymentCall, fresh_nonce, payment_call
from tradeline_server.wechat.wire import CONNECTIONS_MAX, Wire, place_and_target


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is to pay. The same `out_trade_no` must always mean the same payment.

    Without `is_shareable` nothing of it can ever be shared; with it the money stays frozen until
    it is shared and unfrozen.
    """

    out_trade_no: str
    description: str
    total: int
    openid: str
    expires_at: datetime | None = None
    attach: str | None = None
    is_shareable: bool = False

    def __post_init__(self) -> None:
        require_fen(self.total)
        if len(require_out_no(self.out_trade_no, 32)) < 6:
            raise ValueError("out_trade_no has 6 to 32 characters")
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ValueError("expires_at has no zone")

    def __repr__(self) -> str:
        return f"PaymentRequest({self.out_trade_no}, {self.total})"


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`total` is what was paid; `amount`, how much of it goes back."""

    out_trade_no: str
    out_refund_no: str
    amount: int
    total: int
    reason: str | None = None

    def __post_init__(self) -> None:
        require_out_no(self.out_refund_no)
        if require_fen(self.amount) > require_fen(self.total):
            raise ValueError("no more than what was paid can go back")


class _Prepaid(msgspec.Struct):
    prepay_id: str


class WeChatPay:
    """Numbers in answers are compared with what was asked for: a mix-up is never believed."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._settings = gateway.settings

    async def prepay(self, request: PaymentRequest) -> str:
        """The prepay_id, good for two hours. Notices go to the address of the settings.

        Raises Refused with OUT_TRADE_NO_USED if that number once meant something else, with
        ORDER_PAID or ORDER_CLOSED if nothing can be paid any more.
        """
        settings = self._settings
        expires = request.expires_at
        body = {
            "appid": settings.appid,
            "mchid": settings.mchid,
            "description": request.description,
            "out_trade_no": request.out_trade_no,
            "notify_url": settings.notify_url,
            "amount": {"total": request.total, "currency": "CNY"},
            "payer": {"openid": request.openid},
            "time_expire": rfc3339(expires) if expires else None,
            "attach": request.attach,
            "settle_info": {"profit_sharing": True} if request.is_shareable else None,
        }
        answer = await self._gateway.post(
            "/v3/pay/transactions/jsapi", without_nothing(body), _Prepaid
        )
        return answer.prepay_id

    def payment_call(self, prepay_id: str) -> PaymentCall:
        """What the mini-program hands to `wx.requestPayment`."""
        return payment_call(
            self._settings.merchant.key,
            appid=self._settings.appid,
            prepay_id=prepay_id,
            timestamp=int(self._gateway.clock()),
            nonce=fresh_nonce(),
        )

    async def transaction(self, out_trade_no: str) -> Transaction:
        """Raises Refused with ORDER_NOT_EXIST if no prepay ever arrived under that number."""
        path = path_of("/v3/pay/transactions/out-trade-no/{no}", no=out_trade_no)
        found = await self._gateway.get(path, Transaction, mchid=self._settings.mchid)
        return self._ours(found, found.out_trade_no == out_trade_no)

    async def transaction_by_id(self, transaction_id: str) -> Transaction:
        path = path_of("/v3/pay/transactions/id/{id}", id=transaction_id)
        found = await self._gateway.get(path, Transaction, mchid=self._settings.mchid)
        return self._ours(found, found.transaction_id == transaction_id)

    async def close(self, out_trade_no: str) -> None:
        """Nobody can pay it any more. Raises Refused with ORDER_PAID if somebody was faster."""
        path = path_of("/v3/pay/transactions/out-trade-no/{no}/close", no=out_trade_no)
        await self._gateway.command(path, {"mchid": self._settings.mchid})

    async def refund(self, request: RefundRequest) -> Refund:
        """Mostly PROCESSING at first: a notice, or `refund_status`, tells how it ended.

        Raises Refused with NOT_ENOUGH if the account does not hold as much.
        """
        body = {
            "out_trade_no": request.out_trade_no,
            "out_refund_no": request.out_refund_no,
            "reason": request.reason,
            "notify_url": self._settings.notify_url,
            "amount": {"refund": request.amount, "total": request.total, "currency": "CNY"},
        }
        answer = await self._gateway.post(
            "/v3/refund/domestic/refunds", without_nothing(body), Refund
        )
        if (answer.out_refund_no, answer.out_trade_no, answer.amount.refund) != (
            request.out_refund_no,
            request.out_trade_no,
            request.amount,
        ):
            raise Malformed("The answer is about another refund.")
        return answer

    async def refund_status(self, out_refund_no: str) -> Refund:
        path = path_of("/v3/refund/domestic/refunds/{no}", no=out_refund_no)
        found = await self._gateway.get(path, Refund)
        if found.out_refund_no != out_refund_no:
            raise Malformed("The answer is about another refund.")
        return found

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What WeChat tells us by itself. Raises Forged for what must not be believed, and
        another WeChatError where the certificate that it names cannot be fetched: `rejected`
        answers either."""
        settings = self._settings
        return await self._gateway.proven(
            lambda keys, now: read_notice(
                headers,
                body,
                keys=keys,
                apiv3_key=settings.apiv3_key,
                mchid=settings.mchid,
                appid=settings.appid,
                now=now,
            )
        )

    def _ours(self, found: Transaction, is_asked_for: bool) -> Transaction:
        settings = self._settings
        if not is_asked_for or (found.mchid, found.appid) != (settings.mchid, settings.appid):
            raise Malformed("The answer is about another payment.")
        return found


@dataclass(frozen=True, slots=True)
class WeChat:
    """All that we ask of WeChat, by what it is about."""

    pay: WeChatPay
    sharing: ProfitSharing
    bills: Bills
    mini_program: MiniProgram


@contextlib.asynccontextmanager
async def open_wechat(
    settings: WeChatSettings, clock: Callable[[], float] = time.time
) -> AsyncIterator[WeChat]:
    """Connections that are kept; proxies of the environment are not used."""
    limits = httpx2.Limits(max_connections=CONNECTIONS_MAX)
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT, limits=limits) as http,
        contextlib.AsyncExitStack() as stack,
    ):
        place, _ = place_and_target(settings.pay_url)
        wire = Wire(place)
        stack.callback(wire.close)
        gateway = Gateway(settings, wire, clock)
        yield WeChat(
            pay=WeChatPay(gateway),
            sharing=ProfitSharing(gateway),
            bills=Bills(gateway),
            mini_program=MiniProgram(settings, http, clock),
        )
