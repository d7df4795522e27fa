"""What kinds of goods a store has, as a consumer sees them."""

from __future__ import annotations

import strawberry

from tradeline import channels
from tradeline_graph._ids import to_id
from tradeline_graph._scope import Scope, scoped


@strawberry.type(
    description="A category of which a store has something, or of what is below it.",
    directives=scoped(Scope.MEMBER),
)
class StoreCategory:
    id: strawberry.ID = strawberry.field(description="For `storeOffers`.")
    parent_id: strawberry.ID | None = strawberry.field(description="Null at the top.")
    name: str
    name_en: str
    count: int = strawberry.field(description="How many SKUs the store lists of it, and below.")

    @classmethod
    def of(cls, found: channels.OfferedCategory) -> StoreCategory:
        return cls(
            id=to_id("Category", found.id),
            parent_id=None if found.parent_id is None else to_id("Category", found.parent_id),
            name=found.name,
            name_en=found.name_en,
            count=found.count,
        )
