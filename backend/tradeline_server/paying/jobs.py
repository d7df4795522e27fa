"""All that the worker does about payments: claimed here, done at WeChat, lane by lane."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from tradeline.kernel import Connection, Database, by_halves
from tradeline.payments import (
    ShareablePayment,
    due_payments,
    due_refunds,
    due_share_returns,
    due_sharings,
    request_sharings,
    shareable_payments,
)
from tradeline.shopping import due_messages, due_uploads, sharings_of
from tradeline_server.paying.asking import Asking
from tradeline_server.paying.billing import Billing
from tradeline_server.paying.lanes import Lane
from tradeline_server.paying.outreach import Outreach
from tradeline_server.paying.sharing import SharingDesk
from tradeline_server.paying.telling import Telling
from tradeline_server.wechat import WeChatMerchants

BILLS_AT_ONCE = 2


class Lanes:
    """Where there are no merchants, there is nothing to do."""

    def __init__(self, db: Database, merchants: WeChatMerchants) -> None:
        self._telling = Telling(db)
        asking = Asking(db, merchants, self._telling)
        sharing = SharingDesk(db, merchants)
        outreach = Outreach(db, merchants)
        billing = Billing(db, merchants)
        self.remote: tuple[Lane[Any], ...] = ()
        self.bills: tuple[Lane[Any], ...] = ()
        if len(merchants):
            self.remote = (
                Lane("ask about payments", due_payments, asking.payment),
                Lane("refund", due_refunds, asking.refund, asking.note_refund),
                Lane("share", due_sharings, sharing.share, sharing.note_sharing),
                Lane("take shares back", due_share_returns, sharing.take_back, sharing.note_return),
                Lane("tell of shipments", due_uploads, outreach.upload),
                Lane("tell consumers", due_messages, outreach.tell),
            )
            self.bills = (Lane("reconcile", billing.due, billing.reconcile, at_once=BILLS_AT_ONCE),)

    async def close(self) -> None:
        await asyncio.gather(*(lane.close() for lane in (*self.remote, *self.bills)))
        await self._telling.close()


async def plan_sharings(conn: Connection, *, limit: int, db: Database) -> int:
    """Who is to get what of payments whose waiting time is over: asked of the split that is left
    by then. Whoever wants none lets all of it go to the collector. One that cannot be planned keeps
    no other waiting, and is raised once all others are."""
    due = await shareable_payments(conn, limit=limit)
    by_network: dict[int, list[ShareablePayment]] = defaultdict(list)
    for payment in due:
        by_network[payment.network_id].append(payment)
    failed: list[Exception] = []
    for network_id, payments in by_network.items():
        failed += await by_halves(payments, partial(_plan, db, network_id))
    for error in failed:
        raise error
    return len(due)


async def _plan(db: Database, network_id: int, payments: Sequence[ShareablePayment]) -> None:
    async with db.unit_of_work(network_id) as conn:
        sharings = await sharings_of(conn, network_id=network_id, payments=payments)
        await request_sharings(conn, network_id=network_id, sharings=sharings)
