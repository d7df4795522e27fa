"""Keeping stores, one mutation for each change."""

from __future__ import annotations

import strawberry

from tradeline import channels
from tradeline.kernel import Actor, Connection, NotFound, Permission, refuse
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import answering, one_of_list, perform
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.channels.inputs import (
    FreightRulesPutInput,
    StoreCreateInput,
    StoreLinkCreateInput,
    StoreListingsPutInput,
    StoreListingsRemoveInput,
    StoreRouteAgreeInput,
    StoreRouteLeaveInput,
    StoreUpdateInput,
)
from tradeline_graph.channels.payloads import (
    FreightRulesPutPayload,
    StoreCreatePayload,
    StoreLinkCreatePayload,
    StoreListingsPutPayload,
    StoreListingsRemovePayload,
    StoreRouteAgreePayload,
    StoreRouteLeavePayload,
    StoreUpdatePayload,
)
from tradeline_graph.channels.types import load_link, load_store

MANAGES = guarded(Scope.ORGANIZATION, Permission.STORE_MANAGE)
SUPPLIES = guarded(Scope.PARTY, Permission.STORE_MANAGE)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Open a store of your organization. What comes from above it waits until each "
        "seller on its route has agreed.",
        extensions=MANAGES,
    )
    async def store_create(self, info: Info, input: StoreCreateInput) -> StoreCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                channels.create_stores(conn, actor=actor, stores=[input.to_model()])
            ),
        )
        return StoreCreatePayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(description="Change a store of your organization.", extensions=MANAGES)
    async def store_update(self, info: Info, input: StoreUpdateInput) -> StoreUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                channels.update_store(conn, actor=actor, change=input.to_model()),
                from_id("Store", input.store_id),
            ),
        )
        return StoreUpdatePayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As a seller on its route, agree to supply a store: its consumers are sold "
        "your goods, and you and the buyer owe each other what the sales say.",
        extensions=SUPPLIES,
    )
    async def store_route_agree(
        self, info: Info, input: StoreRouteAgreeInput
    ) -> StoreRouteAgreePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                channels.agree_to_route(
                    conn,
                    actor=actor,
                    store_id=from_id("Store", input.store_id),
                    route_hash=input.route_hash,
                ),
                from_id("Store", input.store_id),
            ),
        )
        return StoreRouteAgreePayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As a seller on its route, supply a store no more; what was sold is delivered.",
        extensions=SUPPLIES,
    )
    async def store_route_leave(
        self, info: Info, input: StoreRouteLeaveInput
    ) -> StoreRouteLeavePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                channels.leave_route(conn, actor=actor, store_id=from_id("Store", input.store_id)),
                from_id("Store", input.store_id),
            ),
        )
        return StoreRouteLeavePayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="List SKUs in your store, or say anew what is listed.", extensions=MANAGES
    )
    async def store_listings_put(
        self, info: Info, input: StoreListingsPutInput
    ) -> StoreListingsPutPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                channels.put_listings(
                    conn,
                    actor=actor,
                    store_id=from_id("Store", input.store_id),
                    listings=[listing.to_model() for listing in input.listings],
                ),
                from_id("Store", input.store_id),
            ),
        )
        return StoreListingsPutPayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(description="Take SKUs out of your store.", extensions=MANAGES)
    async def store_listings_remove(
        self, info: Info, input: StoreListingsRemoveInput
    ) -> StoreListingsRemovePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                channels.remove_listings(
                    conn,
                    actor=actor,
                    store_id=from_id("Store", input.store_id),
                    sku_ids=[from_id("Sku", id) for id in input.sku_ids],
                ),
                from_id("Store", input.store_id),
            ),
        )
        return StoreListingsRemovePayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Say where your store delivers, and what for.", extensions=MANAGES
    )
    async def freight_rules_put(
        self, info: Info, input: FreightRulesPutInput
    ) -> FreightRulesPutPayload:
        done = await perform(info, input, lambda conn, actor: _put_freight(conn, actor, input))
        return FreightRulesPutPayload(store=await load_store(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Make a deep link into your store, or to one SKU of it.", extensions=MANAGES
    )
    async def store_link_create(
        self, info: Info, input: StoreLinkCreateInput
    ) -> StoreLinkCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                channels.create_links(conn, actor=actor, links=[input.to_model()])
            ),
        )
        return StoreLinkCreatePayload(link=await load_link(info, done.id), errors=done.errors)


async def _put_freight(conn: Connection, actor: Actor, input: FreightRulesPutInput) -> int:
    """The sums are of the store's currency, which only its own organization learns here."""
    store_id = from_id("Store", input.store_id)
    found = await channels.stores_by_ids(conn, network_id=actor.network_id, ids=[store_id])
    store = found.get(store_id)
    if store is None or store.org_id != actor.org_id:
        raise refuse(NotFound(path=("storeId",), subject="store"))
    rules = input.to_model(store.currency)
    await channels.put_freight_rules(conn, actor=actor, store_id=store_id, rules=rules)
    return store_id
