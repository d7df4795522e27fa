"""What the parties of a sale do to it: ship, hand over, cancel, give back."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, TypeAlias

import strawberry

from tradeline import shopping
from tradeline.kernel import Actor, Connection, Permission, Rejected
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._mutations import Outcome, answering, null_with_errors, perform
from tradeline_graph._problems import (
    Busy,
    InvalidValue,
    NotFound,
    RequestReused,
    WrongState,
    to_graph,
)
from tradeline_graph._scope import Scope, guarded, scoped
from tradeline_graph.shopping.inputs import (
    AfterSaleDecideInput,
    SaleCancelInput,
    SaleFreightRefundInput,
    SaleHandOverInput,
    SalePriceRefundInput,
    SaleResourceInput,
    SaleShipInput,
    quantities_of,
)
from tradeline_graph.shopping.problems import (
    BeyondOwnPart,
    MoreThanWasPaid,
    PickupCodeUnknown,
    TooManyPickupAttempts,
    UnitsNotOpen,
)
from tradeline_graph.shopping.sales import Sale, load_sale

FULFILS = guarded(Scope.PARTY, Permission.CONSUMER_ORDER_FULFIL)
REFUNDS = guarded(Scope.PARTY, Permission.CONSUMER_ORDER_REFUND)

SaleShipError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | UnitsNotOpen,
    strawberry.union("SaleShipError"),
]
SaleHandOverError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | WrongState
    | PickupCodeUnknown
    | TooManyPickupAttempts,
    strawberry.union("SaleHandOverError"),
]
SaleCancelError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState, strawberry.union("SaleCancelError")
]
SaleResourceError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | UnitsNotOpen,
    strawberry.union("SaleResourceError"),
]
AfterSaleDecideError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | UnitsNotOpen | BeyondOwnPart | Busy,
    strawberry.union("AfterSaleDecideError"),
]
SalePriceRefundError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | MoreThanWasPaid | BeyondOwnPart,
    strawberry.union("SalePriceRefundError"),
]
SaleFreightRefundError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | MoreThanWasPaid | BeyondOwnPart,
    strawberry.union("SaleFreightRefundError"),
]


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class SaleShipPayload:
    sale: Sale | None = None
    errors: list[SaleShipError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class SaleHandOverPayload:
    sale: Sale | None = None
    errors: list[SaleHandOverError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class SaleCancelPayload:
    sale: Sale | None = None
    errors: list[SaleCancelError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class AfterSaleDecidePayload:
    sale: Sale | None = None
    errors: list[AfterSaleDecideError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class SalePriceRefundPayload:
    sale: Sale | None = None
    errors: list[SalePriceRefundError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class SaleFreightRefundPayload:
    sale: Sale | None = None
    errors: list[SaleFreightRefundError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("sale"), directives=scoped(Scope.VALUE))
class SaleResourcePayload:
    sale: Sale | None = None
    errors: list[SaleResourceError] = strawberry.field(default_factory=list)


@strawberry.type
class SaleMutation:
    @strawberry.mutation(
        description="Ship all or part of what comes from your own stock.", extensions=FULFILS
    )
    async def sale_ship(self, info: Info, input: SaleShipInput) -> SaleShipPayload:
        order_id = from_id("Sale", input.sale_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                shopping.ship_consumer_order(
                    conn,
                    actor=actor,
                    order_id=order_id,
                    quantities=None if input.lines is None else quantities_of(input.lines),
                    carrier=input.carrier,
                    tracking_number=input.tracking_number,
                ),
                order_id,
            ),
        )
        return SaleShipPayload(sale=await load_sale(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Hand the goods of an order over to whoever shows its code. Codes cannot be "
        "tried out: after a few wrong ones the store waits.",
        extensions=FULFILS,
    )
    async def sale_hand_over(self, info: Info, input: SaleHandOverInput) -> SaleHandOverPayload:
        store_id = from_id("Store", input.store_id)
        try:
            await shopping.count_pickup_attempt(
                info.context.db, actor=info.context.signed_in(), store_id=store_id
            )
        except Rejected as rejection:
            done = Outcome(errors=to_graph(rejection.problems, info.context.locale))
        else:
            done = await perform(
                info,
                input,
                lambda conn, actor: shopping.hand_over(
                    conn, actor=actor, store_id=store_id, code=input.code
                ),
            )
        return SaleHandOverPayload(sale=await load_sale(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the store, call a sale off; what was paid goes back.", extensions=REFUNDS
    )
    async def sale_cancel(self, info: Info, input: SaleCancelInput) -> SaleCancelPayload:
        order_id = from_id("Sale", input.sale_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                shopping.cancel_consumer_order(
                    conn, asker=actor, order_id=order_id, reason=input.reason
                ),
                order_id,
            ),
        )
        return SaleCancelPayload(sale=await load_sale(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Take goods back and give their money back, or refuse to. Where they came from "
        "another party, the store's acceptance waits for theirs, unless the store bears it all.",
        extensions=REFUNDS,
    )
    async def after_sale_decide(
        self, info: Info, input: AfterSaleDecideInput
    ) -> AfterSaleDecidePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: _order_of(
                conn,
                actor,
                shopping.decide_after_sale(
                    conn,
                    actor=actor,
                    after_sale_id=from_id("AfterSale", input.after_sale_id),
                    accepts=input.is_accepted,
                    at_own_cost=input.at_own_cost,
                    reason=input.reason,
                ),
            ),
        )
        return AfterSaleDecidePayload(sale=await load_sale(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Have others on the store's route serve what your stock cannot; what nobody "
        "has is given back to the consumer.",
        extensions=FULFILS,
    )
    async def sale_resource(self, info: Info, input: SaleResourceInput) -> SaleResourcePayload:
        order_id = from_id("Sale", input.sale_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: shopping.resource_orders(
                conn,
                actor=actor,
                order_id=order_id,
                quantities=quantities_of(input.lines),
                reason=input.reason,
            ),
        )
        return SaleResourcePayload(sale=await load_sale(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="As the store, give money back for goods that stay with the consumer. It "
        "is out of your own pocket: nobody else's part of the sale changes.",
        extensions=REFUNDS,
    )
    async def sale_price_refund(
        self, info: Info, input: SalePriceRefundInput
    ) -> SalePriceRefundPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: _order_of(
                conn,
                actor,
                shopping.refund_price(
                    conn,
                    actor=actor,
                    line_id=from_id("ConsumerOrderLine", input.line_id),
                    amount=input.amount.to_model("amount"),
                    reason=input.reason,
                ),
            ),
        )
        return SalePriceRefundPayload(sale=await load_sale(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Give back some of what delivery cost: as whoever ships, of what you got for "
        "it; as the store, out of your own pocket.",
        extensions=REFUNDS,
    )
    async def sale_freight_refund(
        self, info: Info, input: SaleFreightRefundInput
    ) -> SaleFreightRefundPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: _order_of(
                conn,
                actor,
                shopping.refund_freight(
                    conn,
                    actor=actor,
                    order_id=from_id("Sale", input.sale_id),
                    amount=input.amount.to_model("amount"),
                    reason=input.reason,
                ),
            ),
        )
        return SaleFreightRefundPayload(sale=await load_sale(info, done.id), errors=done.errors)


async def _order_of(conn: Connection, actor: Actor, made: Awaitable[int]) -> int:
    """The order of the after-sale that a step made or changed."""
    after_sale_id = await made
    found = await shopping.after_sales_by_ids(
        conn, network_id=actor.network_id, ids=[after_sale_id]
    )
    return found[after_sale_id].order_id
