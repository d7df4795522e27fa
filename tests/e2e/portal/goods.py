"""Scenes that the story begins with: more goods for a long order, and a clean desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from tradeline import catalog, inventory, ordering, pricing, settlement
from tradeline.kernel import Actor, Connection, Database, Locale, Permission
from tradeline.kernel.database import open_pool
from tradeline_server.seed.story import BRAND, NETWORK_CODE, RETAILER_1, RETAILER_3, TRADER_A

STOCK = 120
PRICE = Decimal("2.40")
BUNDLE_PRICE = Decimal("11.80")
ORGANIZATION = """
    SELECT network.id AS network_id, organization.id AS org_id, account.id AS account_id
      FROM organizations.network
      JOIN organizations.organization ON organization.network_id = network.id
      JOIN identity.membership
        ON membership.network_id = network.id
       AND membership.org_id = organization.id
      JOIN identity.account ON account.id = membership.account_id
     WHERE network.code = $1 AND organization.code = $2
     ORDER BY account.id
     LIMIT 1
"""
ASSORTMENT = """
    SELECT id FROM catalog.assortment
     WHERE network_id = $1 AND seller_org_id = $2 AND code = 'STANDARD'
"""
PRICE_LIST = """
    SELECT id FROM pricing.price_list
     WHERE network_id = $1 AND seller_org_id = $2 AND code = 'BASE'
"""
WAREHOUSE = """
    SELECT id FROM inventory.warehouse
     WHERE network_id = $1 AND org_id = $2 ORDER BY priority, id LIMIT 1
"""
EDGE = """
    SELECT edge.id
      FROM organizations.relationship AS edge
      JOIN organizations.organization AS seller
        ON seller.network_id = edge.network_id AND seller.id = edge.seller_org_id
     WHERE edge.network_id = $1 AND edge.buyer_org_id = $2 AND seller.code = 'trader-a'
"""
STATEMENTS_TO_CONFIRM = """
    SELECT statement.id
      FROM settlement.statement
      JOIN organizations.relationship
        ON relationship.network_id = statement.network_id
       AND relationship.id = statement.relationship_id
     WHERE statement.network_id = $1 AND seller_org_id = $2 AND buyer_org_id = $3
       AND statement.state = 'issued'
"""


async def more_goods(dsn: str, prefix: str, count: int) -> list[str]:
    """So many SKUs of the brand's that the first trader sells and has in stock; their codes."""
    codes = [f"{prefix}-{number:03}" for number in range(count)]
    async with _shop(dsn) as shop:
        sku_ids = await _create(shop.conn, shop.brand, prefix, codes)
        await shop.offer(sku_ids, PRICE)
        adjustments = [
            inventory.StockAdjustment(
                warehouse_id=shop.ids["warehouse"], sku_id=sku_id, quantity=STOCK
            )
            for sku_id in sku_ids
        ]
        await inventory.adjust_stock(shop.conn, actor=shop.trader, adjustments=adjustments)
    return codes


async def offer_bundle(dsn: str, code: str) -> None:
    """What the brand has made of other SKUs the first trader sells from now on."""
    async with _shop(dsn) as shop:
        [found] = await catalog.find_skus(shop.conn, actor=shop.brand, code=code)
        await shop.offer([found.sku_id], BUNDLE_PRICE)


async def order_of(dsn: str, code: str, quantity: int) -> int:
    """An order of the first retailer with the first trader; its id."""
    async with _shop(dsn) as shop:
        [found] = await catalog.find_skus(shop.conn, actor=shop.retailer, code=code)
        order = ordering.NewOrder(
            relationship_id=shop.ids["edge"],
            lines=(ordering.NewOrderLine(found.sku_id, quantity),),
        )
        return await ordering.place_order(shop.conn, actor=shop.retailer, order=order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The brand's goods as the first trader sells them, in a unit of work."""

    conn: Connection
    brand: Actor
    trader: Actor
    retailer: Actor
    ids: Mapping[str, int]

    async def offer(self, sku_ids: Sequence[int], unit_price: Decimal) -> None:
        items = [catalog.AssortmentItem(sku_id=sku_id) for sku_id in sku_ids]
        for actor, assortment in ((self.brand, "brand's"), (self.trader, "trader's")):
            await catalog.put_assortment_skus(
                self.conn, actor=actor, assortment_id=self.ids[assortment], items=items
            )
        prices = [pricing.NewPrice(sku_id=sku_id, unit_price=unit_price) for sku_id in sku_ids]
        await pricing.put_prices(
            self.conn, actor=self.trader, price_list_id=self.ids["list"], prices=prices
        )


@asynccontextmanager
async def _shop(dsn: str) -> AsyncIterator[Shop]:
    owner_pool = await open_pool(dsn, role=None, max_size=1)
    pool = await open_pool(dsn, max_size=1)
    try:
        async with owner_pool.acquire() as conn:
            brand, trader = await _owner(conn, BRAND), await _owner(conn, TRADER_A)
            retailer = await _owner(conn, RETAILER_1)
            ids = {
                name: await conn.fetchval(query, org.network_id, org.org_id)
                for name, query, org in (
                    ("brand's", ASSORTMENT, brand),
                    ("trader's", ASSORTMENT, trader),
                    ("list", PRICE_LIST, trader),
                    ("warehouse", WAREHOUSE, trader),
                    ("edge", EDGE, retailer),
                )
            }
        async with Database(pool).unit_of_work(brand.network_id) as conn:
            yield Shop(conn=conn, brand=brand, trader=trader, retailer=retailer, ids=ids)
    finally:
        await owner_pool.close()
        await pool.close()


async def clear_statements(dsn: str) -> None:
    """What the first trader and the third retailer have yet to confirm, they confirm."""
    owner_pool = await open_pool(dsn, role=None, max_size=1)
    pool = await open_pool(dsn, max_size=1)
    try:
        async with owner_pool.acquire() as conn:
            seller, buyer = await _owner(conn, TRADER_A), await _owner(conn, RETAILER_3)
            rows = await conn.fetch(
                STATEMENTS_TO_CONFIRM, seller.network_id, seller.org_id, buyer.org_id
            )
        async with Database(pool).unit_of_work(seller.network_id) as conn:
            for statement_id in (row["id"] for row in rows):
                for actor in (seller, buyer):
                    await settlement.confirm_statement(conn, actor=actor, statement_id=statement_id)
    finally:
        await owner_pool.close()
        await pool.close()


async def _owner(conn: Connection, code: str) -> Actor:
    row = await conn.fetchrow(ORGANIZATION, NETWORK_CODE, code)
    assert row is not None
    return Actor(**row, permissions=frozenset(Permission), locale=Locale.EN)


async def _create(conn: Connection, actor: Actor, prefix: str, codes: list[str]) -> list[int]:
    product = catalog.NewProduct(code=prefix, name="时令茶饮", name_en="Seasonal tea")
    (product_id,) = await catalog.create_products(conn, actor=actor, products=[product])
    skus = [
        catalog.NewSku(
            product_id=product_id,
            code=code,
            name=f"岭上棠 时令茶饮 第 {number} 味",
            name_en=f"Lingshangtang seasonal tea no. {number}",
        )
        for number, code in enumerate(codes, start=1)
    ]
    return await catalog.create_skus(conn, actor=actor, skus=skus)
