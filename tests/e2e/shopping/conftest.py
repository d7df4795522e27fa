"""One street for all that is bought in these tests, each by consumers of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.shopping.street import Street, a_street


@pytest.fixture(scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    home: Path = tmp_path_factory.mktemp("street")
    async with a_street(home) as street:
        yield street
