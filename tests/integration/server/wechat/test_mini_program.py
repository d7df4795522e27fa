"""Logging in, phones, messages and shipments, against the simulated WeChat."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from tests.factories_wechat import OPENID, Market
from tradeline_server.wechat import (
    LogisticsType,
    Package,
    Phone,
    Refused,
    Session,
    ShippingInfo,
    Unreachable,
)
from tradeline_server.wechat.simulator import Mishap
from tradeline_server.wechat.simulator.books import Payment
from tradeline_server.wechat.simulator.people import ErrCode

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEMPLATE = "template-of-shipping"


async def test_a_code_logs_in_once(market: Market) -> None:
    codes = market.simulator.people.arrive(OPENID, unionid="oUnion")
    session = await market.wechat.mini_program.log_in(codes.login_code)

    assert (session.openid, session.unionid) == (OPENID, "oUnion")
    assert session.session_key
    with pytest.raises(Refused) as refused:
        await market.wechat.mini_program.log_in(codes.login_code)
    assert (refused.value.code, refused.value.is_retryable) == ("40163", False)
    with pytest.raises(Refused, match="40029"):
        await market.wechat.mini_program.log_in(codes.phone_code)


async def test_a_code_is_good_for_five_minutes(market: Market) -> None:
    codes = market.simulator.people.arrive(OPENID)
    market.simulator.advance(300)
    with pytest.raises(Refused, match="40029"):
        await market.wechat.mini_program.log_in(codes.login_code)


async def test_a_phone_is_told_to_whoever_has_its_code(market: Market) -> None:
    codes = market.simulator.people.arrive(OPENID, phone="13800138000")
    phone = await market.wechat.mini_program.phone(codes.phone_code)

    assert (phone.country_code, phone.pure_number) == ("86", "13800138000")
    with pytest.raises(Refused, match="40163"):
        await market.wechat.mini_program.phone(codes.phone_code)


async def test_one_token_serves_until_it_ends_and_then_another(market: Market) -> None:
    people = market.simulator.people

    async def ask() -> None:
        codes = people.arrive(OPENID, phone="13800138000")
        await market.wechat.mini_program.phone(codes.phone_code)

    def tokens_asked_for() -> int:
        return [path for _, path, _ in market.simulator.requests].count("/cgi-bin/stable_token")

    await ask()
    await ask()
    assert tokens_asked_for() == 1
    people.expire_tokens()  # somebody made it invalid: noticed, renewed, and asked again
    await ask()
    assert tokens_asked_for() == 2
    assert len(people.tokens) == 1


async def test_a_consent_is_good_for_one_message(market: Market) -> None:
    people = market.simulator.people

    async def send() -> None:
        await market.wechat.mini_program.send_message(
            openid=OPENID, template_id=TEMPLATE, values={"thing1": "芒果"}, page="pages/order"
        )

    with pytest.raises(Refused, match="43101"):
        await send()
    people.consent(OPENID, TEMPLATE)
    await send()
    with pytest.raises(Refused, match="43101"):
        await send()
    [sent] = people.sent
    assert (sent.openid, sent.data) == (OPENID, {"thing1": {"value": "芒果"}})


def shipping(payment: Payment, **given: object) -> ShippingInfo:
    package = Package(item_desc="芒果*2箱", tracking_no="SF1", express_company="SF")
    values = {
        "transaction_id": payment.transaction_id,
        "openid": OPENID,
        "logistics_type": LogisticsType.EXPRESS,
        "packages": [package],
        "uploaded_at": NOW,
    }
    return ShippingInfo(**{**values, **given})  # type: ignore[arg-type]


async def test_what_was_sent_is_told_once_and_may_be_corrected_once(market: Market) -> None:
    mini, payment = market.wechat.mini_program, await market.paid()
    assert not await mini.is_shipped(payment.transaction_id)
    await mini.upload_shipping(shipping(payment))
    assert await mini.is_shipped(payment.transaction_id)

    with pytest.raises(Refused, match="268485216"):
        await mini.upload_shipping(shipping(payment))
    await mini.upload_shipping(shipping(payment, uploaded_at=NOW + timedelta(seconds=1)))
    with pytest.raises(Refused, match="10060003"):
        await mini.upload_shipping(shipping(payment, uploaded_at=NOW + timedelta(seconds=2)))
    market.simulator.people.receive(payment.transaction_id)
    assert await mini.is_shipped(payment.transaction_id)


async def test_packages_may_leave_one_by_one(market: Market) -> None:
    mini, payment = market.wechat.mini_program, await market.paid()
    await mini.upload_shipping(shipping(payment, is_complete=False))
    assert not await mini.is_shipped(payment.transaction_id)
    with pytest.raises(ErrCode, match="不可确认收货"):
        market.simulator.people.receive(payment.transaction_id)
    await mini.upload_shipping(
        shipping(
            payment,
            packages=[
                Package(item_desc="苹果", tracking_no="SF2", express_company="SF"),
                Package(item_desc="梨", tracking_no="SF3", express_company="SF"),
            ],
            uploaded_at=NOW + timedelta(hours=1),
        )
    )
    assert await mini.is_shipped(payment.transaction_id)
    assert len(market.simulator.people.shipments[payment.transaction_id].packages) == 3


async def test_shipments_of_others_or_without_what_they_need_are_refused(market: Market) -> None:
    mini, payment = market.wechat.mini_program, await market.paid()
    for wrong, code in (
        ({"transaction_id": "4200"}, "10060001"),
        ({"openid": "oSomebodyElse"}, "10060001"),
        ({"packages": [Package(item_desc="x")]}, "10060031"),
    ):
        with pytest.raises(Refused, match=code):
            await mini.upload_shipping(shipping(payment, **wrong))
    with pytest.raises(ValueError, match="1 to 15"):
        await mini.upload_shipping(shipping(payment, packages=[]))
    assert market.simulator.people.shipments == {}


async def test_nothing_that_happens_once_is_asked_twice(market: Market) -> None:
    people = market.simulator.people
    people.consent(OPENID, TEMPLATE)
    codes = people.arrive(OPENID)
    market.simulator.fail(Mishap.SYSTEM_ERROR, path="/sns")
    with pytest.raises(Refused) as refused:
        await market.wechat.mini_program.log_in(codes.login_code)
    assert refused.value.is_retryable
    assert len(market.simulator.requests) == 1


async def test_nothing_secret_shows_in_logs_reprs_or_errors(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    keys = market.simulator.keys
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    with structlog.testing.capture_logs() as logs:
        codes = market.simulator.people.arrive(OPENID, phone="13800138000")
        session = await market.wechat.mini_program.log_in(codes.login_code)
        phone = await market.wechat.mini_program.phone(codes.phone_code)
        for call in (
            market.wechat.mini_program.log_in(codes.login_code),
            market.wechat.mini_program.phone(codes.phone_code),
            market.wechat.pay.transaction("T-none"),
        ):
            with pytest.raises(Refused) as refused:
                await call
            shown += [str(refused.value), repr(refused.value)]
        market.simulator.people.expire_tokens()
    payment = await market.paid()
    found = await market.wechat.pay.transaction(payment.out_trade_no)
    settings = keys.settings(market.url, "http://127.0.0.1/x")
    shown += [repr(value) for value in (logs, session, phone, found, settings, keys)]
    tokens = list(market.simulator.people.tokens)
    secrets = [
        *(keys.app_secret, keys.apiv3_key.decode(), session.session_key, OPENID, "13800138000"),
        *(codes.login_code, codes.phone_code, *tokens, "PRIVATE KEY"),
    ]
    ours = [record for record in caplog.records if record.name.startswith("tradeline")]
    text = "\n".join([*shown, *(record.getMessage() for record in ours)])
    assert logs
    assert [secret for secret in secrets if secret in text] == []
    assert repr(session) == "Session(oUp…6o)"
    assert isinstance(phone, Phone)
    assert isinstance(session, Session)


async def test_when_nobody_answers_the_cause_is_told_without_the_address(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini = market.wechat.mini_program
    object.__setattr__(mini._settings, "api_url", "http://127.0.0.1:1")
    with pytest.raises(Unreachable) as unreachable:
        await mini.log_in("code")
    assert unreachable.value.is_retryable
    assert str(unreachable.value) == "WeChat does not answer: ConnectError."
    assert unreachable.value.__cause__ is None
