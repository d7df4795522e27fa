"""Sales as their parties see them, with their papers and the way of their money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from tradeline.kernel import (
    Actor,
    Connection,
    Page,
    PageRequest,
    Permission,
    make_page,
    read_search,
)
from tradeline.shopping.queries import papers
from tradeline.shopping.queries import sales as queries
from tradeline.shopping.sales import (
    AfterSale,
    ConsumerRefund,
    ConsumerShipment,
    Sale,
    SaleFilter,
    SaleLeg,
)
from tradeline.shopping.trail import MoneyTrail, put_together

Paper = TypeVar("Paper")


async def list_sales(
    conn: Connection, *, actor: Actor, page: PageRequest, only: SaleFilter
) -> Page[Sale]:
    """Orders of consumers on whose route the actor's organization is, newest first; the cursor is
    (int,).

    Raises:
        Forbidden: without `consumer_order:read`.
        Rejected: InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.CONSUMER_ORDER_READ)
    only = replace(only, search=read_search(only.search))
    rows = await queries.list_sales(conn, actor, page, only)
    return make_page(rows, page, lambda sale: (sale.order.id,))


async def sales_by_ids(conn: Connection, *, actor: Actor, ids: Sequence[int]) -> dict[int, Sale]:
    """Those of the orders on whose route the actor's organization is.

    Raises Forbidden without `consumer_order:read`.
    """
    actor.require(Permission.CONSUMER_ORDER_READ)
    found = await queries.fetch_sales(conn, actor, ids)
    return {sale.order.id: sale for sale in found}


async def legs_of_sales(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[SaleLeg]]:
    """The lines of orders at the prices of the actor's own edges, and of no others.

    Raises Forbidden without `consumer_order:read`.
    """
    actor.require(Permission.CONSUMER_ORDER_READ)
    legs = await queries.fetch_legs(conn, actor, order_ids)
    return _by_order(order_ids, legs, lambda leg: leg.order_id)


async def money_trails(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, MoneyTrail]:
    """The way of the money of orders, as far as the actor's organization may see it.

    Raises Forbidden without `consumer_order:read`.
    """
    actor.require(Permission.CONSUMER_ORDER_READ)
    sales = await queries.fetch_sales(conn, actor, order_ids)
    rows = await queries.fetch_trail_rows(conn, actor, sales)
    trails = [put_together(one, actor.org_id) for one in rows]
    return {trail.order_id: trail for trail in trails if trail is not None}


async def shipments_of_consumer_orders(
    conn: Connection, *, network_id: int, order_ids: Sequence[int]
) -> dict[int, list[ConsumerShipment]]:
    """What was sent of orders, for whoever may see them: that is for the caller to know."""
    found = await papers.fetch_shipments(conn, network_id, order_ids)
    return _by_order(order_ids, found, lambda shipment: shipment.order_id)


async def after_sales_of_consumer_orders(
    conn: Connection, *, network_id: int, order_ids: Sequence[int]
) -> dict[int, list[AfterSale]]:
    """What was given or asked back of orders, for whoever may see them."""
    found = await papers.fetch_after_sales_of_orders(conn, network_id, order_ids)
    return _by_order(order_ids, found, lambda after_sale: after_sale.order_id)


async def after_sales_by_ids(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, AfterSale]:
    """After-sales, for whoever may see their orders: that is for the caller to know."""
    found = await papers.fetch_after_sales(conn, network_id, ids)
    return {after_sale.id: after_sale for after_sale in found}


async def refunds_of_consumer_orders(
    conn: Connection, *, network_id: int, order_ids: Sequence[int]
) -> dict[int, list[ConsumerRefund]]:
    """What was taken back of orders, for whoever may see what was paid for them."""
    found = await papers.fetch_refunds(conn, network_id, order_ids)
    return _by_order(order_ids, found, lambda refund: refund.order_id)


def _by_order(
    order_ids: Sequence[int], found: Iterable[Paper], order_of: Callable[[Paper], int]
) -> dict[int, list[Paper]]:
    papers_of: dict[int, list[Paper]] = {order_id: [] for order_id in order_ids}
    for one in found:
        papers_of[order_of(one)].append(one)
    return papers_of
