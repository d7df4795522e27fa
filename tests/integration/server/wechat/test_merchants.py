"""One WeChat, several merchants: keys and books are each one's own, people and time are not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.factories_wechat import OPENID, wechat_keys
from tradeline_server.wechat import (
    PaymentRequest,
    Refused,
    WeChat,
    WeChatMerchants,
    open_merchants,
    open_wechat,
)
from tradeline_server.wechat.simulator import Simulator, branch_keys, running_simulator

SECOND = "1900000209"


@pytest.fixture(scope="module")
async def mall() -> AsyncIterator[tuple[Simulator, WeChatMerchants, str]]:
    keys = wechat_keys()
    second = branch_keys(keys, SECOND)
    async with running_simulator(keys, branches=(second,)) as running:
        both = [each.settings(running.url, "http://127.0.0.1:9/none") for each in (keys, second)]
        async with open_merchants(both) as merchants:
            yield running.simulator, merchants, running.url


async def prepaid(wechat: WeChat, number: str) -> str:
    request = PaymentRequest(out_trade_no=number, description="芒果", total=1000, openid=OPENID)
    return await wechat.pay.prepay(request)


def each_of(merchants: WeChatMerchants) -> list[WeChat]:
    return [found for each in merchants if (found := merchants.get(each)) is not None]


async def test_the_same_number_is_another_payment_at_another_merchant(
    mall: tuple[Simulator, WeChatMerchants, str],
) -> None:
    simulator, merchants, _ = mall
    simulator.start_over()
    first, second = each_of(merchants)

    ids = [await prepaid(wechat, "T00000001") for wechat in (first, second)]
    paid = simulator.pay(ids[1])

    assert (await second.pay.transaction("T00000001")).transaction_id == paid.transaction_id
    assert not (await first.pay.transaction("T00000001")).is_paid
    assert simulator.books.available == 0
    assert simulator.merchant(SECOND).books.available == 1000 - 6


async def test_a_merchant_cannot_sign_as_another(
    mall: tuple[Simulator, WeChatMerchants, str],
) -> None:
    simulator, _, url = mall
    simulator.start_over()
    stolen = wechat_keys().settings(url, "http://127.0.0.1:9/none")
    object.__setattr__(stolen.merchant, "mchid", SECOND)
    try:
        async with open_wechat(stolen) as wechat:
            with pytest.raises(Refused, match="SIGN_ERROR"):
                await prepaid(wechat, "T00000002")
    finally:
        object.__setattr__(stolen.merchant, "mchid", stolen.mchid)
    assert all(each.books.payments == {} for each in simulator.all)


async def test_people_and_time_are_the_same_for_all(
    mall: tuple[Simulator, WeChatMerchants, str],
) -> None:
    simulator, merchants, _ = mall
    simulator.start_over()
    first, second = each_of(merchants)
    codes = simulator.people.arrive(OPENID)
    prepay_id = await prepaid(second, "T00000003")
    paid = simulator.pay(prepay_id)

    assert (await second.mini_program.log_in(codes.login_code)).openid == OPENID
    assert not await first.mini_program.is_shipped(paid.transaction_id)
    before = simulator.books.now()
    simulator.advance(3600)
    assert simulator.merchant(SECOND).books.now() - before >= 3600


async def test_what_begins_anew_gives_no_number_twice(
    mall: tuple[Simulator, WeChatMerchants, str],
) -> None:
    simulator, merchants, _ = mall
    first, _ = each_of(merchants)
    seen = set()
    for _ in range(3):
        simulator.start_over()
        seen.add(simulator.pay(await prepaid(first, "T00000004")).transaction_id)

    assert len(seen) == 3
    assert {len(number) for number in seen} == {28}
