"""Placing an order through the door that all orders come through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tradeline import kernel, ordering
from tradeline_graph._context import Info
from tradeline_graph._mutations import Outcome, RequestInput, body_of, perform
from tradeline_graph._problems import Busy, to_graph
from tradeline_graph.ordering.inputs import OrderPlaceInput
from tradeline_graph.ordering.types import keep_order


async def place_together(info: Info, input: OrderPlaceInput) -> Outcome:
    """As `perform` does it, in one unit of work with the orders that arrive meanwhile.

    An order that was placed just now need not be looked up: `load_order` finds it.
    """
    request = ordering.OrderRequest(
        actor=info.context.signed_in(),
        request_id=input.request_id,
        body=kernel.body_hash(info.field_name, body_of(input)),
        order=input.to_model(),
    )
    try:
        placed = await info.context.intake().place(request, info.context.has_left)
    except kernel.Rejected as rejection:
        return Outcome(errors=to_graph(rejection.problems, info.context.locale))
    finally:
        info.context.loaders.clear()
    info.context.has_acted = True
    if isinstance(placed, int):
        return Outcome(id=placed)
    keep_order(info, placed)
    return Outcome(id=placed.id)


async def perform_alone(
    info: Info,
    input: RequestInput,
    use_case: Callable[[kernel.Connection, kernel.Actor], Awaitable[int]],
) -> Outcome:
    """As `perform` does it, in its turn: as many orders may wait as can be placed soon."""
    network_id = info.context.signed_in().network_id
    try:
        async with info.context.intake().alone(network_id, info.context.has_left):
            return await perform(info, input, use_case)
    except kernel.Rejected as rejection:
        return Outcome(errors=to_graph(rejection.problems, info.context.locale))


def is_busy(done: Outcome) -> bool:
    """Whether it was not looked at: then whoever looks at more only adds to the load."""
    return any(isinstance(error, Busy) for error in done.errors)
