"""Telling those whose goods will be there later than they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Final

from tradeline.kernel import Connection, trade_day
from tradeline.ordering import tell_expected_moved
from tradeline.replenishment.queries import telling as queries
from tradeline.replenishment.service.promises import promises
from tradeline.replenishment.telling import WaitingLine, lines_to_tell

# What changes what a buyer will have, and when.
MOVING: Final = frozenset(
    {
        "order.alert_raised",
        "order.cancelled",
        "order.confirmed",
        "order.received",
        "order.redated",
        "order.reviewed",
        "order.shipped",
        "order.substitute_accepted",
    }
)


async def tell_moved(conn: Connection, *, network_id: int, order_id: int) -> int:
    """After something has happened to an order: tell the parties of orders that wait for what it
    brings, if that will be there later than they were told last; how many lines that are.

    It may come more than once: who was told is not told again. One statement if nobody waits.
    """
    waiting = await queries.fetch_waiting(conn, network_id, order_id)
    if not waiting:
        return 0
    today = trade_day()
    days = await _days(conn, network_id, waiting, today)
    changed = {
        line.order_line_id: days[line.order_line_id]
        for line in waiting
        if days[line.order_line_id] != line.told_on
    }
    moved = lines_to_tell(waiting, days, today)
    if moved:
        [seller_org_id] = {line.org_id for line in waiting if not line.is_own}
        await tell_expected_moved(
            conn, network_id=network_id, seller_org_id=seller_org_id, moved=moved
        )
    if changed:
        await queries.store_told(conn, network_id, changed)
    return len(moved)


async def note_expectations(conn: Connection, *, limit: int) -> int:
    """Note the day of up to `limit` lines that have begun to wait; how many there were. For the
    owner's connection, over all networks."""
    today = trade_day()
    async with conn.transaction():
        untold = await queries.fetch_untold(conn, limit)
        for network_id, lines in groupby(untold, key=lambda line: line.network_id):
            days = await _days(conn, network_id, list(lines), today)
            await queries.store_told(conn, network_id, days)
    return len(untold)


async def _days(
    conn: Connection, network_id: int, lines: Sequence[WaitingLine], today: date
) -> dict[int, date | None]:
    """When each line can be counted on, as things stand."""
    found = await promises(
        conn,
        network_id=network_id,
        pairs=sorted({(line.org_id, line.sku_id) for line in lines}),
        today=today,
    )
    return {
        line.order_line_id: found[line.org_id, line.sku_id].expected_on(
            line.order_line_id, line.promised_on, today
        )
        for line in lines
    }
