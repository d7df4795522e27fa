"""Sharing what was paid among the parties of the route: shares, unfreezing, and shares taken back.

What is asked of WeChat first is answered later: a deed is sent once, then asked about until every
share of it has ended. Sent again under its number it is the same deed, if it was lost on the way.
"""

from __future__ import annotations

from typing import Final

from tradeline.kernel import Database
from tradeline.payments import (
    DueShareReturn,
    DueSharing,
    ShareResult,
    ShareReturnResult,
    SharingResult,
    note_share_return_failures,
    note_sharing_failures,
    settle_share_returns,
    settle_sharings,
    withdraw_refused_sharing,
)
from tradeline_server.paying.asking import wechat_of
from tradeline_server.wechat import (
    ReceiverType,
    Refused,
    Share,
    Sharing,
    SharingState,
    WeChat,
    WeChatMerchants,
)
from tradeline_server.wechat import ShareResult as Ending

# What receivers read, and how WeChat shall call them: dealers of one brand.
DESCRIPTION: Final = "渠道分账"
UNFREEZING: Final = "解冻剩余资金"
RETURNING: Final = "退款回退"
RELATION: Final = "DISTRIBUTOR"
# From this try on, nobody who was given a deed before can still be at it: a claim lasts five
# minutes by then, and WeChat was asked first whether it has it.
SURE_TRY: Final = 5
# A try an hour: WeChat gives the collector after 30 days what was not shared by then.
LAST_TRY: Final = 24 * 31


class SharingDesk:
    def __init__(self, db: Database, merchants: WeChatMerchants) -> None:
        self._db = db
        self._merchants = merchants
        self._known_receivers: set[tuple[str, str]] = set()

    async def share(self, due: DueSharing) -> None:
        wechat = wechat_of(self._merchants, due.merchant_id)
        found = None
        if due.tries > 1:
            found = await _asked(wechat, due)
        if found is None:
            try:
                found = await self._sent(wechat, due)
            except Refused as refused:
                if refused.is_final and due.tries >= SURE_TRY:
                    await self._go_without(due, refused.code)
                raise
        if found.state is SharingState.FINISHED:
            await self._settle(due, found)

    async def note_sharing(self, due: DueSharing, reason: str) -> None:
        async with self._db.unit_of_work(due.network_id) as conn:
            await note_sharing_failures(
                conn, network_id=due.network_id, failures=[(due.id, reason)]
            )

    async def take_back(self, due: DueShareReturn) -> None:
        wechat = wechat_of(self._merchants, due.merchant_id)
        found = None
        if due.tries > 1:
            try:
                found = await wechat.sharing.share_return(
                    out_order_no=due.sharing_number, out_return_no=due.number
                )
            except Refused as refused:
                if not _is_unknown(refused):
                    raise
        if found is None:
            try:
                found = await wechat.sharing.return_share(
                    out_order_no=due.sharing_number,
                    out_return_no=due.number,
                    return_mchid=due.return_merchant_id,
                    amount=due.amount_minor,
                    description=RETURNING,
                )
            except Refused as refused:
                if refused.is_final and due.tries >= SURE_TRY:
                    await self._settle_return(due, is_success=False, fail_reason=refused.code)
                raise
        if found.result != "PROCESSING":
            is_success = found.result == "SUCCESS"
            await self._settle_return(due, is_success=is_success, fail_reason=found.fail_reason)

    async def note_return(self, due: DueShareReturn, reason: str) -> None:
        async with self._db.unit_of_work(due.network_id) as conn:
            await note_share_return_failures(
                conn, network_id=due.network_id, failures=[(due.id, reason)]
            )

    async def _sent(self, wechat: WeChat, due: DueSharing) -> Sharing:
        if not due.shares:
            return await wechat.sharing.unfreeze(
                transaction_id=due.transaction_id,
                out_order_no=due.number,
                description=UNFREEZING,
            )
        for share in due.shares:
            await self._introduce(wechat, due.merchant_id, share.merchant_id)
        return await wechat.sharing.share(
            transaction_id=due.transaction_id,
            out_order_no=due.number,
            shares=[
                Share(
                    type=ReceiverType.MERCHANT,
                    account=share.merchant_id,
                    amount=share.amount_minor,
                    description=DESCRIPTION,
                )
                for share in due.shares
            ],
            unfreezes_rest=True,
        )

    async def _introduce(self, wechat: WeChat, merchant_id: str, receiver: str) -> None:
        """WeChat shares only with those that it was told of; to be told again does no harm."""
        if (merchant_id, receiver) not in self._known_receivers:
            await wechat.sharing.add_receiver(ReceiverType.MERCHANT, receiver, relation=RELATION)
            self._known_receivers.add((merchant_id, receiver))

    async def _go_without(self, due: DueSharing, reason: str) -> None:
        """What WeChat will not share is owed all the same, and paid by statement. A refund that
        waits for it goes first."""
        network_id = due.network_id
        async with self._db.unit_of_work(network_id) as conn:
            if due.tries >= LAST_TRY:
                failed = tuple(
                    ShareResult(merchant_id=share.merchant_id, is_success=False, fail_reason=reason)
                    for share in due.shares
                )
                results = [SharingResult(number=due.number, shares=failed)]
                await settle_sharings(conn, network_id=network_id, results=results)
            else:
                await withdraw_refused_sharing(
                    conn, network_id=network_id, payment_id=due.payment_id
                )

    async def _settle_return(
        self, due: DueShareReturn, *, is_success: bool, fail_reason: str | None
    ) -> None:
        result = ShareReturnResult(
            number=due.number, is_success=is_success, fail_reason=fail_reason
        )
        async with self._db.unit_of_work(due.network_id) as conn:
            await settle_share_returns(conn, network_id=due.network_id, results=[result])

    async def _settle(self, due: DueSharing, found: Sharing) -> None:
        wanted = {share.merchant_id for share in due.shares}
        shares = tuple(
            ShareResult(
                merchant_id=outcome.account,
                is_success=outcome.result is Ending.SUCCESS,
                fail_reason=outcome.fail_reason,
            )
            for outcome in found.receivers
            if outcome.account in wanted  # what is unfrozen is listed as well, as the merchant's
        )
        result = SharingResult(number=due.number, shares=shares, provider_order_id=found.order_id)
        async with self._db.unit_of_work(due.network_id) as conn:
            await settle_sharings(conn, network_id=due.network_id, results=[result])


async def _asked(wechat: WeChat, due: DueSharing) -> Sharing | None:
    """How it has gone; None if it never arrived."""
    try:
        return await wechat.sharing.sharing(
            transaction_id=due.transaction_id, out_order_no=due.number
        )
    except Refused as refused:
        if _is_unknown(refused):
            return None
        raise


def _is_unknown(refused: Refused) -> bool:
    return refused.is_proven and refused.code == "RESOURCE_NOT_EXISTS"
