"""Posting behind the documents: both books, once, whatever happens."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.factories import Story
from tests.factories_settlement import a_debt, a_trading_network, owing, posted
from tradeline.kernel import Database, Pool
from tradeline.settlement import ObligationKind, post_journals

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
