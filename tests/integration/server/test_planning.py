"""What the worker plans by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories_ordering import placed
from tests.factories_replenishment import Shop, a_shop, done
from tradeline.kernel import Connection, Database, Pool
from tradeline.replenishment import (
    DemandSeries,
    ask_for_forecasts,
    claim_due_forecasts,
    recount_demand,
    series_of,
)
from tradeline_server import planning
from tradeline_server.planning import Planner, plan_for

MOVE_TO_THE_PAST = """
    UPDATE ordering.trade_order
       SET placed_at = placed_at - make_interval(days => $3)
     WHERE network_id = $1 AND id = $2
"""
FORGET_DEMAND = "DELETE FROM replenishment.demand_day WHERE network_id = $1"


async def claimed(owner_pool: Pool, shop: Shop) -> list[int]:
    """Which organizations of the shop's network are due."""
    async with owner_pool.acquire() as conn:
        due = await claim_due_forecasts(conn, limit=1_000)
    return [org_id for network_id, org_id in due if network_id == shop.story.network_id]


async def made(owner_pool: Pool, shop: Shop) -> list[Any]:
    rows = await owner_pool.fetch(
        "SELECT org_id, sku_id, method FROM replenishment.forecast WHERE network_id = $1",
        shop.story.network_id,
    )
    return [(row["org_id"], row["sku_id"]) for row in rows]


async def test_who_says_terms_is_planned_for_once_a_day_and_when_it_is_asked_for(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    buyer = shop.story.orgs["retailer_1"]

    assert await claimed(owner_pool, shop) == [buyer]
    assert await claimed(owner_pool, shop) == []
    await done(db, shop.story.actor("retailer_1"), ask_for_forecasts)
    assert await claimed(owner_pool, shop) == [buyer]


async def test_forecasts_come_from_what_was_asked_for_and_are_forgotten_with_it(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    market, seller = shop.market, shop.story.orgs["trader_a"]
    for days in range(1, 30):
        order_id = await placed(db, market, tea=3)
        await owner_pool.execute(MOVE_TO_THE_PAST, shop.story.network_id, order_id, days)
    async with owner_pool.acquire() as conn:
        await recount_demand(conn, network_id=shop.story.network_id)

    await plan_for(db, shop.story.network_id, seller)

    assert await made(owner_pool, shop) == [(seller, market.tea)]
    mean = await owner_pool.fetchval(
        "SELECT mean_milli[1] FROM replenishment.forecast WHERE network_id = $1",
        shop.story.network_id,
    )
    assert 2_500 <= mean <= 3_500
    await owner_pool.execute(FORGET_DEMAND, shop.story.network_id)
    await owner_pool.execute(
        "UPDATE replenishment.forecast SET first_day = first_day - 1 WHERE network_id = $1",
        shop.story.network_id,
    )
    await plan_for(db, shop.story.network_id, seller)
    assert await made(owner_pool, shop) == []


async def test_what_is_made_of_days_up_to_midnight_is_of_the_days_from_then_on(
    owner_pool: Pool, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late it is stored, and without taking its first parts for those of yesterday."""
    shop = await a_shop(owner_pool, db)
    network_id, seller = shop.story.network_id, shop.story.orgs["trader_a"]
    for units in ({"tea": 3}, {"oil": 2}):
        order_id = await placed(db, shop.market, **units)
        await owner_pool.execute(MOVE_TO_THE_PAST, network_id, order_id, 9)
    async with owner_pool.acquire() as conn:
        await recount_demand(conn, network_id=network_id)

    async def read_before_midnight(conn: Connection, **asked: Any) -> list[DemandSeries]:
        found = await series_of(conn, **asked)
        return [replace(one, first_day=one.first_day - timedelta(days=1)) for one in found]

    monkeypatch.setattr(planning, "series_of", read_before_midnight)
    monkeypatch.setattr(planning, "PART", 1)
    await plan_for(db, network_id, seller)

    days = await owner_pool.fetch(
        "SELECT current_date - first_day AS ago FROM replenishment.forecast WHERE network_id = $1",
        network_id,
    )
    assert [row["ago"] for row in days] == [1, 1]


async def test_planning_goes_on_beside_the_worker_and_ends_with_it(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    planner = Planner(db)
    async with owner_pool.acquire() as conn:
        for _ in range(50):
            assert await planner.run(conn, limit=500) == 0
            await asyncio.sleep(0.05)
            if await owner_pool.fetchval(
                "SELECT proposed_at FROM replenishment.desk WHERE network_id = $1",
                shop.story.network_id,
            ):
                break
    await planner.close()

    proposed_at = await owner_pool.fetchval(
        "SELECT proposed_at FROM replenishment.desk WHERE network_id = $1", shop.story.network_id
    )
    assert proposed_at is not None
