"""Statements and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.organizations import Side
from tradeline.settlement.model import (
    Obligation,
    ObligationKind,
    Statement,
    StatementDraft,
    StatementState,
)

FETCH_STATEMENTS = """
    SELECT statement.id, statement.relationship_id, statement.number, statement.sequence,
           statement.currency, statement.period_from, statement.period_to,
           statement.opening_minor, statement.movement_minor, statement.closing_minor,
           statement.state, statement.issued_at, statement.seller_confirmed_at,
           statement.buyer_confirmed_at, statement.disputed_by_org_id, statement.dispute_reason,
           statement.previous_hash, statement.hash, edge.seller_org_id, edge.buyer_org_id
      FROM settlement.statement AS statement
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = statement.relationship_id
     WHERE statement.network_id = $1
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
       AND statement.id = ANY($3::bigint[])
"""

LIST_STATEMENTS = """
    SELECT statement.id, statement.relationship_id, statement.number, statement.sequence,
           statement.currency, statement.period_from, statement.period_to,
           statement.opening_minor, statement.movement_minor, statement.closing_minor,
           statement.state, statement.issued_at, statement.seller_confirmed_at,
           statement.buyer_confirmed_at, statement.disputed_by_org_id, statement.dispute_reason,
           statement.previous_hash, statement.hash, edge.seller_org_id, edge.buyer_org_id
      FROM settlement.statement AS statement
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = statement.relationship_id
     WHERE statement.network_id = $1
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
       AND ($3::bigint IS NULL OR statement.relationship_id = $3)
       AND ($4::text IS NULL OR statement.state = $4)
       AND ($5::bigint IS NULL OR statement.id < $5)
     ORDER BY statement.id DESC
     LIMIT $6
"""

FETCH_LATEST_STATEMENT = """
    SELECT statement.id
      FROM settlement.statement AS statement
     WHERE statement.network_id = $1 AND statement.relationship_id = $2
     ORDER BY statement.sequence DESC
     LIMIT 1
"""

# What no statement holds yet. The caller has locked the edge, so nothing is added meanwhile.
FETCH_UNSTATED = """
    SELECT obligation.id, obligation.relationship_id, obligation.kind, obligation.currency,
           settlement.signed_minor(obligation.kind, obligation.amount_minor) AS amount_minor,
           obligation.document_type, obligation.document_id, obligation.document_number,
           obligation.occurred_at, obligation.due_on
      FROM settlement.obligation AS obligation
     WHERE obligation.network_id = $1
       AND obligation.relationship_id = $2
       AND obligation.occurred_at <= $3
       AND NOT EXISTS (
           SELECT
             FROM settlement.statement_line AS line
            WHERE line.network_id = $1 AND line.obligation_id = obligation.id)
     ORDER BY obligation.occurred_at, obligation.id
"""

# One page for each statement.
LIST_LINES = """
    SELECT statement.id AS statement_id,
           obligation.id, obligation.relationship_id, obligation.kind, obligation.currency,
           line.amount_minor, obligation.document_type, obligation.document_id,
           obligation.document_number, obligation.occurred_at, obligation.due_on
      FROM settlement.statement AS statement
      JOIN organizations.relationship AS edge
        ON edge.network_id = $1 AND edge.id = statement.relationship_id
     CROSS JOIN LATERAL (
           SELECT *
             FROM settlement.statement_line AS every_line
            WHERE every_line.network_id = $1
              AND every_line.statement_id = statement.id
              AND ($4::bigint IS NULL OR every_line.obligation_id > $4)
            ORDER BY every_line.obligation_id
            LIMIT $5) AS line
      JOIN settlement.obligation AS obligation
        ON obligation.network_id = $1 AND obligation.id = line.obligation_id
     WHERE statement.network_id = $1
       AND statement.id = ANY($3::bigint[])
       AND (edge.seller_org_id = $2 OR edge.buyer_org_id = $2)
     ORDER BY obligation.id
"""

INSERT_STATEMENT = """
    INSERT INTO settlement.statement
           (network_id, relationship_id, number, sequence, currency, period_from, period_to,
            opening_minor, movement_minor, closing_minor, previous_hash, hash)
    VALUES ($1, $2, 'ST-' || nextval('settlement.document_number'), $3, $4, $5, $6, $7, $8, $9,
            $10, $11)
    RETURNING id
"""

INSERT_LINES = """
    INSERT INTO settlement.statement_line (network_id, statement_id, obligation_id, amount_minor)
    SELECT $1, $2, line.obligation_id, line.amount_minor
      FROM unnest($3::bigint[], $4::bigint[]) AS line (obligation_id, amount_minor)
"""

DELETE_LINES = """
    DELETE FROM settlement.statement_line WHERE network_id = $1 AND statement_id = $2
"""

REISSUE_STATEMENT = """
    UPDATE settlement.statement
       SET period_to = $3, movement_minor = $4, closing_minor = $5, hash = $6, state = 'issued',
           issued_at = now(), seller_confirmed_at = NULL, buyer_confirmed_at = NULL,
           disputed_by_org_id = NULL, dispute_reason = NULL
     WHERE network_id = $1 AND id = $2
"""

CONFIRM_STATEMENT = """
    UPDATE settlement.statement
       SET seller_confirmed_at = CASE $3 WHEN 'seller' THEN now() ELSE seller_confirmed_at END,
           buyer_confirmed_at = CASE $3 WHEN 'buyer' THEN now() ELSE buyer_confirmed_at END,
           state = CASE WHEN CASE $3 WHEN 'seller' THEN buyer_confirmed_at
                                     ELSE seller_confirmed_at END IS NULL
                        THEN 'issued' ELSE 'confirmed' END
     WHERE network_id = $1 AND id = $2
"""

DISPUTE_STATEMENT = """
    UPDATE settlement.statement
       SET state = 'disputed', disputed_by_org_id = $3, dispute_reason = $4
     WHERE network_id = $1 AND id = $2
"""


async def fetch_statements(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Statement]:
    rows = await conn.fetch(FETCH_STATEMENTS, actor.network_id, actor.org_id, ids)
    return {row["id"]: _statement(row) for row in rows}


async def list_statements(
    conn: Connection,
    actor: Actor,
    page: PageRequest,
    relationship_id: int | None,
    state: StatementState | None,
) -> list[Statement]:
    """Newest first."""
    rows = await conn.fetch(
        LIST_STATEMENTS,
        actor.network_id,
        actor.org_id,
        relationship_id,
        state,
        None if page.after is None else page.after[0],
        page.limit,
    )
    return [_statement(row) for row in rows]


async def fetch_latest_statement(
    conn: Connection, actor: Actor, relationship_id: int
) -> Statement | None:
    """The last statement of an edge that the caller has locked."""
    statement_id = await conn.fetchval(FETCH_LATEST_STATEMENT, actor.network_id, relationship_id)
    if statement_id is None:
        return None
    return (await fetch_statements(conn, actor, [statement_id])).get(statement_id)


async def fetch_unstated(
    conn: Connection, network_id: int, relationship_id: int, period_to: datetime
) -> tuple[Obligation, ...]:
    rows = await conn.fetch(FETCH_UNSTATED, network_id, relationship_id, period_to)
    return tuple(_line(row) for row in rows)


async def list_lines(
    conn: Connection, actor: Actor, statement_ids: Sequence[int], page: PageRequest
) -> dict[int, list[Obligation]]:
    """Oldest first, by statement; one without lines is absent."""
    rows = await conn.fetch(
        LIST_LINES,
        actor.network_id,
        actor.org_id,
        statement_ids,
        None if page.after is None else page.after[0],
        page.limit,
    )
    found: dict[int, list[Obligation]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("statement_id"), []).append(_line(values))
    return found


async def insert_statement(conn: Connection, network_id: int, draft: StatementDraft) -> int:
    statement_id: int = await conn.fetchval(
        INSERT_STATEMENT,
        network_id,
        draft.relationship_id,
        draft.sequence,
        draft.currency,
        draft.period_from,
        draft.period_to,
        draft.opening_minor,
        draft.movement_minor,
        draft.closing_minor,
        draft.previous_hash,
        draft.hash,
    )
    await _insert_lines(conn, network_id, statement_id, draft)
    return statement_id


async def delete_lines(conn: Connection, network_id: int, statement_id: int) -> None:
    """Let go of a disputed statement's lines, so that they can be taken anew."""
    await conn.execute(DELETE_LINES, network_id, statement_id)


async def reissue_statement(
    conn: Connection, network_id: int, statement_id: int, draft: StatementDraft
) -> None:
    """Store what a statement says now. Confirmations and the dispute are gone from it."""
    await conn.execute(
        REISSUE_STATEMENT,
        network_id,
        statement_id,
        draft.period_to,
        draft.movement_minor,
        draft.closing_minor,
        draft.hash,
    )
    await _insert_lines(conn, network_id, statement_id, draft)


async def confirm_statement(
    conn: Connection, network_id: int, statement_id: int, side: Side
) -> None:
    """Store one side's confirmation; with the second one it is closed."""
    await conn.execute(CONFIRM_STATEMENT, network_id, statement_id, side)


async def dispute_statement(
    conn: Connection, network_id: int, statement_id: int, org_id: int, reason: str
) -> None:
    await conn.execute(DISPUTE_STATEMENT, network_id, statement_id, org_id, reason)


async def _insert_lines(
    conn: Connection, network_id: int, statement_id: int, draft: StatementDraft
) -> None:
    await conn.execute(
        INSERT_LINES,
        network_id,
        statement_id,
        [line.id for line in draft.lines],
        [line.amount_minor for line in draft.lines],
    )


def _statement(row: Any) -> Statement:
    return Statement(**dict(row) | {"state": StatementState(row["state"])})


def _line(row: Any) -> Obligation:
    return Obligation(**dict(row) | {"kind": ObligationKind(row["kind"])})
