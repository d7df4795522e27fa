"""Orders of bundles, which stand in stock as their components, against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.factories_bundles import a_gift, take_off_the_market
from tests.factories_inventory import a_warehouse, level_of, stock
from tests.factories_ordering import Market, a_market, lines, with_terms
from tests.factories_outbox import Place, a_place
from tradeline.inventory import StockCount, available, count_stock
from tradeline.kernel import Actor, Connection, Database, Locale, Pool, Rejected
from tradeline.ordering import (
    ComponentClosed,
    Confirmation,
    NewOrder,
    NewOrderLine,
    NotEnoughStock,
    cancel_order,
    confirm_order,
    decide_return,
    place_order,
    place_orders,
    receive_shipment,
    request_return,
    review_order,
    ship_order,
)
from tradeline_server.doctor import examine

# How the holds of a line stand: by warehouse and SKU, without what is used up.
FETCH_HOLDS = """
    SELECT warehouse_id, sku_id, quantity
      FROM inventory.stock_hold
     WHERE reference_type = 'order_line' AND reference_id = $1 AND quantity > 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Gifts of two teas and one oil, out of two warehouses in order, to a retailer with one."""

    market: Market
    gift: int
    near: int
    far: int
    retail: int

    def order(self, *wanted: tuple[int, int], edge: int | None = None) -> NewOrder:
        return NewOrder(
            relationship_id=edge or self.market.edge,
            lines=tuple(NewOrderLine(sku_id, quantity) for sku_id, quantity in wanted),
        )

    def actor(self, name: str) -> Actor:
        return self.market.story.actor(name)


async def a_shop(
    owner_pool: Pool, db: Database, *, near: tuple[int, int], far: tuple[int, int]
) -> Shop:
    """With so much tea and oil in either warehouse."""
    market = await a_market(owner_pool, db)
    second = await a_warehouse(owner_pool, market.story, "trader_a", "FAR", priority=200)
    counts = []
    for warehouse, levels in ((market.warehouse, near), (second, far)):
        for sku, counted in zip((market.tea, market.oil), levels, strict=True):
            if warehouse == second:
                await stock(owner_pool, market.story, second, sku, 0)
            counts.append(StockCount(warehouse_id=warehouse, sku_id=sku, counted=counted))
    await do(db, market.story.actor("trader_a"), count_stock, counts=counts)
    return Shop(
        market=market,
        gift=await a_gift(owner_pool, market),
        near=market.warehouse,
        far=second,
        retail=await a_warehouse(owner_pool, market.story, "retailer_1", "SHOP"),
    )


async def do(
    db: Database, actor: Actor, step: Callable[..., Awaitable[int]], **values: object
) -> int:
    """Take a step in a unit of work of its own."""
    async with db.unit_of_work(actor.network_id) as conn:
        return await step(conn, actor=actor, **values)


async def held(owner_pool: Pool, line_id: int) -> dict[tuple[int, int], int]:
    rows = await owner_pool.fetch(FETCH_HOLDS, line_id)
    return {(row["warehouse_id"], row["sku_id"]): row["quantity"] for row in rows}


async def levels(owner_pool: Pool, shop: Shop, warehouse: int) -> tuple[tuple[int, int], ...]:
    """Of tea and of oil: what is on hand, and what is held of it."""
    market = shop.market
    return (
        await level_of(owner_pool, market.story, warehouse, market.tea),
        await level_of(owner_pool, market.story, warehouse, market.oil),
    )


async def refused(db: Database, shop: Shop, order: NewOrder) -> tuple[object, ...]:
    with pytest.raises(Rejected) as refusal:
        await do(db, shop.actor("retailer_1"), place_order, order=order)
    return refusal.value.problems


@pytest.fixture
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


async def healthy(place: Place) -> bool:
    async with place.owner_pool.acquire() as conn:
        return {f.invariant.code for f in (await examine(conn)).findings if f.count} == set()


async def test_a_bundle_goes_all_the_way_whole(place: Place) -> None:
    db, owner_pool = place.db, place.owner_pool
    shop = await a_shop(owner_pool, db, near=(7, 3), far=(6, 10))
    tea, oil = shop.market.tea, shop.market.oil
    seller, buyer = shop.actor("trader_a"), shop.actor("retailer_1")

    order = shop.order((shop.gift, 6), (tea, 1))
    order_id = await do(db, buyer, place_order, order=order)

    gift, single = await lines(db, shop.market, order_id)
    near = {(shop.near, tea): 6, (shop.near, oil): 3}
    assert await held(owner_pool, gift.id) == near | {(shop.far, tea): 6, (shop.far, oil): 3}
    assert await held(owner_pool, single.id) == {(shop.near, tea): 1}
    assert await healthy(place)

    less = Confirmation(order_line_id=gift.id, quantity=5, reason="缺货")
    await do(db, seller, confirm_order, order_id=order_id, confirmations=[less])

    assert await held(owner_pool, gift.id) == near | {(shop.far, tea): 4, (shop.far, oil): 2}
    assert await healthy(place)

    first = await do(db, seller, ship_order, order_id=order_id, quantities={gift.id: 2})

    assert await levels(owner_pool, shop, shop.near) == ((3, 3), (1, 1))
    assert await healthy(place)

    second = await do(
        db, seller, ship_order, order_id=order_id, quantities={gift.id: 2, single.id: 1}
    )

    assert await held(owner_pool, gift.id) == {(shop.far, tea): 2, (shop.far, oil): 1}
    assert await levels(owner_pool, shop, shop.near) == ((0, 0), (0, 0))
    assert await levels(owner_pool, shop, shop.far) == ((4, 2), (9, 1))
    assert await healthy(place)

    await do(db, buyer, receive_shipment, shipment_id=first, found={gift.id: 1})
    await do(db, buyer, receive_shipment, shipment_id=second)

    assert await levels(owner_pool, shop, shop.retail) == ((7, 0), (3, 0))
    assert await healthy(place)

    return_id = await do(
        db, buyer, request_return, order_id=order_id, quantities={gift.id: 1}, reason="破损"
    )
    await do(db, seller, decide_return, return_id=return_id, accepts=True)

    assert await levels(owner_pool, shop, shop.retail) == ((5, 0), (2, 0))
    assert await levels(owner_pool, shop, shop.near) == ((2, 0), (1, 0))
    assert await healthy(place)

    await do(db, buyer, cancel_order, order_id=order_id)

    assert await held(owner_pool, gift.id) == {}
    assert await levels(owner_pool, shop, shop.far) == ((4, 0), (9, 0))
    gift, _ = await lines(db, shop.market, order_id)
    assert (gift.refused_quantity, gift.cancelled_quantity, gift.shipped_quantity) == (1, 1, 4)
    assert await healthy(place)


async def test_refusing_an_order_frees_all_components(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db, near=(10, 10), far=(0, 0))
    await with_terms(owner_pool, shop.market, review=True)
    order = shop.order((shop.gift, 4))
    order_id = await do(db, shop.actor("retailer_1"), place_order, order=order)
    assert await levels(owner_pool, shop, shop.near) == ((10, 8), (10, 4))

    await do(
        db, shop.actor("trader_a"), review_order, order_id=order_id, approves=False, reason="停售"
    )

    assert await levels(owner_pool, shop, shop.near) == ((10, 0), (10, 0))


async def test_without_the_receiving_step_the_buyer_has_the_components_at_once(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, near=(10, 10), far=(0, 0))
    await with_terms(owner_pool, shop.market, confirmation=False, receipt=False)
    order = shop.order((shop.gift, 3))
    order_id = await do(db, shop.actor("retailer_1"), place_order, order=order)

    await do(db, shop.actor("trader_a"), ship_order, order_id=order_id)

    assert await levels(owner_pool, shop, shop.retail) == ((6, 0), (3, 0))
    assert await levels(owner_pool, shop, shop.near) == ((4, 0), (7, 0))


async def test_of_a_returned_bundle_leaves_what_the_buyer_still_has(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, near=(10, 10), far=(0, 0))
    await with_terms(owner_pool, shop.market, confirmation=False, receipt=False)
    seller, buyer = shop.actor("trader_a"), shop.actor("retailer_1")
    order = shop.order((shop.gift, 2))
    order_id = await do(db, buyer, place_order, order=order)
    await do(db, seller, ship_order, order_id=order_id)
    count = StockCount(warehouse_id=shop.retail, sku_id=shop.market.tea, counted=1)
    await do(db, buyer, count_stock, counts=[count])
    [line] = await lines(db, shop.market, order_id)

    return_id = await do(
        db, buyer, request_return, order_id=order_id, quantities={line.id: 2}, reason="过期"
    )
    await do(db, seller, decide_return, return_id=return_id, accepts=True)

    assert await levels(owner_pool, shop, shop.retail) == ((0, 0), (0, 0))
    assert await levels(owner_pool, shop, shop.near) == ((10, 0), (10, 0))


async def test_each_bundle_comes_whole_from_one_warehouse(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db, near=(9, 1), far=(1, 9))

    [problem] = await refused(db, shop, shop.order((shop.gift, 2)))

    assert isinstance(problem, NotEnoughStock)
    assert (problem.requested.amount, problem.available.amount) == (2, 1)
    assert problem.short_of == ("OIL", "TEA")
    assert problem.message(Locale.ZH) == (
        "套装 GIFT 需要 2 EA，可用 1 EA，短缺组件：OIL、TEA；请减少数量或稍后再订。"
    )
    assert "for want of OIL, TEA" in problem.message()
    assert await levels(owner_pool, shop, shop.near) == ((9, 0), (1, 0))


async def test_lines_that_share_a_component_leave_less_to_each_other(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, near=(8, 8), far=(0, 0))
    big = await a_gift(owner_pool, shop.market, "BIG", tea=5, oil=1)

    [problem] = await refused(db, shop, shop.order((big, 1), (shop.gift, 2)))

    assert isinstance(problem, NotEnoughStock)
    assert problem.path == ("lines", 1, "quantity")
    assert (problem.sku, problem.available.amount, problem.short_of) == ("GIFT", 1, ("TEA",))
    order = shop.order((big, 1), (shop.gift, 1), (shop.market.tea, 1))
    await do(db, shop.actor("retailer_1"), place_order, order=order)
    assert await levels(owner_pool, shop, shop.near) == ((8, 8), (8, 2))


async def test_of_a_batch_the_first_have_the_component(owner_pool: Pool, db: Database) -> None:
    shop = await a_shop(owner_pool, db, near=(5, 8), far=(2, 0))
    buyer = shop.actor("retailer_1")
    tea = shop.order((shop.market.tea, 3))

    async with db.unit_of_work(buyer.network_id) as conn:
        outcome = await place_orders(
            conn,
            network_id=buyer.network_id,
            requests=[(buyer, order) for order in (shop.order((shop.gift, 2)), tea, tea)],
        )

    assert [isinstance(found, int) for found in outcome] == [True, True, False]
    assert await levels(owner_pool, shop, shop.near) == ((5, 5), (8, 2))
    assert await level_of(owner_pool, shop.market.story, shop.far, shop.market.tea) == (2, 2)


async def test_a_bundle_with_something_off_the_market_is_not_sold(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, near=(9, 9), far=(0, 0))
    await take_off_the_market(owner_pool, shop.market.story, shop.market.oil)

    problems = await refused(db, shop, shop.order((shop.gift, 1)))

    assert problems == (ComponentClosed(path=("lines", 0, "skuId"), sku="GIFT", components="OIL"),)
    assert await offered(db, shop) == 0
    assert await levels(owner_pool, shop, shop.near) == ((9, 0), (9, 0))


@pytest.mark.parametrize(
    ("near", "far", "gifts"), [((5, 9), (9, 2), 4), ((1, 9), (9, 0), 0), ((0, 0), (8, 9), 4)]
)
async def test_what_is_offered_can_be_had(
    owner_pool: Pool,
    db: Database,
    near: tuple[int, int],
    far: tuple[int, int],
    gifts: int,
) -> None:
    shop = await a_shop(owner_pool, db, near=near, far=far)

    assert await offered(db, shop) == gifts

    await refused(db, shop, shop.order((shop.gift, gifts + 1)))
    if gifts:
        order = shop.order((shop.gift, gifts))
        await do(db, shop.actor("retailer_1"), place_order, order=order)
        assert await offered(db, shop) == 0


async def offered(db: Database, shop: Shop) -> int:
    pair = (shop.market.edge, shop.gift)
    network_id = shop.market.story.network_id
    async with db.reading(network_id) as conn:
        return (await available(conn, network_id=network_id, pairs=[pair]))[pair]


async def test_of_two_who_want_the_last_component_one_has_it(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, near=(3, 9), far=(0, 9))
    other = shop.market.story.edge("trader_a", "retailer_2")
    wanted = [
        (shop.actor("retailer_1"), shop.order((shop.gift, 1))),
        (shop.actor("retailer_2"), shop.order((shop.market.tea, 2), edge=other)),
    ]

    async def wants(actor: Actor, order: NewOrder) -> int:
        async with db.unit_of_work(actor.network_id) as conn:
            await both_have_begun(conn)
            return await place_order(conn, actor=actor, order=order)

    barrier = asyncio.Barrier(2)

    async def both_have_begun(conn: Connection) -> None:
        await conn.execute("SELECT")
        await barrier.wait()

    found = await asyncio.gather(*(wants(*one) for one in wanted), return_exceptions=True)

    assert [type(one) for one in found if not isinstance(one, int)] == [Rejected]
    (tea, tea_held), _ = await levels(owner_pool, shop, shop.near)
    assert (tea, tea_held) == (3, 2)


async def test_many_who_share_components_neither_oversell_nor_lock_each_other_out(
    owner_pool: Pool, db: Database
) -> None:
    shop = await a_shop(owner_pool, db, near=(20, 12), far=(11, 20))
    big = await a_gift(owner_pool, shop.market, "BIG", tea=3, oil=2)
    other = shop.market.story.edge("trader_a", "retailer_2")
    carts = [
        ((shop.gift, 1), (shop.market.tea, 1)),
        ((shop.market.oil, 1), (big, 1)),
        ((big, 1), (shop.gift, 1)),
    ]
    orders = [
        (shop.actor(name), shop.order(*carts[number % 3], edge=edge))
        for number in range(15)
        for name, edge in (("retailer_1", None), ("retailer_2", other))
    ]

    found = await asyncio.gather(
        *(do(db, actor, place_order, order=order) for actor, order in orders),
        return_exceptions=True,
    )

    assert {type(one) for one in found} == {int, Rejected}
    for warehouse in (shop.near, shop.far):
        for on_hand, taken in await levels(owner_pool, shop, warehouse):
            assert 0 <= taken <= on_hand
    each = {0: (3, 1), 1: (3, 3), 2: (5, 3)}
    sold = [each[place // 2 % 3] for place, one in enumerate(found) if isinstance(one, int)]
    near, far = await levels(owner_pool, shop, shop.near), await levels(owner_pool, shop, shop.far)
    assert sum(tea for tea, _ in sold) == near[0][1] + far[0][1]
    assert sum(oil for _, oil in sold) == near[1][1] + far[1][1]
