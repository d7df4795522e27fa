"""A consumer's whole way, by the mini-program's documents alone: from a guest's first look to the
money for what was sent back."""

from __future__ import annotations

import json
import secrets
from decimal import Decimal
from typing import Any

from tests.e2e.shopping.street import Consumer, Staff, Street

# SKUs of a store that whoever stands at the top of its route has enough of.
AT_THE_TOP = """
    SELECT sku.code
      FROM channels.listing AS listing
      JOIN channels.store AS store ON store.id = listing.store_id
      JOIN catalog.sku AS sku ON sku.id = listing.sku_id
     WHERE store.network_id = $1 AND store.code = $2 AND listing.unit_price >= 14
       AND EXISTS (
            SELECT FROM inventory.stock_level AS level
              JOIN inventory.warehouse AS house ON house.id = level.warehouse_id
              JOIN organizations.organization AS org ON org.id = house.org_id
             WHERE level.sku_id = sku.id AND org.kind = 'brand'
               AND level.on_hand - level.held >= 20)
     ORDER BY listing.position
"""
LINK = """
    SELECT link.code FROM channels.link AS link JOIN catalog.sku AS sku ON sku.id = link.sku_id
     WHERE link.network_id = $1 LIMIT 1
"""
# What dealers pay for what was bought, and what that comes to, as the graph would write it.
DEALERS_FIGURES = """
    SELECT trim_scale(unit_price)::text FROM shopping.leg_line WHERE network_id = $1
     UNION SELECT to_char(amount_minor / 100.0, 'FM999999990.00') FROM shopping.leg_line
            WHERE network_id = $1
     UNION SELECT to_char(abs(original_minor) / 100.0, 'FM999999990.00') FROM shopping.split
            WHERE network_id = $1 AND part = 'goods'
"""
ORGANIZATIONS = "SELECT name FROM organizations.organization WHERE network_id = $1"
SALE = """
    query Sale($id: ID!) { sale(id: $id) {
        id number state tier isCollector netToMe { amount } total { amount }
        lines { id unshippedQuantity isMineToShip retailAmount { amount }
                legs { sells amount { amount } } }
        shipTo { recipient detail }
        afterSales { id state }
        moneyTrail { isComplete
            parties { key role net { amount } isMine }
            flows { from to kind amount { amount } } }
    } }
"""


async def test_from_a_guests_first_look_to_the_money_for_what_was_sent_back(
    street: Street,
) -> None:
    store = await street.store("XUHUI")
    brand = await street.staff("brand@example.com")
    await brand.do("sourcingRulesPut", "rules { kind }", rules=[{"kind": "PREFER_TIER", "tier": 2}])
    consumer = await street.arrival()
    await looks_around(street, consumer, store)
    sku = await fills_a_cart_as_a_guest_and_becomes_a_member(street, consumer, store)
    coupon = await claims_a_coupon(street, consumer, store)

    order = await buys(street, consumer, store, coupon)
    sale = await is_shipped_to(street, consumer, order)
    await sends_one_back(street, consumer, order)
    await calls_another_one_off(street, consumer, store, sku)
    await picks_one_up(street, consumer, store)
    await leaves(consumer)

    assert street.asked == set(street.documents), "each document is asked by once"
    await street.settled()
    await everybody_has_what_is_theirs(street, sale)
    await nothing_was_told_of_the_dealers(street)
    assert await street.violations() == []


async def looks_around(street: Street, consumer: Consumer, store: str) -> None:
    await consumer.start()
    near = {"latitude": "31.19", "longitude": "121.44"}
    found = await consumer.ask("ShopStoresNear", near=near, first=2)
    assert found["edges"][0]["node"]["id"] == store, "the nearest one is the first"
    assert (await consumer.ask("ShopStoreFront", id=store))["isOpen"]
    offers = await consumer.ask("ShopOffers", storeId=store, first=20)
    first = offers["edges"][0]["node"]
    code = first["sku"]["code"]
    categories = await consumer.ask("ShopCategories", storeId=store)
    assert categories
    for each in categories:
        inside = await consumer.ask("ShopOffers", storeId=store, categoryId=each["id"], first=50)
        assert 0 < len(inside["edges"]) <= each["count"]
    searched = await consumer.ask("ShopOffers", storeId=store, search=code, first=5)
    assert code in [edge["node"]["sku"]["code"] for edge in searched["edges"]]
    alone = await consumer.ask("ShopSku", storeId=store, skuId=first["sku"]["id"])
    assert alone["unitPrice"] == first["unitPrice"]
    link = await street.owner.fetchval(LINK, street.network_id)
    assert (await consumer.ask("ShopLinkOpen", code=link))["store"]["id"] == store


async def fills_a_cart_as_a_guest_and_becomes_a_member(
    street: Street, consumer: Consumer, store: str
) -> str:
    codes = [r[0] for r in await street.owner.fetch(AT_THE_TOP, street.network_id, "XUHUI")]
    found = await consumer.ask("ShopOffers", storeId=store, search=codes[0], first=5)
    sku = str(found["edges"][0]["node"]["sku"]["id"])
    cart = await consumer.fill(store, {sku: 3})
    refused = await consumer.order(cart, delivery="PICKUP")
    assert "NotForGuests" in [error["__typename"] for error in refused["errors"]]

    await consumer.log_in()

    carried = await consumer.ask("ShopCart", storeId=store)
    assert [(it["skuId"], it["quantity"]) for it in carried["lines"]] == [(sku, 3)]
    assert (await consumer.bind_phone())["phoneMasked"].endswith(consumer.phone[-4:])
    await consumer.do("ShopMemberUpdate", nickname="小满")
    await consumer.do(
        "ShopConsentRecord", subject="privacy_policy", version="2026-11", isGiven=True
    )
    gone = await consumer.settle_down()
    await consumer.do("ShopAddressDelete", addressId=gone)
    await consumer.settle_down()
    me = await consumer.ask("ShopMe")
    assert (me["nickname"], me["isGuest"], len(me["addresses"])) == ("小满", False, 1)
    assert [consent["subject"] for consent in me["consents"]] == ["privacy_policy"]
    return sku


async def claims_a_coupon(street: Street, consumer: Consumer, store: str) -> str:
    """20.01 off, borne 60/30/10 by brand, trader and retailer."""
    campaign_id = await a_campaign(street, store, "20.01")
    offered = await consumer.ask("ShopStoreCoupons", storeId=store)
    [campaign] = [it for it in offered if it["campaignId"] == campaign_id]
    assert campaign["value"]["amount"] == "20.01"
    claimed = await consumer.do("ShopCouponClaim", campaignId=campaign["campaignId"])
    mine = await consumer.ask("ShopCoupons", state="OPEN", first=10)
    assert [edge["node"]["id"] for edge in mine["edges"]] == [claimed["coupon"]["id"]]
    return str(claimed["coupon"]["id"])


async def a_campaign(street: Street, store: str, value: str, **terms: Any) -> str:
    """Coupons of the brand's for a store, which all who bear them have agreed to; its id."""
    brand = await street.staff("brand@example.com")
    shares = {"brand": 6_000, "trader-a": 3_000, "retailer-1": 1_000}
    ids = {}
    for name in shares:
        staff = await street.staff(f"{name}@example.com")
        viewer = await staff.ask("{ viewer { organization { id } } }")
        ids[name] = viewer["organization"]["id"]
    made = await brand.do(
        "couponCampaignCreate",
        "campaign { id }",
        code=f"C-{secrets.token_hex(4)}",
        name="新人券",
        nameEn="Welcome",
        value={"amount": value, "currency": "CNY"},
        threshold={"amount": "40.00", "currency": "CNY"},
        validFrom="2026-01-01T00:00:00+08:00",
        validTo="2099-01-01T00:00:00+08:00",
        quantityMax=100,
        storeIds=[store],
        shares=[{"organizationId": ids[name], "basisPoints": bp} for name, bp in shares.items()],
        **terms,
    )
    campaign = made["campaign"]["id"]
    for name in ("trader-a", "retailer-1"):
        staff = await street.staff(f"{name}@example.com")
        await staff.do("couponCampaignAgree", "campaign { state }", campaignId=campaign)
    return str(campaign)


async def buys(street: Street, consumer: Consumer, store: str, coupon: str) -> Any:
    cart = await consumer.ask("ShopCart", storeId=store)
    address = (await consumer.ask("ShopMe"))["addresses"][0]["id"]
    placed = await consumer.order(
        cart, delivery="DELIVERY", addressId=address, couponId=coupon, startsPayment=True
    )
    assert placed["errors"] == []
    order = placed["order"]
    async with consumer.watching(order["id"]) as watch:
        assert await watch.state() == "TO_PAY"
        await consumer.pay(placed["call"])
        assert (await watch.until("TO_SHIP"))[-1] == "TO_SHIP"
    paid = await consumer.ask("ShopOrder", id=order["id"])
    assert paid["couponAmount"]["amount"] == "20.01"
    assert paid["shipTo"]["recipient"] == "林小满"
    assert (await consumer.ask("ShopCart", storeId=store))["count"] == 0
    mine = await consumer.ask("ShopOrders", states=["TO_SHIP"], first=10)
    assert [edge["node"]["id"] for edge in mine["edges"]] == [order["id"]]
    return paid


async def is_shipped_to(street: Street, consumer: Consumer, order: Any) -> str:
    """By the brand's people, who have the goods; the retailer's sell them, and ship nothing."""
    brand = await street.staff("brand@example.com")
    retailer = await street.staff("retailer-1@example.com")
    listed = await brand.ask(
        "query Sales($filter: SaleFilterInput) { sales(filter: $filter, first: 10) {"
        " edges { node { id number } } } }",
        filter={"search": order["number"]},
    )
    [sale] = [edge["node"]["id"] for edge in listed["edges"]]
    seen = await brand.ask(SALE, id=sale)
    assert all(line["isMineToShip"] for line in seen["lines"])
    assert seen["shipTo"]["detail"] == "示例路 1 号 2 室"
    refused = await retailer.reply(
        "mutation Ship($input: SaleShipInput!) { saleShip(input: $input) {"
        " errors { __typename } } }",
        input={"requestId": "not-mine", "saleId": sale},
    )
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await brand.do("saleShip", "sale { state }", saleId=sale, carrier="SF", trackingNumber="SF1")
    shipped = await consumer.until(order["id"], lambda seen: seen["state"] == "SHIPPED")
    assert [it["trackingNumber"] for it in shipped["shipments"]] == ["SF1"]
    received = await consumer.do("ShopOrderReceive", orderId=order["id"])
    assert received["order"]["state"] == "COMPLETED"
    return str(sale)


async def sends_one_back(street: Street, consumer: Consumer, order: Any) -> None:
    """One of three units, at a third of what was paid for them."""
    [line] = order["lines"]
    asked = {"orderId": order["id"], "lines": [{"lineId": line["id"], "quantity": 1}]}
    first = await consumer.do("ShopAfterSaleRequest", **asked, reason="买错了")
    taken_back = await consumer.do("ShopAfterSaleWithdraw", afterSaleId=first["afterSale"]["id"])
    assert taken_back["afterSale"]["state"] == "WITHDRAWN"
    again = await consumer.do("ShopAfterSaleRequest", **asked, reason="少了一盒")
    # The store agrees, and then the brand, which gets its goods back.
    for name in ("retailer-1@example.com", "brand@example.com"):
        clerk = await street.staff(name)
        await clerk.do(
            "afterSaleDecide",
            "sale { id }",
            afterSaleId=again["afterSale"]["id"],
            isAccepted=True,
        )
    refunded = await consumer.until(
        order["id"], lambda seen: [it["state"] for it in seen["refunds"]] == ["SUCCEEDED"]
    )
    goods, coupon = Decimal(line["amount"]["amount"]), Decimal("20.01")
    goods_back, coupon_back = (int(each * 100) // 3 for each in (goods, coupon))
    assert refunded["refundedAmount"]["amount"] == f"{Decimal(goods_back - coupon_back) / 100:.2f}"
    assert [it["state"] for it in refunded["afterSales"]] == ["WITHDRAWN", "REFUNDED"]


async def calls_another_one_off(street: Street, consumer: Consumer, store: str, sku: str) -> None:
    """First one that was not paid for, then one that was: its money comes back."""
    address = (await consumer.ask("ShopMe"))["addresses"][0]["id"]
    cart = await consumer.fill(store, {sku: 1})
    placed = await consumer.order(cart, delivery="DELIVERY", addressId=address)
    cancelled = await consumer.do("ShopOrderCancel", orderId=placed["order"]["id"])
    assert cancelled["order"]["state"] == "CANCELLED"

    cart = await consumer.fill(store, {sku: 1})
    order = (await consumer.order(cart, delivery="DELIVERY", addressId=address))["order"]
    started = await consumer.do("ShopPaymentStart", orderId=order["id"])
    assert started["payment"]["amount"]["amount"] == order["total"]["amount"]
    await consumer.pay(started["call"])
    await consumer.until(order["id"], lambda seen: seen["state"] == "TO_SHIP")
    await consumer.do("ShopOrderCancel", orderId=order["id"])
    back = await consumer.until(
        order["id"], lambda seen: [it["state"] for it in seen["refunds"]] == ["SUCCEEDED"]
    )
    assert back["refundedAmount"] == back["total"]


async def picks_one_up(street: Street, consumer: Consumer, store: str) -> None:
    found = await consumer.ask("ShopOffers", storeId=store, first=50)
    stocked = {
        row["code"]
        for row in await street.owner.fetch(
            "SELECT sku.code FROM inventory.stock_level AS level"
            "  JOIN inventory.warehouse AS house ON house.id = level.warehouse_id"
            "  JOIN catalog.sku AS sku ON sku.id = level.sku_id"
            " WHERE level.network_id = $1 AND house.code = 'BACK-ROOM'"
            "   AND level.on_hand > level.held",
            street.network_id,
        )
    }
    sku = next(
        edge["node"]["sku"]["id"]
        for edge in found["edges"]
        if edge["node"]["sku"]["code"] in stocked
    )
    cart = await consumer.fill(store, {sku: 1})
    placed = await consumer.order(cart, delivery="PICKUP", startsPayment=True)
    assert placed["errors"] == []
    order_id = placed["order"]["id"]
    assert (await consumer.ask("ShopOrder", id=order_id))["pickupCode"] is None
    await consumer.pay(placed["call"])
    waiting = await consumer.until(order_id, lambda seen: seen["state"] == "TO_PICK_UP")
    retailer = await street.staff("retailer-1@example.com")
    await retailer.do("saleHandOver", "sale { state }", storeId=store, code=waiting["pickupCode"])
    done = await consumer.ask("ShopOrder", id=order_id)
    assert (done["state"], done["pickupCode"]) == ("COMPLETED", None)


async def leaves(consumer: Consumer) -> None:
    old = consumer.token
    await consumer.refresh()
    assert consumer.token != old
    assert (await consumer.ask("ShopLogout"))["isLoggedOut"]
    answer = await consumer.reply("ShopMe")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def everybody_has_what_is_theirs(street: Street, sale: str) -> None:
    """The parties' parts make what the consumer paid and did not get back, and each sees its own
    way of the money, whole."""
    nets, paid = Decimal(0), Decimal(0)
    for name in ("retailer-1", "trader-a", "brand"):
        staff: Staff = await street.staff(f"{name}@example.com")
        seen = await staff.ask(SALE, id=sale)
        nets += Decimal(seen["netToMe"]["amount"])
        assert seen["moneyTrail"]["isComplete"], name
        mine = [party for party in seen["moneyTrail"]["parties"] if party["isMine"]]
        assert len(mine) == 1
        consumer = [it for it in seen["moneyTrail"]["parties"] if it["role"] == "CONSUMER"]
        if name == "trader-a":
            assert (consumer, seen["total"], seen["shipTo"]) == ([], None, None)
            assert {line["retailAmount"] for line in seen["lines"]} == {None}
        else:
            paid = -Decimal(consumer[0]["net"]["amount"])
    assert nets == paid > 0


async def nothing_was_told_of_the_dealers(street: Street) -> None:
    """No figure and no name of theirs stands in anything that a consumer was answered."""
    figures = {row[0] for row in await street.owner.fetch(DEALERS_FIGURES, street.network_id)}
    assert len(figures) > 3
    retail = _texts_in(street.told)
    names = {row[0] for row in await street.owner.fetch(ORGANIZATIONS, street.network_id)}
    assert retail & names == set()
    assert retail & (figures - await _retail_figures(street)) == set()


async def _retail_figures(street: Street) -> set[str]:
    """What consumers may know, and could be what a dealer pays for something else."""
    rows = await street.owner.fetch(
        "SELECT trim_scale(unit_price)::text FROM channels.listing WHERE network_id = $1"
        " UNION SELECT to_char(amount / 100.0, 'FM999999990.00') FROM shopping.consumer_order,"
        " unnest(ARRAY[goods_minor, coupon_minor, freight_minor, total_minor, refunded_minor])"
        " AS amount WHERE network_id = $1",
        street.network_id,
    )
    return {row[0] for row in rows if row[0] is not None}


def _texts_in(answers: list[str]) -> set[str]:
    """Every text and number that stands in some answers."""
    found: set[str] = set()
    left: list[Any] = [json.loads(answer) for answer in answers]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        else:
            found.add(str(value))
    return found
