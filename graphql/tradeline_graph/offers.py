"""What a buyer may buy: one SKU on one edge, with all that decides on buying it.

An offer is put together from several modules; so it stands above them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar, cast

import strawberry

from tradeline import catalog, inventory, kernel, pricing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_optional_id
from tradeline_graph._loaders import asked_for
from tradeline_graph._pages import Connection
from tradeline_graph._promises import load_promise, promises_of
from tradeline_graph._scalars import PositiveInt
from tradeline_graph._scope import Guard, Scope, needs, scoped
from tradeline_graph.catalog import Sku, sku_rows
from tradeline_graph.organizations import (
    Organization,
    Relationship,
    load_organization,
    load_relationship,
)
from tradeline_graph.pricing import PriceBreak, PriceQuote, price_sheets

Asked: TypeAlias = tuple[pricing.PriceSheet, pricing.PriceRequest]
Answer = TypeVar("Answer")


@strawberry.type(description="So many from a day on.", directives=scoped(Scope.VALUE))
class AvailableLater:
    on: datetime.date
    quantity: int


@strawberry.type(
    description="What can be promised, in base units: after all who came before have theirs. More "
    "than a line holds, 1,000,000,000, is told as that many.",
    directives=scoped(Scope.VALUE),
)
class Availability:
    now: int
    later: list[AvailableLater] = strawberry.field(
        description="What is confirmed to come, the earliest first; each adds to what is before."
    )


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
    def sku(self, info: Info) -> Sku | None:
        return sku_rows(info).give(self.sku_id, lambda row: None if row is None else Sku.of(row))

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
    def price(
        self,
        info: Info,
        pack_id: strawberry.ID | None = None,
        quantity: PositiveInt | None = None,
    ) -> PriceQuote | None:
        org_id = info.context.signed_in().org_id

        def quote(asked: Asked | None) -> PriceQuote | None:
            if asked is None:
                return None
            sheet, request = asked
            if quantity is not None:
                request = replace(request, pack_quantity=quantity)
            _require_countable(request)
            return PriceQuote.of(sheet.resolve_for(org_id, request))

        return self._ask(info, pack_id, quote)

    @strawberry.field(
        description="What you pay at which quantity, ordered by the pack; without `packId`, by "
        "the base unit. Empty while there is no price.",
        extensions=needs(Permission.PRICE_READ),
    )
    def price_breaks(
        self, info: Info, pack_id: strawberry.ID | None = None
    ) -> list[PriceBreak] | None:
        def breaks(asked: Asked | None) -> list[PriceBreak]:
            if asked is None:
                return []
            sheet, request = asked
            found = sheet.breaks(request.pack_id, request.pack_units, self.quantity_minimum)
            return [PriceBreak.of(each) for each in found]

        return self._ask(info, pack_id, breaks)

    @strawberry.field(
        description="What is free to order now, in base units; a look, not a promise.",
        extensions=needs(Permission.CATALOG_READ),
    )
    def available(self, info: Info) -> int | None:
        loader = info.context.loader("available", _available)
        # More than a line holds is told as that many: an Int has 32 bits.
        return loader.give(
            (self.relationship_id, self.sku_id),
            lambda units: None if units is None else min(units, kernel.QUANTITY_MAX),
        )

    @strawberry.field(
        description="What can be promised now and from which day on: 5 now, 20 on 12 March. Null "
        "where the seller keeps no stock here.",
        extensions=needs(Permission.CATALOG_READ),
    )
    async def availability(self, info: Info) -> Availability | None:
        promise = await load_promise(info, self.seller_org_id, self.sku_id)
        if not promise.is_tracked:
            return None
        # Of what stands, some may be in warehouses that do not serve the relationship.
        pair = (self.relationship_id, self.sku_id)
        free = await info.context.loader("available", _available).load(pair)
        return Availability(
            now=min(promise.now, free or 0, kernel.QUANTITY_MAX),
            later=[
                AvailableLater(on=day, quantity=min(units, kernel.QUANTITY_MAX))
                for day, units in promise.later
            ],
        )

    def _ask(
        self,
        info: Info,
        pack_id: strawberry.ID | None,
        answer: Callable[[Asked | None], Answer],
    ) -> Answer:
        """Answer about a price by what decides it, and a request for the fewest packs; by None if
        there is no such pack. At once if both were loaded ahead."""
        wanted = from_optional_id("Pack", pack_id)
        pair = (self.relationship_id, self.sku_id)
        skus, sheets = sku_rows(info), price_sheets(info)
        if self.sku_id in skus.known and pair in sheets.known:
            return answer(self._asked(skus.known[self.sku_id], wanted, sheets.known[pair]))

        async def later() -> Answer:
            sku = await skus.load(self.sku_id)
            has_pack = sku is not None and sku.pack(wanted) is not None
            sheet = await sheets.load(pair) if has_pack else None
            return answer(self._asked(sku, wanted, sheet))

        return cast("Answer", later())

    def _asked(
        self, sku: catalog.Sku | None, pack_id: int | None, sheet: pricing.PriceSheet | None
    ) -> Asked | None:
        pack = None if sku is None else sku.pack(pack_id)
        if pack is None or sheet is None:
            return None
        request = pricing.PriceRequest(
            relationship_id=self.relationship_id,
            sku_id=self.sku_id,
            pack_id=pack.id,
            pack_units=pack.units,
            pack_quantity=-(-self.quantity_minimum // pack.units),
        )
        return sheet, request


def _require_countable(request: pricing.PriceRequest) -> None:
    """Raises Rejected for more than anybody can order."""
    if request.base_quantity > kernel.QUANTITY_MAX:
        raise kernel.refuse(
            kernel.InvalidValue(
                path=("quantity",),
                field="quantity",
                rule=f"at most {kernel.QUANTITY_MAX} base units",
                rule_zh=f"最多 {kernel.QUANTITY_MAX} 个基本单位",
            )
        )


async def _load_ahead(
    info: Info, conn: kernel.Connection, actor: kernel.Actor, offers: Sequence[catalog.Offer]
) -> None:
    """What the page's offers will be asked for, by the page: a statement for each kind of thing,
    on the connection that is there."""
    wanted = asked_for(info, "edges", "node")
    pairs = [(offer.relationship_id, offer.sku_id) for offer in offers]
    if wanted & {"sku", "price", "priceBreaks"}:
        await sku_rows(info).load_ahead(conn, actor, [offer.sku_id for offer in offers])
    if wanted & {"price", "priceBreaks"}:
        await price_sheets(info).load_ahead(conn, actor, pairs)
    if "availability" in wanted:
        goods = [(offer.seller_org_id, offer.sku_id) for offer in offers]
        await promises_of(info).load_ahead(conn, actor, goods)
    if wanted & {"available", "availability"}:
        await info.context.loader("available", _available).load_ahead(conn, actor, pairs)


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
            await _load_ahead(info, conn, actor, page.items)
        return Connection.of(page, Offer.of)
