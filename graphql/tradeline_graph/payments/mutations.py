"""How differences are looked after."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, payments, shopping
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.payments.problems import RefundNotClosed
from tradeline_graph.payments.types import (
    Difference,
    ProviderRefund,
    load_difference,
    load_provider_refund,
)


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


@strawberry.input(description="A refund that the provider closed.")
class RefundSendAgainInput:
    request_id: str = strawberry.field(
        description="Chosen by you, new for each request; the same request sent again does "
        "nothing more."
    )
    refund_id: strawberry.ID = strawberry.field(description="Of `troubledRefunds`.")


RefundSendAgainError: TypeAlias = Annotated[
    NotFound | WrongState | RefundNotClosed | InvalidValue | RequestReused,
    strawberry.union("RefundSendAgainError"),
]


@strawberry.type(
    description=null_with_errors("refund") + " It is the new one, under a number of its own.",
    directives=scoped(Scope.VALUE),
)
class RefundSendAgainPayload:
    refund: ProviderRefund | None = None
    errors: list[RefundSendAgainError] = strawberry.field(default_factory=list)


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

    @strawberry.mutation(
        description="Have a refund that the provider closed sent again. What may still arrive is "
        "refused: the consumer would be paid twice.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.PAYMENT_RECONCILE)],
    )
    async def refund_send_again(
        self, info: Info, input: RefundSendAgainInput
    ) -> RefundSendAgainPayload:
        async def send(conn: kernel.Connection, actor: kernel.Actor) -> int:
            return await shopping.resend_consumer_refund(
                conn, actor=actor, refund_id=from_id("ProviderRefund", input.refund_id)
            )

        done = await perform(info, input, send)
        return RefundSendAgainPayload(
            refund=await load_provider_refund(info, done.id), errors=done.errors
        )
