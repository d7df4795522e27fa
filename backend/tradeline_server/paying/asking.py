"""What the worker asks WeChat about payments and refunds, for a notice may never come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tradeline.kernel import Database
from tradeline.payments import (
    DuePayment,
    DueRefund,
    PaymentState,
    RefundState,
    close_payments,
    mark_closed,
    note_refund_failures,
)
from tradeline_server.paying.telling import Telling, Word, capture_of, refund_result_of
from tradeline_server.wechat import (
    Refund,
    RefundRequest,
    Refused,
    TradeState,
    WeChat,
    WeChatError,
    WeChatMerchants,
)

# Of these nothing can come any more.
OVER: Final = frozenset({TradeState.CLOSED, TradeState.REVOKED, TradeState.FAILED})


class KeysMissing(WeChatError):
    """This process does not have the keys of that merchant."""


def wechat_of(merchants: WeChatMerchants, merchant_id: str) -> WeChat:
    found = merchants.get(merchant_id)
    if found is None:
        raise KeysMissing(f"There are no keys of merchant {merchant_id}.")
    return found


class Asking:
    def __init__(self, db: Database, merchants: WeChatMerchants, telling: Telling) -> None:
        self._db = db
        self._merchants = merchants
        self._telling = telling

    async def payment(self, due: DuePayment) -> None:
        """Whether it was paid, after all. What is given up is closed at WeChat before it is closed
        here: until then somebody might still pay it."""
        wechat = wechat_of(self._merchants, due.merchant_id)
        gives_up = due.state is PaymentState.CLOSING or datetime.now(UTC) >= due.expires_at
        try:
            found = await wechat.pay.transaction(due.number)
        except Refused as refused:
            if not (refused.is_proven and refused.code == "ORDER_NOT_EXIST"):
                raise
            if gives_up:
                await self._close(due)  # WeChat never heard of it
            return
        if capture := capture_of(found):
            await self._telling.tell(Word(due.merchant_id, capture))
        elif found.trade_state in OVER:
            await self._close(due)
        elif gives_up:
            # If somebody pays at this very moment it is refused, and comes around as paid.
            await wechat.pay.close(due.number)
            await self._close(due)

    async def refund(self, due: DueRefund) -> None:
        """Send it, or see what has become of it."""
        wechat = wechat_of(self._merchants, due.merchant_id)
        if due.state is RefundState.REQUESTED:
            found = await self._sent(wechat, due)
        else:
            try:
                found = await wechat.pay.refund_status(due.number)
            except Refused as refused:
                if not (refused.is_proven and refused.code == "RESOURCE_NOT_EXISTS"):
                    raise
                found = await self._sent(wechat, due)
        result = refund_result_of(due.merchant_id, found)
        await self._telling.tell(Word(due.merchant_id, result))

    async def note_refund(self, due: DueRefund, reason: str) -> None:
        async with self._db.unit_of_work(due.network_id) as conn:
            await note_refund_failures(conn, network_id=due.network_id, failures=[(due.id, reason)])

    async def _sent(self, wechat: WeChat, due: DueRefund) -> Refund:
        return await wechat.pay.refund(
            RefundRequest(
                out_trade_no=due.payment_number,
                out_refund_no=due.number,
                amount=due.amount_minor,
                total=due.captured_minor,
                reason=due.reason or None,
            )
        )

    async def _close(self, due: DuePayment) -> None:
        network_id, ids = due.network_id, [due.id]
        async with self._db.unit_of_work(network_id) as conn:
            # It may have lapsed before anybody gave it up.
            await close_payments(conn, network_id=network_id, payment_ids=ids)
            await mark_closed(conn, network_id=network_id, payment_ids=ids)
