"""What would come of taking proposals, looked at before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradeline.kernel import Actor, Connection, Money, Permission, Problem, raise_any
from tradeline.ordering import OrderPreview, preview_orders
from tradeline.replenishment.errors import BudgetExceeded
from tradeline.replenishment.model import ProposalKind, Take
from tradeline.replenishment.queries import demand, planning, proposals
from tradeline.replenishment.service.taking import (
    Taken,
    as_taken,
    group_by_edge,
    judge_kinds,
    judge_needs,
    judge_states,
    judge_takes,
    order_of,
)


@dataclass(frozen=True, slots=True)
class PreviewedLine:
    """Base units, and what they cost on the order; None without a price."""

    line_id: int
    quantity: int
    amount: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedOrder:
    """The order that lines on an edge would become. `amount` is that of the lines with a price."""

    relationship_id: int
    lines: tuple[PreviewedLine, ...]
    amount: Money
    order_minimum: Money

    @property
    def quantity(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class PreviewedBudget:
    """What the month's budget of a currency leaves now, and after the orders."""

    left: Money
    left_after: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptPreview:
    """`line_count` lines of `quantity` base units can be taken; `problems` are why accepting would
    be refused as a whole."""

    line_count: int
    quantity: int
    orders: tuple[PreviewedOrder, ...]
    budgets: tuple[PreviewedBudget, ...]
    problems: tuple[Problem, ...]


async def preview_accept(conn: Connection, *, actor: Actor, takes: Sequence[Take]) -> AcceptPreview:
    """What `accept_proposals` would do now. Nothing is locked or stored; a dozen statements.
    Whether stock can still be moved is judged by its position alone.

    Raises:
        Forbidden: as `accept_proposals`, for what can be taken.
        Rejected: NotFound; WrongState for a line that is not open; InvalidValue.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    raise_any(judge_takes(takes))
    ids = [take.line_id for take in takes]
    lines = await proposals.fetch_lines(conn, actor, ids)
    raise_any(judge_states(ids, lines))
    kinds = {line.kind for line in lines.values()}
    raise_any(judge_kinds(kinds))
    if ProposalKind.TRANSFER in kinds:
        actor.require(Permission.STOCK_MANAGE)
    sku_ids = sorted({line.sku_id for line in lines.values()})
    positions = await planning.fetch_positions(conn, actor.network_id, actor.org_id, sku_ids)
    taken, problems = judge_needs(takes, lines, positions)
    groups = group_by_edge(taken)
    previews = await _preview(conn, actor, groups)
    budgets = await _budgets(conn, actor, previews)
    for group, preview in zip(groups, previews, strict=True):
        problems += [as_taken(problem, group) for problem in preview.problems]
    problems += [
        BudgetExceeded(path=("lines",), missing=-budget.left_after)
        for budget in budgets
        if budget.left_after.minor < 0
    ]
    return AcceptPreview(
        line_count=len(taken),
        quantity=sum(one.quantity for one in taken),
        orders=tuple(map(_order, groups, previews)),
        budgets=tuple(budgets),
        problems=tuple(problems),
    )


async def _preview(
    conn: Connection, actor: Actor, groups: Sequence[Sequence[Taken]]
) -> list[OrderPreview]:
    if not groups:
        return []
    warehouses = await planning.fetch_own_warehouses(conn, actor.network_id, actor.org_id)
    orders = [order_of(group, warehouses) for group in groups]
    return await preview_orders(conn, actor=actor, orders=orders)


async def _budgets(
    conn: Connection, actor: Actor, previews: Sequence[OrderPreview]
) -> list[PreviewedBudget]:
    """Of the currencies that are ordered in, as far as there are budgets."""
    if not previews:
        return []
    today = await demand.get_today(conn)
    left = await planning.fetch_budgets(conn, actor.network_id, actor.org_id, today.replace(day=1))
    spent = _spent(previews)
    return [
        PreviewedBudget(Money(minor, currency), Money(minor - spent[currency], currency))
        for currency, minor in sorted(left.items())
        if currency in spent
    ]


def _spent(previews: Sequence[OrderPreview]) -> Mapping[str, int]:
    spent: dict[str, int] = {}
    for amount in (preview.amount for preview in previews):
        spent[amount.currency] = spent.get(amount.currency, 0) + amount.minor
    return spent


def _order(group: Sequence[Taken], preview: OrderPreview) -> PreviewedOrder:
    return PreviewedOrder(
        relationship_id=preview.edge.id,
        lines=tuple(
            PreviewedLine(one.line.id, one.quantity, amount)
            for one, amount in zip(group, preview.amounts, strict=True)
        ),
        amount=preview.amount,
        order_minimum=preview.order_minimum,
    )
