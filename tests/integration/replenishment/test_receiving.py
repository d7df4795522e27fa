"""Goods come where they were proposed for, and count there as long as they are to come."""

from __future__ import annotations

from tests.factories_replenishment import a_shop, done, expects, proposed
from tests.integration.replenishment.test_proposals import ordered, refused
from tradeline.inventory import WarehouseClosed
from tradeline.kernel import Database, Pool
from tradeline.ordering import NewOrder, NewOrderLine, place_order
from tradeline.replenishment import Take


async def test_what_is_ordered_by_hand_counts_where_it_will_be_received(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 5)
    await expects(db, shop, shop.market.tea, 2, at=shop.second)
    line = NewOrderLine(shop.market.tea, 14, receiving_warehouse_id=shop.second)
    order = NewOrder(relationship_id=shop.edge, lines=(line,))
    await done(db, shop.story.actor("retailer_1"), place_order, order=order)

    [needed] = await proposed(db, shop)

    assert (needed.warehouse_id, needed.quantity) == (shop.first, 35)
    # Of a warehouse that is closed by then the goods come into the first.
    await owner_pool.execute(
        "UPDATE inventory.warehouse SET is_active = false WHERE id = $1", shop.second
    )
    [needed] = await proposed(db, shop)
    assert (needed.warehouse_id, needed.quantity) == (shop.first, 21)


async def test_a_proposal_for_a_warehouse_that_is_closed_by_now_is_refused(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    await expects(db, shop, shop.market.tea, 2, at=shop.second)
    [line] = await proposed(db, shop)
    await owner_pool.execute(
        "UPDATE inventory.warehouse SET is_active = false WHERE id = $1", shop.second
    )

    assert await refused(db, shop, Take(line.id)) == [
        WarehouseClosed(path=("lines", 0, "receivingWarehouseId"), warehouse="BACK")
    ]
    assert await ordered(owner_pool, shop) == []
