"""Whatever is asked of one sale at the same moment, at both processes: no unit is taken back twice,
none is both sent and paid back, and no more is given back than was paid."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.e2e.asking import Reply, at_once
from tests.e2e.shopping.market import (
    CANCEL_SALE,
    DECIDE,
    REFUND_PRICE,
    SHIP,
    Consumer,
    Good,
    Market,
    sale_of,
)
from tests.e2e.shopping.money import settled
from tests.e2e.sizes import sized
from tradeline_graph._ids import from_id
from tradeline_server.scenarios.chain import BRAND, RETAILER

UNITS = 4
STOCK = 1_000
SALES = sized(3, 40)
ASKING = 4

FETCH_LINE = """
    SELECT line.quantity, line.cancelled_quantity, line.shipped_quantity, line.returned_quantity,
           level.on_hand, level.held
      FROM shopping.order_line AS line
      JOIN inventory.stock_level AS level
        ON level.network_id = $1 AND level.sku_id = line.sku_id
     WHERE line.network_id = $1 AND line.order_id = $2
"""


async def a_paid_sale(market: Market) -> tuple[Consumer, Any]:
    """Of units of something that only the brand has, and nobody else buys."""
    good: Good = await market.good(**{BRAND: STOCK})
    [consumer] = await market.consumers(1)
    placed = await market.buy(consumer, good, UNITS)
    assert await market.pay(consumer, placed)
    await settled(market)
    return consumer, await market.look(consumer, placed["order"]["id"])


async def staff_ask(
    market: Market, name: str, document: str, *, at: int | None = None, **values: object
) -> Reply:
    return await market.crowd.ask(market.dealers[name], document, values, at=at)


async def line_of(market: Market, order: Any) -> dict[str, int]:
    """What stands of its one line, and of its good."""
    order_id = from_id("ConsumerOrder", order["id"])
    row = await market.house.owner.fetchrow(FETCH_LINE, market.network_id, order_id)
    return dict(row or {})


def told(replies: list[Reply]) -> Counter[str]:
    return Counter("+".join(reply.problems) or "done" for reply in replies)


async def test_the_same_units_are_taken_back_once(market: Market) -> None:
    """Asked for by many at once, and accepted by all who may, while their price is lowered."""
    for _ in range(SALES):
        consumer, order = await a_paid_sale(market)
        [line] = order["lines"]
        shipped = await staff_ask(market, BRAND, SHIP, saleId=sale_of(order["id"]))
        assert shipped.problems == []
        wanted = [{"lineId": line["id"], "quantity": UNITS - 1}]

        asked = await at_once(
            [
                market.ask(
                    consumer,
                    "ShopAfterSaleRequest",
                    orderId=order["id"],
                    lines=wanted,
                    reason="太小",
                )
                for _ in range(ASKING)
            ]
        )
        assert told(asked)["done"] == 1
        [after_sale] = [reply.payload["afterSale"]["id"] for reply in asked if not reply.problems]

        amount = {"amount": "20.00", "currency": "CNY"}
        done = await at_once(
            [
                staff_ask(market, name, DECIDE, at=at, afterSaleId=after_sale, isAccepted=True)
                for name in (RETAILER, BRAND)
                for at in range(2)
            ]
            + [
                staff_ask(
                    market,
                    RETAILER,
                    REFUND_PRICE,
                    at=at,
                    lineId=line["id"],
                    amount=amount,
                    reason="补偿",
                )
                for at in range(2)
            ]
        )
        # The store's word and the brand's, whose goods they are: again, if that came too early.
        assert told(done[:ASKING])["done"] in (1, 2)
        await staff_ask(market, BRAND, DECIDE, afterSaleId=after_sale, isAccepted=True)
        await settled(market)
        left = await line_of(market, order)
        assert left["returned_quantity"] == UNITS - 1
        assert (left["on_hand"], left["held"]) == (STOCK - 1, 0)
        refunds = (await market.look(consumer, order["id"]))["refunds"]
        assert [refund["cause"] for refund in refunds].count("RETURN") == 1


async def test_no_unit_is_both_sent_and_paid_back(market: Market) -> None:
    """Two are sent already. The rest is sent, called off by the consumer and by the store, and its
    price lowered, while what was sent is asked back: all at once."""
    for _ in range(SALES):
        consumer, order = await a_paid_sale(market)
        [line] = order["lines"]
        sale, half = sale_of(order["id"]), [{"lineId": line["id"], "quantity": UNITS // 2}]
        first = await staff_ask(market, BRAND, SHIP, saleId=sale, lines=half)
        assert first.problems == []
        amount = {"amount": "150.00", "currency": "CNY"}
        lowers = {"lineId": line["id"], "amount": amount, "reason": "补偿"}

        replies = await at_once(
            [
                staff_ask(market, BRAND, SHIP, saleId=sale),
                market.ask(consumer, "ShopOrderCancel", orderId=order["id"]),
                staff_ask(market, RETAILER, CANCEL_SALE, saleId=sale, reason="缺货"),
                staff_ask(market, RETAILER, REFUND_PRICE, **lowers),
                staff_ask(market, RETAILER, REFUND_PRICE, **lowers),
                market.ask(
                    consumer,
                    "ShopAfterSaleRequest",
                    orderId=order["id"],
                    lines=half,
                    reason="破损",
                ),
            ]
        )

        sent, called_off, called_off_too, *_ = [not reply.problems for reply in replies]
        assert sent + called_off + called_off_too == 1
        await settled(market)
        left = await line_of(market, order)
        assert left["shipped_quantity"] + left["cancelled_quantity"] == UNITS
        assert (left["on_hand"], left["held"]) == (STOCK - left["shipped_quantity"], 0)


async def test_the_same_deed_sent_many_times_is_done_once(market: Market) -> None:
    """Under one request id, at both processes, as a person does whose network is bad."""
    consumer, order = await a_paid_sale(market)
    [line] = order["lines"]
    sale = sale_of(order["id"])
    deeds = {
        SHIP: {"requestId": "ship", "saleId": sale, "lines": [_units(line, 2)]},
        REFUND_PRICE: {
            "requestId": "lower",
            "lineId": line["id"],
            "amount": {"amount": "10.00", "currency": "CNY"},
            "reason": "补偿",
        },
        CANCEL_SALE: {"requestId": "cancel", "saleId": sale, "reason": "缺货"},
    }
    for document, values in deeds.items():
        replies = await at_once(
            [
                staff_ask(
                    market, BRAND if document == SHIP else RETAILER, document, at=at, **values
                )
                for at in range(10)
            ]
        )
        assert told(replies) == {"done": 10}

    await settled(market)
    seen = await market.look(consumer, order["id"])
    assert [refund["state"] for refund in seen["refunds"]] == ["SUCCEEDED"] * 2
    left = await line_of(market, order)
    assert (left["shipped_quantity"], left["cancelled_quantity"]) == (2, 2)


def _units(line: Any, units: int) -> dict[str, Any]:
    return {"lineId": line["id"], "quantity": units}
