"""What consumers can ask about themselves."""

from __future__ import annotations

import strawberry

from tradeline_graph._context import Info, Unauthenticated
from tradeline_graph._scope import Guard, Scope
from tradeline_graph.members.types import Consumer, load_consumer


@strawberry.type
class Query:
    @strawberry.field(
        description="You as a consumer, be it as a guest.", extensions=[Guard(Scope.MEMBER)]
    )
    async def me(self, info: Info) -> Consumer:
        found = await load_consumer(info)
        if found is None:
            raise Unauthenticated
        return found
