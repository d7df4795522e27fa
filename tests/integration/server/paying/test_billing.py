"""WeChat's bills against our books: each difference is named, and named once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories_paying import Counter
from tests.factories_payments import a_capture, a_payment, capturing, merchant_of, stored
from tests.factories_wechat import OPENID
from tradeline.kernel import TRADE_ZONE
from tradeline.payments import DifferenceKind, Payment
from tradeline_server.paying.billing import Billing, BillMissing, days_due, reconcile_day
from tradeline_server.wechat import Untrusted
from tradeline_server.wechat.simulator import Mischief
from tradeline_server.wechat.simulator.bills import Difference as Disagreement

DAY_SECONDS = 86_400


def today() -> date:
    return datetime.now(TRADE_ZONE).date()


async def taken(counter: Counter, total: int = 32_469, *, is_told: bool = True) -> Payment:
    payment, prepay_id = await counter.prepaid(a_payment(counter.till, total))
    counter.simulator.disturb(Mischief.LOSE, about=payment.number)
    counter.simulator.pay(prepay_id, OPENID)
    theirs = counter.theirs(payment)
    if is_told:
        paid_at = datetime.fromtimestamp(theirs.paid_at, UTC)
        word = a_capture(payment, transaction_id=theirs.transaction_id, captured_at=paid_at)
        await capturing(counter.till, word)
    return await stored(counter.till, payment)


def next_morning(counter: Counter) -> None:
    """When the bill of today is there, by WeChat's clock."""
    now = datetime.now(TRADE_ZONE)
    ten = (now + timedelta(days=1)).replace(hour=10, minute=0, second=1)
    counter.simulator.advance((ten - now).total_seconds())


# What happens in the last hour before midnight may stand in the next day's bill.
MOVE_TO_NOON = """
    UPDATE payments.payment SET captured_at = $2::date + interval '12 hours' WHERE id = $1
"""


async def differences(counter: Counter) -> list[tuple[str, str, int | None, int | None]]:
    found = await reconcile_day(counter.db, counter.merchants, counter.till.merchant_id, today())
    return [
        (each.kind.value, each.number, each.ours_minor, each.theirs_minor)
        for each in found.differences
    ]


async def test_a_day_on_which_all_agrees_has_no_differences(counter: Counter) -> None:
    await taken(counter)
    await taken(counter, 100)
    next_morning(counter)

    assert await differences(counter) == []
    assert await counter.count("payments.bill_line") == 2
    fee = await counter.owner_pool.fetchval(
        "SELECT sum(amount_minor) FROM settlement.booking WHERE kind = 'provider_fee'"
    )
    assert fee == 195 + 1


@pytest.mark.parametrize("kind", ["missing", "amount", "extra"])
async def test_each_difference_is_named_once(counter: Counter, kind: str) -> None:
    payment = await taken(counter)
    await counter.owner_pool.execute(MOVE_TO_NOON, payment.id, today())
    await taken(counter, 100)
    about = "T-of-nobody" if kind == "extra" else payment.number
    counter.simulator.differences[today()] = [Disagreement(kind=kind, about=about, by=7)]
    next_morning(counter)
    ours = payment.amount_minor
    named = {
        "missing": (DifferenceKind.MISSING_IN_BILL.value, payment.number, ours, None),
        "amount": (DifferenceKind.AMOUNT.value, payment.number, ours, ours + 7),
        "extra": (DifferenceKind.MISSING_HERE.value, about, None, 7),
    }

    assert await differences(counter) == [named[kind]]
    assert await differences(counter) == [named[kind]]
    assert await counter.count("payments.difference") == 1


async def test_a_payment_that_we_never_heard_of_is_a_difference(counter: Counter) -> None:
    payment = await taken(counter, is_told=False)
    next_morning(counter)

    [(kind, number, _, theirs)] = await differences(counter)

    assert (number, theirs) == (payment.number, payment.amount_minor)
    assert kind != DifferenceKind.MISSING_IN_BILL


async def test_a_day_without_trade_has_an_empty_bill(counter: Counter) -> None:
    next_morning(counter)

    assert await differences(counter) == []
    assert await counter.count("payments.bill") == 1


async def test_a_bill_that_is_not_there_yet_is_waited_for(counter: Counter) -> None:
    await taken(counter)
    counter.simulator.advance(DAY_SECONDS if datetime.now(TRADE_ZONE).hour < 10 else 0)

    with pytest.raises(Exception, match=r"ten|昨日"):
        await differences(counter)

    assert await counter.count("payments.bill") == 0


async def test_a_bill_that_does_not_fit_its_hash_is_not_kept(counter: Counter) -> None:
    await taken(counter)
    counter.simulator.differences[today()] = [Disagreement(kind="corrupt")]
    next_morning(counter)

    with pytest.raises(Untrusted):
        await differences(counter)

    assert await counter.count("payments.bill") == 0


async def test_each_morning_fetches_what_nobody_has_fetched(counter: Counter) -> None:
    counter.simulator.advance(DAY_SECONDS)
    billing = Billing(counter.db, counter.merchants)
    async with counter.owner_pool.acquire() as conn:
        due = await billing.due(conn, limit=50)
    assert {merchant for merchant, _ in due} == {
        counter.till.merchant_id,
        merchant_of(counter.till, "trader_a"),
    }
    assert {day for _, day in due} == set(days_due(datetime.now(TRADE_ZONE)))

    for each in due:
        await billing.reconcile(each)

    async with counter.owner_pool.acquire() as conn:
        assert await billing.due(conn, limit=50) == []
        assert await Billing(counter.db, counter.merchants).due(conn, limit=50) == []


def test_yesterdays_bill_is_there_from_ten_in_china() -> None:
    early = datetime(2026, 11, 23, 9, 59, tzinfo=TRADE_ZONE)
    assert days_due(early)[0] == date(2026, 11, 21)
    assert days_due(early + timedelta(minutes=1))[0] == date(2026, 11, 22)


async def test_nobodys_bills_are_not_to_be_had(counter: Counter) -> None:
    with pytest.raises(BillMissing, match="no keys"):
        await reconcile_day(counter.db, counter.merchants, "1900000999", today())
