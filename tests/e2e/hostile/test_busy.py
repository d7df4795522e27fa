"""More orders than can be placed: whoever finds the queue full is told so at once, and when to come
again; whoever leaves it has no order; and nobody waits for nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.asking import Caller, Crowd, Reply
from tests.e2e.hostile.raw import asking, calling, request
from tests.e2e.house import House
from tests.e2e.intake.looking import traces, traces_of
from tests.e2e.intake.scene import Scene, make_scene
from tests.e2e.sizes import sized
from tradeline_graph._intake import WAITING_WEIGHT_MAX, weight_of

SKUS = 1_000
TURNED_AWAY = sized(60, 500)
AT_ONCE_SECONDS_MAX = 5.0
PLACE = (
    "mutation ($input: OrderPlaceInput!) { orderPlace(input: $input) { order { number } errors "
    "{ __typename ... on Problem { message path } ... on Busy { retryAfterSeconds } } } }"
)
LOCK_EXPOSURES = "SELECT FROM settlement.exposure WHERE network_id = $1 FOR UPDATE"
FETCH_REQUESTS = """
    SELECT request_id FROM kernel.request WHERE network_id = $1 AND answer_id IS NOT NULL
"""


@dataclass(frozen=True)
class Shop:
    """Where many order at one process."""

    house: House
    crowd: Crowd
    scene: Scene

    async def ask(self, dealer: Caller, request_id: str, want: dict[int, int]) -> Reply:
        given = {"requestId": request_id, **self.scene.order(dealer, want)}
        return await self.crowd.ask(dealer, PLACE, given, at=0)

    async def begin(
        self, dealer: Caller, request_id: str, want: dict[int, int]
    ) -> asyncio.Task[Reply]:
        """Sent, and by then most likely taken."""
        asked = asyncio.create_task(self.ask(dealer, request_id, want))
        await asyncio.sleep(0.1)
        return asked

    @contextlib.asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """While it lasts, no order can be placed: somebody else has what they are to be put on."""
        async with self.house.owner.acquire() as conn, conn.transaction():
            await conn.execute(LOCK_EXPOSURES, self.scene.network_id)
            yield


@pytest.fixture
async def shop(attacked: House) -> AsyncIterator[Shop]:
    scene = await make_scene(attacked.owner, dealers=20, stock=[[10_000] * SKUS])
    crowd = Crowd(attacked.webs)
    await crowd.sign_in(scene.dealers)
    yield Shop(attacked, crowd, scene)
    crowd.hang_up()
    await attacked.settled()
    assert await attacked.violations() == []


def number_of(reply: Reply) -> Any:
    assert reply.problems == [], reply.payload
    return reply.payload["order"]["number"]


async def test_a_full_queue_says_so_at_once_and_the_same_request_is_placed_once_later(
    shop: Shop,
) -> None:
    first, *dealers = shop.scene.dealers
    large = dict.fromkeys(range(SKUS), 1)
    fillers = -(-WAITING_WEIGHT_MAX // weight_of(SKUS))

    async with shop.standing_still():
        under_way = await shop.begin(first, "first", {0: 1})
        waiting = [await shop.begin(dealers[n], f"large {n}", large) for n in range(fillers)]
        began = time.monotonic()
        replies = await asyncio.gather(
            *(shop.ask(dealers[n % 19], f"small {n}", {0: 1}) for n in range(TURNED_AWAY))
        )
        seconds = time.monotonic() - began
    placed = [number_of(reply) for reply in await asyncio.gather(under_way, *waiting)]

    assert seconds < AT_ONCE_SECONDS_MAX
    for reply in replies:
        assert reply.payload["order"] is None
        [busy] = reply.payload["errors"]
        assert (busy["__typename"], busy["path"]) == ("Busy", [])
        assert 1 <= busy["retryAfterSeconds"] <= 60
        assert str(busy["retryAfterSeconds"]) in busy["message"]
    assert len(set(placed)) == fillers + 1
    again = [number_of(await shop.ask(dealers[0], "small 0", {0: 1})) for _ in range(3)]
    assert len({*again, *placed}) == fillers + 2
    orders = await traces(shop.house, shop.scene)
    assert orders == traces_of(fillers + 2, stock_holds=fillers * SKUS + 2)


async def test_whoever_leaves_the_queue_has_no_order_until_asking_again(shop: Shop) -> None:
    first, second, third, fourth, *_ = shop.scene.dealers
    left = {"requestId": "left", **shop.scene.order(second, {0: 1})}

    async with shop.standing_still():
        asked = [await shop.begin(first, "first", {0: 1})]
        async with calling(shop.house.webs[0]) as caller:
            await caller.send(request(asking(PLACE, {"input": left}), token=second.token))
            asked += [await shop.begin(third, "third", {0: 1})]
        asked += [await shop.begin(fourth, "fourth", {0: 1})]
    for reply in await asyncio.gather(*asked):
        number_of(reply)

    rows = await shop.house.owner.fetch(FETCH_REQUESTS, shop.scene.network_id)
    assert sorted(row["request_id"] for row in rows) == ["first", "fourth", "third"]
    again = [number_of(await shop.ask(second, "left", {0: 1})) for _ in range(2)]
    assert again[0] == again[1]
    assert await traces(shop.house, shop.scene) == traces_of(4)
