"""Orders that a step is to be taken on: who may see them, and all that the step reads, locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import asyncpg

from tradeline.kernel import Connection
from tradeline.shopping.model import (
    ConsumerOrder,
    ConsumerOrderLine,
    ConsumerOrderState,
    Delivery,
    OrderTier,
    Split,
    SplitPart,
)
from tradeline.shopping.sales import OpenSale

ORDER_COLUMNS = ", ".join(f"consumer_order.{field.name}" for field in fields(ConsumerOrder))
LINE_COLUMNS = ", ".join(f"line.{field.name}" for field in fields(ConsumerOrderLine))

# What is locked before an order: its coupon, its edges, the levels that its lines hold stock in.
# None of them changes once it is placed, but that another source brings new lines.
REFERENCES = """
    SELECT consumer_order.id, consumer_order.coupon_id,
           array(SELECT tier.relationship_id
                   FROM shopping.order_tier AS tier
                  WHERE tier.network_id = $1
                    AND tier.order_id = consumer_order.id
                    AND tier.relationship_id IS NOT NULL) AS relationship_ids,
           array(SELECT line.id
                   FROM shopping.order_line AS line
                  WHERE line.network_id = $1 AND line.order_id = consumer_order.id
                  ORDER BY line.id) AS line_ids,
           NOT EXISTS (
               SELECT
                 FROM shopping.order_line AS line
                WHERE line.network_id = $1
                  AND line.order_id = consumer_order.id
                  AND line.shipped_quantity > 0) AS is_unshipped
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1 AND consumer_order.id = ANY($2::bigint[])
"""

FETCH_REFERENCES = REFERENCES + " ORDER BY consumer_order.id"

FETCH_REFERENCES_OF_MEMBERS = REFERENCES + " AND consumer_order.member_id = ANY($3::bigint[])"

FETCH_REFERENCES_OF_PARTY = (
    REFERENCES
    + """
       AND EXISTS (
           SELECT
             FROM shopping.order_tier AS tier
            WHERE tier.network_id = $1
              AND tier.order_id = consumer_order.id
              AND tier.org_id = $3)
"""
)

FETCH_ORDERS = f"""
    SELECT {ORDER_COLUMNS}
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1 AND consumer_order.id = ANY($2::bigint[])
     ORDER BY consumer_order.id
"""

# The ORDER BY is the lock order. Whoever writes a row that points to an order is not held up.
LOCK_ORDERS = FETCH_ORDERS + " FOR NO KEY UPDATE"

FETCH_TIERS = """
    SELECT tier.order_id, tier.tier, tier.org_id, tier.entity_id, tier.relationship_id
      FROM shopping.order_tier AS tier
     WHERE tier.network_id = $1 AND tier.order_id = ANY($2::bigint[])
     ORDER BY tier.order_id, tier.tier
"""

FETCH_LINES = f"""
    SELECT {LINE_COLUMNS}
      FROM shopping.order_line AS line
     WHERE line.network_id = $1 AND line.order_id = ANY($2::bigint[])
     ORDER BY line.order_id, line.line_no
"""

FETCH_SPLITS = """
    SELECT split.id, split.order_id, split.order_line_id, split.part, split.tier, split.org_id,
           split.entity_id, split.original_minor, split.reversed_minor
      FROM shopping.split AS split
     WHERE split.network_id = $1 AND split.order_id = ANY($2::bigint[])
     ORDER BY split.order_id, split.id
"""

FIND_ORDER_OF_LINE = """
    SELECT line.order_id
      FROM shopping.order_line AS line
     WHERE line.network_id = $1 AND line.id = $2
"""

# The look-up is a keyed hash: how long it takes to find one says nothing about the code.
FIND_ORDER_OF_PICKUP_CODE = """
    SELECT consumer_order.id
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.network_id = $1
       AND consumer_order.store_id = $2
       AND consumer_order.pickup_code_lookup = $3
       AND consumer_order.state = 'to_pick_up'
"""

FIND_ORDERS_OF_REFUNDS = """
    SELECT DISTINCT refund.order_id
      FROM shopping.consumer_refund AS refund
     WHERE refund.network_id = $1 AND refund.payment_refund_id = ANY($2::bigint[])
"""

# For the owner's connection, over all networks; the database's clock decides.
FIND_EXPIRED = """
    SELECT consumer_order.network_id, consumer_order.id
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.state = 'to_pay' AND consumer_order.expires_at <= now()
     ORDER BY consumer_order.expires_at
     LIMIT $1
"""

FIND_COMPLETED = """
    SELECT consumer_order.network_id, consumer_order.id
      FROM shopping.consumer_order AS consumer_order
     WHERE consumer_order.state = 'shipped' AND consumer_order.completes_at <= now()
     ORDER BY consumer_order.completes_at
     LIMIT $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What is locked before an order itself; `is_unshipped` may not be true any more by then."""

    id: int
    coupon_id: int | None
    relationship_ids: Sequence[int]
    line_ids: Sequence[int]
    is_unshipped: bool


async def fetch_references(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[References]:
    rows = await conn.fetch(FETCH_REFERENCES, network_id, order_ids)
    return [References(**row) for row in rows]


async def fetch_references_of_members(
    conn: Connection, network_id: int, order_ids: Sequence[int], member_ids: Sequence[int]
) -> list[References]:
    """Of orders of these members, who are one; others are left out."""
    rows = await conn.fetch(FETCH_REFERENCES_OF_MEMBERS, network_id, order_ids, member_ids)
    return [References(**row) for row in rows]


async def fetch_references_of_party(
    conn: Connection, network_id: int, order_ids: Sequence[int], org_id: int
) -> list[References]:
    """Of orders on whose route the organization is; others are left out."""
    rows = await conn.fetch(FETCH_REFERENCES_OF_PARTY, network_id, order_ids, org_id)
    return [References(**row) for row in rows]


async def lock_orders(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[ConsumerOrder]:
    """Lock orders until the unit of work ends, in the order of their ids."""
    rows = await conn.fetch(LOCK_ORDERS, network_id, order_ids)
    return [order_of(row) for row in rows]


async def fetch_order(conn: Connection, network_id: int, order_id: int) -> ConsumerOrder:
    """An order that is there, as it is at this moment."""
    row = await conn.fetchrow(FETCH_ORDERS, network_id, [order_id])
    assert row is not None, "orders stay"
    return order_of(row)


def order_of(row: asyncpg.Record) -> ConsumerOrder:
    """An order from its ORDER_COLUMNS."""
    states = {"state": ConsumerOrderState(row["state"]), "delivery": Delivery(row["delivery"])}
    return ConsumerOrder(**{**row, **states})


async def fetch_sales(
    conn: Connection, network_id: int, orders: Sequence[ConsumerOrder]
) -> dict[int, OpenSale]:
    """Tiers, lines and splits of locked orders, as they are now."""
    order_ids = [order.id for order in orders]
    tiers: dict[int, list[OrderTier]] = {order_id: [] for order_id in order_ids}
    lines: dict[int, list[ConsumerOrderLine]] = {order_id: [] for order_id in order_ids}
    splits: dict[int, list[Split]] = {order_id: [] for order_id in order_ids}
    for row in await conn.fetch(FETCH_TIERS, network_id, order_ids):
        tiers[row["order_id"]].append(OrderTier(**row))
    for line in await fetch_lines(conn, network_id, order_ids):
        lines[line.order_id].append(line)
    for row in await conn.fetch(FETCH_SPLITS, network_id, order_ids):
        part = SplitPart(row["part"])
        splits[row["order_id"]].append(Split(**{**row, "part": part}))
    return {
        order.id: OpenSale(
            order=order,
            tiers=tuple(tiers[order.id]),
            lines=tuple(lines[order.id]),
            splits=tuple(splits[order.id]),
        )
        for order in orders
    }


async def fetch_lines(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[ConsumerOrderLine]:
    """The lines of orders, by their numbers."""
    rows = await conn.fetch(FETCH_LINES, network_id, order_ids)
    return [ConsumerOrderLine(**row) for row in rows]


async def find_order_of_line(conn: Connection, network_id: int, line_id: int) -> int | None:
    order_id: int | None = await conn.fetchval(FIND_ORDER_OF_LINE, network_id, line_id)
    return order_id


async def find_order_of_pickup_code(
    conn: Connection, network_id: int, store_id: int, lookup: bytes
) -> int | None:
    """The order that waits in the store for whoever has the code."""
    order_id: int | None = await conn.fetchval(
        FIND_ORDER_OF_PICKUP_CODE, network_id, store_id, lookup
    )
    return order_id


async def find_orders_of_refunds(
    conn: Connection, network_id: int, payment_refund_ids: Sequence[int]
) -> list[int]:
    rows = await conn.fetch(FIND_ORDERS_OF_REFUNDS, network_id, payment_refund_ids)
    return [row["order_id"] for row in rows]


async def find_expired(conn: Connection, limit: int) -> list[tuple[int, int]]:
    """Orders, with their networks, that were not paid in time, the oldest first."""
    return [(row["network_id"], row["id"]) for row in await conn.fetch(FIND_EXPIRED, limit)]


async def find_completed(conn: Connection, limit: int) -> list[tuple[int, int]]:
    """Orders, with their networks, that count as received by now, the oldest first."""
    return [(row["network_id"], row["id"]) for row in await conn.fetch(FIND_COMPLETED, limit)]
