"""Asking what is asked for, expected and proposed; proposing, taking, saying terms."""

from __future__ import annotations

import asyncio
import datetime
import decimal
from collections.abc import Sequence
from typing import Annotated

import strawberry

from tradeline import kernel, replenishment
from tradeline.kernel import Actor, Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import perform
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import MoneyInput
from tradeline_graph._scope import Scope, guarded
from tradeline_graph.ordering import load_order
from tradeline_graph.replenishment.inputs import (
    ForecastMakeInput,
    ForecastMakePayload,
    ReplenishmentAcceptInput,
    ReplenishmentAcceptPayload,
    ReplenishmentBudgetPutInput,
    ReplenishmentBudgetPutPayload,
    ReplenishmentDismissInput,
    ReplenishmentDismissPayload,
    ReplenishmentProposeInput,
    ReplenishmentProposePayload,
    ReplenishmentTermPutInput,
    ReplenishmentTermPutPayload,
    ReplenishmentTermRemoveInput,
    ReplenishmentTermRemovePayload,
)
from tradeline_graph.replenishment.previews import PreviewQuery
from tradeline_graph.replenishment.supply import SupplyQuery
from tradeline_graph.replenishment.types import (
    DemandDay,
    DemandForecast,
    DemandSeries,
    ProposalLine,
    ReplenishmentBudget,
    ReplenishmentTerm,
    SellInDay,
    load_proposals,
)

READS = guarded(Scope.ORGANIZATION, Permission.REPLENISHMENT_READ)
MANAGES = guarded(Scope.ORGANIZATION, Permission.REPLENISHMENT_MANAGE)
ORDERS_MAX = 100
# Whoever waits for others that are planning keeps a connection, and each process has few.
PATIENCE_MS = 1_000


@strawberry.type
class Query(PreviewQuery, SupplyQuery):
    @strawberry.field(
        description="What was asked for of a SKU on the days from `from` to `to`, of all your "
        "warehouses or one, and what is expected.",
        extensions=READS,
    )
    async def demand(
        self,
        info: Info,
        sku_id: strawberry.ID,
        to: datetime.date,
        from_: Annotated[datetime.date, strawberry.argument(name="from")],
        warehouse_id: strawberry.ID | None = None,
    ) -> DemandSeries:
        actor = info.context.signed_in()
        sku = from_id("Sku", sku_id)
        warehouse = from_optional_id("Warehouse", warehouse_id)
        async with info.context.db.reading(actor.network_id) as conn:
            days = await replenishment.load_demand(
                conn, actor=actor, sku_ids=[sku], first=from_, last=to, warehouse_id=warehouse
            )
            sell_in = await replenishment.load_sell_in(
                conn, actor=actor, sku_ids=[sku], first=from_, last=to
            )
            found = await replenishment.load_forecasts(
                conn, actor=actor, sku_ids=[sku], warehouse_id=warehouse
            )
            lasting = await replenishment.days_of_cover(
                conn, actor=actor, sku_id=sku, warehouse_id=warehouse, forecasts=found
            )
        forecasts = [DemandForecast.of(one, info.context.locale) for one in found]
        return DemandSeries(
            days=[DemandDay.of(row) for row in days],
            sell_in=[SellInDay.of(row) for row in sell_in],
            forecasts=forecasts,
            forecast=forecasts[0] if len(forecasts) == 1 else None,
            days_of_cover=lasting,
        )

    @strawberry.field(
        description="What should be bought, moved or cleared; search for SKUs as in `skus`. With "
        "`state: OPEN` the most urgent come first: what runs out soonest, and of that what costs "
        "most; what is to be cleared comes last, the slowest first. Else the newest come first.",
        extensions=READS,
    )
    async def replenishment_proposals(
        self,
        info: Info,
        kind: replenishment.ProposalKind | None = None,
        state: replenishment.ProposalState | None = None,
        relationship_id: strawberry.ID | None = None,
        warehouse_id: strawberry.ID | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ProposalLine]:
        actor = info.context.signed_in()
        is_open = state is replenishment.ProposalState.OPEN
        request = kernel.page_request(first, after, (int, int, int) if is_open else (int,))
        only = replenishment.ProposalFilter(
            kind=kind,
            state=state,
            relationship_id=from_optional_id("Relationship", relationship_id),
            warehouse_id=from_optional_id("Warehouse", warehouse_id),
            search=search,
        )
        async with info.context.db.reading(actor.network_id) as conn:
            page = await replenishment.list_proposals(conn, actor=actor, page=request, only=only)
        return Connection.of(page, ProposalLine.of)

    @strawberry.field(description="One of them.", extensions=READS)
    async def replenishment_proposal(self, info: Info, id: strawberry.ID) -> ProposalLine | None:
        found = await load_proposals(info, [from_id("ProposalLine", id)])
        return found[0] if found else None

    @strawberry.field(description="How you are supplied.", extensions=READS)
    async def replenishment_terms(
        self,
        info: Info,
        relationship_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ReplenishmentTerm]:
        actor = info.context.signed_in()
        request = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            page = await replenishment.list_terms(
                conn,
                actor=actor,
                page=request,
                relationship_id=from_optional_id("Relationship", relationship_id),
            )
        return Connection.of(page, ReplenishmentTerm.of)

    @strawberry.field(
        description="What you may order for; the latest months first, a hundred at the most.",
        extensions=READS,
    )
    async def replenishment_budgets(self, info: Info) -> list[ReplenishmentBudget]:
        return await _budgets(info, info.context.signed_in())


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Propose what has to come, from the forecasts, the stock and the orders of "
        "now. Open lines of before give way. While others are at it, it is refused.",
        extensions=MANAGES,
    )
    async def replenishment_propose(
        self, info: Info, input: ReplenishmentProposeInput
    ) -> ReplenishmentProposePayload:
        async def propose(conn: kernel.Connection, actor: Actor) -> int:
            made = await replenishment.make_proposals(
                conn, actor=actor, warehouse_ids=input.to_model(), patience_ms=PATIENCE_MS
            )
            return len(made)

        done = await perform(info, input, propose)
        return ReplenishmentProposePayload(count=done.id, errors=done.errors)

    @strawberry.mutation(
        description="Do what lines propose: one order for each edge, one document for what moves. "
        "What moves is taken by itself, before what is bought. Each need is taken once. Takes the "
        "right to place orders, or to move stock, as well.",
        extensions=MANAGES,
    )
    async def replenishment_accept(
        self, info: Info, input: ReplenishmentAcceptInput
    ) -> ReplenishmentAcceptPayload:
        takes = input.to_model()

        async def accept(conn: kernel.Connection, actor: Actor) -> int:
            shown = input.shown_orders()
            await replenishment.accept_proposals(conn, actor=actor, takes=takes, shown=shown)
            return len(takes)

        done = await perform(info, input, accept)
        if done.id is None:
            return ReplenishmentAcceptPayload(count=None, orders=None, errors=done.errors)
        actor = info.context.signed_in()
        orders = None
        if actor.may(Permission.REPLENISHMENT_READ) and actor.may(Permission.ORDER_READ):
            lines = await load_proposals(info, [take.line_id for take in takes])
            ids = sorted({line.line.order_id for line in lines if line.line.order_id is not None})
            found = await asyncio.gather(*(load_order(info, id) for id in ids[:ORDERS_MAX]))
            orders = [order for order in found if order is not None]
        return ReplenishmentAcceptPayload(count=done.id, orders=orders, errors=[])

    @strawberry.mutation(
        description="Put lines away; what they were for may be proposed again.", extensions=MANAGES
    )
    async def replenishment_dismiss(
        self, info: Info, input: ReplenishmentDismissInput
    ) -> ReplenishmentDismissPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: replenishment.dismiss_proposals(
                conn, actor=actor, line_ids=input.to_model()
            ),
        )
        return ReplenishmentDismissPayload(count=done.id, errors=done.errors)

    @strawberry.mutation(description="Say how you are supplied.", extensions=MANAGES)
    async def replenishment_term_put(
        self, info: Info, input: ReplenishmentTermPutInput
    ) -> ReplenishmentTermPutPayload:
        said = input.to_model()

        async def put(conn: kernel.Connection, actor: Actor) -> int:
            return len(await replenishment.put_terms(conn, actor=actor, terms=said))

        done = await perform(info, input, put)
        actor = info.context.signed_in()
        terms = None
        if done.id is not None and actor.may(Permission.REPLENISHMENT_READ):
            keys = [(term.relationship_id, term.sku_id) for term in said]
            async with info.context.db.reading(actor.network_id) as conn:
                found = await replenishment.terms_said(conn, actor=actor, keys=keys)
            terms = [ReplenishmentTerm.of(term) for term in found]
        return ReplenishmentTermPutPayload(terms=terms, errors=done.errors)

    @strawberry.mutation(description="Take it back.", extensions=MANAGES)
    async def replenishment_term_remove(
        self, info: Info, input: ReplenishmentTermRemoveInput
    ) -> ReplenishmentTermRemovePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: replenishment.remove_term(
                conn, actor=actor, term_id=from_id("ReplenishmentTerm", input.term_id)
            ),
        )
        return ReplenishmentTermRemovePayload(is_removed=done.id is not None, errors=done.errors)

    @strawberry.mutation(
        description="Say what you may order for in a month: proposals keep to it, and what is "
        "taken as well.",
        extensions=MANAGES,
    )
    async def replenishment_budget_put(
        self, info: Info, input: ReplenishmentBudgetPutInput
    ) -> ReplenishmentBudgetPutPayload:
        async def put(conn: kernel.Connection, actor: Actor) -> int:
            amount = input.amount or decimal.Decimal(0)
            said = MoneyInput(amount=amount, currency=input.currency).to_model("amount")
            return await replenishment.put_budget(
                conn,
                actor=actor,
                month=input.month,
                currency=said.currency,
                amount_minor=None if input.amount is None else said.minor,
            )

        done = await perform(info, input, put)
        actor = info.context.signed_in()
        may_read = actor.may(Permission.REPLENISHMENT_READ)
        budgets = await _budgets(info, actor) if done.id is not None and may_read else None
        return ReplenishmentBudgetPutPayload(budgets=budgets, errors=done.errors)

    @strawberry.mutation(
        description="Forecast anew, from demand up to yesterday.", extensions=MANAGES
    )
    async def forecast_make(self, info: Info, input: ForecastMakeInput) -> ForecastMakePayload:
        sku_ids = input.to_model()

        async def make(conn: kernel.Connection, actor: Actor) -> int:
            if input.sku_ids is None:
                return await replenishment.ask_for_forecasts(conn, actor=actor)
            return len(await replenishment.make_forecasts(conn, actor=actor, sku_ids=sku_ids))

        done = await perform(info, input, make)
        actor = info.context.signed_in()
        forecasts = None
        if done.id is not None and actor.may(Permission.REPLENISHMENT_READ):
            forecasts = await _forecasts(info, actor, sku_ids)
        is_queued = done.id is not None and input.sku_ids is None
        return ForecastMakePayload(is_queued=is_queued, forecasts=forecasts, errors=done.errors)


async def _forecasts(info: Info, actor: Actor, sku_ids: Sequence[int]) -> list[DemandForecast]:
    """The first hundred of them."""
    async with info.context.db.reading(actor.network_id) as conn:
        found = await replenishment.load_forecasts(conn, actor=actor, sku_ids=sku_ids)
    return [DemandForecast.of(one, info.context.locale) for one in found[:ORDERS_MAX]]


async def _budgets(info: Info, actor: Actor) -> list[ReplenishmentBudget]:
    async with info.context.db.reading(actor.network_id) as conn:
        found = await replenishment.list_budgets(conn, actor=actor)
    return [ReplenishmentBudget.of(budget) for budget in found]
