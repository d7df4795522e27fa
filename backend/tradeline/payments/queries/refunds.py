"""Refunds, and what they have to do with shares that were given before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradeline.kernel import Connection
from tradeline.payments.model import (
    RETRY_SECONDS,
    DueRefund,
    NewRefund,
    Refund,
    RefundResult,
    RefundState,
)

COLUMNS = """
    refund.id, refund.number, refund.payment_id, refund.reference_type, refund.reference_id,
    refund.amount_minor, payment.currency, refund.reason, refund.state, refund.provider_refund_id,
    refund.requested_at, refund.settled_at, refund.last_error, refund.borne_by_org_id,
    refund.borne_minor
"""

FETCH_BY_IDS = f"""
    SELECT {COLUMNS}
      FROM payments.refund AS refund
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = refund.payment_id
     WHERE refund.network_id = $1 AND refund.id = ANY($2::bigint[])
"""

FETCH_BY_NUMBERS = f"""
    SELECT {COLUMNS}
      FROM payments.refund AS refund
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = refund.payment_id
     WHERE refund.network_id = $1 AND refund.number = ANY($2::text[])
"""

# The payments are locked, and with them all that hangs on them.
FETCH_BY_PAYMENTS = f"""
    SELECT {COLUMNS}
      FROM payments.refund AS refund
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = refund.payment_id
     WHERE refund.network_id = $1 AND refund.payment_id = ANY($2::bigint[])
     ORDER BY refund.id
"""

# The payments are locked, and the refunds fit into what is left of them.
INSERT_REFUNDS = """
    WITH wanted AS (
        SELECT *
          FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
                      $7::bigint[], $8::bigint[])
               WITH ORDINALITY
               AS refund (payment_id, reference_type, reference_id, amount_minor, reason,
                          borne_by_org_id, borne_minor, position)
    ), counted AS (
        UPDATE payments.payment AS payment
           SET refunded_minor = payment.refunded_minor + more.amount_minor,
               shares_at = CASE
                   WHEN payment.refunded_minor + more.amount_minor < payment.amount_minor
                   THEN payment.shares_at END
          FROM (SELECT payment_id, sum(amount_minor)::bigint AS amount_minor
                  FROM wanted
                 GROUP BY payment_id) AS more
         WHERE payment.network_id = $1 AND payment.id = more.payment_id
    )
    INSERT INTO payments.refund
           (network_id, number, payment_id, reference_type, reference_id, amount_minor, reason,
            borne_by_org_id, borne_minor)
    SELECT $1, payment.number || '-R' || nextval('payments.document_number'), wanted.payment_id,
           wanted.reference_type, wanted.reference_id, wanted.amount_minor, wanted.reason,
           wanted.borne_by_org_id, wanted.borne_minor
      FROM wanted
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = wanted.payment_id
     ORDER BY wanted.position
    RETURNING id, reference_type, reference_id
"""

# The payments of the refunds are locked.
SETTLE_REFUNDS = """
    WITH settled AS (
        UPDATE payments.refund AS refund
           SET state = told.state,
               provider_refund_id = coalesce(told.provider_refund_id, refund.provider_refund_id),
               sent_at = CASE WHEN told.state = 'closed' THEN refund.sent_at
                              ELSE coalesce(refund.sent_at, told.settled_at, now()) END,
               settled_at = CASE WHEN told.state IN ('succeeded', 'closed')
                                 THEN coalesce(told.settled_at, now()) END,
               next_try_at = CASE told.state WHEN 'sent' THEN now() + make_interval(secs => $6)
                                             WHEN 'abnormal' THEN now() + interval '1 hour' END,
               last_error = NULL
          FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
               AS told (id, state, provider_refund_id, settled_at)
         WHERE refund.network_id = $1 AND refund.id = told.id
        RETURNING refund.payment_id, refund.amount_minor, refund.state
    )
    UPDATE payments.payment AS payment
       SET refunded_minor = payment.refunded_minor - freed.amount_minor,
           shares_at = CASE WHEN payment.is_shareable AND NOT payment.is_surplus AND NOT EXISTS (
                                 SELECT
                                   FROM payments.sharing AS sharing
                                  WHERE sharing.network_id = $1
                                    AND sharing.payment_id = payment.id
                                    AND sharing.state <> 'withdrawn')
                            THEN coalesce(payment.shares_at, now()) END
      FROM (SELECT payment_id, sum(amount_minor)::bigint AS amount_minor
              FROM settled
             WHERE state = 'closed'
             GROUP BY payment_id) AS freed
     WHERE payment.network_id = $1 AND payment.id = freed.payment_id
"""

# By the owner, over all networks. A refund waits for the shares that come back for it, and for a
# sharing of its payment that is under way: what it takes away is known only after that.
CLAIM_DUE = """
    UPDATE payments.refund AS refund
       SET tries = refund.tries + 1,
           next_try_at = now() + make_interval(
               secs => ($2::integer[])[least(refund.tries + 1, cardinality($2::integer[]))])
      FROM (SELECT waiting.network_id, waiting.id
              FROM payments.refund AS waiting
             WHERE waiting.next_try_at <= now()
               AND NOT EXISTS (
                   SELECT
                     FROM payments.share_return AS back
                    WHERE back.network_id = waiting.network_id
                      AND back.refund_id = waiting.id
                      AND back.settled_at IS NULL)
               AND NOT EXISTS (
                   SELECT
                     FROM payments.sharing AS sharing
                    WHERE sharing.network_id = waiting.network_id
                      AND sharing.payment_id = waiting.payment_id
                      AND sharing.state = 'sent')
             ORDER BY waiting.next_try_at
             LIMIT $1
               FOR NO KEY UPDATE SKIP LOCKED) AS due,
           payments.payment AS payment
     WHERE refund.network_id = due.network_id
       AND refund.id = due.id
       AND payment.network_id = due.network_id
       AND payment.id = refund.payment_id
    RETURNING refund.network_id, refund.id, refund.number, refund.state, refund.amount_minor,
              payment.currency, refund.reason, payment.number AS payment_number,
              payment.transaction_id, payment.amount_minor AS captured_minor,
              payment.merchant_id, refund.tries
"""


async def fetch_by_ids(conn: Connection, network_id: int, ids: Sequence[int]) -> dict[int, Refund]:
    rows = await conn.fetch(FETCH_BY_IDS, network_id, ids)
    return {row["id"]: _refund(row) for row in rows}


async def fetch_by_numbers(
    conn: Connection, network_id: int, numbers: Sequence[str]
) -> dict[str, Refund]:
    rows = await conn.fetch(FETCH_BY_NUMBERS, network_id, numbers)
    return {row["number"]: _refund(row) for row in rows}


async def fetch_by_payments(
    conn: Connection, network_id: int, payment_ids: Sequence[int]
) -> list[Refund]:
    """In the order in which they were asked for."""
    rows = await conn.fetch(FETCH_BY_PAYMENTS, network_id, payment_ids)
    return [_refund(row) for row in rows]


async def insert_refunds(
    conn: Connection, network_id: int, refunds: Sequence[NewRefund]
) -> dict[tuple[str, int], int]:
    """Store refunds of payments that the caller has locked; the ids by reference."""
    rows = await conn.fetch(
        INSERT_REFUNDS,
        network_id,
        [refund.payment_id for refund in refunds],
        [refund.reference_type for refund in refunds],
        [refund.reference_id for refund in refunds],
        [refund.amount_minor for refund in refunds],
        [refund.reason for refund in refunds],
        [refund.borne_by_org_id for refund in refunds],
        [refund.borne_minor for refund in refunds],
    )
    return {(row["reference_type"], row["reference_id"]): row["id"] for row in rows}


async def settle_refunds(
    conn: Connection, network_id: int, settled: Sequence[tuple[int, RefundResult]]
) -> None:
    """Store what the provider says of refunds, whose payments the caller has locked, by id."""
    told_at: list[datetime | None] = [result.settled_at for _, result in settled]
    await conn.execute(
        SETTLE_REFUNDS,
        network_id,
        [id for id, _ in settled],
        [result.state for _, result in settled],
        [result.provider_refund_id for _, result in settled],
        told_at,
        float(RETRY_SECONDS[1]),
    )


async def claim_due(conn: Connection, limit: int) -> list[DueRefund]:
    rows = await conn.fetch(CLAIM_DUE, limit, list(RETRY_SECONDS))
    return [DueRefund(**dict(row) | {"state": RefundState(row["state"])}) for row in rows]


def _refund(row: Any) -> Refund:
    return Refund(**dict(row) | {"state": RefundState(row["state"])})
