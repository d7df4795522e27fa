"""How differences are looked after."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, payments
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.payments.types import Difference, load_difference


@strawberry.input(description="What came of a difference.")
class DifferenceResolveInput:
    request_id: str = strawberry.field(
        description="Chosen by you, new for each request; the same request sent again does "
        "nothing more."
    )
    difference_id: strawberry.ID
    note: str = strawberry.field(description="Up to 500 characters.")


DifferenceResolveError: TypeAlias = Annotated[
    NotFound | WrongState | InvalidValue | RequestReused,
    strawberry.union("DifferenceResolveError"),
]


@strawberry.type(description=null_with_errors("difference"), directives=scoped(Scope.VALUE))
class DifferenceResolvePayload:
    difference: Difference | None = None
    errors: list[DifferenceResolveError] = strawberry.field(default_factory=list)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Say what came of a difference. No sum changes by that.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PAYMENT_RECONCILE)],
    )
    async def difference_resolve(
        self, info: Info, input: DifferenceResolveInput
    ) -> DifferenceResolvePayload:
        async def resolve(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await payments.resolve_difference(
                conn,
                actor=actor,
                difference_id=from_id("Difference", input.difference_id),
                note=input.note,
            )

        done = await perform(info, input, resolve)
        return DifferenceResolvePayload(
            difference=await load_difference(info, done.id), errors=done.errors
        )
