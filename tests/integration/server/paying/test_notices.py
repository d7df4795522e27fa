"""Notices over real HTTP: believed only if WeChat signed them, and acted upon once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from tests.factories_paying import Counter
from tests.factories_payments import a_payment, merchant_of, stored, to_pay
from tests.factories_wechat import OPENID
from tradeline.payments import Capture, PaymentState, RefundResult, RefundState
from tradeline_server.paying import telling
from tradeline_server.wechat.simulator import Mischief
from tradeline_server.wechat.simulator.notifying import FORGERIES
from tradeline_server.wechat.simulator.paying import payment_event

FORGED = {
    Mischief.FORGED_SIGNATURE: 401,
    Mischief.UNKNOWN_SERIAL: 401,
    Mischief.OLD: 401,
    Mischief.TAMPERED: 401,
    Mischief.PROBE: 401,
    Mischief.WRONG_SECRET: 400,
    Mischief.FOREIGN: 400,
}


async def letter(
    counter: Counter, number: str, *, notice_id: str = "EV-1", mischief: Mischief | None = None
) -> dict[str, Any]:
    """What WeChat would send of a payment, to be sent by hand."""
    books = counter.simulator.books
    event = payment_event(books, books.payment(number))
    made = counter.simulator.notifier.letter(notice_id, event, mischief)
    return {"content": made.body, "headers": dict(made.headers)}


async def post(counter: Counter, given: dict[str, Any], merchant_id: str = "") -> Any:
    path = f"{counter.url}/wechat/notices/{merchant_id or counter.till.merchant_id}"
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.post(path, **given)


async def unannounced(counter: Counter) -> str:
    """The number of a payment that was paid, and of which no notice comes by itself."""
    payment, prepay_id = await counter.prepaid()
    counter.simulator.disturb(Mischief.LOSE, about=payment.number)
    counter.simulator.pay(prepay_id, OPENID)
    return payment.number


async def test_a_paid_payment_is_captured_when_wechat_says_so(counter: Counter) -> None:
    payment = await counter.paid()

    assert payment.state is PaymentState.CAPTURED
    assert payment.transaction_id == counter.theirs(payment).transaction_id
    [attempt] = counter.simulator.notifier.attempts
    assert attempt.status == 200


@pytest.mark.parametrize(("mischief", "status"), FORGED.items())
async def test_what_is_forged_is_refused_and_leaves_nothing(
    counter: Counter, mischief: Mischief, status: int
) -> None:
    number = await unannounced(counter)

    answer = await post(counter, await letter(counter, number, mischief=mischief))

    assert answer.status_code == status
    assert answer.json()["code"] == "FAIL"
    assert await counter.count("payments.notice") == 0
    assert await counter.count("payments.payment WHERE state = 'captured'") == 0
    assert await counter.count("payments.difference") == 0
    # The true one is believed even so.
    assert (await post(counter, await letter(counter, number))).status_code == 200
    assert await counter.count("payments.payment WHERE state = 'captured'") == 1


def test_every_forgery_is_tried() -> None:
    assert set(FORGED) == FORGERIES


async def test_a_notice_that_comes_again_acts_once(counter: Counter) -> None:
    number = await unannounced(counter)
    same = await letter(counter, number)

    answers = await asyncio.gather(*(post(counter, same) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert await counter.count("payments.notice") == 1
    assert await counter.count("payments.payment WHERE state = 'captured'") == 1
    assert await counter.count("payments.refund") <= 1


async def test_two_notices_of_one_payment_capture_it_once(counter: Counter) -> None:
    number = await unannounced(counter)

    first = await post(counter, await letter(counter, number, notice_id="EV-1"))
    second = await post(counter, await letter(counter, number, notice_id="EV-2"))

    assert (first.status_code, second.status_code) == (200, 200)
    assert await counter.count("payments.payment WHERE state = 'captured'") == 1
    assert await counter.count("payments.refund") <= 1


async def test_a_notice_may_come_before_the_reply_to_prepay(counter: Counter) -> None:
    [payment] = await to_pay(counter.till, a_payment(counter.till))
    counter.simulator.pay(await counter.asked_for(payment), OPENID)
    await counter.settled()

    assert (await stored(counter.till, payment)).state is PaymentState.CAPTURED


async def test_another_sum_than_was_asked_is_never_captured(counter: Counter) -> None:
    payment, prepay_id = await counter.prepaid()
    counter.theirs(payment).total -= 1
    counter.simulator.pay(prepay_id)
    await counter.settled()

    assert (await stored(counter.till, payment)).state is PaymentState.PREPAID
    rows = await counter.owner_pool.fetch(
        "SELECT kind, ours_minor, theirs_minor FROM payments.difference"
    )
    ours = payment.amount_minor
    assert [tuple(row) for row in rows] == [("amount", ours, ours - 1)]


async def test_a_merchant_is_told_of_its_own_only(counter: Counter) -> None:
    number = await unannounced(counter)
    trader = merchant_of(counter.till, "trader_a")

    answer = await post(counter, await letter(counter, number), trader)

    assert answer.status_code == 400
    assert await counter.count("payments.notice") == 0


async def test_no_merchants_word_takes_the_place_of_anothers(counter: Counter) -> None:
    """They come together, and both merchants gave their payments the same number."""
    payment, _ = await counter.prepaid()
    ours = Capture(
        number=payment.number,
        transaction_id="42-1",
        merchant_id=counter.till.merchant_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        captured_at=datetime.now(UTC),
    )
    trader = merchant_of(counter.till, "trader_a")
    theirs = replace(ours, transaction_id="42-2", merchant_id=trader)
    words = [telling.Word(fact.merchant_id, fact) for fact in (ours, theirs)]

    async with counter.db.unit_of_work(counter.till.network_id) as conn:
        await telling.write_words(conn, counter.till.network_id, words)

    paid = await stored(counter.till, payment)
    assert (paid.state, paid.transaction_id) == (PaymentState.CAPTURED, "42-1")


async def test_two_words_on_one_payment_that_come_together_are_both_heard(
    counter: Counter,
) -> None:
    payment, _ = await counter.prepaid()
    true = Capture(
        number=payment.number,
        transaction_id="42-1",
        merchant_id=counter.till.merchant_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        captured_at=datetime.now(UTC),
    )
    wrong = replace(true, transaction_id="42-2", amount_minor=payment.amount_minor + 1)
    words = [telling.Word(fact.merchant_id, fact) for fact in (true, wrong, true)]

    async with counter.db.unit_of_work(counter.till.network_id) as conn:
        await telling.write_words(conn, counter.till.network_id, words)

    paid = await stored(counter.till, payment)
    assert (paid.state, paid.transaction_id) == (PaymentState.CAPTURED, "42-1")
    assert await counter.count("payments.difference WHERE kind = 'amount'") == 1


async def test_payments_and_refunds_that_are_told_together_are_written_apart(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, _ = await counter.prepaid()
    merchant = counter.till.merchant_id
    paid = Capture(
        number=payment.number,
        transaction_id="42-1",
        merchant_id=merchant,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        captured_at=datetime.now(UTC),
    )
    unknown = RefundResult(
        number="R-1", merchant_id=merchant, state=RefundState.SUCCEEDED, amount_minor=1
    )
    true, together = telling.write_words, list[set[str]]()

    async def write(conn: Any, network_id: int, words: Any) -> None:
        together.append({type(word.fact).__name__ for word in words})
        await true(conn, network_id, words)

    monkeypatch.setattr(telling, "write_words", write)
    ear = telling.Telling(counter.db)
    words = [telling.Word(merchant, fact) for fact in (paid, paid, unknown)]
    answers = await asyncio.gather(*(ear.tell(word) for word in words))

    assert answers == [True, True, True]
    assert together == [{"Capture"}, {"RefundResult"}]
    assert (await stored(counter.till, payment)).state is PaymentState.CAPTURED


@pytest.mark.parametrize("merchant_id", ["1900000999", "x" * 500, "..%2F..%2Fgraphql"])
async def test_nobodys_notices_are_refused_unread(counter: Counter, merchant_id: str) -> None:
    number = await unannounced(counter)

    answer = await post(counter, await letter(counter, number), merchant_id)

    assert answer.status_code in (404, 405)
    assert await counter.count("payments.notice") == 0


@pytest.mark.parametrize("size", [100_001, 5_000_000])
async def test_what_is_larger_than_any_notice_is_not_read(counter: Counter, size: int) -> None:
    number = await unannounced(counter)
    given = await letter(counter, number)

    answer = await post(counter, {**given, "content": b" " * size})

    assert answer.status_code == 413
    assert await counter.count("payments.notice") == 0


async def test_without_any_headers_of_wechats_nothing_is_believed(counter: Counter) -> None:
    number = await unannounced(counter)
    given = await letter(counter, number)

    answer = await post(counter, {"content": given["content"]})

    assert answer.status_code == 401


async def test_what_fails_here_is_told_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeChat hears that it has arrived only once it is written down."""
    true, fails = telling.write_words, [True]

    async def write(*given: Any) -> None:
        if fails:
            fails.clear()
            raise RuntimeError("the house is on fire")
        await true(*given)

    monkeypatch.setattr(telling, "write_words", write)
    payment = await counter.paid()

    assert payment.state is PaymentState.CAPTURED
    assert [attempt.status for attempt in counter.simulator.notifier.attempts] == [500, 200]


async def test_one_that_cannot_be_written_keeps_no_other_from_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [await unannounced(counter) for _ in range(4)]
    true = telling.write_words

    async def write(conn: Any, network_id: int, words: Any) -> None:
        await asyncio.sleep(0.05)  # so that the others come together
        if any(word.fact.number == numbers[2] for word in words):
            raise RuntimeError("this one")
        await true(conn, network_id, words)

    monkeypatch.setattr(telling, "write_words", write)
    letters = [await letter(counter, number, notice_id=f"EV-{number}") for number in numbers]
    answers = await asyncio.gather(*(post(counter, each) for each in letters))

    assert [answer.status_code for answer in answers] == [200, 200, 500, 200]
    assert await counter.count("payments.payment WHERE state = 'captured'") == 3


async def test_many_notices_are_written_together(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [await unannounced(counter) for _ in range(12)]
    true, sizes = telling.write_words, list[int]()

    async def write(conn: Any, network_id: int, words: Any) -> None:
        sizes.append(len(words))
        await asyncio.sleep(0.1)
        await true(conn, network_id, words)

    monkeypatch.setattr(telling, "write_words", write)
    letters = [await letter(counter, number, notice_id=f"EV-{number}") for number in numbers]
    answers = await asyncio.gather(*(post(counter, each) for each in letters))

    assert {answer.status_code for answer in answers} == {200}
    assert sum(sizes) == 12
    assert len(sizes) <= 4
    assert await counter.count("payments.payment WHERE state = 'captured'") == 12


async def test_nothing_that_is_logged_tells_who_pays(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    number = await unannounced(counter)
    for mischief in (None, *FORGED):
        await post(counter, await letter(counter, number, mischief=mischief))

    assert OPENID not in caplog.text
    assert "ciphertext" not in caplog.text
