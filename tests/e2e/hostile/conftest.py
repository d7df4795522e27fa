"""A house under attack. Dealers trade in it all the while and notice nothing; after each kind of
attack the doctor finds nothing, and there is no order but those that the dealers were told of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.asking import Caller, Crowd
from tests.e2e.hostile.others import Others
from tests.e2e.house import House, Web, a_house
from tests.e2e.intake.scene import Scene, make_scene
from tests.e2e.sizes import takes_its_time
from tradeline_server.connections import allow_connections

DEALERS = 3
PLENTY = 10**6
FETCH_NUMBERS = "SELECT number FROM ordering.trade_order WHERE network_id = $1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(takes_its_time)


@pytest.fixture(scope="session")
async def attacked() -> AsyncIterator[House]:
    allow_connections()  # for it takes as many to attack
    async with a_house() as house:
        yield house


@pytest.fixture(scope="session")
async def trading(attacked: House) -> AsyncIterator[Others]:
    """The dealers, before anything happens. The last of the scene's dealers is the attacker."""
    scene = await make_scene(attacked.owner, dealers=DEALERS + 1, stock=[[PLENTY, PLENTY]])
    crowd = Crowd(attacked.webs)
    await crowd.sign_in(scene.dealers)
    others = Others(crowd, scene, scene.dealers[:DEALERS])
    await others.learn_what_is_usual(10)
    yield others
    crowd.hang_up()


@pytest.fixture(scope="module")
async def others(attacked: House, trading: Others) -> AsyncIterator[Others]:
    async with trading:
        yield trading
    trading.assert_undisturbed()
    await attacked.settled()
    rows = await attacked.owner.fetch(FETCH_NUMBERS, trading.scene.network_id)
    assert sorted(row["number"] for row in rows) == sorted(trading.numbers)
    assert await attacked.violations() == []


@pytest.fixture
def web(attacked: House, others: Others) -> Web:
    """The process that is attacked, the one where the dealers trade."""
    return attacked.webs[0]


@pytest.fixture
def scene(others: Others) -> Scene:
    return others.scene


@pytest.fixture
def villain(others: Others) -> Caller:
    """A dealer who is signed in, and wants no order but trouble."""
    return others.scene.dealers[-1]
