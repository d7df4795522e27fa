"""What keeping price lists answers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import pricing
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
from tradeline_graph.pricing.price_lists import PriceList


@face_of(pricing.PriceHasBegun)
@strawberry.type(
    description="A price holds since that very moment: it is ended, not changed.",
    directives=scoped(Scope.VALUE),
)
class PriceHasBegun(Problem):
    valid_from: str


@face_of(pricing.BaseListIsForAll)
@strawberry.type(
    description="A base list applies to every buyer in its currency and is granted to none.",
    directives=scoped(Scope.VALUE),
)
class BaseListIsForAll(Problem):
    code: str


@face_of(pricing.OtherCurrency)
@strawberry.type(
    description="A list in another currency than the relationship's would never apply to it.",
    directives=scoped(Scope.VALUE),
)
class OtherCurrency(Problem):
    list_currency: str
    currency: str


PriceListCreateError: TypeAlias = Annotated[
    AlreadyExists | InvalidValue | RequestReused, strawberry.union("PriceListCreateError")
]
PriceListUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("PriceListUpdateError")
]
PricesPutError: TypeAlias = Annotated[
    NotFound | AlreadyExists | PriceHasBegun | InvalidValue | RequestReused,
    strawberry.union("PricesPutError"),
]
PricesEndError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("PricesEndError")
]
PriceListGrantError: TypeAlias = Annotated[
    NotFound | BaseListIsForAll | OtherCurrency | InvalidValue | RequestReused,
    strawberry.union("PriceListGrantError"),
]
PriceListRevokeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("PriceListRevokeError")
]


@strawberry.type(description=null_with_errors("priceList"), directives=scoped(Scope.VALUE))
class PriceListCreatePayload:
    price_list: PriceList | None = None
    errors: list[PriceListCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("priceList"), directives=scoped(Scope.VALUE))
class PriceListUpdatePayload:
    price_list: PriceList | None = None
    errors: list[PriceListUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("priceList"), directives=scoped(Scope.VALUE))
class PricesPutPayload:
    price_list: PriceList | None = None
    errors: list[PricesPutError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("priceList"), directives=scoped(Scope.VALUE))
class PricesEndPayload:
    price_list: PriceList | None = None
    errors: list[PricesEndError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("priceList"), directives=scoped(Scope.VALUE))
class PriceListGrantPayload:
    price_list: PriceList | None = None
    errors: list[PriceListGrantError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("priceList"), directives=scoped(Scope.VALUE))
class PriceListRevokePayload:
    price_list: PriceList | None = None
    errors: list[PriceListRevokeError] = strawberry.field(default_factory=list)
