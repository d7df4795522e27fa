"""Stock that was set aside for a while becomes free by itself, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.asking import Caller, Crowd, at_once, mutation
from tests.e2e.house import LOOK_SECONDS, House
from tests.e2e.intake.looking import levels, traces
from tests.e2e.intake.scene import Scene, make_scene

UNITS = 100
LIFE_SECONDS = 3.0
FREE_SECONDS_MAX = 30.0
HOLDERS = 20
HOLD = mutation("stockHold", "stockHold { id }")
PLACE = mutation("orderPlace", "order { id }")

# What the worker waits for: in the statement that lets holds lapse, or after it, when it tells.
LOCK_ONE_HOLD = """
    SELECT id
      FROM inventory.stock_hold
     WHERE expires_at > now() - interval '1 minute' AND quantity > 0
     ORDER BY id DESC
     LIMIT 1
       FOR UPDATE
"""
LOCK_OUTBOX = "LOCK TABLE kernel.outbox_event IN SHARE MODE"
COUNT_WAITING = """
    SELECT count(*)
      FROM pg_stat_activity
     WHERE wait_event_type = 'Lock' AND $1 = ANY(pg_blocking_pids(pid))
"""
COUNT_LAPSED = """
    SELECT count(*) FILTER (WHERE quantity > 0) AS holding, count(*) AS holds,
           (SELECT count(*) FROM kernel.outbox_event
             WHERE network_id = $1 AND topic = 'stock.hold_expired') AS events,
           (SELECT sum((payload ->> 'quantity')::bigint)::bigint FROM kernel.outbox_event
             WHERE network_id = $1 AND topic = 'stock.hold_expired') AS freed
      FROM inventory.stock_hold
     WHERE network_id = $1 AND expires_at IS NOT NULL
"""


async def a_scene(house: House, crowd: Crowd) -> Scene:
    """Everything there is stands in two warehouses."""
    scene = await make_scene(house.owner, dealers=HOLDERS, stock=[[UNITS // 2], [UNITS // 2]])
    await crowd.sign_in(scene.dealers)
    return scene


async def hold_everything(crowd: Crowd, scene: Scene) -> float:
    """Every dealer sets its share aside; until when, by our clock."""
    ended = time.monotonic() + LIFE_SECONDS
    ends_at = datetime.now(UTC) + timedelta(seconds=LIFE_SECONDS)
    [line] = scene.lines({0: UNITS // HOLDERS})
    replies = await at_once(
        [
            crowd.ask(
                dealer,
                HOLD,
                {
                    "relationshipId": dealer.edge,
                    "lines": [line],
                    "expiresAt": ends_at.isoformat(),
                },
            )
            for dealer in scene.dealers
        ]
    )
    assert [reply.problems for reply in replies] == [[]] * HOLDERS
    assert time.monotonic() < ended, "they were all set aside in time"
    return ended


async def held(house: House, scene: Scene) -> int:
    return sum(held for _, held in (await levels(house, scene)).values())


async def free_again(house: House, scene: Scene) -> None:
    deadline = time.monotonic() + FREE_SECONDS_MAX
    while await held(house, scene):
        assert time.monotonic() < deadline, "what has lapsed does not become free"
        await asyncio.sleep(LOOK_SECONDS)


async def all_lapsed_once(house: House, scene: Scene) -> None:
    """Each hold has told its end, and all of them together what they held."""
    row = await house.owner.fetchrow(COUNT_LAPSED, scene.network_id)
    assert row is not None
    assert (row["holding"], row["freed"]) == (0, UNITS)
    assert row["events"] == HOLDERS


async def test_what_was_set_aside_becomes_free_by_itself(house: House, crowd: Crowd) -> None:
    scene = await a_scene(house, crowd)

    await hold_everything(crowd, scene)

    assert await held(house, scene) == UNITS
    [dealer, *_] = scene.dealers
    refused = await crowd.ask(dealer, PLACE, scene.order(dealer, {0: 1}))
    assert refused.problems == ["NotEnoughStock"]
    await free_again(house, scene)
    await all_lapsed_once(house, scene)
    assert (await crowd.ask(dealer, PLACE, scene.order(dealer, {0: UNITS}))).problems == []


@pytest.mark.parametrize("lock", [LOCK_ONE_HOLD, LOCK_OUTBOX], ids=["freeing", "telling"])
async def test_a_worker_that_dies_while_it_frees_stock_leaves_nothing_behind(
    house: House, crowd: Crowd, lock: str
) -> None:
    """It is killed in the middle, where it waits for a lock of ours. The next one finds all as it
    was."""
    scene = await a_scene(house, crowd)
    await hold_everything(crowd, scene)
    await house.settled()
    async with house.owner.acquire() as conn:
        async with conn.transaction():
            await conn.execute(lock)
            await somebody_waits(house, await conn.fetchval("SELECT pg_backend_pid()"))

            await house.worker.kill()

        assert await held(house, scene) == UNITS
    assert not await house.owner.fetchval(
        "SELECT count(*) FROM kernel.outbox_event"
        " WHERE network_id = $1 AND topic = 'stock.hold_expired'",
        scene.network_id,
    )
    await house.worker.start()

    await free_again(house, scene)
    await all_lapsed_once(house, scene)


async def somebody_waits(house: House, pid: int) -> None:
    deadline = time.monotonic() + FREE_SECONDS_MAX
    while not await house.owner.fetchval(COUNT_WAITING, pid):
        assert time.monotonic() < deadline, "the worker does not come to it"
        await asyncio.sleep(LOOK_SECONDS)


async def test_whoever_races_for_stock_that_lapses_never_gets_more_than_there_is(
    house: House, crowd: Crowd
) -> None:
    """They ask again and again from before it lapses until all of it is sold."""
    scene = await a_scene(house, crowd)
    lapses_at = await hold_everything(crowd, scene)
    sold: list[float] = []

    async def keep_asking(dealer: Caller) -> None:
        while len(sold) < UNITS:
            reply = await crowd.ask(dealer, PLACE, scene.order(dealer, {0: 1}))
            assert reply.problems in ([], ["NotEnoughStock"])
            if not reply.problems:
                sold.append(time.monotonic())
            assert time.monotonic() < lapses_at + FREE_SECONDS_MAX, f"only {len(sold)} are sold"

    await at_once([keep_asking(dealer) for dealer in scene.dealers])

    last = await crowd.ask(scene.dealers[0], PLACE, scene.order(scene.dealers[0], {0: 1}))
    assert last.problems == ["NotEnoughStock"]
    assert len(sold) == UNITS
    assert min(sold) >= lapses_at
    assert sorted((await levels(house, scene)).values()) == [(UNITS // 2, UNITS // 2)] * 2
    assert (await traces(house, scene))["orders"] == UNITS
    await all_lapsed_once(house, scene)
