"""What orders would come to is told without placing them."""

from __future__ import annotations

import pytest

from tests.factories_ordering import Market, a_market, placed, with_terms
from tradeline.kernel import Database, Forbidden, Money, NotFound, Permission, Pool, Rejected
from tradeline.ordering import (
    BelowOrderMinimum,
    NewOrder,
    NotEnoughStock,
    NotInAssortment,
    OrderPreview,
    preview_orders,
)

STORED = """
    SELECT (SELECT count(*) FROM ordering.trade_order WHERE network_id = $1),
           (SELECT sum(held) FROM inventory.stock_level WHERE network_id = $1),
           (SELECT sum(held_minor) FROM settlement.exposure WHERE network_id = $1)
"""


async def look(
    db: Database, market: Market, *orders: NewOrder, by: str = "retailer_1"
) -> list[OrderPreview]:
    async with db.reading(market.story.network_id) as conn:
        return await preview_orders(conn, actor=market.story.actor(by), orders=orders)


async def test_each_order_is_told_as_it_would_be_found_after_those_before_it(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    await with_terms(owner_pool, market, minimum_minor=5_000)
    before = tuple(await owner_pool.fetchrow(STORED, market.story.network_id))

    first, second, small = await look(
        db, market, market.order(tea=60), market.order(tea=60), market.order(oil=1)
    )

    assert (first.amount, first.order_minimum) == (Money(18_000, "CNY"), Money(5_000, "CNY"))
    assert (first.edge.id, first.problems) == (market.edge, ())
    [short] = second.problems
    assert isinstance(short, NotEnoughStock)
    assert second.amounts == (Money(18_000, "CNY"),)
    assert [type(problem) for problem in small.problems] == [BelowOrderMinimum]
    assert tuple(await owner_pool.fetchrow(STORED, market.story.network_id)) == before
    await placed(db, market, tea=60)


async def test_a_line_that_is_not_sold_has_no_amount(owner_pool: Pool, db: Database) -> None:
    market, other = await a_market(owner_pool, db), await a_market(owner_pool, db)
    lines = market.order(oil=2).lines + other.order(tea=1).lines
    order = NewOrder(relationship_id=market.edge, lines=lines)

    [preview] = await look(db, market, order)

    assert preview.amounts == (Money(2_500, "CNY"), None)
    assert preview.amount == Money(2_500, "CNY")
    assert [type(problem) for problem in preview.problems] == [NotInAssortment]


async def test_an_edge_of_others_is_not_there_and_looking_takes_the_right_to_place(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order = market.order(tea=1)

    with pytest.raises(Rejected) as caught:
        await look(db, market, order, by="retailer_2")
    assert caught.value.problems == (
        NotFound(path=("orders", 0, "relationshipId"), subject="relationship"),
    )
    clerk = market.story.actor("retailer_1", Permission.ORDER_READ)
    async with db.reading(market.story.network_id) as conn:
        with pytest.raises(Forbidden):
            await preview_orders(conn, actor=clerk, orders=[order])
