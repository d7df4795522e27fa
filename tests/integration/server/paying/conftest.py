from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_paying import Counter, a_counter


@pytest.fixture(scope="module")
async def open_counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        yield counter


@pytest.fixture
async def counter(open_counter: Counter) -> Counter:
    await open_counter.emptied()
    return open_counter
