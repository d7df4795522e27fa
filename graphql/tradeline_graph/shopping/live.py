"""An order as it changes: what whoever has paid waits for."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import strawberry

from tradeline_graph._context import Info
from tradeline_graph._ids import from_id
from tradeline_graph._news import EVERYTHING, ChangeKind
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.shopping.orders import ConsumerOrder, load_consumer_order


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="An order of your own as it is now, and again whenever it may have changed. "
        "Nothing, for an order that is not yours.",
        extensions=[Guard(Scope.MEMBER)],
    )
    async def consumer_order_changed(
        self, info: Info, order_id: strawberry.ID
    ) -> AsyncGenerator[ConsumerOrder, None]:
        feed = info.context.feed
        assert feed is not None, "the schema sees to it"
        wanted = from_id("ConsumerOrder", order_id)
        async for shopper, batch in feed.member_batches():
            if not any(
                news == EVERYTHING
                or (news.kind is ChangeKind.SALE and news.row_id in (wanted, None))
                for news in batch
            ):
                continue
            # What was read for the one before may be old, and was read for who one was then.
            info.context.loaders.clear()
            info.context.shopper = shopper
            order = await load_consumer_order(info, wanted)
            if order is None:
                return
            yield order
