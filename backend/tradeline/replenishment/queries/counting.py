"""Counting demand from orders, over all networks; for the owner's connection, and the doctor."""

from __future__ import annotations

from typing import NamedTuple

from tradeline.kernel import Connection
from tradeline.replenishment.model import DemandSource

FETCH_NETWORKS = "SELECT id FROM organizations.network ORDER BY id"

MAKE_MARK = """
    INSERT INTO replenishment.demand_mark (network_id, source)
    VALUES ($1, $2)
        ON CONFLICT DO NOTHING
"""

# What is read is no longer looked at once all is read up to the bound: then the bound moves to
# where the time line ends now. Whoever has an id below it, and has not committed, is running, and
# has a transaction id below `bound_xid`.
MOVE_BOUND = """
    UPDATE replenishment.demand_mark AS mark
       SET bound_id = coalesce((SELECT max(event.id) FROM {events} AS event
                                 WHERE event.network_id = $1), 0),
           bound_xid = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
     WHERE mark.network_id = $1 AND mark.source = $2 AND mark.read_to = mark.bound_id
"""

LOCK_MARK = """
    SELECT mark.read_to, mark.bound_id,
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= mark.bound_xid AS is_quiet
      FROM replenishment.demand_mark AS mark
     WHERE mark.network_id = $1 AND mark.source = $2
       FOR UPDATE
"""

READ_TIME_LINE = """
    SELECT count(*) AS steps, max(step.id) AS last_id
      FROM (SELECT event.id
              FROM {events} AS event
             WHERE event.network_id = $1 AND event.id > $2 AND event.id <= $3
             ORDER BY event.id
             LIMIT $4) AS step
"""

MOVE_MARK = """
    UPDATE replenishment.demand_mark
       SET read_to = $3
     WHERE network_id = $1 AND source = $2
"""

EVENTS = {
    DemandSource.ORDER: "ordering.order_event",
    DemandSource.CONSUMER_ORDER: "shopping.order_event",
}
MOVE_BOUND_OF = {source: MOVE_BOUND.format(events=EVENTS[source]) for source in DemandSource}
READ_TIME_LINE_OF = {
    source: READ_TIME_LINE.format(events=EVENTS[source]) for source in DemandSource
}

# To whose orders something has happened. They may be many: only SQL sees them.
CHANGED = """
            SELECT event.order_id
              FROM {events} AS event
             WHERE event.network_id = $1 AND event.id > $2 AND event.id <= $3
"""
CHANGED_OF = {source: CHANGED.format(events=EVENTS[source]) for source in DemandSource}

WIDEN_SPANS = """
    INSERT INTO replenishment.demand_span AS span
           (network_id, source, day, first_order_id, last_order_id)
    SELECT $1, $4, ({moment} AT TIME ZONE interval '8 hours')::date, min(id), max(id)
      FROM {orders}
     WHERE network_id = $1 AND id IN ({changed}) AND {moment} IS NOT NULL
     GROUP BY 3
        ON CONFLICT (network_id, source, day)
        DO UPDATE SET first_order_id = least(span.first_order_id, excluded.first_order_id),
                      last_order_id = greatest(span.last_order_id, excluded.last_order_id)
"""
WIDEN_SPANS_OF = {
    DemandSource.ORDER: WIDEN_SPANS.format(
        orders="ordering.trade_order",
        moment="placed_at",
        changed=CHANGED_OF[DemandSource.ORDER],
    ),
    DemandSource.CONSUMER_ORDER: WIDEN_SPANS.format(
        orders="shopping.consumer_order",
        moment="paid_at",
        changed=CHANGED_OF[DemandSource.CONSUMER_ORDER],
    ),
}

# What consumers paid for and was not called off, as its components. `touched` are (store, day).
SOLD_AT_STORES = """
    SELECT touched.place_id, touched.day,
           coalesce(component.component_sku_id, line.sku_id) AS sku_id,
           max(consumer_order.seller_org_id) AS org_id,
           sum((line.quantity - line.cancelled_quantity) * coalesce(component.quantity, 1))::bigint
               AS quantity,
           sum(line.returned_quantity * coalesce(component.quantity, 1))::bigint AS returned,
           EXISTS (
               SELECT
                 FROM marketing.campaign_store AS shop
                 JOIN marketing.campaign AS campaign
                   ON campaign.network_id = touched.network_id
                  AND campaign.id = shop.campaign_id
                  AND campaign.state <> 'draft'
                WHERE shop.network_id = touched.network_id
                  AND shop.store_id = touched.place_id
                  AND (campaign.valid_from AT TIME ZONE interval '8 hours')::date <= touched.day
                  AND (campaign.valid_to AT TIME ZONE interval '8 hours')::date >= touched.day)
               AS is_promoted
      FROM touched
      JOIN replenishment.demand_span AS span
        ON span.network_id = touched.network_id
       AND span.source = 'consumer_order'
       AND span.day = touched.day
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = touched.network_id
       AND consumer_order.store_id = touched.place_id
       AND consumer_order.id BETWEEN span.first_order_id AND span.last_order_id
       AND (consumer_order.paid_at AT TIME ZONE interval '8 hours')::date = touched.day
      JOIN shopping.order_line AS line
        ON line.network_id = touched.network_id AND line.order_id = consumer_order.id
      LEFT JOIN catalog.sku_component AS component
        ON component.network_id = touched.network_id AND component.bundle_sku_id = line.sku_id
     GROUP BY touched.network_id, touched.place_id, touched.day, 3
    HAVING sum(line.quantity - line.cancelled_quantity) > 0
"""

# What buyers ordered, and what went to consumers on the edge as legs. What the seller refused, or
# called off by itself, was asked for all the same; what replaces another line was not.
ASKED_ON_EDGES = """
    SELECT piece.place_id, piece.day, coalesce(component.component_sku_id, piece.sku_id) AS sku_id,
           max(edge.seller_org_id) AS org_id,
           sum(piece.quantity * coalesce(component.quantity, 1))::bigint AS quantity,
           sum(piece.returned * coalesce(component.quantity, 1))::bigint AS returned,
           false AS is_promoted
      FROM (SELECT touched.network_id, touched.place_id, touched.day, line.sku_id,
                   line.quantity - line.cancelled_quantity + line.cut_quantity AS quantity,
                   line.returned_quantity AS returned
              FROM touched
              JOIN replenishment.demand_span AS span
                ON span.network_id = touched.network_id
               AND span.source = 'order'
               AND span.day = touched.day
              JOIN ordering.trade_order AS trade_order
                ON trade_order.network_id = touched.network_id
               AND trade_order.relationship_id = touched.place_id
               AND trade_order.id BETWEEN span.first_order_id AND span.last_order_id
               AND (trade_order.placed_at AT TIME ZONE interval '8 hours')::date = touched.day
              JOIN ordering.order_line AS line
                ON line.network_id = touched.network_id
               AND line.order_id = trade_order.id
               AND line.replaces_line_id IS NULL
             UNION ALL
            SELECT touched.network_id, touched.place_id, touched.day, line.sku_id,
                   line.quantity - line.cancelled_quantity, line.returned_quantity
              FROM touched
              JOIN replenishment.demand_span AS span
                ON span.network_id = touched.network_id
               AND span.source = 'consumer_order'
               AND span.day = touched.day
              JOIN shopping.leg AS leg
                ON leg.network_id = touched.network_id
               AND leg.relationship_id = touched.place_id
               AND leg.order_id BETWEEN span.first_order_id AND span.last_order_id
              JOIN shopping.consumer_order AS consumer_order
                ON consumer_order.network_id = touched.network_id
               AND consumer_order.id = leg.order_id
               AND (consumer_order.paid_at AT TIME ZONE interval '8 hours')::date = touched.day
              JOIN shopping.leg_line AS part
                ON part.network_id = touched.network_id
               AND part.order_id = leg.order_id
               AND part.tier = leg.tier
              JOIN shopping.order_line AS line
                ON line.network_id = touched.network_id AND line.id = part.order_line_id) AS piece
      JOIN organizations.relationship AS edge
        ON edge.network_id = piece.network_id AND edge.id = piece.place_id
      LEFT JOIN catalog.sku_component AS component
        ON component.network_id = piece.network_id AND component.bundle_sku_id = piece.sku_id
     GROUP BY piece.place_id, piece.day, 3
    HAVING sum(piece.quantity) > 0
"""

# Days are counted whole and anew: what no order tells of any more goes.
STORE_COUNTED = """
    , counted AS ({counted})
    , gone AS (
        DELETE FROM replenishment.demand_day AS fact
         USING touched
         WHERE fact.network_id = $1
           AND fact.place_type = '{place_type}'
           AND fact.place_id = touched.place_id
           AND fact.day = touched.day
           AND NOT EXISTS (SELECT
                             FROM counted
                            WHERE counted.place_id = fact.place_id
                              AND counted.day = fact.day
                              AND counted.sku_id = fact.sku_id))
    INSERT INTO replenishment.demand_day AS fact
           (network_id, place_type, place_id, day, sku_id, org_id, quantity, returned, is_promoted)
    SELECT $1, '{place_type}', place_id, day, sku_id, org_id, quantity, returned, is_promoted
      FROM counted
        ON CONFLICT (network_id, place_type, place_id, day, sku_id)
        DO UPDATE SET org_id = excluded.org_id,
                      quantity = excluded.quantity,
                      returned = excluded.returned,
                      is_promoted = excluded.is_promoted
         WHERE (fact.org_id, fact.quantity, fact.returned, fact.is_promoted)
               IS DISTINCT FROM
               (excluded.org_id, excluded.quantity, excluded.returned, excluded.is_promoted)
"""

COUNT_STORES = f"""
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT $1::bigint AS network_id, store_id AS place_id,
               (paid_at AT TIME ZONE interval '8 hours')::date AS day
          FROM shopping.consumer_order
         WHERE network_id = $1
           AND id IN ({CHANGED_OF[DemandSource.CONSUMER_ORDER]})
           AND paid_at IS NOT NULL)
""" + STORE_COUNTED.format(counted=SOLD_AT_STORES, place_type="store")

EDGES_OF_LEGS = f"""
        SELECT DISTINCT $1::bigint AS network_id, leg.relationship_id AS place_id,
               (consumer_order.paid_at AT TIME ZONE interval '8 hours')::date AS day
          FROM shopping.consumer_order AS consumer_order
          JOIN shopping.leg AS leg
            ON leg.network_id = $1 AND leg.order_id = consumer_order.id
         WHERE consumer_order.network_id = $1
           AND consumer_order.id IN ({CHANGED_OF[DemandSource.CONSUMER_ORDER]})
           AND consumer_order.paid_at IS NOT NULL
"""
EDGES_OF_ORDERS = f"""
        SELECT DISTINCT $1::bigint AS network_id, relationship_id AS place_id,
               (placed_at AT TIME ZONE interval '8 hours')::date AS day
          FROM ordering.trade_order
         WHERE network_id = $1 AND id IN ({CHANGED_OF[DemandSource.ORDER]})
"""
COUNT_EDGES_OF_LEGS = f"WITH touched AS MATERIALIZED ({EDGES_OF_LEGS})" + STORE_COUNTED.format(
    counted=ASKED_ON_EDGES, place_type="edge"
)
COUNT_EDGES_OF_ORDERS = f"WITH touched AS MATERIALIZED ({EDGES_OF_ORDERS})" + STORE_COUNTED.format(
    counted=ASKED_ON_EDGES, place_type="edge"
)

FORGET_COUNTED = """
    WITH marks AS (DELETE FROM replenishment.demand_mark WHERE network_id = $1),
         spans AS (DELETE FROM replenishment.demand_span WHERE network_id = $1)
    DELETE FROM replenishment.demand_day WHERE network_id = $1
"""

# Never where nothing has ever stood: nobody is sent away from where a SKU is not kept.
BEGIN_STOCK_OUTS = """
    INSERT INTO replenishment.stock_out (network_id, warehouse_id, sku_id)
    SELECT level.network_id, level.warehouse_id, level.sku_id
      FROM inventory.stock_level AS level
     WHERE level.on_hand = level.held
       AND NOT EXISTS (
               SELECT
                 FROM replenishment.stock_out AS spell
                WHERE spell.network_id = level.network_id
                  AND spell.warehouse_id = level.warehouse_id
                  AND spell.sku_id = level.sku_id
                  AND spell.ended_at IS NULL)
       AND EXISTS (
               SELECT
                 FROM inventory.stock_movement AS movement
                WHERE movement.network_id = level.network_id
                  AND movement.warehouse_id = level.warehouse_id
                  AND movement.sku_id = level.sku_id)
        ON CONFLICT DO NOTHING
"""

END_STOCK_OUTS = """
    UPDATE replenishment.stock_out AS spell
       SET ended_at = now()
      FROM inventory.stock_level AS level
     WHERE spell.ended_at IS NULL
       AND level.network_id = spell.network_id
       AND level.warehouse_id = spell.warehouse_id
       AND level.sku_id = spell.sku_id
       AND level.on_hand > level.held
"""

# Of the time before anybody watched: when nothing stood there, by the movements.
RECALL_STOCK_OUTS = """
    INSERT INTO replenishment.stock_out (network_id, warehouse_id, sku_id, began_at, ended_at)
    SELECT $1, warehouse_id, sku_id, occurred_at, next_at
      FROM (SELECT warehouse_id, sku_id, occurred_at,
                   sum(quantity) OVER past AS on_hand,
                   lead(occurred_at) OVER (
                       PARTITION BY warehouse_id, sku_id ORDER BY occurred_at, id) AS next_at
              FROM inventory.stock_movement
             WHERE network_id = $1
            WINDOW past AS (
                PARTITION BY warehouse_id, sku_id ORDER BY occurred_at, id)) AS movement
     WHERE on_hand <= 0 AND next_at > occurred_at
        ON CONFLICT DO NOTHING
"""


class Mark(NamedTuple):
    """How far a time line is read; `is_quiet` once nobody can add to it below the bound."""

    read_to: int
    bound_id: int
    is_quiet: bool


async def fetch_networks(conn: Connection) -> list[int]:
    return [row["id"] for row in await conn.fetch(FETCH_NETWORKS)]


async def move_bound(conn: Connection, network_id: int, source: DemandSource) -> None:
    """To the end of the time line, if all before the standing bound is read."""
    await conn.execute(MAKE_MARK, network_id, source)
    await conn.execute(MOVE_BOUND_OF[source], network_id, source)


async def lock_mark(conn: Connection, network_id: int, source: DemandSource) -> Mark:
    row = await conn.fetchrow(LOCK_MARK, network_id, source)
    assert row is not None, "it was made before"
    return Mark(**row)


async def read_time_line(
    conn: Connection, network_id: int, source: DemandSource, mark: Mark, limit: int
) -> tuple[int, int]:
    """How many of the next steps there are up to the mark's bound, and the last of them."""
    row = await conn.fetchrow(
        READ_TIME_LINE_OF[source], network_id, mark.read_to, mark.bound_id, limit
    )
    assert row is not None, "it counts"
    return row["steps"], row["last_id"]


async def move_mark(conn: Connection, network_id: int, source: DemandSource, read_to: int) -> None:
    await conn.execute(MOVE_MARK, network_id, source, read_to)


async def count_days(
    conn: Connection, network_id: int, source: DemandSource, after: int, last: int
) -> None:
    """Count anew the days of the orders of these steps, at their stores and on their edges."""
    await conn.execute(WIDEN_SPANS_OF[source], network_id, after, last, source)
    if source is DemandSource.CONSUMER_ORDER:
        await conn.execute(COUNT_STORES, network_id, after, last)
        await conn.execute(COUNT_EDGES_OF_LEGS, network_id, after, last)
    else:
        await conn.execute(COUNT_EDGES_OF_ORDERS, network_id, after, last)


async def forget_counted(conn: Connection, network_id: int) -> None:
    await conn.execute(FORGET_COUNTED, network_id)


async def watch_stock(conn: Connection) -> None:
    await conn.execute(END_STOCK_OUTS)
    await conn.execute(BEGIN_STOCK_OUTS)


async def recall_stock_outs(conn: Connection, network_id: int) -> None:
    await conn.execute(RECALL_STOCK_OUTS, network_id)
