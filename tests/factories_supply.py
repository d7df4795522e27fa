"""Orders with a past, for tests of how suppliers keep their word. Written behind the doors: time
is what nobody can pass quickly in front of them."""

from __future__ import annotations

from datetime import date, datetime

from tests.factories_ordering import Market
from tradeline.kernel import TRADE_ZONE, Pool

SET_TIMES = """
    WITH confirmed AS (
        UPDATE ordering.order_event
           SET occurred_at = $4
         WHERE network_id = $1 AND order_id = $2 AND step = 'confirm'
    ), promised AS (
        UPDATE ordering.order_line
           SET promised_on = coalesce($6, promised_on),
               first_promised_on = coalesce($6, first_promised_on)
         WHERE network_id = $1 AND order_id = $2
    ), received AS (
        UPDATE ordering.receipt
           SET received_at = coalesce($5, received_at)
         WHERE network_id = $1 AND order_id = $2
    )
    UPDATE ordering.trade_order SET placed_at = $3 WHERE network_id = $1 AND id = $2
"""


def noon(day: int, month: int = 3) -> datetime:
    """Noon in Shanghai on a day of 2026."""
    return datetime(2026, month, day, 12, tzinfo=TRADE_ZONE)


async def set_times(
    owner_pool: Pool,
    market: Market,
    order_id: int,
    *,
    placed: datetime,
    confirmed: datetime | None = None,
    promised: date | None = None,
    received: datetime | None = None,
) -> None:
    """Have an order happened then. `promised` is the first promise of each of its lines."""
    await owner_pool.execute(
        SET_TIMES,
        market.story.network_id,
        order_id,
        placed,
        confirmed or placed,
        received,
        promised,
    )
