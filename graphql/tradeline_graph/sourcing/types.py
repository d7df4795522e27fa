"""Rules of sourcing, and plans with their reasons."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, sourcing
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused
from tradeline_graph._scalars import PositiveInt
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Sku, load_sku
from tradeline_graph.inventory import Warehouse, load_warehouse
from tradeline_graph.organizations import Organization, load_organization

strawberry.enum(
    sourcing.RuleKind,
    name="SourcingRuleKind",
    description="What a rule says. PREFER_TIER (tier): it comes before all that later rules, or "
    "none, name. PREFER_REGION (warehouseId, region): the warehouse counts as on the spot there. "
    "MAX_PARCELS (quantity). WHOLE_LINES: a line comes from one warehouse or not at all. "
    "SAFETY_STOCK (tier or warehouseId, quantity): so many units of each SKU stay. QUOTA (tier, "
    "quantity): so many units a day at most. COST (quantity): what one tier nearer is worth, in "
    "hundredths for a base unit.",
)
strawberry.enum(
    sourcing.ReasonCode,
    name="SourcingReasonCode",
    description="Why a warehouse gives to a line, or does not.",
)


@strawberry.type(
    description="A rule by which stock is chosen for the stores whose supply begins with you; the "
    "first one comes first.",
    directives=scoped(Scope.ORGANIZATION),
)
class SourcingRule:
    kind: sourcing.RuleKind
    tier: int | None = strawberry.field(description="0 is the store, 1 its seller.")
    region: str
    quantity: int | None
    warehouse_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, rule: sourcing.Rule) -> SourcingRule:
        return cls(
            kind=rule.kind,
            tier=rule.tier,
            region=rule.region,
            quantity=rule.quantity,
            warehouse_id=rule.warehouse_id,
        )

    @strawberry.field(extensions=needs(Permission.STOCK_READ, Permission.STOCK_MANAGE))
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.warehouse_id)


@strawberry.input(description="Each kind takes what is said beside it, and nothing else.")
class SourcingRuleInput:
    kind: sourcing.RuleKind
    tier: int | None = None
    warehouse_id: strawberry.ID | None = None
    region: str = ""
    quantity: int | None = None

    def to_model(self) -> sourcing.NewRule:
        return sourcing.NewRule(
            kind=self.kind,
            tier=self.tier,
            warehouse_id=from_optional_id("Warehouse", self.warehouse_id),
            region=self.region,
            quantity=self.quantity,
        )


@strawberry.input(description="All rules of your organization, in place of those that stand.")
class SourcingRulesPutInput:
    request_id: str
    rules: list[SourcingRuleInput]


SourcingRulesPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("SourcingRulesPutError")
]


@strawberry.type(description=null_with_errors("rules"), directives=scoped(Scope.VALUE))
class SourcingRulesPutPayload:
    rules: list[SourcingRule] | None
    errors: list[SourcingRulesPutError]


@strawberry.input(description="So many base units of a SKU that the store lists.")
class SourcingLineInput:
    sku_id: strawberry.ID
    quantity: PositiveInt

    def to_model(self, position: int) -> sourcing.SourcingLine:
        return sourcing.SourcingLine(position, from_id("Sku", self.sku_id), self.quantity)


@strawberry.type(description="One reason of a choice.", directives=scoped(Scope.VALUE))
class SourcingReason:
    code: sourcing.ReasonCode
    message: str


@strawberry.type(
    description="A warehouse that would give so many base units to a line, or none, and why.",
    directives=scoped(Scope.PARTY),
)
class SourcingOption:
    tier: int
    quantity: int
    reasons: list[SourcingReason]
    org_id: strawberry.Private[int]
    warehouse_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, option: sourcing.PreviewOption, locale: kernel.Locale) -> SourcingOption:
        return cls(
            tier=option.tier,
            quantity=option.quantity,
            reasons=[
                SourcingReason(code=reason.code, message=reason.message(locale))
                for reason in option.reasons
            ],
            org_id=option.org_id,
            warehouse_id=option.warehouse_id,
        )

    @strawberry.field(description="If it is one that you may know of.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.org_id)

    @strawberry.field(
        description="If it is your own.",
        extensions=needs(Permission.STOCK_READ, Permission.STOCK_MANAGE),
    )
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.warehouse_id)


@strawberry.type(
    description="What fills a line: the options that give, then those that do not.",
    directives=scoped(Scope.PARTY),
)
class SourcingPreviewLine:
    quantity: int
    unfilled: int
    options: list[SourcingOption]
    sku_id: strawberry.Private[int]

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.sku_id)


@strawberry.type(
    description="Which stock would fill a cart now. Nothing is taken.",
    directives=scoped(Scope.PARTY),
)
class SourcingPreview:
    is_complete: bool
    parcel_count: int
    lines: list[SourcingPreviewLine]

    @classmethod
    def of(
        cls,
        preview: sourcing.Preview,
        lines: list[sourcing.SourcingLine],
        locale: kernel.Locale,
    ) -> SourcingPreview:
        options: dict[int, list[SourcingOption]] = {line.position: [] for line in lines}
        for option in preview.options:
            options[option.position].append(SourcingOption.of(option, locale))
        return cls(
            is_complete=not preview.unfilled,
            parcel_count=preview.parcel_count,
            lines=[
                SourcingPreviewLine(
                    quantity=line.quantity,
                    unfilled=preview.unfilled.get(line.position, 0),
                    options=options[line.position],
                    sku_id=line.sku_id,
                )
                for line in lines
            ],
        )
