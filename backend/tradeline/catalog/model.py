"""What the catalog talks about: categories, products, SKUs, packs, assortments, offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from tradeline.organizations import UNCHANGED, Unchanged


class CodeKind(StrEnum):
    """By which of its codes a SKU was found."""

    CODE = "code"
    BARCODE = "barcode"
    OWN_CODE = "own_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A node of its owner's tree; `position` orders siblings."""

    id: int
    owner_org_id: int
    parent_id: int | None
    code: str
    name: str
    name_en: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is sold; its SKUs are what is counted."""

    id: int
    owner_org_id: int
    category_id: int | None
    code: str
    name: str
    name_en: str
    brand: str
    description: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """So many base units of a SKU under one name. The base pack holds one."""

    id: int
    code: str
    units: int
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """What is printed on one pack of a SKU."""

    code: str
    pack_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """So many base units of a SKU in one unit of a bundle. Whoever may see the bundle may see what
    it is made of; the SKU itself may be none that they trade."""

    sku_id: int
    code: str
    name: str
    name_en: str
    base_unit: str
    quantity: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """What is stocked, in its base unit. `own_code` is what the asking organization calls it.
    One with components is a bundle: it has no stock of its own."""

    id: int
    product_id: int
    owner_org_id: int
    code: str
    name: str
    name_en: str
    attributes: Mapping[str, str]
    base_unit: str
    is_active: bool
    sort_key: str
    packs: tuple[Pack, ...]
    barcodes: tuple[Barcode, ...]
    own_code: str | None
    components: tuple[Component, ...]

    def pack(self, pack_id: int | None) -> Pack | None:
        """The pack of that id; None asks for the base pack."""
        if pack_id is None:
            return next(pack for pack in self.packs if pack.code == self.base_unit)
        return next((pack for pack in self.packs if pack.id == pack_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMatch:
    """A SKU found by an exact code; a barcode also tells the pack."""

    sku_id: int
    pack_id: int | None
    kind: CodeKind


class MatchKind(StrEnum):
    """How surely a typed text means a SKU: it is a whole code or name of it, or similar to one."""

    CODE = "code"
    BARCODE = "barcode"
    OWN_CODE = "own_code"
    NAME = "name"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedMatch:
    """A SKU that a typed text may mean; a barcode also tells the pack. `is_exact`: in the very
    case and width in which it is written."""

    sku_id: int
    kind: MatchKind
    pack_id: int | None = None
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assortment:
    """A named set of SKUs that a seller offers, granted to edges."""

    id: int
    seller_org_id: int
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssortmentItem:
    """One SKU of an assortment, with the minimum and step of an order line, in base units."""

    sku_id: int
    quantity_minimum: int = 1
    quantity_step: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One SKU that one edge may trade. Of several grants that name it, the smallest minimum
    counts, with the step that stands beside it (of equal minimums, the smallest step)."""

    relationship_id: int
    seller_org_id: int
    sku_id: int
    sort_key: str
    quantity_minimum: int
    quantity_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradable:
    """All that an order line must know of the SKU on its edge; `packs` by id. A bundle comes with
    its components."""

    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    quantity_minimum: int
    quantity_step: int
    packs: Mapping[int, Pack]
    components: tuple[Component, ...] = ()

    @property
    def composition(self) -> dict[int, int]:
        """How many base units of which SKUs are in a bundle; empty for what is none."""
        return {component.sku_id: component.quantity for component in self.components}

    def pack(self, pack_id: int | None) -> Pack | None:
        """The pack of that id, if it is the SKU's; None asks for the base pack."""
        if pack_id is None:
            return next(pack for pack in self.packs.values() if pack.code == self.base_unit)
        return self.packs.get(pack_id)

    def accepts(self, quantity: int) -> bool:
        """Whether a line may be of so many base units: the minimum or more, in whole steps."""
        return quantity >= self.quantity_minimum and quantity % self.quantity_step == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sellable:
    """What a sale to a consumer must know of a SKU, whoever's it is: it is counted in base units. A
    bundle comes with its components."""

    sku_id: int
    sku_code: str
    sku_name: str
    sku_name_en: str
    base_unit: str
    base_pack_id: int
    components: tuple[Component, ...] = ()

    @property
    def composition(self) -> dict[int, int]:
        """How many base units of which SKUs are in a bundle; empty for what is none."""
        return {component.sku_id: component.quantity for component in self.components}

    @property
    def is_whole(self) -> bool:
        """Whether none of its components is off the market."""
        return all(component.is_active for component in self.components)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCategory:
    """A category to create; its parent is one of the same owner."""

    code: str
    name: str
    name_en: str = ""
    parent_id: int | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChange:
    """New values for a category; None leaves a field as it is. A parent of None makes it a top."""

    category_id: int
    name: str | None = None
    name_en: str | None = None
    position: int | None = None
    parent_id: int | Unchanged | None = UNCHANGED

    def values(self) -> dict[str, Any]:
        """What is given, by name."""
        named = given(self, "category_id")
        if self.parent_id is UNCHANGED:
            del named["parent_id"]
        else:
            named["parent_id"] = self.parent_id
        return named


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    """A product to create, in one of its owner's categories."""

    code: str
    name: str
    name_en: str = ""
    category_id: int | None = None
    brand: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChange:
    """New values for a product; None leaves a field as it is."""

    product_id: int
    name: str | None = None
    name_en: str | None = None
    category_id: int | None = None
    brand: str | None = None
    description: str | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPack:
    """A pack of more than one base unit, such as a case of 12."""

    code: str
    units: int
    name: str = ""
    name_en: str = ""
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComponent:
    """So many base units of a SKU in one unit of a bundle."""

    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSku:
    """A SKU to create. Its base pack comes by itself; `barcodes` are those of the base pack. With
    `components` it is a bundle, for good and of these."""

    product_id: int
    code: str
    name: str
    name_en: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    base_unit: str = "EA"
    packs: tuple[NewPack, ...] = ()
    barcodes: tuple[str, ...] = ()
    components: tuple[NewComponent, ...] = ()

    def all_packs(self) -> tuple[NewPack, ...]:
        """Base pack first."""
        base = NewPack(
            code=self.base_unit, units=1, name=self.base_unit, barcodes=tuple(self.barcodes)
        )
        return (base, *self.packs)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuChange:
    """New values for a SKU; None leaves a field as it is. The base unit never changes."""

    sku_id: int
    name: str | None = None
    name_en: str | None = None
    attributes: Mapping[str, str] | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBarcode:
    """A barcode for a pack; without `pack_id`, for the base pack."""

    sku_id: int
    code: str
    pack_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBuyerCode:
    """What a buyer calls a SKU; None takes the name back."""

    sku_id: int
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssortment:
    """An assortment to create, still empty."""

    code: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssortmentGrant:
    """Lets an edge trade an assortment."""

    relationship_id: int
    assortment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuFilter:
    """Which SKUs to list. A category stands for itself and all below it."""

    search: str | None = None
    category_id: int | None = None
    product_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFilter:
    """Which offers to list. A category stands for itself and all below it."""

    search: str | None = None
    category_id: int | None = None
    product_id: int | None = None
    seller_org_id: int | None = None
    relationship_id: int | None = None


def given(change: object, key: str) -> dict[str, Any]:
    """The fields of a change that are not None, without its `key`."""
    values = {f.name: getattr(change, f.name) for f in fields(change)}  # type: ignore[arg-type]
    return {name: value for name, value in values.items() if value is not None and name != key}
