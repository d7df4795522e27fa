"""One street for all that is bought in these tests, each by consumers of its own; and one market,
a house that is stormed, and that has to settle after each story, with every fen where it belongs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.shopping.market import Market, a_market
from tests.e2e.shopping.money import every_fen_is_where_it_belongs, settled
from tests.e2e.shopping.street import Street, a_street
from tests.e2e.sizes import takes_its_time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(takes_its_time)


@pytest.fixture(scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    home: Path = tmp_path_factory.mktemp("street")
    async with a_street(home) as street:
        yield street


@pytest.fixture(scope="session")
async def shared_market() -> AsyncIterator[Market]:
    async with a_market() as market:
        yield market


@pytest.fixture
async def market(shared_market: Market) -> AsyncIterator[Market]:
    house = shared_market.house
    shared_market.outside.mend()
    shared_market.outside.thaw()
    await house.mend()
    house.complaints()  # those of a story that failed are told already
    await shared_market.crowd.sign_in(list(shared_market.dealers.values()))
    yield shared_market
    await settled(shared_market)
    await every_fen_is_where_it_belongs(shared_market)
    assert await house.violations() == []
    assert house.complaints() == []
