"""`kill -9` while consumers buy and pay, call off and are paid back: afterwards all settles, what
was acknowledged is there, once, and every fen that WeChat took is in our books."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.asking import at_once
from tests.e2e.load import BROKEN, CLEAR, PAUSE_SECONDS, Load
from tests.e2e.shopping.market import DOCUMENTS, PLENTY, Consumer, Good, Market
from tests.e2e.shopping.money import settled
from tests.e2e.sizes import in_proof, sized
from tradeline_server.scenarios.chain import BRAND, RETAILER, TRADER

CONSUMERS = 12
BEFORE = sized(12, 200)  # orders
AFTER = sized(12, 200)
FROZEN_SECONDS = 1.5
CALLED_OFF_OF = 3

# Every order, under the request that it came by.
FETCH_ORDERS = """
    SELECT request.request_id, consumer_order.number
      FROM shopping.consumer_order AS consumer_order
      JOIN shopping.order_line AS line
        ON line.network_id = $1 AND line.order_id = consumer_order.id AND line.sku_id = $2
      LEFT JOIN kernel.request AS request
        ON request.network_id = $1 AND request.answer_id = consumer_order.id
       AND request.org_id = -consumer_order.member_id AND request.request_id LIKE 'order-%'
     WHERE consumer_order.network_id = $1 AND line.line_no = 1
"""


@pytest.fixture
async def good(market: Market) -> Good:
    return await market.good(**{RETAILER: PLENTY, TRADER: PLENTY, BRAND: PLENTY})


@pytest.fixture
async def load(market: Market, good: Good) -> Load:
    """Consumers who each buy one after the other, and press again where no answer comes; of what
    they have paid for they call every third off."""
    consumers = await market.consumers(CONSUMERS)

    async def buy(load: Load, number: int, count: int) -> None:
        consumer = consumers[number]
        values = {"storeId": market.store, "lines": [{"skuId": good.id, "quantity": 1}]}
        put = await load.attempt(consumer.caller, DOCUMENTS["ShopCartPut"], values)
        if put is None:
            return
        order = market.order(consumer, put.payload["cart"], startsPayment=False)
        name, placed = f"order-{number}-{count}", None
        while placed is None and not load.is_over:
            placed = await load.ask(consumer.caller, DOCUMENTS["ShopOrderPlace"], name, order)
        if placed is not None:
            await _pay(market, load, consumer, placed["id"])
            if (number + count) % CALLED_OFF_OF == 0:
                cancel = DOCUMENTS["ShopOrderCancel"]
                await load.attempt(consumer.caller, cancel, {"orderId": placed["id"]})

    return Load(market.crowd, CONSUMERS, buy)


async def _pay(market: Market, load: Load, consumer: Consumer, order_id: str) -> None:
    """Once the cash desk can be opened."""
    start = DOCUMENTS["ShopPaymentStart"]
    while not load.is_over:
        started = await load.attempt(consumer.caller, start, {"orderId": order_id})
        if started is None:
            continue
        if not started.problems:
            await market.pay(consumer, started.payload)
            return
        load.faults["+".join(started.problems)] += 1
        await asyncio.sleep(PAUSE_SECONDS)


async def nothing_is_lost(market: Market, good: Good, load: Load) -> None:
    """What was acknowledged is there; what is there was asked for, and is answered the same when
    it is asked for again. What was never there is taken now, unless the cart is another by now."""
    told = {name: order["number"] for name, order in load.acknowledged.items()}
    found = await numbers(market, good)
    assert {name: found.get(name) for name in told} == told
    assert set(found) <= set(load.sent)
    replies = await at_once(
        [market.crowd.ask(sent.caller, sent.document, sent.values) for sent in load.sent.values()]
    )
    again = {
        name: reply.payload["order"]["number"]
        for name, reply in zip(load.sent, replies, strict=True)
        if "CartChanged" not in reply.problems
    }
    assert {name: again[name] for name in found} == found
    assert await numbers(market, good) == again


async def numbers(market: Market, good: Good) -> dict[str, str]:
    """Of all orders, by the requests that they came by."""
    rows = await market.house.owner.fetch(FETCH_ORDERS, market.network_id, good.sku_id)
    found = {row["request_id"]: row["number"] for row in rows}
    assert len(found) == len(rows)
    return found


async def storm(
    market: Market,
    good: Good,
    load: Load,
    kill: Callable[[], Awaitable[object]],
    mend: Callable[[], Awaitable[object]],
) -> None:
    await load.through_crashes(kill, mend, before=BEFORE, after=AFTER)
    await market.house.healthy()
    await nothing_is_lost(market, good, load)


@in_proof
async def test_one_web_process_is_killed(market: Market, good: Good, load: Load) -> None:
    """The other one goes on, and hears the notices that would have gone to it."""
    first, _ = market.house.webs

    async def others_are_served() -> None:
        await load.progress(AFTER)
        await first.start()

    await storm(market, good, load, first.kill, others_are_served)

    assert set(load.faults) <= BROKEN


async def test_all_web_processes_are_killed(market: Market, good: Good, load: Load) -> None:
    """Who pays meanwhile has paid: WeChat tells us again, or we ask."""

    async def kill() -> None:
        await asyncio.gather(*(web.kill() for web in market.house.webs))

    async def start() -> None:
        await asyncio.gather(*(web.start() for web in market.house.webs))

    await storm(market, good, load, kill, start)

    assert set(load.faults) <= BROKEN


@in_proof
async def test_the_worker_is_killed(market: Market, good: Good, load: Load) -> None:
    """Consumers notice nothing; the next worker pays back what this one was about to."""

    async def start() -> None:
        await load.progress(AFTER)
        await market.house.worker.start()

    await storm(market, good, load, market.house.worker.kill, start)

    assert load.faults == {}


async def test_postgres_is_killed(market: Market, good: Good, load: Load) -> None:
    async def kill() -> None:
        market.house.kill_database()

    await storm(market, good, load, kill, market.house.start_database)

    assert set(load.faults) <= CLEAR
    assert not any(process.has_ended for process in (*market.house.webs, market.house.worker))


@in_proof
async def test_a_backend_of_postgres_is_killed(market: Market, good: Good, load: Load) -> None:
    await storm(market, good, load, market.house.kill_backend, market.house.healthy)

    assert set(load.faults) <= CLEAR


async def test_the_way_to_wechat_and_back_breaks(market: Market, good: Good, load: Load) -> None:
    """Amid calls and notices; orders are taken all the while, and paid for later."""

    async def cut() -> None:
        market.outside.cut()

    async def mend() -> None:
        await load.until(lambda: bool(load.faults))
        market.outside.mend()

    await storm(market, good, load, cut, mend)

    assert set(load.faults) == {"WeChatUnavailable"}


@in_proof
async def test_wechat_answers_nobody_for_a_while(market: Market, good: Good, load: Load) -> None:
    async def freeze() -> None:
        market.outside.freeze()

    async def thaw() -> None:
        await asyncio.sleep(FROZEN_SECONDS)
        market.outside.thaw()

    with contextlib.ExitStack() as stack:
        stack.callback(market.outside.thaw)
        await storm(market, good, load, freeze, thaw)

    assert set(load.faults) <= {"WeChatUnavailable"}


async def test_every_notice_is_lost(market: Market, good: Good, load: Load) -> None:
    """What consumers have paid is found by asking, with nobody telling us."""
    market.outside.notices.cut()
    async with load.coming():
        await load.progress(BEFORE)

    await settled(market)
    await nothing_is_lost(market, good, load)

    assert load.faults == {}
