"""Asking for prices, and for price lists."""

from __future__ import annotations

import strawberry

from tradeline import kernel, pricing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import PositiveInt
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.pricing.enums import PriceLevel
from tradeline_graph.pricing.impact import PriceListImpact
from tradeline_graph.pricing.inputs import PriceInput
from tradeline_graph.pricing.price_lists import PriceList, load_price_list
from tradeline_graph.pricing.quotes import PriceQuote


@strawberry.input(description="Some packs of a SKU; without `packId`, base units.")
class PriceQuoteLineInput:
    sku_id: strawberry.ID
    quantity: PositiveInt
    pack_id: strawberry.ID | None = None


@strawberry.type
class Query:
    @strawberry.field(
        description="What lines cost on one of your relationships now, in their order. Buyer and "
        "seller may ask.",
        extensions=[Guard(Scope.PARTY, Permission.PRICE_READ)],
    )
    async def price_quote(
        self, info: Info, relationship_id: strawberry.ID, lines: list[PriceQuoteLineInput]
    ) -> list[PriceQuote]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await pricing.quote_prices(
                conn,
                actor=actor,
                relationship_id=from_id("Relationship", relationship_id),
                lines=[
                    pricing.QuoteLine(
                        sku_id=from_id("Sku", line.sku_id),
                        pack_quantity=line.quantity,
                        pack_id=from_optional_id("Pack", line.pack_id),
                    )
                    for line in lines
                ],
            )
        return [PriceQuote.of(resolution) for resolution in found]

    @strawberry.field(
        description="Your organization's price lists, oldest first; search for a part of a code or "
        "name.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PRICE_MANAGE)],
    )
    async def price_lists(
        self,
        info: Info,
        level: PriceLevel | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[PriceList]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await pricing.list_price_lists(
                conn, actor=actor, page=page, level=level, search=search
            )
        return Connection.of(result, PriceList.of)

    @strawberry.field(
        description="One of your organization's price lists.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PRICE_MANAGE)],
    )
    async def price_list(self, info: Info, id: strawberry.ID) -> PriceList | None:
        return await load_price_list(info, from_id("PriceList", id))

    @strawberry.field(
        description="Whom prices would reach if they were put into one of your organization's "
        "lists, and what would become of theirs. Changes nothing; at most 100 at once.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PRICE_MANAGE)],
    )
    async def price_list_impact(
        self, info: Info, price_list_id: strawberry.ID, prices: list[PriceInput]
    ) -> PriceListImpact:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await pricing.preview_prices(
                conn,
                actor=actor,
                price_list_id=from_id("PriceList", price_list_id),
                prices=[price.to_model() for price in prices],
            )
        return PriceListImpact.of(found)
