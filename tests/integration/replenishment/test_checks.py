"""The doctor finds what replenishment must never come to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.factories_outbox import a_place
from tests.factories_replenishment import Shop, a_shop, done, expects, proposed, stands
from tests.factories_sale_rows import Counter
from tests.factories_sales import a_counter, sold
from tradeline.kernel import Pool
from tradeline.replenishment import (
    ProposalKind,
    Take,
    accept_proposals,
    count_demand,
    find_violations,
)


@pytest.fixture
async def counter(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Counter]:
    async with a_counter(await clone()) as counter:
        yield counter


@pytest.fixture
async def planned(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[tuple[Pool, Shop]]:
    """A shop that has ordered tea and moved oil, as was proposed."""
    async with a_place(await clone()) as place:
        shop = await a_shop(place.owner_pool, place.db)
        await expects(place.db, shop, shop.market.tea, 5)
        await expects(place.db, shop, shop.market.oil, 1)
        await stands(place.owner_pool, shop, shop.market.oil, 30, at=shop.second)
        lines = await proposed(place.db, shop)
        actor = shop.story.actor("retailer_1")
        for kind in (ProposalKind.TRANSFER, ProposalKind.BUY):
            takes = [Take(line.id) for line in lines if line.kind is kind]
            await done(place.db, actor, accept_proposals, takes=takes)
        yield place.owner_pool, shop


async def broken(owner_pool: Pool) -> dict[str, int]:
    async with owner_pool.acquire() as conn:
        return {
            found.invariant.code: found.count
            for found in await find_violations(conn)
            if found.count
        }


async def test_a_network_that_plans_is_well(planned: tuple[Pool, Shop]) -> None:
    assert await broken(planned[0]) == {}


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (
            "UPDATE replenishment.proposal_line SET accepted_quantity = accepted_quantity - 1"
            " WHERE kind = 'buy' AND network_id = $1",
            "what_was_taken_was_ordered",
        ),
        (
            "UPDATE ordering.order_line SET receiving_warehouse_id = NULL WHERE network_id = $1",
            "goods_come_where_they_were_proposed_for",
        ),
        (
            "UPDATE replenishment.proposal_line SET accepted_quantity = accepted_quantity - 1"
            " WHERE kind = 'transfer' AND network_id = $1",
            "what_was_to_move_has_moved",
        ),
        (
            "UPDATE replenishment.forecast SET org_id = org_id - 1 WHERE network_id = $1",
            "plans_are_of_own_warehouses",
        ),
        (
            "UPDATE replenishment.term SET org_id = org_id - 1 WHERE network_id = $1",
            "terms_are_the_buyers",
        ),
    ],
)
async def test_what_came_of_a_plan_is_looked_at(
    planned: tuple[Pool, Shop], sql: str, code: str
) -> None:
    owner_pool, shop = planned
    await owner_pool.execute(sql, shop.story.network_id)

    assert list(await broken(owner_pool)) == [f"replenishment.{code}"]


async def test_demand_that_is_not_what_was_sold_is_found_unless_it_is_still_to_be_counted(
    counter: Counter,
) -> None:
    owner_pool = counter.place.owner_pool
    await sold(counter)
    async with owner_pool.acquire() as conn:
        await count_demand(conn, limit=100)
    assert await broken(owner_pool) == {}

    await owner_pool.execute(
        "UPDATE replenishment.demand_day SET quantity = quantity + 1 WHERE place_type = 'store'"
    )
    code = "replenishment.demand_at_stores_is_what_was_sold"
    assert await broken(owner_pool) == {code: 1}

    await sold(counter)
    assert await broken(owner_pool) == {}
    async with owner_pool.acquire() as conn:
        await count_demand(conn, limit=100)
    assert await broken(owner_pool) == {}
