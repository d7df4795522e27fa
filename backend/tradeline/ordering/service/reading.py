"""Reading orders and their documents, for whoever is a party."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection, Permission, grouped
from tradeline.ordering.model import (
    Order,
    OrderEvent,
    OrderLine,
    OrderReturn,
    Shipment,
)
from tradeline.ordering.queries import reading as queries


async def orders_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Order]:
    """Those of the orders to which the actor's organization is a party."""
    actor.require(Permission.ORDER_READ)
    return {order.id: order for order in await queries.fetch_orders(conn, actor, ids)}


async def lines_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[OrderLine]]:
    """The lines of each order, by number."""
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_lines(conn, actor, order_ids)


async def events_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[OrderEvent]]:
    """The time line of each order, first to last."""
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_events(conn, actor, order_ids)


async def shipments_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Shipment]:
    actor.require(Permission.ORDER_READ)
    return {shipment.id: shipment for shipment in await queries.fetch_shipments(conn, actor, ids)}


async def shipments_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[Shipment]]:
    """The shipments of each order, first to last."""
    actor.require(Permission.ORDER_READ)
    found = await queries.fetch_shipments_of_orders(conn, actor, order_ids)
    return grouped(order_ids, ((shipment.order_id, shipment) for shipment in found))


async def returns_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, OrderReturn]:
    actor.require(Permission.ORDER_READ)
    return {found.id: found for found in await queries.fetch_returns(conn, actor, ids)}


async def returns_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[OrderReturn]]:
    """The returns of each order, first to last."""
    actor.require(Permission.ORDER_READ)
    found = await queries.fetch_returns_of_orders(conn, actor, order_ids)
    return grouped(order_ids, ((order_return.order_id, order_return) for order_return in found))
