"""Finding orders, counting them, and telling of each what a list shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from tradeline.kernel import (
    Actor,
    Connection,
    Page,
    PageRequest,
    Permission,
    make_page,
    raise_any,
)
from tradeline.ordering.allowed import OrderOutline
from tradeline.ordering.model import OPEN_STATES, Order, OrderFilter, OrderSide, OrderStateCount
from tradeline.ordering.queries import listing as queries
from tradeline.ordering.rules import judge_texts


async def list_orders(
    conn: Connection, *, actor: Actor, page: PageRequest, only: OrderFilter
) -> Page[Order]:
    """Orders that the actor's organization buys, or sells, newest first.

    A search takes upper and lower case, full and half width alike, and nothing in it as a sign
    for something else. The cursor's shape is (int,).

    Raises:
        Forbidden: without `order:read`.
        Rejected: InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.ORDER_READ)
    search = unicodedata.normalize("NFKC", only.search or "").strip().lower() or None
    raise_any(judge_texts(codes={"search": search or ""}))
    only = replace(only, search=search)
    rows = await queries.list_orders(conn, actor, page, only.states_looked_at(), only)
    return make_page(rows, page, lambda order: (order.id,))


async def count_orders(conn: Connection, *, actor: Actor, side: OrderSide) -> list[OrderStateCount]:
    """How many orders of that side wait in each open state, in the order of an order's life.

    Raises Forbidden without `order:read`.
    """
    actor.require(Permission.ORDER_READ)
    found = await queries.count_orders(conn, actor, side, OPEN_STATES)
    counts = [(state, *found.get(state, (0, 0, None))) for state in OPEN_STATES]
    return [
        OrderStateCount(state=state, count=count, held_by_own_count=held, oldest_since=oldest_since)
        for state, count, held, oldest_since in counts
    ]


async def outlines_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, OrderOutline]:
    """What the lines and papers of each order come to. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_outlines(conn, actor, order_ids)
