"""Posting, by the owner and over all networks: the books follow what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection
from tradeline.settlement.queries.queues import Claimed, columns_of

# Makes the accounts that are missing, in one order, so that two workers who want the same ones
# wait for each other and never deadlock.
INSERT_ACCOUNTS = """
    WITH claimed AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS claimed (network_id, obligation_id)
    ), wanted AS (
        SELECT DISTINCT obligation.network_id, book.entity_id,
               CASE side.code WHEN '=' THEN 'current' ELSE side.code END AS code,
               CASE side.code WHEN '=' THEN obligation.relationship_id END AS relationship_id,
               obligation.currency
          FROM claimed
          JOIN settlement.obligation AS obligation
            ON obligation.network_id = claimed.network_id
           AND obligation.id = claimed.obligation_id
         CROSS JOIN LATERAL (VALUES ('creditor', obligation.creditor_entity_id),
                                    ('debtor', obligation.debtor_entity_id)
                            ) AS book (side, entity_id)
          JOIN settlement.posting_rule AS rule
            ON rule.kind = obligation.kind AND rule.side = book.side
         CROSS JOIN LATERAL (VALUES (rule.debit_code), (rule.credit_code)) AS side (code)
    )
    INSERT INTO settlement.account (network_id, entity_id, code, relationship_id, currency)
    SELECT wanted.network_id, wanted.entity_id, wanted.code, wanted.relationship_id,
           wanted.currency
      FROM wanted
     WHERE NOT EXISTS (
           SELECT
             FROM settlement.account AS account
            WHERE account.network_id = wanted.network_id
              AND account.entity_id = wanted.entity_id
              AND account.code = wanted.code
              AND account.relationship_id = wanted.relationship_id
              AND account.currency = wanted.currency)
       AND NOT EXISTS (
           SELECT
             FROM settlement.account AS account
            WHERE account.network_id = wanted.network_id
              AND account.entity_id = wanted.entity_id
              AND account.code = wanted.code
              AND account.relationship_id IS NULL
              AND wanted.relationship_id IS NULL
              AND account.currency = wanted.currency)
     ORDER BY wanted.network_id, wanted.entity_id, wanted.code, wanted.relationship_id
        ON CONFLICT DO NOTHING
"""

# One journal and one transfer in each of the two books; what is posted already stays as it is. One
# of the two accounts is the edge's current one. IS NOT DISTINCT FROM would find either, but by no
# index: it would look at the current accounts of all edges for each journal.
#
# Of each journal its obligation is looked up again: PostgreSQL takes what a batch comes to for a
# row or two, and would go through all of the batch for each journal to find it there.
INSERT_JOURNALS = """
    WITH journal AS (
        INSERT INTO settlement.journal (network_id, entity_id, obligation_id)
        SELECT obligation.network_id, book.entity_id, obligation.id
          FROM unnest($1::bigint[], $2::bigint[]) AS claimed (network_id, obligation_id)
          JOIN settlement.obligation AS obligation
            ON obligation.network_id = claimed.network_id
           AND obligation.id = claimed.obligation_id
         CROSS JOIN LATERAL (VALUES (obligation.creditor_entity_id),
                                    (obligation.debtor_entity_id)) AS book (entity_id)
         ORDER BY obligation.network_id, obligation.id, book.entity_id
            ON CONFLICT ON CONSTRAINT posted_once_in_each_books DO NOTHING
        RETURNING network_id, id, entity_id, obligation_id
    )
    INSERT INTO settlement.transfer
           (network_id, journal_id, entity_id, obligation_id, currency, amount_minor,
            debit_account_id, credit_account_id)
    SELECT journal.network_id, journal.id, journal.entity_id, obligation.id, obligation.currency,
           obligation.amount_minor,
           CASE rule.debit_code WHEN '=' THEN current.id ELSE other.id END,
           CASE rule.debit_code WHEN '=' THEN other.id ELSE current.id END
      FROM journal
      JOIN settlement.obligation AS obligation
        ON obligation.network_id = journal.network_id AND obligation.id = journal.obligation_id
      LEFT JOIN settlement.posting_rule AS rule
        ON rule.kind = obligation.kind
       AND rule.side = CASE journal.entity_id WHEN obligation.creditor_entity_id THEN 'creditor'
                                              ELSE 'debtor' END
      LEFT JOIN settlement.account AS current
        ON current.network_id = journal.network_id
       AND current.entity_id = journal.entity_id
       AND current.code = 'current'
       AND current.relationship_id = obligation.relationship_id
       AND current.currency = obligation.currency
      LEFT JOIN settlement.account AS other
        ON other.network_id = journal.network_id
       AND other.entity_id = journal.entity_id
       AND other.code = CASE rule.debit_code WHEN '=' THEN rule.credit_code
                                             ELSE rule.debit_code END
       AND other.relationship_id IS NULL
       AND other.currency = obligation.currency
"""


async def insert_journals(conn: Connection, claimed: Sequence[Claimed]) -> None:
    """Post obligations in both books, making the accounts that are missing."""
    columns = columns_of(claimed)
    await conn.execute(INSERT_ACCOUNTS, *columns)
    await conn.execute(INSERT_JOURNALS, *columns)
