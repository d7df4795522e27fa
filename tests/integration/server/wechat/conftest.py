from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.factories_wechat import Market, Site, open_site


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


@pytest.fixture
async def market(site: Site) -> AsyncIterator[Market]:
    async with site.market() as market:
        yield market
