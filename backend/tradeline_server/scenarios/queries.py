"""What a sale has left in the books, asked by the owner: by its documents, not by what we think."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradeline.kernel import Connection

DOCUMENTS_OF_ORDERS = """
    SELECT 'consumer_order' AS document_type, asked.id AS document_id
      FROM unnest($2::bigint[]) AS asked (id)
     UNION ALL
    SELECT 'consumer_refund', refund.id
      FROM shopping.consumer_refund AS refund
     WHERE refund.network_id = $1 AND refund.order_id = ANY($2)
     UNION ALL
    SELECT 'payment', payment.id
      FROM payments.payment AS payment
     WHERE payment.network_id = $1 AND payment.reference_type = 'consumer_order'
       AND payment.reference_id = ANY($2)
     UNION ALL
    SELECT 'payment_refund', refund.id
      FROM payments.refund AS refund
      JOIN payments.payment AS payment
        ON payment.network_id = refund.network_id AND payment.id = refund.payment_id
     WHERE refund.network_id = $1 AND payment.reference_type = 'consumer_order'
       AND payment.reference_id = ANY($2)
"""

# Every transfer counts on both of its accounts; of an account, what is debited is more.
SUMS_OF_ORDERS = f"""
    WITH document AS ({DOCUMENTS_OF_ORDERS}), source AS (
        SELECT obligation.id AS obligation_id, NULL::bigint AS booking_id
          FROM settlement.obligation AS obligation
          JOIN document USING (document_type, document_id)
         WHERE obligation.network_id = $1
         UNION ALL
        SELECT NULL, booking.id
          FROM settlement.booking AS booking
          JOIN document USING (document_type, document_id)
         WHERE booking.network_id = $1
    ), moved AS (
        SELECT transfer.debit_account_id, transfer.credit_account_id, transfer.amount_minor
          FROM source
          JOIN settlement.transfer AS transfer
            ON transfer.network_id = $1
           AND (transfer.obligation_id = source.obligation_id
                OR transfer.booking_id = source.booking_id)
    )
    SELECT entity.org_id, account.code, sum(side.minor)::bigint AS minor
      FROM moved
     CROSS JOIN LATERAL (VALUES (moved.debit_account_id, moved.amount_minor),
                                (moved.credit_account_id, -moved.amount_minor)
                        ) AS side (account_id, minor)
      JOIN settlement.account AS account
        ON account.network_id = $1 AND account.id = side.account_id
      JOIN organizations.legal_entity AS entity
        ON entity.network_id = $1 AND entity.id = account.entity_id
     GROUP BY entity.org_id, account.code
"""

COUNT_UNPOSTED = """
    SELECT (SELECT count(*) FROM settlement.posting_queue)
         + (SELECT count(*) FROM settlement.booking_queue)
         + (SELECT count(*) FROM kernel.outbox_event WHERE delivered_at IS NULL)
"""

# A consumer who thinks for too long, in no time at all.
LET_ORDER_EXPIRE = """
    UPDATE shopping.consumer_order
       SET expires_at = now()
     WHERE network_id = $1 AND id = $2
"""

# A month, in no time at all: what was sold just now was sold so many days ago.
MOVE_SALES = """
    WITH sold AS (
        SELECT * FROM unnest($2::bigint[], $3::int[]) AS sold (order_id, days_ago)
    ), event AS (
        UPDATE shopping.order_event AS event
           SET occurred_at = event.occurred_at - make_interval(days => sold.days_ago)
          FROM sold
         WHERE event.network_id = $1 AND event.order_id = sold.order_id
    )
    UPDATE shopping.consumer_order AS sale
       SET placed_at = sale.placed_at - make_interval(days => sold.days_ago),
           paid_at = sale.paid_at - make_interval(days => sold.days_ago)
      FROM sold
     WHERE sale.network_id = $1 AND sale.id = sold.order_id
"""

# A day that was promised, in no time at all.
LET_LINE_BE_LATE = """
    UPDATE ordering.order_line
       SET promised_on = (now() AT TIME ZONE interval '8 hours')::date - 1
     WHERE network_id = $1 AND id = $2
"""

COUNT_EXPECTATIONS = """
    SELECT count(*)
      FROM replenishment.expectation AS told
      JOIN ordering.order_line AS line
        ON line.network_id = told.network_id AND line.id = told.order_line_id
     WHERE told.network_id = $1 AND line.order_id = $2
"""

FETCH_FREE = """
    SELECT on_hand - held
      FROM inventory.stock_level
     WHERE network_id = $1 AND warehouse_id = $2 AND sku_id = $3
"""


FETCH_PAYMENT_NUMBER = """
    SELECT number
      FROM payments.payment
     WHERE network_id = $1 AND reference_type = 'consumer_order' AND reference_id = $2
     ORDER BY id
     LIMIT 1
"""


FETCH_PAYMENT_OUTCOME = """
    SELECT CASE WHEN payment.state = 'captured' AND payment.amount_minor = (
                         SELECT sum(refund.amount_minor)
                           FROM payments.refund AS refund
                          WHERE refund.network_id = payment.network_id
                            AND refund.payment_id = payment.id
                            AND refund.state = 'succeeded')
                THEN 'refunded' ELSE payment.state END
      FROM payments.payment AS payment
     WHERE payment.network_id = $1 AND payment.reference_type = 'consumer_order'
       AND payment.reference_id = $2
"""


async def sums_of_orders(
    conn: Connection, network_id: int, order_ids: Sequence[int]
) -> dict[tuple[int, str], int]:
    """By organization and account, what the documents of these orders have moved; debits count."""
    rows = await conn.fetch(SUMS_OF_ORDERS, network_id, list(order_ids))
    return {(row["org_id"], row["code"]): row["minor"] for row in rows}


async def count_unposted(conn: Connection) -> int:
    count: int = await conn.fetchval(COUNT_UNPOSTED)
    return count


async def let_order_expire(conn: Connection, network_id: int, order_id: int) -> None:
    await conn.execute(LET_ORDER_EXPIRE, network_id, order_id)


async def move_sales_to_their_days(
    conn: Connection, network_id: int, days_ago: Mapping[int, int]
) -> None:
    """By order, so many days ago."""
    await conn.execute(MOVE_SALES, network_id, list(days_ago), list(days_ago.values()))


async def let_line_be_late(conn: Connection, network_id: int, line_id: int) -> None:
    await conn.execute(LET_LINE_BE_LATE, network_id, line_id)


async def count_expectations(conn: Connection, network_id: int, order_id: int) -> int:
    """How many lines of an order have a day noted, or that nobody knows one."""
    count: int = await conn.fetchval(COUNT_EXPECTATIONS, network_id, order_id)
    return count


async def fetch_free(conn: Connection, network_id: int, warehouse_id: int, sku_id: int) -> int:
    free: int = await conn.fetchval(FETCH_FREE, network_id, warehouse_id, sku_id)
    return free


async def fetch_payment_number(conn: Connection, network_id: int, order_id: int) -> str:
    """Under which WeChat knows the order's first payment."""
    number: str = await conn.fetchval(FETCH_PAYMENT_NUMBER, network_id, order_id)
    return number


async def fetch_payment_outcome(conn: Connection, network_id: int, order_id: int) -> str:
    """The state of the order's payment, or `refunded` once all of it went back."""
    outcome: str = await conn.fetchval(FETCH_PAYMENT_OUTCOME, network_id, order_id)
    return outcome
