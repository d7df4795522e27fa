"""Keeping price lists, one mutation for each change."""

from __future__ import annotations

import strawberry

from tradeline import pricing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import answering, granting, one_of_list, perform
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.pricing.inputs import (
    PriceListCreateInput,
    PriceListGrantInput,
    PriceListUpdateInput,
    PricesEndInput,
    PricesPutInput,
)
from tradeline_graph.pricing.payloads import (
    PriceListCreatePayload,
    PriceListGrantPayload,
    PriceListRevokePayload,
    PriceListUpdatePayload,
    PricesEndPayload,
    PricesPutPayload,
)
from tradeline_graph.pricing.price_lists import load_price_list

MANAGES = guarded(Scope.ORGANIZATION, Permission.PRICE_MANAGE)


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Make a price list, still empty.", extensions=MANAGES)
    async def price_list_create(
        self, info: Info, input: PriceListCreateInput
    ) -> PriceListCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                pricing.create_price_lists(conn, actor=actor, price_lists=[input.to_model()])
            ),
        )
        return PriceListCreatePayload(
            price_list=await load_price_list(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Change a price list's names or end, or let it apply to nobody.",
        extensions=MANAGES,
    )
    async def price_list_update(
        self, info: Info, input: PriceListUpdateInput
    ) -> PriceListUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: pricing.update_price_list(
                conn, actor=actor, change=input.to_model()
            ),
        )
        return PriceListUpdatePayload(
            price_list=await load_price_list(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Put prices into a list. They are never rewritten: they end and others begin; "
        "putting the same twice changes nothing.",
        extensions=MANAGES,
    )
    async def prices_put(self, info: Info, input: PricesPutInput) -> PricesPutPayload:
        price_list_id = from_id("PriceList", input.price_list_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                pricing.put_prices(
                    conn, actor=actor, price_list_id=price_list_id, prices=input.to_model()
                ),
                price_list_id,
            ),
        )
        return PricesPutPayload(price_list=await load_price_list(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Let prices of a list end. What was ordered keeps its price.",
        extensions=MANAGES,
    )
    async def prices_end(self, info: Info, input: PricesEndInput) -> PricesEndPayload:
        price_list_id = from_id("PriceList", input.price_list_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                pricing.end_prices(
                    conn,
                    actor=actor,
                    price_list_id=price_list_id,
                    price_ids=[from_id("Price", price_id) for price_id in input.price_ids],
                    at=input.at,
                ),
                price_list_id,
            ),
        )
        return PricesEndPayload(price_list=await load_price_list(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Let relationships on which you sell buy at a list's prices.",
        extensions=MANAGES,
    )
    async def price_list_grant(
        self, info: Info, input: PriceListGrantInput
    ) -> PriceListGrantPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: granting(
                pricing.grant_price_lists(conn, actor=actor, grants=input.to_model()),
                from_id("PriceList", input.price_list_id),
            ),
        )
        return PriceListGrantPayload(
            price_list=await load_price_list(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Take a list back from relationships. What was ordered keeps its price.",
        extensions=MANAGES,
    )
    async def price_list_revoke(
        self, info: Info, input: PriceListGrantInput
    ) -> PriceListRevokePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: granting(
                pricing.revoke_price_lists(conn, actor=actor, grants=input.to_model()),
                from_id("PriceList", input.price_list_id),
            ),
        )
        return PriceListRevokePayload(
            price_list=await load_price_list(info, done.id), errors=done.errors
        )
