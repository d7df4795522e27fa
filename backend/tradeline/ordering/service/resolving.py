"""What the rows of drafts come to at this moment, judged by the rule that orders are placed by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from tradeline.catalog import load_tradable, match_typed
from tradeline.inventory import available
from tradeline.kernel import Actor, Connection, Money, Problem
from tradeline.ordering.decisions import (
    PlacedLine,
    PlacedOrder,
    PlacementState,
    decide_order,
    judge_lines,
)
from tradeline.ordering.drafts import OrderDraft, ResolvedDraft, ResolvedRow, RowState
from tradeline.ordering.errors import NothingToOrder, NotInAssortment, NotTrading
from tradeline.ordering.model import NewOrder, NewOrderLine
from tradeline.ordering.rows import ReadRow, lines_of, read_rows
from tradeline.ordering.service.loading import load_placement
from tradeline.organizations import Relationship, load_known_and_trading

Key = TypeVar("Key")
Value = TypeVar("Value")

# What a line of an order is called in a row that was typed.
FIELDS = {"skuId": "code", "packId": "quantityText", "quantity": "quantityText"}


async def resolve(
    conn: Connection, actor: Actor, drafts: Sequence[OrderDraft], *, is_locked: bool = False
) -> list[ResolvedDraft]:
    """Resolve drafts of the actor's, at most one for each edge; at most twelve statements.

    With `is_locked`, what the lines draw on stays locked until the unit of work ends; else
    nothing is, and the answer is a look, not a promise. Each draft is judged as if it were
    placed alone.
    """
    network_id = actor.network_id
    edges, trading = await load_known_and_trading(
        conn, network_id=network_id, ids=[draft.relationship_id for draft in drafts]
    )
    read = await _read(conn, actor, drafts)
    lines = [lines_of(rows) for rows in read]
    orders = [
        _order(draft, tuple(some.values())) for draft, some in zip(drafts, lines, strict=True)
    ]
    state = await load_placement(conn, network_id, orders, trading, is_locked=is_locked)
    known = [
        (draft.relationship_id, row.sku_id)
        for draft, rows in zip(drafts, read, strict=True)
        for row in rows
        if row.sku_id is not None and _is_traded(row)
    ]
    free = await available(conn, network_id=network_id, pairs=sorted(set(known)))
    return [
        _judge(place, draft, edges[draft.relationship_id], rows, list(heads), order, state, free)
        if draft.relationship_id in state.relationships
        else _not_trading(draft, edges[draft.relationship_id])
        for place, (draft, rows, heads, order) in enumerate(
            zip(drafts, read, lines, orders, strict=True)
        )
    ]


def order_of(resolved: ResolvedDraft) -> NewOrder:
    """The order that the ready rows come to."""
    return _order(
        resolved.draft,
        tuple(
            NewOrderLine(row.sku_id, row.quantity // row.pack.units, row.pack.id)
            for row in resolved.rows
            if row.state is RowState.READY and row.sku_id and row.quantity and row.pack
        ),
    )


def of_row(problem: Problem, positions: Sequence[int]) -> Problem:
    """A problem of an order's line as one of the row that it was typed in."""
    match problem.path:
        case ("lines", int(index), *rest):
            named = tuple(FIELDS.get(str(step), step) for step in rest)
            return replace(problem, path=("rows", positions[index], *named))
        case ("lines",):
            return replace(problem, path=("rows",))
    return problem


def _order(draft: OrderDraft, lines: tuple[NewOrderLine, ...]) -> NewOrder:
    return NewOrder(
        relationship_id=draft.relationship_id,
        lines=lines,
        buyer_reference=draft.buyer_reference,
        note=draft.note,
        ship_to_region=draft.ship_to_region,
        ship_to_address=draft.ship_to_address,
        requested_on=draft.requested_on,
    )


async def _read(
    conn: Connection, actor: Actor, drafts: Sequence[OrderDraft]
) -> list[list[ReadRow]]:
    """The rows of each draft as they are understood; four statements."""
    asked = dict.fromkeys((d.relationship_id, row.code.strip()) for d in drafts for row in d.rows)
    matches = await match_typed(conn, actor=actor, asked=list(asked))
    pairs = {
        (relationship_id, match.sku_id)
        for (relationship_id, _), found in matches.items()
        for match in found
    } | {(d.relationship_id, row.sku_id) for d in drafts for row in d.rows if row.sku_id}
    tradable = await load_tradable(conn, network_id=actor.network_id, pairs=sorted(pairs))
    typed_on, skus_on = _by_edge(matches), _by_edge(tradable)
    return [
        read_rows(
            draft.rows,
            typed_on.get(draft.relationship_id, {}),
            skus_on.get(draft.relationship_id, {}),
        )
        for draft in drafts
    ]


def _by_edge(found: Mapping[tuple[int, Key], Value]) -> dict[int, dict[Key, Value]]:
    """What was found by edge and something else, by edge first."""
    by_edge: dict[int, dict[Key, Value]] = {}
    for (edge_id, key), value in found.items():
        by_edge.setdefault(edge_id, {})[key] = value
    return by_edge


def _judge(
    place: int,
    draft: OrderDraft,
    edge: Relationship,
    read: Sequence[ReadRow],
    heads: Sequence[int],
    order: NewOrder,
    state: PlacementState,
    free: Mapping[tuple[int, int], int],
) -> ResolvedDraft:
    """A draft on an edge that trades. `heads` are the rows that its lines, in order, begin with.

    First each line by itself, then what can be had of them as the order that it would be.
    """
    judged = judge_lines(place, order, edge, state)
    _put_back(state, [line for line in judged if isinstance(line, PlacedLine)])
    indices = {head: index for index, head in enumerate(heads)}
    rows = []
    for row in read:
        index = indices.get(row.position)
        outcome = None if index is None else judged[index]
        problems = row.problems
        if isinstance(outcome, list):
            problems = tuple(of_row(problem, heads) for problem in outcome)
        rows.append(
            ResolvedRow(
                position=row.position,
                typed=row.typed,
                state=_state_of(row, problems),
                merged_into=row.merged_into,
                sku_id=row.sku_id,
                pack=row.pack,
                quantity=_units(row, None if index is None else order.lines[index]),
                pack_quantity=row.count,
                price=None if index is None else state.prices.get((place, index)),
                available=None if row.sku_id is None else free.get((edge.id, row.sku_id)),
                problems=problems,
            )
        )
    amount, problems_of_order = _judge_ready(place, order, judged, heads, state)
    return ResolvedDraft(
        draft=draft,
        seller_org_id=edge.seller_org_id,
        rows=tuple(rows),
        amount=Money(amount, edge.currency),
        problems=problems_of_order,
    )


def _judge_ready(
    place: int,
    order: NewOrder,
    judged: Sequence[PlacedLine | list[Problem]],
    heads: Sequence[int],
    state: PlacementState,
) -> tuple[int, tuple[Problem, ...]]:
    """What the lines that can be had cost, and what keeps them from being an order."""
    ready = [index for index, line in enumerate(judged) if isinstance(line, PlacedLine)]
    if not ready:
        return 0, (NothingToOrder(path=("rows",)),)
    alone = replace(
        state,
        prices={(0, new): state.prices[place, old] for new, old in enumerate(ready)},
    )
    lines = tuple(order.lines[index] for index in ready)
    decision = decide_order(replace(order, lines=lines), alone)
    if isinstance(decision, PlacedOrder):
        _put_back(state, decision.lines)
        return decision.amount_minor, ()
    amount = sum(line.amount_minor for line in judged if isinstance(line, PlacedLine))
    positions = [heads[index] for index in ready]
    return amount, tuple(of_row(problem, positions) for problem in decision.problems)


def _put_back(state: PlacementState, lines: Sequence[PlacedLine]) -> None:
    """Nothing is taken by looking."""
    for line in lines:
        state.supply.put_back(line.tradable.sku_id, line.allocations)


def _is_traded(row: ReadRow) -> bool:
    """How many there are of anything else is the seller's own affair."""
    return not any(isinstance(problem, NotInAssortment) for problem in row.problems)


def _state_of(row: ReadRow, problems: Sequence[Problem]) -> RowState:
    if problems:
        return RowState.PROBLEM
    return RowState.READY if row.merged_into is None else RowState.MERGED


def _units(row: ReadRow, line: NewOrderLine | None) -> int | None:
    """Base units: of all that is merged for the first row, else what the row itself says."""
    count = row.count if line is None else line.quantity
    return None if row.pack is None or count is None else count * row.pack.units


def _not_trading(draft: OrderDraft, edge: Relationship) -> ResolvedDraft:
    """Nothing can be said of the rows of an edge that takes no orders, and none is lost."""
    rows = [
        ResolvedRow(
            position=position,
            typed=typed,
            state=RowState.PROBLEM,
            problems=(NotTrading(path=("rows", position)),),
        )
        for position, typed in enumerate(draft.rows)
    ]
    return ResolvedDraft(
        draft=draft,
        seller_org_id=edge.seller_org_id,
        rows=tuple(rows),
        amount=Money(0, edge.currency),
        problems=(NotTrading(path=("relationshipId",)),),
    )
