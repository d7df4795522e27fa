"""Carts and orders through the graph, by the mini-program's own documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.shopping.street import documents
from tests.factories_checkout import (
    a_cart,
    a_coupon_for,
    an_address,
    an_open_counter,
    an_order,
    captured,
    ordered,
    payment_of,
    store_becomes,
    told,
)
from tests.factories_counting import CountingDatabase
from tests.factories_members import a_guest, a_member
from tests.factories_sale_rows import Counter
from tests.factories_sales import violations
from tradeline import members
from tradeline.kernel import Connection, Database, Locale, Pool, Shopper
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.documents import MANIFESTS
from tradeline_graph.schema import schema

ORDERS = "SELECT count(*) FROM shopping.consumer_order"
PUT_BRIEFLY = """
    mutation Put($input: CartLinesPutInput!) { cartLinesPut(input: $input) {
        cart { id version } errors { __typename } } }
"""


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with an_open_counter(await clone()) as counter:
        yield counter


class Phone:
    """The mini-program in a consumer's hand."""

    def __init__(
        self, counter: Counter, shopper: Shopper | None = None, db: Database | None = None
    ) -> None:
        self.counter = counter
        self.shopper = shopper or counter.shopper
        self.db = db or counter.db

    async def ask(self, name: str, **variables: Any) -> Any:
        text = MANIFESTS.find(documents()[name])
        assert text is not None
        return await self.send(text, **variables)

    async def send(self, query: str, **variables: Any) -> Any:
        context = Context(db=self.db, shopper=self.shopper, locale=Locale.EN)
        result = await schema.execute(query, variables, context)
        assert result.errors is None, result.errors
        assert result.data is not None
        [answer] = result.data.values()
        return answer

    async def do(self, name: str, **input: Any) -> Any:
        return await self.ask(name, input={"requestId": uuid4().hex, **input})

    async def fill(self, **units: int) -> Any:
        lines = [
            {"skuId": to_id("Sku", self.counter.skus[code]), "quantity": count}
            for code, count in units.items()
        ]
        store = to_id("Store", self.counter.store_id)
        payload = await self.do("ShopCartPut", storeId=store, lines=lines)
        assert payload["errors"] == []
        return payload["cart"]


def kinds(payload: Any) -> list[str]:
    return [error["__typename"] for error in payload["errors"]]


async def test_what_was_looked_at_is_what_is_ordered_to_the_last_fen(counter: Counter) -> None:
    """The worked example: 3 x 69.90 and 129.00, a coupon of 20.01, 6.00 of freight."""
    phone = Phone(counter)
    address = to_id("MemberAddress", await an_address(counter))
    coupon = to_id("Coupon", await a_coupon_for(counter))
    cart = await phone.fill(SHIRT=3, COAT=1)
    assert (cart["count"], cart["amount"]["amount"]) == (4, "338.70")
    assert [line["unitPrice"] for line in cart["lines"]] == ["69.9", "129"]
    how = {"delivery": "DELIVERY", "addressId": address, "couponId": coupon}

    seen = await phone.ask("ShopCheckout", input={"cartId": cart["id"], **how})
    assert seen["problems"] == []
    assert [it["reason"] for it in seen["coupons"]] == [None]
    sums = [seen[name]["amount"] for name in ("goodsAmount", "couponAmount", "freightAmount")]
    assert (sums, seen["total"]["amount"]) == (["338.70", "20.01", "6.00"], "324.69")
    placed = await phone.do(
        "ShopOrderPlace",
        cartId=cart["id"],
        cartVersion=cart["version"],
        expectedTotal="324.69",
        note="请尽快",
        **how,
    )

    assert placed["errors"] == []
    order = await phone.ask("ShopOrder", id=placed["order"]["id"])
    assert (order["state"], order["total"]["amount"], order["note"]) == (
        "TO_PAY",
        "324.69",
        "请尽快",
    )
    assert [line["couponAmount"]["amount"] for line in order["lines"]] == ["12.39", "7.62"]
    assert order["shipTo"] == {
        "recipient": "林小满",
        "phone": "+8613800138000",
        "region": "CN-ZJ",
        "detail": "西湖区檐下路 1 号",
    }
    assert order["allowedSteps"] == ["CANCEL"]
    assert (await phone.ask("ShopCart", storeId=to_id("Store", counter.store_id)))["count"] == 0


async def test_an_order_stands_though_wechat_is_away_and_is_paid_for_later(
    counter: Counter,
) -> None:
    phone = Phone(counter)
    cart = await phone.fill(SHIRT=1)
    input = {
        "cartId": cart["id"],
        "cartVersion": cart["version"],
        "delivery": "PICKUP",
        "expectedTotal": "69.90",
        "startsPayment": True,
    }
    await store_becomes(counter, offers_pickup=True)

    placed = await phone.do("ShopOrderPlace", **input)

    assert kinds(placed) == ["WeChatUnavailable"]
    assert placed["order"]["state"] == "TO_PAY"
    assert placed["call"] is None
    again = await phone.do("ShopPaymentStart", orderId=placed["order"]["id"])
    assert (kinds(again), again["call"], again["payment"]) == (["WeChatUnavailable"], None, None)
    payments = await counter.owner_pool.fetchval("SELECT count(*) FROM payments.payment")
    assert payments == 1, "the one that was made with the order"


async def test_a_guest_fills_a_cart_and_looks_at_it_but_orders_nothing(counter: Counter) -> None:
    phone = Phone(counter, await a_guest(counter.db, counter.network_id))
    cart = await phone.fill(SHIRT=2)
    seen = await phone.ask("ShopCheckout", input={"cartId": cart["id"], "delivery": "PICKUP"})
    assert [problem["__typename"] for problem in seen["problems"]] == ["NotForGuests"]
    assert seen["total"]["amount"] == "139.80"

    refused = await phone.do(
        "ShopOrderPlace",
        cartId=cart["id"],
        cartVersion=cart["version"],
        delivery="PICKUP",
        expectedTotal="139.80",
    )

    assert kinds(refused) == ["NotForGuests"]
    assert await counter.owner_pool.fetchval(ORDERS) == 0
    store = to_id("Store", counter.store_id)
    assert (await phone.ask("ShopCart", storeId=store))["count"] == 2


async def test_what_is_not_sold_any_more_is_told_of_the_cart(counter: Counter) -> None:
    phone = Phone(counter)
    await phone.fill(SHIRT=1, COAT=1)
    await counter.owner_pool.execute(
        "UPDATE channels.listing SET is_listed = false WHERE sku_id = $1", counter.skus["COAT"]
    )

    cart = await phone.ask("ShopCart", storeId=to_id("Store", counter.store_id))

    assert [(line["unitPrice"], line["available"] > 0) for line in cart["lines"]] == [
        ("69.9", True),
        (None, False),
    ]
    assert cart["amount"]["amount"] == "69.90"
    seen = await phone.ask("ShopCheckout", input={"cartId": cart["id"], "delivery": "PICKUP"})
    assert [problem["__typename"] for problem in seen["problems"]] == ["NotOnSale"]


async def test_how_much_a_rival_could_buy_is_told_to_nobody(counter: Counter) -> None:
    phone = Phone(counter)
    store = to_id("Store", counter.store_id)
    await phone.fill(SHIRT=50_000)

    offers = await phone.ask("ShopOffers", storeId=store, first=10)
    cart = await phone.ask("ShopCart", storeId=store)
    [line] = cart["lines"]
    seen = await phone.ask("ShopCheckout", input={"cartId": cart["id"], "delivery": "PICKUP"})

    assert line["available"] == 99
    assert {edge["node"]["available"] for edge in offers["edges"]} == {99}
    [problem] = seen["problems"]
    assert problem["__typename"] == "NotEnoughToSell"
    assert " 99 " in problem["message"]


async def test_a_fellow_consumer_sees_and_does_nothing_of_anothers(counter: Counter) -> None:
    order = await ordered(counter, an_order(await a_cart(counter, {"SHIRT": 1})))
    fellow = Phone(counter, await a_member(counter.db, counter.network_id))
    id = to_id("ConsumerOrder", order.id)

    assert await fellow.ask("ShopOrder", id=id) is None
    assert (await fellow.ask("ShopOrders"))["edges"] == []
    assert await fellow.ask("ShopCart", storeId=to_id("Store", counter.store_id)) is None
    for name in ("ShopOrderCancel", "ShopOrderReceive", "ShopPaymentStart"):
        assert kinds(await fellow.do(name, orderId=id)) == ["NotFound"], name
    assert (await Phone(counter).ask("ShopOrder", id=id))["state"] == "TO_PAY"


async def test_who_became_one_with_somebody_sees_the_orders_of_both(counter: Counter) -> None:
    newer = await a_member(counter.db, counter.network_id)
    cart = await a_cart(counter, {"SHIRT": 1}, newer)
    order = await ordered(counter, an_order(cart), newer)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await members.merge_members(
            conn,
            network_id=counter.network_id,
            one=newer.member_id,
            other=counter.shopper.member_id,
            cause=members.MergeCause.PHONE,
        )

    found = await Phone(counter).ask("ShopOrders", first=10)

    assert [edge["node"]["number"] for edge in found["edges"]] == [order.number]


async def test_a_list_of_orders_takes_as_many_statements_for_one_as_for_many(
    counter: Counter,
) -> None:
    counts = []
    for more in (1, 5):
        for _ in range(more):
            cart = await a_cart(counter, {"SHIRT": 1, "COAT": 1})
            order = await ordered(counter, an_order(cart))
            await told(counter, captured(await payment_of(counter, order.payment_id)))
        counting = CountingDatabase(counter.db._pool)
        found = await Phone(counter, db=counting).ask("ShopOrders", first=50)
        counts.append((len(found["edges"]), counting.count))

    assert [length for length, _ in counts] == [1, 6]
    assert counts[0][1] == counts[1][1]
    assert await violations(counter) == []


async def test_a_cart_takes_as_many_statements_for_one_line_as_for_two(counter: Counter) -> None:
    store = to_id("Store", counter.store_id)
    counts = []
    for units in ({"SHIRT": 1}, {"COAT": 2}):
        await Phone(counter).fill(**units)
        counting = CountingDatabase(counter.db._pool)
        await Phone(counter, db=counting).ask("ShopCart", storeId=store)
        counts.append(counting.count)

    assert counts[0] == counts[1]


async def test_who_puts_into_a_cart_and_asks_no_more_of_it_has_nothing_priced(
    counter: Counter,
) -> None:
    noting = Noting(counter.db._pool)
    lines = [{"skuId": to_id("Sku", counter.skus["SHIRT"]), "quantity": 1}]
    store = to_id("Store", counter.store_id)
    phone = Phone(counter, db=noting)

    input = {"requestId": "1", "storeId": store, "lines": lines}
    put = await phone.send(PUT_BRIEFLY, input=input)

    assert put["errors"] == []
    assert not [said for said in noting.statements if "pricing.price" in said]
    await phone.fill(SHIRT=2)
    assert [said for said in noting.statements if "pricing.price" in said]


class Noting(Database):
    """Notes what is said in units of work."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.statements: list[str] = []

    @asynccontextmanager
    async def unit_of_work(
        self, network_id: int, *, requests: int = 1
    ) -> AsyncIterator[Connection]:
        async with super().unit_of_work(network_id, requests=requests) as conn:
            with conn.query_logger(lambda record: self.statements.append(record.query)):
                yield conn
