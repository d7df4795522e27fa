"""Statements of an edge: the seller issues, both sides confirm or dispute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    InvalidValue,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Rejected,
    WrongState,
    make_page,
    publish,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.organizations import Side
from tradeline.settlement.allowed import PaperStep, is_open, side_of
from tradeline.settlement.errors import StatementChanged, StatementOpen
from tradeline.settlement.model import (
    Obligation,
    Statement,
    StatementDraft,
    StatementState,
)
from tradeline.settlement.queries import edges as edge_queries
from tradeline.settlement.queries import running as running_queries
from tradeline.settlement.queries import statements as queries
from tradeline.settlement.service.edges import found_or_refuse, judge_text, require_either


async def issue_statement(
    conn: Connection, *, actor: Actor, relationship_id: int, period_to: datetime | None = None
) -> int:
    """State an edge's account up to `period_to` (None: now); returns the statement's id.

    Only the seller issues, as it is the seller who invoices. It takes all obligations that stand in
    no statement yet and happened by then, so nothing is ever left out; later ones fall into the
    next. It waits for what is under way on the edge.

    Raises:
        Forbidden: without `statement:confirm`.
        Rejected: NotFound if the actor does not sell on the edge; StatementOpen while the one
            before is not confirmed; InvalidValue unless `period_to` is after it and not ahead.
    """
    actor.require(Permission.STATEMENT_CONFIRM)
    edge = await edge_queries.lock_edge(conn, actor, relationship_id)
    if edge is not None and edge.side_of(actor.org_id) is not Side.SELLER:
        edge = None
    edge = found_or_refuse(edge, "relationship", "relationshipId")
    latest = await queries.fetch_latest_statement(conn, actor, relationship_id)
    if latest is not None and latest.state is not StatementState.CONFIRMED:
        raise refuse(StatementOpen(path=("relationshipId",), number=latest.number))
    period_from = latest.period_to if latest else None
    period_to = await _judge_period(conn, period_from, period_to)
    draft = StatementDraft(
        relationship_id=relationship_id,
        sequence=latest.sequence + 1 if latest else 1,
        currency=edge.exposure.currency,
        period_from=period_from,
        period_to=period_to,
        opening_minor=latest.closing_minor if latest else 0,
        previous_hash=latest.hash if latest else b"",
        lines=await queries.fetch_unstated(conn, actor.network_id, relationship_id, period_to),
    )
    statement_id = await queries.insert_statement(conn, actor.network_id, draft)
    await _record(conn, actor, "issue", relationship_id, statement_id, None, _summary(draft))
    return statement_id


async def confirm_statement(
    conn: Connection, *, actor: Actor, statement_id: int, hash_seen: bytes | None = None
) -> int:
    """Agree to a statement for the actor's side; returns its id. With both sides' word it is closed
    for good. Saying it twice is saying it once.

    With `hash_seen` the actor agrees to exactly what it has read, and to nothing issued since.

    Raises:
        Forbidden: without `statement:confirm`.
        Rejected: NotFound; WrongState while it is disputed; StatementChanged.
    """
    actor.require(Permission.STATEMENT_CONFIRM)
    statement = await _lock(conn, actor, statement_id)
    if hash_seen is not None and hash_seen != statement.hash:
        raise refuse(StatementChanged(path=("hash",), number=statement.number))
    if statement.state is StatementState.DISPUTED:
        raise _wrong_state(statement)
    side = side_of(statement, actor.org_id)
    if statement.confirmed_at(side) is not None:
        return statement_id
    await queries.confirm_statement(conn, actor.network_id, statement_id, side)
    await _record(
        conn,
        actor,
        "confirm",
        statement.relationship_id,
        statement_id,
        statement.state,
        {"confirmed_by": side, "closing_minor": statement.closing_minor},
    )
    return statement_id


async def dispute_statement(
    conn: Connection, *, actor: Actor, statement_id: int, reason: str
) -> int:
    """Object to a statement that is not confirmed by both; returns its id. Either side may.

    Raises:
        Forbidden: without `statement:confirm`.
        Rejected: NotFound; WrongState if it is confirmed or disputed already; InvalidValue.
    """
    actor.require(Permission.STATEMENT_CONFIRM)
    statement = await _lock(conn, actor, statement_id)
    if not is_open(statement, PaperStep.DISPUTE, side_of(statement, actor.org_id)):
        raise _wrong_state(statement)
    raise_any(judge_text(reason, "reason"))
    await queries.dispute_statement(
        conn, actor.network_id, statement_id, actor.org_id, reason.strip()
    )
    await _record(
        conn,
        actor,
        "dispute",
        statement.relationship_id,
        statement_id,
        statement.state,
        {"disputed_by": side_of(statement, actor.org_id), "reason": reason.strip()},
    )
    return statement_id


async def reissue_statement(
    conn: Connection, *, actor: Actor, statement_id: int, period_to: datetime | None = None
) -> int:
    """Issue a disputed statement anew under its number; returns its id. Only the seller may.

    Its lines are taken anew up to `period_to` (None: now), so that what was adjusted meanwhile is
    among them; what either side had confirmed is void.

    Raises:
        Forbidden: without `statement:confirm`.
        Rejected: NotFound for others than the seller; WrongState unless disputed; InvalidValue.
    """
    actor.require(Permission.STATEMENT_CONFIRM)
    statement = await _lock(conn, actor, statement_id)
    side = side_of(statement, actor.org_id)
    if side is not Side.SELLER:
        raise refuse(NotFound(path=("statementId",), subject="statement"))
    if not is_open(statement, PaperStep.REISSUE, side):
        raise _wrong_state(statement)
    period_to = await _judge_period(conn, statement.period_from, period_to)
    await queries.delete_lines(conn, actor.network_id, statement_id)
    draft = StatementDraft(
        relationship_id=statement.relationship_id,
        sequence=statement.sequence,
        currency=statement.currency,
        period_from=statement.period_from,
        period_to=period_to,
        opening_minor=statement.opening_minor,
        previous_hash=statement.previous_hash,
        lines=await queries.fetch_unstated(
            conn, actor.network_id, statement.relationship_id, period_to
        ),
    )
    await queries.reissue_statement(conn, actor.network_id, statement_id, draft)
    await _record(
        conn,
        actor,
        "reissue",
        statement.relationship_id,
        statement_id,
        statement.state,
        _summary(draft) | {"closing_minor_before": statement.closing_minor},
    )
    return statement_id


async def statements_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Statement]:
    """Statements of edges of the actor.

    Raises Forbidden without `statement:read` or `statement:confirm`.
    """
    require_either(actor, Permission.STATEMENT_READ, Permission.STATEMENT_CONFIRM)
    return await queries.fetch_statements(conn, actor, ids)


async def list_statements(
    conn: Connection,
    *,
    actor: Actor,
    page: PageRequest,
    relationship_id: int | None = None,
    state: StatementState | None = None,
) -> Page[Statement]:
    """Newest first; the cursor is (int,). Raises Forbidden without `statement:read`."""
    actor.require(Permission.STATEMENT_READ)
    rows = await queries.list_statements(conn, actor, page, relationship_id, state)
    return make_page(rows, page, lambda statement: (statement.id,))


async def list_statement_lines(
    conn: Connection, *, actor: Actor, statement_ids: Sequence[int], page: PageRequest
) -> dict[int, Page[Obligation]]:
    """What some statements are made of, oldest first, a page of each in one statement.

    Of a statement of others the page is empty. The cursor is (int,). Raises Forbidden without
    `statement:read` or `statement:confirm`.
    """
    require_either(actor, Permission.STATEMENT_READ, Permission.STATEMENT_CONFIRM)
    found = await queries.list_lines(conn, actor, statement_ids, page)
    return {id: make_page(found.get(id, ()), page, lambda row: (row.id,)) for id in statement_ids}


async def owed_after_lines(
    conn: Connection, *, actor: Actor, lines: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """What the buyer owed, in minor units, after lines of statements: (statement, entry) each.

    A line of others is absent. Raises Forbidden without `statement:read` or `statement:confirm`.
    """
    require_either(actor, Permission.STATEMENT_READ, Permission.STATEMENT_CONFIRM)
    return await running_queries.fetch_stated_after(conn, actor, lines)


async def _lock(conn: Connection, actor: Actor, statement_id: int) -> Statement:
    """The statement under its edge's lock, which covers its state."""
    seen = found_or_refuse(
        (await queries.fetch_statements(conn, actor, [statement_id])).get(statement_id),
        "statement",
        "statementId",
    )
    await edge_queries.lock_edge(conn, actor, seen.relationship_id)
    return (await queries.fetch_statements(conn, actor, [statement_id]))[statement_id]


async def _judge_period(
    conn: Connection, period_from: datetime | None, period_to: datetime | None
) -> datetime:
    """The end of the period, or a refusal. The clock is read under the edge's lock."""
    now = await edge_queries.fetch_now(conn)
    period_to = period_to or now
    is_exact = period_to.tzinfo is not None
    if is_exact and (period_from is None or period_from < period_to) and period_to <= now:
        return period_to
    raise refuse(
        InvalidValue(
            path=("periodTo",),
            field="periodTo",
            rule="with its zone, it must be after the statement before and not in the future",
            rule_zh="须带时区、晚于上一期对账单，且不得在未来",
        )
    )


def _wrong_state(statement: Statement) -> Rejected:
    return refuse(WrongState(path=("statementId",), subject="statement", state=statement.state))


def _summary(draft: StatementDraft) -> dict[str, object]:
    return {
        "period_to": draft.period_to,
        "lines": len(draft.lines),
        "closing_minor": draft.closing_minor,
        "hash": draft.hash.hex(),
    }


async def _record(
    conn: Connection,
    actor: Actor,
    verb: str,
    relationship_id: int,
    statement_id: int,
    state_before: StatementState | None,
    after: dict[str, object],
) -> None:
    change = Change(
        action=f"statement.{verb}",
        subject_type="statement",
        subject_id=statement_id,
        before={} if state_before is None else {"state": state_before},
        after=after,
    )
    await record_changes(conn, actor=actor, changes=[change])
    event = Event(
        topic=f"statement.{verb}{'d' if verb.endswith('e') else 'ed'}",
        key=f"exposure:{relationship_id}",
        payload={"id": statement_id, "relationship_id": relationship_id},
    )
    await publish(conn, network_id=actor.network_id, events=[event])
