"""What the graph asks of WeChat, answered by the merchants that this process acts for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import structlog

from tradeline.kernel import Database, Gathering
from tradeline.members import openids_of
from tradeline.payments import mark_prepaid
from tradeline_graph._ports import (
    CodeNotTaken,
    Payable,
    PayerUnknown,
    PaymentOver,
    WeChatAway,
    WeChatCall,
    WeChatIdentity,
)
from tradeline_server.wechat import (
    MiniProgram,
    PaymentRequest,
    Refused,
    WeChat,
    WeChatError,
    WeChatMerchants,
)

# A code of the mini-program that is wrong, or was used before.
CODES_NOT_TAKEN: Final = frozenset({"40029", "40163", "40226", "41008"})
PAYMENT_OVER: Final = frozenset({"ORDER_PAID", "ORDER_CLOSED"})
TOGETHER_MAX: Final = 200

# Who pays: a member, in a mini-program.
Payer: TypeAlias = tuple[int, str]

log = structlog.get_logger("tradeline.paying")


class WeChatPorts:
    """The graph's three ways to WeChat. Whoever pays at the same time is looked up together, and
    what WeChat knows by then is noted together, for each network."""

    def __init__(self, db: Database, merchants: WeChatMerchants) -> None:
        self._db = db
        self._merchants = merchants
        self._openids: dict[int, Gathering[Payer, str | None]] = {}
        self._prepaid: dict[int, Gathering[tuple[int, str], None]] = {}
        self.message_templates = merchants.template_ids()

    async def log_in(self, app_id: str, code: str) -> WeChatIdentity:
        try:
            session = await self._mini_program(app_id).log_in(code)
        except WeChatError as error:
            raise _of_code(error) from None
        # The session key stays behind: nothing of ours needs it.
        return WeChatIdentity(session.openid, session.unionid)

    async def phone(self, app_id: str, code: str) -> str:
        try:
            phone = await self._mini_program(app_id).phone(code)
        except WeChatError as error:
            raise _of_code(error) from None
        return f"+{phone.country_code}{phone.pure_number}"

    async def prepay(self, payable: Payable) -> WeChatCall:
        wechat = self._merchants.get(payable.merchant_id)
        if wechat is None or self._merchants.app_of(payable.merchant_id) != payable.app_id:
            log.error("paying.merchant_unknown", merchant_id=payable.merchant_id)
            raise WeChatAway
        prepay_id = payable.prepay_id
        if prepay_id is None:
            openid = payable.openid or await self._openid(payable)
            prepay_id = await _prepaid(wechat, payable, openid)
            await self._noted(payable, prepay_id)
        call = wechat.pay.payment_call(prepay_id)
        return WeChatCall(
            app_id=payable.app_id,
            time_stamp=call.timestamp,
            nonce_str=call.nonce,
            package=call.package,
            sign_type="RSA",
            pay_sign=call.pay_sign,
        )

    def _mini_program(self, app_id: str) -> MiniProgram:
        found = self._merchants.mini_program(app_id)
        if found is None:
            log.warning("paying.mini_program_unknown", app_id=app_id[:40])
            raise WeChatAway
        return found

    async def _openid(self, payable: Payable) -> str:
        network_id = payable.network_id
        if network_id not in self._openids:

            async def ask(payers: Sequence[Payer]) -> list[str | None]:
                async with self._db.reading(network_id) as conn:
                    found = await openids_of(conn, network_id, payers)
                return [found.get(payer) for payer in payers]

            self._openids[network_id] = Gathering(ask, weight_max=TOGETHER_MAX)
        openid = await self._openids[network_id].add((payable.member_id, payable.app_id))
        if openid is None:
            raise PayerUnknown
        return openid

    async def _noted(self, payable: Payable, prepay_id: str) -> None:
        network_id = payable.network_id
        if network_id not in self._prepaid:

            async def note(prepaid: Sequence[tuple[int, str]]) -> list[None]:
                async with self._db.unit_of_work(network_id, requests=len(prepaid)) as conn:
                    await mark_prepaid(conn, network_id=network_id, prepaid=prepaid)
                return [None for _ in prepaid]

            self._prepaid[network_id] = Gathering(note, weight_max=TOGETHER_MAX)
        await self._prepaid[network_id].add((payable.payment_id, prepay_id))


async def _prepaid(wechat: WeChat, payable: Payable, openid: str) -> str:
    """What WeChat calls the payment. Whatever was lost on the way is asked for again by itself:
    under the same number it is the same payment."""
    request = PaymentRequest(
        out_trade_no=payable.number,
        description=payable.description,
        total=payable.amount_minor,
        openid=openid,
        expires_at=payable.expires_at,
        is_shareable=payable.is_shareable,
    )
    try:
        return await wechat.pay.prepay(request)
    except Refused as refused:
        if refused.is_proven and refused.code in PAYMENT_OVER:
            raise PaymentOver from None
        log.warning("paying.prepay_refused", number=payable.number, code=refused.code)
        raise WeChatAway from None
    except WeChatError as error:
        log.warning("paying.prepay_failed", number=payable.number, error=type(error).__name__)
        raise WeChatAway from None


def _of_code(error: WeChatError) -> Exception:
    if isinstance(error, Refused) and error.code in CODES_NOT_TAKEN:
        return CodeNotTaken()
    log.warning("paying.code_not_traded", error=type(error).__name__)
    return WeChatAway()
