"""Reading one's own books."""

from __future__ import annotations

from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.settlement.model import BookingKind, Journal, LedgerAccount, ObligationKind

LIST_ACCOUNTS = """
    SELECT account.id, account.entity_id, account.code, account.relationship_id,
           account.currency, debit.minor AS debit_minor, credit.minor AS credit_minor
      FROM settlement.account AS account
      JOIN organizations.legal_entity AS entity
        ON entity.network_id = $1 AND entity.id = account.entity_id AND entity.org_id = $2
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(transfer.amount_minor), 0)::bigint AS minor
             FROM settlement.transfer AS transfer
            WHERE transfer.network_id = $1 AND transfer.debit_account_id = account.id) AS debit
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(transfer.amount_minor), 0)::bigint AS minor
             FROM settlement.transfer AS transfer
            WHERE transfer.network_id = $1 AND transfer.credit_account_id = account.id) AS credit
     WHERE account.network_id = $1
       AND account.entity_id = $3
       AND ($4::bigint IS NULL OR account.id > $4)
     ORDER BY account.id
     LIMIT $5
"""

LIST_JOURNALS = """
    SELECT journal.id, journal.entity_id, journal.posted_at, journal.obligation_id,
           journal.booking_id, document.relationship_id, document.kind, document.document_type,
           document.document_id, document.document_number, document.occurred_at,
           transfer.currency, transfer.amount_minor,
           transfer.debit_account_id, debit.code AS debit_code,
           transfer.credit_account_id, credit.code AS credit_code
      FROM settlement.journal AS journal
      JOIN organizations.legal_entity AS entity
        ON entity.network_id = $1 AND entity.id = journal.entity_id AND entity.org_id = $2
     CROSS JOIN LATERAL (
           SELECT relationship_id, kind, document_type, document_id, document_number, occurred_at
             FROM settlement.obligation
            WHERE network_id = $1 AND id = journal.obligation_id
           UNION ALL
           SELECT NULL, kind, document_type, document_id, document_number, occurred_at
             FROM settlement.booking
            WHERE network_id = $1 AND id = journal.booking_id) AS document
      JOIN settlement.transfer AS transfer
        ON transfer.network_id = $1 AND transfer.journal_id = journal.id
      JOIN settlement.account AS debit
        ON debit.network_id = $1 AND debit.id = transfer.debit_account_id
      JOIN settlement.account AS credit
        ON credit.network_id = $1 AND credit.id = transfer.credit_account_id
     WHERE journal.network_id = $1
       AND journal.entity_id = $3
       AND ($4::bigint IS NULL OR journal.id < $4)
       AND ($6::bigint IS NULL
            OR transfer.debit_account_id = $6 OR transfer.credit_account_id = $6)
     ORDER BY journal.id DESC
     LIMIT $5
"""


async def list_accounts(
    conn: Connection, actor: Actor, entity_id: int, page: PageRequest
) -> list[LedgerAccount]:
    rows = await conn.fetch(
        LIST_ACCOUNTS, actor.network_id, actor.org_id, entity_id, _after(page), page.limit
    )
    return [LedgerAccount(**row) for row in rows]


async def list_journals(
    conn: Connection, actor: Actor, entity_id: int, page: PageRequest, account_id: int | None
) -> list[Journal]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_JOURNALS,
        actor.network_id,
        actor.org_id,
        entity_id,
        _after(page),
        page.limit,
        account_id,
    )
    return [Journal(**dict(row) | {"kind": _kind(row)}) for row in rows]


def _kind(row: Any) -> ObligationKind | BookingKind:
    """The kinds of obligations and of bookings are told apart by whose journal it is."""
    if row["booking_id"] is None:
        return ObligationKind(row["kind"])
    return BookingKind(row["kind"])


def _after(page: PageRequest) -> str | int | None:
    return None if page.after is None else page.after[0]
