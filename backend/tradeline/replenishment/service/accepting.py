"""Proposals are taken, or dismissed: each need once, whoever presses when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tradeline.inventory import StockTransfer, transfer_stock
from tradeline.kernel import (
    QUANTITY_MAX,
    Actor,
    Change,
    Connection,
    InvalidValue,
    Money,
    NotFound,
    Permission,
    Problem,
    Rejected,
    WrongState,
    listing,
    raise_any,
    record_changes,
)
from tradeline.ordering import NewOrder, NewOrderLine, RefusedOrder, place_orders
from tradeline.replenishment.errors import BudgetExceeded, NeedCovered, QuantityNotInSteps
from tradeline.replenishment.model import (
    LINES_AT_ONCE_MAX,
    Position,
    ProposalKind,
    ProposalLine,
    ProposalState,
    Take,
)
from tradeline.replenishment.planning import round_up, still_needed
from tradeline.replenishment.queries import demand, planning, proposals


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What came of lines that were taken: one order for each edge, one document for what moved."""

    order_ids: tuple[int, ...]
    document_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A line, where it was named, and how many base units of it are taken."""

    index: int
    line: ProposalLine
    quantity: int


async def accept_proposals(conn: Connection, *, actor: Actor, takes: Sequence[Take]) -> Accepted:
    """Do what lines propose: buy, as one order for each edge, move between own warehouses, or note
    that slow stock is being cleared. All or none.

    The organization's desk is locked first, then what placing orders or moving stock locks: both in
    one take would lock stock twice, in no order. What is needed is worked out anew with the stock
    and the orders of now.

    Raises:
        Forbidden: without `replenishment:manage`, and `order:place` or `stock:manage` for what is
            bought or moved.
        Rejected: NotFound; WrongState for a line that is not open; NeedCovered where less is needed
            by now; QuantityNotInSteps; BudgetExceeded; InvalidValue; all that `place_orders` and
            `transfer_stock` refuse with.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    raise_any(_judge_ids([take.line_id for take in takes]) + _judge_quantities(takes))
    await planning.lock_desk(conn, actor.network_id, actor.org_id)
    lines = await _lock_open(conn, actor, [take.line_id for take in takes])
    raise_any(_judge_kinds({line.kind for line in lines.values()}))
    taken = await _judge_needs(conn, actor, takes, lines)
    bought = [one for one in taken if one.line.kind is ProposalKind.BUY]
    moved = [one for one in taken if one.line.kind is ProposalKind.TRANSFER]
    order_lines = await _order(conn, actor, bought)
    documents = await _move(conn, actor, moved)
    quantities = {one.line.id: one.quantity for one in taken}
    await proposals.accept_lines(conn, actor, quantities, order_lines, documents)
    order_ids = tuple(sorted({order_id for order_id, _ in order_lines.values()}))
    await _note(conn, actor, "replenishment.accept", list(quantities))
    return Accepted(order_ids=order_ids, document_ids=tuple(sorted(set(documents.values()))))


async def dismiss_proposals(conn: Connection, *, actor: Actor, line_ids: Sequence[int]) -> int:
    """Put lines away; what they were for may be proposed again. How many they were.

    Raises:
        Forbidden: without `replenishment:manage`.
        Rejected: NotFound; WrongState for a line that is not open; InvalidValue.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    raise_any(_judge_ids(line_ids))
    await planning.lock_desk(conn, actor.network_id, actor.org_id)
    await _lock_open(conn, actor, line_ids)
    await proposals.dismiss_lines(conn, actor, line_ids)
    await _note(conn, actor, "replenishment.dismiss", line_ids)
    return len(line_ids)


def _judge_ids(ids: Sequence[int]) -> list[Problem]:
    if not 1 <= len(ids) <= LINES_AT_ONCE_MAX:
        return [
            InvalidValue(
                path=("lines",),
                field="lines",
                rule=f"name 1 to {LINES_AT_ONCE_MAX} lines",
                rule_zh=f"每次 1 至 {LINES_AT_ONCE_MAX} 行",
            )
        ]
    return [
        InvalidValue(
            path=("lines", index, "id"),
            field="id",
            rule="name each line once",
            rule_zh="每行只填一次",
        )
        for index, id in enumerate(ids)
        if id in ids[:index]
    ]


def _judge_quantities(takes: Sequence[Take]) -> list[Problem]:
    return [
        InvalidValue(
            path=("lines", index, "quantity"),
            field="quantity",
            rule=f"take 1 to {QUANTITY_MAX}",
            rule_zh=f"请填 1 至 {QUANTITY_MAX}",
        )
        for index, take in enumerate(takes)
        if take.quantity is not None and not 1 <= take.quantity <= QUANTITY_MAX
    ]


def _judge_kinds(kinds: Collection[ProposalKind]) -> list[Problem]:
    """Levels of stock are locked in one order (ADR 7), which two calls cannot keep: orders lock
    those of suppliers, transfers the own ones."""
    if not {ProposalKind.BUY, ProposalKind.TRANSFER} <= set(kinds):
        return []
    return [
        InvalidValue(
            path=("lines",),
            field="lines",
            rule="take transfers by themselves, first",
            rule_zh="请先单独采纳调拨，再采纳采购",
        )
    ]


async def _lock_open(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, ProposalLine]:
    lines = {line.id: line for line in await proposals.lock_lines(conn, actor, ids)}
    problems: list[Problem] = []
    for index, id in enumerate(ids):
        path = ("lines", index, "id")
        if id not in lines:
            problems.append(NotFound(path=path, subject="proposal"))
        elif lines[id].state is not ProposalState.OPEN:
            state = lines[id].state.value
            problems.append(WrongState(path=path, subject="proposal", state=state))
    raise_any(problems)
    return lines


async def _judge_needs(
    conn: Connection, actor: Actor, takes: Sequence[Take], lines: dict[int, ProposalLine]
) -> list[_Taken]:
    """What is taken of each line, as long as it is needed, and to spare where it comes from: each
    sees what those before it bring and take away."""
    sku_ids = sorted({line.sku_id for line in lines.values()})
    positions = await planning.fetch_positions(conn, actor.network_id, actor.org_id, sku_ids)
    problems: list[Problem] = []
    taken: list[_Taken] = []
    for index, take in enumerate(takes):
        line = lines[take.line_id]
        key = (line.warehouse_id, line.sku_id)
        position = positions.get(key, Position())
        from_id = line.from_warehouse_id
        source = None if from_id is None else positions.get((from_id, line.sku_id), Position())
        quantity = line.quantity if take.quantity is None else take.quantity
        path = ("lines", index, "quantity")
        needed = still_needed(line, position, source)
        if quantity > needed:
            problems.append(NeedCovered(path=path, asked=quantity, needed=needed))
            continue
        step, minimum = int(line.arithmetic["step"]), int(line.arithmetic["minimum"])
        if quantity != round_up(quantity, minimum, step):
            problems.append(
                QuantityNotInSteps(path=path, asked=quantity, multiple=step, least=minimum)
            )
            continue
        if line.kind is not ProposalKind.CLEAR:
            positions[key] = replace(position, incoming=position.incoming + quantity)
        if from_id is not None and source is not None:
            left = source.on_hand - quantity
            positions[from_id, line.sku_id] = replace(source, on_hand=left)
        taken.append(_Taken(index, line, quantity))
    raise_any(problems)
    return taken


async def _order(
    conn: Connection, actor: Actor, bought: Sequence[_Taken]
) -> dict[int, tuple[int, int]]:
    """Place one order for each edge; of each proposal, the order and the line that it became."""
    if not bought:
        return {}
    by_edge: dict[int, list[_Taken]] = {}
    for one in sorted(bought, key=lambda one: one.line.id):
        assert one.line.relationship_id is not None
        by_edge.setdefault(one.line.relationship_id, []).append(one)
    warehouses = await planning.fetch_own_warehouses(conn, actor.network_id, actor.org_id)
    region = warehouses[0][1] if warehouses else ""
    groups = [by_edge[edge_id] for edge_id in sorted(by_edge)]
    outcome = await place_orders(
        conn,
        network_id=actor.network_id,
        requests=[(actor, _new_order(group, region)) for group in groups],
    )
    refused = [
        replace(problem, path=_path_of(problem, group))
        for found, group in zip(outcome, groups, strict=True)
        if isinstance(found, RefusedOrder)
        for problem in found.problems
    ]
    raise_any(refused)
    order_ids = [found for found in outcome if isinstance(found, int)]
    await _keep_to_budget(conn, actor, {one.line.currency for one in bought})
    ids = await proposals.fetch_order_lines(conn, actor.network_id, order_ids)
    return {
        one.line.id: (order_id, ids[order_id, number])
        for order_id, group in zip(order_ids, groups, strict=True)
        for number, one in enumerate(group, start=1)
    }


def _new_order(group: Sequence[_Taken], region: str) -> NewOrder:
    """All goods are received in one place, be they proposed for another."""
    first = group[0].line
    assert first.relationship_id is not None
    return NewOrder(
        relationship_id=first.relationship_id,
        lines=tuple(
            NewOrderLine(one.line.sku_id, one.quantity // one.line.pack_units, one.line.pack_id)
            for one in group
        ),
        ship_to_region=region,
    )


def _path_of(problem: Problem, group: Sequence[_Taken]) -> tuple[str | int, ...]:
    """Where the line stood in the request, and not in the order or among the transfers."""
    match problem.path:
        case ("lines", int(at), *rest):
            return ("lines", group[at].index, *rest)
    return ("lines",)


async def _keep_to_budget(
    conn: Connection, actor: Actor, currencies: Collection[str | None]
) -> None:
    """Refuse if the orders, which are stored by now, go beyond what the month's budgets of their
    currencies leave."""
    today = await demand.get_today(conn)
    left = await planning.fetch_budgets(conn, actor.network_id, actor.org_id, today.replace(day=1))
    exceeded = [
        BudgetExceeded(path=("lines",), missing=Money(-minor, currency))
        for currency, minor in left.items()
        if minor < 0 and currency in currencies
    ]
    if exceeded:
        raise Rejected(exceeded)


async def _move(conn: Connection, actor: Actor, moved: Sequence[_Taken]) -> dict[int, int]:
    """Carry what is to be moved, as one document."""
    if not moved:
        return {}
    transfers = []
    for one in moved:
        assert one.line.from_warehouse_id is not None
        transfers.append(
            StockTransfer(
                from_warehouse_id=one.line.from_warehouse_id,
                to_warehouse_id=one.line.warehouse_id,
                sku_id=one.line.sku_id,
                quantity=one.quantity,
            )
        )
    try:
        document_id = await transfer_stock(conn, actor=actor, transfers=transfers)
    except Rejected as refused:
        raise Rejected(
            [replace(problem, path=_path_of(problem, moved)) for problem in refused.problems]
        ) from None
    return {one.line.id: document_id for one in moved}


async def _note(conn: Connection, actor: Actor, action: str, ids: Sequence[int]) -> None:
    change = Change(
        action=action,
        subject_type="organization",
        subject_id=actor.org_id,
        after=listing("lines", list(ids)),
    )
    await record_changes(conn, actor=actor, changes=[change])
