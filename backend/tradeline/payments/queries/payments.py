"""Payments: made, prepaid, captured, closed; and the notices that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.kernel import Connection
from tradeline.payments.model import (
    POLL_SECONDS,
    Capture,
    DuePayment,
    NewDifference,
    NewPayment,
    Notice,
    Payment,
    PaymentState,
)

COLUMNS = """
    payment.id, payment.number, payment.reference_type, payment.reference_id,
    payment.collector_entity_id, payment.merchant_id, payment.app_id, payment.currency,
    payment.amount_minor, payment.is_shareable, payment.state, payment.prepay_id,
    payment.transaction_id, payment.refunded_minor, payment.is_surplus, payment.created_at,
    payment.expires_at, payment.captured_at
"""

INSERT_PAYMENTS = """
    INSERT INTO payments.payment
           (network_id, number, reference_type, reference_id, collector_entity_id, merchant_id,
            app_id, currency, amount_minor, is_shareable, expires_at)
    SELECT $1, number, reference_type, reference_id, collector_entity_id, merchant_id, app_id,
           currency, amount_minor, is_shareable, expires_at
      FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                  $8::text[], $9::bigint[], $10::boolean[], $11::timestamptz[])
           WITH ORDINALITY
           AS payment (number, reference_type, reference_id, collector_entity_id, merchant_id,
                       app_id, currency, amount_minor, is_shareable, expires_at, position)
     ORDER BY position
    RETURNING number, id
"""

FETCH_BY_IDS = f"""
    SELECT {COLUMNS}
      FROM payments.payment AS payment
     WHERE payment.network_id = $1 AND payment.id = ANY($2::bigint[])
"""

FETCH_BY_NUMBERS = f"""
    SELECT {COLUMNS}
      FROM payments.payment AS payment
     WHERE payment.network_id = $1 AND payment.number = ANY($2::text[])
"""

FETCH_BY_REFERENCES = f"""
    SELECT {COLUMNS}
      FROM payments.payment AS payment
     WHERE payment.network_id = $1
       AND payment.reference_type = $2
       AND payment.reference_id = ANY($3::bigint[])
     ORDER BY payment.id
"""

# The ORDER BY is the lock order.
LOCK_BY_IDS = FETCH_BY_IDS + " ORDER BY payment.id FOR NO KEY UPDATE"

# Those that are named, and those that have one of the transactions already, under whatever number.
LOCK_FOR_CAPTURE = f"""
    SELECT {COLUMNS}
      FROM payments.payment AS payment
     WHERE payment.network_id = $1
       AND (payment.number = ANY($2::text[])
            OR (payment.merchant_id = ANY($3::text[]) AND payment.transaction_id = ANY($4::text[])))
     ORDER BY payment.id
       FOR NO KEY UPDATE
"""

# A reply that comes after the payment was captured or given up changes nothing. The ORDER BY is the
# lock order.
MARK_PREPAID = """
    UPDATE payments.payment AS payment
       SET prepay_id = prepaid.prepay_id,
           state = 'prepaid',
           next_poll_at = coalesce(payment.next_poll_at, now() + make_interval(secs => $4))
      FROM (SELECT locked.id, told.prepay_id
              FROM payments.payment AS locked
              JOIN unnest($2::bigint[], $3::text[]) AS told (id, prepay_id)
                ON told.id = locked.id
             WHERE locked.network_id = $1 AND locked.state IN ('created', 'prepaid')
             ORDER BY locked.id
               FOR NO KEY UPDATE OF locked) AS prepaid
     WHERE payment.network_id = $1 AND payment.id = prepaid.id
"""

# The payments are locked. Sharing needs a minute after the payment, by the provider's rules.
CAPTURE_PAYMENTS = """
    UPDATE payments.payment AS payment
       SET state = 'captured',
           transaction_id = capture.transaction_id,
           captured_at = capture.captured_at,
           next_poll_at = NULL,
           shares_at = CASE WHEN payment.is_shareable THEN capture.captured_at + greatest(
               interval '1 minute',
               (SELECT make_interval(days => account.sharing_wait_days)
                  FROM channels.payment_account AS account
                 WHERE account.network_id = $1
                   AND account.provider = 'wechat'
                   AND account.merchant_id = payment.merchant_id)) END
      FROM unnest($2::bigint[], $3::text[], $4::timestamptz[])
           AS capture (id, transaction_id, captured_at)
     WHERE payment.network_id = $1 AND payment.id = capture.id
"""

MARK_SURPLUS = """
    UPDATE payments.payment
       SET is_surplus = true, shares_at = NULL
     WHERE network_id = $1 AND id = ANY($2::bigint[]) AND state = 'captured'
"""

CLOSE_PAYMENTS = """
    UPDATE payments.payment AS payment
       SET state = 'closing', next_poll_at = now(), polls = 0
      FROM (SELECT id
              FROM payments.payment
             WHERE network_id = $1
               AND id = ANY($2::bigint[])
               AND state IN ('created', 'prepaid')
             ORDER BY id
               FOR NO KEY UPDATE) AS open
     WHERE payment.network_id = $1 AND payment.id = open.id
"""

MARK_CLOSED = """
    UPDATE payments.payment AS payment
       SET state = 'closed', next_poll_at = NULL
      FROM (SELECT id
              FROM payments.payment
             WHERE network_id = $1 AND id = ANY($2::bigint[]) AND state = 'closing'
             ORDER BY id
               FOR NO KEY UPDATE) AS closing
     WHERE payment.network_id = $1 AND payment.id = closing.id
"""

# By the owner, over all networks. Whoever is given a payment has until its next poll to tell; who
# dies meanwhile is followed by another. What somebody has locked is being looked after.
CLAIM_DUE = """
    UPDATE payments.payment AS payment
       SET polls = payment.polls + 1,
           next_poll_at = now() + make_interval(
               secs => ($2::integer[])[least(payment.polls + 2, cardinality($2::integer[]))])
      FROM (SELECT network_id, id
              FROM payments.payment
             WHERE next_poll_at <= now()
             ORDER BY next_poll_at
             LIMIT $1
               FOR NO KEY UPDATE SKIP LOCKED) AS due
     WHERE payment.network_id = due.network_id AND payment.id = due.id
    RETURNING payment.network_id, payment.id, payment.number, payment.merchant_id, payment.app_id,
              payment.amount_minor, payment.currency, payment.state, payment.expires_at,
              payment.polls
"""

CLAIM_NOTICES = """
    INSERT INTO payments.notice (network_id, notice_id, kind, body_hash)
    SELECT $1, notice_id, kind, body_hash
      FROM unnest($2::text[], $3::text[], $4::bytea[]) AS notice (notice_id, kind, body_hash)
     ORDER BY notice_id
        ON CONFLICT DO NOTHING
    RETURNING notice_id
"""

# The provider repeats itself for a day at most.
FORGET_NOTICES = """
    DELETE FROM payments.notice AS notice
     USING (SELECT network_id, notice_id
              FROM payments.notice
             WHERE received_at < now() - interval '30 days'
             LIMIT $1) AS old
     WHERE notice.network_id = old.network_id AND notice.notice_id = old.notice_id
"""

# What was named before keeps its first day; its figures are the last ones known.
INSERT_DIFFERENCES = """
    INSERT INTO payments.difference AS difference
           (network_id, merchant_id, bill_date, kind, number, transaction_id, currency, ours_minor,
            theirs_minor)
    SELECT DISTINCT ON (found.merchant_id, found.bill_date, found.kind, found.number,
                        found.transaction_id)
           $1, found.merchant_id, found.bill_date, found.kind, found.number, found.transaction_id,
           found.currency, found.ours_minor, found.theirs_minor
      FROM unnest($2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[],
                  $8::bigint[], $9::bigint[])
           AS found (merchant_id, bill_date, kind, number, transaction_id, currency, ours_minor,
                     theirs_minor)
     ORDER BY found.merchant_id, found.bill_date, found.kind, found.number, found.transaction_id
        ON CONFLICT ON CONSTRAINT named_once
        DO UPDATE SET ours_minor = excluded.ours_minor, theirs_minor = excluded.theirs_minor
         WHERE (difference.ours_minor, difference.theirs_minor)
               IS DISTINCT FROM (excluded.ours_minor, excluded.theirs_minor)
"""


async def insert_payments(
    conn: Connection, network_id: int, payments: Sequence[NewPayment], numbers: Sequence[str]
) -> list[int]:
    """The ids, in the order given."""
    rows = await conn.fetch(
        INSERT_PAYMENTS,
        network_id,
        numbers,
        [payment.reference_type for payment in payments],
        [payment.reference_id for payment in payments],
        [payment.collector_entity_id for payment in payments],
        [payment.merchant_id for payment in payments],
        [payment.app_id for payment in payments],
        [payment.currency for payment in payments],
        [payment.amount_minor for payment in payments],
        [payment.is_shareable for payment in payments],
        [payment.expires_at for payment in payments],
    )
    ids = {row["number"]: row["id"] for row in rows}
    return [ids[number] for number in numbers]


async def fetch_by_ids(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, Payment]:
    rows = await conn.fetch(FETCH_BY_IDS, network_id, ids)
    return {row["id"]: _payment(row) for row in rows}


async def fetch_by_numbers(
    conn: Connection, network_id: int, numbers: Sequence[str]
) -> dict[str, Payment]:
    rows = await conn.fetch(FETCH_BY_NUMBERS, network_id, numbers)
    return {row["number"]: _payment(row) for row in rows}


async def fetch_by_references(
    conn: Connection, network_id: int, reference_type: str, reference_ids: Sequence[int]
) -> list[Payment]:
    """Oldest first."""
    rows = await conn.fetch(FETCH_BY_REFERENCES, network_id, reference_type, reference_ids)
    return [_payment(row) for row in rows]


async def lock_by_ids(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, Payment]:
    """Lock payments, in the order of their ids, until the unit of work ends."""
    rows = await conn.fetch(LOCK_BY_IDS, network_id, ids)
    return {row["id"]: _payment(row) for row in rows}


async def lock_for_capture(
    conn: Connection, network_id: int, captures: Sequence[Capture]
) -> list[Payment]:
    """Lock what the captures speak of, by number or by transaction."""
    rows = await conn.fetch(
        LOCK_FOR_CAPTURE,
        network_id,
        [capture.number for capture in captures],
        sorted({capture.merchant_id for capture in captures}),
        [capture.transaction_id for capture in captures],
    )
    return [_payment(row) for row in rows]


async def mark_prepaid(
    conn: Connection, network_id: int, prepaid: Sequence[tuple[int, str]]
) -> None:
    await conn.execute(
        MARK_PREPAID,
        network_id,
        [id for id, _ in prepaid],
        [prepay_id for _, prepay_id in prepaid],
        float(POLL_SECONDS[0]),
    )


async def capture_payments(
    conn: Connection, network_id: int, captured: Sequence[tuple[int, Capture]]
) -> None:
    """Store captures of payments that the caller has locked, by id."""
    await conn.execute(
        CAPTURE_PAYMENTS,
        network_id,
        [id for id, _ in captured],
        [capture.transaction_id for _, capture in captured],
        [capture.captured_at for _, capture in captured],
    )


async def mark_surplus(conn: Connection, network_id: int, ids: Sequence[int]) -> None:
    await conn.execute(MARK_SURPLUS, network_id, ids)


async def close_payments(conn: Connection, network_id: int, ids: Sequence[int]) -> None:
    await conn.execute(CLOSE_PAYMENTS, network_id, ids)


async def mark_closed(conn: Connection, network_id: int, ids: Sequence[int]) -> None:
    await conn.execute(MARK_CLOSED, network_id, ids)


async def claim_due(conn: Connection, limit: int) -> list[DuePayment]:
    rows = await conn.fetch(CLAIM_DUE, limit, list(POLL_SECONDS))
    return [DuePayment(**dict(row) | {"state": PaymentState(row["state"])}) for row in rows]


async def claim_notices(conn: Connection, network_id: int, notices: Sequence[Notice]) -> set[str]:
    """The ids that were not there."""
    rows = await conn.fetch(
        CLAIM_NOTICES,
        network_id,
        [notice.notice_id for notice in notices],
        [notice.kind for notice in notices],
        [notice.body_hash for notice in notices],
    )
    return {row["notice_id"] for row in rows}


async def forget_notices(conn: Connection, limit: int) -> int:
    status: str = await conn.execute(FORGET_NOTICES, limit)
    return int(status.rsplit(" ", 1)[-1])


async def insert_differences(
    conn: Connection,
    network_id: int,
    differences: Sequence[NewDifference],
) -> None:
    """Name differences, each once."""
    await conn.execute(
        INSERT_DIFFERENCES,
        network_id,
        [difference.merchant_id for difference in differences],
        [difference.bill_date for difference in differences],
        [difference.kind for difference in differences],
        [difference.number for difference in differences],
        [difference.transaction_id for difference in differences],
        [difference.currency for difference in differences],
        [difference.ours_minor for difference in differences],
        [difference.theirs_minor for difference in differences],
    )


def _payment(row: Any) -> Payment:
    return Payment(**dict(row) | {"state": PaymentState(row["state"])})
