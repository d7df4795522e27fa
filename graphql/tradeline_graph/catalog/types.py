"""What the catalog looks like to whoever may see it."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from tradeline import catalog, inventory, kernel
from tradeline.kernel import Actor
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.organizations import (
    Organization,
    Relationship,
    load_organization,
    load_relationship,
)

strawberry.enum(catalog.CodeKind, description="By which of its codes a SKU was found.")


@strawberry.type(
    description="A node of an owner's category tree.", directives=scoped(Scope.ORGANIZATION)
)
class Category:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    position: int
    parent_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, category: catalog.Category) -> Category:
        return cls(
            id=to_id("Category", category.id),
            code=category.code,
            name=category.name,
            name_en=category.name_en,
            position=category.position,
            parent_id=category.parent_id,
        )

    @strawberry.field
    async def parent(self, info: Info) -> Category | None:
        return await load_category(info, self.parent_id)


@strawberry.type(
    description="So many base units of a SKU under one name.", directives=scoped(Scope.PARTY)
)
class Pack:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    units: int

    @classmethod
    def of(cls, pack: catalog.Pack) -> Pack:
        return cls(
            id=to_id("Pack", pack.id),
            code=pack.code,
            name=pack.name,
            name_en=pack.name_en,
            units=pack.units,
        )


@strawberry.type(description="What is printed on a pack.", directives=scoped(Scope.PARTY))
class Barcode:
    code: str
    pack_id: strawberry.ID


@strawberry.type(
    description="What is stocked, in its base unit. Seen by its owner, and where it is traded.",
    directives=scoped(Scope.PARTY),
)
class Sku:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    attributes: JSON = strawberry.field(description="The dimensions of a variant, by name.")
    base_unit: str
    is_active: bool
    own_code: str | None = strawberry.field(description="What your organization calls it.")
    packs: list[Pack]
    barcodes: list[Barcode]
    product_id: strawberry.Private[int]

    @classmethod
    def of(cls, sku: catalog.Sku) -> Sku:
        return cls(
            id=to_id("Sku", sku.id),
            code=sku.code,
            name=sku.name,
            name_en=sku.name_en,
            attributes=JSON(dict(sku.attributes)),
            base_unit=sku.base_unit,
            is_active=sku.is_active,
            own_code=sku.own_code,
            packs=[Pack.of(pack) for pack in sku.packs],
            barcodes=[
                Barcode(code=barcode.code, pack_id=to_id("Pack", barcode.pack_id))
                for barcode in sku.barcodes
            ],
            product_id=sku.product_id,
        )

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load_product(info, self.product_id)


@strawberry.type(
    description="What is sold; its SKUs are what is counted.", directives=scoped(Scope.PARTY)
)
class Product:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    brand: str
    description: str
    is_active: bool
    product: strawberry.Private[catalog.Product]

    @classmethod
    def of(cls, product: catalog.Product) -> Product:
        return cls(
            id=to_id("Product", product.id),
            code=product.code,
            name=product.name,
            name_en=product.name_en,
            brand=product.brand,
            description=product.description,
            is_active=product.is_active,
            product=product,
        )

    @strawberry.field
    async def category(self, info: Info) -> Category | None:
        return await load_category(info, self.product.category_id)

    @strawberry.field(description="Those of its SKUs that you may see, at most 100.")
    async def skus(self, info: Info) -> list[Sku]:
        found = await info.context.loader("skus_of_product", _skus_of_products).load(
            self.product.id
        )
        return [Sku.of(sku) for sku in found]


@strawberry.type(description="A SKU found by an exact code.", directives=scoped(Scope.PARTY))
class SkuMatch:
    kind: catalog.CodeKind
    sku_id: strawberry.Private[int]
    found_pack_id: strawberry.Private[int | None]

    @strawberry.field
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field(description="The pack that the barcode is printed on.")
    async def pack(self, info: Info) -> Pack | None:
        sku = await info.context.loader("sku", _skus).load(self.sku_id)
        if sku is None or self.found_pack_id is None:
            return None
        pack = sku.pack(self.found_pack_id)
        return None if pack is None else Pack.of(pack)


@strawberry.type(
    description="A SKU that you may buy on one of your relationships. Two sellers, two offers.",
    directives=scoped(Scope.PARTY),
)
class Offer:
    quantity_minimum: int = strawberry.field(description="Of an order line, in base units.")
    quantity_step: int = strawberry.field(description="Of an order line, in base units.")
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

    @strawberry.field
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field
    async def seller(self, info: Info) -> Organization | None:
        return await load_organization(info, self.seller_org_id)

    @strawberry.field
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.relationship_id)

    @strawberry.field(description="What is free for you of the seller's stock, in base units.")
    async def available(self, info: Info) -> int:
        pair = (self.relationship_id, self.sku_id)
        return await info.context.loader("available", _available).load(pair)


@strawberry.type(
    description="A SKU of an assortment, with the minimum and step of an order line in base units.",
    directives=scoped(Scope.ORGANIZATION),
)
class AssortmentItem:
    quantity_minimum: int
    quantity_step: int
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, item: catalog.AssortmentItem) -> AssortmentItem:
        return cls(
            quantity_minimum=item.quantity_minimum,
            quantity_step=item.quantity_step,
            sku_id=item.sku_id,
        )

    @strawberry.field
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="A named set of SKUs that a seller grants to relationships.",
    directives=scoped(Scope.ORGANIZATION),
)
class Assortment:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    assortment_id: strawberry.Private[int]

    @classmethod
    def of(cls, assortment: catalog.Assortment) -> Assortment:
        return cls(
            id=to_id("Assortment", assortment.id),
            code=assortment.code,
            name=assortment.name,
            name_en=assortment.name_en,
            assortment_id=assortment.id,
        )

    @strawberry.field
    async def items(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[AssortmentItem]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await catalog.list_assortment_skus(
                conn, actor=actor, assortment_id=self.assortment_id, page=request
            )
        return Connection.of(page, AssortmentItem.of)


async def load_sku(info: Info, sku_id: int | None) -> Sku | None:
    """The SKU, if the actor may see it."""
    if sku_id is None:
        return None
    found = await info.context.loader("sku", _skus).load(sku_id)
    return None if found is None else Sku.of(found)


async def load_product(info: Info, product_id: int | None) -> Product | None:
    if product_id is None:
        return None
    found = await info.context.loader("product", _products).load(product_id)
    return None if found is None else Product.of(found)


async def load_category(info: Info, category_id: int | None) -> Category | None:
    if category_id is None:
        return None
    found = await info.context.loader("category", _categories).load(category_id)
    return None if found is None else Category.of(found)


async def load_assortment(info: Info, assortment_id: int | None) -> Assortment | None:
    if assortment_id is None:
        return None
    found = await info.context.loader("assortment", _assortments).load(assortment_id)
    return None if found is None else Assortment.of(found)


async def _skus(conn: kernel.Connection, actor: Actor, ids: list[int]) -> list[catalog.Sku | None]:
    found = await catalog.skus_by_ids(conn, actor=actor, ids=ids)
    return [found.get(sku_id) for sku_id in ids]


async def _skus_of_products(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[list[catalog.Sku]]:
    found = await catalog.skus_of_products(conn, actor=actor, product_ids=ids)
    return [found.get(product_id, []) for product_id in ids]


async def _products(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[catalog.Product | None]:
    found = await catalog.products_by_ids(conn, actor=actor, ids=ids)
    return [found.get(product_id) for product_id in ids]


async def _categories(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[catalog.Category | None]:
    found = await catalog.categories_by_ids(conn, actor=actor, ids=ids)
    return [found.get(category_id) for category_id in ids]


async def _assortments(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[catalog.Assortment | None]:
    found = await catalog.assortments_by_ids(conn, actor=actor, ids=ids)
    return [found.get(assortment_id) for assortment_id in ids]


async def _available(
    conn: kernel.Connection, actor: Actor, pairs: list[tuple[int, int]]
) -> list[int]:
    found = await inventory.available_on_edges(conn, actor=actor, pairs=pairs)
    return [found.get(pair, 0) for pair in pairs]
