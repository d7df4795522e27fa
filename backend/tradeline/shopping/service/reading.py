"""Consumers' orders, as their members read them."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection, Page, PageRequest, Shopper, grouped, make_page
from tradeline.members import family_of
from tradeline.shopping.model import (
    ConsumerOrder,
    ConsumerOrderEvent,
    ConsumerOrderLine,
    ConsumerOrderState,
)
from tradeline.shopping.queries import locks
from tradeline.shopping.queries import reading as queries


async def consumer_orders_by_ids(
    conn: Connection, *, shopper: Shopper, ids: Sequence[int]
) -> dict[int, ConsumerOrder]:
    """Those that are the member's own, or of one who was merged into them; others are absent."""
    family = await family_of(conn, shopper.network_id, shopper.member_id)
    return await queries.fetch_orders(conn, shopper.network_id, family, ids)


async def list_consumer_orders(
    conn: Connection,
    *,
    shopper: Shopper,
    page: PageRequest,
    states: Sequence[ConsumerOrderState] | None = None,
) -> Page[ConsumerOrder]:
    """The member's orders, newest first; the cursor's shape is (int,)."""
    family = await family_of(conn, shopper.network_id, shopper.member_id)
    rows = await queries.list_orders(conn, shopper.network_id, family, page, states)
    return make_page(rows, page, lambda order: (order.id,))


async def lines_of_consumer_orders(
    conn: Connection, *, network_id: int, order_ids: Sequence[int]
) -> dict[int, list[ConsumerOrderLine]]:
    """The lines of orders that whoever asks was shown, by their numbers."""
    found = await locks.fetch_lines(conn, network_id, order_ids)
    return grouped(order_ids, ((line.order_id, line) for line in found))


async def events_of_consumer_orders(
    conn: Connection, *, network_id: int, order_ids: Sequence[int]
) -> dict[int, list[ConsumerOrderEvent]]:
    """The time lines of orders that whoever asks was shown."""
    found = await queries.fetch_events(conn, network_id, order_ids)
    return grouped(order_ids, ((event.order_id, event) for event in found))
