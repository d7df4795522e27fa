"""What the graph asks of WeChat: who logs in, their phone, and what opens the cash desk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories_members import a_guest, a_member, an_openid
from tests.factories_paying import Counter
from tests.factories_payments import APP, a_payment, stored, to_pay
from tradeline.payments import Payment, PaymentState
from tradeline_graph._ports import (
    CodeNotTaken,
    Payable,
    PayerUnknown,
    PaymentOver,
    WeChatAway,
    WeChatCall,
)
from tradeline_server.paying.ports import WeChatPorts
from tradeline_server.wechat.simulator import Mishap


@pytest.fixture
def ports(counter: Counter) -> WeChatPorts:
    return WeChatPorts(counter.db, counter.merchants)


async def payable(counter: Counter, *, openid: str | None = None) -> tuple[Payment, Payable]:
    """A payment that WeChat has not heard of, and whom it is for."""
    network_id = counter.till.network_id
    shopper = await a_member(counter.db, network_id, openid=openid, app_id=APP)
    [payment] = await to_pay(counter.till, a_payment(counter.till, is_shareable=True))
    return payment, Payable(
        network_id=network_id,
        payment_id=payment.id,
        member_id=shopper.member_id,
        number=payment.number,
        amount_minor=payment.amount_minor,
        merchant_id=payment.merchant_id,
        app_id=APP,
        description="芒果两箱",
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
        is_shareable=payment.is_shareable,
    )


def as_called(call: WeChatCall) -> dict[str, str]:
    return {
        "appId": call.app_id,
        "timeStamp": call.time_stamp,
        "nonceStr": call.nonce_str,
        "package": call.package,
        "signType": call.sign_type,
        "paySign": call.pay_sign,
    }


async def test_a_code_of_login_tells_who_it_is_and_no_session_key(
    counter: Counter, ports: WeChatPorts
) -> None:
    codes = counter.simulator.people.arrive("oSomebody0001", unionid="uSomebody")

    identity = await ports.log_in(APP, codes.login_code)

    assert (identity.openid, identity.unionid) == ("oSomebody0001", "uSomebody")
    assert "oSomebody" not in repr(identity)
    assert not hasattr(identity, "session_key")
    with pytest.raises(CodeNotTaken):
        await ports.log_in(APP, codes.login_code)
    with pytest.raises(CodeNotTaken):
        await ports.log_in(APP, "no code at all")


async def test_a_code_of_the_phone_button_tells_the_number(
    counter: Counter, ports: WeChatPorts
) -> None:
    codes = counter.simulator.people.arrive("oSomebody0002", phone="13800138000")

    assert await ports.phone(APP, codes.phone_code) == "+8613800138000"
    with pytest.raises(CodeNotTaken):
        await ports.phone(APP, codes.phone_code)


async def test_a_mini_program_that_is_not_ours_has_no_wechat(ports: WeChatPorts) -> None:
    with pytest.raises(WeChatAway):
        await ports.log_in("wx-of-others", "code")
    with pytest.raises(WeChatAway):
        await ports.phone("wx-of-others", "code")


async def test_while_wechat_is_down_nobody_is_told_that_their_code_is_wrong(
    counter: Counter, ports: WeChatPorts
) -> None:
    codes = counter.simulator.people.arrive("oSomebody0003")
    counter.simulator.fail(Mishap.SYSTEM_ERROR, path="/sns")

    with pytest.raises(WeChatAway):
        await ports.log_in(APP, codes.login_code)
    assert (await ports.log_in(APP, codes.login_code)).openid == "oSomebody0003"


async def test_what_opens_the_cash_desk_is_signed_and_pays_the_payment(
    counter: Counter, ports: WeChatPorts
) -> None:
    openid = an_openid()
    payment, asked = await payable(counter, openid=openid)

    call = await ports.prepay(asked)

    assert (await stored(counter.till, payment)).state is PaymentState.PREPAID
    assert counter.theirs(payment).total == payment.amount_minor
    assert counter.theirs(payment).is_shareable
    counter.simulator.pay_as_called(as_called(call), openid)
    await counter.settled()
    assert (await stored(counter.till, payment)).state is PaymentState.CAPTURED


async def test_a_reply_that_was_lost_is_asked_for_again_under_the_same_number(
    counter: Counter, ports: WeChatPorts
) -> None:
    payment, asked = await payable(counter)
    counter.simulator.fail(Mishap.LOST, path="/v3/pay", times=3)
    with pytest.raises(WeChatAway):
        await ports.prepay(asked)
    assert (await stored(counter.till, payment)).state is PaymentState.CREATED

    first, again = await ports.prepay(asked), await ports.prepay(asked)

    assert first.package == again.package
    assert len(counter.simulator.books.payments) == 1


async def test_what_wechat_has_named_already_is_only_signed(
    counter: Counter, ports: WeChatPorts
) -> None:
    payment, asked = await payable(counter)
    first = await ports.prepay(asked)
    known = (await stored(counter.till, payment)).prepay_id
    asked_before = len(counter.simulator.requests)

    again = await ports.prepay(replace(asked, prepay_id=known))

    assert again.package == first.package
    assert again.nonce_str != first.nonce_str
    assert len(counter.simulator.requests) == asked_before


async def test_what_was_paid_cannot_be_paid_again(counter: Counter, ports: WeChatPorts) -> None:
    payment, asked = await payable(counter)
    await ports.prepay(asked)
    counter.simulator.pay(counter.theirs(payment).prepay_id)

    with pytest.raises(PaymentOver):
        await ports.prepay(asked)


async def test_who_is_not_known_to_wechat_cannot_be_asked_for_money(
    counter: Counter, ports: WeChatPorts
) -> None:
    _, asked = await payable(counter)
    guest = await a_guest(counter.db, counter.till.network_id)

    with pytest.raises(PayerUnknown):
        await ports.prepay(replace(asked, member_id=guest.member_id))
    assert counter.simulator.books.payments == {}


@pytest.mark.parametrize("wrong", [{"merchant_id": "1900000999"}, {"app_id": "wx-of-others"}])
async def test_a_merchant_that_is_not_ours_takes_nothing(
    counter: Counter, ports: WeChatPorts, wrong: dict[str, str]
) -> None:
    _, asked = await payable(counter)

    with pytest.raises(WeChatAway):
        await ports.prepay(replace(asked, **wrong))  # type: ignore[arg-type]
    assert counter.simulator.books.payments == {}


async def test_many_who_pay_at_once_are_each_asked_for_their_own(
    counter: Counter, ports: WeChatPorts
) -> None:
    openids = [an_openid() for _ in range(6)]
    asked = [await payable(counter, openid=openid) for openid in openids]

    calls = await asyncio.gather(*(ports.prepay(one) for _, one in asked))

    assert len({call.package for call in calls}) == 6
    for openid, (payment, _), call in zip(openids, asked, calls, strict=True):
        assert counter.theirs(payment).openid == openid
        assert call.package == f"prepay_id={counter.theirs(payment).prepay_id}"
