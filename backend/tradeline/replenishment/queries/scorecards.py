"""What became of a supplier's promises, in one pass over its orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import asyncpg

from tradeline.kernel import TRADE_ZONE, Actor, Connection
from tradeline.replenishment.scorecards import Figures, LeadTime

# Each sum is made for every month, and once over all of them, where the month is null. A line
# without a day that it was due on is due by any.
SUM_SCORECARDS = """
    WITH placed AS (
        SELECT trade_order.relationship_id, trade_order.id, trade_order.placed_at,
               trade_order.requested_on,
               to_char(trade_order.placed_at AT TIME ZONE interval '8 hours', 'YYYY-MM') AS month
          FROM organizations.relationship AS edge
          JOIN ordering.trade_order AS trade_order
            ON trade_order.network_id = $1 AND trade_order.relationship_id = edge.id
         WHERE edge.network_id = $1
           AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
           AND edge.id = ANY($3::bigint[])
           AND trade_order.placed_at >= $4
           AND trade_order.placed_at < $5
    ), received AS (
        SELECT placed.relationship_id, placed.month, placed.placed_at, receipt.id,
               receipt.received_at,
               (receipt.received_at AT TIME ZONE interval '8 hours')::date AS received_on
          FROM placed
          JOIN ordering.shipment AS shipment
            ON shipment.network_id = $1 AND shipment.order_id = placed.id
          JOIN ordering.receipt AS receipt
            ON receipt.network_id = $1 AND receipt.shipment_id = shipment.id
    ), counted AS (
        SELECT received.relationship_id, received.month, received.received_on,
               line.order_line_id, line.shipped_quantity, line.received_quantity,
               line.damaged_quantity
          FROM received
          JOIN ordering.receipt_line AS line
            ON line.network_id = $1 AND line.receipt_id = received.id
    ), ordered AS (
        SELECT placed.relationship_id, placed.month, line.id,
               line.quantity - line.cancelled_quantity + line.cut_quantity AS wanted,
               line.quantity - line.refused_quantity - line.cancelled_quantity AS promised,
               line.quantity - line.refused_quantity - line.cancelled_quantity
               - line.counted_quantity AS open,
               coalesce(line.first_promised_on, line.promised_on, placed.requested_on) AS due_on
          FROM placed
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = placed.id
         WHERE line.replaces_line_id IS NULL
    ), judged AS (
        SELECT ordered.relationship_id, ordered.month, ordered.promised, ordered.due_on,
               ordered.open,
               ordered.wanted - CASE WHEN ordered.due_on < $6 THEN 0 ELSE ordered.open END AS due,
               coalesce(came.received, 0) AS received, coalesce(came.counted, 0) AS counted
          FROM ordered
          LEFT JOIN (SELECT ordered.id, sum(counted.received_quantity) AS received,
                            sum(counted.shipped_quantity) AS counted
                       FROM ordered
                       JOIN counted ON counted.order_line_id = ordered.id
                      WHERE ordered.due_on IS NULL OR counted.received_on <= ordered.due_on
                      GROUP BY ordered.id) AS came
            ON came.id = ordered.id
    ), filled AS (
        SELECT relationship_id, month, sum(due)::bigint AS due_quantity,
               sum(least(received, due))::bigint AS filled_quantity,
               count(*) FILTER (WHERE is_due) AS due_lines,
               count(*) FILTER (WHERE is_due AND counted >= promised) AS lines_on_time
          FROM judged
         CROSS JOIN LATERAL (
               SELECT promised > 0 AND due_on IS NOT NULL AND (due_on < $6 OR open = 0) AS is_due
              ) AS told
         GROUP BY GROUPING SETS ((relationship_id, month), (relationship_id))
    ), came AS (
        SELECT relationship_id, month, sum(shipped_quantity)::bigint AS counted_quantity,
               sum(greatest(shipped_quantity - received_quantity - damaged_quantity, 0))::bigint
                   AS short_quantity,
               sum(damaged_quantity)::bigint AS damaged_quantity
          FROM counted
         GROUP BY GROUPING SETS ((relationship_id, month), (relationship_id))
    ), led AS (
        SELECT relationship_id, month, count(*) AS deliveries,
               avg(extract(epoch FROM received_at - placed_at)) / 86400 AS mean_days,
               coalesce(stddev_samp(extract(epoch FROM received_at - placed_at)), 0) / 86400
                   AS spread_days
          FROM received
         GROUP BY GROUPING SETS ((relationship_id, month), (relationship_id))
    ), answered AS (
        SELECT placed.relationship_id, placed.month,
               avg(extract(epoch FROM event.occurred_at - placed.placed_at)) / 3600
                   AS confirmation_hours
          FROM placed
          JOIN ordering.order_event AS event
            ON event.network_id = $1 AND event.order_id = placed.id AND event.step = 'confirm'
         GROUP BY GROUPING SETS ((placed.relationship_id, placed.month), (placed.relationship_id))
    ), spine AS (
        SELECT relationship_id, month, count(*) AS order_count
          FROM placed
         GROUP BY GROUPING SETS ((relationship_id, month), (relationship_id))
    )
    SELECT spine.relationship_id, spine.month, spine.order_count, filled.due_quantity,
           filled.filled_quantity, filled.due_lines, filled.lines_on_time, came.counted_quantity,
           came.short_quantity, came.damaged_quantity, led.deliveries, led.mean_days,
           led.spread_days, answered.confirmation_hours
      FROM spine
      LEFT JOIN filled
        ON filled.relationship_id = spine.relationship_id
       AND filled.month IS NOT DISTINCT FROM spine.month
      LEFT JOIN came
        ON came.relationship_id = spine.relationship_id
       AND came.month IS NOT DISTINCT FROM spine.month
      LEFT JOIN led
        ON led.relationship_id = spine.relationship_id
       AND led.month IS NOT DISTINCT FROM spine.month
      LEFT JOIN answered
        ON answered.relationship_id = spine.relationship_id
       AND answered.month IS NOT DISTINCT FROM spine.month
     ORDER BY spine.relationship_id, spine.month
"""

# For the edge as a whole each receipt counts once, for a SKU each receipt of a line of it.
FETCH_LEAD_TIMES = """
    WITH received AS (
        SELECT trade_order.relationship_id, receipt.id,
               extract(epoch FROM receipt.received_at - trade_order.placed_at) / 86400 AS days
          FROM ordering.trade_order AS trade_order
          JOIN ordering.shipment AS shipment
            ON shipment.network_id = $1 AND shipment.order_id = trade_order.id
          JOIN ordering.receipt AS receipt
            ON receipt.network_id = $1 AND receipt.shipment_id = shipment.id
         WHERE trade_order.network_id = $1
           AND trade_order.relationship_id = ANY($2::bigint[])
           AND receipt.received_at >= now() - make_interval(days => $3)
    )
    SELECT relationship_id, NULL::bigint AS sku_id, count(*) AS deliveries,
           avg(days) AS mean_days, coalesce(stddev_samp(days), 0) AS spread_days
      FROM received
     GROUP BY relationship_id
     UNION ALL
    SELECT received.relationship_id, line.sku_id, count(*), avg(received.days),
           coalesce(stddev_samp(received.days), 0)
      FROM received
      JOIN ordering.receipt_line AS counted
        ON counted.network_id = $1 AND counted.receipt_id = received.id
      JOIN ordering.order_line AS line
        ON line.network_id = $1 AND line.id = counted.order_line_id
     GROUP BY received.relationship_id, line.sku_id
"""
LEAD_TIME_DAYS = 365
PLACES = Decimal("0.0001")


async def sum_scorecards(
    conn: Connection,
    actor: Actor,
    relationship_ids: Sequence[int],
    first: date,
    last: date,
    today: date,
) -> list[tuple[int, str | None, Figures]]:
    """The figures of those edges of which the actor is a side, by month; in sum without one."""
    rows = await conn.fetch(
        SUM_SCORECARDS,
        actor.network_id,
        actor.org_id,
        list(relationship_ids),
        _midnight(first),
        _midnight(last + timedelta(days=1)),
        today,
    )
    return [(row["relationship_id"], row["month"], _figures(row)) for row in rows]


async def fetch_lead_times(
    conn: Connection, network_id: int, relationship_ids: Sequence[int]
) -> dict[tuple[int, int | None], LeadTime]:
    """What receipts of the last year tell, by (relationship, SKU) and (relationship, None)."""
    rows = await conn.fetch(FETCH_LEAD_TIMES, network_id, list(relationship_ids), LEAD_TIME_DAYS)
    return {(row["relationship_id"], row["sku_id"]): _lead_time(row) for row in rows}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TRADE_ZONE)


def _lead_time(row: asyncpg.Record) -> LeadTime:
    return LeadTime(
        mean_days=row["mean_days"].quantize(PLACES),
        spread_days=row["spread_days"].quantize(PLACES),
        deliveries=row["deliveries"],
    )


def _figures(row: asyncpg.Record) -> Figures:
    counts: dict[str, Any] = {
        name: row[name] or 0
        for name in (
            "order_count",
            "due_quantity",
            "filled_quantity",
            "due_lines",
            "lines_on_time",
            "counted_quantity",
            "short_quantity",
            "damaged_quantity",
        )
    }
    hours = row["confirmation_hours"]
    return Figures(
        **counts,
        lead_time=_lead_time(row) if row["deliveries"] else None,
        confirmation_hours=None if hours is None else hours.quantize(PLACES),
    )
