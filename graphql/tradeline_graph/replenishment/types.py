"""Demand, forecasts, proposals, terms and budgets, as their organization sees them."""

from __future__ import annotations

import datetime
import decimal

import strawberry

from tradeline import kernel, replenishment
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.catalog import Pack, Sku, load_pack, load_sku
from tradeline_graph.inventory import Warehouse, load_warehouse
from tradeline_graph.ordering import Order, load_order
from tradeline_graph.organizations import Relationship, load_relationship
from tradeline_graph.replenishment.words import word_step, word_value

strawberry.enum(
    replenishment.ProposalKind,
    name="ProposalKind",
    description="BUY on an edge, TRANSFER between own warehouses, or CLEAR what stands too long.",
)
strawberry.enum(
    replenishment.ProposalState,
    name="ProposalState",
    description="SUPERSEDED lines gave way to newer ones.",
)


@strawberry.type(
    description="What was asked for on a day, in base units, at the end of the chain as far as you "
    "may see it.",
    directives=scoped(Scope.ORGANIZATION),
)
class DemandDay:
    on: datetime.date
    quantity: decimal.Decimal = strawberry.field(description="A whole number, over all places.")
    returned: decimal.Decimal
    is_promoted: bool
    is_unknown: bool = strawberry.field(
        description="Nothing was free all day: nobody knows how much would have been asked for."
    )

    @classmethod
    def of(cls, row: replenishment.DemandRow) -> DemandDay:
        return cls(
            on=row.day,
            quantity=decimal.Decimal(row.quantity),
            returned=decimal.Decimal(row.returned),
            is_promoted=row.is_promoted,
            is_unknown=row.is_unknown,
        )


@strawberry.type(
    description="What your buyers ordered of you on a day, be it sold on or not.",
    directives=scoped(Scope.ORGANIZATION),
)
class SellInDay:
    on: datetime.date
    quantity: decimal.Decimal = strawberry.field(description="A whole number, over all buyers.")

    @classmethod
    def of(cls, row: replenishment.DemandRow) -> SellInDay:
        return cls(on=row.day, quantity=decimal.Decimal(row.quantity))


@strawberry.type(
    description="In four of five days demand is within `low` and `high`.",
    directives=scoped(Scope.ORGANIZATION),
)
class ForecastDay:
    on: datetime.date
    mean: decimal.Decimal
    low: decimal.Decimal
    high: decimal.Decimal


@strawberry.type(
    description="How far a method was off in the last weeks, as if it had forecast them.",
    directives=scoped(Scope.VALUE),
)
class MethodError:
    method: str
    label: str
    mase: decimal.Decimal


@strawberry.type(
    description="What is expected to be asked for of a warehouse.",
    directives=scoped(Scope.ORGANIZATION),
)
class DemandForecast:
    made_at: datetime.datetime
    method: str
    method_label: str
    mase: decimal.Decimal | None = strawberry.field(
        description="Mean absolute scaled error; null where too little was known to tell."
    )
    bias: decimal.Decimal | None = strawberry.field(
        description="Positive where too much was forecast, on the scale of `mase`."
    )
    sigma: decimal.Decimal
    forecast: strawberry.Private[replenishment.StoredForecast]

    @classmethod
    def of(cls, forecast: replenishment.StoredForecast, locale: kernel.Locale) -> DemandForecast:
        return cls(
            made_at=forecast.made_at,
            method=forecast.method,
            method_label=word_value(forecast.method, locale),
            mase=forecast.mase,
            bias=forecast.bias,
            sigma=forecast.sigma,
            forecast=forecast,
        )

    @strawberry.field(description="From the day on which it was made; at most 100.")
    def days(self) -> list[ForecastDay]:
        first = self.forecast.first_day
        each = zip(self.forecast.mean, self.forecast.low, self.forecast.high, strict=True)
        return [
            ForecastDay(on=first + datetime.timedelta(days=after), mean=mean, low=low, high=high)
            for after, (mean, low, high) in enumerate(each)
        ]

    @strawberry.field(description="Of each method that was tried.")
    def errors(self, info: Info) -> list[MethodError]:
        errors = self.forecast.explanation.get("errors", {})
        return [
            MethodError(
                method=method,
                label=word_value(method, info.context.locale),
                mase=decimal.Decimal(error),
            )
            for method, error in errors.items()
        ]

    @strawberry.field(extensions=needs(Permission.STOCK_READ, Permission.STOCK_MANAGE))
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.forecast.warehouse_id)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.forecast.sku_id)


@strawberry.type(
    description="What was asked for of a SKU, day by day, what your buyers took meanwhile, and "
    "what is expected. Days without demand are left out.",
    directives=scoped(Scope.ORGANIZATION),
)
class DemandSeries:
    days: list[DemandDay]
    sell_in: list[SellInDay] = strawberry.field(
        description="Of all your warehouses, also where one was asked about."
    )
    forecasts: list[DemandForecast] = strawberry.field(
        description="One for each of your warehouses that it is asked for of."
    )
    forecast: DemandForecast | None = strawberry.field(
        description="That of the warehouse asked about, or the only one."
    )
    days_of_cover: decimal.Decimal | None = strawberry.field(
        description="For how many of the days expected the free stock and what comes will last; "
        "null where nothing is expected."
    )


@strawberry.type(
    description="One step of a proposal's arithmetic. `unit` is units, days, ratio, count or word.",
    directives=scoped(Scope.VALUE),
)
class ArithmeticStep:
    code: str
    label: str
    value: str
    unit: str


@strawberry.type(
    description="What should be bought, moved or cleared of a SKU in one of your warehouses.",
    directives=scoped(Scope.ORGANIZATION),
)
class ProposalLine:
    id: strawberry.ID
    kind: replenishment.ProposalKind
    state: replenishment.ProposalState
    quantity: int = strawberry.field(description="In base units.")
    pack_quantity: int = strawberry.field(description="In packs.")
    days_of_cover: decimal.Decimal | None
    made_at: datetime.datetime
    decided_at: datetime.datetime | None
    accepted_quantity: int | None
    line: strawberry.Private[replenishment.ProposalLine]

    @classmethod
    def of(cls, line: replenishment.ProposalLine) -> ProposalLine:
        return cls(
            id=to_id("ProposalLine", line.id),
            kind=line.kind,
            state=line.state,
            quantity=line.quantity,
            pack_quantity=line.quantity // line.pack_units,
            days_of_cover=line.days_of_cover,
            made_at=line.made_at,
            decided_at=line.decided_at,
            accepted_quantity=line.accepted_quantity,
            line=line,
        )

    @strawberry.field(description="The whole way to `quantity`, in its order.")
    def arithmetic(self, info: Info) -> list[ArithmeticStep]:
        steps = []
        for code, value in self.line.arithmetic["steps"]:
            label, unit = word_step(code, info.context.locale)
            shown = word_value(value, info.context.locale)
            steps.append(ArithmeticStep(code=code, label=label, value=shown, unit=unit))
        return steps

    @strawberry.field(
        description="What it would cost when it was proposed.",
        extensions=needs(Permission.PRICE_READ),
    )
    def amount(self) -> Money | None:
        if self.line.amount_minor is None or self.line.currency is None:
            return None
        return Money.of_minor(self.line.amount_minor, self.line.currency)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.line.sku_id)

    @strawberry.field(extensions=needs(Permission.CATALOG_READ))
    async def pack(self, info: Info) -> Pack | None:
        return await load_pack(info, self.line.sku_id, self.line.pack_id)

    @strawberry.field(extensions=needs(Permission.STOCK_READ, Permission.STOCK_MANAGE))
    async def warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.line.warehouse_id)

    @strawberry.field(
        description="From where it is moved.",
        extensions=needs(Permission.STOCK_READ, Permission.STOCK_MANAGE),
    )
    async def from_warehouse(self, info: Info) -> Warehouse | None:
        return await load_warehouse(info, self.line.from_warehouse_id)

    @strawberry.field(
        description="On which it is bought.", extensions=needs(Permission.RELATIONSHIP_READ)
    )
    async def relationship(self, info: Info) -> Relationship | None:
        if self.line.relationship_id is None:
            return None
        return await load_relationship(info, self.line.relationship_id)

    @strawberry.field(
        description="What it became a part of.", extensions=needs(Permission.ORDER_READ)
    )
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.line.order_id)


@strawberry.type(
    description="How you are supplied on an edge; with a SKU, with that one alone. Quantities are "
    "base units.",
    directives=scoped(Scope.ORGANIZATION),
)
class ReplenishmentTerm:
    id: strawberry.ID
    lead_time_days: int
    lead_time_spread_days: decimal.Decimal
    service_level: decimal.Decimal = strawberry.field(
        description="The share of cycles without a stock-out, 0.5 to 0.9999."
    )
    review_days: int
    confirm_days: int = strawberry.field(description="Within which the seller confirms.")
    order_minimum: int
    shelf_life_days: int | None
    max_cover_days: int | None
    term: strawberry.Private[replenishment.Term]

    @classmethod
    def of(cls, term: replenishment.Term) -> ReplenishmentTerm:
        return cls(
            id=to_id("ReplenishmentTerm", term.id),
            lead_time_days=term.lead_time_days,
            lead_time_spread_days=term.lead_time_spread_days.normalize(),
            service_level=decimal.Decimal(term.service_level_bp) / 10_000,
            review_days=term.review_days,
            confirm_days=term.confirm_days,
            order_minimum=term.order_minimum,
            shelf_life_days=term.shelf_life_days,
            max_cover_days=term.max_cover_days,
            term=term,
        )

    @strawberry.field(extensions=needs(Permission.RELATIONSHIP_READ))
    async def relationship(self, info: Info) -> Relationship | None:
        return await load_relationship(info, self.term.relationship_id)

    @strawberry.field(
        description="Null for the edge as a whole.", extensions=needs(Permission.CATALOG_READ)
    )
    async def sku(self, info: Info) -> Sku | None:
        return await load_sku(info, self.term.sku_id)

    @strawberry.field(
        description="In which it is ordered; null for base units.",
        extensions=needs(Permission.CATALOG_READ),
    )
    async def pack(self, info: Info) -> Pack | None:
        if self.term.sku_id is None or self.term.pack_id is None:
            return None
        return await load_pack(info, self.term.sku_id, self.term.pack_id)


@strawberry.type(
    description="What you may order for in a month, on all your edges of its currency.",
    directives=scoped(Scope.ORGANIZATION),
)
class ReplenishmentBudget:
    month: datetime.date = strawberry.field(description="Its first day.")
    amount: Money

    @classmethod
    def of(cls, budget: replenishment.Budget) -> ReplenishmentBudget:
        amount = Money.of_minor(budget.amount_minor, budget.currency)
        return cls(month=budget.month, amount=amount)


async def load_proposals(info: Info, ids: list[int]) -> list[ProposalLine]:
    """Those that are the organization's."""
    found = await info.context.loader("proposal_line", _proposals).load_many(ids)
    return [ProposalLine.of(line) for line in found if line is not None]


async def _proposals(
    conn: kernel.Connection, actor: Actor, ids: list[int]
) -> list[replenishment.ProposalLine | None]:
    found = await replenishment.proposals_by_ids(conn, actor=actor, ids=ids)
    return [found.get(id) for id in ids]
