"""A set of several goods that the demo network's stores sell as one, put together by the brand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradeline import catalog, channels, pricing
from tradeline.kernel import Connection, PageRequest, Permission
from tradeline_server.seed.goods import BRAND_NAME
from tradeline_server.seed.story import BRAND, RETAILER_1, TRADER_A, Ends
from tradeline_server.seed.world import TradedSku, World

ASSORTMENT = "SETS"
BASE_LIST = "BASE"
EVERYTHING = PageRequest(size=100)

P = Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryBundle:
    """`prices` are what it costs on each edge that it is sold on; sums in yuan."""

    code: str
    name: str
    name_en: str
    parts: tuple[tuple[str, int], ...]
    prices: tuple[tuple[Ends, str], ...]
    store: str
    retail: str
    position: int


BUNDLE = StoryBundle(
    code="SET-TEA-VINEGAR",
    name="茶与醋小聚袋",
    name_en="Tea and vinegar bag",
    parts=(("CBT-WL-330", 2), ("DRV-PG-250", 1)),
    prices=(((BRAND, TRADER_A), "11.60"), ((TRADER_A, RETAILER_1), "13.40")),
    store="XUHUI",
    retail="21.00",
    position=5,
)


async def make_bundle(conn: Connection, world: World) -> None:
    """The bundle, on sale along the route of one store; it has no stock but that of its parts."""
    maker = world.actor(BRAND, P.CATALOG_MANAGE)
    [product_id] = await catalog.create_products(
        conn,
        actor=maker,
        products=[
            catalog.NewProduct(
                code="SET", name=BUNDLE.name, name_en=BUNDLE.name_en, brand=BRAND_NAME
            )
        ],
    )
    sku_ids = await catalog.create_skus(
        conn,
        actor=maker,
        skus=[
            catalog.NewSku(
                product_id=product_id,
                code=BUNDLE.code,
                name=BUNDLE.name,
                name_en=BUNDLE.name_en,
                components=tuple(
                    catalog.NewComponent(sku_id=world.skus[part].id, quantity=units)
                    for part, units in BUNDLE.parts
                ),
            )
        ],
    )
    [made] = (await catalog.skus_by_ids(conn, actor=maker, ids=sku_ids)).values()
    world.skus[BUNDLE.code] = TradedSku(made.id, {pack.code: pack.id for pack in made.packs})
    for ends, price in BUNDLE.prices:
        await _offer(conn, world, ends, made.id, Decimal(price))
    await _list(conn, world, made.id)


async def _offer(
    conn: Connection, world: World, ends: Ends, sku_id: int, unit_price: Decimal
) -> None:
    seller = world.actor(ends[0], P.CATALOG_MANAGE)
    [assortment_id] = await catalog.create_assortments(
        conn,
        actor=seller,
        assortments=[catalog.NewAssortment(code=ASSORTMENT, name="组合装", name_en="Sets")],
    )
    await catalog.grant_assortments(
        conn,
        actor=seller,
        grants=[
            catalog.AssortmentGrant(relationship_id=world.edges[ends], assortment_id=assortment_id)
        ],
    )
    await catalog.put_assortment_skus(
        conn,
        actor=seller,
        assortment_id=assortment_id,
        items=[catalog.AssortmentItem(sku_id=sku_id, quantity_minimum=1, quantity_step=1)],
    )
    pricer = world.actor(ends[0], P.PRICE_MANAGE)
    lists = await pricing.list_price_lists(
        conn, actor=pricer, page=EVERYTHING, level=pricing.PriceLevel.BASE
    )
    await pricing.put_prices(
        conn,
        actor=pricer,
        price_list_id=next(each.id for each in lists.items if each.code == BASE_LIST),
        prices=[pricing.NewPrice(sku_id=sku_id, unit_price=unit_price)],
    )


async def _list(conn: Connection, world: World, sku_id: int) -> None:
    keeper = world.actor(RETAILER_1, P.STORE_MANAGE)
    stores = await channels.list_managed_stores(conn, actor=keeper, page=EVERYTHING)
    await channels.put_listings(
        conn,
        actor=keeper,
        store_id=next(store.id for store in stores.items if store.code == BUNDLE.store),
        listings=[
            channels.NewListing(
                sku_id=sku_id, unit_price=Decimal(BUNDLE.retail), position=BUNDLE.position
            )
        ],
    )
