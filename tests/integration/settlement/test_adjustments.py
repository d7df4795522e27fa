"""Charges and credit notes: whose word counts, on which edges, and within which bounds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import Story
from tests.factories_settlement import a_trading_network, exposure_of, posted
from tradeline.kernel import (
    Actor,
    Database,
    Forbidden,
    Money,
    PageRequest,
    Permission,
    Pool,
    Rejected,
)
from tradeline.organizations import end_relationship, suspend_relationship
from tradeline.settlement import (
    Adjustment,
    AdjustmentState,
    NewPayment,
    ObligationKind,
    PaymentMethod,
    Side,
    adjust,
    adjustments_by_ids,
    confirm_adjustment,
    find_violations,
    list_adjustments,
    record_payment,
    refuse_adjustment,
)

ENDS = ("brand", "trader_a")


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db)


async def made(
    db: Database,
    story: Story,
    kind: ObligationKind = ObligationKind.CHARGE,
    minor: int = 500,
    due_on: date | None = None,
) -> int:
    async with db.unit_of_work(story.network_id) as conn:
        return await adjust(
            conn,
            actor=story.actor("brand"),
            relationship_id=story.edge(*ENDS),
            kind=kind,
            amount=Money(minor, "CNY"),
            reason="freight",
            due_on=due_on,
        )


async def decided(db: Database, actor: Actor, adjustment_id: int, reason: str = "") -> None:
    """Confirm, or with a reason refuse."""
    async with db.unit_of_work(actor.network_id) as conn:
        if reason:
            await refuse_adjustment(conn, actor=actor, adjustment_id=adjustment_id, reason=reason)
        else:
            await confirm_adjustment(conn, actor=actor, adjustment_id=adjustment_id)


async def read(db: Database, story: Story, adjustment_id: int) -> Adjustment:
    async with db.reading(story.network_id) as conn:
        found = await adjustments_by_ids(conn, actor=story.actor("trader_a"), ids=[adjustment_id])
    return found[adjustment_id]


async def owed(owner_pool: Pool, story: Story) -> int:
    return (await exposure_of(owner_pool, story.edge(*ENDS))).owed_minor


async def put_in_state(owner_pool: Pool, story: Story, state: str) -> None:
    await owner_pool.execute(
        "UPDATE organizations.relationship"
        "   SET state = $2, accepted_at = CASE WHEN $2 <> 'proposed' THEN now() END"
        " WHERE id = $1",
        story.edge(*ENDS),
        state,
    )


async def test_a_charge_is_owed_when_the_buyer_confirms_it_and_in_no_books_before(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    due_on = await owner_pool.fetchval("SELECT current_date + 30")
    charge = await made(db, story, due_on=due_on)
    await posted(owner_pool)

    waiting = await read(db, story, charge)
    assert (waiting.state, waiting.decided_at) == (AdjustmentState.RECORDED, None)
    assert await owed(owner_pool, story) == 0
    rows = "SELECT due_on, amount_minor FROM settlement.obligation WHERE network_id = $1"
    assert await owner_pool.fetch(rows, story.network_id) == []

    await decided(db, story.actor("trader_a"), charge)

    assert (await read(db, story, charge)).state is AdjustmentState.CONFIRMED
    assert await owed(owner_pool, story) == 500
    assert [tuple(row) for row in await owner_pool.fetch(rows, story.network_id)] == [(due_on, 500)]
    with pytest.raises(Rejected, match="adjustment is confirmed"):
        await decided(db, story.actor("trader_a"), charge, "no")
    audited = await owner_pool.fetch(
        "SELECT org_id, action FROM kernel.audit_entry"
        " WHERE network_id = $1 AND subject_type = 'adjustment' ORDER BY id",
        story.network_id,
    )
    assert [tuple(row) for row in audited] == [
        (story.orgs["brand"], "adjustment.create"),
        (story.orgs["trader_a"], "adjustment.confirm"),
    ]
    topics = await owner_pool.fetch(
        "SELECT topic FROM kernel.outbox_event"
        " WHERE network_id = $1 AND topic LIKE 'adjustment.%' ORDER BY id",
        story.network_id,
    )
    assert [row["topic"] for row in topics] == ["adjustment.created", "adjustment.confirmed"]


async def test_a_refused_charge_never_counts(db: Database, owner_pool: Pool, story: Story) -> None:
    charge = await made(db, story)
    buyer = story.actor("trader_a")

    async with db.unit_of_work(story.network_id) as conn:
        with pytest.raises(Rejected, match="write 1 to 500"):
            await refuse_adjustment(conn, actor=buyer, adjustment_id=charge, reason=" ")
    await decided(db, buyer, charge, "never agreed")

    refused = await read(db, story, charge)
    assert (refused.state, refused.refusal_reason) == (AdjustmentState.REFUSED, "never agreed")
    with pytest.raises(Rejected, match="adjustment is refused"):
        await decided(db, buyer, charge)
    assert await owed(owner_pool, story) == 0
    async with owner_pool.acquire() as conn:
        assert not any(finding.count for finding in await find_violations(conn))


async def test_a_credit_note_counts_at_once(db: Database, owner_pool: Pool, story: Story) -> None:
    note = await made(db, story, ObligationKind.CREDIT_NOTE)

    assert (await read(db, story, note)).state is AdjustmentState.CONFIRMED
    assert await owed(owner_pool, story) == -500
    with pytest.raises(Rejected, match="adjustment is confirmed"):
        await decided(db, story.actor("trader_a"), note)


async def test_nobody_but_the_buyer_decides_a_charge(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    charge = await made(db, story)
    other = await a_trading_network(owner_pool, db)

    for reason in ("", "no"):
        with pytest.raises(Rejected, match="for its buyer to confirm or refuse"):
            await decided(db, story.actor("brand"), charge, reason)
        for stranger in (story.actor("trader_b"), other.actor("trader_a")):
            with pytest.raises(Rejected, match="no such adjustment"):
                await decided(db, stranger, charge, reason)
        with pytest.raises(Forbidden):
            await decided(db, story.actor("trader_a", Permission.PAYMENT_RECORD), charge, reason)
    assert (await read(db, story, charge)).state is AdjustmentState.RECORDED
    assert await owed(owner_pool, story) == 0


async def test_both_sides_list_what_waits_and_strangers_nothing(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    other = await a_trading_network(owner_pool, db)
    first, second = await made(db, story), await made(db, story)
    note = await made(db, story, ObligationKind.CREDIT_NOTE)
    edge, idle = story.edge(*ENDS), story.edge("brand", "trader_b")

    async def listed(actor: Actor, size: int = 20, **filters: Any) -> list[int]:
        async with db.reading(actor.network_id) as conn:
            page = await list_adjustments(conn, actor=actor, page=PageRequest(size), **filters)
        return [adjustment.id for adjustment in page.items]

    for name in ENDS:
        actor = story.actor(name)
        assert await listed(actor) == [note, second, first]
        assert await listed(actor, state=AdjustmentState.RECORDED) == [second, first]
        assert await listed(actor, relationship_id=edge, size=1) == [note]
        assert await listed(actor, relationship_id=idle) == []
    async with db.reading(story.network_id) as conn:
        page = await list_adjustments(
            conn, actor=story.actor("brand"), page=PageRequest(1, (second,))
        )
        assert [adjustment.id for adjustment in page.items] == [first]
        with pytest.raises(Forbidden):
            await list_adjustments(conn, actor=story.visitor("brand"), page=PageRequest())
    for stranger in (story.actor("trader_b"), other.actor("brand"), other.actor("trader_a")):
        assert await listed(stranger) == []
        assert await listed(stranger, relationship_id=edge) == []


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("proposed", set()),
        ("active", {ObligationKind.CHARGE, ObligationKind.CREDIT_NOTE}),
        ("suspended", {ObligationKind.CHARGE, ObligationKind.CREDIT_NOTE}),
        ("ended", {ObligationKind.CREDIT_NOTE}),
    ],
)
async def test_what_may_be_adjusted_in_which_state(
    db: Database, owner_pool: Pool, story: Story, state: str, kinds: set[ObligationKind]
) -> None:
    await put_in_state(owner_pool, story, state)

    for kind in (ObligationKind.CHARGE, ObligationKind.CREDIT_NOTE):
        if kind in kinds:
            await made(db, story, kind)
            continue
        with pytest.raises(Rejected, match=f"The relationship is {state}"):
            await made(db, story, kind)


async def test_the_buyer_may_own_up_to_a_charge_after_the_end(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    charge = await made(db, story)
    async with db.unit_of_work(story.network_id) as conn:
        for use_case in (suspend_relationship, end_relationship):
            await use_case(conn, actor=story.actor("brand"), relationship_id=story.edge(*ENDS))

    await decided(db, story.actor("trader_a"), charge)

    assert await owed(owner_pool, story) == 500


@pytest.mark.parametrize("name", ENDS)
async def test_no_money_moves_on_a_proposed_edge(
    db: Database, owner_pool: Pool, story: Story, name: str
) -> None:
    await put_in_state(owner_pool, story, "proposed")
    payment = NewPayment(
        relationship_id=story.edge(*ENDS),
        paid_by=Side.BUYER,
        amount=Money(100, "CNY"),
        method=PaymentMethod.BANK,
        paid_on=await owner_pool.fetchval("SELECT current_date"),
    )

    with pytest.raises(Rejected, match="The relationship is proposed"):
        async with db.unit_of_work(story.network_id) as conn:
            await record_payment(conn, actor=story.actor(name), payment=payment)
    assert await owed(owner_pool, story) == 0


@pytest.mark.parametrize("kind", [ObligationKind.CHARGE, ObligationKind.CREDIT_NOTE])
async def test_an_adjustment_is_bounded(db: Database, story: Story, kind: ObligationKind) -> None:
    for minor in (0, -1, 10**12 + 1):
        with pytest.raises(Rejected, match=r"send 0.01 CNY to 10,000,000,000.00 CNY"):
            await made(db, story, kind, minor)
    assert await made(db, story, kind, 10**12)


async def test_an_adjustment_falls_due_within_reason(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    today: date = await owner_pool.fetchval("SELECT current_date")
    day = timedelta(days=1)

    for due_on in (date.min, today - 367 * day, today + (5 * 366 + 1) * day, date.max):
        with pytest.raises(Rejected) as refusal:
            await made(db, story, due_on=due_on)
        assert [problem.path for problem in refusal.value.problems] == [("dueOn",)]
    for due_on in (today - 364 * day, today, today + 5 * 365 * day):
        assert (await read(db, story, await made(db, story, due_on=due_on))).due_on == due_on
