"""Our client against the simulated WeChat, over real HTTP: from prepay to refund."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories_wechat import OPENID, Market, Site
from tradeline_server.wechat import (
    Malformed,
    Notice,
    PaymentRequest,
    RefundNotice,
    RefundRequest,
    RefundStatus,
    Refused,
    TradeState,
    Transaction,
    Unreachable,
    Untrusted,
    expect_payment,
    gateway,
)
from tradeline_server.wechat.simulator import Config, Mischief, Mishap, Refusal


async def test_a_payment_goes_from_prepay_over_its_notice_to_the_query(market: Market) -> None:
    number, prepay_id = await market.prepaid(1234, attach="周末")
    assert (await market.wechat.pay.transaction(number)).trade_state is TradeState.NOT_PAID

    call = market.wechat.pay.payment_call(prepay_id)
    market.simulator.pay_as_called(
        {
            "timeStamp": call.timestamp,
            "nonceStr": call.nonce,
            "package": call.package,
            "signType": "RSA",
            "paySign": call.pay_sign,
        },
        OPENID,
    )
    await market.settled()

    [notice] = market.shop.notices.values()
    found = await market.wechat.pay.transaction(number)
    assert notice.event_type == "TRANSACTION.SUCCESS"
    assert notice.about == found
    assert isinstance(found, Transaction)
    assert (found.attach, found.trade_type) == ("周末", "JSAPI")
    assert found.payer is not None
    assert found.payer.openid == OPENID
    transaction_id = expect_payment(found, out_trade_no=number, total=1234)
    assert await market.wechat.pay.transaction_by_id(transaction_id) == found


async def test_a_call_that_was_not_signed_by_us_pays_nothing(market: Market) -> None:
    number, prepay_id = await market.prepaid()
    call = market.wechat.pay.payment_call(prepay_id)
    good = {
        "timeStamp": call.timestamp,
        "nonceStr": call.nonce,
        "package": call.package,
        "signType": "RSA",
        "paySign": call.pay_sign,
    }
    for wrong in ({"nonceStr": "another"}, {"signType": "MD5"}, {"package": "prepay_id=wx1"}):
        with pytest.raises(Refusal, match="支付验证签名失败"):
            market.simulator.pay_as_called({**good, **wrong})

    assert (await market.wechat.pay.transaction(number)).trade_state is TradeState.NOT_PAID


async def test_the_same_number_prepays_the_same_payment_and_no_other(market: Market) -> None:
    number, prepay_id = await market.prepaid(1000)

    assert await market.prepaid(1000, out_trade_no=number) == (number, prepay_id)
    with pytest.raises(Refused) as refused:
        await market.prepaid(1001, out_trade_no=number)
    assert refused.value.code == "OUT_TRADE_NO_USED"
    assert refused.value.is_proven
    assert not refused.value.is_retryable


async def test_nobody_pays_twice_or_for_somebody_else_or_what_is_closed(market: Market) -> None:
    number, prepay_id = await market.prepaid()
    with pytest.raises(Refusal, match="不一致"):
        market.simulator.pay(prepay_id, "oSomebodyElse")
    market.simulator.pay(prepay_id, OPENID)
    with pytest.raises(Refusal, match="已支付"):
        market.simulator.pay(prepay_id, OPENID)
    with pytest.raises(Refused, match="ORDER_PAID"):
        await market.wechat.pay.close(number)
    with pytest.raises(Refused, match="ORDER_PAID"):
        await market.prepaid(out_trade_no=number)

    other, other_prepay_id = await market.prepaid()
    await market.wechat.pay.close(other)
    await market.wechat.pay.close(other)
    with pytest.raises(Refusal, match="已关闭"):
        market.simulator.pay(other_prepay_id, OPENID)
    assert (await market.wechat.pay.transaction(other)).trade_state is TradeState.CLOSED


async def test_what_nobody_paid_in_time_is_closed(market: Market) -> None:
    expires = datetime.now(UTC) + timedelta(minutes=30)
    number, prepay_id = await market.prepaid(expires_at=expires)
    market.simulator.advance(30 * 60 + 1)

    with pytest.raises(Refusal, match="已关闭"):
        market.simulator.pay(prepay_id)
    assert (await market.wechat.pay.transaction(number)).trade_state is TradeState.CLOSED
    assert market.shop.notices == {}


async def test_an_old_prepay_id_is_renewed_under_the_same_number(market: Market) -> None:
    number, prepay_id = await market.prepaid()
    market.simulator.advance(2 * 3600)

    with pytest.raises(Refusal, match="已过期"):
        market.simulator.pay(prepay_id)
    _, renewed = await market.prepaid(out_trade_no=number)
    assert renewed != prepay_id
    market.simulator.pay(renewed)


async def test_an_unknown_number_is_refused_with_proof(market: Market) -> None:
    with pytest.raises(Refused) as refused:
        await market.wechat.pay.transaction("T-unknown")
    assert (refused.value.status, refused.value.code) == (404, "ORDER_NOT_EXIST")
    assert refused.value.is_proven
    assert len(market.simulator.requests) == 1  # what is refused is not asked for again


@pytest.mark.parametrize("number", ["T/../close", "T?mchid=1", "T#x", "x y", "T%2Fclose"])
async def test_a_number_cannot_leave_its_place_in_the_path(market: Market, number: str) -> None:
    with pytest.raises(Refused):
        await market.wechat.pay.transaction(number)
    path = f"/v3/pay/transactions/out-trade-no/{number}"
    assert list(market.simulator.requests) == [("GET", path, 404)]


@pytest.mark.parametrize("number", ["", ".", ".."])
async def test_a_number_that_is_a_folder_is_not_asked_for(market: Market, number: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        await market.wechat.pay.transaction(number)
    assert not market.simulator.requests


def test_a_time_without_a_zone_is_no_time() -> None:
    naive = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="zone"):
        PaymentRequest(
            out_trade_no="T000001", description="x", total=1, openid=OPENID, expires_at=naive
        )


@pytest.mark.parametrize("total", [0, -1, True, 1.0, 10**16])
def test_what_is_no_amount_is_never_asked_for(total: int) -> None:
    with pytest.raises(ValueError, match="fen"):
        PaymentRequest(out_trade_no="T000001", description="x", total=total, openid=OPENID)
    with pytest.raises(ValueError, match="fen"):
        RefundRequest(out_trade_no="T000001", out_refund_no="R1", amount=total, total=5)


async def test_a_payment_of_one_fen_more_or_less_is_not_the_one_expected(market: Market) -> None:
    payment = await market.paid(1000)
    found = await market.wechat.pay.transaction(payment.out_trade_no)

    for number, total in ((found.out_trade_no, 999), (found.out_trade_no, 1001), ("T-x", 1000)):
        with pytest.raises(Exception, match=r"instead of|not T-x"):
            expect_payment(found, out_trade_no=number, total=total)


async def test_refunds_come_back_with_a_notice_until_nothing_is_left(market: Market) -> None:
    payment = await market.paid(1000)
    await market.paid(5000)  # the account has to hold the fee of what goes back
    request = RefundRequest(
        out_trade_no=payment.out_trade_no, out_refund_no="R1-a", amount=400, total=1000, reason="坏"
    )
    accepted = await market.wechat.pay.refund(request)
    assert accepted.status is RefundStatus.PROCESSING

    again = await market.wechat.pay.refund(request)
    assert again.refund_id == accepted.refund_id
    await market.settled()
    ended = await market.wechat.pay.refund_status("R1-a")
    assert (ended.status, ended.amount.refund) == (RefundStatus.SUCCESS, 400)
    [notice] = [about for about in market.shop.about if isinstance(about, RefundNotice)]
    assert (notice.out_refund_no, notice.refund_status) == ("R1-a", RefundStatus.SUCCESS)
    assert notice.amount.refund == 400
    found = await market.wechat.pay.transaction(payment.out_trade_no)
    assert found.trade_state is TradeState.REFUND
    assert found.is_paid


async def test_no_more_goes_back_than_was_paid(market: Market) -> None:
    payment = await market.paid(1000)
    await market.paid(5000)
    number = payment.out_trade_no

    async def refund(name: str, amount: int) -> None:
        request = RefundRequest(
            out_trade_no=number, out_refund_no=f"{number}-{name}", amount=amount, total=1000
        )
        await market.wechat.pay.refund(request)

    await refund("a", 600)
    with pytest.raises(Refused, match="可退金额"):
        await refund("b", 401)
    with pytest.raises(Refused, match="不一致"):
        await refund("a", 601)
    await refund("b", 400)
    with pytest.raises(Refused, match="可退金额"):
        await refund("c", 1)
    assert sum(entry.amount for entry in market.simulator.books.refunds.values()) == 1000
    assert market.simulator.books.movements[-1].balance == 5000 - 30


async def test_nothing_goes_back_of_what_was_never_paid_or_is_not_there(market: Market) -> None:
    number, _ = await market.prepaid(1000)
    request = RefundRequest(out_trade_no=number, out_refund_no="R2", amount=1, total=1000)
    with pytest.raises(Refused, match="未支付"):
        await market.wechat.pay.refund(request)

    payment = await market.paid(2000)
    market.simulator.books.available = 100
    short = RefundRequest(
        out_trade_no=payment.out_trade_no, out_refund_no="R3", amount=200, total=2000
    )
    with pytest.raises(Refused, match="NOT_ENOUGH"):
        await market.wechat.pay.refund(short)
    assert market.simulator.books.refunds == {}


async def test_a_refund_may_fail_long_after_it_was_accepted(site: Site) -> None:
    async with site.market(Config(processing_seconds=3600)) as market:
        payment = await market.paid(1000)
        await market.paid(1000)
        market.simulator.books.refund_outcomes["R4"] = "ABNORMAL"
        request = RefundRequest(
            out_trade_no=payment.out_trade_no, out_refund_no="R4", amount=10, total=1000
        )
        await market.wechat.pay.refund(request)
        assert (await market.wechat.pay.refund_status("R4")).status is RefundStatus.PROCESSING
        market.simulator.advance(3600)
        assert (await market.wechat.pay.refund_status("R4")).status is RefundStatus.ABNORMAL
        await market.settled()
        assert [notice.event_type for notice in market.shop.notices.values()][-1] == (
            "REFUND.ABNORMAL"
        )


async def test_platform_certificates_are_fetched_where_no_public_key_is_known(site: Site) -> None:
    async with site.market(knows_public_key=False) as market:
        number, prepay_id = await market.prepaid()
        market.simulator.pay(prepay_id)
        await market.settled()

        assert (await market.wechat.pay.transaction(number)).is_paid
        paths = [path for _, path, _ in market.simulator.requests]
        assert paths.count("/v3/certificates") == 1
        assert [about.out_trade_no for about in market.shop.about] == [number]


async def test_all_who_need_the_certificates_at_once_share_one_fetch(site: Site) -> None:
    async with site.market(knows_public_key=False) as market:
        await asyncio.gather(*(market.prepaid() for _ in range(5)))

        paths = [path for _, path, _ in market.simulator.requests]
        assert paths.count("/v3/certificates") == 1
        assert len(market.simulator.books.payments) == 5


async def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_happens_twice(
    market: Market,
) -> None:
    market.simulator.fail(Mishap.LOST, path="/v3/pay/transactions/jsapi", times=2)
    number, prepay_id = await market.prepaid()

    assert [payment.prepay_id for payment in market.simulator.books.payments.values()] == [
        prepay_id
    ]
    await market.paid(5000)
    market.simulator.pay(prepay_id)
    market.simulator.fail(Mishap.LOST, path="/v3/refund", times=2)
    request = RefundRequest(out_trade_no=number, out_refund_no="R5", amount=10, total=1000)
    await market.wechat.pay.refund(request)
    assert [entry.amount for entry in market.simulator.books.refunds.values()] == [10]


@pytest.mark.parametrize("kind", [Mishap.SYSTEM_ERROR, Mishap.BUSY])
async def test_overload_is_retried_three_times_and_then_told(market: Market, kind: Mishap) -> None:
    market.simulator.fail(kind, times=3)
    with pytest.raises(Refused) as refused:
        await market.wechat.pay.transaction("T000000")
    assert refused.value.is_retryable
    assert not refused.value.is_proven
    assert len(market.simulator.requests) == 3


@pytest.mark.parametrize(
    "kind",
    [Mishap.UNSIGNED, Mishap.WRONG_KEY, Mishap.TAMPERED, Mishap.OLD, Mishap.UNKNOWN_SERIAL],
)
async def test_an_answer_that_is_not_proven_is_not_believed(market: Market, kind: Mishap) -> None:
    payment = await market.paid()
    market.simulator.fail(kind, path="/v3/pay")
    with pytest.raises(Untrusted):
        await market.wechat.pay.transaction(payment.out_trade_no)


async def test_what_was_not_answered_in_time_may_have_happened(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "ANSWER_SECONDS_MAX", 0.2)
    market.simulator.fail(Mishap.SLOW, times=3, seconds=0.5)
    with pytest.raises(Unreachable) as unreachable:
        await market.prepaid(out_trade_no="T-slow-1")
    assert unreachable.value.is_retryable

    monkeypatch.undo()
    assert (await market.wechat.pay.transaction("T-slow-1")).trade_state is TradeState.NOT_PAID


async def test_a_refund_that_is_closed_gives_back_what_it_took(market: Market) -> None:
    payment = await market.shareable(1000)
    frozen, balance = payment.frozen, market.simulator.books.movements[-1].balance
    market.simulator.books.refund_outcomes["R6"] = "CLOSED"
    request = RefundRequest(
        out_trade_no=payment.out_trade_no, out_refund_no="R6", amount=400, total=1000
    )
    await market.wechat.pay.refund(request)

    assert (await market.wechat.pay.refund_status("R6")).status is RefundStatus.CLOSED
    assert (payment.frozen, payment.fee_returned) == (frozen, 0)
    assert market.simulator.books.movements[-1].balance == balance
    market.simulator.books.refund_outcomes.clear()
    again = RefundRequest(
        out_trade_no=payment.out_trade_no, out_refund_no="R7", amount=1000, total=1000
    )
    await market.wechat.pay.refund(again)


async def test_an_error_without_a_signature_is_marked_and_with_a_wrong_one_refused(
    market: Market,
) -> None:
    market.simulator.fail(Mishap.UNSIGNED)
    with pytest.raises(Refused) as refused:
        await market.wechat.pay.transaction("T-nothing")
    assert (refused.value.code, refused.value.is_proven) == ("ORDER_NOT_EXIST", False)
    market.simulator.fail(Mishap.WRONG_KEY)
    with pytest.raises(Untrusted):
        await market.wechat.pay.transaction("T-nothing")


async def test_an_answer_about_another_payment_is_a_mix_up(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = await market.paid(), await market.paid()
    books = market.simulator.books
    books.payments[mine.out_trade_no] = other

    with pytest.raises(Malformed, match="another"):
        await market.wechat.pay.transaction(mine.out_trade_no)


async def test_a_notice_is_the_same_whether_it_comes_once_or_twice(market: Market) -> None:
    market.simulator.disturb(Mischief.TWICE)
    await market.paid()
    await market.settled()

    assert len(market.shop.notices) == 1
    assert market.shop.repeats == 1
    assert all(isinstance(notice, Notice) for notice in market.shop.notices.values())
