"""The SQL of what is to be told of sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.kernel import Connection
from tradeline.shopping.tidings import DueMessage, DueUpload, TidingKind

# Only of what was paid by a provider. What is noted is not noted again.
NOTE_SHIPMENTS = """
    INSERT INTO shopping.tiding (network_id, kind, order_id, document_id)
    SELECT $1, kind, consumer_order.id, shipment.id
      FROM shopping.consumer_order AS consumer_order
      JOIN shopping.shipment AS shipment
        ON shipment.network_id = $1 AND shipment.order_id = consumer_order.id
     CROSS JOIN unnest($3::text[]) WITH ORDINALITY AS tiding (kind, position)
     WHERE consumer_order.network_id = $1
       AND consumer_order.id = $2
       AND consumer_order.payment_id IS NOT NULL
     ORDER BY shipment.id, position
        ON CONFLICT (network_id, kind, document_id) DO NOTHING
"""

NOTE_REFUNDS = """
    INSERT INTO shopping.tiding (network_id, kind, order_id, document_id)
    SELECT $1, 'refunded', refund.order_id, refund.id
      FROM shopping.consumer_refund AS refund
     WHERE refund.network_id = $1
       AND refund.order_id = $2
       AND refund.state = 'succeeded'
       AND refund.payment_refund_id IS NOT NULL
     ORDER BY refund.id
        ON CONFLICT (network_id, kind, document_id) DO NOTHING
"""

# By the owner, over all networks. One after the other for each order, as the provider wants it;
# who dies meanwhile is followed by another. What was refused as often as there are waits is tried
# still, and holds up nothing after it.
CLAIM_UPLOADS = """
    WITH claimed AS (
         UPDATE shopping.tiding AS tiding
            SET tries = tiding.tries + 1,
                next_try_at = now() + make_interval(
                    secs => ($2::integer[])[least(tiding.tries + 1, cardinality($2::integer[]))])
           FROM (SELECT network_id, id
                   FROM shopping.tiding AS first
                  WHERE next_try_at <= now()
                    AND kind = 'upload'
                    AND NOT EXISTS (
                        SELECT FROM shopping.tiding AS earlier
                         WHERE earlier.network_id = first.network_id
                           AND earlier.order_id = first.order_id
                           AND earlier.kind = 'upload'
                           AND earlier.id < first.id
                           AND earlier.next_try_at IS NOT NULL
                           AND earlier.tries < cardinality($2::integer[]))
                  ORDER BY next_try_at
                  LIMIT $1
                    FOR NO KEY UPDATE SKIP LOCKED) AS due
          WHERE tiding.network_id = due.network_id AND tiding.id = due.id
      RETURNING tiding.network_id, tiding.id, tiding.order_id, tiding.document_id, tiding.tries)
    SELECT claimed.network_id, claimed.id, claimed.document_id AS shipment_id,
           payment.merchant_id, payment.transaction_id, payment.app_id, consumer_order.member_id,
           shipment.carrier, shipment.tracking_number, claimed.tries,
           consumer_order.delivery = 'pickup' AS is_pickup,
           (SELECT coalesce(string_agg(line.sku_name, '、' ORDER BY line.line_no), '')
              FROM shopping.shipment_line AS shipped
              JOIN shopping.order_line AS line
                ON line.network_id = shipped.network_id AND line.id = shipped.order_line_id
             WHERE shipped.network_id = claimed.network_id
               AND shipped.shipment_id = claimed.document_id) AS goods,
           fulfilment.is_part OR NOT fulfilment.is_complete AS is_part,
           fulfilment.is_complete
      FROM claimed
      JOIN shopping.shipment AS shipment
        ON shipment.network_id = claimed.network_id AND shipment.id = claimed.document_id
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = claimed.network_id AND consumer_order.id = claimed.order_id
      JOIN payments.payment AS payment
        ON payment.network_id = claimed.network_id AND payment.id = consumer_order.payment_id
     CROSS JOIN LATERAL (
           SELECT count(*) > 1 AS is_part,
                  max(other.id) = shipment.id AND NOT EXISTS (
                      SELECT FROM shopping.order_line AS line
                       WHERE line.network_id = claimed.network_id
                         AND line.order_id = claimed.order_id
                         AND line.quantity > line.cancelled_quantity + line.shipped_quantity)
                  AS is_complete
             FROM shopping.shipment AS other
            WHERE other.network_id = claimed.network_id
              AND other.order_id = claimed.order_id) AS fulfilment
"""

# Taken off the list at once: whoever dies meanwhile leaves somebody untold, and nobody told twice.
CLAIM_MESSAGES = """
    WITH claimed AS (
         UPDATE shopping.tiding AS tiding
            SET tries = tiding.tries + 1, next_try_at = NULL
           FROM (SELECT network_id, id
                   FROM shopping.tiding
                  WHERE next_try_at <= now() AND kind <> 'upload'
                  ORDER BY next_try_at
                  LIMIT $1
                    FOR NO KEY UPDATE SKIP LOCKED) AS due
          WHERE tiding.network_id = due.network_id AND tiding.id = due.id
      RETURNING tiding.network_id, tiding.id, tiding.kind, tiding.order_id, tiding.document_id)
    SELECT claimed.network_id, claimed.id, claimed.kind, payment.app_id, consumer_order.member_id,
           consumer_order.number AS order_number, store.name AS store_name,
           coalesce(refund.amount_minor, consumer_order.total_minor) AS amount_minor,
           consumer_order.currency,
           coalesce(refund.settled_at, shipment.shipped_at, now()) AS happened_at
      FROM claimed
      JOIN shopping.consumer_order AS consumer_order
        ON consumer_order.network_id = claimed.network_id AND consumer_order.id = claimed.order_id
      JOIN channels.store AS store
        ON store.network_id = claimed.network_id AND store.id = consumer_order.store_id
      JOIN payments.payment AS payment
        ON payment.network_id = claimed.network_id AND payment.id = consumer_order.payment_id
      LEFT JOIN shopping.consumer_refund AS refund
        ON claimed.kind = 'refunded'
       AND refund.network_id = claimed.network_id
       AND refund.id = claimed.document_id
      LEFT JOIN shopping.shipment AS shipment
        ON claimed.kind = 'shipped'
       AND shipment.network_id = claimed.network_id
       AND shipment.id = claimed.document_id
"""

END_TIDINGS = """
    UPDATE shopping.tiding AS tiding
       SET next_try_at = NULL, outcome = ended.outcome
      FROM unnest($2::bigint[], $3::text[]) AS ended (id, outcome)
     WHERE tiding.network_id = $1 AND tiding.id = ended.id
"""

MARK_UPLOADED = """
    UPDATE shopping.shipment AS shipment
       SET uploaded_at = now()
      FROM shopping.tiding AS tiding
     WHERE tiding.network_id = $1
       AND tiding.id = ANY($2::bigint[])
       AND tiding.kind = 'upload'
       AND shipment.network_id = $1
       AND shipment.id = tiding.document_id
"""


async def note_shipments(
    conn: Connection, network_id: int, order_id: int, kinds: Sequence[TidingKind]
) -> None:
    await conn.execute(NOTE_SHIPMENTS, network_id, order_id, kinds)


async def note_refunds(conn: Connection, network_id: int, order_id: int) -> None:
    await conn.execute(NOTE_REFUNDS, network_id, order_id)


async def claim_uploads(
    conn: Connection, limit: int, wait_seconds: Sequence[int]
) -> list[DueUpload]:
    rows = await conn.fetch(CLAIM_UPLOADS, limit, wait_seconds)
    return [DueUpload(**row) for row in rows]


async def claim_messages(conn: Connection, limit: int) -> list[DueMessage]:
    rows = await conn.fetch(CLAIM_MESSAGES, limit)
    return [DueMessage(**dict(row) | {"kind": TidingKind(row["kind"])}) for row in rows]


async def mark_uploaded(conn: Connection, network_id: int, ids: Sequence[int]) -> None:
    await conn.execute(MARK_UPLOADED, network_id, ids)


async def end_tidings(conn: Connection, network_id: int, outcomes: Mapping[int, str]) -> None:
    ids = sorted(outcomes)
    await conn.execute(END_TIDINGS, network_id, ids, [outcomes[id] for id in ids])
