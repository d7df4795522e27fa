"""Paying, calling off and running out of time, in every order and at once, with notices that come
twice, late, in the wrong order, forged or never: nobody is charged for nothing."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.asking import at_once
from tests.e2e.shopping.market import PLENTY, Consumer, Market
from tests.e2e.shopping.money import settled
from tests.e2e.sizes import sized
from tradeline.kernel import Connection
from tradeline_graph._ids import from_id
from tradeline_server.scenarios.chain import BRAND
from tradeline_server.wechat.simulator import Mischief
from tradeline_server.worker import POLL_SECONDS

EVENTS = ("pay", "cancel", "expire")
# In each order one after the other, and all at once.
COURSES = (*(tuple((event,) for event in way) for way in itertools.permutations(EVENTS)), (EVENTS,))
MISCHIEF = (None, Mischief.TWICE, Mischief.LATE, Mischief.HOLD, Mischief.LOSE)
ROUNDS = sized(1, 12)
LATE_SECONDS = 1.5
LATER_SECONDS, NEVER_SECONDS = 0.5, 600.0
WAIT_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.02
PAUSE_SECONDS = 0.3
JSAPI = "/v3/pay/transactions/jsapi"

LOCK_ORDER = "SELECT FROM shopping.consumer_order WHERE network_id = $1 AND id = $2 FOR UPDATE"
RUNS_OUT = """
    UPDATE shopping.consumer_order SET expires_at = now() + $3 * interval '1 second'
     WHERE network_id = $1 AND id = $2
"""
COUNT_WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
FETCH_NUMBERS = """
    SELECT reference_id, number FROM payments.payment
     WHERE network_id = $1 AND reference_type = 'consumer_order'
       AND reference_id = ANY($2::bigint[])
"""
COUNT_STEPS = """
    SELECT count(*) FROM shopping.order_event
     WHERE network_id = $1 AND order_id = $2 AND step = 'pay'
"""


@dataclass(slots=True)
class Purchase:
    """`is_charged` once the cash desk has taken the money."""

    consumer: Consumer
    placed: Mapping[str, Any]
    course: Sequence[Sequence[str]] = ()
    is_charged: bool = False

    @property
    def order_id(self) -> str:
        return str(self.placed["order"]["id"])

    async def undergo(self, market: Market, event: str) -> None:
        if event == "pay":
            self.is_charged = await market.pay(self.consumer, self.placed)
        elif event == "cancel":
            reply = await market.ask(self.consumer, "ShopOrderCancel", orderId=self.order_id)
            assert reply.problems in ([], ["WrongState"])
        else:
            await market.hurry([self.order_id])


async def purchases(market: Market, count: int) -> list[Purchase]:
    good = await market.good(**{BRAND: PLENTY})
    consumers = await market.consumers(count)
    placed = await at_once([market.buy(consumer, good) for consumer in consumers])
    return [Purchase(*pair) for pair in zip(consumers, placed, strict=True)]


async def numbers_of(market: Market, bought: Sequence[Purchase]) -> dict[str, str]:
    """What WeChat knows their payments by, by order."""
    ids = {from_id("ConsumerOrder", one.order_id): one.order_id for one in bought}
    rows = await market.house.owner.fetch(FETCH_NUMBERS, market.network_id, list(ids))
    return {ids[row["reference_id"]]: row["number"] for row in rows}


async def disturb(market: Market, number: str, mischief: Mischief | None) -> None:
    if mischief is not None:
        await market.play("disturb", mischief=mischief, about=number, seconds=LATE_SECONDS)


async def test_nobody_is_charged_without_goods_whatever_comes_first(market: Market) -> None:
    courses = list(itertools.product(COURSES, MISCHIEF)) * ROUNDS
    bought = await purchases(market, len(courses))
    numbers = await numbers_of(market, bought)
    for one, (course, mischief) in zip(bought, courses, strict=True):
        one.course = course
        await disturb(market, numbers[one.order_id], mischief)

    for step in range(len(EVENTS)):
        await at_once(
            [
                one.undergo(market, event)
                for one in bought
                if step < len(one.course)
                for event in one.course[step]
            ]
        )
        await asyncio.sleep(PAUSE_SECONDS)
    await market.play("release", backwards=True)
    await settled(market)

    await everybody_has_the_goods_or_the_money(market, bought, numbers)


async def everybody_has_the_goods_or_the_money(
    market: Market, bought: Sequence[Purchase], numbers: Mapping[str, str]
) -> None:
    """By what WeChat says of the consumers' money, and what we tell them of their orders."""
    back: dict[str, int] = {}
    for refund in (await market.play("state"))["refunds"]:
        number = refund["out_trade_no"]
        back[number] = back.get(number, 0) + refund["amount"]["refund"]
    seen = await at_once([market.look(one.consumer, one.order_id) for one in bought])
    for one, order in zip(bought, seen, strict=True):
        total = round(float(order["total"]["amount"]) * 100)
        charged = total * one.is_charged - back.get(numbers[one.order_id], 0)
        assert order["state"] in ("TO_SHIP", "CANCELLED", "EXPIRED"), (one.course, order["state"])
        assert charged == (total if order["state"] == "TO_SHIP" else 0), one.course


@pytest.mark.parametrize("queue", list(itertools.permutations(EVENTS, 2)), ids="-".join)
async def test_whoever_waits_for_an_order_finds_it_as_the_one_before_left_it(
    market: Market, queue: Sequence[str]
) -> None:
    """Both come to it while somebody else has it. Its time runs out by itself: soon, or once the
    other one waits."""
    [one] = bought = await purchases(market, 1)
    numbers = await numbers_of(market, bought)
    order_id = from_id("ConsumerOrder", one.order_id)
    deeds = []
    async with market.house.owner.acquire() as conn:
        seconds = LATER_SECONDS * queue.index("expire") if "expire" in queue else NEVER_SECONDS
        await conn.execute(RUNS_OUT, market.network_id, order_id, seconds)
        async with conn.transaction():
            await conn.execute(LOCK_ORDER, market.network_id, order_id)
            for place, event in enumerate(queue, start=1):
                if event == "expire":
                    await asyncio.sleep(
                        LATER_SECONDS + POLL_SECONDS
                    )  # there is no telling who waits
                else:
                    deeds.append(asyncio.create_task(one.undergo(market, event)))
                await so_many_wait(conn, place)
    await at_once(deeds)
    await settled(market)

    await everybody_has_the_goods_or_the_money(market, bought, numbers)


async def so_many_wait(conn: Connection, count: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while await conn.fetchval(COUNT_WAITING) < count:
        assert time.monotonic() < deadline, f"{count} do not come to it"
        await asyncio.sleep(LOOK_SECONDS)


async def test_each_order_is_paid_once_whatever_becomes_of_its_notices(market: Market) -> None:
    """Forged ones come before true ones, all of them to both processes, and some never."""
    kinds = [None, *Mischief] * ROUNDS
    bought = await purchases(market, len(kinds))
    numbers = await numbers_of(market, bought)
    for one, mischief in zip(bought, kinds, strict=True):
        await disturb(market, numbers[one.order_id], mischief)

    assert all(await at_once([market.pay(one.consumer, one.placed) for one in bought]))
    await asyncio.sleep(PAUSE_SECONDS)
    await market.play("release", backwards=True)
    await settled(market)

    for one in bought:
        assert (await market.look(one.consumer, one.order_id))["state"] == "TO_SHIP"
        order_id = from_id("ConsumerOrder", one.order_id)
        assert await market.house.owner.fetchval(COUNT_STEPS, market.network_id, order_id) == 1


async def test_a_notice_may_come_before_the_answer_that_lets_one_pay(market: Market) -> None:
    """WeChat has the payment, and its answer is under way for long: of the one process, while the
    consumer asks the other one, pays, and is told so."""
    good = await market.good(**{BRAND: PLENTY})
    [consumer] = await market.consumers(1)
    cart = await market.cart(consumer, {good: 1})
    order = market.order(consumer, cart, startsPayment=False)
    placed = (await market.place(consumer, order)).payload
    order_id = placed["order"]["id"]
    await market.play("fail", mishap="slow", path=JSAPI, times=1, seconds=LATE_SECONDS)

    slow = asyncio.create_task(market.ask(consumer, "ShopPaymentStart", orderId=order_id))
    await asyncio.sleep(PAUSE_SECONDS)
    quick = await market.ask(consumer, "ShopPaymentStart", orderId=order_id)
    assert not slow.done()
    assert await market.pay(consumer, quick.payload)
    await settled(market)
    assert not slow.done()
    assert (await market.look(consumer, order_id))["state"] == "TO_SHIP"

    assert (await slow).problems in ([], ["NotPayable"])
    assert (await market.look(consumer, order_id))["state"] == "TO_SHIP"
