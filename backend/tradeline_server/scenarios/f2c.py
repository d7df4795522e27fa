"""Factory to consumer: sales through up to three tiers, and what each party has in the end.

What is expected stands here in fen, worked out by hand from the prices in `chain.py`: three bottles
of vinegar and one of wine at 69.90 and 129.00 cost the retailer 52.30 and 98.50, the trader 41.70
and 80.10; the coupon of 20.01 is borne 10 : 30 : 60; delivery costs 6.00 and is whose goods travel.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tradeline.kernel import trade_day
from tradeline_graph._ids import from_id, to_id
from tradeline_server.errors import CommandError
from tradeline_server.paying.billing import reconcile_day
from tradeline_server.scenarios import queries
from tradeline_server.scenarios.chain import BRAND, CURRENCY, RETAILER, TRADER
from tradeline_server.scenarios.figures import NOTHING, Figure, Position, count, money
from tradeline_server.scenarios.people import Consumer
from tradeline_server.scenarios.stage import Scenario, Stage

SALE_SHIP: Final = """
    mutation SaleShip($input: SaleShipInput!) {
      saleShip(input: $input) { sale { id } errors { __typename ... on Problem { message } } }
    }
"""
SALE_HAND_OVER: Final = """
    mutation SaleHandOver($input: SaleHandOverInput!) {
      saleHandOver(input: $input) { sale { id } errors { __typename ... on Problem { message } } }
    }
"""
AFTER_SALE_DECIDE: Final = """
    mutation AfterSaleDecide($input: AfterSaleDecideInput!) {
      afterSaleDecide(input: $input) {
        sale { id } errors { __typename ... on Problem { message } }
      }
    }
"""
SALE_FREIGHT_REFUND: Final = """
    mutation SaleFreightRefund($input: SaleFreightRefundInput!) {
      saleFreightRefund(input: $input) {
        sale { id } errors { __typename ... on Problem { message } }
      }
    }
"""
BASKET: Final = {"VINEGAR": 3, "WINE": 1}
# Where WeChat is asked to close a payment, and what has become of it.
PAYMENTS_PATH: Final = "/v3/pay/transactions/out-trade-no"
TWO_DAYS: Final = 2 * 24 * 60 * 60
ALL_AT_ZERO: Final = {RETAILER: NOTHING, TRADER: NOTHING, BRAND: NOTHING}

# The basket with its coupon and delivery: 32,469 are paid. To the brand, or to the store itself.
PAID_TO_BRAND: Final = {
    RETAILER: Position(margin=8130, balance=8130),
    TRADER: Position(margin=4420, balance=4420),
    BRAND: Position(margin=19919, balance=-12550, provider=32469),
}
PAID_TO_STORE: Final = {
    RETAILER: Position(margin=8130, balance=-24339, provider=32469),
    TRADER: Position(margin=4420, balance=4420),
    BRAND: Position(margin=19919, balance=19919),
}


async def _buy(
    stage: Stage,
    consumer: Consumer,
    collector: str,
    units: Mapping[str, int],
    *,
    is_picked_up: bool = False,
    has_coupon: bool = False,
) -> str:
    """Buy and pay; the order, once the notice of the payment is here."""
    order = await _place(
        stage, consumer, collector, units, is_picked_up=is_picked_up, has_coupon=has_coupon
    )
    await consumer.pay(await consumer.start_payment(order["id"]))
    await stage.wait_for_state(consumer, order["id"], "TO_SHIP", "TO_PICK_UP")
    order_id: str = order["id"]
    return order_id


async def _place(
    stage: Stage,
    consumer: Consumer,
    collector: str,
    units: Mapping[str, int],
    *,
    is_picked_up: bool = False,
    has_coupon: bool = False,
) -> dict[str, Any]:
    coupon_id = None
    if has_coupon:
        claimed = await consumer.do(
            "ShopCouponClaim",
            requestId=secrets.token_hex(8),
            campaignId=to_id("CouponCampaign", stage.campaigns[collector]),
        )
        coupon_id = claimed["coupon"]["id"]
    return await consumer.place(
        stage.store(collector),
        stage.units(**units),
        coupon_id=coupon_id,
        is_picked_up=is_picked_up,
    )


async def from_store(stage: Stage) -> Sequence[Figure]:
    """Two bottles that stand in the store, picked up: nobody else has a part in it."""
    await stage.stock(RETAILER, VINEGAR=2)
    consumer = await stage.consumer()
    order_id = await _buy(stage, consumer, RETAILER, {"VINEGAR": 2}, is_picked_up=True)
    code = (await consumer.order(order_id))["pickupCode"]
    await stage.clerks[RETAILER].do(SALE_HAND_OVER, storeId=stage.store(RETAILER), code=code)
    await stage.wait_for_state(consumer, order_id, "COMPLETED")
    expected = ALL_AT_ZERO | {RETAILER: Position(margin=13980, provider=13980)}
    return [
        *await stage.positions([order_id], expected),
        count("left in the store", 0, await _free(stage, RETAILER, "VINEGAR")),
    ]


async def from_trader(stage: Stage) -> Sequence[Figure]:
    """One bottle that the trader has: one leg, whose seller gets the freight."""
    await stage.stock(TRADER, VINEGAR=1)
    consumer = await stage.consumer()
    order_id = await _buy(stage, consumer, RETAILER, {"VINEGAR": 1})
    await stage.clerks[TRADER].do(SALE_SHIP, saleId=_sale(order_id))
    await stage.wait_for_state(consumer, order_id, "SHIPPED")
    expected = {
        RETAILER: Position(margin=1760, balance=-5830, provider=7590),
        TRADER: Position(margin=5830, balance=5830),
        BRAND: NOTHING,
    }
    return await stage.positions([order_id], expected)


async def from_brand(stage: Stage) -> Sequence[Figure]:
    """A basket from the brand's national stock: brand to trader to retailer to consumer."""
    await stage.stock(BRAND, **BASKET)
    consumer = await stage.consumer()
    order_id = await _buy(stage, consumer, BRAND, BASKET)
    await stage.clerks[BRAND].do(SALE_SHIP, saleId=_sale(order_id))
    await stage.wait_for_state(consumer, order_id, "SHIPPED")
    expected = {
        RETAILER: Position(margin=8330, balance=8330),
        TRADER: Position(margin=5020, balance=5020),
        BRAND: Position(margin=21120, balance=-13350, provider=34470),
    }
    return await stage.positions([order_id], expected)


async def with_coupon(stage: Stage) -> Sequence[Figure]:
    """The same with a coupon that brand, trader and retailer bear 60 : 30 : 10."""
    await stage.stock(BRAND, **BASKET)
    consumer = await stage.consumer()
    order_id = await _buy(stage, consumer, BRAND, BASKET, has_coupon=True)
    return await stage.positions([order_id], PAID_TO_BRAND)


async def partial_and_full_refund(stage: Stage) -> Sequence[Figure]:
    """One of three units comes back, then all the rest: each party ends where it began."""
    await stage.stock(BRAND, **BASKET)
    consumer = await stage.consumer()
    order_id = await _buy(stage, consumer, BRAND, BASKET, has_coupon=True)
    await stage.clerks[BRAND].do(SALE_SHIP, saleId=_sale(order_id))
    order = await stage.wait_for_state(consumer, order_id, "SHIPPED")
    vinegar, wine = (
        next(line["id"] for line in order["lines"] if line["skuCode"] == code)
        for code in ("VINEGAR", "WINE")
    )
    await _give_back(stage, consumer, order_id, {vinegar: 1})
    after_one = await stage.positions(
        [order_id],
        {
            RETAILER: Position(margin=6411, balance=6411),
            TRADER: Position(margin=3484, balance=3484),
            BRAND: Position(margin=15997, balance=-9895, provider=25892),
        },
    )
    refunded = money("refunded for one unit", 6577, await _refunded(consumer, order_id))
    await _give_back(stage, consumer, order_id, {vinegar: 2, wine: 1})
    await stage.clerks[BRAND].do(
        SALE_FREIGHT_REFUND,
        saleId=_sale(order_id),
        amount={"amount": "6.00", "currency": CURRENCY},
        reason="全部退货",
    )
    await _wait_for_refunds(stage, consumer, order_id)
    return [
        *after_one,
        refunded,
        *await stage.positions([order_id], ALL_AT_ZERO),
        money("refunded in the end", 32469, await _refunded(consumer, order_id)),
    ]


async def two_collectors(stage: Stage) -> Sequence[Figure]:
    """The same basket, paid to the brand and paid to the store: who holds the money differs, what
    each has of it does not."""
    figures: list[Figure] = []
    for collector, expected in ((BRAND, PAID_TO_BRAND), (RETAILER, PAID_TO_STORE)):
        await stage.stock(BRAND, **BASKET)
        consumer = await stage.consumer()
        order_id = await _buy(stage, consumer, collector, BASKET, has_coupon=True)
        figures += await stage.positions([order_id], expected)
    return figures


async def unpaid_and_expired(stage: Stage) -> Sequence[Figure]:
    """Nobody pays: the hold lapses, the goods are free again, and the cash desk takes no more."""
    await stage.stock(BRAND, VINEGAR=1)
    consumer = await stage.consumer()
    order = await _place(stage, consumer, BRAND, {"VINEGAR": 1})
    call = await consumer.start_payment(order["id"])
    free_before = await _free(stage, BRAND, "VINEGAR")
    async with stage.db.unit_of_work(stage.chain.network_id) as conn:
        await queries.let_order_expire(
            conn, stage.chain.network_id, from_id("ConsumerOrder", order["id"])
        )
    await stage.wait_for_state(consumer, order["id"], "EXPIRED")
    await _wait_for_payment(stage, order["id"], "closed")
    return [
        count("free while it waits", 0, free_before),
        count("free after it expired", 1, await _free(stage, BRAND, "VINEGAR")),
        count("payments taken too late", 0, await _pays(consumer, call)),
        *await stage.positions([order["id"]], ALL_AT_ZERO),
    ]


async def paid_twice(stage: Stage) -> Sequence[Figure]:
    """WeChat tells of one payment twice: it is one sale all the same, charged once."""
    await stage.stock(BRAND, **BASKET)
    consumer = await stage.consumer()
    order = await _place(stage, consumer, BRAND, BASKET, has_coupon=True)
    call = await consumer.start_payment(order["id"])
    await stage.desk.tell("disturb", mischief="twice")
    await consumer.pay(call)
    await stage.wait_for_state(consumer, order["id"], "TO_SHIP")
    return [
        count("payments taken again", 0, await _pays(consumer, call)),
        *await stage.positions([order["id"]], PAID_TO_BRAND),
    ]


async def paid_too_late(stage: Stage) -> Sequence[Figure]:
    """The consumer cancels, and pays all the same before WeChat knows: all of it goes back."""
    await stage.stock(BRAND, VINEGAR=1)
    consumer = await stage.consumer()
    order = await _place(stage, consumer, BRAND, {"VINEGAR": 1})
    call = await consumer.start_payment(order["id"])
    await stage.desk.tell("fail", mishap="system-error", path=PAYMENTS_PATH, times=3)
    await consumer.do("ShopOrderCancel", requestId=secrets.token_hex(8), orderId=order["id"])
    taken = await _pays(consumer, call)
    await _wait_for_payment(stage, order["id"], "refunded")
    return [
        count("payments taken", 1, taken),
        count("free again", 1, await _free(stage, BRAND, "VINEGAR")),
        *await stage.positions([order["id"]], ALL_AT_ZERO),
    ]


async def callback_lost(stage: Stage) -> Sequence[Figure]:
    """WeChat never tells: we ask, and find it."""
    await stage.stock(BRAND, **BASKET)
    consumer = await stage.consumer()
    order = await _place(stage, consumer, BRAND, BASKET, has_coupon=True)
    call = await consumer.start_payment(order["id"])
    await stage.desk.tell("disturb", mischief="lose")
    await consumer.pay(call)
    await stage.wait_for_state(consumer, order["id"], "TO_SHIP")
    return await stage.positions([order["id"]], PAID_TO_BRAND)


async def bill_with_one_difference(stage: Stage) -> Sequence[Figure]:
    """WeChat's bill of the day has one payment at another sum: that one is named, by how much."""
    await stage.stock(BRAND, VINEGAR=1)
    consumer = await stage.consumer()
    order_id = await _buy(stage, consumer, BRAND, {"VINEGAR": 1})
    await stage.wait_until_posted()
    day = trade_day()
    async with stage.owner.acquire() as conn:
        number = await queries.fetch_payment_number(
            conn, stage.chain.network_id, from_id("ConsumerOrder", order_id)
        )
    await stage.desk.tell("bill-difference", day=day.isoformat(), kind="amount", about=number, by=1)
    await stage.desk.tell("advance", seconds=TWO_DAYS)  # a bill is made on the day after
    found = await reconcile_day(stage.db, stage.wechat, stage.merchants[BRAND], day)
    return [
        count("differences", 1, len(found.differences)),
        money(
            "by which the bill differs",
            1,
            sum(
                abs((item.theirs_minor or 0) - (item.ours_minor or 0)) for item in found.differences
            ),
        ),
        count("of this payment", 1, sum(item.number == number for item in found.differences)),
    ]


async def _give_back(
    stage: Stage, consumer: Consumer, order_id: str, units: Mapping[str, int]
) -> None:
    """The consumer asks, the store accepts, the brand takes its goods back, and WeChat pays."""
    asked = await consumer.do(
        "ShopAfterSaleRequest",
        requestId=secrets.token_hex(8),
        orderId=order_id,
        lines=[{"lineId": line_id, "quantity": quantity} for line_id, quantity in units.items()],
        reason="不合适",
    )
    for name in (RETAILER, BRAND):
        await stage.clerks[name].do(
            AFTER_SALE_DECIDE, afterSaleId=asked["afterSale"]["id"], isAccepted=True
        )
    await _wait_for_refunds(stage, consumer, order_id)


async def _wait_for_refunds(stage: Stage, consumer: Consumer, order_id: str) -> None:
    async def look() -> bool | None:
        refunds = (await consumer.order(order_id))["refunds"]
        return all(refund["state"] == "SUCCEEDED" for refund in refunds) or None

    await stage.wait_for("the refund", look)


async def _wait_for_payment(stage: Stage, order_id: str, outcome: str) -> None:
    """Until the order's payment is closed at WeChat, or all of it is refunded."""

    async def look() -> bool | None:
        async with stage.owner.acquire() as conn:
            found = await queries.fetch_payment_outcome(
                conn, stage.chain.network_id, from_id("ConsumerOrder", order_id)
            )
        return found == outcome or None

    await stage.wait_for(f"the payment to be {outcome}", look)


async def _refunded(consumer: Consumer, order_id: str) -> int:
    amount = (await consumer.order(order_id))["refundedAmount"]["amount"]
    return int(amount.replace(".", ""))


async def _pays(consumer: Consumer, call: Mapping[str, str]) -> int:
    """How often the cash desk takes money for this call."""
    try:
        await consumer.pay(call)
    except CommandError:
        return 0
    return 1


async def _free(stage: Stage, name: str, code: str) -> int:
    async with stage.owner.acquire() as conn:
        return await queries.fetch_free(
            conn,
            stage.chain.network_id,
            stage.chain.warehouses[name],
            stage.chain.skus[code],
        )


def _sale(order_id: str) -> str:
    return to_id("Sale", from_id("ConsumerOrder", order_id))


SCENARIOS: Final = (
    Scenario("store-stock", "Sold from the store's own stock", "门店自有库存", from_store),
    Scenario("trader-stock", "Sold from the trader's stock", "经销商库存", from_trader),
    Scenario(
        "three-legs", "Sold from the brand through three legs", "品牌库存，三段履约", from_brand
    ),
    Scenario(
        "coupon", "With a coupon borne 60 : 30 : 10", "优惠券按 60 : 30 : 10 分摊", with_coupon
    ),
    Scenario(
        "refunds",
        "One of three units back, then the rest",
        "先退一件，再全部退款",
        partial_and_full_refund,
    ),
    Scenario(
        "two-collectors", "Paid to the brand, paid to the store", "两种收款方", two_collectors
    ),
    Scenario("expired", "Never paid, and expired", "未付款而过期", unpaid_and_expired),
    Scenario("late", "Cancelled, and paid all the same", "已取消却仍被支付", paid_too_late),
    Scenario("paid-twice", "Paid twice", "重复支付", paid_twice),
    Scenario(
        "callback-lost",
        "The callback is lost, polling finds it",
        "回调丢失，轮询补单",
        callback_lost,
    ),
    Scenario("bill", "A bill with one difference", "账单有一处差异", bill_with_one_difference),
)
