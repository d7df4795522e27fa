"""Bookings: entries of one set of books, decided with their documents and posted behind them."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection
from tradeline.settlement.model import NewBooking
from tradeline.settlement.queries.queues import Claimed, columns_of

# What was booked before (same books, kind and document) changes nothing. The order is by the key,
# so that two who book the same wait for each other and never deadlock.
INSERT_BOOKINGS = """
    WITH wanted AS (
        SELECT *
          FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
                      $8::text[], $9::timestamptz[])
               WITH ORDINALITY
               AS wanted (entity_id, kind, currency, amount_minor, document_type, document_id,
                          document_number, occurred_at, position)
    ), inserted AS (
        INSERT INTO settlement.booking
               (network_id, entity_id, kind, currency, amount_minor, document_type, document_id,
                document_number, occurred_at)
        SELECT $1, entity_id, kind, currency, amount_minor, document_type, document_id,
               document_number, coalesce(occurred_at, clock_timestamp())
          FROM wanted
         ORDER BY entity_id, kind, document_type, document_id
            ON CONFLICT ON CONSTRAINT one_booking_for_each_document DO NOTHING
        RETURNING id, entity_id, kind, document_type, document_id
    ), queued AS (
        INSERT INTO settlement.booking_queue (network_id, booking_id)
        SELECT $1, id FROM inserted
    )
    SELECT min(wanted.position) AS position, inserted.id
      FROM inserted
      JOIN wanted USING (entity_id, kind, document_type, document_id)
     GROUP BY inserted.id
"""

# Makes the accounts that are missing, in one order, as for obligations.
INSERT_ACCOUNTS = """
    WITH wanted AS (
        SELECT DISTINCT booking.network_id, booking.entity_id, side.code, booking.currency
          FROM unnest($1::bigint[], $2::bigint[]) AS claimed (network_id, booking_id)
          JOIN settlement.booking AS booking
            ON booking.network_id = claimed.network_id AND booking.id = claimed.booking_id
          JOIN settlement.booking_rule AS rule ON rule.kind = booking.kind
         CROSS JOIN LATERAL (VALUES (rule.debit_code), (rule.credit_code)) AS side (code)
    )
    INSERT INTO settlement.account (network_id, entity_id, code, currency)
    SELECT wanted.network_id, wanted.entity_id, wanted.code, wanted.currency
      FROM wanted
     WHERE NOT EXISTS (
           SELECT
             FROM settlement.account AS account
            WHERE account.network_id = wanted.network_id
              AND account.entity_id = wanted.entity_id
              AND account.code = wanted.code
              AND account.relationship_id IS NULL
              AND account.currency = wanted.currency)
     ORDER BY wanted.network_id, wanted.entity_id, wanted.code, wanted.currency
        ON CONFLICT DO NOTHING
"""

# One journal and one transfer; what is posted already stays as it is. Of each journal its booking
# is looked up again, as of obligations.
INSERT_JOURNALS = """
    WITH journal AS (
        INSERT INTO settlement.journal (network_id, entity_id, booking_id)
        SELECT booking.network_id, booking.entity_id, booking.id
          FROM unnest($1::bigint[], $2::bigint[]) AS claimed (network_id, booking_id)
          JOIN settlement.booking AS booking
            ON booking.network_id = claimed.network_id AND booking.id = claimed.booking_id
         ORDER BY booking.network_id, booking.id
            ON CONFLICT (network_id, booking_id) WHERE booking_id IS NOT NULL DO NOTHING
        RETURNING network_id, id, booking_id
    )
    INSERT INTO settlement.transfer
           (network_id, journal_id, entity_id, booking_id, currency, amount_minor,
            debit_account_id, credit_account_id)
    SELECT journal.network_id, journal.id, booking.entity_id, booking.id, booking.currency,
           booking.amount_minor, debit.id, credit.id
      FROM journal
      JOIN settlement.booking AS booking
        ON booking.network_id = journal.network_id AND booking.id = journal.booking_id
      JOIN settlement.booking_rule AS rule ON rule.kind = booking.kind
      LEFT JOIN settlement.account AS debit
        ON debit.network_id = booking.network_id
       AND debit.entity_id = booking.entity_id
       AND debit.code = rule.debit_code
       AND debit.relationship_id IS NULL
       AND debit.currency = booking.currency
      LEFT JOIN settlement.account AS credit
        ON credit.network_id = booking.network_id
       AND credit.entity_id = booking.entity_id
       AND credit.code = rule.credit_code
       AND credit.relationship_id IS NULL
       AND credit.currency = booking.currency
"""


async def insert_bookings(
    conn: Connection, network_id: int, bookings: Sequence[NewBooking]
) -> list[int | None]:
    """Store bookings and queue them; the ids in the order given, None for what was there."""
    rows = await conn.fetch(
        INSERT_BOOKINGS,
        network_id,
        [booking.entity_id for booking in bookings],
        [booking.kind for booking in bookings],
        [booking.currency for booking in bookings],
        [booking.amount_minor for booking in bookings],
        [booking.document_type for booking in bookings],
        [booking.document_id for booking in bookings],
        [booking.document_number for booking in bookings],
        [booking.occurred_at for booking in bookings],
    )
    ids = {row["position"]: row["id"] for row in rows}
    return [ids.get(position) for position in range(1, len(bookings) + 1)]


async def insert_journals(conn: Connection, claimed: Sequence[Claimed]) -> None:
    """Post bookings in their books, making the accounts that are missing."""
    columns = columns_of(claimed)
    await conn.execute(INSERT_ACCOUNTS, *columns)
    await conn.execute(INSERT_JOURNALS, *columns)
