"""Sharing what was paid: sent once, asked about until it has ended, and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asyncpg import RaiseError

from tests.factories_paying import Counter
from tests.factories_payments import (
    a_capture,
    a_payment,
    a_refund,
    capturing,
    merchant_of,
    refunding,
    stored,
)
from tests.factories_wechat import OPENID
from tradeline.payments import (
    NewSharing,
    Payment,
    Share,
    ShareRuns,
    ShareState,
    ShareWant,
    due_refunds,
    due_share_returns,
    due_sharings,
    request_sharings,
    shares_of_payments,
)
from tradeline_server.paying.asking import Asking
from tradeline_server.paying.jobs import plan_sharings
from tradeline_server.paying.sharing import SharingDesk
from tradeline_server.wechat import Refused
from tradeline_server.wechat.simulator import Mischief, Mishap

WANTED = 3_000


@pytest.fixture
def desk(counter: Counter) -> SharingDesk:
    return SharingDesk(counter.db, counter.merchants)


async def shareable(counter: Counter) -> Payment:
    """A payment of 100 yuan that may be shared by now, of whose money the trader wants 30."""
    payment, prepay_id = await counter.prepaid(a_payment(counter.till, 10_000, is_shareable=True))
    counter.simulator.disturb(Mischief.LOSE, about=payment.number)
    counter.simulator.pay(prepay_id, OPENID)
    transaction_id = counter.theirs(payment).transaction_id
    await capturing(counter.till, a_capture(payment, transaction_id=transaction_id))
    counter.simulator.advance(61)
    return await stored(counter.till, payment)


async def ask_for(counter: Counter, payment: Payment, *wants: ShareWant) -> None:
    async with counter.db.unit_of_work(counter.till.network_id) as conn:
        sharing = NewSharing(payment_id=payment.id, wants=wants)
        await request_sharings(conn, network_id=counter.till.network_id, sharings=[sharing])


def of_trader(counter: Counter, amount_minor: int = WANTED) -> ShareWant:
    story = counter.till.story
    return ShareWant(
        org_id=story.orgs["trader_a"],
        merchant_id=merchant_of(counter.till, "trader_a"),
        relationship_ids=(story.edge("brand", "trader_a"),),
        runs=ShareRuns.DOWN,
        amount_minor=amount_minor,
    )


async def share_of(counter: Counter, payment: Payment) -> Share:
    async with counter.db.reading(counter.till.network_id) as conn:
        found = await shares_of_payments(
            conn, network_id=counter.till.network_id, payment_ids=[payment.id]
        )
    [share] = found[payment.id]
    return share


async def test_a_share_is_sent_and_its_end_asked_for(counter: Counter, desk: SharingDesk) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment, of_trader(counter))

    await counter.work(due_sharings, desk.share)
    assert (await share_of(counter, payment)).state is ShareState.REQUESTED
    await counter.work(due_sharings, desk.share)

    share = await share_of(counter, payment)
    assert (share.state, share.amount_minor) == (ShareState.SUCCEEDED, WANTED)
    assert len(counter.simulator.books.sharings) == 1
    assert counter.theirs(payment).shared == WANTED
    assert counter.theirs(payment).frozen == 0


async def test_who_dies_after_a_share_was_sent_sends_no_second_one(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment, of_trader(counter))
    counter.simulator.fail(Mishap.LOST, path="/v3/profitsharing/orders", times=3)

    with pytest.raises(Refused):
        await counter.work(due_sharings, desk.share)
    await counter.work(due_sharings, desk.share)

    assert (await share_of(counter, payment)).state is ShareState.SUCCEEDED
    assert counter.theirs(payment).splits == 1


async def test_who_dies_before_a_share_was_sent_has_it_sent_by_the_next(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment, of_trader(counter))
    async with counter.owner_pool.acquire() as conn:
        assert len(await due_sharings(conn, limit=10)) == 1  # and was killed

    await counter.work(due_sharings, desk.share)
    await counter.work(due_sharings, desk.share)

    assert (await share_of(counter, payment)).state is ShareState.SUCCEEDED


async def test_a_share_that_its_receiver_cannot_take_stays_on_account(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment, of_trader(counter))
    counter.simulator.books.failing_receivers[merchant_of(counter.till, "trader_a")] = "NO_AUTH"

    await counter.work(due_sharings, desk.share)
    await counter.work(due_sharings, desk.share)

    assert (await share_of(counter, payment)).state is ShareState.FAILED
    assert counter.theirs(payment).frozen == 0  # it is the collector's to use


async def test_without_anybody_to_share_with_a_payment_is_unfrozen(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment)

    await counter.work(due_sharings, desk.share)
    await counter.work(due_sharings, desk.share)

    assert counter.theirs(payment).is_unfrozen
    assert await counter.count("payments.sharing WHERE state = 'finished'") == 1


async def test_a_refund_takes_its_part_of_a_share_back_first(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment, of_trader(counter))
    await counter.work(due_sharings, desk.share)
    await counter.work(due_sharings, desk.share)
    await refunding(counter.till, a_refund(payment, 5_000))
    asking = Asking(counter.db, counter.merchants, counter.telling)

    assert await counter.work(due_refunds, asking.refund) == 0  # it waits for the share
    counter.simulator.fail(Mishap.LOST, path="/v3/profitsharing/return-orders", times=3)
    with pytest.raises(Refused):
        await counter.work(due_share_returns, desk.take_back)
    await counter.work(due_share_returns, desk.take_back)
    await counter.work(due_refunds, asking.refund)
    await counter.settled()

    assert (await share_of(counter, payment)).returned_minor == WANTED // 2
    assert len(counter.simulator.books.returns) == 1
    assert await counter.count("payments.refund WHERE state = 'succeeded'") == 1


async def test_a_payment_that_cannot_be_planned_keeps_no_other_waiting(counter: Counter) -> None:
    payments = [await shareable(counter) for _ in range(3)]
    pool = counter.owner_pool
    await pool.execute(
        "UPDATE payments.payment SET shares_at = now();"
        "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'not this one'; END $$;"
        "CREATE TRIGGER refuse_it BEFORE INSERT ON payments.sharing FOR EACH ROW"
        f" WHEN (NEW.payment_id = {payments[0].id}) EXECUTE FUNCTION refuse_it()"
    )
    try:
        async with pool.acquire() as conn:
            with pytest.raises(RaiseError, match="not this one"):
                await plan_sharings(conn, limit=10, db=counter.db)
    finally:
        await pool.execute("DROP TRIGGER refuse_it ON payments.sharing; DROP FUNCTION refuse_it()")

    assert await counter.count("payments.sharing") == 2


async def refuse(counter: Counter, desk: SharingDesk, *, tries: int) -> None:
    """What WeChat makes of a sharing of a payment that it does not share, at that try."""
    async with counter.owner_pool.acquire() as conn:
        await conn.execute("UPDATE payments.sharing SET next_try_at = now() WHERE state = 'sent'")
        [due] = await due_sharings(conn, limit=10)
    with pytest.raises(Refused):
        await desk.share(replace(due, tries=tries))


async def a_payment_that_cannot_be_shared(counter: Counter) -> Payment:
    """WeChat allows its merchant to share nothing."""
    payment = await shareable(counter)
    counter.simulator.books.config.sharing_ratio = 0
    await ask_for(counter, payment, of_trader(counter))
    return payment


async def test_a_refund_goes_before_a_sharing_that_wechat_refuses(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await a_payment_that_cannot_be_shared(counter)
    asking = Asking(counter.db, counter.merchants, counter.telling)
    await refuse(counter, desk, tries=1)
    await refunding(counter.till, a_refund(payment, 5_000))
    await refuse(counter, desk, tries=4)
    assert await counter.work(due_refunds, asking.refund) == 0  # somebody may be at it still

    await refuse(counter, desk, tries=5)
    assert await counter.work(due_refunds, asking.refund) == 1
    await counter.settled()

    assert await counter.count("payments.refund WHERE state = 'succeeded'") == 1
    assert await counter.count("payments.sharing WHERE state = 'withdrawn'") == 1
    assert await counter.count("payments.payment WHERE shares_at <= now()") == 1


async def test_without_a_refund_a_refused_sharing_is_tried_until_there_is_nothing_to_share(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await a_payment_that_cannot_be_shared(counter)
    await refuse(counter, desk, tries=700)
    assert (await share_of(counter, payment)).state is ShareState.REQUESTED

    await refuse(counter, desk, tries=744)

    assert (await share_of(counter, payment)).state is ShareState.FAILED
    assert await counter.count("payments.sharing WHERE next_try_at IS NOT NULL") == 0


async def test_a_refund_goes_on_without_a_share_that_wechat_will_not_return(
    counter: Counter, desk: SharingDesk
) -> None:
    payment = await shareable(counter)
    await ask_for(counter, payment, of_trader(counter))
    for _ in range(2):
        await counter.work(due_sharings, desk.share)
    counter.simulator.advance(181 * 86_400)
    await refunding(counter.till, a_refund(payment, 5_000))
    asking = Asking(counter.db, counter.merchants, counter.telling)
    async with counter.owner_pool.acquire() as conn:
        [due] = await due_share_returns(conn, limit=10)

    for tries, waiting in ((2, 1), (5, 0)):
        with pytest.raises(Refused):
            await desk.take_back(replace(due, tries=tries))
        assert await counter.count("payments.share_return WHERE settled_at IS NULL") == waiting

    assert await counter.work(due_refunds, asking.refund) == 1
    share = await share_of(counter, payment)
    assert (share.state, share.returned_minor) == (ShareState.SUCCEEDED, 0)
