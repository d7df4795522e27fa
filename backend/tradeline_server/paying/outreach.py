"""What follows a sale at WeChat: that goods are on their way, which it wants to know before it lets
the money go, and messages to the consumer, one for each consent that they gave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import structlog

from tradeline.kernel import TRADE_ZONE, Connection, Database, StoredEvent
from tradeline.members import consents_given, openids_of
from tradeline.shopping import DueMessage, DueUpload, end_messages, mark_uploaded, note_tidings
from tradeline_server.paying.asking import KeysMissing, wechat_of
from tradeline_server.wechat import (
    LogisticsType,
    Package,
    Refused,
    ShippingInfo,
    WeChatError,
    WeChatMerchants,
)

# WeChat has it already, by a try whose answer was lost, or takes no more for that payment.
UPLOADED_ALREADY: Final = frozenset({"10060003", "268485216"})
ORDERS_PAGE: Final = "pages/order/order"
SENT: Final = "sent"
UPLOADED: Final = "uploaded"
NOBODY: Final = "nobody"
NO_CONSENT: Final = "no consent"
GOODS: Final = "商品"
WORD_LENGTH_MAX: Final = 20  # of WeChat's `thing`

log = structlog.get_logger("tradeline.paying")


async def note_what_to_tell(conn: Connection, event: StoredEvent) -> None:
    """A handler of what was published of orders, which may come more than once."""
    await note_tidings(
        conn,
        network_id=event.network_id,
        order_id=int(event.payload["order_id"]),
        topic=event.topic,
    )


class Outreach:
    def __init__(self, db: Database, merchants: WeChatMerchants) -> None:
        self._db = db
        self._merchants = merchants

    async def upload(self, due: DueUpload) -> None:
        """WeChat takes each shipment once; whether it has it already, it is asked after a first
        try whose answer was lost."""
        mini_program = wechat_of(self._merchants, due.merchant_id).mini_program
        openid = await self._openid(due.network_id, due.member_id, due.app_id)
        outcome = NOBODY if openid is None else UPLOADED
        if due.tries > 1 and due.is_complete and await mini_program.is_shipped(due.transaction_id):
            openid = None  # there is nothing left to tell
        if openid is not None:
            try:
                await mini_program.upload_shipping(_shipping(due, openid))
            except Refused as refused:
                if refused.code not in UPLOADED_ALREADY or due.tries == 1:
                    raise
                outcome = refused.code
        async with self._db.unit_of_work(due.network_id) as conn:
            await mark_uploaded(conn, network_id=due.network_id, ids={due.id: outcome})

    async def tell(self, due: DueMessage) -> None:
        """At most once, whatever happens: a consent is good for one message, and a second one about
        the same thing is worse than none."""
        try:
            outcome = await self._told(due)
        except WeChatError as error:
            outcome = error.code if isinstance(error, Refused) else type(error).__name__
        async with self._db.unit_of_work(due.network_id) as conn:
            await end_messages(conn, network_id=due.network_id, outcomes={due.id: outcome})

    async def _told(self, due: DueMessage) -> str:
        template = self._merchants.template(due.app_id, due.kind)
        mini_program = self._merchants.mini_program(due.app_id)
        if template is None or mini_program is None:
            raise KeysMissing("There is no template for such a message.")
        wish = (due.member_id, template.id)
        async with self._db.reading(due.network_id) as conn:
            if wish not in await consents_given(conn, due.network_id, [wish]):
                return NO_CONSENT
        openid = await self._openid(due.network_id, due.member_id, due.app_id)
        if openid is None:
            return NO_CONSENT
        words = _words(due)
        values = {keyword: words[name] for name, keyword in template.keywords.items()}
        await mini_program.send_message(
            openid=openid, template_id=template.id, values=values, page=ORDERS_PAGE
        )
        return SENT

    async def _openid(self, network_id: int, member_id: int, app_id: str) -> str | None:
        async with self._db.reading(network_id) as conn:
            found = await openids_of(conn, network_id, [(member_id, app_id)])
        return found.get((member_id, app_id))


def _shipping(due: DueUpload, openid: str) -> ShippingInfo:
    is_express = bool(due.carrier and due.tracking_number) and not due.is_pickup
    kind = LogisticsType.EXPRESS if is_express else LogisticsType.SAME_CITY
    package = Package(
        item_desc=due.goods or GOODS,
        tracking_no=due.tracking_number if is_express else None,
        express_company=due.carrier if is_express else None,
    )
    return ShippingInfo(
        transaction_id=due.transaction_id,
        openid=openid,
        logistics_type=LogisticsType.PICKUP if due.is_pickup else kind,
        packages=(package,),
        uploaded_at=datetime.now(UTC),
        is_complete=due.is_complete,
        is_part=due.is_part,
    )


def _words(due: DueMessage) -> dict[str, str]:
    at = due.happened_at.astimezone(TRADE_ZONE)
    return {
        "order": due.order_number,
        "store": due.store_name[:WORD_LENGTH_MAX],
        "amount": f"{due.amount_minor // 100}.{due.amount_minor % 100:02d}元",
        "time": at.strftime("%Y-%m-%d %H:%M"),
    }
