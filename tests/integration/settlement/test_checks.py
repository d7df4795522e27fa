"""Each invariant of the accounts: a row is corrupted, and named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.factories import Story
from tests.factories_settlement import a_debt, a_trading_network, owing, posted
from tradeline.kernel import TRADE_ZONE, Database, Finding, Money, Pool, open_pool
from tradeline.settlement import (
    BookingKind,
    NewBooking,
    NewExposureHold,
    NewPayment,
    ObligationKind,
    PaymentMethod,
    Side,
    adjust,
    book,
    confirm_adjustment,
    confirm_statement,
    count_under_way,
    find_violations,
    issue_statement,
    record_payment,
    store_exposure_holds,
)

# What is done to the database behind its back, and which invariants name it, the first with a row;
# what follows its name tells one way of breaking it from another.
CORRUPTIONS: dict[str, tuple[str, set[str]]] = {
    "exposures_hold_what_their_holds_hold": (
        "UPDATE settlement.exposure SET held_minor = held_minor + 1",
        set(),
    ),
    "exposures_owe_what_the_ledger_owes": (
        "UPDATE settlement.exposure SET owed_minor = owed_minor - 1 WHERE relationship_id = {edge}",
        set(),
    ),
    "obligations_are_between_their_sides": (
        "UPDATE settlement.obligation"
        " SET debtor_entity_id = creditor_entity_id, creditor_entity_id = debtor_entity_id"
        " WHERE id = {goods}",
        set(),
    ),
    "obligations_are_posted_in_both_books": (
        "DELETE FROM settlement.transfer WHERE obligation_id = {goods};"
        "DELETE FROM settlement.journal WHERE obligation_id = {goods}",
        set(),
    ),
    "journals_are_one_transfer_each": (
        "DELETE FROM settlement.transfer WHERE obligation_id = {goods}",
        {"books_equal_obligations"},
    ),
    "mirrors_are_equal": (
        "UPDATE settlement.transfer SET amount_minor = amount_minor + 5"
        " WHERE obligation_id = {goods} AND entity_id = {seller_books}",
        {"journals_are_one_transfer_each", "books_agree", "books_equal_obligations"},
    ),
    "bookings_are_posted_once": (
        "DELETE FROM settlement.transfer WHERE booking_id = {sale};"
        "DELETE FROM settlement.journal WHERE booking_id = {sale}",
        set(),
    ),
    "bookings_are_posted_once (by its sum)": (
        "UPDATE settlement.transfer SET amount_minor = amount_minor + 1 WHERE booking_id = {sale}",
        set(),
    ),
    "bookings_are_posted_once (on its accounts)": (
        "UPDATE settlement.transfer"
        " SET debit_account_id = credit_account_id, credit_account_id = debit_account_id"
        " WHERE booking_id = {sale}",
        set(),
    ),
    "books_agree": (
        "UPDATE settlement.transfer"
        " SET debit_account_id = credit_account_id, credit_account_id = debit_account_id"
        " WHERE obligation_id = {goods} AND entity_id = {buyer_books}",
        set(),
    ),
    "books_equal_obligations": (
        "UPDATE settlement.transfer"
        " SET debit_account_id = credit_account_id, credit_account_id = debit_account_id"
        " WHERE obligation_id = {goods}",
        set(),
    ),
    "statements_add_up": (
        "UPDATE settlement.statement SET movement_minor = 0, opening_minor = closing_minor"
        " WHERE id = {statement}",
        {"statements_follow_one_another", "statements_say_what_they_said"},
    ),
    "statement_lines_are_obligations": (
        "UPDATE settlement.statement_line SET amount_minor = amount_minor + 1"
        " WHERE obligation_id = {goods}",
        {"statements_add_up"},
    ),
    "statements_follow_one_another": (
        "UPDATE settlement.statement SET previous_hash = '\\x00' WHERE id = {second}",
        {"statements_say_what_they_said"},
    ),
    "statements_say_what_they_said": (
        "UPDATE settlement.obligation SET document_number = 'R-0' WHERE id = {goods}",
        set(),
    ),
    "adjustments_count_when_confirmed (in full)": (
        "UPDATE settlement.adjustment SET amount_minor = amount_minor + 1 WHERE id = {charge}",
        set(),
    ),
    "adjustments_count_when_confirmed (if not refused)": (
        "UPDATE settlement.adjustment SET state = 'refused' WHERE id = {charge}",
        set(),
    ),
    "adjustments_count_when_confirmed (each)": (
        "UPDATE settlement.adjustment SET state = 'confirmed', decided_at = now()"
        " WHERE id = {waiting}",
        set(),
    ),
    "payments_count_when_confirmed": (
        "UPDATE settlement.payment SET state = 'refused'",
        set(),
    ),
    "adjustments_count_when_confirmed": (
        "UPDATE settlement.adjustment SET state = 'recorded', decided_at = NULL"
        " WHERE id = {charge}",
        set(),
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    story: Story
    owner_pool: Pool
    ids: dict[str, int]


@pytest.fixture
async def scene(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Scene]:
    """A database of its own with one of everything, all of it whole."""
    dsn = await clone()
    pool, owner_pool = await open_pool(dsn), await open_pool(dsn, role=None)
    db = Database(pool)
    story = await a_trading_network(owner_pool, db)
    edge, seller, buyer = (
        story.edge("brand", "trader_a"),
        story.actor("brand"),
        story.actor("trader_a"),
    )
    [goods] = await owing(db, story, a_debt(edge, 900))
    assert goods is not None
    async with db.unit_of_work(story.network_id) as conn:
        await store_exposure_holds(
            conn,
            network_id=story.network_id,
            holds=[
                NewExposureHold(
                    relationship_id=edge, reference_type="order", reference_id=1, amount_minor=70
                )
            ],
        )
        await record_payment(conn, actor=seller, payment=a_payment(edge))
        [sale] = await book(conn, network_id=story.network_id, bookings=[a_sale(story)])
        assert sale is not None
        charge, _, waiting = [
            await adjust(
                conn,
                actor=seller,
                relationship_id=edge,
                kind=kind,
                amount=Money(30, "CNY"),
                reason="freight",
            )
            for kind in (
                ObligationKind.CHARGE,
                ObligationKind.CREDIT_NOTE,
                ObligationKind.CHARGE,
            )
        ]
        await confirm_adjustment(conn, actor=buyer, adjustment_id=charge)
        statement = await issue_statement(conn, actor=seller, relationship_id=edge)
        for actor in (seller, buyer):
            await confirm_statement(conn, actor=actor, statement_id=statement)
        second = await issue_statement(conn, actor=seller, relationship_id=edge)
    await posted(owner_pool)
    yield Scene(
        story,
        owner_pool,
        {
            "edge": edge,
            "goods": goods,
            "statement": statement,
            "second": second,
            "charge": charge,
            "sale": sale,
            "waiting": waiting,
            "seller_books": story.entities["brand"],
            "buyer_books": story.entities["trader_a"],
        },
    )
    await pool.close()
    await owner_pool.close()


def a_sale(story: Story) -> NewBooking:
    return NewBooking(
        entity_id=story.entities["brand"],
        kind=BookingKind.SALE,
        currency="CNY",
        amount_minor=500,
        document_type="consumer_order",
        document_id=1,
        document_number="CO-1",
    )


def a_payment(edge: int) -> NewPayment:
    return NewPayment(
        relationship_id=edge,
        paid_by=Side.BUYER,
        amount=Money(100, "CNY"),
        method=PaymentMethod.BANK,
        paid_on=datetime.now(TRADE_ZONE).date(),
    )


@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_names_the_row_that_breaks_it(scene: Scene, name: str) -> None:
    corruption, also = CORRUPTIONS[name]
    async with scene.owner_pool.acquire() as conn:
        whole = await find_violations(conn)
        # Past triggers and foreign keys, as only an owner could.
        await conn.execute("SET session_replication_role = replica")
        await conn.execute(corruption.format(**scene.ids))
        broken = {
            finding.invariant.code: finding
            for finding in await find_violations(conn)
            if finding.count
        }

    assert not any(finding.count for finding in whole)
    assert set(broken) == {f"settlement.{code}" for code in {name.split()[0], *also}}
    for finding in broken.values():
        assert finding.first is not None
        assert finding.first["network_id"] == scene.story.network_id
        assert f"of network {scene.story.network_id}: " in finding.message()


async def test_every_invariant_is_broken_by_some_test(scene: Scene) -> None:
    async with scene.owner_pool.acquire() as conn:
        codes = [finding.invariant.code for finding in await find_violations(conn)]

    assert sorted(codes) == sorted({f"settlement.{name.split()[0]}" for name in CORRUPTIONS})


async def test_what_waits_less_than_a_minute_is_under_way(scene: Scene) -> None:
    posted_code = "settlement.obligations_are_posted_in_both_books"

    async def late() -> Finding:
        async with scene.owner_pool.acquire() as conn:
            findings = await find_violations(conn)
        return next(it for it in findings if it.invariant.code == posted_code)

    async with scene.owner_pool.acquire() as conn:
        await conn.execute(
            "WITH copy AS (INSERT INTO settlement.obligation"
            " (network_id, relationship_id, kind, debtor_entity_id, creditor_entity_id, currency,"
            "  amount_minor, document_type, document_id, document_number)"
            " SELECT network_id, relationship_id, kind, debtor_entity_id, creditor_entity_id,"
            "  currency, amount_minor, document_type, 10000 + document_id, 'copy'"
            " FROM settlement.obligation WHERE id = $1 RETURNING network_id, id)"
            " INSERT INTO settlement.posting_queue SELECT network_id, id FROM copy",
            scene.ids["goods"],
        )
        assert await count_under_way(conn) == 1
    assert (await late()).count == 0

    await scene.owner_pool.execute(
        "UPDATE settlement.posting_queue SET queued_at = now() - interval '61 seconds'"
    )
    assert (await late()).count == 1
    await posted(scene.owner_pool)
    assert (await late()).count == 0
