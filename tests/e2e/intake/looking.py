"""What the database says of a scene, behind the rules."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.intake.house import House
from tests.e2e.intake.scene import Scene

FETCH_LEVELS = """
    SELECT warehouse_id, sku_id, on_hand, held FROM inventory.stock_level WHERE network_id = $1
"""
FETCH_TRACES = """
    SELECT (SELECT count(*) FROM ordering.trade_order WHERE network_id = $1) AS orders,
           (SELECT count(*) FROM inventory.stock_hold
             WHERE network_id = $1 AND reference_type = 'order_line') AS stock_holds,
           (SELECT count(*) FROM settlement.exposure_hold WHERE network_id = $1) AS exposure_holds,
           (SELECT count(*) FROM kernel.audit_entry
             WHERE network_id = $1 AND action = 'order.place') AS audit_entries,
           (SELECT count(*) FROM kernel.outbox_event
             WHERE network_id = $1 AND topic = 'order.placed') AS events,
           (SELECT count(*) FROM kernel.request WHERE network_id = $1) AS requests
"""


async def levels(house: House, scene: Scene) -> dict[tuple[int, int], tuple[int, int]]:
    """(on hand, held) by (warehouse, SKU)."""
    rows = await house.owner.fetch(FETCH_LEVELS, scene.network_id)
    return {(row["warehouse_id"], row["sku_id"]): (row["on_hand"], row["held"]) for row in rows}


async def traces(house: House, scene: Scene) -> Mapping[str, int]:
    """How many rows all orders together have left."""
    row = await house.owner.fetchrow(FETCH_TRACES, scene.network_id)
    assert row is not None
    return dict(row)


def traces_of(orders: int, *, stock_holds: int | None = None) -> dict[str, int]:
    """Of so many orders, each with one line from one warehouse unless said otherwise."""
    return {
        "orders": orders,
        "stock_holds": orders if stock_holds is None else stock_holds,
        "exposure_holds": orders,
        "audit_entries": orders,
        "events": orders,
        "requests": orders,
    }
