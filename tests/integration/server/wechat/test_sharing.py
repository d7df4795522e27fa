"""Profit sharing against the simulated WeChat: who, how much, when, and what comes back."""

from __future__ import annotations

import pytest

from tests.factories_wechat import Market, Site
from tradeline_server.wechat import (
    Fault,
    ReceiverType,
    RefundRequest,
    Refused,
    Share,
    ShareResult,
    Sharing,
    SharingNotice,
    SharingState,
)
from tradeline_server.wechat.simulator import Config
from tradeline_server.wechat.simulator.books import Payment
from tradeline_server.wechat.simulator.sharing import share_event

DEALER, STORE = "1900000200", "1900000300"
GUIDE = "oGuideWhoBroughtTheBuyer0001"


def to(account: str, amount: int) -> Share:
    kind = ReceiverType.MERCHANT if account.isdigit() else ReceiverType.PERSON
    return Share(type=kind, account=account, amount=amount, description="分成")


async def add(market: Market, *accounts: str) -> None:
    for account in accounts:
        kind = ReceiverType.MERCHANT if account.isdigit() else ReceiverType.PERSON
        await market.wechat.sharing.add_receiver(kind, account, relation="DISTRIBUTOR")


async def share(
    market: Market, payment: Payment, number: str, *shares: Share, last: bool = False
) -> Sharing:
    return await market.wechat.sharing.share(
        transaction_id=payment.transaction_id,
        out_order_no=number,
        shares=shares,
        unfreezes_rest=last,
    )


async def outcome(market: Market, payment: Payment, number: str) -> Sharing:
    return await market.wechat.sharing.sharing(
        transaction_id=payment.transaction_id, out_order_no=number
    )


async def left(market: Market, payment: Payment) -> int:
    return await market.wechat.sharing.unsplit_amount(payment.transaction_id)


async def test_a_payment_is_shared_and_the_rest_unfrozen(market: Market) -> None:
    payment = await market.shareable(10_000)
    await market.wechat.sharing.add_receiver(
        ReceiverType.MERCHANT, DEALER, relation="CUSTOM", custom_relation="经销商", name="果蔬公司"
    )
    await add(market, GUIDE)
    accepted = await share(market, payment, "P1", to(DEALER, 2000), to(GUIDE, 500))
    assert accepted.state is SharingState.PROCESSING
    assert {receiver.result for receiver in accepted.receivers} == {ShareResult.PENDING}

    done = await outcome(market, payment, "P1")
    assert done.state is SharingState.FINISHED
    assert [(line.account, line.amount, line.result) for line in done.receivers] == [
        (DEALER, 2000, ShareResult.SUCCESS),
        (GUIDE, 500, ShareResult.SUCCESS),
    ]
    assert await left(market, payment) == 10_000 - 60 - 2500
    assert market.simulator.books.available == 0
    await market.wechat.sharing.unfreeze(
        transaction_id=payment.transaction_id, out_order_no="P2", description="完结"
    )
    assert await left(market, payment) == 0
    assert market.simulator.books.available == 10_000 - 60 - 2500
    with pytest.raises(Refused, match="已完结"):
        await share(market, payment, "P3", to(DEALER, 1))


async def test_the_ratio_holds_for_all_requests_together(market: Market) -> None:
    payment = await market.shareable(10_000)
    await add(market, DEALER, STORE)
    await share(market, payment, "P1", to(DEALER, 2000))
    with pytest.raises(Refused) as refused:
        await share(market, payment, "P2", to(DEALER, 500), to(STORE, 501))
    assert (refused.value.code, refused.value.is_retryable) == ("RULE_LIMIT", False)

    assert await left(market, payment) == 10_000 - 60 - 2000
    await share(market, payment, "P2", to(DEALER, 500), to(STORE, 500))
    with pytest.raises(Refused, match="最大分账比例"):
        await share(market, payment, "P4", to(STORE, 1))
    assert await market.wechat.sharing.max_ratio(market.simulator.keys.mchid) == 3000


async def test_no_more_is_shared_than_is_frozen(site: Site) -> None:
    async with site.market(Config(sharing_ratio=10_000)) as market:
        payment = await market.shareable(10_000)
        await add(market, DEALER)
        with pytest.raises(Refused, match="NOT_ENOUGH"):
            await share(market, payment, "P1", to(DEALER, 10_000))
        await share(market, payment, "P2", to(DEALER, 10_000 - 60))
        assert await left(market, payment) == 0


async def test_the_same_number_shares_once_and_never_something_else(market: Market) -> None:
    payment = await market.shareable()
    await add(market, DEALER)
    first = await share(market, payment, "P1", to(DEALER, 100))
    again = await share(market, payment, "P1", to(DEALER, 100))
    assert again.order_id == first.order_id
    with pytest.raises(Refused, match="不一致"):
        await share(market, payment, "P1", to(DEALER, 101))
    # A number that shared unfreezes nothing, though WeChat answers as if it did.
    frozen = await left(market, payment)
    await market.wechat.sharing.unfreeze(
        transaction_id=payment.transaction_id, out_order_no="P1", description="x"
    )
    assert await left(market, payment) == frozen == 10_000 - 60 - 100


async def test_sharing_has_its_time(market: Market) -> None:
    await add(market, DEALER)
    payment = await market.paid(10_000, is_shareable=True)
    with pytest.raises(Refused, match="处理中"):
        await share(market, payment, "P1", to(DEALER, 1))
    market.simulator.advance(61)
    await share(market, payment, "P1", to(DEALER, 1))
    market.simulator.advance(30 * 24 * 3600)
    with pytest.raises(Refused, match="已完结"):
        await share(market, payment, "P2", to(DEALER, 1))
    assert market.simulator.books.available == 10_000 - 60 - 1


async def test_what_is_not_meant_to_be_shared_is_not(market: Market) -> None:
    plain = await market.paid(10_000)
    payment = await market.shareable()
    with pytest.raises(Refused, match="关系不存在"):
        await share(market, payment, "P1", to(DEALER, 1))
    await add(market, DEALER)
    with pytest.raises(Refused, match="非分账订单"):
        await share(market, plain, "P1", to(DEALER, 1))
    with pytest.raises(Refused, match="多笔"):
        await share(market, payment, "P1", to(DEALER, 1), to(DEALER, 2))
    with pytest.raises(ValueError, match="1 to 50"):
        await share(market, payment, "P1")
    await market.wechat.sharing.delete_receiver(ReceiverType.MERCHANT, DEALER)
    with pytest.raises(Refused, match="关系不存在"):
        await share(market, payment, "P1", to(DEALER, 1))
    assert market.simulator.books.sharings == {}
    assert await left(market, payment) == 10_000 - 60


async def test_nobody_shares_more_than_fifty_times(market: Market) -> None:
    payment = await market.shareable()
    await add(market, DEALER)
    payment.splits = 49
    await share(market, payment, "P50", to(DEALER, 1))
    with pytest.raises(Refused, match="次数"):
        await share(market, payment, "P51", to(DEALER, 1))


async def test_a_share_that_fails_says_why_and_stays_frozen(market: Market) -> None:
    payment = await market.shareable()
    await add(market, DEALER, STORE)
    market.simulator.books.failing_receivers[DEALER] = "ACCOUNT_ABNORMAL"
    await share(market, payment, "P1", to(DEALER, 1000), to(STORE, 500))

    done = await outcome(market, payment, "P1")
    assert done.state is SharingState.FINISHED
    assert [(line.result, line.fail_reason) for line in done.receivers] == [
        (ShareResult.CLOSED, "ACCOUNT_ABNORMAL"),
        (ShareResult.SUCCESS, None),
    ]
    assert await left(market, payment) == 10_000 - 60 - 500
    market.simulator.books.failing_receivers.clear()
    await share(market, payment, "P2", to(DEALER, 2500))


async def test_a_person_gets_200_000_yuan_a_month_and_keeps_it(market: Market) -> None:
    await add(market, GUIDE)
    payment = await market.shareable(100_000_000)
    await share(market, payment, "P1", to(GUIDE, 20_000_000))
    await share(market, payment, "P2", to(GUIDE, 1))

    assert (await outcome(market, payment, "P1")).receivers[0].result is ShareResult.SUCCESS
    [line] = (await outcome(market, payment, "P2")).receivers
    assert (line.result, line.fail_reason) == (ShareResult.CLOSED, "RECEIVER_RECEIPT_LIMIT")
    with pytest.raises(Refused, match="不支持回退"):
        await give_back(market, "P1", "B1", GUIDE, 1)


async def give_back(market: Market, number: str, out: str, account: str, amount: int) -> None:
    done = await market.wechat.sharing.return_share(
        out_order_no=number,
        out_return_no=out,
        return_mchid=account,
        amount=amount,
        description="退货",
    )
    asked = await market.wechat.sharing.share_return(out_order_no=number, out_return_no=out)
    assert asked == done
    assert done.result == "SUCCESS"


async def test_a_merchant_returns_its_share_once(market: Market) -> None:
    payment = await market.shareable()
    await add(market, DEALER)
    await share(market, payment, "P1", to(DEALER, 3000))
    await give_back(market, "P1", "B1", DEALER, 1000)
    await give_back(market, "P1", "B1", DEALER, 1000)
    with pytest.raises(Refused, match="NOT_ENOUGH"):
        await give_back(market, "P1", "B2", DEALER, 2001)
    with pytest.raises(Refused, match="不一致"):
        await give_back(market, "P1", "B1", DEALER, 999)

    assert market.simulator.books.available == 1000
    with pytest.raises(Refused, match="最大分账比例"):  # what came back is not shared again
        await share(market, payment, "P2", to(DEALER, 1))
    market.simulator.advance(181 * 24 * 3600)
    with pytest.raises(Refused, match="180天"):
        await give_back(market, "P1", "B3", DEALER, 1)


async def test_refunds_take_from_what_is_frozen_and_end_sharing_when_all_is_back(
    market: Market,
) -> None:
    payment = await market.shareable(10_000)
    await add(market, DEALER)
    await share(market, payment, "P1", to(DEALER, 3000))

    async def refund(name: str, amount: int) -> None:
        await market.wechat.pay.refund(
            RefundRequest(
                out_trade_no=payment.out_trade_no, out_refund_no=name, amount=amount, total=10_000
            )
        )

    with pytest.raises(Refused, match="NOT_ENOUGH"):  # 3,000 of it are with the dealer
        await refund("R1", 10_000)
    await refund("R1", 5000)
    assert await left(market, payment) == 10_000 - 60 - 3000 - 5000 + 30

    other = await market.shareable(1000)
    await market.wechat.pay.refund(
        RefundRequest(out_trade_no=other.out_trade_no, out_refund_no="R2", amount=1000, total=1000)
    )
    with pytest.raises(Refused, match="全额退款"):
        await share(market, other, "P2", to(DEALER, 1))


async def test_a_notice_of_a_share_is_for_its_receiver(market: Market) -> None:
    books, notifier = market.simulator.books, market.simulator.notifier
    books.sharing_notify_url = market.wechat.pay._settings.notify_url
    payment = await market.shareable()
    await add(market, DEALER)
    await share(market, payment, "P1", to(DEALER, 100))
    await market.until(lambda: bool(market.shop.faults))
    assert market.shop.faults[0] is Fault.RECIPIENT  # our shop is not that dealer

    [line] = books.sharings["P1"].lines
    line.account = market.simulator.keys.mchid
    letter = notifier.letter("EV-1", share_event(books, books.sharings["P1"], line))
    notice = await market.wechat.pay.read_notice(letter.headers, letter.body)
    assert isinstance(notice.about, SharingNotice)
    assert (notice.about.out_order_no, notice.about.receiver.amount) == ("P1", 100)


async def test_a_trading_mini_program_shares_after_receipt_only(site: Site) -> None:
    async with site.market(Config(holds_until_received=True)) as market:
        payment = await market.shareable()
        await add(market, DEALER)
        with pytest.raises(Refused, match="处理中"):
            await share(market, payment, "P1", to(DEALER, 1))
        payment.is_received = True
        await share(market, payment, "P1", to(DEALER, 1))
