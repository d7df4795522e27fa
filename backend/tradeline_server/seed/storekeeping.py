"""Opens the stores of the demo network, by those who would do so."""

from __future__ import annotations

from decimal import Decimal

from tradeline import channels
from tradeline.kernel import Connection, Money, Permission, system_actor
from tradeline_server.seed import stores as story
from tradeline_server.seed.world import World
from tradeline_server.wechat.simulator import FEE_RATE


async def make_stores(conn: Connection, world: World) -> None:
    """Stores with their supply agreed to, what they list, where they deliver, and links."""
    whole = system_actor(world.network_id, 0)
    program_id = await channels.put_mini_program(
        conn, actor=whole, app_id=story.APP_ID, name=story.APP_NAME
    )
    for org, merchant_id in story.MERCHANTS:
        await channels.put_payment_account(
            conn,
            actor=system_actor(world.network_id, world.orgs[org]),
            merchant_id=merchant_id,
            fee_bp=FEE_RATE,
        )
    for store in story.STORES:
        store_id = await _open(conn, world, store, program_id)
        await _fill(conn, world, store, store_id)
        links = [
            channels.NewLink(
                store_id=store_id,
                sku_id=None if link.sku is None else world.skus[link.sku].id,
                source=link.source,
                campaign=link.campaign,
            )
            for link in story.LINKS
            if link.store == store.code
        ]
        if links:
            keeper = world.actor(store.org, Permission.STORE_MANAGE)
            await channels.create_links(conn, actor=keeper, links=links)


async def _open(conn: Connection, world: World, store: story.StoryStore, program_id: int) -> int:
    tiers = (store.org, *store.supply)
    route = tuple(
        world.edges[seller, buyer] for buyer, seller in zip(tiers, store.supply, strict=False)
    )
    (store_id,) = await channels.create_stores(
        conn,
        actor=world.actor(store.org, Permission.STORE_MANAGE),
        stores=[
            channels.NewStore(
                code=store.code,
                name=store.name,
                name_en=store.name_en,
                region=store.region,
                address=store.address,
                phone=store.phone,
                opening_hours=store.opening_hours,
                latitude=Decimal(store.latitude),
                longitude=Decimal(store.longitude),
                offers_pickup=store.offers_pickup,
                is_open=True,
                route=route,
                collector_tier=tiers.index(store.collector),
                mini_program_id=program_id,
            )
        ],
    )
    for seller in store.supply:
        await channels.agree_to_route(
            conn, actor=world.actor(seller, Permission.STORE_MANAGE), store_id=store_id
        )
    return store_id


async def _fill(conn: Connection, world: World, store: story.StoryStore, store_id: int) -> None:
    keeper = world.actor(store.org, Permission.STORE_MANAGE)
    await channels.put_listings(
        conn,
        actor=keeper,
        store_id=store_id,
        listings=[
            channels.NewListing(
                sku_id=world.skus[sku.code].id,
                unit_price=price,
                markup_bp=store.markup_bp if price is None else None,
                position=10 * place,
            )
            for place, (sku, price) in enumerate(story.listed_in(store), start=1)
        ],
    )
    await channels.put_freight_rules(
        conn,
        actor=keeper,
        store_id=store_id,
        rules=[
            channels.FreightRule(
                region=rule.region,
                base_minor=_minor(rule.base, world),
                free_from_minor=None if rule.free_from is None else _minor(rule.free_from, world),
            )
            for rule in store.freight
        ],
    )


def _minor(amount: str, world: World) -> int:
    return Money.parse(amount, world.currency).minor
