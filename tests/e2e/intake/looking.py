"""What the database says of a scene, behind the rules."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.house import House
from tests.e2e.intake.scene import PRICE_MINOR, Scene

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

# An order with all that belongs to it, under the request that it came by.
FETCH_ORDERS = """
    SELECT request.request_id, trade_order.number, trade_order.amount_minor,
           line.lines, line.units, line.minor,
           hold.units AS held, line.shipped,
           exposure.minor AS exposed,
           (SELECT count(*) FROM kernel.audit_entry AS entry
             WHERE entry.network_id = $1 AND entry.subject_type = 'order'
               AND entry.subject_id = trade_order.id AND entry.action = 'order.place') AS entries,
           (SELECT count(*) FROM kernel.outbox_event AS event
             WHERE event.network_id = $1 AND event.key = 'order:' || trade_order.id
               AND event.topic = 'order.placed') AS events
      FROM ordering.trade_order AS trade_order
      LEFT JOIN kernel.request AS request
        ON request.network_id = $1 AND request.answer_id = trade_order.id
       AND request.org_id = trade_order.buyer_org_id
      LEFT JOIN (SELECT order_id, count(*) AS lines, sum(quantity)::bigint AS units,
                        sum(amount_minor)::bigint AS minor,
                        sum(shipped_quantity)::bigint AS shipped, array_agg(id) AS ids
                   FROM ordering.order_line
                  WHERE network_id = $1
                  GROUP BY order_id) AS line ON line.order_id = trade_order.id
      LEFT JOIN LATERAL (
           SELECT sum(quantity)::bigint AS units
             FROM inventory.stock_hold
            WHERE network_id = $1 AND reference_type = 'order_line'
              AND reference_id = ANY(line.ids)) AS hold ON true
      LEFT JOIN LATERAL (
           SELECT sum(amount_minor)::bigint AS minor
             FROM settlement.exposure_hold
            WHERE network_id = $1 AND reference_type = 'order'
              AND reference_id = trade_order.id) AS exposure ON true
     WHERE trade_order.network_id = $1
"""
COUNT_SHIPPED = """
    SELECT count(*) AS shipments,
           (SELECT count(*) FROM settlement.obligation
             WHERE network_id = $1) AS obligations,
           (SELECT count(*) FROM settlement.journal WHERE network_id = $1) AS journals
      FROM ordering.shipment
     WHERE network_id = $1
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


async def whole_orders(house: House, scene: Scene, *, lines: int, units: int) -> dict[str, str]:
    """Their numbers by the requests that they came by: each order there with all its parts, so many
    lines and units, and none without a request, nor two with one."""
    rows = await house.owner.fetch(FETCH_ORDERS, scene.network_id)
    numbers = {row["request_id"]: row["number"] for row in rows}
    assert None not in numbers
    assert len(numbers) == len(rows)
    for row in rows:
        minor = units * PRICE_MINOR
        assert (row["lines"], row["units"], row["minor"]) == (lines, units, minor)
        assert (row["amount_minor"], row["entries"], row["events"]) == (minor, 1, 1)
        assert row["held"] == units - row["shipped"]
        assert row["exposed"] == minor - row["shipped"] * PRICE_MINOR
    return numbers


async def shipped(house: House, scene: Scene) -> Mapping[str, int]:
    """How many shipments, debts and journals there are."""
    row = await house.owner.fetchrow(COUNT_SHIPPED, scene.network_id)
    assert row is not None
    return dict(row)
