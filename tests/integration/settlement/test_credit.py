"""Limits, blocks, adjustments, balances and one's own books."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Story
from tests.factories_settlement import (
    a_debt,
    a_trading_network,
    exposure_of,
    owing,
    posted,
)
from tradeline.kernel import (
    TRADE_ZONE,
    Actor,
    Database,
    Forbidden,
    Money,
    PageRequest,
    Pool,
    Rejected,
)
from tradeline.settlement import (
    Ageing,
    NewObligation,
    ObligationKind,
    adjust,
    adjustments_by_ids,
    balances_by_relationship,
    block_credit,
    confirm_adjustment,
    list_accounts,
    list_journals,
    list_obligations,
    set_credit_limit,
)

FIRST_PAGE = PageRequest()


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


async def test_the_seller_sets_the_limit_and_it_is_audited(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    async with db.unit_of_work(story.network_id) as conn:
        await set_credit_limit(
            conn, actor=story.actor("brand"), relationship_id=edge, limit=cny(777)
        )
        await block_credit(conn, actor=story.actor("brand"), relationship_id=edge, is_blocked=True)

    exposure = await exposure_of(owner_pool, edge)
    assert (exposure.credit_limit_minor, exposure.is_blocked) == (777, True)
    entries = await owner_pool.fetch(
        "SELECT action, before->>'credit_limit_minor' AS before,"
        "       after->>'credit_limit_minor' AS after"
        "  FROM kernel.audit_entry WHERE network_id = $1 AND action LIKE 'credit.%' ORDER BY id",
        story.network_id,
    )
    assert [tuple(entry) for entry in entries] == [
        ("credit.limit_set", "10000", "777"),
        ("credit.blocked", "777", "777"),
    ]


@pytest.mark.parametrize("minor", [-1, 10**13 + 1])
async def test_a_limit_is_bounded(db: Database, story: Story, minor: int) -> None:
    with pytest.raises(Rejected, match=r"send 0.00 CNY to"):
        async with db.unit_of_work(story.network_id) as conn:
            await set_credit_limit(
                conn,
                actor=story.actor("brand"),
                relationship_id=story.edge("brand", "trader_a"),
                limit=cny(minor),
            )


async def test_nobody_but_the_seller_changes_credit_or_adjusts(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    other = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    async with owner_pool.acquire() as conn:

        async def attempts(actor: Actor) -> None:
            await set_credit_limit(conn, actor=actor, relationship_id=edge, limit=cny(1))

        async def block(actor: Actor) -> None:
            await block_credit(conn, actor=actor, relationship_id=edge, is_blocked=True)

        async def charge(actor: Actor) -> None:
            await adjust(
                conn,
                actor=actor,
                relationship_id=edge,
                kind=ObligationKind.CHARGE,
                amount=cny(1),
                reason="x",
            )

        for attempt in (attempts, block, charge):
            for stranger in (
                story.actor("trader_a"),
                story.actor("trader_b"),
                other.actor("brand"),
            ):
                with pytest.raises(Rejected, match="no such relationship"):
                    await attempt(stranger)
            with pytest.raises(Forbidden):
                await attempt(story.visitor("brand"))
    exposure = await exposure_of(owner_pool, edge)
    assert (exposure.credit_limit_minor, exposure.is_blocked) == (10_000, False)
    assert exposure.owed_minor == 0


async def test_charges_and_credit_notes_move_the_account_with_their_reason(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    ids = []
    async with db.unit_of_work(story.network_id) as conn:
        for kind, minor in ((ObligationKind.CHARGE, 500), (ObligationKind.CREDIT_NOTE, 120)):
            adjustment_id = await adjust(
                conn,
                actor=story.actor("brand"),
                relationship_id=edge,
                kind=kind,
                amount=cny(minor),
                reason=" 运费 ",
            )
            ids.append(adjustment_id)
        await confirm_adjustment(conn, actor=story.actor("trader_a"), adjustment_id=ids[0])
        seen = await adjustments_by_ids(conn, actor=story.actor("trader_a"), ids=ids)
        pages = await list_obligations(
            conn, actor=story.actor("trader_a"), relationship_ids=[edge], page=FIRST_PAGE
        )

    async with owner_pool.acquire() as conn:
        other = await a_trading_network(owner_pool, db)
        for stranger in (story.actor("trader_b"), other.actor("brand")):
            assert not await adjustments_by_ids(conn, actor=stranger, ids=ids)
    assert [(seen[id].reason, seen[id].amount_minor) for id in ids] == [
        ("运费", 500),
        ("运费", 120),
    ]
    assert [(it.document_number, it.amount_minor) for it in pages[edge].items] == [
        (seen[ids[0]].number, 500),
        (seen[ids[1]].number, -120),
    ]
    assert (await exposure_of(owner_pool, edge)).owed_minor == 380


async def test_an_adjustment_needs_a_reason_and_is_no_other_document(
    db: Database, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    for kind, reason, error in (
        (ObligationKind.CHARGE, " ", Rejected),
        (ObligationKind.GOODS, "goods", ValueError),
    ):
        with pytest.raises(error):
            async with db.unit_of_work(story.network_id) as conn:
                await adjust(
                    conn,
                    actor=story.actor("brand"),
                    relationship_id=edge,
                    kind=kind,
                    amount=cny(1),
                    reason=reason,
                )


async def test_both_sides_read_one_balance(db: Database, owner_pool: Pool, story: Story) -> None:
    edge, idle = story.edge("brand", "trader_a"), story.edge("brand", "trader_b")
    today = datetime.now(TRADE_ZONE).date()
    for days_ago, minor in ((-5, 100), (3, 200), (100, 400)):
        debt = a_debt(edge, minor)
        late = NewObligation(
            relationship_id=edge,
            kind=debt.kind,
            owed_by=debt.owed_by,
            amount_minor=minor,
            document_type="receipt",
            document_id=debt.document_id,
            document_number=debt.document_number,
            due_on=today - timedelta(days=days_ago),
        )
        await owing(db, story, late)
    await owing(db, story, a_debt(edge, 450, ObligationKind.PAYMENT))
    other = await a_trading_network(owner_pool, db)

    async with owner_pool.acquire() as conn:
        for name in ("brand", "trader_a"):
            balances = await balances_by_relationship(
                conn, actor=story.actor(name), ids=[edge, idle]
            )
            assert balances[edge].ageing == Ageing(not_due_minor=100, days_1_to_30_minor=150)
            assert balances[edge].owed_minor == 250
        assert (await balances_by_relationship(conn, actor=story.actor("brand"), ids=[idle]))[
            idle
        ].ageing == Ageing()
        for stranger in (story.actor("trader_b"), other.actor("brand")):
            assert not await balances_by_relationship(conn, actor=stranger, ids=[edge])
            pages = await list_obligations(
                conn, actor=stranger, relationship_ids=[edge], page=FIRST_PAGE
            )
            assert not pages[edge].items
            assert not await adjustments_by_ids(conn, actor=stranger, ids=list(range(100)))
        nobody = story.visitor("brand")
        for attempt in (
            balances_by_relationship(conn, actor=nobody, ids=[edge]),
            list_obligations(conn, actor=nobody, relationship_ids=[edge], page=FIRST_PAGE),
            adjustments_by_ids(conn, actor=nobody, ids=[]),
            list_accounts(conn, actor=nobody, entity_id=1, page=FIRST_PAGE),
            list_journals(conn, actor=nobody, entity_id=1, page=FIRST_PAGE),
        ):
            with pytest.raises(Forbidden):
                await attempt


async def test_everybody_reads_their_own_books_only(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    other = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    await owing(db, story, a_debt(edge, 300), a_debt(edge, 100, ObligationKind.PAYMENT))
    await posted(owner_pool)
    brand_books = story.entities["brand"]

    async with owner_pool.acquire() as conn:
        actor = story.actor("brand")
        accounts = (
            await list_accounts(conn, actor=actor, entity_id=brand_books, page=FIRST_PAGE)
        ).items
        assert {account.code: account.balance_minor for account in accounts} == {
            "current": 200,
            "revenue": -300,
            "bank": 100,
        }
        bank = next(account.id for account in accounts if account.code == "bank")
        journals = (
            await list_journals(conn, actor=actor, entity_id=brand_books, page=FIRST_PAGE)
        ).items
        assert [(it.debit_code, it.credit_code, it.amount_minor) for it in journals] == [
            ("bank", "current", 100),
            ("current", "revenue", 300),
        ]
        of_bank = await list_journals(
            conn, actor=actor, entity_id=brand_books, page=FIRST_PAGE, account_id=bank
        )
        assert of_bank.items == journals[:1]
        # Not even the other side of the edge reads them.
        for stranger in (story.actor("trader_a"), other.actor("brand")):
            for listed in (list_accounts, list_journals):
                page = await listed(conn, actor=stranger, entity_id=brand_books, page=FIRST_PAGE)
                assert not page.items
