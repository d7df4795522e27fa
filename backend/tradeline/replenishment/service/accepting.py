"""Proposals are taken, or dismissed: each need once, whoever presses when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tradeline.inventory import StockTransfer, transfer_stock
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Money,
    Permission,
    Rejected,
    listing,
    raise_any,
    record_changes,
)
from tradeline.ordering import RefusedOrder, place_orders
from tradeline.replenishment.errors import BudgetExceeded
from tradeline.replenishment.model import ProposalKind, ProposalLine, ShownOrder, Take
from tradeline.replenishment.queries import demand, planning, proposals
from tradeline.replenishment.service.taking import (
    Taken,
    as_taken,
    group_by_edge,
    judge_amounts,
    judge_ids,
    judge_kinds,
    judge_needs,
    judge_states,
    judge_takes,
    order_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What came of lines that were taken: one order for each edge, one document for what moved."""

    order_ids: tuple[int, ...]
    document_ids: tuple[int, ...]


async def accept_proposals(
    conn: Connection,
    *,
    actor: Actor,
    takes: Sequence[Take],
    shown: Sequence[ShownOrder] | None = None,
) -> Accepted:
    """Do what lines propose: buy, as one order for each edge, move between own warehouses, or note
    that slow stock is being cleared. All or none. With `shown`, the orders are these and come to
    what was shown, or none is placed.

    The organization's desk is locked first, then what placing orders or moving stock locks: both in
    one take would lock stock twice, in no order. What is needed is worked out anew with the stock
    and the orders of now.

    Raises:
        Forbidden: without `replenishment:manage`, and `order:place` or `stock:manage` for what is
            bought or moved.
        Rejected: NotFound; WrongState for a line that is not open; NeedCovered where less is needed
            by now; QuantityNotInSteps; BudgetExceeded; OrderAmountChanged; InvalidValue; all that
            `place_orders` and `transfer_stock` refuse with.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    raise_any(judge_takes(takes))
    await planning.lock_desk(conn, actor.network_id, actor.org_id)
    lines = await _lock_open(conn, actor, [take.line_id for take in takes])
    raise_any(judge_kinds({line.kind for line in lines.values()}))
    taken = await _judge_needs(conn, actor, takes, lines)
    bought = [one for one in taken if one.line.kind is ProposalKind.BUY]
    moved = [one for one in taken if one.line.kind is ProposalKind.TRANSFER]
    order_lines = await _order(conn, actor, bought, shown)
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
    raise_any(judge_ids(line_ids))
    await planning.lock_desk(conn, actor.network_id, actor.org_id)
    await _lock_open(conn, actor, line_ids)
    await proposals.dismiss_lines(conn, actor, line_ids)
    await _note(conn, actor, "replenishment.dismiss", line_ids)
    return len(line_ids)


async def _lock_open(conn: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, ProposalLine]:
    lines = {line.id: line for line in await proposals.lock_lines(conn, actor, ids)}
    raise_any(judge_states(ids, lines))
    return lines


async def _judge_needs(
    conn: Connection, actor: Actor, takes: Sequence[Take], lines: Mapping[int, ProposalLine]
) -> list[Taken]:
    """What is taken of each line, as long as it is needed, and to spare where it comes from."""
    sku_ids = sorted({line.sku_id for line in lines.values()})
    positions = await planning.fetch_positions(conn, actor.network_id, actor.org_id, sku_ids)
    taken, problems = judge_needs(takes, lines, positions)
    raise_any(problems)
    return taken


async def _order(
    conn: Connection, actor: Actor, bought: Sequence[Taken], shown: Sequence[ShownOrder] | None
) -> dict[int, tuple[int, int]]:
    """Place one order for each edge; of each proposal, the order and the line that it became."""
    if not bought:
        return {}
    warehouses = await planning.fetch_own_warehouses(conn, actor.network_id, actor.org_id)
    groups = group_by_edge(bought)
    outcome = await place_orders(
        conn,
        network_id=actor.network_id,
        requests=[(actor, order_of(group, warehouses)) for group in groups],
    )
    refused = [
        as_taken(problem, group)
        for found, group in zip(outcome, groups, strict=True)
        if isinstance(found, RefusedOrder)
        for problem in found.problems
    ]
    raise_any(refused)
    order_ids = [found for found in outcome if isinstance(found, int)]
    if shown is not None:
        amounts = await proposals.fetch_amounts(conn, actor.network_id, order_ids)
        raise_any(judge_amounts(amounts, shown))
    await _keep_to_budget(conn, actor, {one.line.currency for one in bought})
    ids = await proposals.fetch_order_lines(conn, actor.network_id, order_ids)
    return {
        one.line.id: (order_id, ids[order_id, number])
        for order_id, group in zip(order_ids, groups, strict=True)
        for number, one in enumerate(group, start=1)
    }


async def _keep_to_budget(
    conn: Connection, actor: Actor, currencies: Collection[str | None]
) -> None:
    """Refuse if the orders, which are stored by now, go beyond what the month's budgets of their
    currencies leave."""
    today = await demand.get_today(conn)
    left = await planning.fetch_budgets(conn, actor.network_id, actor.org_id, today.replace(day=1))
    raise_any(
        [
            BudgetExceeded(path=("lines",), missing=Money(-minor, currency))
            for currency, minor in left.items()
            if minor < 0 and currency in currencies
        ]
    )


async def _move(conn: Connection, actor: Actor, moved: Sequence[Taken]) -> dict[int, int]:
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
        raise Rejected([as_taken(problem, moved) for problem in refused.problems]) from None
    return {one.line.id: document_id for one in moved}


async def _note(conn: Connection, actor: Actor, action: str, ids: Sequence[int]) -> None:
    change = Change(
        action=action,
        subject_type="organization",
        subject_id=actor.org_id,
        after=listing("lines", list(ids)),
    )
    await record_changes(conn, actor=actor, changes=[change])
