"""Sums over many orders, one pass for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tradeline.kernel import Actor, Connection
from tradeline.ordering.model import OrderSide
from tradeline.ordering.reports import TOP_SKUS_MAX, SkuOfTrade, Trade

# The lines are walked once and summed twice, by month and by SKU; a row without a SKU is a month.
# Each order has a line with the number 1, so that orders are counted without being sorted. The
# moments of $5 are the beginnings of the months and the end of the last. What was replaced was not
# bought: what came instead has a line of its own, which nobody asked for at first.
SUM_TRADE = """
    WITH replaced AS (
        SELECT order_line_id, sum(replaced_quantity)::bigint AS quantity
          FROM ordering.substitute
         WHERE network_id = $1 AND state = 'accepted'
         GROUP BY order_line_id),
    summed AS (
        SELECT trade_order.currency,
               width_bucket(trade_order.placed_at, $5::timestamptz[]) - 1 AS month_number,
               line.sku_id,
               count(*) FILTER (WHERE line.line_no = 1) AS order_count,
               sum(CASE WHEN replaced.quantity IS NULL THEN line.amount_minor
                        ELSE round(line.amount_minor::numeric
                                   * (line.quantity - replaced.quantity) / line.quantity)
                   END)::bigint AS ordered_minor,
               sum(line.owed_minor)::bigint AS received_minor,
               sum(line.quantity - coalesce(replaced.quantity, 0))::bigint AS quantity,
               coalesce(sum(line.quantity) FILTER (WHERE {is_over}), 0)::bigint
                   AS closed_quantity,
               coalesce(sum(least(line.received_quantity, line.quantity))
                        FILTER (WHERE {is_over}), 0)::bigint AS delivered_quantity,
               max(line.id) AS latest_line_id
          FROM ordering.trade_order AS trade_order
          JOIN ordering.order_line AS line
            ON line.network_id = $1 AND line.order_id = trade_order.id
          LEFT JOIN replaced
            ON replaced.order_line_id = line.id
         WHERE trade_order.network_id = $1
           AND trade_order.{side_column} = $2
           AND ($3::bigint IS NULL OR trade_order.relationship_id = $3)
           AND trade_order.placed_at >= ($5::timestamptz[])[1]
           AND trade_order.placed_at < ($5::timestamptz[])[cardinality($5::timestamptz[])]
         GROUP BY GROUPING SETS ((1, 2), (1, 3))),
    ranked AS (
        SELECT summed.*,
               row_number() OVER (
                   PARTITION BY summed.currency, summed.sku_id IS NULL
                   ORDER BY summed.ordered_minor DESC, summed.sku_id) AS place
          FROM summed)
    SELECT ranked.currency, ranked.month_number, ranked.sku_id, ranked.order_count,
           ranked.ordered_minor, ranked.received_minor, ranked.quantity,
           ranked.closed_quantity, ranked.delivered_quantity,
           named.sku_code, named.sku_name, named.sku_name_en, named.base_unit
      FROM ranked
      LEFT JOIN ordering.order_line AS named
        ON ranked.sku_id IS NOT NULL
       AND named.network_id = $1 AND named.id = ranked.latest_line_id
     WHERE ranked.sku_id IS NULL OR (ranked.place <= $4 AND ranked.quantity > 0)
     ORDER BY ranked.currency, ranked.place
"""
# Nothing waits to be shipped, nothing is on its way; of what was asked for at first.
IS_OVER = """line.refused_quantity + line.cancelled_quantity + line.shipped_quantity = line.quantity
                       AND line.counted_quantity = line.shipped_quantity
                       AND line.replaces_line_id IS NULL"""
SUM_TRADE_BY_SIDE = {
    OrderSide.BUYING: SUM_TRADE.format(is_over=IS_OVER, side_column="buyer_org_id"),
    OrderSide.SELLING: SUM_TRADE.format(is_over=IS_OVER, side_column="seller_org_id"),
}

# What an account's document belongs to, for whoever is a party to the order.
FETCH_ORDERS_OF_DOCUMENTS = """
    SELECT document.type, document.id, document.order_id
      FROM (SELECT 'receipt' AS type, receipt.id, receipt.order_id
              FROM ordering.receipt AS receipt
             WHERE receipt.network_id = $1 AND receipt.id = ANY($3::bigint[])
             UNION ALL
            SELECT 'return', order_return.id, order_return.order_id
              FROM ordering.order_return AS order_return
             WHERE order_return.network_id = $1 AND order_return.id = ANY($4::bigint[])
           ) AS document
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = $1 AND trade_order.id = document.order_id
     WHERE trade_order.seller_org_id = $2 OR trade_order.buyer_org_id = $2
"""


async def fetch_now(conn: Connection) -> datetime:
    now: datetime = await conn.fetchval("SELECT now()")
    return now


async def sum_trade(
    conn: Connection,
    actor: Actor,
    side: OrderSide,
    relationship_id: int | None,
    starts: Sequence[datetime],
) -> tuple[dict[tuple[str, int], Trade], list[SkuOfTrade]]:
    """The trade by currency and month, counted from 0, and the SKUs most was ordered of."""
    rows = await conn.fetch(
        SUM_TRADE_BY_SIDE[side],
        actor.network_id,
        actor.org_id,
        relationship_id,
        TOP_SKUS_MAX,
        list(starts),
    )
    trade = {
        (row["currency"], row["month_number"]): Trade(
            order_count=row["order_count"],
            ordered_minor=row["ordered_minor"],
            received_minor=row["received_minor"],
            closed_quantity=row["closed_quantity"],
            delivered_quantity=row["delivered_quantity"],
        )
        for row in rows
        if row["sku_id"] is None
    }
    skus = [
        SkuOfTrade(
            currency=row["currency"],
            sku_id=row["sku_id"],
            sku_code=row["sku_code"],
            sku_name=row["sku_name"],
            sku_name_en=row["sku_name_en"],
            base_unit=row["base_unit"],
            quantity=row["quantity"],
            amount_minor=row["ordered_minor"],
        )
        for row in rows
        if row["sku_id"] is not None
    ]
    return trade, skus


async def fetch_orders_of_documents(
    conn: Connection, actor: Actor, documents: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    rows = await conn.fetch(
        FETCH_ORDERS_OF_DOCUMENTS,
        actor.network_id,
        actor.org_id,
        [id for kind, id in documents if kind == "receipt"],
        [id for kind, id in documents if kind == "return"],
    )
    return {(row["type"], row["id"]): row["order_id"] for row in rows}
