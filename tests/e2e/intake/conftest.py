"""One house for all stories of order intake, each in a network of its own. After each of them all
has to settle, and the doctor has to find nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.asking import Crowd
from tests.e2e.house import House, a_house
from tests.e2e.sizes import takes_its_time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(takes_its_time)


@pytest.fixture(scope="session")
async def shared_house() -> AsyncIterator[House]:
    async with a_house() as house:
        yield house


@pytest.fixture
async def house(shared_house: House) -> AsyncIterator[House]:
    await shared_house.mend()
    shared_house.complaints()  # those of a story that failed are told already
    yield shared_house
    await shared_house.settled()
    assert await shared_house.violations() == []
    assert shared_house.complaints() == []


@pytest.fixture
async def crowd(house: House) -> AsyncIterator[Crowd]:
    crowd = Crowd(house.webs)
    yield crowd
    crowd.hang_up()
