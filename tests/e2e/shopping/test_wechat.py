"""What goes wrong between WeChat and us, with all processes running: no consumer waits long for it,
and nobody believes what is not WeChat's."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

from tests.e2e.shopping.street import Consumer, Street, until
from tradeline_server.wechat.simulator.keys import MCHID, REFUNDED_TEMPLATE, SHIPPED_TEMPLATE


async def a_consumer(street: Street) -> Consumer:
    consumer = await street.arrival()
    await consumer.log_in()
    await consumer.settle_down()
    return consumer


async def places(street: Street, consumer: Consumer) -> Any:
    """The payload of an order of one unit of something that is there, ready to be paid."""
    store = await street.store("XUHUI")
    offers = await consumer.ask("ShopOffers", storeId=store, first=50)
    sku = next(
        edge["node"]["sku"]["id"] for edge in offers["edges"] if edge["node"]["available"] > 0
    )
    address = (await consumer.ask("ShopMe"))["addresses"][0]["id"]
    cart = await consumer.fill(store, {sku: 1})
    placed = await consumer.order(cart, delivery="DELIVERY", addressId=address, startsPayment=True)
    assert placed["errors"] == []
    return placed


async def number_of(street: Street, order: Any) -> str:
    """What WeChat knows its payment by."""
    found: str = await street.owner.fetchval(
        "SELECT payment.number FROM payments.payment AS payment"
        "  JOIN shopping.consumer_order AS bought ON bought.id = payment.reference_id"
        " WHERE bought.network_id = $1 AND bought.number = $2",
        street.network_id,
        order["number"],
    )
    return found


async def theirs(street: Street, number: str) -> Any:
    state = await street.play("state")
    return next(each for each in state["payments"] if each["out_trade_no"] == number)


def is_paid(order: Any) -> bool:
    return bool(order["state"] == "TO_SHIP")


async def test_an_order_is_paid_though_the_notice_was_lost(street: Street) -> None:
    consumer = await a_consumer(street)
    placed = await places(street, consumer)
    await street.play("disturb", mischief="lose", about=await number_of(street, placed["order"]))

    await consumer.pay(placed["call"])

    began = time.monotonic()
    await consumer.until(placed["order"]["id"], is_paid)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "mischief",
    ["forged-signature", "unknown-serial", "old", "tampered", "wrong-secret", "foreign", "probe"],
)
async def test_a_forgery_pays_nothing_and_the_true_notice_after_it_does(
    street: Street, mischief: str
) -> None:
    consumer = await a_consumer(street)
    placed = await places(street, consumer)
    number = await number_of(street, placed["order"])
    await street.play("disturb", mischief=mischief, about=number)

    await consumer.pay(placed["call"])

    await consumer.until(placed["order"]["id"], is_paid)
    attempts = (await street.play("state"))["attempts"]
    first = next(each for each in attempts if each["about"] == number)
    assert first["mischief"] == mischief
    assert first["status"] in (400, 401)


async def test_what_is_called_off_is_closed_at_wechat(street: Street) -> None:
    consumer = await a_consumer(street)
    placed = await places(street, consumer)
    number = await number_of(street, placed["order"])

    await consumer.do("ShopOrderCancel", orderId=placed["order"]["id"])

    await until(lambda: theirs(street, number), lambda seen: seen["trade_state"] == "CLOSED")
    with pytest.raises(AssertionError, match="ORDER_CLOSED"):
        await consumer.pay(placed["call"])


async def test_a_slow_wechat_keeps_nobody_from_their_books(street: Street) -> None:
    """Somebody has paid and the notice is lost; whoever is asked for it takes its time. Another
    one's sale is in all books meanwhile."""
    slow, quick = await a_consumer(street), await a_consumer(street)
    waiting, paid = await places(street, slow), await places(street, quick)
    number = await number_of(street, waiting["order"])
    await street.play("disturb", mischief="lose", about=number)
    path = f"/v3/pay/transactions/out-trade-no/{number}"
    await street.play("fail", mishap="slow", path=path, times=1, seconds=9)
    await slow.pay(waiting["call"])
    began = time.monotonic()
    await quick.pay(paid["call"])
    await quick.until(paid["order"]["id"], is_paid)
    await until(lambda: unposted(street), lambda count: count == 0)

    assert time.monotonic() - began < 8
    await slow.until(waiting["order"]["id"], is_paid)


async def unposted(street: Street) -> int:
    count: int = await street.owner.fetchval("SELECT count(*) FROM settlement.posting_queue")
    return count


async def test_wechat_and_the_consumer_are_told_what_becomes_of_a_sale(street: Street) -> None:
    consumer = await a_consumer(street)
    for template in (SHIPPED_TEMPLATE, REFUNDED_TEMPLATE):
        await street.play("consent", openid=consumer.openid, template_id=template)
    await consumer.do("ShopConsentRecord", subject=SHIPPED_TEMPLATE, version="1", isGiven=True)
    placed = await places(street, consumer)
    number = await number_of(street, placed["order"])
    await consumer.pay(placed["call"])
    await consumer.until(placed["order"]["id"], is_paid)

    await ship(street, placed["order"])

    def is_told(state: Any) -> bool:
        told = [sent["template_id"] for sent in state["messages"] if to_them(sent)]
        return told == [SHIPPED_TEMPLATE] and transaction in state["shipments"]

    def to_them(sent: Any) -> bool:
        return bool(sent["openid"] == consumer.openid)

    transaction = (await theirs(street, number))["transaction_id"]
    state = await until(lambda: street.play("state"), is_told)
    assert state["shipments"][transaction]["is_complete"]
    [message] = [sent for sent in state["messages"] if to_them(sent)]
    assert message["data"]["character_string1"]["value"] == placed["order"]["number"]
    uploaded = "SELECT count(*) FROM shopping.shipment WHERE uploaded_at IS NOT NULL"
    await until(lambda: street.owner.fetchval(uploaded), lambda count: count > 0)


async def test_a_consumer_who_agreed_is_told_once_that_their_money_is_on_its_way(
    street: Street,
) -> None:
    consumer = await a_consumer(street)
    for template in (SHIPPED_TEMPLATE, REFUNDED_TEMPLATE):
        await street.play("consent", openid=consumer.openid, template_id=template)
    await consumer.do("ShopConsentRecord", subject=REFUNDED_TEMPLATE, version="1", isGiven=True)
    placed = await places(street, consumer)
    await consumer.pay(placed["call"])
    await consumer.until(placed["order"]["id"], is_paid)

    await consumer.do("ShopOrderCancel", orderId=placed["order"]["id"])

    def told(state: Any) -> list[Any]:
        return [sent for sent in state["messages"] if sent["openid"] == consumer.openid]

    state = await until(lambda: street.play("state"), told)
    [message] = told(state)
    assert message["template_id"] == REFUNDED_TEMPLATE
    assert message["data"]["character_string1"]["value"] == placed["order"]["number"]
    paid = "SELECT total_minor FROM shopping.consumer_order WHERE number = $1"
    minor = await street.owner.fetchval(paid, placed["order"]["number"])
    assert message["data"]["amount2"]["value"] == f"{minor // 100}.{minor % 100:02d}元"


async def ship(street: Street, order: Any) -> None:
    for email in ("brand@example.com", "trader-a@example.com", "retailer-1@example.com"):
        staff = await street.staff(email)
        found = await staff.ask(
            "query Sales($filter: SaleFilterInput) { sales(filter: $filter, first: 1) {"
            " edges { node { id lines { isMineToShip } } } } }",
            filter={"search": order["number"]},
        )
        for edge in found["edges"]:
            if any(line["isMineToShip"] for line in edge["node"]["lines"]):
                await staff.do(
                    "saleShip",
                    "sale { state }",
                    saleId=edge["node"]["id"],
                    carrier="SF",
                    trackingNumber="SF1234567890",
                )
                return
    raise AssertionError("nobody has the goods")


async def test_the_door_for_notices_says_no_to_all_but_wechat(street: Street) -> None:
    door = f"http://{street.host}/wechat/notices"
    forged = {
        "Wechatpay-Timestamp": str(int(time.time())),
        "Wechatpay-Nonce": secrets.token_hex(16),
        "Wechatpay-Serial": "PUB_KEY_ID_0119000001092026010100000000000001",
        "Wechatpay-Signature": "bm90IHNpZ25lZA==",
    }
    for path, headers, body, status in (
        (f"/{MCHID}", {}, b"{}", 401),
        (f"/{MCHID}", forged, b"{}", 401),
        (f"/{MCHID}", forged, b"x" * 200_000, 413),
        ("/1900000999", forged, b"{}", 404),
        ("", forged, b"{}", 404),
    ):
        answer = await street.client.post(f"{door}{path}", headers=headers, content=body)
        assert answer.status_code == status, path
        assert "Traceback" not in answer.text
    assert (await street.client.get(f"{door}/{MCHID}")).status_code == 405


async def test_the_doctor_finds_nothing_after_any_of_it(street: Street) -> None:
    await street.settled()
    assert await street.violations() == []
