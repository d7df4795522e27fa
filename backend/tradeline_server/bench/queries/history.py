"""Writes orders of the past as they stand once all is done: shipped, received, owed, posted, paid.

A batch of orders goes through two temporary tables: the orders and their lines. What lines cost,
frozen as the resolver told it, and the edges with their accounts are the same for all batches,
which several connections write side by side. Ids are counted on from what is there, so that no
batch waits for another. The foreign keys of what is written are taken off meanwhile: put back, they
check all rows in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradeline.kernel import Connection
from tradeline.pricing import PriceResolution

# The largest first.
WRITTEN = (
    "ordering.order_line",
    "inventory.stock_movement",
    "inventory.stock_hold",
    "settlement.transfer",
    "kernel.outbox_event",
    "kernel.audit_entry",
    "settlement.journal",
    "ordering.order_event",
    "ordering.receipt_line",
    "ordering.shipment_line",
    "settlement.obligation",
    "ordering.trade_order",
    "kernel.request",
    "ordering.receipt",
    "ordering.shipment",
    "settlement.exposure_hold",
)

CREATE_SHARED = """
    CREATE SCHEMA past;
    CREATE UNLOGGED TABLE past.price (
        tier bigint, nr bigint, sku_id bigint, sku_code text, sku_name text, sku_name_en text,
        base_unit text, pack_id bigint, pack_code text, quantity bigint, unit_price numeric,
        priced_quantity bigint, amount_minor bigint, explanation jsonb, PRIMARY KEY (tier, nr));
    CREATE UNLOGGED TABLE past.edge (
        position bigint PRIMARY KEY, tier bigint, relationship_id bigint, seller_org_id bigint,
        buyer_org_id bigint, seller_entity_id bigint, buyer_entity_id bigint, currency char(3),
        payment_terms_days integer, region text, receivable_id bigint, revenue_id bigint,
        purchases_id bigint, payable_id bigint);
"""

DROP_SHARED = "DROP SCHEMA past CASCADE"

CREATE_OWN = """
    SET synchronous_commit = off;
    SET maintenance_work_mem = '512MB';
    CREATE TEMPORARY TABLE past_line (
        id bigint, order_id bigint, line_no integer, position bigint, tier bigint, nr bigint,
        sku_id bigint, quantity bigint, amount_minor bigint, placed_at timestamptz);
    CREATE TEMPORARY TABLE past_order (
        id bigint, number text, position bigint, placed_at timestamptz, amount_minor bigint,
        lines bigint);
"""

INSERT_PRICES = """
    INSERT INTO past.price
    SELECT $2, row_number() OVER () - 1, sku.id, sku.code, sku.name, sku.name_en, sku.base_unit,
           pack.id, pack.code, price.quantity, price.unit_price, price.priced_quantity,
           price.amount_minor, price.explanation::jsonb
      FROM unnest($3::bigint[], $4::bigint[], $5::numeric[], $6::bigint[], $7::bigint[], $8::text[])
           AS price (sku_id, quantity, unit_price, priced_quantity, amount_minor, explanation)
      JOIN catalog.sku AS sku ON sku.network_id = $1 AND sku.id = price.sku_id
      JOIN catalog.pack AS pack
        ON pack.network_id = $1 AND pack.sku_id = sku.id AND pack.code = sku.base_unit
"""

# The accounts that posting goods would make; payments in advance have made some of them.
INSERT_ACCOUNTS = """
    INSERT INTO settlement.account (network_id, entity_id, code, relationship_id, currency)
    SELECT DISTINCT $1::bigint, book.entity_id, book.code, book.relationship_id, edge.currency
      FROM organizations.relationship AS edge
     CROSS JOIN LATERAL (VALUES (edge.seller_entity_id, 'current', edge.id),
                                (edge.seller_entity_id, 'revenue', NULL),
                                (edge.buyer_entity_id, 'purchases', NULL),
                                (edge.buyer_entity_id, 'current', edge.id)
                        ) AS book (entity_id, code, relationship_id)
     WHERE edge.network_id = $1
        ON CONFLICT DO NOTHING
"""

INSERT_EDGES = """
    INSERT INTO past.edge
    SELECT wanted.position, wanted.position % $3, edge.id, edge.seller_org_id, edge.buyer_org_id,
           edge.seller_entity_id, edge.buyer_entity_id, edge.currency, edge.payment_terms_days,
           coalesce(edge.territory[1], ''), receivable.id, revenue.id, purchases.id, payable.id
      FROM unnest($2::bigint[]) WITH ORDINALITY AS wanted (id, position)
      JOIN organizations.relationship AS edge ON edge.network_id = $1 AND edge.id = wanted.id
      JOIN settlement.account AS receivable
        ON receivable.network_id = $1 AND receivable.entity_id = edge.seller_entity_id
       AND receivable.code = 'current' AND receivable.relationship_id = edge.id
      JOIN settlement.account AS revenue
        ON revenue.network_id = $1 AND revenue.entity_id = edge.seller_entity_id
       AND revenue.code = 'revenue'
      JOIN settlement.account AS purchases
        ON purchases.network_id = $1 AND purchases.entity_id = edge.buyer_entity_id
       AND purchases.code = 'purchases'
      JOIN settlement.account AS payable
        ON payable.network_id = $1 AND payable.entity_id = edge.buyer_entity_id
       AND payable.code = 'current' AND payable.relationship_id = edge.id
"""

CLEAR_OWN = "TRUNCATE past_line, past_order"

# Spread over the days before yesterday; edges and SKUs by strides that are prime.
INSERT_LINES = """
    INSERT INTO past_line
    SELECT (past.id - 1) * $4 + line_no, past.id, line_no, edge.position, price.tier, price.nr,
           price.sku_id, price.quantity, price.amount_minor,
           now() - interval '25 days' + past.id * interval '24 days' / $3::float8
      FROM generate_series($1::bigint, $2::bigint) AS past (id)
      JOIN past.edge AS edge ON edge.position = past.id * 7919 % $6 + 1
     CROSS JOIN generate_series(1, $4::bigint) AS line_no
      JOIN past.price AS price
        ON price.tier = edge.tier
       AND price.nr = (past.id * 31 + line_no * 577) % ($5::bigint[])[edge.tier + 1]
     ORDER BY 1
"""

COLLECT_ORDERS = """
    INSERT INTO past_order
    SELECT order_id, format('SO%s', lpad(order_id::text, 8, '0')), position, placed_at,
           sum(amount_minor), count(*)
      FROM past_line
     GROUP BY order_id, position, placed_at
     ORDER BY order_id
"""

INSERT_ORDERS = """
    INSERT INTO ordering.trade_order
           (network_id, id, number, relationship_id, seller_org_id, buyer_org_id, currency, state,
            since, amount_minor, requires_review, requires_confirmation, requires_receipt,
            holds_stock, payment_terms_days, ship_to_region, placed_by_org_id, placed_at, closed_at)
    OVERRIDING SYSTEM VALUE
    SELECT $1, id, number, relationship_id, seller_org_id, buyer_org_id, currency, 'closed',
           placed_at, amount_minor, false, false, false, true, payment_terms_days, region,
           buyer_org_id, placed_at, placed_at
      FROM past_order
      JOIN past.edge AS edge USING (position)
     ORDER BY id
"""

INSERT_ORDER_LINES = """
    INSERT INTO ordering.order_line
           (network_id, id, order_id, line_no, sku_id, sku_code, sku_name, sku_name_en, base_unit,
            pack_id, pack_code, pack_quantity, quantity, unit_price, priced_quantity, amount_minor,
            explanation, shipped_quantity, counted_quantity, received_quantity, open_minor,
            owed_minor)
    OVERRIDING SYSTEM VALUE
    SELECT $1, line.id, line.order_id, line.line_no, price.sku_id, price.sku_code, price.sku_name,
           price.sku_name_en, price.base_unit, price.pack_id, price.pack_code, price.quantity,
           price.quantity, price.unit_price, price.priced_quantity, price.amount_minor,
           price.explanation, price.quantity, price.quantity, price.quantity, 0,
           price.amount_minor
      FROM past_line AS line
      JOIN past.price AS price USING (tier, nr)
     ORDER BY line.id
"""

INSERT_TRACES = """
    WITH step AS (
        SELECT past_order.*, edge.*, step.name, step.place, step.topic, step.state,
               step.org_is_buyer
          FROM past_order
          JOIN past.edge AS edge ON edge.position = past_order.position
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
               'order.' || name, 'order', id, '{}',
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
        SELECT $1, relationship_id, 'order', id, 0 FROM step WHERE place = 1 ORDER BY id
    )
    INSERT INTO kernel.request
           (network_id, org_id, request_id, body_hash, answer_id, created_at)
    SELECT $1, buyer_org_id, format('past-%s', id), sha256(convert_to(number, 'UTF8')), id,
           placed_at
      FROM step
     WHERE place = 1
     ORDER BY id
"""

INSERT_PAPERS = """
    WITH shipment AS (
        INSERT INTO ordering.shipment
               (network_id, id, order_id, number, shipped_at, received_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, id, id, 'SH' || lpad(id::text, 8, '0'), placed_at, placed_at
          FROM past_order
         ORDER BY id
    )
    INSERT INTO ordering.receipt
           (network_id, id, shipment_id, order_id, number, amount_minor, received_at)
    OVERRIDING SYSTEM VALUE
    SELECT $1, id, id, id, 'RC' || lpad(id::text, 8, '0'), amount_minor, placed_at
      FROM past_order
     ORDER BY id
"""

INSERT_PAPER_LINES = """
    WITH served AS (
        SELECT line.*, warehouse.id AS warehouse_id, edge.buyer_org_id
          FROM past_line AS line
          JOIN past.edge AS edge USING (position)
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

# Owed when received, posted a second later, as `owe` and `post_journals` do it.
INSERT_DEBTS = """
    WITH debt AS (
        SELECT past_order.*, edge.*, $2 + past_order.id AS obligation_id
          FROM past_order
          JOIN past.edge AS edge ON edge.position = past_order.position
    ), obligation AS (
        INSERT INTO settlement.obligation
               (network_id, id, relationship_id, kind, debtor_entity_id, creditor_entity_id,
                currency, amount_minor, document_type, document_id, document_number, occurred_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, obligation_id, relationship_id, 'goods', buyer_entity_id, seller_entity_id,
               currency, amount_minor, 'receipt', id, 'RC' || lpad(id::text, 8, '0'), placed_at
          FROM debt
         ORDER BY id
    ), leg AS (
        SELECT debt.*, book.id AS journal_id, book.entity_id, book.debit_id, book.credit_id
          FROM debt
         CROSS JOIN LATERAL (
               VALUES ($3 + 2 * debt.id - 1, seller_entity_id, receivable_id, revenue_id),
                      ($3 + 2 * debt.id, buyer_entity_id, purchases_id, payable_id)
               ) AS book (id, entity_id, debit_id, credit_id)
    ), journal AS (
        INSERT INTO settlement.journal (network_id, id, entity_id, obligation_id, posted_at)
        OVERRIDING SYSTEM VALUE
        SELECT $1, journal_id, entity_id, obligation_id, placed_at + interval '1 second'
          FROM leg
         ORDER BY journal_id
    )
    INSERT INTO settlement.transfer
           (network_id, journal_id, entity_id, obligation_id, currency, amount_minor,
            debit_account_id, credit_account_id)
    SELECT $1, journal_id, entity_id, obligation_id, currency, amount_minor, debit_id, credit_id
      FROM leg
     ORDER BY journal_id
"""

FETCH_LAST_DEBTS = """
    SELECT (SELECT coalesce(max(id), 0) FROM settlement.obligation) AS obligation_id,
           (SELECT coalesce(max(id), 0) FROM settlement.journal) AS journal_id
"""

OWE = """
    UPDATE settlement.exposure AS exposure
       SET owed_minor = exposure.owed_minor + owed.amount_minor
      FROM (SELECT relationship_id, sum(amount_minor)::bigint AS amount_minor
              FROM settlement.obligation
             WHERE network_id = $1 AND kind = 'goods'
             GROUP BY relationship_id) AS owed
     WHERE exposure.network_id = $1 AND exposure.relationship_id = owed.relationship_id
"""

FETCH_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text AS table_name, quote_ident(conname) AS name,
           pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])
     ORDER BY conname
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
           setval('ordering.receipt_id_seq', $1),
           setval('settlement.obligation_id_seq', $3 + $1),
           setval('settlement.journal_id_seq', $4 + 2 * $1)
"""

Payment = tuple[int, str, int, int]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    table: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What batches share: how many orders of how many lines there will be, how many SKUs each tier
    has prices of, and after which debts their own are counted."""

    network_id: int
    orders: int
    lines: int
    edges: int
    skus: Sequence[int]
    last_obligation_id: int
    last_journal_id: int


async def create_shared(conn: Connection) -> None:
    await conn.execute(CREATE_SHARED)


async def drop_shared(conn: Connection) -> None:
    await conn.execute(DROP_SHARED)


async def create_own(conn: Connection) -> None:
    """They end with the connection. Nothing that it writes need survive the machine."""
    await conn.execute(CREATE_OWN)


async def insert_prices(
    conn: Connection, network_id: int, tier: int, prices: Sequence[tuple[int, PriceResolution]]
) -> None:
    """What edges of a tier paid for SKUs."""
    amounts = [price.amount for _, price in prices]
    await conn.execute(
        INSERT_PRICES,
        network_id,
        tier,
        [sku_id for sku_id, _ in prices],
        [price.base_quantity for _, price in prices],
        [price.unit_price for _, price in prices],
        [price.priced_quantity for _, price in prices],
        [amount.minor for amount in amounts if amount is not None],
        [price.to_json() for _, price in prices],
    )


async def insert_edges(
    conn: Connection, network_id: int, edge_ids: Sequence[int], tiers: int
) -> None:
    await conn.execute(INSERT_ACCOUNTS, network_id)
    await conn.execute(INSERT_EDGES, network_id, edge_ids, tiers)
    await conn.execute("ANALYZE past.edge, past.price")


async def fetch_last_debts(conn: Connection) -> tuple[int, int]:
    """The last obligation and the last journal."""
    row = await conn.fetchrow(FETCH_LAST_DEBTS)
    assert row is not None, "it has no condition"
    return row["obligation_id"], row["journal_id"]


async def insert_orders(conn: Connection, past: Past, numbers: range) -> None:
    """Write a batch, all of it."""
    await conn.execute(CLEAR_OWN)
    first, last = numbers[0], numbers[-1]
    await conn.execute(INSERT_LINES, first, last, past.orders, past.lines, past.skus, past.edges)
    await conn.execute(COLLECT_ORDERS)
    for statement in (
        INSERT_ORDERS,
        INSERT_ORDER_LINES,
        INSERT_TRACES,
        INSERT_PAPERS,
        INSERT_PAPER_LINES,
    ):
        await conn.execute(statement, past.network_id)
    await conn.execute(INSERT_DEBTS, past.network_id, past.last_obligation_id, past.last_journal_id)


async def finish(conn: Connection, past: Past) -> list[Payment]:
    """Exposures, stock, numbers, and the payments of all that is owed: id, number, relationship,
    minor units."""
    await conn.execute(OWE, past.network_id)
    await conn.execute(REPLACE_STOCK, past.network_id)
    await conn.execute(
        COUNT_ON,
        past.orders,
        past.orders * past.lines,
        past.last_obligation_id,
        past.last_journal_id,
    )
    rows = await conn.fetch(INSERT_PAYMENTS, past.network_id)
    return [(row["id"], row["number"], row["relationship_id"], row["amount_minor"]) for row in rows]


async def drop_foreign_keys(conn: Connection) -> list[ForeignKey]:
    """Those of what is written."""
    keys = [ForeignKey(*row) for row in await conn.fetch(FETCH_FOREIGN_KEYS, list(WRITTEN))]
    for key in keys:
        await conn.execute(f"ALTER TABLE {key.table} DROP CONSTRAINT {key.name}")
    return keys


async def add_foreign_keys(conn: Connection, keys: Sequence[ForeignKey]) -> None:
    """For what comes; what is there is still to be checked."""
    for key in keys:
        await conn.execute(
            f"ALTER TABLE {key.table} ADD CONSTRAINT {key.name} {key.definition} NOT VALID"
        )


async def check_foreign_key(conn: Connection, key: ForeignKey) -> None:
    await conn.execute(f"ALTER TABLE {key.table} VALIDATE CONSTRAINT {key.name}")
