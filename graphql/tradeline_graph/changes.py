"""Live changes: that something has changed is told, what it has become is asked for (ADR 0012)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

import strawberry

from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._news import EVERYTHING, ChangeKind, News
from tradeline_graph._scope import Guard, Scope, scoped

_OF_ORDERS = (Permission.ORDER_READ,)

# Any one of them opens the queries by which the kind is seen; a test compares them.
MAY_SEE: Mapping[ChangeKind, tuple[Permission, ...]] = {
    ChangeKind.ADJUSTMENT: (
        Permission.STATEMENT_READ,
        Permission.STATEMENT_CONFIRM,
        Permission.CREDIT_MANAGE,
    ),
    ChangeKind.CATALOG: (Permission.CATALOG_READ,),
    ChangeKind.COUPON: (Permission.COUPON_MANAGE,),
    ChangeKind.CREDIT: (Permission.CREDIT_READ, Permission.CREDIT_MANAGE),
    ChangeKind.DISPUTE: _OF_ORDERS,
    ChangeKind.MEMBER: (Permission.PEOPLE_READ,),
    ChangeKind.ORDER: _OF_ORDERS,
    ChangeKind.ORGANIZATION: (Permission.ORGANIZATION_READ,),
    ChangeKind.PAYMENT: (Permission.PAYMENT_READ, Permission.PAYMENT_RECORD),
    ChangeKind.PRICE: (Permission.PRICE_READ, Permission.PRICE_MANAGE),
    ChangeKind.RELATIONSHIP: (Permission.RELATIONSHIP_READ,),
    ChangeKind.RETURN: _OF_ORDERS,
    ChangeKind.SALE: (Permission.CONSUMER_ORDER_READ,),
    ChangeKind.SHIPMENT: _OF_ORDERS,
    ChangeKind.SOURCING: (Permission.SOURCING_MANAGE,),
    ChangeKind.STATEMENT: (Permission.STATEMENT_READ, Permission.STATEMENT_CONFIRM),
    ChangeKind.STOCK: (Permission.STOCK_READ, Permission.STOCK_HOLD),
    ChangeKind.STORE: (Permission.STORE_READ,),
}

strawberry.enum(
    ChangeKind,
    description="What has changed. EVERYTHING: all that was asked for before may be old.",
)


@strawberry.type(
    description="Something that you may see has changed: ask for it again.",
    directives=scoped(Scope.PARTY),
)
class Change:
    kind: ChangeKind
    id: strawberry.ID | None = strawberry.field(
        description="Of the row that has changed; null if there are many, or EVERYTHING. For "
        "CREDIT, for a granted assortment or price list and for granted warehouses it is the "
        "relationship's, for a barcode the SKU's."
    )
    order_id: strawberry.ID | None = strawberry.field(
        description="The order that a SHIPMENT, a RETURN or a DISPUTE belongs to, or that is an "
        "ORDER itself."
    )

    @classmethod
    def of(cls, news: News) -> Change:
        has_row = news.type_name is not None and news.row_id is not None
        return cls(
            kind=news.kind,
            id=to_id(str(news.type_name), int(news.row_id or 0)) if has_row else None,
            order_id=None if news.order_id is None else to_id("Order", news.order_id),
        )


def may_see(actor: Actor, news: News) -> bool:
    return news == EVERYTHING or any(map(actor.may, MAY_SEE[news.kind]))


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="What changes from now on for the organization you act for. It begins with "
        "EVERYTHING, and says so again whenever something may have been missed.",
        extensions=[Guard(Scope.VIEWER)],
    )
    async def changes(self, info: Info) -> AsyncGenerator[Change, None]:
        feed = info.context.feed
        assert feed is not None, "the schema sees to it"
        async for actor, batch in feed.batches():
            for news in batch:
                if may_see(actor, news):
                    yield Change.of(news)
