"""Posting behind the documents: both books, once, whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from tests.factories import Story
from tests.factories_outbox import a_place
from tests.factories_settlement import a_debt, a_trading_network, owing, posted
from tradeline.kernel import Database, Pool
from tradeline.settlement import (
    BookingKind,
    NewBooking,
    ObligationKind,
    book,
    find_violations,
    post_journals,
)
from tradeline.settlement.jobs import CannotBePosted
from tradeline.settlement.queries import bookings, journals

BOOK = """
    SELECT debit.code AS debit, credit.code AS credit, transfer.amount_minor
      FROM settlement.transfer AS transfer
      JOIN settlement.account AS debit
        ON debit.network_id = transfer.network_id AND debit.id = transfer.debit_account_id
      JOIN settlement.account AS credit
        ON credit.network_id = transfer.network_id AND credit.id = transfer.credit_account_id
     WHERE transfer.network_id = $1 AND transfer.entity_id = $2
     ORDER BY transfer.obligation_id
"""


async def book_of(owner_pool: Pool, story: Story, name: str) -> list[tuple[str, str, int]]:
    rows = await owner_pool.fetch(BOOK, story.network_id, story.entities[name])
    return [tuple(row) for row in rows]


async def test_each_kind_is_booked_by_double_entry_on_both_sides(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    await owing(
        db,
        story,
        *(a_debt(edge, 100 + index, kind) for index, kind in enumerate(ObligationKind)),
    )

    await posted(owner_pool)

    assert await book_of(owner_pool, story, "brand") == [
        ("current", "revenue", 100),
        ("revenue", "current", 101),
        ("bank", "current", 102),
        ("current", "bank", 103),
        ("rebates_granted", "current", 104),
        ("current", "adjustments", 105),
        ("adjustments", "current", 106),
        ("current", "freight", 107),
        ("freight", "current", 108),
        ("promotions", "current", 109),
        ("current", "promotions", 110),
        ("collections", "current", 111),
        ("current", "collections", 112),
        ("current", "provider", 113),
        ("provider", "current", 114),
    ]
    assert await book_of(owner_pool, story, "trader_a") == [
        ("purchases", "current", 100),
        ("current", "purchases", 101),
        ("current", "bank", 102),
        ("bank", "current", 103),
        ("current", "rebates_received", 104),
        ("adjustments", "current", 105),
        ("current", "adjustments", 106),
        ("freight", "current", 107),
        ("current", "freight", 108),
        ("current", "promotions", 109),
        ("promotions", "current", 110),
        ("current", "collections", 111),
        ("collections", "current", 112),
        ("provider", "current", 113),
        ("current", "provider", 114),
    ]


async def test_posting_twice_does_nothing(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    [obligation_id] = await owing(db, story, a_debt(story.edge("brand", "trader_a"), 100))
    await posted(owner_pool)

    await owner_pool.execute(
        "INSERT INTO settlement.posting_queue VALUES ($1, $2)", story.network_id, obligation_id
    )
    await posted(owner_pool)

    for name in ("brand", "trader_a"):
        assert len(await book_of(owner_pool, story, name)) == 1


async def test_of_a_batch_no_journal_is_looked_for_among_all_others(
    clone: Callable[[], Awaitable[str]],
) -> None:
    """By a database that knows nothing yet of what stands in its tables."""
    async with a_place(await clone()) as place:
        story, size = await a_trading_network(place.owner_pool, place.db), 100
        edge = story.edge("brand", "trader_a")
        debts = await owing(place.db, story, *(a_debt(edge, 1) for _ in range(size)))
        booked = [a_booking(story, document_id) for document_id in range(size)]
        async with place.db.unit_of_work(story.network_id) as conn:
            entries = await book(conn, network_id=story.network_id, bookings=booked)

        async with place.owner_pool.acquire() as conn, conn.transaction():
            for queries, ids in ((journals, debts), (bookings, entries)):
                claimed = [story.network_id] * size, ids
                await conn.execute(queries.INSERT_ACCOUNTS, *claimed)
                explained = await conn.fetchval(
                    f"EXPLAIN (ANALYZE, FORMAT JSON) {queries.INSERT_JOURNALS}", *claimed
                )
                [plan] = json.loads(explained)
                assert rows_passed_over(plan["Plan"]) <= 20 * size


def a_booking(story: Story, number: int) -> NewBooking:
    return NewBooking(
        entity_id=story.entities["brand"],
        kind=BookingKind.CAPTURE,
        currency="CNY",
        amount_minor=1,
        document_type="test",
        document_id=number,
        document_number=str(number),
    )


def rows_passed_over(plan: dict[str, Any]) -> float:
    """How many rows were looked at for nothing by all the joins of a plan."""
    own: float = plan.get("Rows Removed by Join Filter", 0) * plan["Actual Loops"]
    return own + sum(rows_passed_over(part) for part in plan.get("Plans", ()))


async def test_many_workers_post_many_networks_once(db: Database, owner_pool: Pool) -> None:
    stories = [await a_trading_network(owner_pool, db) for _ in range(2)]
    for story in stories:
        for edge in story.relationships.values():
            await owing(db, story, *(a_debt(edge, 3) for _ in range(20)))

    async def work() -> int:
        total = 0
        async with owner_pool.acquire() as conn:
            while taken := await post_journals(conn, limit=17):
                total += taken
        return total

    await asyncio.gather(*(work() for _ in range(4)))
    await posted(owner_pool)

    for story in stories:
        assert await owner_pool.fetchval(
            "SELECT count(*) FROM settlement.transfer WHERE network_id = $1", story.network_id
        ) == 2 * 20 * len(story.relationships)
        assert len(await book_of(owner_pool, story, "trader_a")) == 20 * 3


async def test_a_failed_posting_stays_waiting(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 100))

    async with owner_pool.acquire() as conn:
        crash = conn.transaction()
        await crash.start()
        await post_journals(conn, limit=1000)
        await crash.rollback()

    assert await book_of(owner_pool, story, "brand") == []
    await posted(owner_pool)
    assert len(await book_of(owner_pool, story, "brand")) == 1


async def test_a_mirror_cannot_differ_from_its_obligation(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 100))
    await posted(owner_pool)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await owner_pool.execute(
            "UPDATE settlement.transfer SET amount_minor = 99 WHERE entity_id = $1",
            story.entities["brand"],
        )


async def test_a_transfer_cannot_reach_into_other_books(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 100))
    await posted(owner_pool)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await owner_pool.execute(
            "UPDATE settlement.transfer SET debit_account_id ="
            " (SELECT min(id) FROM settlement.account WHERE entity_id = $2)"
            " WHERE entity_id = $1",
            story.entities["brand"],
            story.entities["trader_a"],
        )


REFUSE = """
    CREATE FUNCTION settlement.refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF coalesce(NEW.obligation_id, -NEW.booking_id) IN ({ids}) THEN
            RAISE EXCEPTION 'the books do not take it';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_one BEFORE INSERT ON settlement.journal
        FOR EACH ROW EXECUTE FUNCTION settlement.refuse_one();
"""
JOURNALS = """
    SELECT coalesce(obligation_id, -booking_id) AS id FROM settlement.journal GROUP BY 1 ORDER BY 1
"""


async def test_what_cannot_be_posted_is_named_and_keeps_nothing_else_waiting(
    clone: Callable[[], Awaitable[str]],
) -> None:
    async with a_place(await clone()) as place:
        story = await a_trading_network(place.owner_pool, place.db)
        edge = story.edge("brand", "trader_a")
        await owing(place.db, story, *(a_debt(edge, 100) for _ in range(9)))
        async with place.db.unit_of_work(story.network_id) as conn:
            booked = [a_booking(story, number) for number in range(3)]
            await book(conn, network_id=story.network_id, bookings=booked)
        await place.owner_pool.execute(REFUSE.format(ids="1, 5, -2"))

        async with place.owner_pool.acquire() as conn:
            with pytest.raises(CannotBePosted, match=r"obligations.*, 1.*, 5.*bookings.*, 2"):
                await post_journals(conn, limit=100)
            posted_first = [row["id"] for row in await conn.fetch(JOURNALS)]
            assert posted_first == [-3, -1, 2, 3, 4, 6, 7, 8, 9]
            # Not at once again, however often it is asked; those after it are posted all the same.
            await owing(place.db, story, a_debt(edge, 100))
            assert await post_journals(conn, limit=1) == 1
            assert await post_journals(conn, limit=100) == 0
            late = "UPDATE settlement.{} SET queued_at = now() - interval '2 minutes'"
            await conn.execute(late.format("posting_queue"))
            await conn.execute(late.format("booking_queue"))
            found = {finding.invariant.code: finding for finding in await find_violations(conn)}
            assert found["settlement.obligations_are_posted_in_both_books"].count == 2

            await conn.execute("DROP TRIGGER refuse_one ON settlement.journal")
            await conn.execute("UPDATE settlement.posting_queue SET retry_at = now()")
            await conn.execute("UPDATE settlement.booking_queue SET retry_at = now()")
            assert await post_journals(conn, limit=100) == 3
            assert not any(finding.count for finding in await find_violations(conn))
