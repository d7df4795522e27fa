"""What counts as demand, for whom, and that it counts once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.factories_bundles import a_gift
from tests.factories_ordering import a_market, placed
from tests.factories_sale_rows import Counter, Want
from tests.factories_sales import a_counter, sold
from tests.integration.ordering.test_steps import do
from tradeline.kernel import (
    TRADE_ZONE,
    Database,
    Forbidden,
    InvalidValue,
    Permission,
    Pool,
    Rejected,
)
from tradeline.ordering import (
    Confirmation,
    NewOrder,
    NewOrderLine,
    cancel_order,
    confirm_order,
    place_order,
)
from tradeline.replenishment import (
    DemandBy,
    count_demand,
    load_demand,
    load_sell_in,
    recount_demand,
    series_of,
    watch_stock,
)
from tradeline.replenishment.queries import demand as queries
from tradeline.replenishment.service import demand
from tradeline.shopping import cancel_consumer_order

SHARE = """
    UPDATE organizations.relationship SET shares_sell_out = $3 WHERE network_id = $1 AND id = $2
"""
MOVE_TO_THE_PAST = """
    UPDATE ordering.trade_order SET placed_at = placed_at - make_interval(days => $3)
     WHERE network_id = $1 AND id = $2
"""
SPELL = """
    INSERT INTO replenishment.stock_out (network_id, warehouse_id, sku_id, began_at, ended_at)
    VALUES ($1, $2, $3, $4, $5)
"""
TAKE_OUT = """
    DELETE FROM catalog.assortment_sku AS sold
     USING catalog.assortment AS assortment
     WHERE sold.network_id = $1 AND sold.sku_id = $3
       AND assortment.network_id = $1 AND assortment.id = sold.assortment_id
       AND assortment.seller_org_id = $2
"""
FACTS = """
    SELECT place_type, place_id, sku_id, quantity, returned
      FROM replenishment.demand_day WHERE network_id = $1
"""


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        yield counter


def today() -> date:
    return datetime.now(TRADE_ZONE).date()


async def counted(owner_pool: Pool) -> None:
    async with owner_pool.acquire() as conn:
        while await count_demand(conn, limit=100):
            pass


async def facts(owner_pool: Pool, network_id: int) -> dict[tuple[str, int, int], tuple[int, int]]:
    return {
        (row["place_type"], row["place_id"], row["sku_id"]): (row["quantity"], row["returned"])
        for row in await owner_pool.fetch(FACTS, network_id)
    }


async def seen(db: Database, story: Any, name: str, sku_id: int, **by: Any) -> int:
    """How much of a SKU the organization takes for asked for today."""
    async with db.reading(story.network_id) as conn:
        rows = await load_demand(
            conn,
            actor=story.actor(name),
            sku_ids=[sku_id],
            first=today(),
            last=today(),
            **by,
        )
    return sum(row.quantity for row in rows)


async def planned_for(db: Database, story: Any, name: str) -> int:
    """How much the organization's forecasts would take for asked for today."""
    async with db.reading(story.network_id) as conn:
        series = await queries.fetch_series(
            conn, story.network_id, story.orgs[name], today(), today()
        )
    return sum(sum(one.quantities) for one in series)


async def share(owner_pool: Pool, story: Any, seller: str, buyer: str, does: bool = True) -> None:
    await owner_pool.execute(SHARE, story.network_id, story.edge(seller, buyer), does)


SHIRTS = (Want(sku="SHIRT", units=3, price="69.90", costs=("52.30", "41.70")),)


async def test_what_consumers_paid_for_counts_at_the_store_and_on_each_edge_it_went_over(
    counter: Counter,
) -> None:
    await sold(counter, SHIRTS)

    await counted(counter.place.owner_pool)

    shirt, story = counter.skus["SHIRT"], counter.story
    assert await facts(counter.place.owner_pool, counter.network_id) == {
        ("store", counter.store_id, shirt): (3, 0),
        ("edge", story.edge("brand", "trader_a"), shirt): (3, 0),
        ("edge", story.edge("trader_a", "retailer_1"), shirt): (3, 0),
    }


async def test_nobody_counts_a_sale_twice_whoever_shares_what_it_sells(counter: Counter) -> None:
    owner_pool, db, story = counter.place.owner_pool, counter.db, counter.story
    shirt = counter.skus["SHIRT"]
    await sold(counter, SHIRTS)
    lines = (NewOrderLine(shirt, 1),)
    order = NewOrder(relationship_id=story.edge("trader_a", "retailer_1"), lines=lines)
    await do(db, story.actor("retailer_1"), place_order, order=order)
    await counted(owner_pool)

    # Nobody shares: the brand sees what went over its own edge.
    assert await seen(db, story, "brand", shirt) == 3
    # The trader shares what it sells: to consumers through its retailer, and into that one's stock.
    await share(owner_pool, story, "brand", "trader_a")
    assert await seen(db, story, "brand", shirt) == 4
    # The retailer shares as well: what it has in stock is not sold yet.
    await share(owner_pool, story, "trader_a", "retailer_1")
    assert await seen(db, story, "brand", shirt) == 3
    assert await seen(db, story, "trader_a", shirt) == 3
    # What the retailer shares with its trader goes no further than the trader lets it.
    await share(owner_pool, story, "brand", "trader_a", does=False)
    assert await seen(db, story, "brand", shirt) == 3
    by_place = await seen(db, story, "trader_a", shirt, by=DemandBy.PLACE)
    assert by_place == 3


async def test_nobody_sees_what_its_buyer_sells_of_other_suppliers_goods(counter: Counter) -> None:
    owner_pool, db, story = counter.place.owner_pool, counter.db, counter.story
    shirt = counter.skus["SHIRT"]
    await sold(counter, SHIRTS)
    await counted(owner_pool)
    await share(owner_pool, story, "trader_a", "retailer_1")
    assert await seen(db, story, "trader_a", shirt) == 3
    assert await planned_for(db, story, "trader_a") == 3

    await owner_pool.execute(TAKE_OUT, story.network_id, story.orgs["trader_a"], shirt)

    assert await seen(db, story, "trader_a", shirt) == 0
    assert await seen(db, story, "retailer_1", shirt) == 3
    assert await planned_for(db, story, "trader_a") == 0


async def test_a_buyer_who_sells_to_nobody_is_where_goods_end(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await placed(db, market, tea=7)
    await share(owner_pool, market.story, "trader_a", "retailer_1")

    await counted(owner_pool)

    assert await seen(db, market.story, "trader_a", market.tea) == 7


async def test_sell_in_is_told_apart_from_what_is_sold_at_the_end(counter: Counter) -> None:
    owner_pool, db, story = counter.place.owner_pool, counter.db, counter.story
    shirt = counter.skus["SHIRT"]
    edge = story.edge("trader_a", "retailer_1")
    order = NewOrder(relationship_id=edge, lines=(NewOrderLine(shirt, 1),))
    await do(db, story.actor("retailer_1"), place_order, order=order)
    await share(owner_pool, story, "trader_a", "retailer_1")

    await counted(owner_pool)

    async with db.reading(story.network_id) as conn:
        asked: dict[str, Any] = {"sku_ids": [shirt], "first": today(), "last": today()}
        [row] = await load_sell_in(conn, actor=story.actor("trader_a"), **asked)
    assert row.quantity == 1
    assert await seen(db, story, "trader_a", shirt) == 0


async def test_what_a_seller_refuses_was_asked_for_and_what_the_buyer_calls_off_was_not(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    order_id = await placed(db, market, tea=10)
    line_id = await owner_pool.fetchval(
        "SELECT id FROM ordering.order_line WHERE order_id = $1", order_id
    )
    some = [Confirmation(order_line_id=line_id, quantity=6, reason="no more")]
    await do(db, story.actor("trader_a"), confirm_order, order_id=order_id, confirmations=some)
    await do(
        db, story.actor("retailer_1"), cancel_order, order_id=order_id, quantities={line_id: 1}
    )
    await do(db, story.actor("trader_a"), cancel_order, order_id=order_id, quantities={line_id: 2})

    await counted(owner_pool)

    assert await facts(owner_pool, story.network_id) == {("edge", market.edge, market.tea): (9, 0)}


async def test_a_day_is_counted_again_when_something_happens_to_one_of_its_orders(
    counter: Counter,
) -> None:
    owner_pool = counter.place.owner_pool
    order = await sold(counter, SHIRTS)
    await counted(owner_pool)
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await cancel_consumer_order(
            conn, asker=counter.story.actor("retailer_1"), order_id=order.id, reason="changed"
        )

    await counted(owner_pool)

    assert await facts(owner_pool, counter.network_id) == {}


async def test_what_is_not_committed_when_others_are_read_is_counted_afterwards(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    async with db.unit_of_work(market.story.network_id) as slow:
        actor = market.story.actor("retailer_1")
        await place_order(slow, actor=actor, order=market.order(tea=2))
        other = market.order(oil=3, edge=market.story.edge("trader_a", "retailer_2"))
        await do(db, market.story.actor("retailer_2"), place_order, order=other)
        await counted(owner_pool)
    await counted(owner_pool)

    counts = await facts(owner_pool, market.story.network_id)
    assert sorted(counts.values()) == [(2, 0), (3, 0)]


async def test_what_is_much_is_counted_in_parts(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = await a_market(owner_pool, db)
    monkeypatch.setattr(demand, "STEPS_AT_ONCE", 1)
    for units in (2, 3, 4):
        await placed(db, market, tea=units)

    await counted(owner_pool)

    assert await facts(owner_pool, market.story.network_id) == {
        ("edge", market.edge, market.tea): (9, 0)
    }


async def test_counting_anew_comes_to_the_same_and_follows_an_order_to_another_day(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=4)
    await counted(owner_pool)
    before = await facts(owner_pool, market.story.network_id)
    async with owner_pool.acquire() as conn:
        await recount_demand(conn, network_id=market.story.network_id)
    assert await facts(owner_pool, market.story.network_id) == before

    await owner_pool.execute(MOVE_TO_THE_PAST, market.story.network_id, order_id, 5)
    async with owner_pool.acquire() as conn:
        await recount_demand(conn, network_id=market.story.network_id)

    async with db.reading(market.story.network_id) as conn:
        [series] = await series_of(
            conn, network_id=market.story.network_id, org_id=market.story.orgs["trader_a"], days=10
        )
    # Before it sold for the first time, nobody knows that nobody wanted it.
    assert series.first_day == today() - timedelta(days=5)
    assert series.quantities == (4, 0, 0, 0, 0)
    assert series.warehouse_id == market.warehouse


async def test_a_bundle_counts_as_its_components(owner_pool: Pool, db: Database) -> None:
    market = await a_market(owner_pool, db)
    gift = await a_gift(owner_pool, market, tea=4, oil=1)
    lines = (NewOrderLine(gift, 5),)
    order = NewOrder(relationship_id=market.edge, lines=lines)
    await do(db, market.story.actor("retailer_1"), place_order, order=order)

    await counted(owner_pool)

    assert await facts(owner_pool, market.story.network_id) == {
        ("edge", market.edge, market.tea): (20, 0),
        ("edge", market.edge, market.oil): (5, 0),
    }


async def test_a_day_without_anything_free_is_unknown_and_not_a_day_without_demand(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    story = market.story
    order_id = await placed(db, market, tea=4)
    await owner_pool.execute(MOVE_TO_THE_PAST, story.network_id, order_id, 3)
    midnight = datetime.now(TRADE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    began, ended = midnight - timedelta(days=2, hours=1), midnight - timedelta(hours=1)
    await owner_pool.execute(SPELL, story.network_id, market.warehouse, market.tea, began, ended)
    async with owner_pool.acquire() as conn:
        await recount_demand(conn, network_id=story.network_id)

    async with db.reading(story.network_id) as conn:
        [series] = await series_of(
            conn, network_id=story.network_id, org_id=story.orgs["trader_a"], days=4
        )
        rows = await load_demand(
            conn,
            actor=story.actor("trader_a"),
            sku_ids=[market.tea],
            first=today() - timedelta(days=4),
            last=today(),
        )

    # It began within the day before yesterday's eve, and ended within yesterday.
    assert series.quantities == (4, 0, 0)
    assert series.unknown == (False, True, False)
    assert [(row.day, row.is_unknown) for row in rows] == [
        (today() - timedelta(days=3), False),
        (today() - timedelta(days=2), True),
    ]


async def test_a_spell_begins_when_nothing_is_free_and_ends_when_something_is(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await placed(db, market, tea=100)
    spells = "SELECT sku_id, ended_at IS NULL FROM replenishment.stock_out WHERE network_id = $1"

    async def watched() -> list[tuple[Any, ...]]:
        async with owner_pool.acquire() as conn:
            await watch_stock(conn, limit=1)
        return [tuple(row) for row in await owner_pool.fetch(spells, market.story.network_id)]

    assert await watched() == [(market.tea, True)]
    assert await watched() == [(market.tea, True)]
    await do(db, market.story.actor("retailer_1"), cancel_order, order_id=order_id)
    assert await watched() == [(market.tea, False)]


async def test_a_stranger_sees_nothing_and_nobody_sees_without_the_permission(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    stranger = await a_market(owner_pool, db)
    await placed(db, market, tea=7)
    await counted(owner_pool)

    assert await seen(db, stranger.story, "trader_a", market.tea) == 0
    assert await seen(db, market.story, "trader_b", market.tea) == 0
    asked: dict[str, Any] = {"sku_ids": [market.tea], "first": today(), "last": today()}
    unable = market.story.actor("trader_a", Permission.ORDER_READ)
    async with db.reading(market.story.network_id) as conn:
        for read in (load_demand, load_sell_in):
            with pytest.raises(Forbidden):
                await read(conn, actor=unable, **asked)
            with pytest.raises(Rejected) as refused:
                await read(conn, actor=market.story.actor("trader_a"), **asked | {"sku_ids": []})
            assert isinstance(refused.value.problems[0], InvalidValue)
