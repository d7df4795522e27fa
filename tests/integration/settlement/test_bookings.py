"""Bookings: entries of one set of books, posted once, whatever happens."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.factories_settlement import a_debt, a_trading_network, owing, posted
from tests.integration.settlement.test_checks import a_sale
from tradeline.kernel import Database, PageRequest, Pool
from tradeline.settlement import BookingKind, book, list_journals, post_journals


async def test_the_same_booking_is_entered_once_and_posted_once_by_many_workers(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_trading_network(owner_pool, db)
    for expected in (True, False):
        async with db.unit_of_work(story.network_id) as conn:
            ids = await book(
                conn, network_id=story.network_id, bookings=[a_sale(story), a_sale(story)]
            )
        assert ((ids[0] is not None), ids[1]) == (expected, None)

    async def work() -> None:
        async with owner_pool.acquire() as conn:
            while await post_journals(conn, limit=10):
                pass

    await asyncio.gather(*(work() for _ in range(4)))

    async with db.unit_of_work(story.network_id) as conn:
        page = await list_journals(
            conn,
            actor=story.actor("brand"),
            entity_id=story.entities["brand"],
            page=PageRequest(),
        )
    [journal] = page.items
    assert (journal.kind, journal.debit_code, journal.credit_code, journal.amount_minor) == (
        BookingKind.SALE,
        "collections",
        "consumer_sales",
        500,
    )
    assert (journal.relationship_id, journal.obligation_id) == (None, None)


async def test_a_transfer_is_of_its_own_booking_and_its_sum(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    async with db.unit_of_work(story.network_id) as conn:
        await book(conn, network_id=story.network_id, bookings=[a_sale(story)])
    await posted(owner_pool)

    for change in ("amount_minor = 1", "booking_id = NULL", "journal_id = 0"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner_pool.execute(
                f"UPDATE settlement.transfer SET {change} WHERE network_id = $1", story.network_id
            )


async def test_the_same_thing_is_not_owed_twice_in_one_call(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    debt = a_debt(story.edge("brand", "trader_a"), 5)

    with pytest.raises(ValueError, match="twice"):
        await owing(db, story, debt, debt)
