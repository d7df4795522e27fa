"""Filling carts, through the consumers' door."""

from __future__ import annotations

from tradeline import kernel, shopping
from tradeline.kernel import Rejected
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._loaders import asked_for
from tradeline_graph._mutations import body_of
from tradeline_graph._problems import to_graph
from tradeline_graph.shopping.carts import keep_put_cart, load_cart
from tradeline_graph.shopping.inputs import CartLinesPutInput
from tradeline_graph.shopping.payloads import CartLinesPutPayload

# Of a cart: what lines cost, and what they are, is looked up with them.
PRICED_FIELDS = frozenset({"lines", "amount"})


async def put_together(info: Info, input: CartLinesPutInput) -> CartLinesPutPayload:
    """As `perform_as_member` does it, in one unit of work with what arrives meanwhile."""
    request = shopping.CartRequest(
        shopper=info.context.shopping_viewer(),
        request_id=input.request_id,
        body=kernel.body_hash(info.field_name, body_of(input)),
        store_id=from_id("Store", input.store_id),
        lines=[line.to_model() for line in input.lines],
        source=input.source,
        looks_at_lines=not asked_for(info, "cart").isdisjoint(PRICED_FIELDS),
    )
    try:
        put = await info.context.doors().carts.place(request, info.context.has_left)
    except Rejected as rejection:
        return CartLinesPutPayload(errors=to_graph(rejection.problems, info.context.locale))
    finally:
        info.context.loaders.clear()
    info.context.has_acted = True
    cart = await load_cart(info, put) if isinstance(put, int) else keep_put_cart(info, put)
    return CartLinesPutPayload(cart=cart)
