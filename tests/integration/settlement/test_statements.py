"""Statements: the seller issues, both sides read the same, confirm or dispute."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.factories import Story
from tests.factories_settlement import a_debt, a_trading_network, exposure_of, owing
from tradeline.kernel import (
    Actor,
    Connection,
    Database,
    Forbidden,
    Money,
    PageRequest,
    Pool,
    Rejected,
)
from tradeline.settlement import (
    Obligation,
    ObligationKind,
    Statement,
    StatementState,
    adjust,
    confirm_statement,
    dispute_statement,
    issue_statement,
    list_statement_lines,
    list_statements,
    reissue_statement,
    statements_by_ids,
)

FIRST_PAGE = PageRequest(100)


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db)


async def issue(
    db: Database, story: Story, edge: int, period_to: datetime | None = None
) -> Statement:
    seller = story.actor("brand")
    async with db.unit_of_work(story.network_id) as conn:
        statement_id = await issue_statement(
            conn, actor=seller, relationship_id=edge, period_to=period_to
        )
    return await read(db, seller, statement_id)


async def read(db: Database, actor: Actor, statement_id: int) -> Statement:
    async with db.reading(actor.network_id) as conn:
        return (await statements_by_ids(conn, actor=actor, ids=[statement_id]))[statement_id]


async def lines_of(db: Database, actor: Actor, statement_id: int) -> tuple[Obligation, ...]:
    async with db.reading(actor.network_id) as conn:
        pages = await list_statement_lines(
            conn, actor=actor, statement_ids=[statement_id], page=FIRST_PAGE
        )
    return pages[statement_id].items


async def confirm(
    db: Database, actor: Actor, statement_id: int, hash_seen: bytes | None = None
) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await confirm_statement(conn, actor=actor, statement_id=statement_id, hash_seen=hash_seen)


async def dispute(db: Database, actor: Actor, statement_id: int, reason: str = "wrong") -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await dispute_statement(conn, actor=actor, statement_id=statement_id, reason=reason)


async def reissue(
    db: Database, actor: Actor, statement_id: int, period_to: datetime | None = None
) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await reissue_statement(conn, actor=actor, statement_id=statement_id, period_to=period_to)


async def test_both_sides_read_the_same_and_it_equals_the_ledger(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    debts = a_debt(edge, 900), a_debt(edge, 250, ObligationKind.PAYMENT)
    await owing(db, story, *debts)

    statement = await issue(db, story, edge)

    assert statement == await read(db, story.actor("trader_a"), statement.id)
    assert (statement.opening_minor, statement.movement_minor, statement.closing_minor) == (
        0,
        650,
        650,
    )
    assert statement.closing_minor == (await exposure_of(owner_pool, edge)).owed_minor
    lines = await lines_of(db, story.actor("brand"), statement.id)
    assert lines == await lines_of(db, story.actor("trader_a"), statement.id)
    assert [(it.document_type, it.document_number, it.amount_minor) for it in lines] == [
        ("receipt", debts[0].document_number, 900),
        ("receipt", debts[1].document_number, -250),
    ]


async def test_a_statement_follows_on_the_one_before(db: Database, story: Story) -> None:
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 900))
    first = await issue(db, story, edge)
    for name in ("trader_a", "brand"):
        await confirm(db, story.actor(name), first.id)
    await owing(db, story, a_debt(edge, 40))

    second = await issue(db, story, edge)

    assert (second.sequence, second.opening_minor, second.closing_minor) == (2, 900, 940)
    assert second.period_from == first.period_to
    assert second.previous_hash == first.hash
    assert [line.amount_minor for line in await lines_of(db, story.actor("brand"), second.id)] == [
        40
    ]


async def test_takes_what_happened_by_then_and_leaves_the_rest_to_the_next(
    db: Database, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 900))
    moment = datetime.now(UTC)
    await owing(db, story, a_debt(edge, 40))

    first = await issue(db, story, edge, moment)
    for name in ("trader_a", "brand"):
        await confirm(db, story.actor(name), first.id)
    second = await issue(db, story, edge)

    assert (first.closing_minor, second.opening_minor, second.closing_minor) == (900, 900, 940)


async def test_a_period_is_after_the_one_before_and_not_ahead(db: Database, story: Story) -> None:
    edge = story.edge("brand", "trader_a")
    with pytest.raises(Rejected, match="not in the future"):
        await issue(db, story, edge, datetime.now(UTC) + timedelta(hours=1))
    first = await issue(db, story, edge)
    for name in ("trader_a", "brand"):
        await confirm(db, story.actor(name), first.id)
    with pytest.raises(Rejected, match="after the statement before"):
        await issue(db, story, edge, first.period_to)


async def test_one_statement_waits_at_a_time(db: Database, story: Story) -> None:
    edge = story.edge("brand", "trader_a")
    outcomes = await asyncio.gather(
        *(issue(db, story, edge) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Statement) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Rejected) for outcome in outcomes) == 4
    [statement] = [outcome for outcome in outcomes if isinstance(outcome, Statement)]

    await confirm(db, story.actor("trader_a"), statement.id)
    with pytest.raises(Rejected, match=f"Statement {statement.number} is not confirmed by both"):
        await issue(db, story, edge)


async def test_nothing_is_lost_between_a_statement_and_debts_under_way(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")

    async def trade() -> None:
        for _ in range(10):
            await owing(db, story, a_debt(edge, 7))

    async def state() -> list[Statement]:
        statements = []
        for _ in range(6):
            statements.append(await issue(db, story, edge))
            for name in ("trader_a", "brand"):
                await confirm(db, story.actor(name), statements[-1].id)
        return statements

    *_, statements = await asyncio.gather(*(trade() for _ in range(4)), state())
    last = await issue(db, story, edge)

    assert [statement.opening_minor for statement in [*statements, last]] == [
        0,
        *(statement.closing_minor for statement in statements),
    ]
    assert last.closing_minor == (await exposure_of(owner_pool, edge)).owed_minor == 280


async def test_confirmed_by_both_it_is_closed_for_good(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 900))
    statement = await issue(db, story, edge)
    for name in ("brand", "brand"):
        await confirm(db, story.actor(name), statement.id)
    assert (await read(db, story.actor("brand"), statement.id)).state is StatementState.ISSUED
    await confirm(db, story.actor("trader_a"), statement.id, statement.hash)

    assert (await read(db, story.actor("brand"), statement.id)).state is StatementState.CONFIRMED
    for attempt in (
        dispute(db, story.actor("trader_a"), statement.id),
        reissue(db, story.actor("brand"), statement.id),
    ):
        with pytest.raises(Rejected, match="The statement is confirmed"):
            await attempt
    for change in (
        "UPDATE settlement.statement SET closing_minor = 0, movement_minor = 0",
        "UPDATE settlement.statement SET state = 'issued', buyer_confirmed_at = NULL",
        "DELETE FROM settlement.statement_line",
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="confirmed by both"):
            async with db.unit_of_work(story.network_id) as conn:
                await conn.execute(change)
    for change in (
        "DELETE FROM settlement.statement",
        "UPDATE settlement.statement_line SET amount_minor = 1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.unit_of_work(story.network_id) as conn:
                await conn.execute(change)


async def test_a_dispute_is_settled_by_an_adjustment_and_a_new_issue(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 900))
    statement = await issue(db, story, edge)
    await confirm(db, story.actor("brand"), statement.id)
    await dispute(db, story.actor("trader_a"), statement.id, "two cases were broken")

    disputed = await read(db, story.actor("brand"), statement.id)
    assert disputed.state is StatementState.DISPUTED
    assert disputed.dispute_reason == "two cases were broken"
    assert disputed.disputed_by_org_id == story.orgs["trader_a"]
    with pytest.raises(Rejected, match="The statement is disputed"):
        await confirm(db, story.actor("trader_a"), statement.id)

    async with db.unit_of_work(story.network_id) as conn:
        await adjust(
            conn,
            actor=story.actor("brand"),
            relationship_id=edge,
            kind=ObligationKind.CREDIT_NOTE,
            amount=Money(200, "CNY"),
            reason="broken cases",
        )
    with pytest.raises(Rejected, match="no such statement"):
        await reissue(db, story.actor("trader_a"), statement.id)
    await reissue(db, story.actor("brand"), statement.id)

    anew = await read(db, story.actor("trader_a"), statement.id)
    assert (anew.number, anew.sequence) == (statement.number, statement.sequence)
    assert (anew.closing_minor, anew.state) == (700, StatementState.ISSUED)
    assert (anew.seller_confirmed_at, anew.dispute_reason) == (None, None)
    assert anew.hash != statement.hash
    with pytest.raises(Rejected, match="was issued anew since you read it"):
        await confirm(db, story.actor("trader_a"), statement.id, statement.hash)
    for name in ("trader_a", "brand"):
        await confirm(db, story.actor(name), statement.id, anew.hash)
    assert (await read(db, story.actor("brand"), statement.id)).state is StatementState.CONFIRMED


async def test_a_dispute_needs_a_reason_and_happens_once(db: Database, story: Story) -> None:
    statement = await issue(db, story, story.edge("brand", "trader_a"))

    with pytest.raises(Rejected, match="write 1 to 500"):
        await dispute(db, story.actor("brand"), statement.id, " ")
    await dispute(db, story.actor("brand"), statement.id)
    with pytest.raises(Rejected, match="The statement is disputed"):
        await dispute(db, story.actor("trader_a"), statement.id)


async def test_only_a_disputed_statement_is_issued_anew(db: Database, story: Story) -> None:
    statement = await issue(db, story, story.edge("brand", "trader_a"))

    with pytest.raises(Rejected, match="The statement is issued"):
        await reissue(db, story.actor("brand"), statement.id)


async def test_both_confirm_at_the_same_moment(db: Database, story: Story) -> None:
    statement = await issue(db, story, story.edge("brand", "trader_a"))

    await asyncio.gather(
        *(confirm(db, story.actor(name), statement.id) for name in ("brand", "trader_a") * 3)
    )

    assert (await read(db, story.actor("brand"), statement.id)).state is StatementState.CONFIRMED


async def test_strangers_neither_see_nor_touch_statements(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    other = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 900))
    statement = await issue(db, story, edge)

    # The owner passes row-level security, so that the statements' own scopes are what answers.
    async with owner_pool.acquire() as conn:
        for stranger in (story.actor("trader_b"), story.actor("supplier"), other.actor("brand")):
            assert not await statements_by_ids(conn, actor=stranger, ids=[statement.id])
            assert not (await list_statements(conn, actor=stranger, page=FIRST_PAGE)).items
            pages = await list_statement_lines(
                conn, actor=stranger, statement_ids=[statement.id], page=FIRST_PAGE
            )
            assert not pages[statement.id].items
            await refused_everywhere(conn, stranger, statement.id, edge, Rejected)
        await refused_everywhere(conn, story.visitor("brand"), statement.id, edge, Forbidden)
        for attempt in (
            statements_by_ids(conn, actor=story.visitor("brand"), ids=[statement.id]),
            list_statements(conn, actor=story.visitor("brand"), page=FIRST_PAGE),
            list_statement_lines(
                conn, actor=story.visitor("brand"), statement_ids=[1], page=FIRST_PAGE
            ),
        ):
            with pytest.raises(Forbidden):
                await attempt
        # The buyer reads and confirms; it does not issue.
        with pytest.raises(Rejected, match="no such relationship"):
            await issue_statement(conn, actor=story.actor("trader_a"), relationship_id=edge)
        page = await list_statements(
            conn,
            actor=story.actor("trader_a"),
            page=FIRST_PAGE,
            relationship_id=edge,
            state=StatementState.ISSUED,
        )
        assert [it.id for it in page.items] == [statement.id]


async def refused_everywhere(
    conn: Connection, actor: Actor, statement_id: int, edge: int, error: type[Exception]
) -> None:
    for attempt in (
        issue_statement(conn, actor=actor, relationship_id=edge),
        confirm_statement(conn, actor=actor, statement_id=statement_id),
        dispute_statement(conn, actor=actor, statement_id=statement_id, reason="x"),
        reissue_statement(conn, actor=actor, statement_id=statement_id),
    ):
        with pytest.raises(error):
            await attempt
