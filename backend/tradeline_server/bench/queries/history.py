"""Writes orders of the past as they stand once all is done: shipped, received, owed, paid.

Batches of orders go through two temporary tables: what lines cost, frozen as the resolver told it,
and the lines of the batch. Ids are counted from 1, for no order was placed here before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from tradeline.kernel import Connection
from tradeline.pricing import PriceResolution

CREATE_PRICES = """
    CREATE TEMPORARY TABLE past_price (
        tier bigint, nr bigint, sku_id bigint, quantity bigint, unit_price numeric,
        priced_quantity bigint, amount_minor bigint, explanation jsonb)
"""

CREATE_LINES = """
    CREATE TEMPORARY TABLE past_line (
        id bigint, order_id bigint, line_no integer, relationship_id bigint, placed_at timestamptz,
        sku_id bigint, quantity bigint, unit_price numeric, priced_quantity bigint,
        amount_minor bigint, explanation jsonb)
"""

INSERT_PRICES = """
    INSERT INTO past_price
    SELECT $1, row_number() OVER () - 1, price.sku_id, price.quantity, price.unit_price,
           price.priced_quantity, price.amount_minor, price.explanation::jsonb
      FROM unnest($2::bigint[], $3::bigint[], $4::numeric[], $5::bigint[], $6::bigint[], $7::text[])
           AS price (sku_id, quantity, unit_price, priced_quantity, amount_minor, explanation)
"""

CLEAR_LINES = "TRUNCATE past_line"

# Spread over the days before yesterday; edges and SKUs by strides that are prime.
INSERT_LINES = """
    INSERT INTO past_line
    SELECT (past.id - 1) * $6 + line_no, past.id, line_no, edge.id,
           now() - interval '25 days' + past.id * interval '24 days' / $5::float8,
           price.sku_id, price.quantity, price.unit_price, price.priced_quantity,
           price.amount_minor, price.explanation
      FROM generate_series($2::bigint, $3::bigint) AS past (id)
      JOIN unnest($4::bigint[]) WITH ORDINALITY AS edge (id, position)
        ON edge.position = past.id * 7919 % cardinality($4::bigint[]) + 1
     CROSS JOIN generate_series(1, $6::bigint) AS line_no
      JOIN past_price AS price
        ON price.tier = edge.position % $1
       AND price.nr = (past.id * 31 + line_no * 577) % ($7::bigint[])[edge.position % $1 + 1]
     ORDER BY 1
"""

_ORDERS = """
    past_order AS (
        SELECT line.order_id AS id, format('SO%s', lpad(line.order_id::text, 8, '0')) AS number,
               line.relationship_id, line.placed_at, sum(line.amount_minor)::bigint AS amount_minor,
               count(*) AS lines, edge.seller_org_id, edge.buyer_org_id, edge.currency,
               edge.payment_terms_days, edge.territory
          FROM past_line AS line
          JOIN organizations.relationship AS edge
            ON edge.network_id = $1 AND edge.id = line.relationship_id
         GROUP BY line.order_id, line.relationship_id, line.placed_at, edge.network_id, edge.id
    )
"""

INSERT_ORDERS = f"""
    WITH {_ORDERS}
    INSERT INTO ordering.trade_order
           (network_id, id, number, relationship_id, seller_org_id, buyer_org_id, currency, state,
            since, amount_minor, requires_review, requires_confirmation, requires_receipt,
            holds_stock, payment_terms_days, ship_to_region, placed_by_org_id, placed_at, closed_at)
    OVERRIDING SYSTEM VALUE
    SELECT $1, id, number, relationship_id, seller_org_id, buyer_org_id, currency, 'closed',
           placed_at, amount_minor, false, false, false, true, payment_terms_days,
           coalesce(territory[1], ''), buyer_org_id, placed_at, placed_at
      FROM past_order
     ORDER BY id
"""

INSERT_ORDER_LINES = """
    INSERT INTO ordering.order_line
           (network_id, id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
            pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity, amount_minor,
            explanation, shipped_quantity, counted_quantity, received_quantity, open_minor,
            owed_minor)
    OVERRIDING SYSTEM VALUE
    SELECT $1, line.id, line.order_id, line.line_no, line.sku_id, sku.code, sku.name, sku.name_en,
           sku.base_unit, pack.id, pack.code, line.quantity, line.quantity, line.unit_price,
           line.priced_quantity, line.amount_minor, line.explanation, line.quantity, line.quantity,
           line.quantity, 0, line.amount_minor
      FROM past_line AS line
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = line.sku_id
      JOIN catalog.pack AS pack
        ON pack.network_id = $1 AND pack.sku_id = sku.id AND pack.code = sku.base_unit
     ORDER BY line.id
"""

INSERT_TRACES = f"""
    WITH {_ORDERS}, step AS (
        SELECT past_order.*, step.name, step.place, step.topic, step.state, step.org_is_buyer
          FROM past_order
         CROSS JOIN (VALUES (1, 'place', 'order.placed', 'to_ship', true),
                            (2, 'ship', 'order.shipped', 'closed', false)
                    ) AS step (place, name, topic, state, org_is_buyer)
    ), event AS (
        INSERT INTO ordering.order_event (network_id, order_id, step, state, org_id, occurred_at)
        SELECT $1, id, name, state, CASE WHEN org_is_buyer THEN buyer_org_id ELSE seller_org_id END,
               placed_at
          FROM step
         ORDER BY id, place
    ), audit AS (
        INSERT INTO kernel.audit_entry
               (network_id, org_id, action, subject_type, subject_id, before, after, occurred_at)
        SELECT $1, CASE WHEN org_is_buyer THEN buyer_org_id ELSE seller_org_id END,
               'order.' || name, 'order', id, '{{}}',
               jsonb_build_object('number', number, 'relationship_id', relationship_id,
                                  'amount_minor', amount_minor, 'currency', currency,
                                  'lines', lines, 'state', state),
               placed_at
          FROM step
         ORDER BY id, place
    ), outbox AS (
        INSERT INTO kernel.outbox_event
               (network_id, topic, key, payload, occurred_at, due_at, delivered_at, attempts)
        SELECT $1, topic, format('order:%s', id),
               jsonb_build_object('order_id', id, 'relationship_id', relationship_id,
                                  'seller_org_id', seller_org_id, 'buyer_org_id', buyer_org_id,
                                  'state', state),
               placed_at, placed_at, placed_at, 1
          FROM step
         ORDER BY id, place
    ), held AS (
        INSERT INTO settlement.exposure_hold
               (network_id, relationship_id, reference_type, reference_id, amount_minor)
        SELECT $1, relationship_id, 'order', id, 0 FROM past_order ORDER BY id
    )
    INSERT INTO kernel.request
           (network_id, org_id, request_id, body_hash, answer_id, created_at)
    SELECT $1, buyer_org_id, format('past-%s', id), sha256(convert_to(number, 'UTF8')), id,
           placed_at
      FROM past_order
     ORDER BY id
"""

INSERT_PAPERS = f"""
    WITH {_ORDERS}, shipment AS (
        INSERT INTO ordering.shipment
               (network_id, id, order_id, number, shipped_at, received_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, id, id, 'SH' || lpad(id::text, 8, '0'), placed_at, placed_at
          FROM past_order
         ORDER BY id
        RETURNING id
    )
    INSERT INTO ordering.receipt
           (network_id, id, shipment_id, order_id, number, amount_minor, received_at)
    OVERRIDING SYSTEM VALUE
    SELECT $1, past_order.id, shipment.id, past_order.id,
           'RC' || lpad(past_order.id::text, 8, '0'), past_order.amount_minor, past_order.placed_at
      FROM past_order
      JOIN shipment USING (id)
     ORDER BY past_order.id
"""

INSERT_PAPER_LINES = """
    WITH served AS (
        SELECT line.*, warehouse.id AS warehouse_id, edge.buyer_org_id
          FROM past_line AS line
          JOIN organizations.relationship AS edge
            ON edge.network_id = $1 AND edge.id = line.relationship_id
          JOIN inventory.warehouse AS warehouse
            ON warehouse.network_id = $1 AND warehouse.code = 'EAST'
    ), shipped AS (
        INSERT INTO ordering.shipment_line
               (network_id, id, shipment_id, order_line_id, quantity, received_quantity)
        OVERRIDING SYSTEM VALUE
        SELECT $1, id, order_id, id, quantity, quantity FROM served ORDER BY id
    ), received AS (
        INSERT INTO ordering.receipt_line
               (network_id, receipt_id, order_line_id, shipped_quantity, received_quantity,
                amount_minor)
        SELECT $1, order_id, id, quantity, quantity, amount_minor FROM served ORDER BY id
    ), held AS (
        INSERT INTO inventory.stock_hold
               (network_id, warehouse_id, sku_id, held_for_org_id, reference_type, reference_id,
                quantity, created_at)
        SELECT $1, warehouse_id, sku_id, buyer_org_id, 'order_line', id, 0, placed_at
          FROM served
         ORDER BY id
    )
    INSERT INTO inventory.stock_movement
           (network_id, warehouse_id, sku_id, quantity, reason, reference_type, reference_id,
            occurred_at)
    SELECT $1, warehouse_id, sku_id, -quantity, 'shipment', 'shipment_line', id, placed_at
      FROM served
     ORDER BY id
"""

FETCH_RECEIPTS = """
    SELECT receipt.id, receipt.number, receipt.amount_minor, receipt.received_at,
           trade_order.relationship_id
      FROM ordering.receipt AS receipt
      JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = $1 AND trade_order.id = receipt.order_id
     WHERE receipt.network_id = $1 AND receipt.id BETWEEN $2 AND $3
     ORDER BY receipt.id
"""

# All that was ever shipped had arrived before, so that what stands now is what stood without it.
REPLACE_STOCK = """
    INSERT INTO inventory.stock_movement
           (network_id, warehouse_id, sku_id, quantity, reason, note)
    SELECT $1, warehouse_id, sku_id, -sum(quantity), 'adjustment', 'Past deliveries'
      FROM inventory.stock_movement
     WHERE network_id = $1 AND reason = 'shipment'
     GROUP BY warehouse_id, sku_id
     ORDER BY warehouse_id, sku_id
"""

INSERT_PAYMENTS = """
    INSERT INTO settlement.payment
           (network_id, number, relationship_id, payer_org_id, payee_org_id, currency, amount_minor,
            method, state, recorded_by_org_id, paid_on, decided_at)
    SELECT $1, 'PAY-' || nextval('settlement.document_number'), edge.id, edge.buyer_org_id,
           edge.seller_org_id, edge.currency, owed.amount_minor, 'bank', 'confirmed',
           edge.seller_org_id, current_date, now()
      FROM (SELECT relationship_id, sum(amount_minor)::bigint AS amount_minor
              FROM settlement.obligation
             WHERE network_id = $1 AND kind = 'goods'
             GROUP BY relationship_id) AS owed
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = owed.relationship_id
     ORDER BY edge.id
    RETURNING id, number, relationship_id, amount_minor
"""

COUNT_ON = """
    SELECT setval('ordering.trade_order_id_seq', $1), setval('ordering.order_line_id_seq', $2),
           setval('ordering.shipment_id_seq', $1), setval('ordering.shipment_line_id_seq', $2),
           setval('ordering.receipt_id_seq', $1)
"""

Document = tuple[int, str, int, int, datetime | None]


async def create_tables(conn: Connection) -> None:
    """They end with the connection."""
    await conn.execute(CREATE_PRICES)
    await conn.execute(CREATE_LINES)


async def insert_prices(
    conn: Connection, tier: int, prices: Sequence[tuple[int, PriceResolution]]
) -> None:
    """What edges of a tier paid for SKUs."""
    amounts = [price.amount for _, price in prices]
    await conn.execute(
        INSERT_PRICES,
        tier,
        [sku_id for sku_id, _ in prices],
        [price.base_quantity for _, price in prices],
        [price.unit_price for _, price in prices],
        [price.priced_quantity for _, price in prices],
        [amount.minor for amount in amounts if amount is not None],
        [json.dumps(price.as_json(), ensure_ascii=False) for _, price in prices],
    )


async def insert_orders(
    conn: Connection,
    network_id: int,
    edge_ids: Sequence[int],
    numbers: range,
    *,
    total: int,
    lines: int,
    skus: Sequence[int],
) -> list[Document]:
    """Write a batch of `total` orders; their receipts, which are still to be owed: id, number,
    relationship, minor units, when. `skus` tells of how many each tier's prices were frozen."""
    first, last = numbers[0], numbers[-1]
    await conn.execute(CLEAR_LINES)
    await conn.execute(INSERT_LINES, len(skus), first, last, edge_ids, total, lines, skus)
    for statement in (
        INSERT_ORDERS,
        INSERT_ORDER_LINES,
        INSERT_TRACES,
        INSERT_PAPERS,
        INSERT_PAPER_LINES,
    ):
        await conn.execute(statement, network_id)
    return [
        (row["id"], row["number"], row["relationship_id"], row["amount_minor"], row["received_at"])
        for row in await conn.fetch(FETCH_RECEIPTS, network_id, first, last)
    ]


async def finish(conn: Connection, network_id: int, orders: int, lines: int) -> list[Document]:
    """Stock, numbers, and the payments of all that is owed: id, number, relationship, minor."""
    await conn.execute(REPLACE_STOCK, network_id)
    await conn.execute(COUNT_ON, orders, orders * lines)
    return [
        (row["id"], row["number"], row["relationship_id"], row["amount_minor"], None)
        for row in await conn.fetch(INSERT_PAYMENTS, network_id)
    ]
