"""Reading orders and their documents. Whoever is not a party finds nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg

from tradeline.kernel import Actor, Connection, grouped
from tradeline.ordering.model import (
    Order,
    OrderEvent,
    OrderLine,
    OrderReturn,
    OrderState,
    ReturnLine,
    ReturnState,
    Shipment,
    ShipmentLine,
)

ORDER_COLUMNS = """
    trade_order.id, trade_order.number, trade_order.relationship_id, trade_order.seller_org_id,
    trade_order.buyer_org_id, trade_order.currency, trade_order.state,
    trade_order.held_by_org_id, trade_order.since, trade_order.amount_minor,
    trade_order.requires_review, trade_order.requires_confirmation,
    trade_order.requires_receipt, trade_order.holds_stock, trade_order.payment_terms_days,
    trade_order.buyer_reference, trade_order.note, trade_order.ship_to_region,
    trade_order.ship_to_address, trade_order.requested_on, trade_order.placed_by_org_id,
    trade_order.placed_by_account_id, trade_order.placed_at, trade_order.closed_at
"""

LINE_COLUMNS = """
    line.id, line.order_id, line.line_no, line.sku_id, line.sku_code, line.sku_name,
    line.sku_name_en, line.base_unit, line.pack_id, line.pack_code, line.pack_quantity,
    line.quantity, line.unit_price, line.priced_quantity, line.amount_minor, line.open_minor,
    line.explanation, line.refused_quantity, line.cancelled_quantity, line.shipped_quantity,
    line.counted_quantity, line.received_quantity, line.returned_quantity, line.owed_minor,
    line.returned_minor, line.promised_on, line.refusal_reason, line.cut_quantity,
    line.replaces_line_id, line.receiving_warehouse_id
"""

IS_PARTY = "(trade_order.seller_org_id = $2 OR trade_order.buyer_org_id = $2)"

FETCH_ORDERS = f"""
    SELECT {ORDER_COLUMNS}
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1
       AND {IS_PARTY}
       AND trade_order.id = ANY($3::bigint[])
"""

# The order's own row is the lock of its life: every step takes it first; several, by their ids.
LOCK_ORDERS = f"""
    SELECT {ORDER_COLUMNS}
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1
       AND {IS_PARTY}
       AND trade_order.id = ANY($3::bigint[])
     ORDER BY trade_order.id
       FOR UPDATE
"""

FETCH_IDS_BY_NUMBER = """
    SELECT trade_order.id
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1
       AND trade_order.seller_org_id = $2
       AND trade_order.number = ANY($3::text[])
"""

FETCH_LINES = f"""
    SELECT {LINE_COLUMNS}
      FROM ordering.order_line AS line
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = line.network_id AND trade_order.id = line.order_id
     WHERE line.network_id = $1
       AND {IS_PARTY}
       AND line.order_id = ANY($3::bigint[])
     ORDER BY line.order_id, line.line_no
"""

FETCH_EVENTS = f"""
    SELECT event.id, event.order_id, event.step, event.state, event.org_id, event.account_id,
           event.note, event.detail, event.occurred_at
      FROM ordering.order_event AS event
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = event.network_id AND trade_order.id = event.order_id
     WHERE event.network_id = $1
       AND {IS_PARTY}
       AND event.order_id = ANY($3::bigint[])
     ORDER BY event.order_id, event.id
"""

# Where its goods stand is told to the buyer alone.
SHIPMENTS = f"""
    SELECT shipment.id, shipment.order_id, shipment.number, shipment.carrier,
           shipment.tracking_number, shipment.expected_on, shipment.packages,
           shipment.shipped_at, shipment.received_at, line.id AS line_id, line.order_line_id,
           line.quantity, line.received_quantity, line.damaged_quantity, counted.damage_reason,
           CASE WHEN trade_order.buyer_org_id = $2 THEN counted.warehouse_id END AS warehouse_id
      FROM ordering.shipment AS shipment
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = shipment.network_id AND trade_order.id = shipment.order_id
      JOIN ordering.shipment_line AS line
        ON line.network_id = shipment.network_id AND line.shipment_id = shipment.id
      LEFT JOIN (ordering.receipt AS receipt
                 JOIN ordering.receipt_line AS counted
                   ON counted.network_id = receipt.network_id
                  AND counted.receipt_id = receipt.id)
        ON receipt.network_id = $1
       AND receipt.shipment_id = shipment.id
       AND counted.order_line_id = line.order_line_id
     WHERE shipment.network_id = $1
       AND {IS_PARTY}
"""
FETCH_SHIPMENTS_OF_ORDERS = f"""
    {SHIPMENTS}
       AND shipment.order_id = ANY($3::bigint[])
     ORDER BY shipment.id, line.id
"""
FETCH_SHIPMENTS = f"""
    {SHIPMENTS}
       AND shipment.id = ANY($3::bigint[])
     ORDER BY shipment.id, line.id
"""

RETURNS = f"""
    SELECT order_return.id, order_return.order_id, order_return.number, order_return.state,
           order_return.reason, order_return.amount_minor, trade_order.currency,
           order_return.requested_at, order_return.decided_at, order_return.refusal_reason,
           line.id AS line_id, line.order_line_id, line.quantity,
           line.amount_minor AS line_amount_minor
      FROM ordering.order_return AS order_return
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = order_return.network_id
       AND trade_order.id = order_return.order_id
      JOIN ordering.return_line AS line
        ON line.network_id = order_return.network_id AND line.return_id = order_return.id
     WHERE order_return.network_id = $1
       AND {IS_PARTY}
"""
FETCH_RETURNS_OF_ORDERS = f"""
    {RETURNS}
       AND order_return.order_id = ANY($3::bigint[])
     ORDER BY order_return.id, line.order_line_id
"""
FETCH_RETURNS = f"""
    {RETURNS}
       AND order_return.id = ANY($3::bigint[])
     ORDER BY order_return.id, line.order_line_id
"""


async def fetch_orders(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[Order]:
    rows = await conn.fetch(FETCH_ORDERS, actor.network_id, actor.org_id, list(ids))
    return [order_of(row) for row in rows]


async def fetch_ids_by_number(conn: Connection, actor: Actor, numbers: Sequence[str]) -> list[int]:
    """The ids of those orders with such numbers that the actor's organization sells."""
    rows = await conn.fetch(FETCH_IDS_BY_NUMBER, actor.network_id, actor.org_id, list(numbers))
    return [row["id"] for row in rows]


async def lock_orders(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[Order]:
    """Those of the orders to which the actor is a party, locked until the unit of work ends."""
    rows = await conn.fetch(LOCK_ORDERS, actor.network_id, actor.org_id, list(ids))
    return [order_of(row) for row in rows]


async def fetch_lines(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[OrderLine]]:
    """The lines of each order, by number."""
    rows = await conn.fetch(FETCH_LINES, actor.network_id, actor.org_id, list(order_ids))
    lines = (
        OrderLine(**(dict(row) | {"explanation": json.loads(row["explanation"])})) for row in rows
    )
    return grouped(order_ids, ((line.order_id, line) for line in lines))


async def fetch_events(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[OrderEvent]]:
    """The steps of each order, first to last."""
    rows = await conn.fetch(FETCH_EVENTS, actor.network_id, actor.org_id, list(order_ids))
    events = (
        OrderEvent(
            **(dict(row) | {"state": OrderState(row["state"]), "detail": json.loads(row["detail"])})
        )
        for row in rows
    )
    return grouped(order_ids, ((event.order_id, event) for event in events))


async def fetch_shipments(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[Shipment]:
    rows = await conn.fetch(FETCH_SHIPMENTS, actor.network_id, actor.org_id, list(ids))
    return _shipments(rows)


async def fetch_shipments_of_orders(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> list[Shipment]:
    rows = await conn.fetch(
        FETCH_SHIPMENTS_OF_ORDERS, actor.network_id, actor.org_id, list(order_ids)
    )
    return _shipments(rows)


async def fetch_returns(conn: Connection, actor: Actor, ids: Sequence[int]) -> list[OrderReturn]:
    rows = await conn.fetch(FETCH_RETURNS, actor.network_id, actor.org_id, list(ids))
    return _returns(rows)


async def fetch_returns_of_orders(
    conn: Connection, actor: Actor, order_ids: Sequence[int]
) -> list[OrderReturn]:
    rows = await conn.fetch(
        FETCH_RETURNS_OF_ORDERS, actor.network_id, actor.org_id, list(order_ids)
    )
    return _returns(rows)


def order_of(row: asyncpg.Record) -> Order:
    values: dict[str, Any] = dict(row)
    return Order(**(values | {"state": OrderState(row["state"])}))


def _shipments(rows: Sequence[asyncpg.Record]) -> list[Shipment]:
    grouped: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        grouped[row["id"]].append(row)
    return [
        Shipment(
            id=shipment_id,
            order_id=group[0]["order_id"],
            number=group[0]["number"],
            carrier=group[0]["carrier"],
            tracking_number=group[0]["tracking_number"],
            expected_on=group[0]["expected_on"],
            packages=group[0]["packages"],
            shipped_at=group[0]["shipped_at"],
            received_at=group[0]["received_at"],
            lines=tuple(
                ShipmentLine(
                    id=row["line_id"],
                    order_line_id=row["order_line_id"],
                    quantity=row["quantity"],
                    received_quantity=row["received_quantity"],
                    damaged_quantity=row["damaged_quantity"],
                    damage_reason=row["damage_reason"],
                    warehouse_id=row["warehouse_id"],
                )
                for row in group
            ),
        )
        for shipment_id, group in grouped.items()
    ]


def _returns(rows: Sequence[asyncpg.Record]) -> list[OrderReturn]:
    grouped: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        grouped[row["id"]].append(row)
    return [
        OrderReturn(
            id=return_id,
            order_id=group[0]["order_id"],
            number=group[0]["number"],
            state=ReturnState(group[0]["state"]),
            reason=group[0]["reason"],
            amount_minor=group[0]["amount_minor"],
            currency=group[0]["currency"],
            requested_at=group[0]["requested_at"],
            decided_at=group[0]["decided_at"],
            refusal_reason=group[0]["refusal_reason"],
            lines=tuple(
                ReturnLine(
                    id=row["line_id"],
                    order_line_id=row["order_line_id"],
                    quantity=row["quantity"],
                    amount_minor=row["line_amount_minor"],
                )
                for row in group
            ),
        )
        for return_id, group in grouped.items()
    ]
