"""The invariants of settlement, over all networks, for the owner's connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tradeline.kernel import Connection, comparison
from tradeline.settlement.model import Obligation, ObligationKind, StatementDraft

# A document that waits longer than this for its journals is late; the worker takes seconds.
LATE_AFTER = "60 seconds"

EXPOSURE_HELD = comparison(
    code="settlement.exposures_hold_what_their_holds_hold",
    title_en="What an exposure holds is the sum of its holds",
    title_zh="信用占用等于各单据占用之和",
    subject_en="Exposure",
    subject_zh="信用账户",
    sql="""
    SELECT exposure.network_id, exposure.relationship_id AS subject_id,
           coalesce(hold.minor, 0) AS expected, exposure.held_minor AS found
      FROM settlement.exposure AS exposure
      LEFT JOIN (SELECT network_id, relationship_id, sum(amount_minor) AS minor
                   FROM settlement.exposure_hold
                  GROUP BY network_id, relationship_id) AS hold
        USING (network_id, relationship_id)
     WHERE exposure.held_minor <> coalesce(hold.minor, 0)
    """,
)

EXPOSURE_OWED = comparison(
    code="settlement.exposures_owe_what_the_ledger_owes",
    title_en="What an exposure owes is the sum of its obligations",
    title_zh="应付余额等于各往来款之和",
    subject_en="Exposure",
    subject_zh="信用账户",
    sql="""
    SELECT exposure.network_id, exposure.relationship_id AS subject_id,
           coalesce(ledger.minor, 0) AS expected, exposure.owed_minor AS found
      FROM settlement.exposure AS exposure
      LEFT JOIN (SELECT network_id, relationship_id,
                        sum(settlement.signed_minor(kind, amount_minor)) AS minor
                   FROM settlement.obligation
                  GROUP BY network_id, relationship_id) AS ledger
        USING (network_id, relationship_id)
     WHERE exposure.owed_minor <> coalesce(ledger.minor, 0)
    """,
)

# Debtor and creditor are entities of the edge's two sides, the right way round for the kind.
OBLIGATION_SIDES = comparison(
    code="settlement.obligations_are_between_their_sides",
    title_en="Debtor and creditor of an obligation are the sides of its relationship",
    title_zh="往来款的债务方与债权方是该经销关系的双方",
    subject_en="Obligation",
    subject_zh="往来款",
    sql="""
    SELECT obligation.network_id, obligation.id AS subject_id,
           format('organizations %s owes %s',
                  CASE WHEN debt.buyer_owes THEN edge.buyer_org_id ELSE edge.seller_org_id END,
                  CASE WHEN debt.buyer_owes THEN edge.seller_org_id ELSE edge.buyer_org_id END
                 ) AS expected,
           format('organizations %s owes %s', debtor.org_id, creditor.org_id) AS found
      FROM settlement.obligation AS obligation
      JOIN organizations.relationship AS edge
        ON edge.network_id = obligation.network_id AND edge.id = obligation.relationship_id
      JOIN organizations.legal_entity AS debtor
        ON debtor.network_id = obligation.network_id AND debtor.id = obligation.debtor_entity_id
      JOIN organizations.legal_entity AS creditor
        ON creditor.network_id = obligation.network_id
       AND creditor.id = obligation.creditor_entity_id
     CROSS JOIN LATERAL (
           SELECT settlement.signed_minor(obligation.kind, 1) = 1 AS buyer_owes) AS debt
     WHERE (debtor.org_id, creditor.org_id)
        <> (CASE WHEN debt.buyer_owes THEN edge.buyer_org_id ELSE edge.seller_org_id END,
            CASE WHEN debt.buyer_owes THEN edge.seller_org_id ELSE edge.buyer_org_id END)
    """,
)

# What waits in the queue for less than a minute is under way and no fault.
OBLIGATION_POSTED = comparison(
    code="settlement.obligations_are_posted_in_both_books",
    title_en="Every obligation is posted in both books within a minute",
    title_zh="每笔往来款在一分钟内记入双方账簿",
    subject_en="Obligation",
    subject_zh="往来款",
    sql=f"""
    SELECT obligation.network_id, obligation.id AS subject_id,
           'journals in 2 books' AS expected,
           format('journals in %s books', count(journal.id)) AS found
      FROM settlement.obligation AS obligation
      LEFT JOIN settlement.journal AS journal
        ON journal.network_id = obligation.network_id
       AND journal.obligation_id = obligation.id
       AND journal.entity_id IN (obligation.debtor_entity_id, obligation.creditor_entity_id)
     WHERE NOT EXISTS (
           SELECT
             FROM settlement.posting_queue AS waiting
            WHERE waiting.network_id = obligation.network_id
              AND waiting.obligation_id = obligation.id
              AND waiting.queued_at > now() - interval '{LATE_AFTER}')
     GROUP BY obligation.network_id, obligation.id
    HAVING count(journal.id) <> 2
    """,
)

JOURNAL_TRANSFER = comparison(
    code="settlement.journals_are_one_transfer_each",
    title_en="Every journal is one transfer of its obligation's sum",
    title_zh="每张凭证恰为一笔金额相符的借贷分录",
    subject_en="Journal",
    subject_zh="凭证",
    sql="""
    SELECT journal.network_id, journal.id AS subject_id,
           format('1 transfer of %s', obligation.amount_minor) AS expected,
           format('%s transfers of %s', count(transfer.id), sum(transfer.amount_minor)) AS found
      FROM settlement.journal AS journal
      JOIN settlement.obligation AS obligation
        ON obligation.network_id = journal.network_id AND obligation.id = journal.obligation_id
      LEFT JOIN settlement.transfer AS transfer
        ON transfer.network_id = journal.network_id
       AND transfer.journal_id = journal.id
       AND transfer.entity_id = journal.entity_id
       AND transfer.obligation_id = journal.obligation_id
       AND transfer.currency = obligation.currency
     GROUP BY journal.network_id, journal.id, obligation.amount_minor
    HAVING count(transfer.id) <> 1 OR sum(transfer.amount_minor) <> obligation.amount_minor
    """,
)

TRANSFER_MIRROR = comparison(
    code="settlement.mirrors_are_equal",
    title_en="The two books carry the same sum for an obligation",
    title_zh="同一往来款在双方账簿中的金额一致",
    subject_en="Obligation",
    subject_zh="往来款",
    sql="""
    SELECT network_id, obligation_id AS subject_id, min(amount_minor) AS expected,
           max(amount_minor) AS found
      FROM settlement.transfer
     WHERE obligation_id IS NOT NULL
     GROUP BY network_id, obligation_id
    HAVING min(amount_minor) <> max(amount_minor) OR count(*) <> 2
    """,
)

# One journal and one transfer, of its sum, in its own books and between the accounts of its kind.
# What waits in the queue for less than a minute is under way and no fault.
BOOKING_POSTED = comparison(
    code="settlement.bookings_are_posted_once",
    title_en="Every booking is posted once, in its own books, within a minute",
    title_zh="每笔单方记账在一分钟内恰好过账一次",
    subject_en="Booking",
    subject_zh="单方记账",
    sql=f"""
    SELECT booking.network_id, booking.id AS subject_id,
           format('1 transfer of %s from %s to %s', booking.amount_minor, rule.credit_code,
                  rule.debit_code) AS expected,
           format('%s transfers of %s from %s to %s', count(transfer.id),
                  sum(transfer.amount_minor), min(credit.code), min(debit.code)) AS found
      FROM settlement.booking AS booking
      JOIN settlement.booking_rule AS rule ON rule.kind = booking.kind
      LEFT JOIN settlement.journal AS journal
        ON journal.network_id = booking.network_id
       AND journal.booking_id = booking.id
       AND journal.entity_id = booking.entity_id
      LEFT JOIN settlement.transfer AS transfer
        ON transfer.network_id = journal.network_id
       AND transfer.journal_id = journal.id
       AND transfer.booking_id = booking.id
       AND transfer.entity_id = booking.entity_id
       AND transfer.currency = booking.currency
      LEFT JOIN settlement.account AS debit
        ON debit.network_id = transfer.network_id AND debit.id = transfer.debit_account_id
      LEFT JOIN settlement.account AS credit
        ON credit.network_id = transfer.network_id AND credit.id = transfer.credit_account_id
     WHERE NOT EXISTS (
           SELECT
             FROM settlement.booking_queue AS waiting
            WHERE waiting.network_id = booking.network_id
              AND waiting.booking_id = booking.id
              AND waiting.queued_at > now() - interval '{LATE_AFTER}')
     GROUP BY booking.network_id, booking.id, booking.amount_minor, rule.debit_code,
              rule.credit_code
    HAVING count(transfer.id) <> 1
        OR sum(transfer.amount_minor) <> booking.amount_minor
        OR min(debit.code) <> rule.debit_code
        OR min(credit.code) <> rule.credit_code
    """,
)

# The balance of an edge's current account in each of the two books, seen from either.
CURRENT_ACCOUNTS = """
    SELECT account.network_id, account.relationship_id,
           sum(entry.minor) FILTER (WHERE entity.org_id = edge.seller_org_id) AS seller_minor,
           sum(entry.minor) FILTER (WHERE entity.org_id = edge.buyer_org_id) AS buyer_minor
      FROM settlement.account AS account
      JOIN organizations.relationship AS edge
        ON edge.network_id = account.network_id AND edge.id = account.relationship_id
      JOIN organizations.legal_entity AS entity
        ON entity.network_id = account.network_id AND entity.id = account.entity_id
      JOIN (SELECT network_id, debit_account_id AS account_id, amount_minor AS minor
              FROM settlement.transfer
            UNION ALL
            SELECT network_id, credit_account_id, -amount_minor
              FROM settlement.transfer) AS entry
        ON entry.network_id = account.network_id AND entry.account_id = account.id
     GROUP BY account.network_id, account.relationship_id
"""

BOOKS_AGREE = comparison(
    code="settlement.books_agree",
    title_en="The current accounts of both books are equal and opposite",
    title_zh="双方往来账户余额相等而方向相反",
    subject_en="Relationship",
    subject_zh="经销关系",
    sql=f"""
    SELECT network_id, relationship_id AS subject_id, -coalesce(seller_minor, 0) AS expected,
           coalesce(buyer_minor, 0) AS found
      FROM ({CURRENT_ACCOUNTS}) AS current_account
     WHERE coalesce(seller_minor, 0) + coalesce(buyer_minor, 0) <> 0
    """,
)

BOOKS_EQUAL_OBLIGATIONS = comparison(
    code="settlement.books_equal_obligations",
    title_en="The seller's current account is the sum of the obligations posted to it",
    title_zh="卖方往来账户余额等于已过账往来款之和",
    subject_en="Relationship",
    subject_zh="经销关系",
    sql=f"""
    SELECT network_id, relationship_id AS subject_id, coalesce(ledger.minor, 0) AS expected,
           coalesce(current_account.seller_minor, 0) AS found
      FROM ({CURRENT_ACCOUNTS}) AS current_account
      FULL JOIN (
           SELECT obligation.network_id, obligation.relationship_id,
                  sum(settlement.signed_minor(obligation.kind, obligation.amount_minor)) AS minor
             FROM settlement.obligation AS obligation
            WHERE EXISTS (
                  SELECT
                    FROM settlement.journal AS journal
                   WHERE journal.network_id = obligation.network_id
                     AND journal.obligation_id = obligation.id)
            GROUP BY obligation.network_id, obligation.relationship_id) AS ledger
        USING (network_id, relationship_id)
     WHERE coalesce(ledger.minor, 0) <> coalesce(current_account.seller_minor, 0)
    """,
)

STATEMENT_SUM = comparison(
    code="settlement.statements_add_up",
    title_en="A statement's opening and lines make its closing",
    title_zh="对账单期初加各行等于期末",
    subject_en="Statement",
    subject_zh="对账单",
    sql="""
    SELECT statement.network_id, statement.id AS subject_id,
           statement.opening_minor + coalesce(sum(line.amount_minor), 0) AS expected,
           statement.closing_minor AS found
      FROM settlement.statement AS statement
      LEFT JOIN settlement.statement_line AS line
        ON line.network_id = statement.network_id AND line.statement_id = statement.id
     GROUP BY statement.network_id, statement.id
    HAVING statement.closing_minor
           <> statement.opening_minor + coalesce(sum(line.amount_minor), 0)
        OR statement.movement_minor <> coalesce(sum(line.amount_minor), 0)
    """,
)

STATEMENT_LINE = comparison(
    code="settlement.statement_lines_are_obligations",
    title_en="A statement's line says what its obligation says, on the same relationship",
    title_zh="对账单行与其往来款一致",
    subject_en="Obligation",
    subject_zh="往来款",
    sql="""
    SELECT line.network_id, line.obligation_id AS subject_id,
           format('%s on relationship %s',
                  settlement.signed_minor(obligation.kind, obligation.amount_minor),
                  obligation.relationship_id) AS expected,
           format('%s on relationship %s', line.amount_minor, statement.relationship_id) AS found
      FROM settlement.statement_line AS line
      JOIN settlement.statement AS statement
        ON statement.network_id = line.network_id AND statement.id = line.statement_id
      JOIN settlement.obligation AS obligation
        ON obligation.network_id = line.network_id AND obligation.id = line.obligation_id
     WHERE line.amount_minor
           <> settlement.signed_minor(obligation.kind, obligation.amount_minor)
        OR statement.relationship_id <> obligation.relationship_id
    """,
)

STATEMENT_CHAIN = comparison(
    code="settlement.statements_follow_one_another",
    title_en="A statement begins where the one before it ended, and carries its hash",
    title_zh="对账单期初等于上期期末，并含上期校验值",
    subject_en="Statement",
    subject_zh="对账单",
    sql="""
    SELECT network_id, id AS subject_id,
           format('opening %s after %s, hash %s', closing_before, sequence_before,
                  encode(hash_before, 'hex')) AS expected,
           format('opening %s as %s, hash %s', opening_minor, sequence,
                  encode(previous_hash, 'hex')) AS found
      FROM (SELECT statement.*,
                   coalesce(lag(closing_minor) OVER chain, 0) AS closing_before,
                   coalesce(lag(hash) OVER chain, '') AS hash_before,
                   coalesce(lag(sequence) OVER chain, 0) AS sequence_before
              FROM settlement.statement AS statement
            WINDOW chain AS (PARTITION BY network_id, relationship_id ORDER BY sequence)
           ) AS statement
     WHERE opening_minor <> closing_before
        OR previous_hash <> hash_before
        OR sequence <> sequence_before + 1
    """,
)

PAYMENT_OBLIGATION = comparison(
    code="settlement.payments_count_when_confirmed",
    title_en="A payment moves the account when, and only when, it is confirmed",
    title_zh="付款经确认后且仅经确认后入账",
    subject_en="Payment",
    subject_zh="付款",
    sql="""
    SELECT payment.network_id, payment.id AS subject_id,
           CASE payment.state WHEN 'confirmed' THEN payment.amount_minor ELSE 0 END AS expected,
           coalesce(sum(obligation.amount_minor), 0) AS found
      FROM settlement.payment AS payment
      LEFT JOIN settlement.obligation AS obligation
        ON obligation.network_id = payment.network_id
       AND obligation.relationship_id = payment.relationship_id
       AND obligation.document_type = 'payment'
       AND obligation.document_id = payment.id
       AND obligation.kind IN ('payment', 'refund')
     GROUP BY payment.network_id, payment.id
    HAVING coalesce(sum(obligation.amount_minor), 0)
           <> CASE payment.state WHEN 'confirmed' THEN payment.amount_minor ELSE 0 END
    """,
)

ADJUSTMENT_OBLIGATION = comparison(
    code="settlement.adjustments_count_when_confirmed",
    title_en="An adjustment moves the account by its sum when, and only when, it is confirmed",
    title_zh="调整单经确认后且仅经确认后按其金额入账",
    subject_en="Adjustment",
    subject_zh="调整单",
    sql="""
    SELECT adjustment.network_id, adjustment.id AS subject_id,
           settled.minor AS expected,
           coalesce(sum(settlement.signed_minor(obligation.kind, obligation.amount_minor)), 0)
           AS found
      FROM settlement.adjustment AS adjustment
     CROSS JOIN LATERAL (
           SELECT CASE adjustment.state
                  WHEN 'confirmed'
                  THEN settlement.signed_minor(adjustment.kind, adjustment.amount_minor)
                  ELSE 0 END AS minor) AS settled
      LEFT JOIN settlement.obligation AS obligation
        ON obligation.network_id = adjustment.network_id
       AND obligation.relationship_id = adjustment.relationship_id
       AND obligation.document_type = 'adjustment'
       AND obligation.document_id = adjustment.id
       AND obligation.kind IN ('charge', 'credit_note')
     GROUP BY adjustment.network_id, adjustment.id, settled.minor
    HAVING coalesce(sum(settlement.signed_minor(obligation.kind, obligation.amount_minor)), 0)
           <> settled.minor
    """,
)

INVARIANTS = (
    EXPOSURE_HELD,
    EXPOSURE_OWED,
    OBLIGATION_SIDES,
    OBLIGATION_POSTED,
    JOURNAL_TRANSFER,
    TRANSFER_MIRROR,
    BOOKING_POSTED,
    BOOKS_AGREE,
    BOOKS_EQUAL_OBLIGATIONS,
    STATEMENT_SUM,
    STATEMENT_LINE,
    STATEMENT_CHAIN,
    PAYMENT_OBLIGATION,
    ADJUSTMENT_OBLIGATION,
)

STATEMENT_HASH = comparison(
    code="settlement.statements_say_what_they_said",
    title_en="A statement's hash is that of what it says",
    title_zh="对账单校验值与其内容相符",
    subject_en="Statement",
    subject_zh="对账单",
    sql="",
)

# One row for each line, and one without a line for a statement that has none. The order of the
# lines is the one in which they were hashed.
STATED = """
    SELECT statement.network_id, statement.id AS statement_id, statement.relationship_id,
           statement.sequence, statement.currency, statement.period_from, statement.period_to,
           statement.opening_minor, statement.previous_hash, statement.hash,
           obligation.id, obligation.kind, obligation.document_type, obligation.document_id,
           obligation.document_number, obligation.occurred_at, obligation.due_on,
           settlement.signed_minor(obligation.kind, obligation.amount_minor) AS amount_minor
      FROM settlement.statement AS statement
      LEFT JOIN settlement.statement_line AS line
        ON line.network_id = statement.network_id AND line.statement_id = statement.id
      LEFT JOIN settlement.obligation AS obligation
        ON obligation.network_id = line.network_id AND obligation.id = line.obligation_id
     ORDER BY statement.network_id, statement.id, obligation.occurred_at, obligation.id
"""
ROWS_AT_ONCE = 5_000

COUNT_UNDER_WAY = """
    SELECT (SELECT count(*) FROM settlement.posting_queue)
         + (SELECT count(*) FROM settlement.booking_queue)
"""


async def stated(conn: Connection) -> AsyncIterator[tuple[int, int, bytes, StatementDraft]]:
    """Every statement as its obligations are now: (network_id, id, stored hash, what it says).

    In a transaction; one statement's lines are in memory at a time.
    """
    head: Any = None
    lines: list[Obligation] = []
    async for row in conn.cursor(STATED, prefetch=ROWS_AT_ONCE):
        if head is not None and row["statement_id"] != head["statement_id"]:
            yield _draft(head, lines)
            lines = []
        head = row
        if row["id"] is not None:
            lines.append(_line(row))
    if head is not None:
        yield _draft(head, lines)


async def count_under_way(conn: Connection) -> int:
    count: int = await conn.fetchval(COUNT_UNDER_WAY)
    return count


def _draft(head: Any, lines: list[Obligation]) -> tuple[int, int, bytes, StatementDraft]:
    draft = StatementDraft(
        relationship_id=head["relationship_id"],
        sequence=head["sequence"],
        currency=head["currency"],
        period_from=head["period_from"],
        period_to=head["period_to"],
        opening_minor=head["opening_minor"],
        previous_hash=head["previous_hash"],
        lines=tuple(lines),
    )
    return head["network_id"], head["statement_id"], head["hash"], draft


def _line(row: Any) -> Obligation:
    return Obligation(
        id=row["id"],
        relationship_id=row["relationship_id"],
        kind=ObligationKind(row["kind"]),
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        document_type=row["document_type"],
        document_id=row["document_id"],
        document_number=row["document_number"],
        occurred_at=row["occurred_at"],
        due_on=row["due_on"],
    )
