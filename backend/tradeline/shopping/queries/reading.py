"""SQL of orders as their consumers read them."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection, PageRequest
from tradeline.shopping.model import ConsumerOrder, ConsumerOrderEvent, ConsumerOrderState
from tradeline.shopping.queries.locks import ORDER_COLUMNS, order_of

FETCH_ORDERS = f"""
    SELECT {ORDER_COLUMNS}
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1
       AND consumer_order.member_id = ANY($2::bigint[])
       AND consumer_order.id = ANY($3::bigint[])
"""

# Newest first, those of all who are the same person.
LIST_ORDERS = f"""
    SELECT {ORDER_COLUMNS}
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1
       AND consumer_order.member_id = ANY($2::bigint[])
       AND ($3::text[] IS NULL OR consumer_order.state = ANY($3))
       AND ($4::bigint IS NULL OR consumer_order.id < $4)
     ORDER BY consumer_order.id DESC
     LIMIT $5
"""

FETCH_EVENTS = """
    SELECT event.id, event.order_id, event.step, event.state, event.org_id, event.account_id,
           event.member_id, event.note, event.occurred_at
      FROM shopping.order_event AS event
     WHERE event.network_id = $1 AND event.order_id = ANY($2::bigint[])
     ORDER BY event.order_id, event.id
"""


async def fetch_orders(
    conn: Connection, network_id: int, member_ids: Sequence[int], ids: Sequence[int]
) -> dict[int, ConsumerOrder]:
    rows = await conn.fetch(FETCH_ORDERS, network_id, member_ids, ids)
    return {row["id"]: order_of(row) for row in rows}


async def list_orders(
    conn: Connection,
    network_id: int,
    member_ids: Sequence[int],
    page: PageRequest,
    states: Sequence[ConsumerOrderState] | None,
) -> list[ConsumerOrder]:
    (before,) = page.after or (None,)
    rows = await conn.fetch(
        LIST_ORDERS,
        network_id,
        member_ids,
        None if states is None else [state.value for state in states],
        before,
        page.limit,
    )
    return [order_of(row) for row in rows]


async def fetch_events(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[ConsumerOrderEvent]:
    rows = await conn.fetch(FETCH_EVENTS, network_id, order_ids)
    return [
        ConsumerOrderEvent(**{**row, "state": ConsumerOrderState(row["state"])}) for row in rows
    ]
