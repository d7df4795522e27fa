"""Goods come where they were proposed for, and count there as long as they are to come."""

from __future__ import annotations

from pathlib import Path

import tradeline.replenishment
from tests.factories_inventory import level_of
from tests.factories_ordering import lines
from tests.factories_replenishment import Shop, a_shop, done, expects, proposed
from tests.integration.ordering.test_substitutes import decided, offered
from tests.integration.replenishment.test_proposals import ordered, refused, take
from tradeline.inventory import WarehouseClosed
from tradeline.kernel import Database, Pool
from tradeline.ordering import (
    NewOrder,
    NewOrderLine,
    confirm_order,
    decide_substitutes,
    place_order,
    receive_shipment,
    ship_order,
)
from tradeline.replenishment import Take

MIGRATIONS = Path(tradeline.replenishment.__file__).parent / "migrations"


async def receiving(db: Database, shop: Shop, order_id: int) -> list[int | None]:
    return [line.receiving_warehouse_id for line in await lines(db, shop.market, order_id)]


async def test_what_comes_instead_comes_where_the_other_was_proposed_for(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    seller, buyer = shop.story.actor("trader_a"), shop.story.actor("retailer_1")
    await expects(db, shop, shop.market.tea, 2, at=shop.second)
    [line] = await proposed(db, shop)
    [order_id] = (await take(db, shop, Take(line.id))).order_ids
    await done(db, seller, confirm_order, order_id=order_id)
    substitute_id = await offered(db, shop.market, order_id, 4)

    await done(db, buyer, decide_substitutes, decisions=decided(substitute_id))

    assert await receiving(db, shop, order_id) == [shop.second, shop.second]
    shipment_id = await done(db, seller, ship_order, order_id=order_id)
    await done(db, buyer, receive_shipment, shipment_id=shipment_id)
    assert await level_of(owner_pool, shop.story, shop.second, shop.market.tea) == (10, 0)
    assert await level_of(owner_pool, shop.story, shop.second, shop.market.oil) == (2, 0)


async def test_lines_that_were_ordered_before_they_named_a_warehouse_are_told_it(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db)
    seller, buyer = shop.story.actor("trader_a"), shop.story.actor("retailer_1")
    await expects(db, shop, shop.market.tea, 2, at=shop.second)
    [line] = await proposed(db, shop)
    [order_id] = (await take(db, shop, Take(line.id))).order_ids
    await done(db, seller, confirm_order, order_id=order_id)
    substitute_id = await offered(db, shop.market, order_id, 4)
    await done(db, buyer, decide_substitutes, decisions=decided(substitute_id))
    order = NewOrder(relationship_id=shop.edge, lines=(NewOrderLine(shop.market.oil, 1),))
    by_hand = await done(db, buyer, place_order, order=order)
    await owner_pool.execute(
        "UPDATE ordering.order_line SET receiving_warehouse_id = NULL WHERE network_id = $1",
        shop.story.network_id,
    )

    await owner_pool.execute((MIGRATIONS / "replenishment_0004_receiving.sql").read_text())

    assert await receiving(db, shop, order_id) == [shop.second, shop.second]
    assert await receiving(db, shop, by_hand) == [None]


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
