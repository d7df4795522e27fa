"""WeChat's bill of a day, fetched, stored and compared with our books, for each merchant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from tradeline.channels import payment_account_of
from tradeline.kernel import TRADE_ZONE, Connection, Database
from tradeline.payments import (
    BillKind,
    BillLine,
    Difference,
    has_bill,
    reconcile,
    store_bill,
)
from tradeline_server.wechat import Refused, TradeRow, WeChat, WeChatError, WeChatMerchants

READY_HOUR: Final = 10
# How far back bills are fetched that nobody fetched in time.
DAYS_BACK: Final = 3
NO_TRADE: Final = frozenset({"NO_STATEMENT_EXIST"})
NOT_YET: Final = frozenset({"STATEMENT_CREATING"})

log = structlog.get_logger("tradeline.paying")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A merchant's day; what differs, of which nothing is resolved yet."""

    merchant_id: str
    day: date
    lines: int
    differences: Sequence[Difference]


class BillMissing(Exception):
    """There is no bill to be had; the words say why."""


async def fetch_bill(wechat: WeChat, day: date) -> list[BillLine]:
    """A day without trade has no lines. Raises BillMissing, WeChatError."""
    try:
        rows = await wechat.bills.trades(day)
    except Refused as refused:
        if refused.is_proven and refused.code in NO_TRADE:
            return []
        if refused.is_proven and refused.code in NOT_YET:
            raise BillMissing("WeChat is still making the bill; it is there from ten.") from None
        raise
    return [bill_line(row) for row in rows]


def bill_line(row: TradeRow) -> BillLine:
    is_refund = bool(row.out_refund_no)
    return BillLine(
        kind=BillKind.REFUND if is_refund else BillKind.PAY,
        transaction_id=row.refund_id if is_refund else row.transaction_id,
        number=row.out_refund_no if is_refund else row.out_trade_no,
        occurred_at=row.at,
        amount_minor=row.refunded if is_refund else row.amount,
        fee_minor=row.fee,
    )


async def reconcile_day(
    db: Database, merchants: WeChatMerchants, merchant_id: str, day: date
) -> Reconciled:
    """Fetch, store, compare; again with the same outcome, for a bill never changes. Raises
    BillMissing, WeChatError."""
    wechat = merchants.get(merchant_id)
    if wechat is None:
        raise BillMissing(f"There are no keys of merchant {merchant_id}.")
    async with db.asking() as conn:
        account = await payment_account_of(conn, merchant_id=merchant_id)
    if account is None:
        raise BillMissing(f"No organization collects as merchant {merchant_id}.")
    lines = await fetch_bill(wechat, day)
    network_id = account.network_id
    async with db.unit_of_work(network_id) as conn:
        await store_bill(
            conn, network_id=network_id, merchant_id=merchant_id, bill_date=day, lines=lines
        )
        differences = await reconcile(conn, network_id=network_id, merchant_id=merchant_id, day=day)
    return Reconciled(merchant_id, day, len(lines), differences)


class Billing:
    """What the worker does each morning: the bills of the last days that are not here yet."""

    def __init__(self, db: Database, merchants: WeChatMerchants) -> None:
        self._db = db
        self._merchants = merchants
        self._done: set[tuple[str, date]] = set()

    async def due(self, conn: Connection, *, limit: int) -> list[tuple[str, date]]:
        """Merchant and day. Nothing is claimed: to do it twice is to do it once."""
        due: list[tuple[str, date]] = []
        for merchant_id in self._merchants:
            account = await payment_account_of(conn, merchant_id=merchant_id)
            for day in days_due(datetime.now(TRADE_ZONE)) if account else ():
                if (merchant_id, day) in self._done or account is None:
                    continue
                if await has_bill(
                    conn, network_id=account.network_id, merchant_id=merchant_id, bill_date=day
                ):
                    self._done.add((merchant_id, day))
                else:
                    due.append((merchant_id, day))
        return due[:limit]

    async def reconcile(self, due: tuple[str, date]) -> None:
        merchant_id, day = due
        try:
            found = await reconcile_day(self._db, self._merchants, merchant_id, day)
        except (BillMissing, WeChatError) as error:
            log.info("paying.bill_missing", merchant_id=merchant_id, day=day.isoformat())
            log.debug("paying.bill_missing", reason=str(error))
            return
        self._done.add(due)
        log.info(
            "paying.reconciled",
            merchant_id=merchant_id,
            day=day.isoformat(),
            lines=found.lines,
            differences=len(found.differences),
        )


def days_due(now: datetime) -> list[date]:
    """Whose bills are there by now, the latest first: yesterday's from ten o'clock on."""
    today = now.astimezone(TRADE_ZONE)
    first = 1 if today.hour >= READY_HOUR else 2
    return [today.date() - timedelta(days=back) for back in range(first, DAYS_BACK + 1)]
