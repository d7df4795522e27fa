"""Telling the parties of orders that goods will be there later than they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tradeline.kernel import Connection, system_actor
from tradeline.ordering.model import OPEN_STATES
from tradeline.ordering.queries import reading
from tradeline.ordering.service.steps import Taken, store_all


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLine:
    """A line that waits for goods, the day that was told of it, and the day that holds now; None
    where nobody knows any more."""

    order_id: int
    order_line_id: int
    expected_before: date
    expected_on: date | None


async def tell_expected_moved(
    conn: Connection, *, network_id: int, seller_org_id: int, moved: Sequence[MovedLine]
) -> None:
    """Write into the time lines of the seller's orders, and publish, which lines come later.

    Locks the orders. For modules above, which know what the lines wait for. What waits for nothing
    any more is left out.
    """
    actor = system_actor(network_id, seller_org_id)
    ids = sorted({line.order_id for line in moved})
    orders = await reading.lock_orders(conn, actor, ids)
    lines = await reading.fetch_lines(conn, actor, ids)
    days = {line.order_line_id: line for line in moved}
    taken = []
    for order in orders:
        told = [
            {
                "line_no": line.line_no,
                "expected_on": _text(days[line.id].expected_on),
                "expected_before": _text(days[line.id].expected_before),
            }
            for line in lines[order.id]
            if line.id in days and line.unshipped
        ]
        if told and order.state in OPEN_STATES:
            taken.append(
                Taken(
                    order=order,
                    before=lines[order.id],
                    after=lines[order.id],
                    state=order.state,
                    document={"moved": told},
                )
            )
    if taken:
        await store_all(conn, actor, "move_expected", taken)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
