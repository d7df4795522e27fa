"""A place of its own for each test, since its worker sees all networks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tests.factories_ordering import Market, a_market
from tests.factories_outbox import Place, a_place
from tests.factories_webhooks import Receiver, a_receiver, telling_loopback


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@pytest.fixture
async def market(place: Place) -> Market:
    return await a_market(place.owner_pool, place.db)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as made:
        yield made


@pytest.fixture
def loopback() -> Iterator[None]:
    with telling_loopback():
        yield
