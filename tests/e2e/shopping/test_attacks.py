"""Consumers who want more than is theirs: another price, another's address, order or coupon, the
same coupon twice. Nothing comes of it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.e2e.shopping.street import Consumer, Street
from tests.e2e.shopping.test_buying import a_campaign
from tradeline_graph._ids import from_id

ORDERS = "SELECT count(*) FROM shopping.consumer_order WHERE network_id = $1"


async def a_customer(street: Street, store: str) -> tuple[Consumer, str, str]:
    """Somebody who has logged in, and has an address; a SKU that there is enough of."""
    consumer = await street.arrival()
    await consumer.start()
    await consumer.log_in()
    offers = await consumer.ask("ShopOffers", storeId=store, first=50)
    dearest = max(
        (edge["node"] for edge in offers["edges"] if edge["node"]["available"] >= 20),
        key=lambda offer: float(offer["unitPrice"]),
    )
    return consumer, await consumer.settle_down(), str(dearest["sku"]["id"])


async def count_orders(street: Street) -> int:
    count: int = await street.owner.fetchval(ORDERS, street.network_id)
    return count


def kinds(payload: Any) -> list[str]:
    return [error["__typename"] for error in payload["errors"]]


async def test_a_price_that_one_makes_oneself_is_not_charged(street: Street) -> None:
    store = await street.store("XUHUI")
    consumer, address, sku = await a_customer(street, store)
    cart = await consumer.fill(store, {sku: 1})
    before = await count_orders(street)
    order = {
        "cartId": cart["id"],
        "cartVersion": cart["version"],
        "delivery": "DELIVERY",
        "addressId": address,
    }

    for price in ("0.01", "0.00", "-1.00", "99999999.99"):
        refused = await consumer.try_to("ShopOrderPlace", **order, expectedTotal=price)
        assert kinds(refused) == ["PriceChanged"], price
        assert refused["order"] is None
        told = refused["errors"][0]["now"]["amount"]
    assert await count_orders(street) == before

    placed = await consumer.do("ShopOrderPlace", **order, expectedTotal=told)
    assert placed["order"]["total"]["amount"] == told


async def test_a_cart_that_has_changed_is_not_ordered(street: Street) -> None:
    store = await street.store("XUHUI")
    consumer, address, sku = await a_customer(street, store)
    seen = await consumer.fill(store, {sku: 1})
    await consumer.fill(store, {sku: 2})

    refused = await consumer.try_to(
        "ShopOrderPlace",
        cartId=seen["id"],
        cartVersion=seen["version"],
        delivery="DELIVERY",
        addressId=address,
        expectedTotal="1.00",
    )

    assert "CartChanged" in kinds(refused)


async def test_anothers_address_cart_and_coupon_are_not_there(street: Street) -> None:
    store = await street.store("XUHUI")
    owner, address, sku = await a_customer(street, store)
    campaign = await a_campaign(street, store, "5.00")
    coupon = (await owner.do("ShopCouponClaim", campaignId=campaign))["coupon"]["id"]
    theirs = await owner.fill(store, {sku: 1})
    thief, own_address, _ = await a_customer(street, store)
    mine = await thief.fill(store, {sku: 1})
    before = await count_orders(street)

    for how in (
        {"cartId": mine["id"], "addressId": address},
        {"cartId": mine["id"], "addressId": own_address, "couponId": coupon},
        {"cartId": theirs["id"], "addressId": own_address},
    ):
        seen = await thief.ask("ShopCheckout", input={"delivery": "DELIVERY", **how})
        assert seen is None or "NotFound" in [it["__typename"] for it in seen["problems"]]
        refused = await thief.try_to(
            "ShopOrderPlace",
            cartVersion=mine["version"],
            delivery="DELIVERY",
            expectedTotal="1.00",
            **how,
        )
        assert "NotFound" in kinds(refused), (how, kinds(refused))
    assert kinds(await thief.try_to("ShopAddressDelete", addressId=address)) == ["NotFound"]
    assert len((await owner.ask("ShopMe"))["addresses"]) == 1
    assert await count_orders(street) == before


async def test_anothers_order_is_not_there(street: Street) -> None:
    store = await street.store("XUHUI")
    owner, address, sku = await a_customer(street, store)
    cart = await owner.fill(store, {sku: 1})
    order = (await owner.order(cart, delivery="DELIVERY", addressId=address))["order"]
    line = (await owner.ask("ShopOrder", id=order["id"]))["lines"][0]["id"]
    thief, _, _ = await a_customer(street, store)

    assert await thief.ask("ShopOrder", id=order["id"]) is None
    assert (await thief.ask("ShopOrders", first=10))["edges"] == []
    for name, input in (
        ("ShopOrderCancel", {"orderId": order["id"]}),
        ("ShopOrderReceive", {"orderId": order["id"]}),
        ("ShopPaymentStart", {"orderId": order["id"]}),
        (
            "ShopAfterSaleRequest",
            {
                "orderId": order["id"],
                "lines": [{"lineId": line, "quantity": 1}],
                "reason": "要退",
            },
        ),
    ):
        assert kinds(await thief.try_to(name, **input)) == ["NotFound"], name
    assert (await owner.ask("ShopOrder", id=order["id"]))["state"] == "TO_PAY"


async def test_a_coupon_is_used_once_however_many_orders_ask_for_it_at_once(
    street: Street,
) -> None:
    store = await street.store("XUHUI")
    campaign = await a_campaign(street, store, "7.00")
    consumer, address, sku = await a_customer(street, store)
    coupon = (await consumer.do("ShopCouponClaim", campaignId=campaign))["coupon"]["id"]
    cart = await consumer.fill(store, {sku: 2})
    seen = await consumer.ask(
        "ShopCheckout",
        input={
            "cartId": cart["id"],
            "delivery": "DELIVERY",
            "addressId": address,
            "couponId": coupon,
        },
    )
    order = {
        "cartId": cart["id"],
        "cartVersion": cart["version"],
        "delivery": "DELIVERY",
        "addressId": address,
        "couponId": coupon,
        "expectedTotal": seen["total"]["amount"],
    }

    answers = await asyncio.gather(*(consumer.try_to("ShopOrderPlace", **order) for _ in range(8)))

    placed = [answer for answer in answers if answer["order"] is not None]
    assert len(placed) == 1
    refused = [answer for answer in answers if answer["order"] is None]
    assert all({"CartChanged", "CouponNotUsable"} & set(kinds(answer)) for answer in refused)
    # The cart is empty by now; with another one, the coupon alone is what is missing.
    again = await consumer.fill(store, {sku: 2})
    taken = await consumer.try_to("ShopOrderPlace", **(order | {"cartVersion": again["version"]}))
    assert kinds(taken) == ["CouponNotUsable"]
    used = await street.owner.fetchval(
        "SELECT count(*) FROM shopping.consumer_order WHERE network_id = $1 AND coupon_id = $2",
        street.network_id,
        from_id("Coupon", coupon),
    )
    assert used == 1


async def test_the_same_request_is_the_same_order_and_pays_once(street: Street) -> None:
    store = await street.store("XUHUI")
    consumer, address, sku = await a_customer(street, store)
    cart = await consumer.fill(store, {sku: 1})
    seen = await consumer.ask(
        "ShopCheckout",
        input={"cartId": cart["id"], "delivery": "DELIVERY", "addressId": address},
    )
    same = {
        "requestId": "again and again",
        "cartId": cart["id"],
        "cartVersion": cart["version"],
        "delivery": "DELIVERY",
        "addressId": address,
        "expectedTotal": seen["total"]["amount"],
        "startsPayment": True,
    }

    answers = await asyncio.gather(*(consumer.ask("ShopOrderPlace", input=same) for _ in range(6)))

    assert {answer["order"]["id"] for answer in answers} == {answers[0]["order"]["id"]}
    assert [answer["errors"] for answer in answers] == [[]] * 6
    assert len({answer["call"]["package"] for answer in answers}) == 1, "one payment at WeChat"
    other = await consumer.ask("ShopOrderPlace", input=same | {"note": "另一个"})
    assert kinds(other) == ["RequestReused"]


async def test_neither_side_gets_at_the_others_fields(street: Street) -> None:
    store = await street.store("XUHUI")
    consumer, _, _ = await a_customer(street, store)
    retailer = await street.staff("retailer-1@example.com")
    asks = await street.post({"query": "{ sales { edges { node { id } } } }"}, consumer.token)
    answer = asks.json()
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    for query in ("{ me { id } }", f'{{ cart(storeId: "{store}") {{ id }} }}'):
        refused = await retailer.reply(query)
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_after_all_that_the_doctor_finds_nothing(street: Street) -> None:
    await street.settled()

    assert await street.violations() == []
