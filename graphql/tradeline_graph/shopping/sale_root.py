"""What the parties of consumers' orders ask of their sales."""

from __future__ import annotations

import strawberry

from tradeline import kernel, shopping
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._pages import Connection
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.shopping.inputs import SaleFilterInput
from tradeline_graph.shopping.sales import Sale, load_sale

READS = guarded(Scope.PARTY, Permission.CONSUMER_ORDER_READ)


@strawberry.type
class SaleQuery:
    @strawberry.field(
        description="Consumers' orders to which your organization is a party: those of its own "
        "stores, and those on whose supply route it is. Newest first.",
        extensions=READS,
    )
    async def sales(
        self,
        info: Info,
        filter: SaleFilterInput | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Sale]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        only = filter or SaleFilterInput()
        async with info.context.db.reading(actor.network_id) as conn:
            page = await shopping.list_sales(
                conn,
                actor=actor,
                page=request,
                only=shopping.SaleFilter(
                    states=None if only.states is None else tuple(only.states),
                    store_id=from_optional_id("Store", only.store_id),
                    search=only.search,
                ),
            )
        return Connection.of(page, Sale.of)

    @strawberry.field(
        description="A consumer's order to which your organization is a party.",
        extensions=READS,
    )
    async def sale(self, info: Info, id: strawberry.ID) -> Sale | None:
        return await load_sale(info, from_id("Sale", id))
