"""Notices over real HTTP: late, twice, out of order, never, and forged in every way."""

from __future__ import annotations

import httpx2
import pytest

from tests.factories_wechat import Market
from tradeline_server.wechat import Fault, Forged, RefundRequest, Refused
from tradeline_server.wechat.simulator import Mischief
from tradeline_server.wechat.simulator.notifying import RETRY_SECONDS, signed_headers
from tradeline_server.wechat.simulator.paying import payment_event

FORGERIES = {
    Mischief.FORGED_SIGNATURE: (Fault.SIGNATURE, 401),
    Mischief.UNKNOWN_SERIAL: (Fault.SERIAL, 401),
    Mischief.OLD: (Fault.TIME, 401),
    Mischief.TAMPERED: (Fault.SIGNATURE, 401),
    Mischief.PROBE: (Fault.PROBE, 401),
    Mischief.WRONG_SECRET: (Fault.SECRET, 400),
    Mischief.FOREIGN: (Fault.RECIPIENT, 400),
}


@pytest.mark.parametrize("mischief", FORGERIES)
async def test_a_forgery_is_refused_and_the_true_notice_arrives_after_it(
    market: Market, mischief: Mischief
) -> None:
    fault, status = FORGERIES[mischief]
    market.simulator.disturb(mischief)
    payment = await market.paid()
    await market.settled()

    assert market.shop.faults == [fault]
    assert [about.out_trade_no for about in market.shop.about] == [payment.out_trade_no]
    attempts = market.simulator.notifier.attempts
    assert [attempt.status for attempt in attempts] == [status, 200]


async def test_an_answer_to_a_forgery_tells_nothing_but_that_it_failed(market: Market) -> None:
    payment = await market.paid()
    notifier = market.simulator.notifier
    event = payment_event(market.simulator.books, payment)
    async with httpx2.AsyncClient(trust_env=False) as http:
        answers = set()
        for mischief in (Mischief.FORGED_SIGNATURE, Mischief.UNKNOWN_SERIAL, Mischief.OLD):
            letter = notifier.letter("EV-forged", event, mischief)
            answer = await http.post(
                event.notify_url, content=letter.body, headers=dict(letter.headers)
            )
            answers.add((answer.status_code, answer.text))
    assert answers == {(401, '{"code":"FAIL","message":"验签失败"}')}


async def test_a_notice_heard_in_passing_is_worth_nothing_after_five_minutes(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await market.paid()
    event = payment_event(market.simulator.books, payment)
    letter = market.simulator.notifier.letter("EV-replayed", event)
    pay = market.wechat.pay

    first = await pay.read_notice(letter.headers, letter.body)
    again = await pay.read_notice(letter.headers, letter.body)
    assert first == again  # the same id: whoever keeps ids keeps it once
    monkeypatch.setattr(pay._gateway, "clock", lambda: market.simulator.books.now() + 310)
    with pytest.raises(Forged) as forged:
        await pay.read_notice(letter.headers, letter.body)
    assert forged.value.fault is Fault.TIME


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"id":"1"}',
        b"[" * 50_000,
        b'{"id":"x","create_time":"2026-01-01T00:00:00+08:00","event_type":"T","resource_type":'
        b'"plain","resource":{"algorithm":"NONE","ciphertext":"","nonce":"","original_type":"x"}}',
    ],
)
async def test_even_what_is_signed_has_to_be_a_notice(market: Market, body: bytes) -> None:
    keys = market.simulator.keys
    headers = signed_headers(
        keys, body, at=int(market.simulator.books.now()), serial=keys.public_key_id
    )
    with pytest.raises(Forged) as forged:
        await market.wechat.pay.read_notice(headers, body)
    assert forged.value.fault is Fault.SHAPE


async def test_a_lost_notice_leaves_the_query(market: Market) -> None:
    market.simulator.disturb(Mischief.LOSE)
    payment = await market.paid()
    await market.settled()

    assert market.shop.notices == {}
    assert (await market.wechat.pay.transaction(payment.out_trade_no)).is_paid


async def test_a_late_notice_arrives_when_it_does(market: Market) -> None:
    market.simulator.disturb(Mischief.LATE, seconds=0.2)
    await market.paid()
    assert market.shop.notices == {}
    await market.settled()
    assert len(market.shop.notices) == 1


async def test_notices_may_come_in_the_wrong_order(market: Market) -> None:
    await market.paid(5000)
    await market.settled()
    market.shop.notices.clear()
    for _ in range(2):
        market.simulator.disturb(Mischief.HOLD)
    payment = await market.paid(1000)
    request = RefundRequest(
        out_trade_no=payment.out_trade_no, out_refund_no="R-order", amount=1000, total=1000
    )
    await market.wechat.pay.refund(request)
    await market.until(lambda: len(market.simulator.notifier.held) == 2)
    market.simulator.notifier.release(backwards=True)
    await market.settled()

    events = [notice.event_type for notice in market.shop.notices.values()]
    assert events == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


async def test_a_shop_that_is_out_of_order_is_told_fifteen_times_more(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market.simulator.notifier, "retry_scale", 0.0)
    monkeypatch.setattr(market.shop, "receive", None)
    await market.paid()
    await market.settled()

    assert len(RETRY_SECONDS) == 15
    assert sum(RETRY_SECONDS) == 24 * 3600 + 4 * 60
    statuses = [attempt.status for attempt in market.simulator.notifier.attempts]
    assert statuses == [500] * 16


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "http://example.com/x", "ftp://127.0.0.1/x"]
)
async def test_the_simulator_sends_to_this_machine_only(market: Market, url: str) -> None:
    settings = market.wechat.pay._settings
    object.__setattr__(settings, "notify_url", url)
    with pytest.raises(Refused, match="notify_url"):
        await market.prepaid()


async def test_unknown_serials_make_us_ask_for_certificates_once_a_minute(market: Market) -> None:
    payment = await market.paid()
    event = payment_event(market.simulator.books, payment)
    for number in range(5):
        letter = market.simulator.notifier.letter(f"EV-{number}", event, Mischief.UNKNOWN_SERIAL)
        with pytest.raises(Forged):
            await market.wechat.pay.read_notice(letter.headers, letter.body)

    paths = [path for _, path, _ in market.simulator.requests]
    assert paths.count("/v3/certificates") == 1
