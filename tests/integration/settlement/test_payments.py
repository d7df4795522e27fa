"""Payments: the payee's word counts."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest

from tests.factories import Story
from tests.factories_settlement import a_trading_network, exposure_of
from tradeline.kernel import (
    TRADE_ZONE,
    Actor,
    Connection,
    Database,
    Forbidden,
    InvalidValue,
    Money,
    PageRequest,
    Pool,
    Rejected,
)
from tradeline.settlement import (
    NewPayment,
    Payment,
    PaymentMethod,
    PaymentState,
    Side,
    confirm_payment,
    list_payments,
    payments_by_ids,
    record_payment,
    refuse_payment,
)

FIRST_PAGE = PageRequest()


def today() -> date:
    return datetime.now(TRADE_ZONE).date()


def a_payment(
    edge: int,
    minor: int = 500,
    *,
    paid_by: Side = Side.BUYER,
    currency: str = "CNY",
    paid_on: date | None = None,
    reference: str = "",
) -> NewPayment:
    return NewPayment(
        relationship_id=edge,
        paid_by=paid_by,
        amount=Money(minor, currency),
        method=PaymentMethod.BANK,
        paid_on=paid_on or today(),
        reference=reference,
    )


async def record(db: Database, actor: Actor, payment: NewPayment) -> Payment:
    async with db.unit_of_work(actor.network_id) as conn:
        payment_id = await record_payment(conn, actor=actor, payment=payment)
        return (await payments_by_ids(conn, actor=actor, ids=[payment_id]))[payment_id]


async def confirm(db: Database, actor: Actor, payment_id: int) -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await confirm_payment(conn, actor=actor, payment_id=payment_id)


async def refuse(db: Database, actor: Actor, payment_id: int, reason: str = "not seen") -> int:
    async with db.unit_of_work(actor.network_id) as conn:
        return await refuse_payment(conn, actor=actor, payment_id=payment_id, reason=reason)


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db)


async def test_what_the_payer_recorded_counts_when_the_payee_confirms(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")
    payment = await record(db, story.actor("trader_a"), a_payment(edge, reference="慢汇 7"))

    assert payment.state is PaymentState.RECORDED
    assert payment.reference == "慢汇 7"
    assert (await exposure_of(owner_pool, edge)).owed_minor == 0
    await confirm(db, story.actor("brand"), payment.id)

    assert (await exposure_of(owner_pool, edge)).owed_minor == -500
    with pytest.raises(Rejected, match="The payment is confirmed"):
        await confirm(db, story.actor("brand"), payment.id)
    with pytest.raises(Rejected, match="The payment is confirmed"):
        await refuse(db, story.actor("brand"), payment.id)
    assert (await exposure_of(owner_pool, edge)).owed_minor == -500


async def test_what_the_payee_recorded_counts_at_once(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge = story.edge("brand", "trader_a")

    payment = await record(db, story.actor("brand"), a_payment(edge))

    assert payment.state is PaymentState.CONFIRMED
    assert payment.decided_at is not None
    assert (await exposure_of(owner_pool, edge)).owed_minor == -500


@pytest.mark.parametrize(("by", "state"), [("trader_a", "confirmed"), ("brand", "recorded")])
async def test_money_that_the_seller_pays_back_is_owed_again(
    db: Database, owner_pool: Pool, story: Story, by: str, state: str
) -> None:
    edge = story.edge("brand", "trader_a")

    payment = await record(db, story.actor(by), a_payment(edge, paid_by=Side.SELLER))

    assert payment.state == state
    if payment.state is PaymentState.RECORDED:
        await confirm(db, story.actor("trader_a"), payment.id)
    assert (await exposure_of(owner_pool, edge)).owed_minor == 500


async def test_a_refused_payment_never_counts(db: Database, owner_pool: Pool, story: Story) -> None:
    edge = story.edge("brand", "trader_a")
    payment = await record(db, story.actor("trader_a"), a_payment(edge))

    with pytest.raises(Rejected, match="write 1 to 500 characters"):
        await refuse(db, story.actor("brand"), payment.id, "  ")
    await refuse(db, story.actor("brand"), payment.id, "no such transfer")

    with pytest.raises(Rejected, match="The payment is refused"):
        await confirm(db, story.actor("brand"), payment.id)
    async with db.reading(story.network_id) as conn:
        [seen] = (
            await list_payments(
                conn,
                actor=story.actor("trader_a"),
                page=FIRST_PAGE,
                relationship_id=edge,
                state=PaymentState.REFUSED,
            )
        ).items
    assert seen.refusal_reason == "no such transfer"
    assert (await exposure_of(owner_pool, edge)).owed_minor == 0


async def test_the_payer_does_not_decide(db: Database, story: Story) -> None:
    payer = story.actor("trader_a")
    payment = await record(db, payer, a_payment(story.edge("brand", "trader_a")))

    for attempt in (confirm(db, payer, payment.id), refuse(db, payer, payment.id)):
        with pytest.raises(Rejected, match="is for its payee"):
            await attempt


async def test_confirmed_and_refused_at_once_one_word_counts(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    edge, payee = story.edge("brand", "trader_a"), story.actor("brand")
    payment = await record(db, story.actor("trader_a"), a_payment(edge))

    outcomes = await asyncio.gather(
        *(confirm(db, payee, payment.id) for _ in range(4)),
        *(refuse(db, payee, payment.id) for _ in range(4)),
        return_exceptions=True,
    )

    assert sum(outcome == payment.id for outcome in outcomes) == 1
    async with db.reading(story.network_id) as conn:
        seen = (await payments_by_ids(conn, actor=payee, ids=[payment.id]))[payment.id]
    is_confirmed = seen.state is PaymentState.CONFIRMED
    assert (await exposure_of(owner_pool, edge)).owed_minor == (-500 if is_confirmed else 0)


async def test_names_every_fault_of_a_payment(db: Database, story: Story) -> None:
    edge = story.edge("brand", "trader_a")
    faulty = a_payment(
        edge, currency="GBP", paid_on=today() + timedelta(days=2), reference="x" * 501
    )

    with pytest.raises(Rejected) as refusal:
        await record(db, story.actor("brand"), faulty)

    fields = [
        problem.field for problem in refusal.value.problems if isinstance(problem, InvalidValue)
    ]
    assert fields == ["currency", "reference", "paidOn"]
    for minor in (0, -5, 10**13 + 1, 2**63):
        with pytest.raises(Rejected, match=r"send 0.01 CNY to"):
            await record(db, story.actor("brand"), a_payment(edge, minor))


async def test_strangers_neither_see_nor_touch_payments(
    db: Database, owner_pool: Pool, story: Story
) -> None:
    other = await a_trading_network(owner_pool, db)
    edge = story.edge("brand", "trader_a")
    payment = await record(db, story.actor("trader_a"), a_payment(edge))

    # The owner passes row-level security, so that the statements' own scopes are what answers.
    async with owner_pool.acquire() as conn:
        for stranger in (story.actor("trader_b"), story.actor("supplier"), other.actor("brand")):
            assert not await payments_by_ids(conn, actor=stranger, ids=[payment.id])
            assert not (await list_payments(conn, actor=stranger, page=FIRST_PAGE)).items
            for attempt in (
                confirm_payment(conn, actor=stranger, payment_id=payment.id),
                refuse_payment(conn, actor=stranger, payment_id=payment.id, reason="x"),
                record_payment(conn, actor=stranger, payment=a_payment(edge)),
            ):
                with pytest.raises(Rejected, match="There is no such"):
                    await attempt
        await every_door_is_shut(conn, story.visitor("brand"), payment.id, edge)


async def every_door_is_shut(conn: Connection, nobody: Actor, payment_id: int, edge: int) -> None:
    for attempt in (
        payments_by_ids(conn, actor=nobody, ids=[payment_id]),
        list_payments(conn, actor=nobody, page=FIRST_PAGE),
        confirm_payment(conn, actor=nobody, payment_id=payment_id),
        refuse_payment(conn, actor=nobody, payment_id=payment_id, reason="x"),
        record_payment(conn, actor=nobody, payment=a_payment(edge)),
    ):
        with pytest.raises(Forbidden):
            await attempt
