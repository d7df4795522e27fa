"""What an account came to after each entry: the same as adding up by hand, on whichever page."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest

from tests.factories import Story
from tests.factories_settlement import a_debt, a_trading_network, exposure_of, owing
from tradeline.kernel import Database, Forbidden, PageRequest, Pool
from tradeline.settlement import (
    ObligationKind,
    confirm_statement,
    issue_statement,
    list_obligations,
    list_statement_lines,
    owed_after_entries,
    owed_after_lines,
    statements_by_ids,
)

KINDS = (ObligationKind.GOODS, ObligationKind.PAYMENT)


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db)


async def some_trade(db: Database, story: Story, edge: int, count: int = 12) -> None:
    """Two edges move in turn, so that the entries of one are not one after the other."""
    chance = random.Random(7)
    for _ in range(count):
        minor, kind = chance.randint(1, 900), chance.choice(KINDS)
        await owing(
            db, story, a_debt(edge, minor, kind), a_debt(story.edge("brand", "trader_b"), 5)
        )


async def test_every_page_of_an_account_ends_up_at_its_balance(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge, buyer = story.edge("brand", "trader_a"), story.actor("trader_a")
    await some_trade(db, story, edge)

    async with db.reading(story.network_id) as conn:
        pages = await list_obligations(
            conn, actor=buyer, relationship_ids=[edge], page=PageRequest()
        )
        oldest_first = pages[edge].items[::-1]
        ids = [entry.id for entry in oldest_first]
        whole = await owed_after_entries(conn, actor=buyer, ids=ids)
        middle = await owed_after_entries(conn, actor=story.actor("brand"), ids=ids[4:7])

    by_hand = list(accumulate(entry.amount_minor for entry in oldest_first))
    assert len(by_hand) == 12
    assert [whole[id] for id in ids] == by_hand
    assert [middle[id] for id in ids[4:7]] == by_hand[4:7]
    assert by_hand[-1] == (await exposure_of(owner_pool, edge)).owed_minor


async def test_a_statement_goes_line_by_line_from_its_opening_to_its_closing(
    db: Database, story: Story
) -> None:
    edge, seller = story.edge("brand", "trader_a"), story.actor("brand")
    found = []
    for _ in range(2):
        await some_trade(db, story, edge, 5)
        async with db.unit_of_work(story.network_id) as conn:
            found.append(await issue_statement(conn, actor=seller, relationship_id=edge))
            if len(found) == 1:
                for side in ("brand", "trader_a"):
                    await confirm_statement(conn, actor=story.actor(side), statement_id=found[0])

    async with db.reading(story.network_id) as conn:
        statement = (await statements_by_ids(conn, actor=seller, ids=found))[found[1]]
        pages = await list_statement_lines(
            conn, actor=seller, statement_ids=[statement.id], page=PageRequest()
        )
        lines = pages[statement.id].items
        asked = [(statement.id, line.id) for line in lines]
        after = await owed_after_lines(conn, actor=story.actor("trader_a"), lines=asked)

    by_hand = list(
        accumulate((line.amount_minor for line in lines), initial=statement.opening_minor)
    )
    assert statement.opening_minor != 0
    assert [after[line] for line in asked] == by_hand[1:]
    assert after[asked[-1]] == statement.closing_minor


async def test_others_learn_nothing_of_an_account(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge, seller = story.edge("brand", "trader_a"), story.actor("brand")
    await owing(db, story, a_debt(edge, 900))
    async with db.unit_of_work(story.network_id) as conn:
        statement_id = await issue_statement(conn, actor=seller, relationship_id=edge)
        pages = await list_obligations(
            conn, actor=seller, relationship_ids=[edge], page=PageRequest()
        )
    [entry] = pages[edge].items
    other = await a_trading_network(owner_pool, db)

    for stranger in (story.actor("trader_b"), other.actor("brand")):
        async with db.reading(stranger.network_id) as conn:
            line = (statement_id, entry.id)
            assert await owed_after_entries(conn, actor=stranger, ids=[entry.id]) == {}
            assert await owed_after_lines(conn, actor=stranger, lines=[line]) == {}
    async with db.reading(story.network_id) as conn:
        visitor = story.visitor("brand")
        with pytest.raises(Forbidden):
            await owed_after_entries(conn, actor=visitor, ids=[entry.id])
        with pytest.raises(Forbidden):
            await owed_after_lines(conn, actor=visitor, lines=[(statement_id, entry.id)])
