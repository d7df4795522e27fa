"""Orders with a past, for tests of how suppliers keep their word. Written behind the doors: time
is what nobody can pass quickly in front of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.factories_ordering import Market, a_market, lines
from tests.integration.ordering.test_steps import do
from tradeline.kernel import TRADE_ZONE, Database, Pool, trade_day
from tradeline.ordering import Confirmation, confirm_order, place_order

SET_TIMES = """
    WITH confirmed AS (
        UPDATE ordering.order_event
           SET occurred_at = $4
         WHERE network_id = $1 AND order_id = $2 AND step = 'confirm'
    ), promised AS (
        UPDATE ordering.order_line
           SET promised_on = coalesce($6, promised_on),
               first_promised_on = coalesce($6, first_promised_on)
         WHERE network_id = $1 AND order_id = $2
    ), received AS (
        UPDATE ordering.receipt
           SET received_at = coalesce($5, received_at)
         WHERE network_id = $1 AND order_id = $2
    )
    UPDATE ordering.trade_order SET placed_at = $3 WHERE network_id = $1 AND id = $2
"""


def noon(day: int, month: int = 3) -> datetime:
    """Noon in Shanghai on a day of 2026."""
    return datetime(2026, month, day, 12, tzinfo=TRADE_ZONE)


async def set_times(
    owner_pool: Pool,
    market: Market,
    order_id: int,
    *,
    placed: datetime,
    confirmed: datetime | None = None,
    promised: date | None = None,
    received: datetime | None = None,
) -> None:
    """Have an order happened then. `promised` is the first promise of each of its lines."""
    await owner_pool.execute(
        SET_TIMES,
        market.story.network_id,
        order_id,
        placed,
        confirmed or placed,
        received,
        promised,
    )


# Trader A buys from the brand, which keeps no stock here, and sells to retailer 1 without setting
# stock aside.
SET_EDGES = """
    UPDATE organizations.relationship
       SET holds_stock = false
     WHERE network_id = $1 AND id = ANY($2::bigint[])
"""
LET_BRAND_SELL = """
    WITH list AS (
        INSERT INTO pricing.price_list
               (network_id, seller_org_id, code, name, name_en, level, currency)
        VALUES ($1, $2, 'BASE', '基础价', 'Base', 'base', 'CNY')
        RETURNING id
    ), price AS (
        INSERT INTO pricing.price (network_id, price_list_id, sku_id, unit_price)
        SELECT $1, list.id, sku.id, 2 FROM list CROSS JOIN unnest($4::bigint[]) AS sku (id)
    ), assortment AS (
        INSERT INTO catalog.assortment (network_id, seller_org_id, code, name, name_en)
        VALUES ($1, $2, 'SUPPLY', '供货', 'Supply')
        RETURNING id
    ), contained AS (
        INSERT INTO catalog.assortment_sku (network_id, assortment_id, sku_id)
        SELECT $1, assortment.id, sku.id
          FROM assortment CROSS JOIN unnest($4::bigint[]) AS sku (id)
    )
    INSERT INTO catalog.assortment_grant (network_id, assortment_id, relationship_id)
    SELECT $1, assortment.id, $3 FROM assortment
"""
TAKE_AWAY = """
    WITH level AS (
        UPDATE inventory.stock_level
           SET on_hand = on_hand - $4
         WHERE network_id = $1 AND warehouse_id = $2 AND sku_id = $3)
    INSERT INTO inventory.stock_movement (network_id, warehouse_id, sku_id, quantity, reason)
    VALUES ($1, $2, $3, -$4::bigint, 'adjustment')
"""


def in_days(days: int) -> date:
    return trade_day() + timedelta(days)


async def a_chain(owner_pool: Pool, db: Database) -> Market:
    """Trader A with 5 tea, which buys tea and oil from the brand and sells them to retailer 1."""
    market = await a_market(owner_pool, db)
    story = market.story
    supply = story.edge("brand", "trader_a")
    await owner_pool.execute(SET_EDGES, story.network_id, [supply, market.edge])
    await owner_pool.execute(
        LET_BRAND_SELL, story.network_id, story.orgs["brand"], supply, [market.tea, market.oil]
    )
    await owner_pool.execute(
        "UPDATE settlement.exposure SET credit_limit_minor = 1000000 WHERE network_id = $1",
        story.network_id,
    )
    for sku, units in ((market.tea, 95), (market.oil, 100)):
        await owner_pool.execute(TAKE_AWAY, story.network_id, market.warehouse, sku, units)
    return market


async def bought(db: Database, market: Market, day: date | None, **units: int) -> int:
    """Trader A's order to the brand, confirmed for a day."""
    story = market.story
    order = market.order(edge=story.edge("brand", "trader_a"), **units)
    order_id = await do(db, story.actor("trader_a"), place_order, order=order)
    bought_lines = await lines(db, market, order_id)
    await do(
        db,
        story.actor("brand"),
        confirm_order,
        order_id=order_id,
        confirmations=[
            Confirmation(order_line_id=line.id, quantity=line.quantity, promised_on=day)
            for line in bought_lines
        ],
    )
    assert isinstance(order_id, int)
    return order_id


async def sold(db: Database, market: Market, **units: int) -> int:
    """Retailer 1's order to trader A, for which nothing is set aside."""
    order_id = await do(
        db, market.story.actor("retailer_1"), place_order, order=market.order(**units)
    )
    assert isinstance(order_id, int)
    return order_id
