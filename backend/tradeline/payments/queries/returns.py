"""Shares on their way back, and what went wrong with whatever is asked of the provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradeline.kernel import Connection
from tradeline.payments.model import RETRY_SECONDS, DueShareReturn, ShareReturnResult
from tradeline.payments.queries.sharings import Moved, run_of

# What receivers still have of a payment, less what is on its way back.
FETCH_RETURNABLE = """
    SELECT sharing.payment_id, share.id AS share_id, share.org_id,
           share.amount_minor - share.returned_minor - (
               SELECT coalesce(sum(back.amount_minor), 0)
                 FROM payments.share_return AS back
                WHERE back.network_id = $1
                  AND back.share_id = share.id
                  AND back.settled_at IS NULL)::bigint AS amount_minor
      FROM payments.sharing AS sharing
      JOIN payments.share AS share
        ON share.network_id = $1 AND share.sharing_id = sharing.id
     WHERE sharing.network_id = $1
       AND sharing.payment_id = ANY($2::bigint[])
       AND sharing.state = 'finished'
       AND share.state = 'succeeded'
     ORDER BY share.id
"""

# What came back for one that was closed is there still when the same document asks anew.
FETCH_REFUNDS_WITH_RETURNS = """
    SELECT DISTINCT refund.id AS refund_id
      FROM payments.refund AS refund
      JOIN payments.refund AS asked
        ON asked.network_id = $1
       AND asked.payment_id = refund.payment_id
       AND asked.reference_type = refund.reference_type
       AND asked.reference_id = refund.reference_id
       AND asked.id <= refund.id
      JOIN payments.share_return AS back
        ON back.network_id = $1 AND back.refund_id = asked.id
     WHERE refund.network_id = $1 AND refund.id = ANY($2::bigint[])
"""

INSERT_RETURNS = """
    INSERT INTO payments.share_return (network_id, number, share_id, refund_id, amount_minor)
    SELECT $1, payment.number || '-B' || nextval('payments.document_number'), back.share_id,
           back.refund_id, back.amount_minor
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
           WITH ORDINALITY AS back (share_id, refund_id, amount_minor, position)
      JOIN payments.refund AS refund
        ON refund.network_id = $1 AND refund.id = back.refund_id
      JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.id = refund.payment_id
     ORDER BY back.position
"""

# By the owner, over all networks.
CLAIM_DUE_RETURNS = """
    UPDATE payments.share_return AS back
       SET state = 'sent',
           tries = back.tries + 1,
           next_try_at = now() + make_interval(
               secs => ($2::integer[])[least(back.tries + 1, cardinality($2::integer[]))])
      FROM (SELECT network_id, id
              FROM payments.share_return
             WHERE next_try_at <= now()
             ORDER BY next_try_at
             LIMIT $1
               FOR NO KEY UPDATE SKIP LOCKED) AS due,
           payments.share AS share, payments.sharing AS sharing, payments.payment AS payment
     WHERE back.network_id = due.network_id
       AND back.id = due.id
       AND share.network_id = due.network_id
       AND share.id = back.share_id
       AND sharing.network_id = due.network_id
       AND sharing.id = share.sharing_id
       AND payment.network_id = due.network_id
       AND payment.id = sharing.payment_id
    RETURNING back.network_id, back.id, back.number, sharing.number AS sharing_number,
              payment.merchant_id, share.receiver_merchant_id AS return_merchant_id,
              back.amount_minor, back.tries
"""

FETCH_RETURNS = """
    SELECT back.id, back.number, sharing.payment_id, share.relationship_ids, share.runs,
           back.amount_minor, back.settled_at IS NOT NULL AS is_settled
      FROM payments.share_return AS back
      JOIN payments.share AS share ON share.network_id = $1 AND share.id = back.share_id
      JOIN payments.sharing AS sharing
        ON sharing.network_id = $1 AND sharing.id = share.sharing_id
     WHERE back.network_id = $1 AND back.number = ANY($2::text[])
     ORDER BY back.id
"""

# The payments are locked.
SETTLE_RETURNS = """
    WITH settled AS (
        UPDATE payments.share_return AS back
           SET state = told.state, fail_reason = told.fail_reason, settled_at = now(),
               next_try_at = NULL, last_error = NULL
          FROM unnest($2::bigint[], $3::text[], $4::text[]) AS told (id, state, fail_reason)
         WHERE back.network_id = $1 AND back.id = told.id
        RETURNING back.share_id, back.state, back.amount_minor
    )
    UPDATE payments.share AS share
       SET returned_minor = share.returned_minor + back.amount_minor
      FROM (SELECT share_id, sum(amount_minor)::bigint AS amount_minor
              FROM settled
             WHERE state = 'succeeded'
             GROUP BY share_id) AS back
     WHERE share.network_id = $1 AND share.id = back.share_id
"""

NOTE_FAILURES = """
    UPDATE payments.{table} AS work
       SET last_error = left(failure.error, 500)
      FROM unnest($2::bigint[], $3::text[]) AS failure (id, error)
     WHERE work.network_id = $1 AND work.id = failure.id
"""
NOTE_REFUND_FAILURES = NOTE_FAILURES.format(table="refund")
NOTE_SHARING_FAILURES = NOTE_FAILURES.format(table="sharing")
NOTE_RETURN_FAILURES = NOTE_FAILURES.format(table="share_return")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returnable:
    """What a receiver still has of a share."""

    payment_id: int
    share_id: int
    org_id: int
    amount_minor: int


async def fetch_returnable(
    conn: Connection, network_id: int, payment_ids: Sequence[int]
) -> list[Returnable]:
    rows = await conn.fetch(FETCH_RETURNABLE, network_id, payment_ids)
    return [Returnable(**row) for row in rows]


async def fetch_refunds_with_returns(
    conn: Connection, network_id: int, refund_ids: Sequence[int]
) -> set[int]:
    rows = await conn.fetch(FETCH_REFUNDS_WITH_RETURNS, network_id, refund_ids)
    return {row["refund_id"] for row in rows}


async def insert_returns(
    conn: Connection, network_id: int, returns: Sequence[tuple[int, int, int]]
) -> None:
    """Store returns of shares for refunds: (share_id, refund_id, amount_minor) each."""
    await conn.execute(
        INSERT_RETURNS,
        network_id,
        [share_id for share_id, _, _ in returns],
        [refund_id for _, refund_id, _ in returns],
        [amount_minor for _, _, amount_minor in returns],
    )


async def claim_due_returns(conn: Connection, limit: int) -> list[DueShareReturn]:
    rows = await conn.fetch(CLAIM_DUE_RETURNS, limit, list(RETRY_SECONDS))
    return [DueShareReturn(**row) for row in rows]


async def fetch_returns(conn: Connection, network_id: int, numbers: Sequence[str]) -> list[Moved]:
    """Returns whose outcome is not known yet."""
    rows = await conn.fetch(FETCH_RETURNS, network_id, numbers)
    return [
        Moved(
            id=row["id"],
            number=row["number"],
            payment_id=row["payment_id"],
            amount_minor=row["amount_minor"],
            **run_of(row),
        )
        for row in rows
        if not row["is_settled"]
    ]


async def settle_returns(
    conn: Connection, network_id: int, settled: Sequence[tuple[int, ShareReturnResult]]
) -> None:
    """Store how returns ended, whose payments the caller has locked, by id."""
    await conn.execute(
        SETTLE_RETURNS,
        network_id,
        [id for id, _ in settled],
        ["succeeded" if result.is_success else "failed" for _, result in settled],
        [result.fail_reason for _, result in settled],
    )


async def note_refund_failures(
    conn: Connection, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    await _note(conn, NOTE_REFUND_FAILURES, network_id, failures)


async def note_sharing_failures(
    conn: Connection, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    await _note(conn, NOTE_SHARING_FAILURES, network_id, failures)


async def note_return_failures(
    conn: Connection, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    await _note(conn, NOTE_RETURN_FAILURES, network_id, failures)


async def _note(
    conn: Connection, sql: str, network_id: int, failures: Sequence[tuple[int, str]]
) -> None:
    await conn.execute(
        sql, network_id, [id for id, _ in failures], [error for _, error in failures]
    )
