"""What keeping the catalog is told."""

from __future__ import annotations

from dataclasses import replace

import strawberry

from tradeline import catalog
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._scalars import PositiveInt


@strawberry.input(description="One dimension of a variant, such as 容量: 500 ml.")
class AttributeInput:
    name: str
    value: str


def texts_of(attributes: list[AttributeInput] | None) -> dict[str, str] | None:
    """Values by name; None stays None."""
    if attributes is None:
        return None
    return {attribute.name: attribute.value for attribute in attributes}


@strawberry.input
class CategoryCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str = ""
    parent_id: strawberry.ID | None = None
    position: int = 0


@strawberry.input(
    description="What is left out stays as it is. `parentId: null` takes it to the top."
)
class CategoryUpdateInput:
    request_id: str
    category_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    position: int | None = None
    parent_id: strawberry.ID | None = strawberry.UNSET

    def to_model(self) -> catalog.CategoryChange:
        change = catalog.CategoryChange(
            category_id=from_id("Category", self.category_id),
            name=self.name,
            name_en=self.name_en,
            position=self.position,
        )
        if self.parent_id is strawberry.UNSET:
            return change
        return replace(change, parent_id=from_optional_id("Category", self.parent_id))


@strawberry.input
class ProductCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str = ""
    category_id: strawberry.ID | None = None
    brand: str = ""
    description: str = ""


@strawberry.input(description="What is left out, or null, stays as it is.")
class ProductUpdateInput:
    request_id: str
    product_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    category_id: strawberry.ID | None = None
    brand: str | None = None
    description: str | None = None
    is_active: bool | None = None


@strawberry.input(description="A pack of more than one base unit, such as a case of 12.")
class PackInput:
    code: str
    units: PositiveInt
    name: str = ""
    name_en: str = ""
    barcodes: list[str] = strawberry.field(default_factory=list)

    def to_model(self) -> catalog.NewPack:
        return catalog.NewPack(
            code=self.code,
            units=self.units,
            name=self.name,
            name_en=self.name_en,
            barcodes=tuple(self.barcodes),
        )


@strawberry.input(description="So many base units of one of your SKUs in one unit of a bundle.")
class SkuComponentInput:
    sku_id: strawberry.ID
    quantity: PositiveInt

    def to_model(self) -> catalog.NewComponent:
        return catalog.NewComponent(sku_id=from_id("Sku", self.sku_id), quantity=self.quantity)


@strawberry.input(
    description="The base pack of one unit comes by itself; `barcodes` are its own. With "
    "`components`, 1 to 50 of them, it is a bundle: what it is made of never changes."
)
class SkuCreateInput:
    request_id: str
    product_id: strawberry.ID
    code: str
    name: str
    name_en: str = ""
    attributes: list[AttributeInput] = strawberry.field(default_factory=list)
    base_unit: str = "EA"
    packs: list[PackInput] = strawberry.field(default_factory=list)
    barcodes: list[str] = strawberry.field(default_factory=list)
    components: list[SkuComponentInput] = strawberry.field(default_factory=list)

    def to_model(self) -> catalog.NewSku:
        return catalog.NewSku(
            product_id=from_id("Product", self.product_id),
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            attributes=texts_of(self.attributes) or {},
            base_unit=self.base_unit,
            packs=tuple(pack.to_model() for pack in self.packs),
            barcodes=tuple(self.barcodes),
            components=tuple(component.to_model() for component in self.components),
        )


@strawberry.input(description="What is left out, or null, stays as it is.")
class SkuUpdateInput:
    request_id: str
    sku_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    attributes: list[AttributeInput] | None = None
    is_active: bool | None = None


@strawberry.input(description="Without `packId`, for the base pack.")
class BarcodeAddInput:
    request_id: str
    sku_id: strawberry.ID
    code: str
    pack_id: strawberry.ID | None = None


@strawberry.input
class BarcodeRemoveInput:
    request_id: str
    sku_id: strawberry.ID
    code: str


@strawberry.input(description="A pack of more than one base unit, such as a case of 12.")
class PackAddInput:
    request_id: str
    sku_id: strawberry.ID
    code: str
    units: PositiveInt
    name: str = ""
    name_en: str = ""
    barcodes: list[str] = strawberry.field(default_factory=list)

    def to_model(self) -> catalog.NewPack:
        return catalog.NewPack(
            code=self.code,
            units=self.units,
            name=self.name,
            name_en=self.name_en,
            barcodes=tuple(self.barcodes),
        )


@strawberry.input(description="A null code takes the name back.")
class BuyerCodeInput:
    sku_id: strawberry.ID
    code: str | None


@strawberry.input
class BuyerCodesPutInput:
    request_id: str
    codes: list[BuyerCodeInput]


@strawberry.input
class AssortmentCreateInput:
    request_id: str
    code: str
    name: str
    name_en: str = ""


@strawberry.input(description="What is left out, or null, stays as it is.")
class AssortmentUpdateInput:
    request_id: str
    assortment_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None


@strawberry.input(description="Minimum and step of an order line, in base units.")
class AssortmentItemInput:
    sku_id: strawberry.ID
    quantity_minimum: PositiveInt = PositiveInt(1)
    quantity_step: PositiveInt = PositiveInt(1)


@strawberry.input
class AssortmentSkusPutInput:
    request_id: str
    assortment_id: strawberry.ID
    items: list[AssortmentItemInput]


@strawberry.input
class AssortmentSkusRemoveInput:
    request_id: str
    assortment_id: strawberry.ID
    sku_ids: list[strawberry.ID]


@strawberry.input
class AssortmentGrantInput:
    request_id: str
    assortment_id: strawberry.ID
    relationship_ids: list[strawberry.ID]

    def to_model(self) -> list[catalog.AssortmentGrant]:
        return [
            catalog.AssortmentGrant(
                relationship_id=from_id("Relationship", relationship_id),
                assortment_id=from_id("Assortment", self.assortment_id),
            )
            for relationship_id in self.relationship_ids
        ]
