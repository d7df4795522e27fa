"""The provider's bills, and where they differ from what we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.payments.model import (
    Bill,
    BillKind,
    BillLine,
    Difference,
    DifferenceKind,
)

INSERT_BILL = """
    INSERT INTO payments.bill (network_id, merchant_id, bill_date)
    VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
"""

# A line that is there stays as it was told first; one in another wording would be a difference.
INSERT_LINES = """
    INSERT INTO payments.bill_line
           (network_id, merchant_id, bill_date, kind, transaction_id, number, occurred_at,
            amount_minor, fee_minor)
    SELECT $1, $2, $3, kind, transaction_id, number, occurred_at, amount_minor, fee_minor
      FROM unnest($4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[],
                  $9::bigint[])
           WITH ORDINALITY
           AS line (kind, transaction_id, number, occurred_at, amount_minor, fee_minor, position)
     ORDER BY position
        ON CONFLICT ON CONSTRAINT billed_once DO NOTHING
"""

HAS_BILL = """
    SELECT EXISTS (
           SELECT
             FROM payments.bill
            WHERE network_id = $1 AND merchant_id = $2 AND bill_date = $3)
"""

# Two who reconcile one day take turns.
LOCK_BILL = """
    SELECT
      FROM payments.bill
     WHERE network_id = $1 AND merchant_id = $2 AND bill_date = $3
       FOR NO KEY UPDATE
"""

# Each line with what we have under its number: a payment that was captured, or a refund that was
# sent. `paid` is the payment itself and its own line, whatever day it was billed on.
# By its number alone a refund may be another merchant's: `paid` is the line's merchant's own.
MATCH_LINES = """
    SELECT line.kind, line.transaction_id, line.number, line.occurred_at,
           line.amount_minor, line.fee_minor,
           CASE WHEN paid.id IS NULL THEN NULL
                WHEN line.kind = 'pay' THEN payment.amount_minor
                ELSE refund.amount_minor END AS ours_minor,
           CASE WHEN paid.id IS NULL THEN NULL
                WHEN line.kind = 'pay' THEN payment.transaction_id
                ELSE refund.provider_refund_id END AS our_transaction_id,
           paid.currency, paid_line.amount_minor AS paid_minor,
           paid_line.fee_minor AS paid_fee_minor
      FROM payments.bill_line AS line
      LEFT JOIN payments.payment AS payment
        ON line.kind = 'pay'
       AND payment.network_id = $1
       AND payment.number = line.number
       AND payment.merchant_id = line.merchant_id
       AND payment.state = 'captured'
      LEFT JOIN payments.refund AS refund
        ON line.kind = 'refund'
       AND refund.network_id = $1
       AND refund.number = line.number
       AND refund.state IN ('sent', 'succeeded', 'abnormal')
      LEFT JOIN payments.payment AS paid
        ON paid.network_id = $1
       AND paid.id = CASE line.kind WHEN 'pay' THEN payment.id ELSE refund.payment_id END
       AND paid.merchant_id = line.merchant_id
      LEFT JOIN payments.bill_line AS paid_line
        ON line.kind = 'refund'
       AND paid_line.network_id = $1
       AND paid_line.merchant_id = line.merchant_id
       AND paid_line.kind = 'pay'
       AND paid_line.number = paid.number
     WHERE line.network_id = $1 AND line.merchant_id = $2 AND line.bill_date = $3
     ORDER BY line.id
"""

# What happened here and stands in no bill.
FETCH_UNBILLED = """
    SELECT 'pay' AS kind, payment.number, payment.transaction_id, payment.currency,
           payment.amount_minor, payment.captured_at AS occurred_at
      FROM payments.payment AS payment
     WHERE payment.network_id = $1
       AND payment.merchant_id = $2
       AND payment.captured_at >= $3
       AND payment.captured_at < $4
       AND NOT EXISTS (
           SELECT
             FROM payments.bill_line AS line
            WHERE line.network_id = $1
              AND line.merchant_id = $2
              AND line.kind = 'pay'
              AND line.number = payment.number)
    UNION ALL
    SELECT 'refund', refund.number, refund.provider_refund_id, payment.currency,
           refund.amount_minor, refund.sent_at
      FROM payments.refund AS refund
      JOIN payments.payment AS payment
        ON payment.network_id = $1
       AND payment.id = refund.payment_id
       AND payment.merchant_id = $2
     WHERE refund.network_id = $1
       AND refund.sent_at >= $3
       AND refund.sent_at < $4
       AND refund.state IN ('sent', 'succeeded', 'abnormal')
       AND NOT EXISTS (
           SELECT
             FROM payments.bill_line AS line
            WHERE line.network_id = $1
              AND line.merchant_id = $2
              AND line.kind = 'refund'
              AND line.number = refund.number)
     ORDER BY 1, 2
"""

# What was missing on one side has come since: by a later bill, or because we heard of it late.
RESOLVE_WHAT_CAME = """
    UPDATE payments.difference AS difference
       SET resolved_at = now(), note = $3
     WHERE difference.network_id = $1
       AND difference.merchant_id = $2
       AND difference.resolved_at IS NULL
       AND CASE
           WHEN difference.kind IN ('missing_in_bill', 'refund_missing_in_bill') THEN EXISTS (
                SELECT
                  FROM payments.bill_line AS line
                 WHERE line.network_id = $1
                   AND line.merchant_id = $2
                   AND line.kind = CASE difference.kind WHEN 'missing_in_bill' THEN 'pay'
                                                        ELSE 'refund' END
                   AND line.number = difference.number
                   AND line.amount_minor = difference.ours_minor)
           WHEN difference.kind = 'missing_here' THEN EXISTS (
                SELECT
                  FROM payments.payment AS payment
                 WHERE payment.network_id = $1
                   AND payment.merchant_id = $2
                   AND payment.number = difference.number
                   AND payment.transaction_id = difference.transaction_id
                   AND payment.amount_minor = difference.theirs_minor)
           WHEN difference.kind = 'refund_missing_here' THEN EXISTS (
                SELECT
                  FROM payments.refund AS refund
                  JOIN payments.payment AS payment
                    ON payment.network_id = $1
                   AND payment.id = refund.payment_id
                   AND payment.merchant_id = $2
                 WHERE refund.network_id = $1
                   AND refund.number = difference.number
                   AND refund.state IN ('sent', 'succeeded', 'abnormal')
                   AND refund.amount_minor = difference.theirs_minor)
           ELSE false END
    RETURNING difference.number
"""

# Of the day, and of lines before it whose payment we have heard of only now. Each line looks up its
# own payment: in one join for both kinds every line would be compared with every payment.
FETCH_UNBOOKED_FEES = """
    SELECT line.id, line.number, line.occurred_at, line.fee_minor, paid.currency,
           paid.collector_entity_id
      FROM payments.bill_line AS line
     CROSS JOIN LATERAL (
           SELECT payment.currency, payment.collector_entity_id
             FROM payments.payment AS payment
            WHERE line.kind = 'pay'
              AND payment.network_id = $1
              AND payment.number = line.number
              AND payment.merchant_id = line.merchant_id
              AND payment.state = 'captured'
            UNION ALL
           SELECT payment.currency, payment.collector_entity_id
             FROM payments.refund AS refund
             JOIN payments.payment AS payment
               ON payment.network_id = $1
              AND payment.id = refund.payment_id
              AND payment.merchant_id = line.merchant_id
              AND payment.state = 'captured'
            WHERE line.kind = 'refund'
              AND refund.network_id = $1
              AND refund.number = line.number) AS paid
     WHERE line.network_id = $1
       AND line.merchant_id = $2
       AND line.fee_minor <> 0
       AND (line.bill_date = $3 OR line.number = ANY($4::text[]))
       AND NOT EXISTS (
           SELECT
             FROM settlement.booking AS booking
            WHERE booking.network_id = $1
              AND booking.document_type = 'bill_line'
              AND booking.document_id = line.id)
     ORDER BY line.id
"""

MARK_RECONCILED = """
    UPDATE payments.bill
       SET reconciled_at = now()
     WHERE network_id = $1 AND merchant_id = $2 AND bill_date = $3
"""

COLUMNS = """
    difference.id, difference.merchant_id, difference.bill_date, difference.kind,
    difference.number, difference.transaction_id, difference.currency, difference.ours_minor,
    difference.theirs_minor, difference.found_at, difference.resolved_at, difference.note
"""

FETCH_OPEN = f"""
    SELECT {COLUMNS}
      FROM payments.difference AS difference
     WHERE difference.network_id = $1
       AND difference.merchant_id = $2
       AND difference.bill_date BETWEEN $3::date - 1 AND $3::date
       AND difference.resolved_at IS NULL
     ORDER BY difference.id
"""

# Whose merchant number it is, that organization sees its bills.
# Null where nobody has said.
FETCH_FEE_RATE = """
    SELECT fee_bp
      FROM channels.payment_account
     WHERE network_id = $1 AND provider = 'wechat' AND merchant_id = $2
"""

LIST_DIFFERENCES = f"""
    SELECT {COLUMNS}
      FROM payments.difference AS difference
      JOIN channels.payment_account AS account
        ON account.network_id = $1
       AND account.merchant_id = difference.merchant_id
       AND account.org_id = $2
     WHERE difference.network_id = $1
       AND ($3::text IS NULL OR difference.merchant_id = $3)
       AND ($4::date IS NULL OR difference.bill_date = $4)
       AND ($5::boolean IS NULL OR (difference.resolved_at IS NULL) = $5)
       AND ($6::bigint IS NULL OR difference.id < $6)
     ORDER BY difference.id DESC
     LIMIT $7
"""

FETCH_DIFFERENCES = f"""
    SELECT {COLUMNS}
      FROM payments.difference AS difference
      JOIN channels.payment_account AS account
        ON account.network_id = $1
       AND account.merchant_id = difference.merchant_id
       AND account.org_id = $2
     WHERE difference.network_id = $1 AND difference.id = ANY($3::bigint[])
"""

LOCK_DIFFERENCE = FETCH_DIFFERENCES + " FOR NO KEY UPDATE OF difference"

RESOLVE_DIFFERENCE = """
    UPDATE payments.difference
       SET resolved_at = now(), resolved_by_account_id = $3, note = $4
     WHERE network_id = $1 AND id = $2
"""

LIST_BILLS = """
    SELECT bill.merchant_id, bill.bill_date, bill.stored_at, bill.reconciled_at,
           total.payments_count, total.payments_minor, total.refunds_count, total.refunds_minor,
           total.fee_minor
      FROM payments.bill AS bill
      JOIN channels.payment_account AS account
        ON account.network_id = $1
       AND account.merchant_id = bill.merchant_id
       AND account.org_id = $2
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE line.kind = 'pay') AS payments_count,
                  coalesce(sum(line.amount_minor) FILTER (WHERE line.kind = 'pay'), 0)::bigint
                  AS payments_minor,
                  count(*) FILTER (WHERE line.kind = 'refund') AS refunds_count,
                  coalesce(sum(line.amount_minor) FILTER (WHERE line.kind = 'refund'), 0)::bigint
                  AS refunds_minor,
                  coalesce(sum(line.fee_minor), 0)::bigint AS fee_minor
             FROM payments.bill_line AS line
            WHERE line.network_id = $1
              AND line.merchant_id = bill.merchant_id
              AND line.bill_date = bill.bill_date) AS total
     WHERE bill.network_id = $1
       AND ($3::text IS NULL OR bill.merchant_id = $3)
       AND ($4::date IS NULL OR (bill.bill_date, bill.merchant_id) < ($4::date, $5::text))
     ORDER BY bill.bill_date DESC, bill.merchant_id DESC
     LIMIT $6
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A line of a bill, and what we have under its number; None where we have nothing."""

    line: BillLine
    ours_minor: int | None
    our_transaction_id: str | None
    currency: str | None
    paid_minor: int | None
    paid_fee_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbookedFee:
    """What the provider took for a payment of ours, or, below zero, gave back."""

    id: int
    number: str
    occurred_at: datetime
    fee_minor: int
    currency: str
    collector_entity_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbilled:
    """Something that happened here and stands in no bill."""

    kind: BillKind
    number: str
    transaction_id: str | None
    currency: str
    amount_minor: int
    occurred_at: datetime


async def insert_bill(
    conn: Connection,
    network_id: int,
    merchant_id: str,
    bill_date: date,
    lines: Sequence[BillLine],
) -> None:
    await conn.execute(INSERT_BILL, network_id, merchant_id, bill_date)
    await conn.execute(
        INSERT_LINES,
        network_id,
        merchant_id,
        bill_date,
        [line.kind for line in lines],
        [line.transaction_id for line in lines],
        [line.number for line in lines],
        [line.occurred_at for line in lines],
        [line.amount_minor for line in lines],
        [line.fee_minor for line in lines],
    )


async def has_bill(conn: Connection, network_id: int, merchant_id: str, bill_date: date) -> bool:
    found: bool = await conn.fetchval(HAS_BILL, network_id, merchant_id, bill_date)
    return found


async def lock_bill(conn: Connection, network_id: int, merchant_id: str, bill_date: date) -> bool:
    """Whether there is one; it is locked until the unit of work ends."""
    return await conn.fetchrow(LOCK_BILL, network_id, merchant_id, bill_date) is not None


async def match_lines(
    conn: Connection, network_id: int, merchant_id: str, bill_date: date
) -> list[Matched]:
    rows = await conn.fetch(MATCH_LINES, network_id, merchant_id, bill_date)
    return [
        Matched(
            line=BillLine(
                kind=BillKind(row["kind"]),
                transaction_id=row["transaction_id"],
                number=row["number"],
                occurred_at=row["occurred_at"],
                amount_minor=row["amount_minor"],
                fee_minor=row["fee_minor"],
            ),
            ours_minor=row["ours_minor"],
            our_transaction_id=row["our_transaction_id"],
            currency=row["currency"],
            paid_minor=row["paid_minor"],
            paid_fee_minor=row["paid_fee_minor"],
        )
        for row in rows
    ]


async def fetch_unbilled(
    conn: Connection, network_id: int, merchant_id: str, since: datetime, until: datetime
) -> list[Unbilled]:
    rows = await conn.fetch(FETCH_UNBILLED, network_id, merchant_id, since, until)
    return [Unbilled(**dict(row) | {"kind": BillKind(row["kind"])}) for row in rows]


async def resolve_what_came(
    conn: Connection, network_id: int, merchant_id: str, note: str
) -> list[str]:
    """Resolve open differences that are none any more; returns their numbers."""
    rows = await conn.fetch(RESOLVE_WHAT_CAME, network_id, merchant_id, note)
    return [row["number"] for row in rows]


async def fetch_unbooked_fees(
    conn: Connection, network_id: int, merchant_id: str, bill_date: date, numbers: Sequence[str]
) -> list[UnbookedFee]:
    """Of a day's bill, and of lines of any day with one of the numbers."""
    rows = await conn.fetch(FETCH_UNBOOKED_FEES, network_id, merchant_id, bill_date, numbers)
    return [UnbookedFee(**row) for row in rows]


async def mark_reconciled(
    conn: Connection, network_id: int, merchant_id: str, bill_date: date
) -> None:
    await conn.execute(MARK_RECONCILED, network_id, merchant_id, bill_date)


async def fetch_open(
    conn: Connection, network_id: int, merchant_id: str, bill_date: date
) -> list[Difference]:
    """Of the day, and of the one before, whose last hour the bill decides about."""
    rows = await conn.fetch(FETCH_OPEN, network_id, merchant_id, bill_date)
    return [_difference(row) for row in rows]


async def list_differences(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    merchant_id: str | None,
    bill_date: date | None,
    is_open: bool | None,
) -> list[Difference]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_DIFFERENCES,
        actor.network_id,
        actor.org_id,
        merchant_id,
        bill_date,
        is_open,
        None if page.after is None else page.after[0],
        page.limit,
    )
    return [_difference(row) for row in rows]


async def fetch_fee_rate(conn: Connection, network_id: int, merchant_id: str) -> int | None:
    fee_bp: int | None = await conn.fetchval(FETCH_FEE_RATE, network_id, merchant_id)
    return fee_bp


async def fetch_differences(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Difference]:
    rows = await conn.fetch(FETCH_DIFFERENCES, actor.network_id, actor.org_id, ids)
    return {row["id"]: _difference(row) for row in rows}


async def lock_difference(conn: Connection, actor: Actor, difference_id: int) -> Difference | None:
    row = await conn.fetchrow(LOCK_DIFFERENCE, actor.network_id, actor.org_id, [difference_id])
    return None if row is None else _difference(row)


async def resolve_difference(conn: Connection, actor: Actor, difference_id: int, note: str) -> None:
    """Store what the caller, who has locked it, says about a difference."""
    await conn.execute(RESOLVE_DIFFERENCE, actor.network_id, difference_id, actor.account_id, note)


async def list_bills(
    conn: Connection, actor: Actor, page: PageRequest, merchant_id: str | None
) -> list[Bill]:
    """Newest first."""
    day, merchant = (None, None) if page.after is None else page.after
    rows = await conn.fetch(
        LIST_BILLS,
        actor.network_id,
        actor.org_id,
        merchant_id,
        None if day is None else date.fromisoformat(str(day)),
        merchant,
        page.limit,
    )
    return [Bill(**row) for row in rows]


def _difference(row: Any) -> Difference:
    return Difference(**dict(row) | {"kind": DifferenceKind(row["kind"])})
