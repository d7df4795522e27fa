"""A market for tests of orders: trader A sells tea to two retailers, from stock, on credit."""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories import Story
from tests.factories_inventory import a_sku, a_warehouse, stock
from tests.factories_settlement import a_trading_network
from tradeline.kernel import Database, Pool
from tradeline.ordering import (
    NewOrder,
    NewOrderLine,
    OrderLine,
    confirm_order,
    lines_of_orders,
    place_order,
)

MAKE_LIST = """
    INSERT INTO pricing.price_list (network_id, seller_org_id, code, name, name_en, level, currency)
    VALUES ($1, $2, 'BASE', '基础价', 'Base', 'base', 'CNY')
    RETURNING id
"""
MAKE_PRICE = """
    INSERT INTO pricing.price (network_id, price_list_id, sku_id, unit_price)
    VALUES ($1, $2, $3, $4::numeric)
"""
SET_TERMS = """
    UPDATE organizations.relationship
       SET requires_review = $3, requires_confirmation = $4, requires_receipt = $5,
           holds_stock = $6, order_minimum_minor = $7, territory = $8
     WHERE network_id = $1 AND id = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Tea at 3.00 and oil at 12.50, 100 of each in trader A's warehouse; credit of 1,000.00."""

    story: Story
    tea: int
    oil: int
    warehouse: int

    @property
    def edge(self) -> int:
        """Trader A sells to retailer 1."""
        return self.story.edge("trader_a", "retailer_1")

    def order(self, *, edge: int | None = None, **quantities: int) -> NewOrder:
        """So many of tea and oil, in base units."""
        skus = {"tea": self.tea, "oil": self.oil}
        return NewOrder(
            relationship_id=self.edge if edge is None else edge,
            lines=tuple(NewOrderLine(skus[name], units) for name, units in quantities.items()),
        )


async def a_market(owner_pool: Pool, db: Database) -> Market:
    story = await a_trading_network(owner_pool, db, limit_minor=100_000)
    edges = (story.edge("trader_a", "retailer_1"), story.edge("trader_a", "retailer_2"))
    tea = await a_sku(owner_pool, story, "TEA", sold_on=edges)
    oil = await a_sku(owner_pool, story, "OIL", sold_on=edges)
    warehouse = await a_warehouse(owner_pool, story, "trader_a")
    list_id = await owner_pool.fetchval(MAKE_LIST, story.network_id, story.orgs["trader_a"])
    for sku, price in ((tea, "3.00"), (oil, "12.50")):
        await stock(owner_pool, story, warehouse, sku, 100)
        await owner_pool.execute(MAKE_PRICE, story.network_id, list_id, sku, price)
    return Market(story=story, tea=tea, oil=oil, warehouse=warehouse)


async def with_terms(
    owner_pool: Pool,
    market: Market,
    *,
    review: bool = False,
    confirmation: bool = True,
    receipt: bool = True,
    holds_stock: bool = True,
    minimum_minor: int = 0,
    territory: tuple[str, ...] = (),
) -> None:
    """Set the terms of the market's edge."""
    await owner_pool.execute(
        SET_TERMS,
        market.story.network_id,
        market.edge,
        review,
        confirmation,
        receipt,
        holds_stock,
        minimum_minor,
        list(territory),
    )


async def placed(db: Database, market: Market, *, by: str = "retailer_1", **units: int) -> int:
    """An order of retailer 1, placed."""
    async with db.unit_of_work(market.story.network_id) as conn:
        return await place_order(conn, actor=market.story.actor(by), order=market.order(**units))


async def confirmed(db: Database, market: Market, **units: int) -> int:
    """An order of retailer 1, confirmed in full."""
    order_id = await placed(db, market, **units)
    async with db.unit_of_work(market.story.network_id) as conn:
        await confirm_order(conn, actor=market.story.actor("trader_a"), order_id=order_id)
    return order_id


async def lines(db: Database, market: Market, order_id: int) -> list[OrderLine]:
    actor = market.story.actor("trader_a")
    async with db.reading(market.story.network_id) as conn:
        return (await lines_of_orders(conn, actor=actor, order_ids=[order_id]))[order_id]
