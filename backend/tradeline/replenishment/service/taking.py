"""What is taken of proposals, judged: the same when it is only looked at and when it is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tradeline.kernel import QUANTITY_MAX, InvalidValue, Money, NotFound, Problem, WrongState
from tradeline.ordering import NewOrder, NewOrderLine
from tradeline.replenishment.errors import (
    NeedCovered,
    OrderAmountChanged,
    QuantityNotInSteps,
)
from tradeline.replenishment.model import (
    LINES_AT_ONCE_MAX,
    Position,
    ProposalKind,
    ProposalLine,
    ProposalState,
    ShownOrder,
    Take,
)
from tradeline.replenishment.planning import round_up, still_needed


@dataclass(frozen=True, slots=True)
class Taken:
    """A line, where it was named, and how many base units of it are taken."""

    index: int
    line: ProposalLine
    quantity: int


def judge_takes(takes: Sequence[Take]) -> list[Problem]:
    return judge_ids([take.line_id for take in takes]) + [
        InvalidValue(
            path=("lines", index, "quantity"),
            field="quantity",
            rule=f"take 1 to {QUANTITY_MAX}",
            rule_zh=f"请填 1 至 {QUANTITY_MAX}",
        )
        for index, take in enumerate(takes)
        if take.quantity is not None and not 1 <= take.quantity <= QUANTITY_MAX
    ]


def judge_ids(ids: Sequence[int]) -> list[Problem]:
    if not 1 <= len(ids) <= LINES_AT_ONCE_MAX:
        return [
            InvalidValue(
                path=("lines",),
                field="lines",
                rule=f"name 1 to {LINES_AT_ONCE_MAX} lines",
                rule_zh=f"每次 1 至 {LINES_AT_ONCE_MAX} 行",
            )
        ]
    seen: set[int] = set()
    problems: list[Problem] = []
    for index, id in enumerate(ids):
        if id in seen:
            problems.append(
                InvalidValue(
                    path=("lines", index, "id"),
                    field="id",
                    rule="name each line once",
                    rule_zh="每行只填一次",
                )
            )
        seen.add(id)
    return problems


def judge_states(ids: Sequence[int], lines: Mapping[int, ProposalLine]) -> list[Problem]:
    """`lines` are those of the organization's."""
    problems: list[Problem] = []
    for index, id in enumerate(ids):
        path = ("lines", index, "id")
        if id not in lines:
            problems.append(NotFound(path=path, subject="proposal"))
        elif lines[id].state is not ProposalState.OPEN:
            state = lines[id].state.value
            problems.append(WrongState(path=path, subject="proposal", state=state))
    return problems


def judge_kinds(kinds: Collection[ProposalKind]) -> list[Problem]:
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


def judge_needs(
    takes: Sequence[Take],
    lines: Mapping[int, ProposalLine],
    positions: Mapping[tuple[int, int], Position],
) -> tuple[list[Taken], list[Problem]]:
    """What can be taken, and why the rest cannot: it is not needed, or not to spare where it comes
    from. Each line sees what those before it bring and take away."""
    left = dict(positions)
    problems: list[Problem] = []
    taken: list[Taken] = []
    for index, take in enumerate(takes):
        line = lines[take.line_id]
        key = (line.warehouse_id, line.sku_id)
        position = left.get(key, Position())
        from_id = line.from_warehouse_id
        source = None if from_id is None else left.get((from_id, line.sku_id), Position())
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
            left[key] = replace(position, incoming=position.incoming + quantity)
        if from_id is not None and source is not None:
            rest = source.on_hand - quantity
            left[from_id, line.sku_id] = replace(source, on_hand=rest)
        taken.append(Taken(index, line, quantity))
    return taken, problems


def group_by_edge(taken: Sequence[Taken]) -> list[list[Taken]]:
    """Of what is bought, the lines of each order: one for each edge."""
    by_edge: dict[int, list[Taken]] = {}
    for one in sorted(taken, key=lambda one: one.line.id):
        if one.line.kind is ProposalKind.BUY:
            assert one.line.relationship_id is not None
            by_edge.setdefault(one.line.relationship_id, []).append(one)
    return [by_edge[edge_id] for edge_id in sorted(by_edge)]


def order_of(group: Sequence[Taken], warehouses: Sequence[tuple[int, str]]) -> NewOrder:
    """Each line comes to the warehouse that it was proposed for. An order goes to one region: that
    of the first, of all `warehouses` (id, region), to receive any of it."""
    first = group[0].line
    assert first.relationship_id is not None
    receiving = {one.line.warehouse_id for one in group}
    region = next((region for id, region in warehouses if id in receiving), "")
    return NewOrder(
        relationship_id=first.relationship_id,
        lines=tuple(
            NewOrderLine(
                one.line.sku_id,
                one.quantity // one.line.pack_units,
                one.line.pack_id,
                one.line.warehouse_id,
            )
            for one in group
        ),
        ship_to_region=region,
    )


def judge_amounts(amounts: Mapping[int, Money], shown: Sequence[ShownOrder]) -> list[Problem]:
    """What orders come to, by edge, beside what was shown of them."""
    problems: list[Problem] = []
    for index, order in enumerate(shown):
        now = amounts.get(order.relationship_id)
        if now is None:
            path: tuple[str | int, ...] = ("shown", index, "relationshipId")
            problems.append(NotFound(path=path, subject="order"))
        elif now != order.amount:
            path = ("shown", index, "amount")
            problems.append(OrderAmountChanged(path=path, was=order.amount, now=now))
    if amounts.keys() - {order.relationship_id for order in shown}:
        rule = "name each order that was shown"
        problems.append(
            InvalidValue(
                path=("shown",), field="shown", rule=rule, rule_zh="请列出看到的每一张订单"
            )
        )
    return problems


def as_taken(problem: Problem, group: Sequence[Taken]) -> Problem:
    """A problem of an order's line, or of a transfer, as one of where it was named."""
    match problem.path:
        case ("lines", int(at), *rest):
            return replace(problem, path=("lines", group[at].index, *rest))
    return replace(problem, path=("lines",))
