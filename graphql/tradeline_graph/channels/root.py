"""Asking for stores: as a consumer, and as those who keep or supply them."""

from __future__ import annotations

from collections.abc import Mapping

import strawberry

from tradeline import channels, kernel, shopping
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection, Edge, PageInfo
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.channels.categories import StoreCategory
from tradeline_graph.channels.storefront import (
    OpenedLink,
    PlaceInput,
    StoreFront,
    StoreOffer,
    load_store_front,
    offered_skus,
)
from tradeline_graph.channels.types import (
    MiniProgram,
    PaymentAccount,
    Store,
    load_store,
)

SHOPS = guarded(Scope.MEMBER)
READS = guarded(Scope.PARTY, Permission.STORE_READ)
READS_OWN = guarded(Scope.ORGANIZATION, Permission.STORE_READ)


@strawberry.type
class Query:
    @strawberry.field(description="A store, also when it is closed.", extensions=SHOPS)
    async def store_front(self, info: Info, id: strawberry.ID) -> StoreFront | None:
        return await load_store_front(info, from_id("Store", id))

    @strawberry.field(
        description="Stores that take orders: nearest first if you say where you are; search for "
        "a part of a name or address, in Chinese, pinyin or Latin.",
        extensions=SHOPS,
    )
    async def store_fronts(
        self,
        info: Info,
        near: PlaceInput | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StoreFront]:
        shopper = info.context.shopping_viewer()
        request = kernel.page_request(first, after, (int, int))
        async with info.context.db.reading(shopper.network_id) as conn:
            page = await channels.find_stores(
                conn,
                network_id=shopper.network_id,
                page=request,
                near=None if near is None else near.to_model(),
                search=search,
            )
        return Connection.of(
            page,
            lambda found: StoreFront.of(found.store, distance_metres=found.distance_metres),
        )

    @strawberry.field(
        description="What is on sale in a store, in its own order; search as one types, in "
        "Chinese, pinyin or Latin, or by code. What a page leaves out cannot be had at present.",
        extensions=SHOPS,
    )
    async def store_offers(
        self,
        info: Info,
        store_id: strawberry.ID,
        search: str | None = None,
        category_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StoreOffer]:
        shopper = info.context.shopping_viewer()
        request = kernel.page_request(first, after, (int, int))
        id = from_id("Store", store_id)
        async with info.context.db.reading(shopper.network_id) as conn:
            page = await channels.list_offered(
                conn,
                network_id=shopper.network_id,
                store_id=id,
                page=request,
                search=search,
                category_id=from_optional_id("Category", category_id),
            )
            found = await shopping.load_offers(
                conn,
                network_id=shopper.network_id,
                pairs=[(id, listing.sku_id) for listing in page.items],
            )
            offers = {sku_id: offer for (_, sku_id), offer in found.items()}
            await offered_skus(info).load_ahead(conn, shopper, offers)
        return _on_sale(page, offers)

    @strawberry.field(
        description="The categories of what a store lists, with those above them: at most 100.",
        extensions=SHOPS,
    )
    async def store_categories(self, info: Info, store_id: strawberry.ID) -> list[StoreCategory]:
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            found = await channels.list_offered_categories(
                conn, network_id=shopper.network_id, store_id=from_id("Store", store_id)
            )
        return [StoreCategory.of(category) for category in found]

    @strawberry.field(
        description="One SKU of a store; null if it is not on sale there.", extensions=SHOPS
    )
    async def store_offer(
        self, info: Info, store_id: strawberry.ID, sku_id: strawberry.ID
    ) -> StoreOffer | None:
        shopper = info.context.shopping_viewer()
        pair = from_id("Store", store_id), from_id("Sku", sku_id)
        async with info.context.db.reading(shopper.network_id) as conn:
            offers = await shopping.load_offers(conn, network_id=shopper.network_id, pairs=[pair])
        return StoreOffer.of(offers[pair]) if pair in offers else None

    @strawberry.field(
        description="Where a deep link leads; null if it leads nowhere.", extensions=SHOPS
    )
    async def link_open(self, info: Info, code: str) -> OpenedLink | None:
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            found = await channels.open_link(conn, network_id=shopper.network_id, code=code)
        return None if found is None else OpenedLink.of(found)

    @strawberry.field(
        description="Your organization's stores, and those that it supplies or is asked to; "
        "search for a part of a name, code or address.",
        extensions=READS,
    )
    async def stores(
        self,
        info: Info,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Store]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await channels.list_managed_stores(
                conn, actor=actor, page=request, search=search
            )
        return Connection.of(page, Store.of)

    @strawberry.field(description="One of them.", extensions=READS)
    async def store(self, info: Info, id: strawberry.ID) -> Store | None:
        return await load_store(info, from_id("Store", id))

    @strawberry.field(
        description="The mini-programs that stores can be shown in.", extensions=READS_OWN
    )
    async def mini_programs(self, info: Info) -> list[MiniProgram]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await channels.list_mini_programs(conn, actor=actor)
        return [MiniProgram.of(program) for program in found]

    @strawberry.field(
        description="As which merchant your organization collects, if it does.",
        extensions=READS_OWN,
    )
    async def payment_account(self, info: Info) -> PaymentAccount | None:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await channels.payment_accounts(
                conn, network_id=actor.network_id, org_ids=[actor.org_id]
            )
        own = found.get(actor.org_id)
        return None if own is None else PaymentAccount.of(own)


def _on_sale(
    page: kernel.Page[channels.Listing], offers: Mapping[int, shopping.StoreOffer]
) -> Connection[StoreOffer]:
    """The page without what is listed and not on sale; the next one begins where it ended."""
    edges = [
        Edge(node=StoreOffer.of(offers[listing.sku_id]), cursor=cursor)
        for listing, cursor in zip(page.items, page.cursors, strict=True)
        if listing.sku_id in offers
    ]
    end_cursor = page.cursors[-1] if page.cursors else None
    return Connection(
        edges=edges, page_info=PageInfo(has_next_page=page.has_next, end_cursor=end_cursor)
    )
