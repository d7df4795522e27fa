"""A simulated WeChat whose books begin anew gives back, and bills, what was paid before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories_paying import Counter
from tests.factories_payments import a_payment, a_refund, refunding, stored
from tests.integration.server.paying.test_asking import refund_state, taken
from tradeline.kernel import TRADE_ZONE
from tradeline.payments import Payment, RefundState, due_refunds
from tradeline_server.errors import CommandError
from tradeline_server.paying.asking import Asking
from tradeline_server.paying.reminding import remind
from tradeline_server.wechat.beside import Beside
from tradeline_server.wechat.simulator import bills

PART, TOTAL = 1_000, 10_000


@pytest.fixture
def asking(counter: Counter) -> Asking:
    return Asking(counter.db, counter.merchants, counter.telling)


def beside(counter: Counter, url: str | None = None) -> Beside:
    return Beside(pid=0, url=url or counter.wechat_url, app_id="", environment={})


async def gives_back(counter: Counter, asking: Asking, payment: Payment) -> RefundState:
    [refund_id] = await refunding(counter.till, a_refund(payment, PART))
    await counter.work(due_refunds, asking.refund)
    await counter.settled()
    await counter.work(due_refunds, asking.refund)
    return await refund_state(counter, refund_id)


def bill_of_today(counter: Counter) -> str:
    return bills.trade_bill(counter.simulator.books, datetime.now(TRADE_ZONE).date(), "ALL", [])


def balance(counter: Counter) -> Mapping[str, Any]:
    books = counter.simulator.books
    return {
        "available": books.available,
        "moved": sorted((each.kind, each.change, each.voucher_no) for each in books.movements),
    }


def next_morning(counter: Counter) -> None:
    now = datetime.now(TRADE_ZONE)
    ten = (now + timedelta(days=1)).replace(hour=10, minute=0, second=1)
    counter.simulator.advance((ten - now).total_seconds())


async def test_what_was_paid_is_given_back_although_the_books_began_anew(
    counter: Counter, asking: Asking
) -> None:
    payment = await taken(counter, TOTAL)
    assert await gives_back(counter, asking, payment) is RefundState.SUCCEEDED
    before = balance(counter)
    await counter.prepaid(a_payment(counter.till))

    counter.simulator.start_over()

    assert await remind(counter.dsn, beside(counter)) == 1, "what was not paid is no business"
    assert balance(counter) == before
    assert await remind(counter.dsn, beside(counter)) == 0, "it knows by now"
    assert balance(counter) == before
    assert await gives_back(counter, asking, payment) is RefundState.SUCCEEDED
    assert sum(each.amount for each in counter.theirs(payment).refunds) == 2 * PART
    assert (await stored(counter.till, payment)).refunded_minor == 2 * PART


async def test_its_bill_says_what_it_said_before(counter: Counter, asking: Asking) -> None:
    payment = await taken(counter, TOTAL)
    await gives_back(counter, asking, payment)
    lines = bill_lines(counter)

    counter.simulator.start_over()
    await remind(counter.dsn, beside(counter))

    assert bill_lines(counter) == lines


async def test_a_simulator_that_is_gone_is_said_to_be(counter: Counter) -> None:
    await taken(counter, TOTAL)
    with pytest.raises(CommandError, match="simulated WeChat does not take"):
        await remind(counter.dsn, beside(counter, "http://127.0.0.1:9"))


def bill_lines(counter: Counter) -> list[tuple[str, ...]]:
    """What is the same for the same trade: numbers, sums and fees, not the seconds."""
    next_morning(counter)
    rows = [line.split(",") for line in bill_of_today(counter).splitlines()]
    numbers, sums, fees = rows[0].index("商户订单号"), rows[0].index("应结订单金额"), 22
    return [(row[numbers], row[sums], row[fees]) for row in rows if len(row) == len(rows[0])]
