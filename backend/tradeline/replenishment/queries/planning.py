"""What planning looks at, each in one statement for all SKUs of an organization."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg

from tradeline.kernel import Connection
from tradeline.replenishment.model import Position, Term
from tradeline.replenishment.queries.demand import PLACES

# Whoever makes proposals of an organization, or takes them, waits here for the one before.
LOCK_DESK = """
    INSERT INTO replenishment.desk AS desk (network_id, org_id)
    VALUES ($1, $2)
        ON CONFLICT (network_id, org_id) DO UPDATE SET org_id = desk.org_id
"""

LIMIT_LOCK_WAITS = "SELECT set_config('lock_timeout', $1, true)"

FETCH_OWN_WAREHOUSES = """
    SELECT warehouse.id, warehouse.region
      FROM inventory.warehouse AS warehouse
     WHERE warehouse.network_id = $1 AND warehouse.org_id = $2 AND warehouse.is_active
     ORDER BY warehouse.priority, warehouse.id
"""

TERM_COLUMNS = """
    term.id, term.relationship_id, term.sku_id, term.lead_time_days, term.lead_time_spread_days,
    term.service_level_bp, term.review_days, term.confirm_days, term.order_minimum, term.pack_id,
    term.shelf_life_days, term.max_cover_days
"""

FETCH_TRADING_TERMS = f"""
    SELECT {TERM_COLUMNS}
      FROM replenishment.term AS term
      JOIN organizations.trading_relationship AS edge
        ON edge.network_id = $1
       AND edge.id = term.relationship_id
       AND edge.buyer_org_id = $2
     WHERE term.network_id = $1 AND term.org_id = $2
     ORDER BY term.relationship_id, term.sku_id NULLS LAST
"""

FETCH_FORECASTS = """
    SELECT forecast.warehouse_id, forecast.sku_id, forecast.method, forecast.sigma_milli,
           forecast.mean_milli[greatest(1, $3::date - forecast.first_day + 1):] AS mean_milli
      FROM replenishment.forecast AS forecast
     WHERE forecast.network_id = $1 AND forecast.org_id = $2
       AND ($4::bigint[] IS NULL OR forecast.warehouse_id = ANY($4))
"""

# What stands, what comes of own orders, what is owed on edges that hold nothing. An order's line
# comes to the warehouse that it is meant for, as long as that is open, else to the first, as when
# it is received. Bundles come, and are owed, as their components. $3: SKUs, or null for all.
FETCH_POSITIONS = """
    WITH own AS (
        SELECT warehouse.id, warehouse.priority
          FROM inventory.warehouse AS warehouse
         WHERE warehouse.network_id = $1 AND warehouse.org_id = $2 AND warehouse.is_active
    ), first_warehouse AS (
        SELECT own.id FROM own ORDER BY own.priority, own.id LIMIT 1
    ), part AS (
        SELECT level.warehouse_id, level.sku_id, level.on_hand, level.held,
               0::numeric AS incoming, 0::numeric AS backorders
          FROM own
          JOIN inventory.stock_level AS level
            ON level.network_id = $1 AND level.warehouse_id = own.id
         WHERE ($3::bigint[] IS NULL OR level.sku_id = ANY($3))
           AND level.on_hand > 0
         UNION ALL
        SELECT coalesce(meant.id, (SELECT id FROM first_warehouse)),
               coalesce(component.component_sku_id, line.sku_id), 0, 0,
               (line.quantity - line.refused_quantity - line.cancelled_quantity
                - line.counted_quantity) * coalesce(component.quantity, 1),
               0
          FROM ordering.trade_order AS trade_order
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = trade_order.id
          LEFT JOIN catalog.sku_component AS component
            ON component.network_id = $1 AND component.bundle_sku_id = line.sku_id
          LEFT JOIN own AS meant ON meant.id = line.receiving_warehouse_id
         WHERE trade_order.network_id = $1
           AND trade_order.buyer_org_id = $2
           AND trade_order.state IN ('in_review', 'to_confirm', 'to_ship', 'to_receive')
           AND ($3 IS NULL OR coalesce(component.component_sku_id, line.sku_id) = ANY($3))
         UNION ALL
        SELECT server.warehouse_id, coalesce(component.component_sku_id, line.sku_id), 0, 0, 0,
               (line.quantity - line.refused_quantity - line.cancelled_quantity
                - line.shipped_quantity) * coalesce(component.quantity, 1)
          FROM ordering.trade_order AS trade_order
         CROSS JOIN LATERAL (
               SELECT serving.warehouse_id
                 FROM inventory.serving_warehouse AS serving
                WHERE serving.network_id = $1
                  AND serving.relationship_id = trade_order.relationship_id
                ORDER BY serving.priority, serving.warehouse_id
                LIMIT 1) AS server
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = trade_order.id
          LEFT JOIN catalog.sku_component AS component
            ON component.network_id = $1 AND component.bundle_sku_id = line.sku_id
         WHERE trade_order.network_id = $1
           AND trade_order.seller_org_id = $2
           AND trade_order.state IN ('in_review', 'to_confirm', 'to_ship')
           AND NOT trade_order.holds_stock
           AND ($3 IS NULL OR coalesce(component.component_sku_id, line.sku_id) = ANY($3))
    )
    SELECT part.warehouse_id, part.sku_id, sum(part.on_hand)::bigint AS on_hand,
           sum(part.held)::bigint AS held, sum(part.incoming)::bigint AS incoming,
           sum(part.backorders)::bigint AS backorders
      FROM part
     WHERE part.warehouse_id IS NOT NULL
     GROUP BY part.warehouse_id, part.sku_id
"""

# Of stock that has been there since before $3: which nobody has asked for since then.
FETCH_SILENT = (
    "WITH"
    + PLACES
    + """
    , asked AS (
        SELECT DISTINCT place.warehouse_id, demand.sku_id
          FROM place
          JOIN replenishment.demand_day AS demand
            ON demand.network_id = $1
           AND demand.place_type = place.place_type
           AND demand.place_id = place.place_id
           AND demand.day >= $3
    )
    SELECT level.warehouse_id, level.sku_id
      FROM inventory.warehouse AS warehouse
      JOIN inventory.stock_level AS level
        ON level.network_id = $1
       AND level.warehouse_id = warehouse.id
       AND level.on_hand > level.held
     CROSS JOIN LATERAL (
           SELECT movement.occurred_at
             FROM inventory.stock_movement AS movement
            WHERE movement.network_id = $1
              AND movement.warehouse_id = level.warehouse_id
              AND movement.sku_id = level.sku_id
            ORDER BY movement.id
            LIMIT 1) AS first_movement
     WHERE warehouse.network_id = $1
       AND warehouse.org_id = $2
       AND warehouse.is_active
       AND first_movement.occurred_at < $3
       AND NOT EXISTS (SELECT
                         FROM asked
                        WHERE asked.warehouse_id = level.warehouse_id
                          AND asked.sku_id = level.sku_id)
"""
)

# What the month's budgets leave: less what was ordered in it, as far as it is still to be paid.
FETCH_BUDGETS = """
    SELECT budget.currency,
           (budget.amount_minor - coalesce(spent.amount_minor, 0))::bigint AS left_minor
      FROM replenishment.budget AS budget
      LEFT JOIN LATERAL (
           SELECT sum(line.open_minor + line.owed_minor - line.returned_minor) AS amount_minor
             FROM ordering.trade_order AS trade_order
             JOIN ordering.order_line AS line
               ON line.network_id = $1 AND line.order_id = trade_order.id
            WHERE trade_order.network_id = $1
              AND trade_order.buyer_org_id = $2
              AND trade_order.currency = budget.currency
              AND trade_order.placed_at >= ($3::date::timestamp AT TIME ZONE interval '8 hours')
              AND trade_order.placed_at <
                  (($3::date + interval '1 month') AT TIME ZONE interval '8 hours')) AS spent
        ON true
     WHERE budget.network_id = $1 AND budget.org_id = $2 AND budget.month = $3
"""


async def lock_desk(conn: Connection, network_id: int, org_id: int) -> None:
    """Until the unit of work ends; before orders are placed, which lock accounts and stock."""
    await conn.execute(LOCK_DESK, network_id, org_id)


async def lock_desk_within(
    conn: Connection, network_id: int, org_id: int, patience_ms: int
) -> bool:
    """As `lock_desk`; False if others have held it for so long, and then the unit of work is lost.
    With 0 it waits for ever."""
    await conn.execute(LIMIT_LOCK_WAITS, str(patience_ms))
    try:
        await lock_desk(conn, network_id, org_id)
    except asyncpg.LockNotAvailableError:
        return False
    await conn.execute(LIMIT_LOCK_WAITS, "0")
    return True


async def fetch_own_warehouses(
    conn: Connection, network_id: int, org_id: int
) -> list[tuple[int, str]]:
    """(Id, region); goods for which no other is named are received in the first."""
    rows = await conn.fetch(FETCH_OWN_WAREHOUSES, network_id, org_id)
    return [(row["id"], row["region"]) for row in rows]


async def fetch_trading_terms(conn: Connection, network_id: int, org_id: int) -> list[Term]:
    """Of edges that trade now; by edge, those of one SKU first."""
    rows = await conn.fetch(FETCH_TRADING_TERMS, network_id, org_id)
    return [Term(**row) for row in rows]


async def fetch_forecasts(
    conn: Connection,
    network_id: int,
    org_id: int,
    today: date,
    warehouse_ids: Sequence[int] | None,
) -> dict[tuple[int, int], Any]:
    """By warehouse and SKU, from today on."""
    rows = await conn.fetch(FETCH_FORECASTS, network_id, org_id, today, warehouse_ids)
    return {(row["warehouse_id"], row["sku_id"]): row for row in rows}


async def fetch_positions(
    conn: Connection, network_id: int, org_id: int, sku_ids: Sequence[int] | None = None
) -> dict[tuple[int, int], Position]:
    """By warehouse and SKU; where there is nothing at all, none."""
    rows = await conn.fetch(FETCH_POSITIONS, network_id, org_id, sku_ids)
    return {
        (row["warehouse_id"], row["sku_id"]): Position(
            on_hand=row["on_hand"],
            held=row["held"],
            incoming=row["incoming"],
            backorders=row["backorders"],
        )
        for row in rows
    }


async def fetch_silent(
    conn: Connection, network_id: int, org_id: int, since: date
) -> set[tuple[int, int]]:
    rows = await conn.fetch(FETCH_SILENT, network_id, org_id, since)
    return {(row["warehouse_id"], row["sku_id"]) for row in rows}


async def fetch_budgets(
    conn: Connection, network_id: int, org_id: int, month: date
) -> dict[str, int]:
    rows = await conn.fetch(FETCH_BUDGETS, network_id, org_id, month)
    return {row["currency"]: row["left_minor"] for row in rows}
