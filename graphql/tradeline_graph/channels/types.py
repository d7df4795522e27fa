"""Stores as those who keep or supply them see them."""

from __future__ import annotations

import datetime
import decimal

import strawberry

from tradeline import channels, kernel, shopping
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_sku
from tradeline_graph.organizations import (
    LegalEntity,
    Organization,
    Relationship,
    load_legal_entity,
    load_organization,
    load_relationship,
)

strawberry.enum(
    channels.PriceBasis, description="Whether a price is said, or made of the store's own cost."
)


@strawberry.type(
    description="A WeChat mini-program of your network.", directives=scoped(Scope.ORGANIZATION)
)
class MiniProgram:
    id: strawberry.ID
    app_id: str
    name: str

    @classmethod
    def of(cls, program: channels.MiniProgram) -> MiniProgram:
        return cls(id=to_id("MiniProgram", program.id), app_id=program.app_id, name=program.name)


@strawberry.type(
    description="The merchant as which your organization collects from consumers.",
    directives=scoped(Scope.ORGANIZATION),
)
class PaymentAccount:
    merchant_id: str
    sharing_ratio_max_basis_points: int = strawberry.field(
        description="The largest part of a payment that may be shared."
    )
    sharing_wait_days: int
    fee_basis_points: int | None = strawberry.field(
        description="What the provider takes of a payment, by which its bills are checked; null "
        "where nobody has said."
    )

    @classmethod
    def of(cls, account: channels.PaymentAccount) -> PaymentAccount:
        return cls(
            merchant_id=account.merchant_id,
            sharing_ratio_max_basis_points=account.sharing_ratio_max_bp,
            sharing_wait_days=account.sharing_wait_days,
            fee_basis_points=account.fee_bp,
        )


@strawberry.type(
    description="One level of a store's supply: 0 is the store's organization, and each further "
    "one sells to the one below.",
    directives=scoped(Scope.PARTY),
)
class StoreTier:
    tier: int
    is_collector: bool = strawberry.field(description="It takes the consumers' money.")
    is_yours: bool
    agreed_at: datetime.datetime | None = strawberry.field(
        description="When it agreed to supply the store; null for tier 0, which need not."
    )
    is_active: bool = strawberry.field(
        description="Its goods are on sale in the store: it and all below it agreed, and trade."
    )
    relationship_id: strawberry.ID | None = strawberry.field(
        description="As your organization named it, if the store is its own."
    )
    org_id: strawberry.Private[int]
    edge_id: strawberry.Private[int | None]

    @strawberry.field(description="If it is one that you may know of.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)

    @strawberry.field(
        description="On which it sells to the tier below, if it is one of yours.",
        extensions=needs(Permission.RELATIONSHIP_READ),
    )
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.edge_id)


@strawberry.type(
    description="A SKU in your store, at a price of its own or with a markup on what you pay.",
    directives=scoped(Scope.ORGANIZATION),
)
class StoreListing:
    basis: channels.PriceBasis
    unit_price: decimal.Decimal | None
    markup_basis_points: int | None
    limit_per_order: int | None
    position: int
    is_listed: bool
    sku_id: strawberry.Private[int]
    store_id: strawberry.Private[int]

    @classmethod
    def of(cls, listing: channels.Listing) -> StoreListing:
        return cls(
            basis=listing.basis,
            unit_price=listing.unit_price,
            markup_basis_points=listing.markup_bp,
            limit_per_order=listing.limit_per_order,
            position=listing.position,
            is_listed=listing.is_listed,
            sku_id=listing.sku_id,
            store_id=listing.store_id,
        )

    @strawberry.field(
        description="You sell it for less than you pay your supplier: consumers buy it as far as "
        "your free credit there covers the difference.",
        extensions=needs(Permission.STORE_READ),
    )
    async def is_below_cost(self, info: Info) -> bool | None:
        pair = self.store_id, self.sku_id
        return await info.context.loader("listings_below_cost", _below_cost).load(pair)

    @strawberry.field(
        description="If you may see it still.", extensions=needs(Permission.CATALOG_READ)
    )
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="What delivery into a region costs; the longest that begins the consumer's "
    "holds, and an empty one everywhere else.",
    directives=scoped(Scope.ORGANIZATION),
)
class FreightRule:
    region: str
    base: Money
    free_from: Money | None = strawberry.field(description="From what sum of goods it is free.")

    @classmethod
    def of(cls, rule: channels.FreightRule, currency: str) -> FreightRule:
        return cls(
            region=rule.region,
            base=Money.of_minor(rule.base_minor, currency),
            free_from=None
            if rule.free_from_minor is None
            else Money.of_minor(rule.free_from_minor, currency),
        )


@strawberry.type(description="A deep link into your store.", directives=scoped(Scope.ORGANIZATION))
class StoreLink:
    id: strawberry.ID
    code: str
    source: str = strawberry.field(description="It is kept with the orders that come of it.")
    campaign: str
    created_at: datetime.datetime
    sku_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, link: channels.Link) -> StoreLink:
        return cls(
            id=to_id("StoreLink", link.id),
            code=link.code,
            source=link.source,
            campaign=link.campaign,
            created_at=link.created_at,
            sku_id=link.sku_id,
        )

    @strawberry.field(
        description="The SKU that it is for, if it is for one.",
        extensions=needs(Permission.CATALOG_READ),
    )
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="Where consumers buy. Its organization keeps it; those who supply it see whom "
    "they are asked to supply.",
    directives=scoped(Scope.PARTY),
)
class Store:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    region: str
    address: str
    phone: str
    opening_hours: str
    latitude: decimal.Decimal | None
    longitude: decimal.Decimal | None
    currency: str
    offers_delivery: bool
    offers_pickup: bool
    is_open: bool
    takes_orders: bool = strawberry.field(
        description="It is open, and its route reaches the one who collects."
    )
    collector_tier: int
    collector_name: str = strawberry.field(description="Who takes the consumers' money.")
    collector_name_en: str
    route_hash: str = strawberry.field(
        description="Of the route and the collector that you read; send it when you agree."
    )
    created_at: datetime.datetime
    store: strawberry.Private[channels.Store]

    @classmethod
    def of(cls, store: channels.Store) -> Store:
        own = store.tiers[0]
        collectors = [
            (own.name, own.name_en),
            *((edge.seller_name, edge.seller_name_en) for edge in store.route),
        ]
        collector_name, collector_name_en = collectors[store.collector_tier]
        return cls(
            id=to_id("Store", store.id),
            code=store.code,
            name=store.name,
            name_en=store.name_en,
            region=store.region,
            address=store.address,
            phone=store.phone,
            opening_hours=store.opening_hours,
            latitude=store.latitude,
            longitude=store.longitude,
            currency=store.currency,
            offers_delivery=store.offers_delivery,
            offers_pickup=store.offers_pickup,
            is_open=store.is_open,
            takes_orders=store.takes_orders,
            collector_tier=store.collector_tier,
            collector_name=collector_name,
            collector_name_en=collector_name_en,
            route_hash=store.route_hash,
            created_at=store.created_at,
            store=store,
        )

    @strawberry.field(description="Your organization's own, which it may change.")
    def is_own(self, info: Info) -> bool:
        return info.context.signed_in().org_id == self.store.org_id

    @strawberry.field(description="If it is one that you may know of.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.store.org_id)

    @strawberry.field(description="That sells in it, if it is one that you may know of.")
    async def legal_entity(self, info: Info) -> LegalEntity | None:
        return await load_legal_entity(info, self.store.entity_id)

    @strawberry.field(
        description="Whether consumers can pay in it: its route reaches the one who collects, who "
        "is set up as a merchant, and it has a mini-program. Without, it sells nothing though it "
        "is open.",
        extensions=needs(Permission.STORE_READ),
    )
    async def can_be_paid(self, info: Info) -> bool | None:
        return await info.context.loader("collectable_stores", _collectable).load(self.store.id)

    @strawberry.field(description="The mini-program that shows it.")
    async def mini_program(self, info: Info) -> MiniProgram | None:
        if self.store.mini_program_id is None:
            return None
        found = await info.context.loader("mini_program", _mini_programs).load(
            self.store.mini_program_id
        )
        return None if found is None else MiniProgram.of(found)

    @strawberry.field(description="The store itself, and who supplies it, upwards.")
    def route(self, info: Info) -> list[StoreTier]:
        org_id = info.context.signed_in().org_id
        known = len(self.store.tiers)
        own = StoreTier(
            tier=0,
            is_collector=self.collector_tier == 0,
            is_yours=self.store.org_id == org_id,
            agreed_at=None,
            is_active=True,
            org_id=self.store.org_id,
            relationship_id=None,
            edge_id=None,
        )
        return [own] + [
            StoreTier(
                tier=edge.tier,
                is_collector=self.collector_tier == edge.tier,
                is_yours=edge.seller_org_id == org_id,
                agreed_at=edge.agreed_at,
                is_active=edge.tier < known,
                org_id=edge.seller_org_id,
                relationship_id=to_id("Relationship", edge.relationship_id)
                if own.is_yours
                else None,
                edge_id=edge.relationship_id,
            )
            for edge in self.store.route
        ]

    @strawberry.field(
        description="What it lists, in its own order; search as in `skus`. Empty unless it is your "
        "own."
    )
    async def listings(
        self,
        info: Info,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StoreListing]:
        page = kernel.page_request(first, after, (int, int))

        async def load(
            conn: kernel.Connection, actor: Actor, ids: list[int]
        ) -> list[kernel.Page[channels.Listing]]:
            found = await channels.list_listings(
                conn, actor=actor, store_ids=ids, page=page, search=search
            )
            return [found[id] for id in ids]

        loader = info.context.loader(f"listings of store {page} {search}", load)
        return Connection.of(await loader.load(self.store.id), StoreListing.of)

    @strawberry.field(
        description="Where it delivers, by region; without any, nowhere. Empty unless it is your "
        "own."
    )
    async def freight_rules(self, info: Info) -> list[FreightRule]:
        found = await info.context.loader("freight_of_store", _freight).load(self.store.id)
        return [FreightRule.of(rule, self.currency) for rule in found]

    @strawberry.field(description="Oldest first; empty unless it is your own.")
    async def links(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[StoreLink]:
        page = kernel.page_request(first, after, (int,))

        async def load(
            conn: kernel.Connection, actor: Actor, ids: list[int]
        ) -> list[kernel.Page[channels.Link]]:
            found = await channels.list_links(conn, actor=actor, store_ids=ids, page=page)
            return [found[id] for id in ids]

        loader = info.context.loader(f"links of store {page}", load)
        return Connection.of(await loader.load(self.store.id), StoreLink.of)


async def load_store(info: Info, store_id: int | None) -> Store | None:
    """A store by its row's id, if the actor keeps or supplies it."""
    if store_id is None:
        return None
    found = await info.context.loader("store", _stores).load(store_id)
    return None if found is None else Store.of(found)


async def load_link(info: Info, link_id: int | None) -> StoreLink | None:
    """A link into one of the actor's own stores."""
    if link_id is None:
        return None
    found = await info.context.loader("store_link", _links).load(link_id)
    return None if found is None else StoreLink.of(found)


async def _stores(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[channels.Store | None]:
    found = await channels.managed_stores_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _links(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[channels.Link | None]:
    found = await channels.links_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]


async def _mini_programs(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[channels.MiniProgram | None]:
    found = {
        program.id: program for program in await channels.list_mini_programs(conn, actor=actor)
    }
    return [found.get(id) for id in ids]


async def _collectable(conn: kernel.Connection, actor: Actor, ids: list[int]) -> list[bool]:
    found = await shopping.collectable_stores(conn, actor=actor, store_ids=ids)
    return [id in found for id in ids]


async def _freight(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[list[channels.FreightRule]]:
    found = await channels.freight_rules_of(conn, actor=actor, store_ids=ids)
    return [found[id] for id in ids]


async def _below_cost(
    conn: kernel.Connection, actor: Actor, pairs: list[tuple[int, int]]
) -> list[bool]:
    found = await shopping.listings_below_cost(conn, actor=actor, pairs=pairs)
    return [pair in found for pair in pairs]
