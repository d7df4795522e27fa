"""A store with its suppliers in a database of its own, in which the doctor finds nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_sale_rows import Counter
from tests.factories_sales import a_counter


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        yield counter
