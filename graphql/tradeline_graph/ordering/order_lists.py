"""Saved lists in the graph: rows that one orders again and again."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, ordering
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id, to_id
from tradeline_graph._mutations import perform
from tradeline_graph._pages import Connection
from tradeline_graph._problems import AlreadyExists, InvalidValue, NotFound, RequestReused
from tradeline_graph._scope import Scope, guarded, scoped
from tradeline_graph.identity import load_colleague_name
from tradeline_graph.ordering.drafts import DraftRowInput

PLACES = guarded(Scope.ORGANIZATION, Permission.ORDER_PLACE, Permission.ORDER_PLACE_ON_BEHALF)

OrderListSaveError: TypeAlias = Annotated[
    NotFound | AlreadyExists | InvalidValue | RequestReused, strawberry.union("OrderListSaveError")
]
OrderListDeleteError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("OrderListDeleteError")
]


@strawberry.type(
    description="A row of a saved list, as it was typed.", directives=scoped(Scope.ORGANIZATION)
)
class OrderListRow:
    code: str
    quantity_text: str
    chosen_sku_id: strawberry.ID | None = strawberry.field(
        description="The `skuId` that the row was saved with."
    )


@strawberry.type(
    description="Rows under a name, shared by the people of your organization.",
    directives=scoped(Scope.ORGANIZATION),
)
class OrderList:
    id: strawberry.ID
    name: str
    rows: list[OrderListRow] = strawberry.field(description="At most 1,000, in order.")
    updated_at: datetime.datetime
    updated_by_account_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, found: ordering.OrderList) -> OrderList:
        return cls(
            id=to_id("OrderList", found.id),
            name=found.name,
            rows=[
                OrderListRow(
                    code=row.code,
                    quantity_text=row.quantity_text,
                    chosen_sku_id=None if row.sku_id is None else to_id("Sku", row.sku_id),
                )
                for row in found.rows
            ],
            updated_at=found.updated_at,
            updated_by_account_id=found.updated_by_account_id,
        )

    @strawberry.field(description="Who saved it last.")
    async def updated_by(self, info: Info) -> str | None:
        return await load_colleague_name(info, self.updated_by_account_id)


@strawberry.input(description="Without `orderListId`, a new list; with it, all of it anew.")
class OrderListSaveInput:
    request_id: str
    name: str
    rows: list[DraftRowInput]
    order_list_id: strawberry.ID | None = None


@strawberry.input
class OrderListDeleteInput:
    request_id: str
    order_list_id: strawberry.ID


@strawberry.type(description="The list as it is kept now.", directives=scoped(Scope.VALUE))
class OrderListSavePayload:
    order_list: OrderList | None
    errors: list[OrderListSaveError]


@strawberry.type(description="Empty `errors`: the list is gone.", directives=scoped(Scope.VALUE))
class OrderListDeletePayload:
    errors: list[OrderListDeleteError]


@strawberry.type
class OrderListQuery:
    @strawberry.field(
        description="The saved lists of your organization, by name.", extensions=PLACES
    )
    async def order_lists(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[OrderList]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (str, int))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await ordering.list_order_lists(conn, actor=actor, page=request)
        return Connection.of(page, OrderList.of)


@strawberry.type
class OrderListMutation:
    @strawberry.mutation(
        description="Keep rows under a name for the people of your organization.",
        extensions=PLACES,
    )
    async def order_list_save(self, info: Info, input: OrderListSaveInput) -> OrderListSavePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.save_order_list(
                conn,
                actor=actor,
                name=input.name,
                rows=[row.to_model() for row in input.rows],
                order_list_id=from_optional_id("OrderList", input.order_list_id),
            ),
        )
        return OrderListSavePayload(order_list=await _load_list(info, done.id), errors=done.errors)

    @strawberry.mutation(description="Forget a saved list.", extensions=PLACES)
    async def order_list_delete(
        self, info: Info, input: OrderListDeleteInput
    ) -> OrderListDeletePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: ordering.delete_order_list(
                conn, actor=actor, order_list_id=from_id("OrderList", input.order_list_id)
            ),
        )
        return OrderListDeletePayload(errors=done.errors)


async def _load_list(info: Info, list_id: int | None) -> OrderList | None:
    if list_id is None:
        return None
    found = await info.context.loader("order_list", _lists).load(list_id)
    return None if found is None else OrderList.of(found)


async def _lists(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[ordering.OrderList | None]:
    found = await ordering.order_lists_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]
