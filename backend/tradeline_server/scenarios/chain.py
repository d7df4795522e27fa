"""A chain of trade to sell through: supplier → brand → trader → retailer, each with its own prices;
and a dealer of the brand's, who sells on to nobody that we know of.

Made through the modules' faces, in units of work of the owner's. The figures are those of the
worked examples that the scenarios expect: what it costs on each edge, and in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradeline import catalog, inventory, organizations, pricing, settlement
from tradeline.kernel import Actor, Connection, PageRequest, system_actor

SUPPLIER = "supplier"
BRAND = "brand"
TRADER = "trader"
RETAILER = "retailer"
DEALER = "dealer"
CURRENCY = "CNY"
REGION = "CN-ZJ"
CREDIT_MINOR = 100_000_000

# In the order in which they are founded, each by the one named with it.
_FOUNDERS = {BRAND: None, TRADER: BRAND, RETAILER: TRADER, SUPPLIER: BRAND, DEALER: BRAND}
_KINDS = {
    SUPPLIER: organizations.OrganizationKind.SUPPLIER,
    BRAND: organizations.OrganizationKind.BRAND,
    TRADER: organizations.OrganizationKind.TRADER,
    RETAILER: organizations.OrganizationKind.RETAILER,
    DEALER: organizations.OrganizationKind.RETAILER,
}
_NAMES = {
    SUPPLIER: ("供应商", "Supplier"),
    BRAND: ("品牌方", "Brand"),
    TRADER: ("经销商", "Trader"),
    RETAILER: ("零售商", "Retailer"),
    DEALER: ("二批商", "Dealer"),
}


@dataclass(frozen=True, slots=True)
class Good:
    """What one unit costs: the brand, whom the brand sells to, the retailer, the consumer."""

    code: str
    name: str
    name_en: str
    brand_pays: Decimal
    trader_pays: Decimal
    retailer_pays: Decimal
    consumer_pays: Decimal


GOODS = (
    Good(
        "VINEGAR",
        "梅子醋 500ml",
        "Plum vinegar 500 ml",
        Decimal("22.40"),
        Decimal("41.70"),
        Decimal("52.30"),
        Decimal("69.90"),
    ),
    Good(
        "WINE",
        "青梅酒 750ml",
        "Plum wine 750 ml",
        Decimal("45.60"),
        Decimal("80.10"),
        Decimal("98.50"),
        Decimal("129.00"),
    ),
    Good(
        "TEA",
        "梅子茶 250g",
        "Plum tea 250 g",
        Decimal("9.80"),
        Decimal("16.00"),
        Decimal("19.50"),
        Decimal("26.00"),
    ),
    Good(
        "JUICE",
        "青梅汁 1L",
        "Plum juice 1 l",
        Decimal("12.50"),
        Decimal("19.00"),
        Decimal("23.00"),
        Decimal("32.00"),
    ),
    Good(
        "NECTAR",
        "青梅原浆 1L",
        "Plum nectar 1 l",
        Decimal("13.00"),
        Decimal("20.00"),
        Decimal("24.00"),
        Decimal("34.00"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Ids by name. An edge is named by its buyer: the trader's is that to the brand."""

    network_id: int
    orgs: dict[str, int] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    edges: dict[str, int] = field(default_factory=dict)
    skus: dict[str, int] = field(default_factory=dict)
    warehouses: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return system_actor(self.network_id, self.orgs[name])


async def make_chain(conn: Connection, network_id: int) -> Chain:
    """Found all in an empty network, with prices on each edge. Nothing is in stock yet."""
    chain = Chain(network_id=network_id)
    await _found(conn, chain)
    await _connect(conn, chain, BRAND, TRADER)
    await _connect(conn, chain, TRADER, RETAILER)
    await _connect(conn, chain, BRAND, DEALER, holds_stock=False)
    await _connect(conn, chain, SUPPLIER, BRAND, is_counted=True, holds_stock=False)
    await _make_goods(conn, chain)
    await _price(conn, chain, SUPPLIER, BRAND, {good.code: good.brand_pays for good in GOODS})
    await _price(
        conn, chain, BRAND, TRADER, {good.code: good.trader_pays for good in GOODS}, DEALER
    )
    await _price(conn, chain, TRADER, RETAILER, {good.code: good.retailer_pays for good in GOODS})
    return chain


async def put_stock(conn: Connection, chain: Chain, name: str, units: Mapping[str, int]) -> None:
    """Let so much of each SKU stand free in the organization's warehouse, beside what is held."""
    held = await _held(conn, chain, name)
    await inventory.count_stock(
        conn,
        actor=chain.actor(name),
        counts=[
            inventory.StockCount(
                warehouse_id=chain.warehouses[name],
                sku_id=chain.skus[code],
                counted=quantity + held.get(chain.skus[code], 0),
            )
            for code, quantity in units.items()
        ],
    )


async def _held(conn: Connection, chain: Chain, name: str) -> dict[int, int]:
    levels = await inventory.list_stock_levels(
        conn,
        actor=chain.actor(name),
        page=PageRequest(size=100),
        warehouse_id=chain.warehouses[name],
    )
    return {level.sku_id: level.held for level in levels.items}


async def _found(conn: Connection, chain: Chain) -> None:
    for name, founder in _FOUNDERS.items():
        name_zh, name_en = _NAMES[name]
        founder_id = 0 if founder is None else chain.orgs[founder]
        [chain.orgs[name]] = await organizations.create_organizations(
            conn,
            actor=system_actor(chain.network_id, founder_id),
            organizations=[
                organizations.NewOrganization(
                    kind=_KINDS[name], code=name, name=name_zh, name_en=name_en, region=REGION
                )
            ],
        )
        [entity] = (
            await organizations.legal_entities_of(
                conn, actor=chain.actor(name), ids=[chain.orgs[name]]
            )
        )[chain.orgs[name]]
        chain.entities[name] = entity.id
        [chain.warehouses[name]] = await inventory.create_warehouses(
            conn,
            actor=chain.actor(name),
            warehouses=[
                inventory.NewWarehouse(
                    code="MAIN", name=f"{name_zh}仓", name_en=f"{name_en}'s", region=REGION
                )
            ],
        )


async def _connect(
    conn: Connection,
    chain: Chain,
    seller: str,
    buyer: str,
    *,
    is_counted: bool = False,
    holds_stock: bool = True,
) -> None:
    """With `is_counted` orders are confirmed first, and their goods counted when they come."""
    [edge_id] = await organizations.create_relationships(
        conn,
        actor=chain.actor(seller),
        relationships=[
            organizations.NewRelationship(
                buyer_org_id=chain.orgs[buyer],
                requires_confirmation=is_counted,
                requires_receipt=is_counted,
                holds_stock=holds_stock,
            )
        ],
    )
    chain.edges[buyer] = edge_id
    await settlement.open_exposures(
        conn,
        network_id=chain.network_id,
        exposures=[
            settlement.NewExposure(
                relationship_id=edge_id, currency=CURRENCY, credit_limit_minor=CREDIT_MINOR
            )
        ],
    )


async def _make_goods(conn: Connection, chain: Chain) -> None:
    actor = chain.actor(BRAND)
    [product_id] = await catalog.create_products(
        conn,
        actor=actor,
        products=[
            catalog.NewProduct(code="PLUM", name="梅子", name_en="Plum", brand=_NAMES[BRAND][0])
        ],
    )
    ids = await catalog.create_skus(
        conn,
        actor=actor,
        skus=[
            catalog.NewSku(
                product_id=product_id, code=good.code, name=good.name, name_en=good.name_en
            )
            for good in GOODS
        ],
    )
    chain.skus.update(zip((good.code for good in GOODS), ids, strict=True))


async def _price(
    conn: Connection,
    chain: Chain,
    seller: str,
    buyer: str,
    prices: Mapping[str, Decimal],
    *others: str,
) -> None:
    """Offer all goods on the edge, and on those to `others`, at these prices. What a supplier is to
    make, the brand says."""
    actor = chain.actor(seller)
    [assortment_id] = await catalog.create_assortments(
        conn, actor=actor, assortments=[catalog.NewAssortment(code="ALL", name="全部商品")]
    )
    await catalog.grant_assortments(
        conn,
        actor=actor,
        grants=[
            catalog.AssortmentGrant(relationship_id=chain.edges[name], assortment_id=assortment_id)
            for name in (buyer, *others)
        ],
    )
    await catalog.put_assortment_skus(
        conn,
        actor=chain.actor(buyer) if seller == SUPPLIER else actor,
        assortment_id=assortment_id,
        items=[catalog.AssortmentItem(sku_id=chain.skus[code]) for code in prices],
    )
    [list_id] = await pricing.create_price_lists(
        conn,
        actor=actor,
        price_lists=[
            pricing.NewPriceList(
                code="BASE", name="基础价", level=pricing.PriceLevel.BASE, currency=CURRENCY
            )
        ],
    )
    await pricing.put_prices(
        conn,
        actor=actor,
        price_list_id=list_id,
        prices=[
            pricing.NewPrice(sku_id=chain.skus[code], unit_price=price)
            for code, price in prices.items()
        ],
    )
