"""What was asked for, as an organization may see it, and what it expects of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tradeline.kernel import Connection
from tradeline.replenishment.model import DemandBy, DemandRow, DemandSeries

# $1 network, $2 organization. Whoever shares what it sells is reached, and whom they reach in turn;
# each once, by the first of the organization's own edges that leads there. A place counts for the
# first warehouse that serves that edge. What is sold to one that is reached is sold on, and
# counts where it is, unless that one is an end: it keeps no store, and sells to nobody. What others
# sell is told of the organization's own goods and of those that it sells: whoever sells several
# suppliers' goods shares with each what it sells of theirs.
PLACES = """
    RECURSIVE reached AS (
        SELECT $2::bigint AS org_id, NULL::bigint AS edge_id
         UNION
        SELECT edge.buyer_org_id, coalesce(reached.edge_id, edge.id)
          FROM reached
          JOIN organizations.trading_relationship AS edge
            ON edge.network_id = $1
           AND edge.seller_org_id = reached.org_id
           AND edge.shares_sell_out
         WHERE edge.buyer_org_id <> $2
    ), seen AS (
        SELECT reached.org_id, min(reached.edge_id) AS edge_id,
               EXISTS (SELECT
                         FROM channels.store AS store
                        WHERE store.network_id = $1 AND store.org_id = reached.org_id)
               OR EXISTS (SELECT
                            FROM organizations.relationship AS edge
                           WHERE edge.network_id = $1
                             AND edge.seller_org_id = reached.org_id
                             AND edge.accepted_at IS NOT NULL) AS sells_on
          FROM reached
         GROUP BY reached.org_id
    ), own_place AS (
        SELECT 'store' AS place_type, store.id AS place_id, seen.edge_id,
               seen.edge_id IS NULL AS is_own
          FROM seen
          JOIN channels.store AS store ON store.network_id = $1 AND store.org_id = seen.org_id
         UNION ALL
        SELECT 'edge', edge.id, coalesce(seen.edge_id, edge.id), seen.edge_id IS NULL
          FROM seen
          JOIN organizations.relationship AS edge
            ON edge.network_id = $1
           AND edge.seller_org_id = seen.org_id
           AND edge.accepted_at IS NOT NULL
          LEFT JOIN seen AS buyer ON buyer.org_id = edge.buyer_org_id
         WHERE buyer.sells_on IS NOT TRUE
    ), first_warehouse AS (
        SELECT warehouse.id
          FROM inventory.warehouse AS warehouse
         WHERE warehouse.network_id = $1 AND warehouse.org_id = $2 AND warehouse.is_active
         ORDER BY warehouse.priority, warehouse.id
         LIMIT 1
    ), server AS (
        SELECT DISTINCT ON (serving.relationship_id)
               serving.relationship_id, serving.warehouse_id
          FROM organizations.relationship AS edge
          JOIN inventory.serving_warehouse AS serving
            ON serving.network_id = $1 AND serving.relationship_id = edge.id
         WHERE edge.network_id = $1 AND edge.seller_org_id = $2
         ORDER BY serving.relationship_id, serving.priority, serving.warehouse_id
    ), place AS MATERIALIZED (
        SELECT own_place.place_type, own_place.place_id, own_place.is_own,
               coalesce(server.warehouse_id, (SELECT id FROM first_warehouse)) AS warehouse_id
          FROM own_place
          LEFT JOIN server ON server.relationship_id = own_place.edge_id
    ), offered AS (
        SELECT sku.id
          FROM catalog.sku AS sku
         WHERE sku.network_id = $1 AND sku.owner_org_id = $2
         UNION
        SELECT coalesce(component.component_sku_id, sold.sku_id)
          FROM catalog.assortment AS assortment
          JOIN catalog.assortment_sku AS sold
            ON sold.network_id = $1 AND sold.assortment_id = assortment.id
          LEFT JOIN catalog.sku_component AS component
            ON component.network_id = $1 AND component.bundle_sku_id = sold.sku_id
         WHERE assortment.network_id = $1 AND assortment.seller_org_id = $2
    )
"""

# Whole days within spells in which nothing was free; today is not over.
UNKNOWN_DAYS = """
    , unknown AS MATERIALIZED (
        SELECT DISTINCT spell.warehouse_id, spell.sku_id, whole.day::date AS day
          FROM replenishment.stock_out AS spell
          JOIN inventory.warehouse AS warehouse
            ON warehouse.network_id = $1
           AND warehouse.id = spell.warehouse_id
           AND warehouse.org_id = $2
         CROSS JOIN LATERAL generate_series(
               greatest(
                   date_trunc('day', spell.began_at AT TIME ZONE interval '8 hours'
                                     + interval '1 day' - interval '1 microsecond'),
                   $3::date),
               least(
                   date_trunc('day', coalesce(spell.ended_at, now())
                                     AT TIME ZONE interval '8 hours') - interval '1 day',
                   $4::date),
               interval '1 day') AS whole (day)
         WHERE spell.network_id = $1
           AND ($5::bigint[] IS NULL OR spell.sku_id = ANY($5))
    )
"""

# $3 first day, $4 last, $5 SKUs (null: all).
LOAD_DEMAND = (
    "WITH"
    + PLACES
    + UNKNOWN_DAYS
    + """
    , fact AS (
        SELECT place.warehouse_id, place.place_type, place.place_id, demand.sku_id, demand.day,
               demand.quantity, demand.returned, demand.is_promoted
          FROM place
          JOIN replenishment.demand_day AS demand
            ON demand.network_id = $1
           AND demand.place_type = place.place_type
           AND demand.place_id = place.place_id
           AND demand.day BETWEEN $3 AND $4
           AND demand.sku_id = ANY($5)
           AND (place.is_own OR demand.sku_id IN (SELECT offered.id FROM offered))
         UNION ALL
        SELECT unknown.warehouse_id, NULL, NULL, unknown.sku_id, unknown.day, 0, 0, NULL
          FROM unknown
         WHERE {shows_unknown}
    )
    SELECT fact.sku_id, fact.day, sum(fact.quantity)::bigint AS quantity,
           sum(fact.returned)::bigint AS returned,
           coalesce(bool_or(fact.is_promoted), false) AS is_promoted,
           bool_or(unknown.day IS NOT NULL) AS is_unknown {columns}
      FROM fact
      LEFT JOIN unknown
        ON unknown.warehouse_id = fact.warehouse_id
       AND unknown.sku_id = fact.sku_id
       AND unknown.day = fact.day
     WHERE ($6::bigint IS NULL OR fact.warehouse_id = $6)
     GROUP BY fact.sku_id, fact.day {columns}
     ORDER BY fact.sku_id, fact.day {columns}
"""
)
LOAD_DEMAND_BY = {
    DemandBy.SKU: LOAD_DEMAND.format(columns="", shows_unknown="true"),
    DemandBy.WAREHOUSE: LOAD_DEMAND.format(columns=", fact.warehouse_id", shows_unknown="true"),
    DemandBy.PLACE: LOAD_DEMAND.format(
        columns=", fact.warehouse_id, fact.place_type, fact.place_id", shows_unknown="false"
    ),
}

# What buyers ordered on the organization's own edges, whoever bought it of them.
LOAD_SELL_IN = """
    SELECT demand.sku_id, demand.day, sum(demand.quantity)::bigint AS quantity,
           sum(demand.returned)::bigint AS returned, false AS is_promoted
      FROM organizations.relationship AS edge
      JOIN replenishment.demand_day AS demand
        ON demand.network_id = $1
       AND demand.place_type = 'edge'
       AND demand.place_id = edge.id
       AND demand.day BETWEEN $3 AND $4
       AND demand.sku_id = ANY($5::bigint[])
     WHERE edge.network_id = $1 AND edge.seller_org_id = $2
     GROUP BY demand.sku_id, demand.day
     ORDER BY demand.sku_id, demand.day
"""

# $6 warehouses (null: all). Offsets count days from $3.
FETCH_SERIES = (
    "WITH"
    + PLACES
    + UNKNOWN_DAYS
    + """
    , daily AS (
        SELECT place.warehouse_id, demand.sku_id, demand.day,
               sum(demand.quantity)::bigint AS quantity, bool_or(demand.is_promoted) AS is_promoted
          FROM place
          JOIN replenishment.demand_day AS demand
            ON demand.network_id = $1
           AND demand.place_type = place.place_type
           AND demand.place_id = place.place_id
           AND demand.day BETWEEN $3 AND $4
           AND ($5 IS NULL OR demand.sku_id = ANY($5))
           AND (place.is_own OR demand.sku_id IN (SELECT offered.id FROM offered))
         WHERE place.warehouse_id IS NOT NULL
           AND ($6::bigint[] IS NULL OR place.warehouse_id = ANY($6))
         GROUP BY place.warehouse_id, demand.sku_id, demand.day
    ), summed AS (
        SELECT daily.warehouse_id, daily.sku_id,
               array_agg(daily.day - $3) AS days, array_agg(daily.quantity) AS quantities,
               array_agg(daily.day - $3) FILTER (WHERE daily.is_promoted) AS promoted
          FROM daily
         GROUP BY daily.warehouse_id, daily.sku_id
    ), out_of_stock AS (
        SELECT unknown.warehouse_id, unknown.sku_id, array_agg(unknown.day - $3) AS days
          FROM unknown
         GROUP BY unknown.warehouse_id, unknown.sku_id
    )
    SELECT summed.warehouse_id, summed.sku_id, summed.days, summed.quantities, summed.promoted,
           out_of_stock.days AS unknown
      FROM summed
      LEFT JOIN out_of_stock USING (warehouse_id, sku_id)
     ORDER BY summed.warehouse_id, summed.sku_id
"""
)

GET_TODAY = "SELECT (now() AT TIME ZONE interval '8 hours')::date"


async def load_demand(
    conn: Connection,
    network_id: int,
    org_id: int,
    sku_ids: Sequence[int],
    first: date,
    last: date,
    by: DemandBy,
    warehouse_id: int | None,
) -> list[DemandRow]:
    rows = await conn.fetch(
        LOAD_DEMAND_BY[by], network_id, org_id, first, last, sku_ids, warehouse_id
    )
    return [DemandRow(**row) for row in rows]


async def load_sell_in(
    conn: Connection, network_id: int, org_id: int, sku_ids: Sequence[int], first: date, last: date
) -> list[DemandRow]:
    rows = await conn.fetch(LOAD_SELL_IN, network_id, org_id, first, last, sku_ids)
    return [DemandRow(**row) for row in rows]


async def fetch_series(
    conn: Connection,
    network_id: int,
    org_id: int,
    first: date,
    last: date,
    *,
    sku_ids: Sequence[int] | None = None,
    warehouse_ids: Sequence[int] | None = None,
) -> list[DemandSeries]:
    """By warehouse and SKU; those of which nothing was asked for are absent."""
    rows = await conn.fetch(FETCH_SERIES, network_id, org_id, first, last, sku_ids, warehouse_ids)
    length = (last - first).days + 1
    return [_series(row, first, length) for row in rows]


def _series(row: Any, first: date, length: int) -> DemandSeries:
    """From the first day on which something was asked for: nobody knows that nobody wanted what
    was not sold yet."""
    began = min(row["days"])
    quantities = [0] * length
    for offset, quantity in zip(row["days"], row["quantities"], strict=True):
        quantities[offset] = quantity
    return DemandSeries(
        warehouse_id=row["warehouse_id"],
        sku_id=row["sku_id"],
        first_day=first + timedelta(days=began),
        quantities=tuple(quantities[began:]),
        unknown=_flags(row["unknown"], length)[began:],
        promoted=_flags(row["promoted"], length)[began:],
    )


def _flags(offsets: Sequence[int] | None, length: int) -> tuple[bool, ...]:
    flags = [False] * length
    for offset in offsets or ():
        flags[offset] = True
    return tuple(flags)


async def get_today(conn: Connection) -> date:
    """The day of the trade."""
    today: date = await conn.fetchval(GET_TODAY)
    return today
