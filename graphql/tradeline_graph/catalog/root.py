"""Asking what there is: by list, by search, by code."""

from __future__ import annotations

import strawberry

from tradeline import catalog, kernel
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.catalog.types import (
    Assortment,
    Category,
    Product,
    Sku,
    SkuMatch,
    load_assortment,
    load_product,
    load_sku,
)


@strawberry.type
class Query:
    @strawberry.field(
        description="The SKUs that your organization may see, by name; search as one types, in "
        "Chinese, pinyin or Latin, or by code, barcode or own code.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def skus(
        self,
        info: Info,
        search: str | None = None,
        category_id: strawberry.ID | None = None,
        product_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Sku]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (str, int))
        only = catalog.SkuFilter(
            search=search,
            category_id=from_optional_id("Category", category_id),
            product_id=from_optional_id("Product", product_id),
        )
        async with info.context.db.reading(actor.network_id) as conn:
            page = await catalog.search_skus(conn, actor=actor, page=request, only=only)
        return Connection.of(page, Sku.of)

    @strawberry.field(
        description="A SKU that your organization may see.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def sku(self, info: Info, id: strawberry.ID) -> Sku | None:
        return await load_sku(info, from_id("Sku", id))

    @strawberry.field(
        description="SKUs by exact code, barcode or own code. More than one is ambiguous.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def sku_by_code(self, info: Info, code: str) -> list[SkuMatch]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await catalog.find_skus(conn, actor=actor, code=code)
        return [SkuMatch.of(match) for match in found]

    @strawberry.field(
        description="The same for at most 100 codes, in their order, whatever their case and "
        "width: what somebody pasted.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def skus_by_codes(self, info: Info, codes: list[str]) -> list[list[SkuMatch]]:
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await catalog.find_many_skus(conn, actor=actor, codes=codes)
        return [[SkuMatch.of(match) for match in matches] for matches in found]

    @strawberry.field(
        description="A product of which your organization may see a SKU.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def product(self, info: Info, id: strawberry.ID) -> Product | None:
        return await load_product(info, from_id("Product", id))

    @strawberry.field(
        description="Products of which your organization may see a SKU; search for a part of a "
        "code, name or brand.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def products(
        self,
        info: Info,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Product]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await catalog.list_products(conn, actor=actor, page=request, search=search)
        return Connection.of(page, Product.of)

    @strawberry.field(
        description="The categories of what your organization may see.",
        extensions=[Guard(Scope.PARTY, Permission.CATALOG_READ)],
    )
    async def categories(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Category]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int, int))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await catalog.list_categories(conn, actor=actor, page=request)
        return Connection.of(page, Category.of)

    @strawberry.field(
        description="The assortments that your organization grants, or that are its own to fill; "
        "search for a part of a code or name.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.CATALOG_READ)],
    )
    async def assortments(
        self,
        info: Info,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Assortment]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await catalog.list_assortments(conn, actor=actor, page=request, search=search)
        return Connection.of(page, Assortment.of)

    @strawberry.field(
        description="One of them.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.CATALOG_READ)],
    )
    async def assortment(self, info: Info, id: strawberry.ID) -> Assortment | None:
        return await load_assortment(info, from_id("Assortment", id))
