"""Many who want the same few units, coupons and requests at the same moment, at two processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.e2e.asking import Reply, at_once
from tests.e2e.shopping.market import DOCUMENTS, PLENTY, Good, Market
from tests.e2e.shopping.money import settled
from tests.e2e.sizes import sized
from tradeline_graph._ids import from_id
from tradeline_server.scenarios.chain import BRAND, RETAILER, TRADER

CROWD = sized(40, 300)
DEALERS_ORDERS = sized(12, 60)
TIMES = 50

FETCH_LEVELS = """
    SELECT on_hand, held FROM inventory.stock_level WHERE network_id = $1 AND sku_id = $2
"""
COUNT_ORDERS_OF = """
    SELECT count(DISTINCT consumer_order.id) AS orders, count(DISTINCT payment.id) AS payments,
           count(DISTINCT hold.id) AS holds
      FROM shopping.consumer_order AS consumer_order
      JOIN shopping.order_line AS line
        ON line.network_id = $1 AND line.order_id = consumer_order.id AND line.sku_id = $2
      LEFT JOIN payments.payment AS payment
        ON payment.network_id = $1 AND payment.reference_id = consumer_order.id
       AND payment.reference_type = 'consumer_order'
      LEFT JOIN inventory.stock_hold AS hold
        ON hold.network_id = $1 AND hold.reference_id = line.id
       AND hold.reference_type = 'consumer_order_line'
     WHERE consumer_order.network_id = $1
"""
COUNT_COUPON = """
    SELECT count(*) FROM shopping.consumer_order WHERE network_id = $1 AND coupon_id = $2
"""
COUNT_ISSUED = """
    SELECT campaign.issued_count, count(coupon.id) AS coupons
      FROM marketing.campaign AS campaign
      LEFT JOIN marketing.coupon AS coupon
        ON coupon.network_id = $1 AND coupon.campaign_id = campaign.id
     WHERE campaign.network_id = $1 AND campaign.id = $2
     GROUP BY campaign.id, campaign.issued_count
"""


def told(replies: Sequence[Reply]) -> Counter[str]:
    return Counter("+".join(reply.problems) or "order" for reply in replies)


async def levels(market: Market, good: Good) -> list[tuple[int, int]]:
    """(on hand, held) in each warehouse."""
    rows = await market.house.owner.fetch(FETCH_LEVELS, market.network_id, good.sku_id)
    return [(row["on_hand"], row["held"]) for row in rows]


async def test_consumers_and_dealers_are_sold_exactly_what_stands(market: Market) -> None:
    """All of it, at all tiers, to whoever comes first. Every other consumer pays, the rest call
    it off at the same moment: what they would have had is free again."""
    stock = {RETAILER: 5, TRADER: 9, BRAND: 13}
    good = await market.good(**stock)
    consumers = await market.consumers(CROWD)
    carts = await at_once([market.cart(one, {good: 1}) for one in consumers])
    orders = [market.order(one, cart) for one, cart in zip(consumers, carts, strict=True)]

    replies = await at_once(
        [market.place(one, order) for one, order in zip(consumers, orders, strict=True)]
        + [
            market.dealer_orders((TRADER, RETAILER)[number % 2], good)
            for number in range(DEALERS_ORDERS)
        ]
    )

    units = sum(stock.values())
    heard = told(replies)
    assert heard["order"] == units
    assert heard["NotEnoughToSell"] + heard["NotEnoughStock"] == len(replies) - units
    assert {reply.web for reply in replies} == set(market.house.webs)
    assert sorted(await levels(market, good)) == sorted((units, units) for units in stock.values())

    sold = [pair for pair in zip(consumers, replies, strict=False) if not pair[1].problems]
    paying, calling_off = sold[::2], sold[1::2]
    await at_once(
        [market.pay(one, reply.payload) for one, reply in paying]
        + [
            market.ask(one, "ShopOrderCancel", orderId=reply.payload["order"]["id"])
            for one, reply in calling_off
        ]
    )
    await settled(market)
    assert sum(held for _, held in await levels(market, good)) == units - len(calling_off)


async def test_who_wants_two_scarce_things_gets_both_or_neither(market: Market) -> None:
    """Whichever they name first; dealers take of both meanwhile."""
    first, second = [await market.good(**{RETAILER: 4, TRADER: 5, BRAND: 6}) for _ in range(2)]
    consumers = await market.consumers(CROWD)
    ways = [{first: 2, second: 1}, {second: 1, first: 2}]
    carts = await at_once(
        [market.cart(one, ways[number % 2]) for number, one in enumerate(consumers)]
    )

    replies = await at_once(
        [
            market.place(one, market.order(one, cart))
            for one, cart in zip(consumers, carts, strict=True)
        ]
        + [market.dealer_orders(TRADER, second) for _ in range(DEALERS_ORDERS)]
    )

    consumers_told, dealers_told = told(replies[: len(consumers)]), told(replies[len(consumers) :])
    sold = consumers_told["order"]
    assert 0 < sold <= 7
    assert sum(held for _, held in await levels(market, first)) == 2 * sold
    assert sum(held for _, held in await levels(market, second)) == sold + dealers_told["order"]
    # Whoever was refused could not have had both.
    assert sold == 7 or sold + dealers_told["order"] >= 15 - DEALERS_ORDERS


async def test_one_request_sent_fifty_times_is_one_order_and_one_payment(market: Market) -> None:
    good = await market.good(**{BRAND: PLENTY})
    [consumer] = await market.consumers(1)
    cart = await market.cart(consumer, {good: 2})
    order = market.order(consumer, cart, requestId="the-order")

    replies = await at_once([market.place(consumer, order, at=turn) for turn in range(TIMES)])

    assert told(replies) == {"order": TIMES}
    assert {reply.web for reply in replies} == set(market.house.webs)
    assert len({reply.payload["order"]["id"] for reply in replies}) == 1
    assert len({reply.payload["call"]["package"] for reply in replies}) == 1
    found = await market.house.owner.fetchrow(COUNT_ORDERS_OF, market.network_id, good.sku_id)
    assert dict(found or {}) == {"orders": 1, "payments": 1, "holds": 1}

    # Each of the calls opens the cash desk; WeChat takes the money once.
    assert await market.pay(consumer, replies[0].payload)
    await settled(market)
    again = await market.place(consumer, order)
    assert again.payload["order"]["id"] == replies[0].payload["order"]["id"]
    assert sum(held for _, held in await levels(market, good)) == 2


async def test_one_coupon_in_two_carts_is_used_once(market: Market) -> None:
    good = await market.good(**{BRAND: PLENTY})
    campaign = await market.campaign()
    stores = [market.stage.store(name) for name in (BRAND, RETAILER)]
    for consumer in await market.consumers(sized(6, 40)):
        claimed = await market.ask(consumer, "ShopCouponClaim", campaignId=campaign)
        coupon = claimed.payload["coupon"]["id"]
        carts = await at_once([market.cart(consumer, {good: 1}, store) for store in stores])
        orders = [market.order(consumer, cart, coupon=coupon) for cart in carts]

        replies = await at_once(
            [market.place(consumer, order, at=door) for door, order in enumerate(orders)]
        )

        assert told(replies) == {"order": 1, "CouponNotUsable": 1}
        used = from_id("Coupon", coupon)
        assert await market.house.owner.fetchval(COUNT_COUPON, market.network_id, used) == 1


async def test_no_more_coupons_are_given_out_than_there_are(market: Market) -> None:
    campaign = await market.campaign(quantity_max=7)
    consumers = await market.consumers(sized(20, 100))

    replies = await at_once(
        [
            market.crowd.ask(
                one.caller, DOCUMENTS["ShopCouponClaim"], {"campaignId": campaign}, at=turn
            )
            for one in consumers
            for turn in range(2)
        ]
    )

    assert told(replies)["order"] == 7
    issued = await market.house.owner.fetchrow(
        COUNT_ISSUED, market.network_id, from_id("CouponCampaign", campaign)
    )
    assert dict(issued or {}) == {"issued_count": 7, "coupons": 7}
