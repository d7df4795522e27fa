"""What the simulated WeChat lets in: signed by the merchant, just now, once, and not too often."""

from __future__ import annotations

import time

import httpx2
import pytest

from tests.factories_wechat import Market, Site
from tradeline_server.wechat.signing import Merchant, fresh_nonce
from tradeline_server.wechat.simulator import Config

TARGET = "/v3/pay/transactions/out-trade-no/T000000?mchid=1900000109"
NOT_THERE = (404, "ORDER_NOT_EXIST")
NOT_SIGNED = (401, "SIGN_ERROR")


async def knock(
    market: Market,
    *,
    merchant: Merchant | None = None,
    signed: str = TARGET,
    sent: str = TARGET,
    age: int = 0,
    nonce: str = "",
    header: str | None = None,
) -> tuple[int, str]:
    keys = market.simulator.keys
    merchant = merchant or Merchant(keys.mchid, keys.merchant_serial, keys.merchant)
    authorization = merchant.authorization(
        "GET", signed, b"", timestamp=int(time.time()) - age, nonce=nonce or fresh_nonce()
    )
    headers = {"Authorization": authorization if header is None else header}
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(market.url + sent, headers=headers)
    return answer.status_code, answer.json()["code"]


async def test_who_signs_rightly_and_now_is_let_in(market: Market) -> None:
    assert await knock(market) == NOT_THERE
    assert await knock(market, age=295) == NOT_THERE


async def test_nobody_else_is(market: Market) -> None:
    keys = market.simulator.keys
    strangers = (
        Merchant(keys.mchid, keys.merchant_serial, keys.stranger),
        Merchant("1900000999", keys.merchant_serial, keys.merchant),
        Merchant(keys.mchid, "4E494D414E44", keys.merchant),
    )
    for merchant in strangers:
        assert await knock(market, merchant=merchant) == NOT_SIGNED
    for age in (310, -310):
        assert await knock(market, age=age) == NOT_SIGNED
    for header in ("", "Bearer x", "WECHATPAY2-SHA256-RSA2048 mchid=x"):
        assert await knock(market, header=header) == NOT_SIGNED
    assert await knock(market, signed=TARGET + "&x=1") == NOT_SIGNED
    assert await knock(market, sent=TARGET + "&x=1") == NOT_SIGNED


async def test_a_request_that_was_overheard_cannot_be_repeated(market: Market) -> None:
    assert await knock(market, nonce="OVERHEARD") == NOT_THERE
    assert await knock(market, nonce="OVERHEARD") == NOT_SIGNED


async def test_whoever_asks_too_often_is_told_to_slow_down(site: Site) -> None:
    async with site.market(Config(requests_per_second_max=3)) as market:
        answers = [await knock(market) for _ in range(4)]
        assert answers[:3] == [NOT_THERE] * 3
        assert answers[3] in ((429, "FREQUENCY_LIMITED"), NOT_THERE)  # the second may be over
        market.simulator.calls.extend([time.monotonic()] * 3)
        assert await knock(market) == (429, "FREQUENCY_LIMITED")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"mchid":1}', b"[" * 5000])
async def test_what_is_no_order_is_refused_and_changes_nothing(market: Market, body: bytes) -> None:
    keys = market.simulator.keys
    target = "/v3/pay/transactions/jsapi"
    merchant = Merchant(keys.mchid, keys.merchant_serial, keys.merchant)
    authorization = merchant.authorization(
        "POST", target, body, timestamp=int(time.time()), nonce=fresh_nonce()
    )
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            market.url + target, content=body, headers={"Authorization": authorization}
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert answer.headers["wechatpay-signature"]
    assert market.simulator.books.payments == {}
