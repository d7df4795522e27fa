"""Credit and deposits under concurrency, and the debts that documents make."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.factories import Story
from tests.factories_settlement import (
    a_debt,
    a_trading_network,
    exposure_of,
    owing,
    posted,
)
from tradeline.kernel import Database, Forbidden, Pool
from tradeline.settlement import (
    ExposureRelease,
    NewExposure,
    NewExposureHold,
    NewObligation,
    ObligationKind,
    exposures_by_relationship,
    lock_exposures,
    open_exposures,
    owe,
    release_exposure,
    store_exposure_holds,
)


async def hold_if_free(
    db: Database, story: Story, edge_id: int, amount_minor: int, order_id: int
) -> bool:
    """As ordering does it: lock, decide, store."""
    async with db.unit_of_work(story.network_id) as conn:
        exposures = await lock_exposures(
            conn, network_id=story.network_id, relationship_ids=[edge_id]
        )
        if exposures[edge_id].free_minor < amount_minor:
            return False
        await store_exposure_holds(
            conn, network_id=story.network_id, holds=[a_hold(edge_id, amount_minor, order_id)]
        )
        return True


def a_hold(edge_id: int, amount_minor: int, order_id: int) -> NewExposureHold:
    return NewExposureHold(
        relationship_id=edge_id,
        reference_type="order",
        reference_id=order_id,
        amount_minor=amount_minor,
    )


def a_release(amount_minor: int, order_id: int) -> ExposureRelease:
    return ExposureRelease(reference_type="order", reference_id=order_id, amount_minor=amount_minor)


async def test_of_twenty_orders_at_once_the_credit_line_carries_ten(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_trading_network(owner_pool, db, limit_minor=10_000)
    edge = story.edge("brand", "trader_a")

    accepted = await asyncio.gather(
        *(hold_if_free(db, story, edge, 1_000, order_id) for order_id in range(1, 21))
    )

    assert sum(accepted) == 10
    exposure = await exposure_of(owner_pool, edge)
    assert (exposure.held_minor, exposure.free_minor) == (10_000, 0)


async def test_of_twenty_orders_at_once_the_deposit_carries_ten(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_trading_network(owner_pool, db, limit_minor=0)
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 10_000, ObligationKind.PAYMENT))

    accepted = await asyncio.gather(
        *(hold_if_free(db, story, edge, 1_000, order_id) for order_id in range(1, 21))
    )

    assert sum(accepted) == 10
    exposure = await exposure_of(owner_pool, edge)
    assert (exposure.owed_minor, exposure.held_minor, exposure.free_minor) == (-10_000, 10_000, 0)


async def test_a_debt_moves_what_is_owed_and_releases_its_hold(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    assert await hold_if_free(db, story, edge, 5_000, order_id=1)
    debt = NewObligation(
        relationship_id=edge,
        kind=ObligationKind.GOODS,
        owed_by=ObligationKind.GOODS.owed_by,
        amount_minor=3_000,
        document_type="receipt",
        document_id=1,
        document_number="R-1",
        releases=a_release(3_500, order_id=1),
    )

    first = await owing(db, story, debt, a_debt(edge, 100, ObligationKind.RETURN))
    again = await owing(db, story, debt)

    assert None not in first
    assert again == [None]
    exposure = await exposure_of(owner_pool, edge)
    assert (exposure.owed_minor, exposure.held_minor) == (2_900, 1_500)


async def test_the_same_debt_told_many_times_at_once_is_owed_once(
    db: Database, owner_pool: Pool
) -> None:
    story = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    debt = a_debt(edge, 700)

    answers = await asyncio.gather(*(owing(db, story, debt) for _ in range(8)))

    assert sum(answer != [None] for answer in answers) == 1
    assert (await exposure_of(owner_pool, edge)).owed_minor == 700


async def test_edges_in_any_order_wait_and_never_deadlock(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db, limit_minor=10**9)
    edges = list(story.relationships.values())

    async def trade(turn: int) -> None:
        mine = edges if turn % 2 else edges[::-1]
        await owing(db, story, *(a_debt(edge, 10) for edge in mine))
        async with db.unit_of_work(story.network_id) as conn:
            await lock_exposures(conn, network_id=story.network_id, relationship_ids=mine)
            await store_exposure_holds(
                conn,
                network_id=story.network_id,
                holds=[a_hold(edge, 5, turn * 1000 + edge) for edge in mine],
            )
        async with db.unit_of_work(story.network_id) as conn:
            await release_exposure(
                conn,
                network_id=story.network_id,
                releases=[a_release(5, turn * 1000 + edge) for edge in mine],
            )

    await asyncio.gather(*(trade(turn) for turn in range(12)))

    for edge in edges:
        exposure = await exposure_of(owner_pool, edge)
        assert (exposure.owed_minor, exposure.held_minor) == (120, 0)


async def test_releases_never_more_than_is_held(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    assert await hold_if_free(db, story, edge, 500, order_id=1)

    async with db.unit_of_work(story.network_id) as conn:
        freed = await release_exposure(
            conn, network_id=story.network_id, releases=[a_release(400, 1), a_release(400, 1)]
        )

    assert freed == {("order", 1): 500}
    assert (await exposure_of(owner_pool, edge)).held_minor == 0


async def test_opening_an_account_again_keeps_its_limit(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db, limit_minor=77)
    edge = story.edge("brand", "trader_a")

    async with db.unit_of_work(story.network_id) as conn:
        await open_exposures(
            conn,
            network_id=story.network_id,
            exposures=[NewExposure(relationship_id=edge, currency="CNY")],
        )

    assert (await exposure_of(owner_pool, edge)).credit_limit_minor == 77


async def test_an_edge_without_an_account_cannot_owe(db: Database, owner_pool: Pool) -> None:
    story, other = [await a_trading_network(owner_pool, db) for _ in range(2)]

    # The owner passes row-level security: the statement's own scope refuses the foreign edge.
    async with owner_pool.acquire() as conn:
        with pytest.raises(LookupError):
            await owe(
                conn,
                network_id=story.network_id,
                obligations=[a_debt(other.edge("brand", "trader_a"), 1)],
            )


async def test_both_sides_read_the_exposure_and_strangers_do_not(
    db: Database, owner_pool: Pool
) -> None:
    story, other = [await a_trading_network(owner_pool, db) for _ in range(2)]
    edge = story.edge("brand", "trader_a")

    async with owner_pool.acquire() as conn:
        seen = {
            actor: await exposures_by_relationship(conn, actor=actor, ids=[edge])
            for actor in (
                story.actor("brand"),
                story.actor("trader_a"),
                story.actor("trader_b"),
                other.actor("brand"),
            )
        }
        with pytest.raises(Forbidden):
            await exposures_by_relationship(conn, actor=story.visitor("brand"), ids=[edge])

    assert [edge in exposures for exposures in seen.values()] == [True, True, False, False]


async def test_books_are_append_only_for_the_application(db: Database, owner_pool: Pool) -> None:
    story = await a_trading_network(owner_pool, db)
    await owing(db, story, a_debt(story.edge("brand", "trader_a"), 5))
    await posted(owner_pool)
    for table in ("obligation", "journal", "transfer", "account", "adjustment"):
        for change in ("UPDATE settlement.{} SET network_id = 0", "DELETE FROM settlement.{}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with db.unit_of_work(story.network_id) as conn:
                    await conn.execute(change.format(table))
