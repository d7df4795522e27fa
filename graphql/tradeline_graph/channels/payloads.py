"""What keeping stores answers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import channels
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
from tradeline_graph.channels.types import Store, StoreLink


@face_of(channels.RouteBroken)
@strawberry.type(
    description="A relationship cannot stand at that tier of the route.",
    directives=scoped(Scope.VALUE),
)
class RouteBroken(Problem):
    tier: int


@face_of(channels.RouteChanged)
@strawberry.type(
    description="The route or the collector is not what you read; read it again.",
    directives=scoped(Scope.VALUE),
)
class RouteChanged(Problem):
    pass


StoreCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists | RouteBroken,
    strawberry.union("StoreCreateError"),
]
StoreUpdateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | RouteBroken,
    strawberry.union("StoreUpdateError"),
]
StoreRouteAgreeError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | RouteChanged,
    strawberry.union("StoreRouteAgreeError"),
]
StoreRouteLeaveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("StoreRouteLeaveError"),
]
StoreListingsPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("StoreListingsPutError"),
]
StoreListingsRemoveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("StoreListingsRemoveError"),
]
FreightRulesPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | AlreadyExists,
    strawberry.union("FreightRulesPutError"),
]
StoreLinkCreateError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused,
    strawberry.union("StoreLinkCreateError"),
]


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class StoreCreatePayload:
    store: Store | None = None
    errors: list[StoreCreateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class StoreUpdatePayload:
    store: Store | None = None
    errors: list[StoreUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class StoreRouteAgreePayload:
    store: Store | None = None
    errors: list[StoreRouteAgreeError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class StoreRouteLeavePayload:
    store: Store | None = None
    errors: list[StoreRouteLeaveError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class StoreListingsPutPayload:
    store: Store | None = None
    errors: list[StoreListingsPutError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class StoreListingsRemovePayload:
    store: Store | None = None
    errors: list[StoreListingsRemoveError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("store"), directives=scoped(Scope.VALUE))
class FreightRulesPutPayload:
    store: Store | None = None
    errors: list[FreightRulesPutError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("link"), directives=scoped(Scope.VALUE))
class StoreLinkCreatePayload:
    link: StoreLink | None = None
    errors: list[StoreLinkCreateError] = strawberry.field(default_factory=list)
