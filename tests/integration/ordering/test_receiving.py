"""Into which of the buyer's warehouses goods come, and from which they go back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.factories_bundles import a_gift
from tests.factories_inventory import a_warehouse, level_of, stock
from tests.factories_ordering import Market, a_market, lines, with_terms
from tests.factories_settlement import exposure_of
from tests.integration.ordering.test_steps import do, state_of
from tradeline.inventory import WarehouseChange, update_warehouse
from tradeline.kernel import Database, Pool, Rejected
from tradeline.ordering import (
    NewOrder,
    NewOrderLine,
    OrderState,
    ShipmentLine,
    confirm_order,
    decide_return,
    place_order,
    receive_shipment,
    request_return,
    ship_order,
    shipments_by_ids,
)

CLOSE = "UPDATE inventory.warehouse SET is_active = false WHERE id = $1"
COUNT_ORDERS = "SELECT count(*) FROM ordering.trade_order WHERE network_id = $1"
SELL_ALL = """
    UPDATE inventory.stock_level SET on_hand = 0 WHERE network_id = $1 AND warehouse_id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Retailer 1 receives in `front` unless it says `back`; `foreign` is retailer 2's."""

    market: Market
    front: int
    back: int
    foreign: int

    async def stands(self, owner_pool: Pool, sku_id: int) -> tuple[int, int]:
        """How many stand in front and back."""
        story = self.market.story
        found = []
        for place in (self.front, self.back):
            units = await owner_pool.fetchval(
                "SELECT on_hand FROM inventory.stock_level"
                " WHERE network_id = $1 AND warehouse_id = $2 AND sku_id = $3",
                story.network_id,
                place,
                sku_id,
            )
            found.append(units or 0)
        return found[0], found[1]


async def with_places(owner_pool: Pool, db: Database) -> Places:
    market = await a_market(owner_pool, db)
    return Places(
        market=market,
        front=await a_warehouse(owner_pool, market.story, "retailer_1", "FRONT", priority=1),
        back=await a_warehouse(owner_pool, market.story, "retailer_1", "BACK", priority=2),
        foreign=await a_warehouse(owner_pool, market.story, "retailer_2"),
    )


async def ordered(db: Database, market: Market, *wanted: NewOrderLine, by: str = "") -> int:
    order = NewOrder(relationship_id=market.edge, lines=wanted)
    return await do(db, market.story.actor(by or "retailer_1"), place_order, order=order)


async def shipped(db: Database, market: Market, *wanted: NewOrderLine) -> tuple[int, int]:
    """An order that is on its way, and its shipment."""
    seller = market.story.actor("trader_a")
    order_id = await ordered(db, market, *wanted)
    await do(db, seller, confirm_order, order_id=order_id)
    return order_id, await do(db, seller, ship_order, order_id=order_id)


async def received(db: Database, market: Market, shipment_id: int, **values: Any) -> None:
    actor = market.story.actor("retailer_1")
    await do(db, actor, receive_shipment, shipment_id=shipment_id, **values)


async def papers(
    db: Database, market: Market, shipment_id: int, name: str
) -> tuple[ShipmentLine, ...]:
    actor = market.story.actor(name)
    async with db.reading(actor.network_id) as conn:
        found = await shipments_by_ids(conn, actor=actor, ids=[shipment_id])
    return found[shipment_id].lines


async def given_back(db: Database, market: Market, order_id: int, line_id: int, units: int) -> None:
    buyer, seller = market.story.actor("retailer_1"), market.story.actor("trader_a")
    back = await do(
        db, buyer, request_return, order_id=order_id, quantities={line_id: units}, reason="退回"
    )
    await do(db, seller, decide_return, return_id=back, accepts=True)


def faults(refusal: pytest.ExceptionInfo[Rejected]) -> list[tuple[str, object]]:
    return [(type(problem).__name__, problem.path) for problem in refusal.value.problems]


async def test_each_line_comes_to_the_warehouse_that_it_names_what_is_over_as_well(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    order_id, shipment = await shipped(
        db,
        market,
        NewOrderLine(market.tea, 10),
        NewOrderLine(market.tea, 4, receiving_warehouse_id=places.back),
        NewOrderLine(market.oil, 2, receiving_warehouse_id=places.back),
    )
    _, tea, _ = await lines(db, market, order_id)

    await received(db, market, shipment, found={tea.id: 5})

    assert await places.stands(owner_pool, market.tea) == (10, 5)
    assert await places.stands(owner_pool, market.oil) == (0, 2)
    assert await state_of(db, market, order_id) is OrderState.CLOSED


async def test_the_receipt_says_where_goods_came_instead_and_only_the_buyer_reads_it(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    order_id, shipment = await shipped(
        db,
        market,
        NewOrderLine(market.tea, 10),
        NewOrderLine(market.oil, 4, receiving_warehouse_id=places.back),
    )
    _, oil = await lines(db, market, order_id)

    await received(
        db,
        market,
        shipment,
        warehouse_id=places.back,
        warehouse_ids={oil.id: places.front},
    )

    assert await places.stands(owner_pool, market.tea) == (0, 10)
    assert await places.stands(owner_pool, market.oil) == (4, 0)
    told = await papers(db, market, shipment, "retailer_1")
    assert [line.warehouse_id for line in told] == [places.back, places.front]
    told = await papers(db, market, shipment, "trader_a")
    assert [line.warehouse_id for line in told] == [None, None]


async def test_what_did_not_come_came_nowhere(owner_pool: Pool, db: Database) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    order_id, shipment = await shipped(
        db, market, NewOrderLine(market.tea, 10), NewOrderLine(market.oil, 2)
    )
    tea, _ = await lines(db, market, order_id)

    await received(db, market, shipment, found={tea.id: 0})

    told = await papers(db, market, shipment, "retailer_1")
    assert [line.warehouse_id for line in told] == [None, places.front]


async def test_where_nothing_is_received_by_hand_shipping_puts_goods_where_lines_say(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    await with_terms(owner_pool, market, receipt=False)

    await shipped(
        db,
        market,
        NewOrderLine(market.tea, 10),
        NewOrderLine(market.oil, 4, receiving_warehouse_id=places.back),
    )

    assert await places.stands(owner_pool, market.tea) == (10, 0)
    assert await places.stands(owner_pool, market.oil) == (0, 4)


async def test_a_bundle_comes_as_its_components_to_the_warehouse_that_is_named(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    gift = await a_gift(owner_pool, market, tea=2, oil=1)
    line = NewOrderLine(gift, 3, receiving_warehouse_id=places.back)
    order_id, shipment = await shipped(db, market, line)

    await received(db, market, shipment)

    assert await places.stands(owner_pool, market.tea) == (0, 6)
    assert await places.stands(owner_pool, market.oil) == (0, 3)
    [line_of_gift] = await lines(db, market, order_id)
    await given_back(db, market, order_id, line_of_gift.id, 2)
    assert await places.stands(owner_pool, market.tea) == (0, 2)
    assert await places.stands(owner_pool, market.oil) == (0, 1)


async def test_a_line_whose_warehouse_was_closed_meanwhile_comes_to_the_first(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    line = NewOrderLine(market.tea, 10, receiving_warehouse_id=places.back)
    _, shipment = await shipped(db, market, line)
    await owner_pool.execute(CLOSE, places.back)

    await received(db, market, shipment)

    assert await places.stands(owner_pool, market.tea) == (10, 0)


async def test_nobody_orders_into_a_warehouse_that_is_not_the_buyers_or_is_closed(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    closed = await a_warehouse(owner_pool, market.story, "retailer_1", "SHUT")
    await owner_pool.execute(CLOSE, closed)
    named = (places.foreign, market.warehouse, 10**12, closed, places.back)

    with pytest.raises(Rejected) as refusal:
        await ordered(
            db, market, *[NewOrderLine(market.tea, 1, receiving_warehouse_id=id) for id in named]
        )

    assert faults(refusal) == [
        ("NotFound", ("lines", 0, "receivingWarehouseId")),
        ("NotFound", ("lines", 1, "receivingWarehouseId")),
        ("NotFound", ("lines", 2, "receivingWarehouseId")),
        ("WarehouseClosed", ("lines", 3, "receivingWarehouseId")),
    ]
    assert await owner_pool.fetchval(COUNT_ORDERS, market.story.network_id) == 0
    assert await level_of(owner_pool, market.story, market.warehouse, market.tea) == (100, 0)
    assert (await exposure_of(owner_pool, market.edge)).held_minor == 0


async def test_who_sells_does_not_say_where_the_buyer_receives(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market

    for named in (places.back, market.warehouse):
        line = NewOrderLine(market.tea, 1, receiving_warehouse_id=named)
        with pytest.raises(Rejected) as refusal:
            await ordered(db, market, line, by="trader_a")
        assert faults(refusal) == [("NotFound", ("lines", 0, "receivingWarehouseId"))]

    assert await owner_pool.fetchval(COUNT_ORDERS, market.story.network_id) == 0


async def test_a_receipt_into_a_warehouse_that_cannot_be_is_refused_and_nothing_is_counted(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    order_id, shipment = await shipped(
        db, market, NewOrderLine(market.tea, 10), NewOrderLine(market.oil, 2)
    )
    tea, oil = await lines(db, market, order_id)
    await owner_pool.execute(CLOSE, places.back)

    with pytest.raises(Rejected) as refusal:
        await received(
            db,
            market,
            shipment,
            warehouse_id=places.foreign,
            warehouse_ids={tea.id: places.back, oil.id: market.warehouse},
        )

    assert faults(refusal) == [
        ("NotFound", ("warehouseId",)),
        ("WarehouseClosed", ("lines", 0, "warehouseId")),
        ("NotFound", ("lines", 1, "warehouseId")),
    ]
    assert await state_of(db, market, order_id) is OrderState.TO_RECEIVE
    assert await places.stands(owner_pool, market.tea) == (0, 0)
    assert (await exposure_of(owner_pool, market.edge)).owed_minor == 0


async def test_goods_go_back_from_where_they_came_in_before_any_others(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    await stock(owner_pool, market.story, places.front, market.tea, 50)
    await stock(owner_pool, market.story, places.back, market.tea, 50)
    order_id, shipment = await shipped(
        db, market, NewOrderLine(market.tea, 10, receiving_warehouse_id=places.back)
    )
    await received(db, market, shipment)
    [tea] = await lines(db, market, order_id)

    await given_back(db, market, order_id, tea.id, 4)

    assert await places.stands(owner_pool, market.tea) == (50, 56)
    await given_back(db, market, order_id, tea.id, 6)
    assert await places.stands(owner_pool, market.tea) == (50, 50)


async def test_of_a_line_that_came_to_two_places_each_gives_back_what_it_has_of_it(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market, seller = places.market, places.market.story.actor("trader_a")
    order_id = await ordered(db, market, NewOrderLine(market.tea, 10))
    await do(db, seller, confirm_order, order_id=order_id)
    [tea] = await lines(db, market, order_id)
    for place, units in ((places.back, 6), (places.front, 4)):
        shipment = await do(db, seller, ship_order, order_id=order_id, quantities={tea.id: units})
        await received(db, market, shipment, warehouse_id=place)
    await owner_pool.execute(
        "UPDATE inventory.stock_level SET on_hand = on_hand + 20"
        " WHERE network_id = $1 AND warehouse_id = $2",
        market.story.network_id,
        places.front,
    )

    await given_back(db, market, order_id, tea.id, 4)
    await given_back(db, market, order_id, tea.id, 6)

    assert await places.stands(owner_pool, market.tea) == (20, 0)


async def test_what_was_sold_where_it_came_in_goes_back_from_elsewhere(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    await stock(owner_pool, market.story, places.front, market.tea, 50)
    line = NewOrderLine(market.tea, 10, receiving_warehouse_id=places.back)
    order_id, shipment = await shipped(db, market, line)
    await received(db, market, shipment)
    await owner_pool.execute(SELL_ALL, market.story.network_id, places.back)
    [tea] = await lines(db, market, order_id)

    await given_back(db, market, order_id, tea.id, 10)

    assert await places.stands(owner_pool, market.tea) == (40, 0)


async def test_whoever_receives_waits_for_a_warehouse_that_is_being_closed(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    actor = market.story.actor("retailer_1")
    line = NewOrderLine(market.tea, 2, receiving_warehouse_id=places.back)
    _, shipment = await shipped(db, market, line)

    async with db.unit_of_work(actor.network_id) as conn:
        change = WarehouseChange(warehouse_id=places.back, is_active=False)
        await update_warehouse(conn, actor=actor, change=change)
        receiving = asyncio.create_task(received(db, market, shipment))
        await asyncio.sleep(0.3)
        assert not receiving.done()
    await receiving

    assert await places.stands(owner_pool, market.tea) == (2, 0)
    told = await papers(db, market, shipment, "retailer_1")
    assert [line.warehouse_id for line in told] == [places.front]


async def test_nothing_comes_to_stand_in_a_warehouse_that_is_being_closed(
    owner_pool: Pool, db: Database
) -> None:
    places = await with_places(owner_pool, db)
    market = places.market
    actor = market.story.actor("retailer_1")
    shipments = []
    for _ in range(4):
        line = NewOrderLine(market.tea, 2, receiving_warehouse_id=places.back)
        _, shipment = await shipped(db, market, line)
        shipments.append(shipment)
    change = WarehouseChange(warehouse_id=places.back, is_active=False)

    outcomes = await asyncio.gather(
        *(received(db, market, shipment) for shipment in shipments),
        do(db, actor, update_warehouse, change=change),
        return_exceptions=True,
    )

    assert outcomes[:4] == [None] * 4
    front, back = await places.stands(owner_pool, market.tea)
    assert front + back == 8
    assert isinstance(outcomes[4], Rejected) or back == 0
