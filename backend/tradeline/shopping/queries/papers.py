"""The papers of orders: shipments, after-sales, refunds. For whoever may see the orders."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from tradeline.kernel import Connection
from tradeline.shopping.model import AfterSaleKind, AfterSaleState
from tradeline.shopping.sales import (
    AfterSale,
    AfterSaleLine,
    ConsumerRefund,
    ConsumerShipment,
    ConsumerShipmentLine,
    RefundCause,
    RefundState,
)

FETCH_SHIPMENTS = """
    SELECT shipment.id, shipment.order_id, shipment.number, shipment.org_id, shipment.carrier,
           shipment.tracking_number, shipment.shipped_at,
           array(SELECT line.order_line_id
                   FROM shopping.shipment_line AS line
                  WHERE line.network_id = $1 AND line.shipment_id = shipment.id
                  ORDER BY line.id) AS line_ids,
           array(SELECT line.quantity
                   FROM shopping.shipment_line AS line
                  WHERE line.network_id = $1 AND line.shipment_id = shipment.id
                  ORDER BY line.id) AS quantities
      FROM shopping.shipment AS shipment
     WHERE shipment.network_id = $1 AND shipment.order_id = ANY($2::bigint[])
     ORDER BY shipment.order_id, shipment.id
"""

AFTER_SALES = """
    SELECT after_sale.id, after_sale.order_id, after_sale.number, after_sale.kind,
           after_sale.state, after_sale.reason, after_sale.refusal_reason,
           after_sale.amount_minor, after_sale.refund_id, after_sale.requested_at,
           after_sale.decided_at, line.line_ids, line.quantities, line.goods, line.coupons,
           line.agreements
      FROM shopping.after_sale AS after_sale
     CROSS JOIN LATERAL (
           SELECT array_agg(line.order_line_id ORDER BY line.order_line_id) AS line_ids,
                  array_agg(line.quantity ORDER BY line.order_line_id) AS quantities,
                  array_agg(line.goods_minor ORDER BY line.order_line_id) AS goods,
                  array_agg(line.coupon_minor ORDER BY line.order_line_id) AS coupons,
                  array_agg(line.agreed_by_id IS NOT NULL ORDER BY line.order_line_id)
                  AS agreements
             FROM shopping.after_sale_line AS line
            WHERE line.network_id = $1 AND line.after_sale_id = after_sale.id) AS line
     WHERE after_sale.network_id = $1
"""

FETCH_AFTER_SALES_OF_ORDERS = (
    AFTER_SALES
    + """
       AND after_sale.order_id = ANY($2::bigint[])
     ORDER BY after_sale.order_id, after_sale.id
"""
)

FETCH_AFTER_SALES = AFTER_SALES + " AND after_sale.id = ANY($2::bigint[]) ORDER BY after_sale.id"

FETCH_REFUNDS = """
    SELECT refund.id, refund.order_id, refund.number, refund.cause, refund.goods_minor,
           refund.coupon_minor, refund.freight_minor, refund.amount_minor, refund.reason,
           refund.state, refund.payment_refund_id, refund.requested_at, refund.settled_at
      FROM shopping.consumer_refund AS refund
     WHERE refund.network_id = $1 AND refund.order_id = ANY($2::bigint[])
     ORDER BY refund.order_id, refund.id
"""


async def fetch_shipments(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[ConsumerShipment]:
    rows = await conn.fetch(FETCH_SHIPMENTS, network_id, order_ids)
    return [_shipment(row) for row in rows]


async def fetch_after_sales_of_orders(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[AfterSale]:
    rows = await conn.fetch(FETCH_AFTER_SALES_OF_ORDERS, network_id, order_ids)
    return [_after_sale(row) for row in rows]


async def fetch_after_sales(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> list[AfterSale]:
    rows = await conn.fetch(FETCH_AFTER_SALES, network_id, ids)
    return [_after_sale(row) for row in rows]


async def fetch_refunds(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> list[ConsumerRefund]:
    rows = await conn.fetch(FETCH_REFUNDS, network_id, order_ids)
    return [
        ConsumerRefund(
            **{
                **row,
                "cause": RefundCause(row["cause"]),
                "state": RefundState(row["state"]),
            }
        )
        for row in rows
    ]


def _shipment(row: Record) -> ConsumerShipment:
    columns = dict(row)
    packed = zip(columns.pop("line_ids"), columns.pop("quantities"), strict=True)
    return ConsumerShipment(**columns, lines=tuple(ConsumerShipmentLine(*line) for line in packed))


def _after_sale(row: Record) -> AfterSale:
    columns = dict(row)
    names = ("line_ids", "quantities", "goods", "coupons", "agreements")
    given = zip(*(columns.pop(name) or () for name in names), strict=True)
    columns["kind"] = AfterSaleKind(columns["kind"])
    columns["state"] = AfterSaleState(columns["state"])
    return AfterSale(**columns, lines=tuple(AfterSaleLine(*line) for line in given))
