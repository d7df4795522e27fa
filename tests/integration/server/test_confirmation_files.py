"""The sheet of lines to confirm: downloaded, filled in, uploaded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from litestar import Litestar
from litestar.datastructures import State

from tests.factories_files import sheets_of
from tests.factories_ordering import Market, a_market, lines, placed
from tests.integration.identity.test_tokens import KEYS
from tests.integration.ordering.test_steps import do, state_of
from tests.integration.server.test_auth import a_browser
from tests.integration.server.test_files import error_in, get
from tradeline.kernel import Database, Pool
from tradeline.ordering import OrderState, apply_confirmations
from tradeline_server.files.routes import FILES
from tradeline_server.graph import GRAPH


@pytest.fixture
async def market(owner_pool: Pool, db: Database) -> Market:
    return await a_market(owner_pool, db)


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    app = Litestar([*GRAPH, *FILES], state=State({"db": db, "token_keys": KEYS}))
    async with a_browser(app) as client:
        yield client


async def test_what_is_downloaded_and_uploaded_as_it_is_confirms_all_that_waits(
    client: httpx2.AsyncClient, db: Database, market: Market
) -> None:
    seller = market.story.actor("trader_a")
    for kind in ("xlsx", "csv"):
        ids = [await placed(db, market, tea=3, oil=1), await placed(db, market, tea=2)]
        for locale in ("zh", "en"):
            path = f"/files/order-confirmations.{kind}?locale={locale}"
            file = await get(client, db, path, market.story, "trader_a")
            assert file.status_code == 200

        done = await do(db, seller, apply_confirmations, name=f"sheet.{kind}", content=file.content)

        assert done == 2
        assert [await state_of(db, market, it) for it in ids] == [OrderState.TO_SHIP] * 2
        for order_id in ids:
            assert not any(line.refused_quantity for line in await lines(db, market, order_id))


async def test_the_sheet_holds_only_ones_own_lines_and_no_formula(
    client: httpx2.AsyncClient, db: Database, owner_pool: Pool, market: Market
) -> None:
    order_id = await placed(db, market, tea=3)
    await owner_pool.execute(
        "UPDATE ordering.order_line SET sku_name = '=1+1', sku_name_en = '@x'"
        " WHERE network_id = $1 AND order_id = $2",
        market.story.network_id,
        order_id,
    )
    path = "/files/order-confirmations.xlsx?locale=en"

    own = await get(client, db, path, market.story, "trader_a")
    other = await get(client, db, path, market.story, "trader_b")

    [[head, row]] = sheets_of(own.content)
    assert head[5:8] == ["Confirmed", "Promised on", "Reason"]
    assert head[8:] == ["Substitute code", "Substitute quantity", "Offer valid until"]
    assert row[1:6] == ["1", "TEA", "'@x", "3", "3"]
    assert [len(table) for table in sheets_of(other.content)] == [1]
    table = await get(client, db, path.replace("xlsx", "csv"), market.story, "trader_a")
    assert ",'@x," in table.text
    nobody = await client.get(path)
    assert error_in(nobody) == {"status": 401, "code": "UNAUTHENTICATED"}
    await owner_pool.execute(
        "UPDATE identity.membership_role SET role_id = $3"
        "  WHERE network_id = $1 AND membership_id = $2",
        market.story.network_id,
        market.story.memberships["trader_a"],
        market.story.roles["finance"],
    )
    refused = await get(client, db, path, market.story, "trader_a")
    assert error_in(refused) == {"status": 403, "code": "FORBIDDEN"}
