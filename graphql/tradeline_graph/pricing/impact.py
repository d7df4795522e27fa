"""What prices would do if they were put, seen by the list's owner alone."""

from __future__ import annotations

import decimal

import strawberry

from tradeline import pricing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Pack, Sku, load_pack, load_sku
from tradeline_graph.organizations import Relationship, load_relationship


@strawberry.type(
    description="One of the prices on one relationship that trades its SKU: what is paid there for "
    "one pack, or without one for a base unit, at its quantity, from when it holds.",
    directives=scoped(Scope.ORGANIZATION),
)
class PriceImpact:
    quantity_minimum: int = strawberry.field(description="In base units.")
    before: decimal.Decimal | None = strawberry.field(description="Null for no price.")
    after: decimal.Decimal | None = strawberry.field(description="Null for no price.")
    is_winning: bool = strawberry.field(
        description="Afterwards this list's price is the price; if not, another one wins."
    )
    relationship_id: strawberry.Private[int]
    sku_id: strawberry.Private[int]
    of_pack_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, impact: pricing.PriceImpact) -> PriceImpact:
        return cls(
            quantity_minimum=impact.quantity_minimum,
            before=impact.before,
            after=impact.after,
            is_winning=impact.is_winning,
            relationship_id=impact.relationship_id,
            sku_id=impact.sku_id,
            of_pack_id=impact.pack_id,
        )

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.relationship_id)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)

    @strawberry.field(
        description="Null for a price of one base unit.", extensions=needs(Permission.CATALOG_READ)
    )
    async def pack(self, info: Info) -> Pack | None:
        if self.of_pack_id is None:
            return None
        return await load_pack(info, self.sku_id, self.of_pack_id)


@strawberry.type(
    description="Whom prices would reach if they were put into a list.",
    directives=scoped(Scope.ORGANIZATION),
)
class PriceListImpact:
    relationship_count: int = strawberry.field(
        description="Relationships that the list applies to and that trade any of the SKUs."
    )
    affected_count: int | None = strawberry.field(
        description="On how many of them a price changes; null where that is too much to work out."
    )
    change_count: int = strawberry.field(description="Of how many `changes` are some.")
    changes: list[PriceImpact] = strawberry.field(
        description="At most 200; those come first that change a price."
    )
    truncated: bool

    @classmethod
    def of(cls, impact: pricing.PriceListImpact) -> PriceListImpact:
        return cls(
            relationship_count=impact.relationship_count,
            affected_count=impact.affected_count,
            change_count=impact.change_count,
            changes=[PriceImpact.of(change) for change in impact.changes],
            truncated=len(impact.changes) < impact.change_count,
        )
