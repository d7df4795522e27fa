"""What suppliers are late or short with: found in one pass, raised and healed by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import asyncpg

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.replenishment.alerts import Alert, AlertCount, AlertFilter, AlertKind

# Edges that somebody plans by, with the days that their sellers have to confirm.
PLANNED = """
    SELECT edge.network_id, edge.id, edge.seller_org_id, edge.buyer_org_id,
           coalesce(max(term.confirm_days) FILTER (WHERE term.sku_id IS NULL), $2) AS confirm_days
      FROM replenishment.term AS term
      JOIN organizations.relationship AS edge
        ON edge.network_id = term.network_id AND edge.id = term.relationship_id
     GROUP BY edge.network_id, edge.id
"""

# What is wrong now. The states are written out: so the planner knows that few orders are open.
# Their lines are looked up order by order (hence OFFSET 0), for nearly all are of closed ones. $1
# is today, $3 the days for which a shortage is news: it is found by the receipts of these days, for
# most orders were closed long ago.
MATTERS = f"""
    planned AS ({PLANNED}
    ), trading AS (
        SELECT planned.network_id, planned.id AS relationship_id, planned.seller_org_id,
               planned.buyer_org_id, planned.confirm_days, trade_order.id AS order_id,
               trade_order.state, trade_order.placed_at
          FROM planned
          JOIN ordering.trade_order AS trade_order
            ON trade_order.network_id = planned.network_id
           AND trade_order.seller_org_id = planned.seller_org_id
           AND trade_order.state IN ('to_confirm', 'to_ship', 'to_receive')
           AND trade_order.relationship_id = planned.id
    ), came_short AS (
        SELECT DISTINCT receipt.network_id, receipt.order_id, counted.order_line_id
          FROM (SELECT DISTINCT planned.network_id FROM planned) AS network
          JOIN ordering.receipt AS receipt
            ON receipt.network_id = network.network_id
           AND receipt.received_at >= $1::date - make_interval(days => $3)
          JOIN ordering.receipt_line AS counted
            ON counted.network_id = receipt.network_id
           AND counted.receipt_id = receipt.id
           AND counted.received_quantity < counted.shipped_quantity
    ), matter AS (
        SELECT trading.*, 'late_confirmation' AS kind, NULL::bigint AS order_line_id,
               confirm_by.day AS due_on, line.quantity
          FROM trading
         CROSS JOIN LATERAL (
               SELECT (trading.placed_at AT TIME ZONE interval '8 hours')::date
                      + trading.confirm_days AS day) AS confirm_by
         CROSS JOIN LATERAL (
               SELECT sum(line.quantity - line.refused_quantity - line.cancelled_quantity)::bigint
                          AS quantity
                 FROM ordering.order_line AS line
                WHERE line.network_id = trading.network_id
                  AND line.order_id = trading.order_id) AS line
         WHERE trading.state = 'to_confirm' AND confirm_by.day < $1
         UNION ALL
        SELECT trading.*, 'late_delivery', line.id, line.promised_on,
               line.quantity - line.refused_quantity - line.cancelled_quantity
               - line.counted_quantity
          FROM trading
         CROSS JOIN LATERAL (
               SELECT *
                 FROM ordering.order_line AS one
                WHERE one.network_id = trading.network_id AND one.order_id = trading.order_id
               OFFSET 0) AS line
         WHERE trading.state IN ('to_ship', 'to_receive')
           AND line.promised_on < $1
           AND line.quantity - line.refused_quantity - line.cancelled_quantity
               > line.counted_quantity
         UNION ALL
        SELECT planned.network_id, planned.id, planned.seller_org_id, planned.buyer_org_id,
               planned.confirm_days, trade_order.id, trade_order.state, trade_order.placed_at,
               'short_receipt', line.id, NULL, line.counted_quantity - line.received_quantity
          FROM came_short
          JOIN ordering.trade_order AS trade_order
            ON trade_order.network_id = came_short.network_id
           AND trade_order.id = came_short.order_id
          JOIN planned
            ON planned.network_id = trade_order.network_id
           AND planned.id = trade_order.relationship_id
          JOIN ordering.order_line AS line
            ON line.network_id = came_short.network_id
           AND line.id = came_short.order_line_id
         WHERE line.counted_quantity > line.received_quantity)
"""

# A shortage that has grown is raised anew; whatever else was raised once, was. What is closed is no
# matter any more, and what is raised is one: no row is both.
WATCH_SUPPLY = f"""
    WITH {MATTERS}, healed AS (
        UPDATE replenishment.alert AS alert
           SET healed_at = now()
         WHERE alert.healed_at IS NULL
           AND NOT EXISTS (SELECT
                             FROM matter
                            WHERE matter.network_id = alert.network_id
                              AND matter.order_id = alert.order_id
                              AND matter.kind = alert.kind
                              AND matter.order_line_id IS NOT DISTINCT FROM alert.order_line_id
                              AND matter.due_on IS NOT DISTINCT FROM alert.due_on)
    ), raised AS (
        INSERT INTO replenishment.alert AS alert
               (network_id, kind, relationship_id, order_id, order_line_id, due_on, quantity)
        SELECT network_id, kind, relationship_id, order_id, order_line_id, due_on, quantity
          FROM matter
         ORDER BY network_id, order_id, order_line_id
            ON CONFLICT ON CONSTRAINT one_alert_for_each_matter
            DO UPDATE SET quantity = excluded.quantity, healed_at = NULL
         WHERE alert.kind = 'short_receipt' AND alert.quantity < excluded.quantity
        RETURNING network_id, id, kind, order_id, order_line_id
    )
    SELECT raised.network_id, raised.id, raised.kind, raised.order_id, matter.seller_org_id,
           matter.buyer_org_id
      FROM raised
      JOIN matter
        ON matter.network_id = raised.network_id
       AND matter.order_id = raised.order_id
       AND matter.kind = raised.kind
       AND matter.order_line_id IS NOT DISTINCT FROM raised.order_line_id
     ORDER BY raised.network_id, raised.id
"""

ALERT_COLUMNS = """
    alert.id, alert.kind, alert.relationship_id, alert.order_id, alert.order_line_id, alert.due_on,
    alert.quantity, alert.raised_at, alert.healed_at
"""

LIST_ALERTS = f"""
    SELECT {ALERT_COLUMNS}
      FROM organizations.relationship AS edge
      JOIN replenishment.alert AS alert
        ON alert.network_id = $1 AND alert.relationship_id = edge.id
     WHERE edge.network_id = $1
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
       AND ($3::bigint IS NULL OR edge.id = $3)
       AND ($4::text IS NULL OR alert.kind = $4)
       AND ($5::boolean IS NULL OR (alert.healed_at IS NULL) = $5)
       AND ($6::bigint IS NULL OR alert.id < $6)
     ORDER BY alert.id DESC
     LIMIT $7
"""

# As `Alert.since` counts the days, which $5 is one of.
LIST_OPEN_ALERTS = f"""
    SELECT {ALERT_COLUMNS}
      FROM organizations.relationship AS edge
      JOIN replenishment.alert AS alert
        ON alert.network_id = $1 AND alert.relationship_id = edge.id AND alert.healed_at IS NULL
     CROSS JOIN LATERAL (
           SELECT coalesce(alert.due_on, (alert.raised_at AT TIME ZONE interval '8 hours')::date)
                  - DATE '0001-01-01' + 1 AS day) AS since
     WHERE edge.network_id = $1
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
       AND ($3::bigint IS NULL OR edge.id = $3)
       AND ($4::text IS NULL OR alert.kind = $4)
       AND ($5::bigint IS NULL OR (since.day, alert.id) > ($5, $6::bigint))
     ORDER BY since.day, alert.id
     LIMIT $7
"""

COUNT_ALERTS = """
    SELECT alert.kind, count(*) AS count
      FROM organizations.relationship AS edge
      JOIN replenishment.alert AS alert
        ON alert.network_id = $1 AND alert.relationship_id = edge.id AND alert.healed_at IS NULL
     WHERE edge.network_id = $1
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
     GROUP BY alert.kind
     ORDER BY alert.kind
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert that was just raised, and whom it concerns."""

    network_id: int
    id: int
    kind: AlertKind
    order_id: int
    seller_org_id: int
    buyer_org_id: int


async def watch_supply(
    conn: Connection, today: date, confirm_days: int, news_days: int
) -> list[Raised]:
    """Raise what was not raised before, and close what is no longer so, over all networks; what was
    raised, by network."""
    rows = await conn.fetch(WATCH_SUPPLY, today, confirm_days, news_days)
    return [Raised(**(dict(row) | {"kind": AlertKind(row["kind"])})) for row in rows]


async def list_alerts(
    conn: Connection, actor: Actor, page: PageRequest, only: AlertFilter
) -> list[Alert]:
    """Those of edges to which the actor's organization is a side: open ones, where only these are
    asked for, by how long it has been so, else newest first."""
    wanted = (actor.network_id, actor.org_id, only.relationship_id, only.kind)
    if only.is_open:
        behind = page.after or (None, None)
        rows = await conn.fetch(LIST_OPEN_ALERTS, *wanted, *behind, page.limit)
    else:
        last_id = None if page.after is None else page.after[0]
        rows = await conn.fetch(LIST_ALERTS, *wanted, only.is_open, last_id, page.limit)
    return [_alert(row) for row in rows]


async def count_alerts(conn: Connection, actor: Actor) -> list[AlertCount]:
    rows = await conn.fetch(COUNT_ALERTS, actor.network_id, actor.org_id)
    return [AlertCount(kind=AlertKind(row["kind"]), count=row["count"]) for row in rows]


def _alert(row: asyncpg.Record) -> Alert:
    return Alert(**(dict(row) | {"kind": AlertKind(row["kind"])}))
