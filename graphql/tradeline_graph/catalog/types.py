"""What the catalog looks like to whoever may see it."""

from __future__ import annotations

import asyncio

import strawberry

from tradeline import catalog, kernel
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_optional_id, to_id
from tradeline_graph._loaders import Loader
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.organizations import Relationship, load_relationship

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
    owner_org_id: strawberry.Private[int]
    parent_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, category: catalog.Category) -> Category:
        return cls(
            id=to_id("Category", category.id),
            code=category.code,
            name=category.name,
            name_en=category.name_en,
            position=category.position,
            owner_org_id=category.owner_org_id,
            parent_id=category.parent_id,
        )

    @strawberry.field(description="Your organization's own, which it may change.")
    def is_own(self, info: Info) -> bool:
        return info.context.signed_in().org_id == self.owner_org_id

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
    description="One dimension of a variant, such as 容量: 500 ml.", directives=scoped(Scope.VALUE)
)
class Attribute:
    name: str
    value: str


@strawberry.type(
    description="So many base units of a SKU in one unit of a bundle.",
    directives=scoped(Scope.PARTY),
)
class SkuComponent:
    code: str
    name: str
    name_en: str
    base_unit: str
    quantity: int
    sku_id: strawberry.Private[int]

    @classmethod
    def of(cls, component: catalog.Component) -> SkuComponent:
        return cls(
            code=component.code,
            name=component.name,
            name_en=component.name_en,
            base_unit=component.base_unit,
            quantity=component.quantity,
            sku_id=component.sku_id,
        )

    @strawberry.field(description="The SKU itself, if it is one that you may see.")
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="What is stocked, in its base unit. Seen by its owner, and where it is traded.",
    directives=scoped(Scope.PARTY),
)
class Sku:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    base_unit: str
    is_active: bool
    own_code: str | None = strawberry.field(description="What your organization calls it.")
    sku: strawberry.Private[catalog.Sku]

    @classmethod
    def of(cls, sku: catalog.Sku) -> Sku:
        return cls(
            id=to_id("Sku", sku.id),
            code=sku.code,
            name=sku.name,
            name_en=sku.name_en,
            base_unit=sku.base_unit,
            is_active=sku.is_active,
            own_code=sku.own_code,
            sku=sku,
        )

    # A catalog asks for few of them, fifty times a page.

    @strawberry.field(description="The dimensions of a variant.")
    def attributes(self) -> list[Attribute]:
        return [Attribute(name=name, value=value) for name, value in self.sku.attributes.items()]

    @strawberry.field
    def packs(self) -> list[Pack]:
        return [Pack.of(pack) for pack in self.sku.packs]

    @strawberry.field
    def barcodes(self) -> list[Barcode]:
        return [
            Barcode(code=barcode.code, pack_id=to_id("Pack", barcode.pack_id))
            for barcode in self.sku.barcodes
        ]

    @strawberry.field(
        description="What one unit of a bundle is made of, and kept in stock as; else empty."
    )
    def components(self) -> list[SkuComponent]:
        return [SkuComponent.of(component) for component in self.sku.components]

    @strawberry.field
    async def product(self, info: Info) -> Product | None:
        return await load_product(info, self.sku.product_id)


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

    @strawberry.field(description="Your organization's own, which it may change with its SKUs.")
    def is_own(self, info: Info) -> bool:
        return info.context.signed_in().org_id == self.product.owner_org_id

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

    @classmethod
    def of(cls, match: catalog.CodeMatch) -> SkuMatch:
        return cls(kind=match.kind, sku_id=match.sku_id, found_pack_id=match.pack_id)

    @strawberry.field
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field(description="The pack that the barcode is printed on.")
    async def pack(self, info: Info) -> Pack | None:
        if self.found_pack_id is None:
            return None
        return await load_pack(info, self.sku_id, self.found_pack_id)


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

    @strawberry.field(
        description="What is in it, by SKU.", extensions=needs(Permission.CATALOG_READ)
    )
    async def items(
        self,
        info: Info,
        sku_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[AssortmentItem] | None:
        page = kernel.page_request(first, after, (int,))
        only = from_optional_id("Sku", sku_id)

        async def load(
            conn: kernel.Connection, actor: Actor, ids: list[int]
        ) -> list[kernel.Page[catalog.AssortmentItem]]:
            found = await catalog.list_assortment_skus(
                conn, actor=actor, assortment_ids=ids, page=page, sku_id=only
            )
            return [found[id] for id in ids]

        loader = info.context.loader(f"items of assortment {page} {only}", load)
        return Connection.of(await loader.load(self.assortment_id), AssortmentItem.of)

    @strawberry.field(
        description="To which of your relationships you granted it.",
        extensions=needs(Permission.RELATIONSHIP_READ),
    )
    async def relationships(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Relationship] | None:
        page = kernel.page_request(first, after, (int,))

        async def load(
            conn: kernel.Connection, actor: Actor, ids: list[int]
        ) -> list[kernel.Page[int]]:
            found = await catalog.list_assortment_edges(
                conn, actor=actor, assortment_ids=ids, page=page
            )
            return [found[id] for id in ids]

        loader = info.context.loader(f"relationships of assortment {page}", load)
        result = await loader.load(self.assortment_id)
        edges = await asyncio.gather(*(load_relationship(info, id) for id in result.items))
        by_id = {id: edge for id, edge in zip(result.items, edges, strict=True) if edge}
        return Connection.of(result, by_id.__getitem__)


async def load_sku(info: Info, sku_id: int | None) -> Sku | None:
    """The SKU, if the actor may see it."""
    if sku_id is None:
        return None
    found = await sku_rows(info).load(sku_id)
    return None if found is None else Sku.of(found)


def sku_rows(info: Info) -> Loader[int, catalog.Sku | None]:
    """SKUs as the catalog knows them, if the actor may see them."""
    return info.context.loader("sku", _skus)


async def load_pack(info: Info, sku_id: int, pack_id: int | None) -> Pack | None:
    """A pack of a SKU, the base pack for None; None if the SKU is not seen or has no such pack."""
    sku = await sku_rows(info).load(sku_id)
    found = None if sku is None else sku.pack(pack_id)
    return None if found is None else Pack.of(found)


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
