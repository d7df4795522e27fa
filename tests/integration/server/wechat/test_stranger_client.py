"""Somebody else's client of WeChat Pay, `wechatpayv3`, takes our simulator for the real thing.

It knows no other gateway than WeChat's: its private `_gate_way` is set to the simulator's. With
certificates it asks for them while it is made, so there the class's method is told beforehand.
It asks by `requests`, which blocks, hence the threads.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from tests.factories_wechat import OPENID, Market
from tradeline_server.wechat.model import CHINA
from tradeline_server.wechat.simulator import Mischief, SimulatorKeys, public_pem
from tradeline_server.wechat.simulator.paying import payment_event

Ask = Callable[..., Any]


def pem(keys: SimulatorKeys) -> str:
    return keys.merchant.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def stranger(market: Market, **given: Any) -> WeChatPay:
    keys = market.simulator.keys
    client = WeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=keys.mchid,
        private_key=pem(keys),
        cert_serial_no=keys.merchant_serial,
        apiv3_key=keys.apiv3_key.decode(),
        appid=keys.appid,
        notify_url=market.wechat.pay._settings.notify_url,
        **given,
    )
    client._core._gate_way = market.url
    return client


async def ask(call: Ask, *arguments: Any, **named: Any) -> Any:
    """The decoded answer of a call that has to succeed."""
    code, text = await asyncio.to_thread(call, *arguments, **named)
    assert code in (200, 204), text
    return json.loads(text) if text and code == 200 else None


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """`requests` would ask a proxy of the environment even for this machine."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def client(market: Market) -> WeChatPay:
    keys = market.simulator.keys
    return stranger(
        market,
        public_key=public_pem(keys.platform.public_key()).decode(),
        public_key_id=keys.public_key_id,
    )


async def prepay(client: WeChatPay, number: str, total: int = 1000, **given: Any) -> str:
    answer = await ask(
        client.pay,
        description="芒果",
        out_trade_no=number,
        amount={"total": total, "currency": "CNY"},
        payer={"openid": OPENID},
        **given,
    )
    prepay_id: str = answer["prepay_id"]
    return prepay_id


async def test_it_prepays_queries_closes_and_refunds(market: Market, client: WeChatPay) -> None:
    prepay_id = await prepay(client, "S000001")
    await prepay(client, "S000002")
    payment = market.simulator.pay(prepay_id, OPENID)
    market.simulator.pay(await prepay(client, "S000003", 9000))

    found = await ask(client.query, out_trade_no="S000001")
    assert (found["trade_state"], found["amount"]["total"]) == ("SUCCESS", 1000)
    assert found == await ask(client.query, transaction_id=payment.transaction_id)
    assert await ask(client.close, out_trade_no="S000002") is None
    assert (await ask(client.query, out_trade_no="S000002"))["trade_state"] == "CLOSED"
    refund = await ask(
        client.refund,
        out_refund_no="SR-1",
        out_trade_no="S000001",
        amount={"refund": 300, "total": 1000, "currency": "CNY"},
    )
    assert refund["amount"]["refund"] == 300
    assert (await ask(client.query_refund, out_refund_no="SR-1"))["status"] == "SUCCESS"
    code, text = await asyncio.to_thread(client.query, out_trade_no="S-none")
    assert (code, json.loads(text)["code"]) == (404, "ORDER_NOT_EXIST")


async def test_its_payment_signature_opens_the_simulators_till(
    market: Market, client: WeChatPay
) -> None:
    prepay_id = await prepay(client, "S000011")
    values = [market.simulator.keys.appid, "1795000000", "N", f"prepay_id={prepay_id}"]
    call = {
        "timeStamp": values[1],
        "nonceStr": values[2],
        "package": values[3],
        "signType": "RSA",
        "paySign": client.sign(values),
    }
    assert market.simulator.pay_as_called(call, OPENID).state == "SUCCESS"


async def test_it_shares_asks_and_unfreezes(market: Market, client: WeChatPay) -> None:
    prepay_id = await prepay(client, "S000021", 10_000, settle_info={"profit_sharing": True})
    transaction_id = market.simulator.pay(prepay_id, OPENID).transaction_id
    market.simulator.advance(61)
    await ask(
        client.profitsharing_add_receiver,
        account_type="MERCHANT_ID",
        account="1900000200",
        relation_type="DISTRIBUTOR",
        name="果蔬有限公司",
    )
    receivers = [
        {
            "type": "MERCHANT_ID",
            "account": "1900000200",
            "amount": 2000,
            "description": "分给经销商",
        }
    ]
    await ask(client.profitsharing_order, transaction_id, "SP-1", receivers, False)
    shared = await ask(client.profitsharing_order_query, transaction_id, "SP-1")
    assert (shared["state"], shared["receivers"][0]["result"]) == ("FINISHED", "SUCCESS")
    left = await ask(client.profitsharing_amount_query, transaction_id)
    assert left["unsplit_amount"] == 10_000 - 60 - 2000
    back = await ask(
        client.profitsharing_return,
        out_return_no="SB-1",
        return_mchid="1900000200",
        amount=500,
        description="退货",
        out_order_no="SP-1",
    )
    assert back["result"] == "SUCCESS"
    await ask(client.profitsharing_unfreeze, transaction_id, "SP-2", "解冻")
    left = await ask(client.profitsharing_amount_query, transaction_id)
    assert left["unsplit_amount"] == 0


async def test_it_reads_notices_and_refuses_forgeries(market: Market, client: WeChatPay) -> None:
    payment = await market.paid(1000)
    event = payment_event(market.simulator.books, payment)
    notifier = market.simulator.notifier

    def read(mischief: Mischief | None = None) -> Any:
        letter = notifier.letter("EV-1", event, mischief)
        return client.callback(dict(letter.headers), letter.body)

    notice = read()
    assert notice["event_type"] == "TRANSACTION.SUCCESS"
    assert notice["resource"]["out_trade_no"] == payment.out_trade_no
    for mischief in (Mischief.FORGED_SIGNATURE, Mischief.TAMPERED, Mischief.WRONG_SECRET):
        assert not read(mischief)


async def test_it_fetches_bills_that_fit_their_hash(market: Market, client: WeChatPay) -> None:
    await market.paid(1000)
    today = datetime.now(UTC).astimezone(CHINA).date()
    market.simulator.advance(timedelta(days=2).total_seconds())
    pointer = await ask(client.trade_bill, bill_date=today.isoformat(), tar_type="GZIP")
    code, packed = await asyncio.to_thread(client.download_bill, pointer["download_url"])

    assert code == 200
    raw = gzip.decompress(packed)
    assert hashlib.sha1(raw).hexdigest() == pointer["hash_value"]
    assert raw.decode().startswith("交易时间,公众账号ID,商户号,")


async def test_with_certificates_it_opens_and_believes_the_platforms(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Core, "_init_certificates", lambda core: None)
    client = await asyncio.to_thread(stranger, market)
    await asyncio.to_thread(client._core._update_certificates)

    assert [f"{found.serial_number:X}" for found in client._core._certificates] == [
        market.simulator.keys.platform_serial
    ]
    assert await prepay(client, "S000041")


async def test_a_client_with_another_key_is_turned_away(market: Market, client: WeChatPay) -> None:
    client._core._private_key = market.simulator.keys.stranger
    code, text = await asyncio.to_thread(client.query, out_trade_no="S000001")
    assert (code, json.loads(text)["code"]) == (401, "SIGN_ERROR")
