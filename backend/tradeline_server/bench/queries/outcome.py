"""What the database says once the load is over."""

from __future__ import annotations

from collections.abc import Mapping

from tradeline.kernel import Connection

FETCH_LAST_ORDER = """
    SELECT coalesce(max(id), 0) FROM ordering.trade_order WHERE network_id = $1
"""

FETCH_LAST_OBLIGATION = """
    SELECT coalesce(max(id), 0) FROM settlement.obligation WHERE network_id = $1
"""

FETCH_LAST_EVENT = """
    SELECT coalesce(max(id), 0) FROM kernel.outbox_event WHERE network_id = $1
"""

# An order as its dealer was told of it; without lines it is none.
FETCH_ORDERS = """
    SELECT trade_order.number, trade_order.amount_minor
      FROM ordering.trade_order AS trade_order
     WHERE trade_order.network_id = $1
       AND trade_order.id > $2
       AND trade_order.amount_minor = (
               SELECT sum(line.amount_minor)
                 FROM ordering.order_line AS line
                WHERE line.network_id = $1 AND line.order_id = trade_order.id)
"""

FETCH_SOLD = """
    SELECT line.sku_id,
           sum(line.quantity - line.refused_quantity - line.cancelled_quantity)::bigint AS units
      FROM ordering.order_line AS line
     WHERE line.network_id = $1
     GROUP BY line.sku_id
"""

FETCH_BROUGHT_IN = """
    SELECT movement.sku_id, sum(movement.quantity)::bigint AS units
      FROM inventory.stock_movement AS movement
     WHERE movement.network_id = $1 AND movement.reason <> 'shipment'
     GROUP BY movement.sku_id
"""

COUNT_WAITING = """
    SELECT (SELECT count(*) FROM settlement.posting_queue WHERE network_id = $1)
         + (SELECT count(*) FROM settlement.booking_queue WHERE network_id = $1)
         + (SELECT count(*) FROM kernel.outbox_event
             WHERE network_id = $1 AND delivered_at IS NULL)
"""

# From when a debt was made to when it stands in the later of its two books.
FETCH_POSTING_LAGS = """
    SELECT (extract(epoch FROM max(journal.posted_at) - obligation.occurred_at) * 1000)::float8
      FROM settlement.obligation AS obligation
      JOIN settlement.journal AS journal
        ON journal.network_id = $1 AND journal.obligation_id = obligation.id
     WHERE obligation.network_id = $1 AND obligation.id > $2
     GROUP BY obligation.id, obligation.occurred_at
"""

FETCH_DELIVERY_LAGS = """
    SELECT (extract(epoch FROM delivered_at - occurred_at) * 1000)::float8
      FROM kernel.outbox_event
     WHERE network_id = $1 AND id > $2 AND delivered_at IS NOT NULL
"""

SHOW_FSYNC = "SHOW fsync"
SHOW_COMMIT = "SHOW synchronous_commit"


async def fetch_marks(conn: Connection, network_id: int) -> tuple[int, int, int]:
    """The last order, obligation and event that are there."""
    return (
        await conn.fetchval(FETCH_LAST_ORDER, network_id),
        await conn.fetchval(FETCH_LAST_OBLIGATION, network_id),
        await conn.fetchval(FETCH_LAST_EVENT, network_id),
    )


async def fetch_orders(conn: Connection, network_id: int, after_id: int) -> dict[str, int]:
    """Minor units by number, of orders that are whole."""
    rows = await conn.fetch(FETCH_ORDERS, network_id, after_id)
    return {row["number"]: row["amount_minor"] for row in rows}


async def fetch_sold(conn: Connection, network_id: int) -> Mapping[int, int]:
    """Units by SKU that all orders together promise or delivered."""
    return {row["sku_id"]: row["units"] for row in await conn.fetch(FETCH_SOLD, network_id)}


async def fetch_brought_in(conn: Connection, network_id: int) -> Mapping[int, int]:
    """Units by SKU that ever came into the warehouses."""
    rows = await conn.fetch(FETCH_BROUGHT_IN, network_id)
    return {row["sku_id"]: row["units"] for row in rows}


async def count_waiting(conn: Connection, network_id: int) -> int:
    """Debts and bookings without their journals, and events that nobody was told of."""
    count: int = await conn.fetchval(COUNT_WAITING, network_id)
    return count


async def fetch_posting_lags(conn: Connection, network_id: int, after_id: int) -> list[float]:
    """Milliseconds, of debts made after that one."""
    return [row[0] for row in await conn.fetch(FETCH_POSTING_LAGS, network_id, after_id)]


async def fetch_delivery_lags(conn: Connection, network_id: int, after_id: int) -> list[float]:
    """Milliseconds, of events published after that one."""
    return [row[0] for row in await conn.fetch(FETCH_DELIVERY_LAGS, network_id, after_id)]


async def show_durability(conn: Connection) -> str:
    """`on` only where a commit that was answered is on the disk."""
    fsync: str = await conn.fetchval(SHOW_FSYNC)
    commit: str = await conn.fetchval(SHOW_COMMIT)
    return fsync if commit in ("on", "remote_apply", "local") else f"{fsync}, commit {commit}"
