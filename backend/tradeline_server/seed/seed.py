"""Makes the demo network through the modules' faces: who is there, what they sell, for how much."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from tradeline import catalog, identity, inventory, organizations, pricing, settlement
from tradeline.kernel import Connection, Locale, Money, PageRequest, Permission, system_actor
from tradeline_server.seed import queries, story
from tradeline_server.seed.bundles import make_bundle
from tradeline_server.seed.goods import (
    ASSORTMENTS,
    BRAND_NAME,
    BUYER_CODES,
    CATEGORIES,
    NEVER_IN_STOCK,
    PRODUCTS,
    SKU_BY_CODE,
    SKUS,
    StoryAssortment,
    StorySku,
    select,
)
from tradeline_server.seed.plan import assortments_of
from tradeline_server.seed.prices import PRICE_LISTS, StoryPriceList, prices_of
from tradeline_server.seed.storekeeping import make_stores
from tradeline_server.seed.world import TradedSku, World

EVERYBODY = PageRequest(size=100)


async def make_world(conn: Connection, now: datetime) -> World:
    """Found the network and open its books, in a transaction of the owner's; nobody has traded."""
    world = World(
        await organizations.create_network(
            conn,
            code=story.NETWORK_CODE,
            name=story.NETWORK_NAME,
            name_en=story.NETWORK_NAME_EN,
            currency=story.CURRENCY,
        )
    )
    await queries.enter_network(conn, world.network_id)
    await _make_organizations(conn, world)
    await _make_people(conn, world)
    await _make_edges(conn, world, now)
    await _make_goods(conn, world)
    await _make_assortments(conn, world)
    await _make_prices(conn, world, now)
    await _make_stock(conn, world)
    await make_stores(conn, world)
    await make_bundle(conn, world)
    return world


async def _make_organizations(conn: Connection, world: World) -> None:
    for drafted in story.ORGANIZATIONS:
        founder = 0 if drafted.founded_by is None else world.orgs[drafted.founded_by]
        (world.orgs[drafted.key],) = await organizations.create_organizations(
            conn,
            actor=system_actor(world.network_id, founder),
            organizations=[
                organizations.NewOrganization(
                    kind=organizations.OrganizationKind(drafted.kind),
                    code=drafted.key,
                    name=drafted.name,
                    name_en=drafted.name_en,
                    region=drafted.region,
                    tax_number=f"DEMO{len(world.orgs):08d}",
                )
            ],
        )
    for entity in story.ENTITIES:
        (world.entities[entity.code],) = await organizations.create_legal_entities(
            conn,
            actor=system_actor(world.network_id, world.orgs[entity.org]),
            entities=[
                organizations.NewLegalEntity(
                    org_id=world.orgs[entity.org],
                    code=entity.code,
                    name=entity.name,
                    name_en=entity.name_en,
                    tax_number=entity.tax_number,
                )
            ],
        )


async def _make_people(conn: Connection, world: World) -> None:
    await identity.create_built_in_roles(conn, network_id=world.network_id)
    password_hash = await identity.hash_password(story.PASSWORD)
    await identity.add_people(
        conn,
        network_id=world.network_id,
        people=[
            identity.NewPerson(
                org_id=world.orgs[org],
                email=person.email,
                name=person.name,
                password_hash=password_hash,
                role_code=role,
                locale=Locale(person.locale),
            )
            for person in story.PEOPLE
            for org, role in person.memberships
        ],
    )
    for org, org_id in world.orgs.items():
        found = await identity.list_people(
            conn, actor=system_actor(world.network_id, org_id), page=EVERYBODY
        )
        world.people[org] = list(found.items)


async def _make_edges(conn: Connection, world: World, now: datetime) -> None:
    begin = (now - timedelta(days=story.HISTORY_DAYS)).date()
    for edge in story.EDGES:
        entity = edge.seller_entity
        (world.edges[edge.ends],) = await organizations.create_relationships(
            conn,
            actor=system_actor(world.network_id, world.orgs[edge.seller]),
            relationships=[
                organizations.NewRelationship(
                    buyer_org_id=world.orgs[edge.buyer],
                    seller_entity_id=None if entity is None else world.entities[entity],
                    valid_from=begin,
                    price_strategy=organizations.PriceStrategy(edge.strategy),
                    payment_terms_days=edge.terms_days,
                    order_minimum_minor=_yuan(edge.order_minimum).minor,
                    requires_review=edge.reviews,
                    requires_confirmation=edge.confirms,
                    requires_receipt=edge.receives,
                    holds_stock=edge.holds_stock,
                    territory=edge.territory,
                )
            ],
        )
    await settlement.open_exposures(
        conn,
        network_id=world.network_id,
        exposures=[
            settlement.NewExposure(
                relationship_id=world.edges[edge.ends],
                currency=world.currency,
                credit_limit_minor=_yuan(edge.limit).minor,
            )
            for edge in story.EDGES
        ],
    )


async def _make_goods(conn: Connection, world: World) -> None:
    """The brand's catalog. Parents come before their children in the story."""
    actor = world.actor(story.BRAND, Permission.CATALOG_MANAGE)
    categories: dict[str, int] = {}
    for position, category in enumerate(CATEGORIES):
        (categories[category.code],) = await catalog.create_categories(
            conn,
            actor=actor,
            categories=[
                catalog.NewCategory(
                    code=category.code,
                    name=category.name,
                    name_en=category.name_en,
                    parent_id=None if category.parent is None else categories[category.parent],
                    position=position,
                )
            ],
        )
    drafts = [
        catalog.NewProduct(
            code=product.code,
            name=product.name,
            name_en=product.name_en.capitalize(),
            category_id=categories[product.category],
            brand=BRAND_NAME,
            description=product.description,
        )
        for product in PRODUCTS
    ]
    ids = await catalog.create_products(conn, actor=actor, products=drafts)
    products = {product.code: id for product, id in zip(PRODUCTS, ids, strict=True)}
    sku_ids = await catalog.create_skus(
        conn, actor=actor, skus=[_new_sku(sku, products[sku.product]) for sku in SKUS]
    )
    for made in (await catalog.skus_by_ids(conn, actor=actor, ids=sku_ids)).values():
        world.skus[made.code] = TradedSku(made.id, {pack.code: pack.id for pack in made.packs})


def _new_sku(sku: StorySku, product_id: int) -> catalog.NewSku:
    case = catalog.NewPack(
        code=sku.case_code,
        units=sku.case_units,
        name=f"箱（{sku.case_units}）",
        name_en=f"Case of {sku.case_units}",
        barcodes=(sku.case_barcode,),
    )
    return catalog.NewSku(
        product_id=product_id,
        code=sku.code,
        name=sku.name,
        name_en=sku.name_en,
        attributes={"口味": sku.flavour, "容量": sku.volume},
        base_unit=sku.base_unit,
        packs=(case,),
        barcodes=(sku.barcode,),
    )


async def _make_assortments(conn: Connection, world: World) -> None:
    """What everybody offers. A supplier makes what the brand says: the brand fills its list."""
    for drafted in ASSORTMENTS:
        seller = world.actor(drafted.seller, Permission.CATALOG_MANAGE)
        (assortment_id,) = await catalog.create_assortments(
            conn,
            actor=seller,
            assortments=[
                catalog.NewAssortment(code=drafted.code, name=drafted.name, name_en=drafted.name_en)
            ],
        )
        edges = [edge for edge in story.EDGES if drafted in assortments_of(edge)]
        await catalog.grant_assortments(
            conn,
            actor=seller,
            grants=[
                catalog.AssortmentGrant(
                    relationship_id=world.edges[edge.ends], assortment_id=assortment_id
                )
                for edge in edges
            ],
        )
        is_supplied = drafted.seller in (story.BREWER, story.BOTTLER)
        await catalog.put_assortment_skus(
            conn,
            actor=world.actor(story.BRAND, Permission.CATALOG_MANAGE) if is_supplied else seller,
            assortment_id=assortment_id,
            items=_items(world, drafted),
        )
    for org, (prefix, codes) in BUYER_CODES.items():
        await catalog.put_buyer_codes(
            conn,
            actor=world.actor(org, Permission.CATALOG_MANAGE),
            codes=[
                catalog.NewBuyerCode(sku_id=world.skus[code].id, code=f"{prefix}{1001 + number}")
                for number, code in enumerate(codes)
            ],
        )


def _items(world: World, assortment: StoryAssortment) -> list[catalog.AssortmentItem]:
    items = []
    for sku in select(assortment.selections):
        units = int(sku.case_units * assortment.minimum_share)
        items.append(
            catalog.AssortmentItem(
                sku_id=world.skus[sku.code].id, quantity_minimum=units, quantity_step=units
            )
        )
    return items


async def _make_prices(conn: Connection, world: World, now: datetime) -> None:
    for drafted in PRICE_LISTS:
        actor = world.actor(drafted.seller, Permission.PRICE_MANAGE)
        days = drafted.begins_in_days
        (list_id,) = await pricing.create_price_lists(
            conn,
            actor=actor,
            price_lists=[
                pricing.NewPriceList(
                    code=drafted.code,
                    name=drafted.name,
                    name_en=drafted.name_en,
                    level=pricing.PriceLevel(drafted.level),
                    currency=world.currency,
                    valid_from=None if days is None else now + timedelta(days=days),
                )
            ],
        )
        await pricing.put_prices(
            conn, actor=actor, price_list_id=list_id, prices=_prices(world, drafted)
        )
        if drafted.buyers:
            await pricing.grant_price_lists(
                conn,
                actor=actor,
                grants=[
                    pricing.PriceListGrant(
                        relationship_id=world.edges[drafted.seller, buyer], price_list_id=list_id
                    )
                    for buyer in drafted.buyers
                ],
            )


def _prices(world: World, drafted: StoryPriceList) -> list[pricing.NewPrice]:
    by_bottle = [
        pricing.NewPrice(
            sku_id=world.skus[sku.code].id, quantity_minimum=minimum, unit_price=unit_price
        )
        for sku, minimum, unit_price in prices_of(drafted)
    ]
    by_case = [
        pricing.NewPrice(
            sku_id=world.skus[code].id,
            pack_id=world.skus[code].packs[SKU_BY_CODE[code].case_code],
            unit_price=Decimal(price),
        )
        for code, price in drafted.case_prices
    ]
    return by_bottle + by_case


async def _make_stock(conn: Connection, world: World) -> None:
    """Warehouses with what stood in them when the books were opened, and whom they serve."""
    opening: dict[str, list[inventory.StockAdjustment]] = defaultdict(list)
    for drafted in story.WAREHOUSES:
        (warehouse_id,) = await inventory.create_warehouses(
            conn,
            actor=world.actor(drafted.org, Permission.STOCK_MANAGE),
            warehouses=[
                inventory.NewWarehouse(
                    code=drafted.code,
                    name=drafted.name,
                    name_en=drafted.name_en,
                    region=drafted.region,
                    priority=drafted.priority,
                )
            ],
        )
        world.warehouses[drafted.org, drafted.code] = warehouse_id
        opening[drafted.org] += [
            inventory.StockAdjustment(
                warehouse_id=warehouse_id,
                sku_id=world.skus[sku.code].id,
                quantity=drafted.opening_cases * sku.case_units,
            )
            for sku in SKUS
            if (drafted.org, sku.code) not in NEVER_IN_STOCK
        ]
    for org, adjustments in opening.items():
        await inventory.adjust_stock(
            conn,
            actor=world.actor(org, Permission.STOCK_MANAGE),
            adjustments=adjustments,
            reason=inventory.MovementReason.OPENING,
        )
    for edge in story.EDGES:
        if edge.warehouses:
            codes = [(edge.seller, code) for code in edge.warehouses]
            grant = inventory.WarehouseGrant(
                relationship_id=world.edges[edge.ends],
                warehouse_ids=tuple(world.warehouses[code] for code in codes),
            )
            await inventory.grant_warehouses(
                conn, actor=world.actor(edge.seller, Permission.STOCK_MANAGE), grants=[grant]
            )


def _yuan(amount: int) -> Money:
    return Money.parse(str(amount), story.CURRENCY)
