"""What keeping the catalog answers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import catalog
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._problems import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    Problem,
    RequestReused,
    face_of,
)
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.catalog.types import Assortment, Category, Product, Sku


@face_of(catalog.WrongCheckDigit)
@strawberry.type(
    description="A barcode whose last digit does not fit the others.",
    directives=scoped(Scope.VALUE),
)
class WrongCheckDigit(Problem):
    code: str
    expected: str


CategoryCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("CategoryCreateError"),
]
CategoryUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("CategoryUpdateError"),
]
ProductCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("ProductCreateError"),
]
ProductUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("ProductUpdateError"),
]
SkuCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists | WrongCheckDigit,
    strawberry.union("SkuCreateError"),
]
SkuUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("SkuUpdateError"),
]
BarcodeAddError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists | WrongCheckDigit,
    strawberry.union("BarcodeAddError"),
]
BarcodeRemoveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("BarcodeRemoveError"),
]
PackAddError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists | WrongCheckDigit,
    strawberry.union("PackAddError"),
]
BuyerCodesPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("BuyerCodesPutError"),
]
AssortmentCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("AssortmentCreateError"),
]
AssortmentUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("AssortmentUpdateError"),
]
AssortmentSkusPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("AssortmentSkusPutError"),
]
AssortmentSkusRemoveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("AssortmentSkusRemoveError"),
]
AssortmentGrantError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("AssortmentGrantError"),
]
AssortmentRevokeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("AssortmentRevokeError"),
]


@strawberry.type(
    description=null_with_errors("category"),
    directives=scoped(Scope.VALUE),
)
class CategoryCreatePayload:
    category: Category | None = None
    errors: list[CategoryCreateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("category"),
    directives=scoped(Scope.VALUE),
)
class CategoryUpdatePayload:
    category: Category | None = None
    errors: list[CategoryUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("product"),
    directives=scoped(Scope.VALUE),
)
class ProductCreatePayload:
    product: Product | None = None
    errors: list[ProductCreateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("product"),
    directives=scoped(Scope.VALUE),
)
class ProductUpdatePayload:
    product: Product | None = None
    errors: list[ProductUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sku"), directives=scoped(Scope.VALUE))
class SkuCreatePayload:
    sku: Sku | None = None
    errors: list[SkuCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sku"), directives=scoped(Scope.VALUE))
class SkuUpdatePayload:
    sku: Sku | None = None
    errors: list[SkuUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sku"), directives=scoped(Scope.VALUE))
class BarcodeAddPayload:
    sku: Sku | None = None
    errors: list[BarcodeAddError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sku"), directives=scoped(Scope.VALUE))
class BarcodeRemovePayload:
    sku: Sku | None = None
    errors: list[BarcodeRemoveError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sku"), directives=scoped(Scope.VALUE))
class PackAddPayload:
    sku: Sku | None = None
    errors: list[PackAddError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`count` codes were put; null if there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class BuyerCodesPutPayload:
    count: int | None = None
    errors: list[BuyerCodesPutError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("assortment"),
    directives=scoped(Scope.VALUE),
)
class AssortmentCreatePayload:
    assortment: Assortment | None = None
    errors: list[AssortmentCreateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("assortment"),
    directives=scoped(Scope.VALUE),
)
class AssortmentUpdatePayload:
    assortment: Assortment | None = None
    errors: list[AssortmentUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("assortment"),
    directives=scoped(Scope.VALUE),
)
class AssortmentSkusPutPayload:
    assortment: Assortment | None = None
    errors: list[AssortmentSkusPutError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("assortment"),
    directives=scoped(Scope.VALUE),
)
class AssortmentSkusRemovePayload:
    assortment: Assortment | None = None
    errors: list[AssortmentSkusRemoveError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("assortment"),
    directives=scoped(Scope.VALUE),
)
class AssortmentGrantPayload:
    assortment: Assortment | None = None
    errors: list[AssortmentGrantError] = strawberry.field(default_factory=list)


@strawberry.type(
    description=null_with_errors("assortment"),
    directives=scoped(Scope.VALUE),
)
class AssortmentRevokePayload:
    assortment: Assortment | None = None
    errors: list[AssortmentRevokeError] = strawberry.field(default_factory=list)
