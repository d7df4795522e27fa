"""What a buyer may buy: one SKU on one edge, with all that decides on buying it.

An offer is put together from several modules; so it stands above them.
"""

from __future__ import annotations

from dataclasses import replace

import strawberry

from tradeline import catalog, inventory, kernel, pricing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import PositiveInt
from tradeline_graph._scope import Guard, Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_pack_row, load_sku
from tradeline_graph.organizations import (
    Organization,
    Relationship,
    load_organization,
    load_relationship,
)
from tradeline_graph.pricing import PriceBreak, PriceQuote, load_price_sheet


@strawberry.type(
    description="A SKU that you may buy on one of your relationships. Two sellers, two offers.",
    directives=scoped(Scope.PARTY),
)
class Offer:
    quantity_minimum: int = strawberry.field(description="Of an order line, in base units.")
    quantity_step: int = strawberry.field(
        description="An order line is a multiple of it, in base units."
    )
    relationship_id: strawberry.Private[int]
    seller_org_id: strawberry.Private[int]
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, offer: catalog.Offer) -> Offer:
        return cls(
            quantity_minimum=offer.quantity_minimum,
            quantity_step=offer.quantity_step,
            relationship_id=offer.relationship_id,
            seller_org_id=offer.seller_org_id,
            sku_id=offer.sku_id,
        )

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field
    async def seller(self, info: Info) -> Organization | None:
        return await load_organization(info, self.seller_org_id)

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.relationship_id)

    @strawberry.field(
        description="What `quantity` packs cost now; without `packId`, base units; without "
        "`quantity`, the fewest that can be ordered.",
        extensions=needs(Permission.PRICE_READ),
    )
    async def price(
        self,
        info: Info,
        pack_id: strawberry.ID | None = None,
        quantity: PositiveInt | None = None,
    ) -> PriceQuote | None:
        found = await self._request(info, pack_id)
        if found is None:
            return None
        sheet, request = found
        if quantity is not None:
            request = replace(request, pack_quantity=quantity)
        if request.base_quantity > kernel.QUANTITY_MAX:
            raise kernel.refuse(
                kernel.InvalidValue(
                    path=("quantity",),
                    field="quantity",
                    rule=f"at most {kernel.QUANTITY_MAX} base units",
                    rule_zh=f"最多 {kernel.QUANTITY_MAX} 个基本单位",
                )
            )
        return PriceQuote.of(sheet.resolve_for(info.context.signed_in().org_id, request))

    @strawberry.field(
        description="What you pay at which quantity, ordered by the pack; without `packId`, by "
        "the base unit. Empty while there is no price.",
        extensions=needs(Permission.PRICE_READ),
    )
    async def price_breaks(
        self, info: Info, pack_id: strawberry.ID | None = None
    ) -> list[PriceBreak] | None:
        found = await self._request(info, pack_id)
        if found is None:
            return []
        sheet, request = found
        breaks = sheet.breaks(request.pack_id, request.pack_units, self.quantity_minimum)
        return [PriceBreak.of(each) for each in breaks]

    @strawberry.field(
        description="What is free to order now, in base units; a look, not a promise.",
        extensions=needs(Permission.CATALOG_READ),
    )
    async def available(self, info: Info) -> int | None:
        loader = info.context.loader("available", _available)
        return await loader.load((self.relationship_id, self.sku_id))

    async def _request(
        self, info: Info, pack_id: strawberry.ID | None
    ) -> tuple[pricing.PriceSheet, pricing.PriceRequest] | None:
        """What decides the price, and a request for the fewest packs; None for no such pack."""
        pack = await load_pack_row(info, self.sku_id, from_optional_id("Pack", pack_id))
        if pack is None:
            return None
        sheet = await load_price_sheet(info, self.relationship_id, self.sku_id)
        if sheet is None:
            return None
        request = pricing.PriceRequest(
            relationship_id=self.relationship_id,
            sku_id=self.sku_id,
            pack_id=pack.id,
            pack_units=pack.units,
            pack_quantity=-(-self.quantity_minimum // pack.units),
        )
        return sheet, request


async def _available(
    conn: kernel.Connection, actor: kernel.Actor, pairs: list[tuple[int, int]]
) -> list[int | None]:
    found = await inventory.available_on_edges(conn, actor=actor, pairs=pairs)
    return [found.get(pair) for pair in pairs]


@strawberry.type
class Query:
    @strawberry.field(
        description="What your organization may buy now, by name; search as one types, in "
        "Chinese, pinyin or Latin, or by code, barcode or own code.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def offers(
        self,
        info: Info,
        search: str | None = None,
        category_id: strawberry.ID | None = None,
        product_id: strawberry.ID | None = None,
        seller_id: strawberry.ID | None = None,
        relationship_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Offer]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (str, int, int))
        only = catalog.OfferFilter(
            search=search,
            category_id=from_optional_id("Category", category_id),
            product_id=from_optional_id("Product", product_id),
            seller_org_id=from_optional_id("Organization", seller_id),
            relationship_id=from_optional_id("Relationship", relationship_id),
        )
        async with info.context.db.reading(actor.network_id) as conn:
            page = await catalog.list_offers(conn, actor=actor, page=request, only=only)
        return Connection.of(page, Offer.of)
