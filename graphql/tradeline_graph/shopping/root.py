"""What consumers ask of their carts and orders."""

from __future__ import annotations

import strawberry

from tradeline import kernel, shopping
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.channels import offered_skus
from tradeline_graph.shopping.carts import Cart, Checkout
from tradeline_graph.shopping.enums import ConsumerOrderState
from tradeline_graph.shopping.inputs import CheckoutInput
from tradeline_graph.shopping.orders import ConsumerOrder, load_consumer_order
from tradeline_graph.shopping.sale_root import SaleQuery


@strawberry.type
class Query(SaleQuery):
    @strawberry.field(
        description="Your cart in a store; null while nothing was ever put in.",
        extensions=[Guard(Scope.MEMBER)],
    )
    async def cart(self, info: Info, store_id: strawberry.ID) -> Cart | None:
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            found = await shopping.cart_of(
                conn, shopper=shopper, store_id=from_id("Store", store_id)
            )
        return None if found is None else Cart.of(found)

    @strawberry.field(
        description="What is in a cart of yours, and what it would come to now: nothing is kept "
        "for you by asking. Null if the cart is not there; where too many ask at once, the error "
        "says when to ask again.",
        extensions=[Guard(Scope.MEMBER)],
    )
    async def checkout(self, info: Info, input: CheckoutInput) -> Checkout | None:
        shopper = info.context.shopping_viewer()
        found = await info.context.doors().checkouts.look(shopper, input.to_model())
        if found is None:
            return None
        offered_skus(info).known.update(found.skus)
        return Checkout.of(found.checkout, info.context.locale)

    @strawberry.field(description="Your orders, newest first.", extensions=[Guard(Scope.MEMBER)])
    async def consumer_orders(
        self,
        info: Info,
        states: list[ConsumerOrderState] | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ConsumerOrder]:
        shopper = info.context.shopping_viewer()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(shopper.network_id) as conn:
            page = await shopping.list_consumer_orders(
                conn,
                shopper=shopper,
                page=request,
                states=None if states is None else tuple(states),
            )
        return Connection.of(page, ConsumerOrder.of)

    @strawberry.field(description="An order of yours.", extensions=[Guard(Scope.MEMBER)])
    async def consumer_order(self, info: Info, id: strawberry.ID) -> ConsumerOrder | None:
        return await load_consumer_order(info, from_id("ConsumerOrder", id))
