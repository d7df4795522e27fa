"""`kill -9` amid the load: what was acknowledged is there, once, and nothing only in part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.asking import Crowd
from tests.e2e.house import House
from tests.e2e.intake.looking import shipped, whole_orders
from tests.e2e.intake.ordering import UNITS, orders
from tests.e2e.intake.scene import Scene, make_scene
from tests.e2e.load import BROKEN, CLEAR, Load
from tests.e2e.sizes import in_proof, sized

DEALERS = 12
PLENTY = 10**9
BEFORE = sized(60, 500)  # orders
AFTER = sized(40, 300)


@pytest.fixture
async def scene(house: House, crowd: Crowd) -> Scene:
    scene = await make_scene(house.owner, dealers=DEALERS, stock=[[PLENTY, PLENTY]])
    await crowd.sign_in([scene.brand, *scene.dealers])
    return scene


@pytest.fixture
def load(crowd: Crowd, scene: Scene) -> Load:
    return orders(crowd, scene)


async def nothing_is_lost(house: House, scene: Scene, load: Load) -> None:
    """Before and after everything is sent again; and what follows from it is done by the worker."""
    told = {name: one["number"] for name, one in load.acknowledged.items()}
    lines, units = len(UNITS), sum(UNITS.values())

    found = await whole_orders(house, scene, lines=lines, units=units)

    assert {name: told[name] for name in told if name in found} == {
        name: number for name, number in told.items() if name.startswith("order-")
    }
    assert set(found) <= set(load.sent)
    again = {name: one["number"] for name, one in (await load.send_all_again()).items()}
    orders = {name: number for name, number in again.items() if name.startswith("order-")}
    assert {name: again[name] for name in told} == told
    assert await whole_orders(house, scene, lines=lines, units=units) == orders
    assert {name: orders[name] for name in found} == found
    await house.settled()
    shipments = len(again) - len(orders)
    assert shipments > 0
    assert await shipped(house, scene) == {
        "shipments": shipments,
        "obligations": shipments,
        "journals": 2 * shipments,
    }


async def storm(
    house: House,
    scene: Scene,
    load: Load,
    kill: Callable[[], Awaitable[object]],
    mend: Callable[[], Awaitable[object]],
) -> None:
    await load.through_crashes(kill, mend, before=BEFORE, after=AFTER)
    await house.healthy()
    await nothing_is_lost(house, scene, load)


@in_proof
async def test_one_web_process_is_killed(house: House, scene: Scene, load: Load) -> None:
    """The other one goes on."""
    first, _ = house.webs

    async def others_are_served() -> None:
        await load.progress(AFTER)
        await first.start()

    await storm(house, scene, load, first.kill, others_are_served)

    assert set(load.faults) <= BROKEN


async def test_all_web_processes_are_killed(house: House, scene: Scene, load: Load) -> None:
    async def kill() -> None:
        await asyncio.gather(*(web.kill() for web in house.webs))

    async def start() -> None:
        await asyncio.gather(*(web.start() for web in house.webs))

    await storm(house, scene, load, kill, start)

    assert set(load.faults) <= BROKEN


@in_proof
async def test_the_worker_is_killed(house: House, scene: Scene, load: Load) -> None:
    """Callers notice nothing; the next worker goes on where it was."""

    async def start() -> None:
        while not all((await house.under_way()).values()):
            await load.progress(AFTER)
        await house.worker.start()

    await storm(house, scene, load, house.worker.kill, start)

    assert load.faults == {}


async def test_postgres_is_killed(house: House, scene: Scene, load: Load) -> None:
    """The web processes and the worker live on, and find it again when it is back."""

    async def kill() -> None:
        house.kill_database()

    await storm(house, scene, load, kill, house.start_database)

    assert set(load.faults) & CLEAR
    assert set(load.faults) <= CLEAR
    assert not any(process.has_ended for process in (*house.webs, house.worker))


@in_proof
async def test_a_backend_of_postgres_is_killed(house: House, scene: Scene, load: Load) -> None:
    """PostgreSQL breaks all connections then, recovers, and is found again."""
    await storm(house, scene, load, house.kill_backend, house.healthy)

    assert set(load.faults) <= CLEAR
    assert not any(process.has_ended for process in (*house.webs, house.worker))
