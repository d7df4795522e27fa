"""The network of a bench: what it makes is what the application would have made."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from tradeline.catalog.search_text import search_index, sort_key_of
from tradeline.kernel import Actor, Locale
from tradeline.ordering import NewOrder, NewOrderLine, place_orders
from tradeline.settlement import count_under_way
from tradeline_server.bench import scene as scenes
from tradeline_server.bench.past import make_past
from tradeline_server.bench.queries import outcome as queries
from tradeline_server.bench.reckoning import lost_orders, oversold_units
from tradeline_server.bench.scene import Scene, make_scene
from tradeline_server.doctor import examine

SKUS, DEALERS, PAST = 60, 12, 40


@pytest.fixture(scope="module")
async def bench_dsn(clone: Callable[[], Awaitable[str]]) -> str:
    return await clone()


@pytest.fixture(scope="module")
async def scene(bench_dsn: str) -> Scene:
    told: list[str] = []
    made = await make_scene(bench_dsn, relationships=DEALERS, skus=SKUS, tell=told.append)
    before = await foreign_keys(bench_dsn)
    await make_past(bench_dsn, made, PAST, told.append)
    assert "Making history: 40 of 40 orders" in told
    assert await foreign_keys(bench_dsn) == before
    return made


async def foreign_keys(dsn: str) -> list[tuple[str, str, bool]]:
    """What refers to what, and whether it is known to hold."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch(
            """SELECT conrelid::regclass::text, pg_get_constraintdef(oid), convalidated
                 FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2"""
        )
    finally:
        await conn.close()
    assert rows
    assert all(row["convalidated"] for row in rows)
    return [tuple(row) for row in rows]


@pytest.fixture
async def owner(bench_dsn: str, scene: Scene) -> AsyncIterator[asyncpg.Connection]:
    """Whatever a test breaks is whole again after it."""
    conn = await asyncpg.connect(bench_dsn)
    broken = conn.transaction()
    await broken.start()
    yield conn
    await broken.rollback()
    await conn.close()


async def dealer_of(conn: asyncpg.Connection, scene: Scene, position: int) -> Actor:
    org_id = await conn.fetchval(
        "SELECT buyer_org_id FROM organizations.relationship WHERE id = $1",
        scene.dealers[position].relationship_id,
    )
    return Actor(
        network_id=scene.network_id,
        org_id=org_id,
        api_client_id=1,
        permissions=frozenset(scenes.DEALER_MAY),
        locale=Locale.EN,
    )


async def test_the_doctor_finds_nothing(owner: asyncpg.Connection) -> None:
    report = await examine(owner)

    assert [finding.message() for finding in report.findings if finding.count] == []
    assert await count_under_way(owner) == 0


async def test_the_past_is_there_in_full(owner: asyncpg.Connection, scene: Scene) -> None:
    orders = await queries.fetch_orders(owner, scene.network_id, 0)
    last_order, last_obligation, last_event = await queries.fetch_marks(owner, scene.network_id)

    assert len(orders) == last_order == PAST
    assert last_obligation > PAST
    assert last_event == 2 * PAST
    assert await owner.fetchval("SELECT sum(owed_minor) FROM settlement.exposure") == -3 * (
        scenes.CREDIT_MINOR
    )


async def test_skus_are_found_by_what_the_catalog_would_index(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """SELECT sku.name, sku.name_en, sku.code, product.name AS product, product.name_en AS
                  product_en, product.code AS product_code, product.brand, sku.sort_key,
                  sku.search_text, sku.search_grams
             FROM catalog.sku JOIN catalog.product ON product.id = sku.product_id"""
    )

    assert len(rows) == SKUS
    for row in rows:
        index = search_index(list(row.values())[:7])
        assert row["search_text"] == index.text
        assert tuple(row["search_grams"]) == index.grams
        assert row["sort_key"] == sort_key_of(row["name"])


async def test_every_dealer_may_buy_everything_that_is_not_scarce(
    owner: asyncpg.Connection, scene: Scene
) -> None:
    """On credit and deposit, in and out of a territory, from either warehouse, by unit and case."""
    plenty = range(scenes.SCARCE_SKUS, SKUS)
    lines = tuple(
        NewOrderLine(scene.sku_ids[at], 1, scene.case_ids[at])
        if at % 2
        else NewOrderLine(scene.sku_ids[at], 12, None)
        for at in plenty
    )
    requests = []
    for position, dealer in enumerate(scene.dealers):
        assert dealer.relationship_id is not None
        order = NewOrder(
            relationship_id=dealer.relationship_id, lines=lines, ship_to_region=scenes.REGION
        )
        requests.append((await dealer_of(owner, scene, position), order))

    placed = await place_orders(owner, network_id=scene.network_id, requests=requests)

    assert [type(outcome) for outcome in placed] == [int] * DEALERS


async def test_an_order_that_is_not_whole_is_lost(owner: asyncpg.Connection, scene: Scene) -> None:
    before = await queries.fetch_orders(owner, scene.network_id, 0)
    told = list(before.items())

    await owner.execute("UPDATE ordering.order_line SET amount_minor = 1 WHERE order_id = 3")
    await owner.execute("UPDATE ordering.trade_order SET number = 'gone' WHERE id = 5")

    after = await queries.fetch_orders(owner, scene.network_id, 0)
    assert lost_orders(told, before) == []
    assert lost_orders(told, after) == ["SO00000003", "SO00000005"]


async def test_more_sold_than_ever_came_in_is_oversold(
    owner: asyncpg.Connection, scene: Scene
) -> None:
    async def oversold() -> dict[int, int]:
        return oversold_units(
            await queries.fetch_sold(owner, scene.network_id),
            await queries.fetch_brought_in(owner, scene.network_id),
        )

    assert await oversold() == {}
    sku_id, sold = await owner.fetchrow(
        "SELECT sku_id, sum(quantity)::bigint FROM ordering.order_line GROUP BY 1 ORDER BY 1"
    )

    await owner.execute(
        """UPDATE inventory.stock_movement SET quantity = CASE reason WHEN 'opening' THEN 1
           ELSE quantity END WHERE sku_id = $1""",
        sku_id,
    )
    await owner.execute(
        "DELETE FROM inventory.stock_movement WHERE sku_id = $1 AND reason = 'adjustment'", sku_id
    )

    openings = await owner.fetchval(
        "SELECT count(*) FROM inventory.stock_movement WHERE sku_id = $1 AND reason = 'opening'",
        sku_id,
    )
    assert await oversold() == {sku_id: sold - openings}


async def test_a_database_that_forgets_is_told_as_such(owner: asyncpg.Connection) -> None:
    """The tests' server does; a bench's own does not (tests/e2e/test_bench.py)."""
    if await owner.fetchval("SHOW fsync") == "on":
        pytest.skip("this database server is durable")

    assert (await queries.show_durability(owner)).startswith("off")
