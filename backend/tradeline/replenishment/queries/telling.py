"""Which lines wait for goods of an order, and what their parties were told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tradeline.kernel import Connection
from tradeline.replenishment.telling import WaitingLine

WAITING_COLUMNS = """
    line.network_id, line.id AS order_line_id, line.order_id, trade_order.seller_org_id AS org_id,
    line.sku_id, line.promised_on
"""
IS_WAITING = """
    line.quantity - line.refused_quantity - line.cancelled_quantity - line.shipped_quantity > 0
"""

# Lines that wait for what the order brings to its buyer, be it by itself or in a bundle; and the
# lines of the order itself, if it waits. Those that nobody was told of yet come with the job below.
FETCH_WAITING = f"""
    WITH moving AS (
        SELECT trade_order.buyer_org_id AS org_id,
               coalesce(component.component_sku_id, line.sku_id) AS sku_id
          FROM ordering.trade_order AS trade_order
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = trade_order.id
          LEFT JOIN catalog.sku_component AS component
            ON component.network_id = $1 AND component.bundle_sku_id = line.sku_id
         WHERE trade_order.network_id = $1 AND trade_order.id = $2
    )
    SELECT {WAITING_COLUMNS}, told.expected_on AS told_on, line.order_id = $2 AS is_own
      FROM ordering.trade_order AS trade_order
      JOIN ordering.order_line AS line
        ON line.network_id = $1 AND line.order_id = trade_order.id
      JOIN replenishment.expectation AS told
        ON told.network_id = $1 AND told.order_line_id = line.id
     WHERE trade_order.network_id = $1
       AND trade_order.held_by_org_id IS NOT NULL
       AND NOT trade_order.holds_stock
       AND {IS_WAITING}
       AND (trade_order.id = $2
            OR trade_order.seller_org_id = (SELECT min(org_id) FROM moving)
           AND (line.sku_id IN (SELECT sku_id FROM moving)
                OR EXISTS (SELECT FROM catalog.sku_component AS component
                            WHERE component.network_id = $1
                              AND component.bundle_sku_id = line.sku_id
                              AND component.component_sku_id IN (SELECT sku_id FROM moving))))
     ORDER BY line.id
"""

FETCH_UNTOLD = f"""
    SELECT {WAITING_COLUMNS}, NULL::date AS told_on, true AS is_own
      FROM ordering.trade_order AS trade_order
      JOIN ordering.order_line AS line
        ON line.network_id = trade_order.network_id AND line.order_id = trade_order.id
     WHERE trade_order.held_by_org_id IS NOT NULL
       AND NOT trade_order.holds_stock
       AND {IS_WAITING}
       AND NOT EXISTS (SELECT
                         FROM replenishment.expectation AS told
                        WHERE told.network_id = line.network_id
                          AND told.order_line_id = line.id)
     ORDER BY line.network_id, line.id
     LIMIT $1
"""

STORE_TOLD = """
    INSERT INTO replenishment.expectation AS told (network_id, order_line_id, expected_on)
    SELECT $1, line.id, line.expected_on
      FROM unnest($2::bigint[], $3::date[]) AS line (id, expected_on)
        ON CONFLICT (network_id, order_line_id)
        DO UPDATE SET expected_on = excluded.expected_on, told_at = now()
"""


async def fetch_waiting(conn: Connection, network_id: int, order_id: int) -> list[WaitingLine]:
    """Lines whose days an order may move, of which something was told; oldest first."""
    rows = await conn.fetch(FETCH_WAITING, network_id, order_id)
    return [WaitingLine(**dict(row)) for row in rows]


async def fetch_untold(conn: Connection, limit: int) -> list[WaitingLine]:
    """Lines that wait, of which nobody was told anything; of all networks, by network."""
    return [WaitingLine(**dict(row)) for row in await conn.fetch(FETCH_UNTOLD, limit)]


async def store_told(conn: Connection, network_id: int, days: Mapping[int, date | None]) -> None:
    """Remember the day that was told of each line."""
    await conn.execute(STORE_TOLD, network_id, list(days), list(days.values()))
