"""Proposals are made: all of an organization's SKUs at once, in a constant number of statements."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

from tradeline.catalog import Tradable, load_tradable, load_traded, search_terms
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Rejected,
    WrongState,
    make_page,
    raise_any,
    record_changes,
)
from tradeline.pricing import PriceRequest, PriceSheet, load_sheets
from tradeline.replenishment.model import (
    NewProposalLine,
    Position,
    ProposalFilter,
    ProposalKind,
    ProposalLine,
    ProposalState,
    Term,
)
from tradeline.replenishment.planning import (
    SILENT_DAYS,
    LeadTimeUsed,
    Need,
    Offer,
    Stand,
    cut_to_budget,
    judge_need,
    plan_clearance,
    plan_purchase,
    plan_transfers,
    step_of,
)
from tradeline.replenishment.queries import demand, planning, proposals
from tradeline.replenishment.scorecards import DELIVERIES_MIN, LeadTime
from tradeline.replenishment.service.scorecards import lead_times

Key: TypeAlias = tuple[int, int]


async def make_proposals(
    conn: Connection,
    *,
    actor: Actor,
    warehouse_ids: Sequence[int] | None = None,
    patience_ms: int = 0,
) -> list[int]:
    """Propose what the actor's organization should buy, move or clear, for all of its warehouses or
    some; the ids of the lines. Open lines of before give way to them.

    Locks the organization's desk, where others who propose or accept wait: for ever, or as long as
    `patience_ms` says. The number of statements does not depend on that of SKUs.

    Raises:
        Forbidden: without `replenishment:manage`.
        Rejected: NotFound for a warehouse that is not the organization's own; WrongState where
            others were at the desk for longer than `patience_ms`.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    network_id, org_id = actor.network_id, actor.org_id
    if not await planning.lock_desk_within(conn, network_id, org_id, patience_ms):
        raise Rejected([WrongState(path=(), subject="proposal", state="being planned")])
    own = {id for id, _ in await planning.fetch_own_warehouses(conn, network_id, org_id)}
    raise_any(
        [
            NotFound(path=("warehouseIds", index), subject="warehouse")
            for index, id in enumerate(warehouse_ids or ())
            if id not in own
        ]
    )
    stands = await _stands(conn, actor, own)
    # What takes seconds for tens of thousands of SKUs keeps nobody else of the process waiting.
    needs, transfers, left = await asyncio.to_thread(_judge, stands)
    lines = [*transfers, *await _purchases(conn, actor, left), *_clearances(needs, transfers)]
    if warehouse_ids is not None:
        wanted = set(warehouse_ids)
        lines = [line for line in lines if line.warehouse_id in wanted]
    await proposals.supersede(conn, network_id, org_id, warehouse_ids)
    ids = await proposals.insert_lines(conn, network_id, org_id, lines)
    change = Change(
        action="replenishment.propose",
        subject_type="organization",
        subject_id=org_id,
        after={kind: sum(line.kind is kind for line in lines) for kind in ProposalKind},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return ids


def _judge(stands: Sequence[Stand]) -> tuple[list[Need], list[NewProposalLine], list[Need]]:
    """All needs, what moves for them, and the needs that are left then."""
    needs = [judge_need(stand) for stand in stands]
    return needs, *plan_transfers(needs)


async def list_proposals(
    conn: Connection, *, actor: Actor, page: PageRequest, only: ProposalFilter | None = None
) -> Page[ProposalLine]:
    """Lines of the actor's organization: open ones, where `only` these are asked for, by urgency,
    else newest first. The cursor is (int, int, int) of open ones, else (int,).

    Raises:
        Forbidden: without `replenishment:read`.
        Rejected: InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.REPLENISHMENT_READ)
    only = only or ProposalFilter()
    terms = search_terms(only.search)
    rows = await proposals.list_lines(
        conn,
        actor,
        page,
        only,
        None if terms is None else list(terms.grams),
        None if terms is None else list(terms.terms),
    )
    is_open = only.state is ProposalState.OPEN
    return make_page(rows, page, lambda line: line.urgency if is_open else (line.id,))


async def proposals_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, ProposalLine]:
    """Those of `ids` that are the organization's; Forbidden without `replenishment:read`."""
    actor.require(Permission.REPLENISHMENT_READ)
    return await proposals.fetch_lines(conn, actor, ids)


async def _stands(conn: Connection, actor: Actor, own: set[int]) -> list[Stand]:
    """Each SKU in each own warehouse of which something stands, comes, is owed or is expected."""
    network_id, org_id = actor.network_id, actor.org_id
    today = await demand.get_today(conn)
    forecasts = await planning.fetch_forecasts(conn, network_id, org_id, today, sorted(own))
    positions = await planning.fetch_positions(conn, network_id, org_id)
    silent = await planning.fetch_silent(
        conn, network_id, org_id, today - timedelta(days=SILENT_DAYS)
    )
    keys = sorted(key for key in forecasts.keys() | positions.keys() if key[0] in own)
    chosen = await _choose_edges(conn, actor, {sku_id for _, sku_id in keys})
    nothing = Position()
    stands = []
    for key in keys:
        forecast = forecasts.get(key)
        term, lead = chosen.get(key[1], (None, None))
        stands.append(
            Stand(
                warehouse_id=key[0],
                sku_id=key[1],
                position=positions.get(key, nothing),
                mean_milli=() if forecast is None else forecast["mean_milli"],
                sigma_milli=0 if forecast is None else forecast["sigma_milli"],
                method="" if forecast is None else forecast["method"],
                term=term,
                lead_time=lead,
                is_silent=key in silent,
            )
        )
    return stands


async def _choose_edges(
    conn: Connection, actor: Actor, sku_ids: set[int]
) -> dict[int, tuple[Term, LeadTimeUsed]]:
    """On which edge each SKU would be bought: one with terms of the SKU's own before one with terms
    as a whole, and of those the first that trades it."""
    terms = await planning.fetch_trading_terms(conn, actor.network_id, actor.org_id)
    whole = {term.relationship_id: term for term in terms if term.sku_id is None}
    single = [term for term in terms if term.sku_id is not None]
    pairs = {(term.relationship_id, term.sku_id) for term in single if term.sku_id in sku_ids}
    pairs |= {(edge_id, sku_id) for edge_id in whole for sku_id in sku_ids}
    known = sorted((edge_id, sku_id) for edge_id, sku_id in pairs if sku_id is not None)
    traded = await load_traded(conn, network_id=actor.network_id, pairs=known)
    measured = await lead_times(
        conn,
        network_id=actor.network_id,
        relationship_ids=sorted({term.relationship_id for term in terms}),
    )
    chosen: dict[int, tuple[Term, LeadTimeUsed]] = {}
    for term in single:
        assert term.sku_id is not None
        if (term.relationship_id, term.sku_id) in traded and term.sku_id not in chosen:
            chosen[term.sku_id] = (term, _lead_time(term, term.sku_id, measured))
    for edge_id, sku_id in sorted(traded):
        if edge_id in whole and sku_id not in chosen:
            chosen[sku_id] = (whole[edge_id], _lead_time(whole[edge_id], sku_id, measured))
    return chosen


def _lead_time(
    term: Term, sku_id: int, measured: Mapping[tuple[int, int | None], LeadTime]
) -> LeadTimeUsed:
    """As it was measured, for the SKU, else for the edge; as the terms say where it hardly was."""
    for key in ((term.relationship_id, sku_id), (term.relationship_id, None)):
        found = measured.get(key)
        if found is not None and found.deliveries >= DELIVERIES_MIN:
            return LeadTimeUsed(
                days=found.mean_days,
                spread_days=found.spread_days,
                source="scorecard",
                deliveries=found.deliveries,
            )
    return LeadTimeUsed(
        days=Decimal(term.lead_time_days), spread_days=term.lead_time_spread_days, source="term"
    )


async def _purchases(
    conn: Connection, actor: Actor, needs: Sequence[Need]
) -> list[NewProposalLine]:
    """What to order for needs that are left, within the month's budgets."""
    wanted = [(need, need.stand.term) for need in needs if need.need]
    pairs = sorted({(term.relationship_id, need.stand.sku_id) for need, term in wanted if term})
    tradable = await load_tradable(conn, network_id=actor.network_id, pairs=pairs)
    sheets = await load_sheets(conn, network_id=actor.network_id, pairs=sorted(tradable))
    lines = await asyncio.to_thread(_lines, wanted, tradable, sheets)
    today = await demand.get_today(conn)
    budgets = await planning.fetch_budgets(
        conn, actor.network_id, actor.org_id, today.replace(day=1)
    )
    return cut_to_budget(lines, budgets)


def _lines(
    wanted: Sequence[tuple[Need, Term | None]],
    tradable: Mapping[Key, Tradable],
    sheets: Mapping[Key, PriceSheet],
) -> list[NewProposalLine]:
    """What could be bought now, at its price."""
    lines: list[NewProposalLine] = []
    for need, term in wanted:
        pair = (0 if term is None else term.relationship_id, need.stand.sku_id)
        if term is None or pair not in tradable or pair not in sheets:
            continue
        line = plan_purchase(need, _offer(term, tradable[pair]))
        priced = None if line is None else _priced(line, tradable[pair], sheets[pair])
        if priced is not None:
            lines.append(priced)
    return lines


def _offer(term: Term, tradable: Tradable) -> Offer:
    pack = tradable.pack(term.pack_id) or tradable.pack(None)
    assert pack is not None, "every SKU has a base pack"
    return Offer(
        relationship_id=term.relationship_id,
        pack_id=pack.id,
        pack_units=pack.units,
        minimum=tradable.quantity_minimum,
        step=step_of(pack.units, tradable.quantity_step),
    )


def _priced(line: NewProposalLine, tradable: Tradable, sheet: PriceSheet) -> NewProposalLine | None:
    """With what it would cost now; None without a price, for then it could not be ordered."""
    assert line.pack_id is not None
    assert line.relationship_id is not None
    resolution = sheet.resolve(
        PriceRequest(
            relationship_id=line.relationship_id,
            sku_id=tradable.sku_id,
            pack_id=line.pack_id,
            pack_units=line.pack_units,
            pack_quantity=line.quantity // line.pack_units,
        )
    )
    amount = resolution.amount
    if amount is None:
        return None
    return replace(line, currency=amount.currency, amount_minor=amount.minor)


def _clearances(
    needs: Sequence[Need], transfers: Sequence[NewProposalLine]
) -> list[NewProposalLine]:
    """What is slow, less what goes to other warehouses anyway."""
    given: dict[Key, int] = {}
    for line in transfers:
        assert line.from_warehouse_id is not None
        key = (line.from_warehouse_id, line.sku_id)
        given[key] = given.get(key, 0) + line.quantity
    asked: dict[int, set[int]] = {}
    for need in needs:
        if need.daily:
            asked.setdefault(need.stand.sku_id, set()).add(need.stand.warehouse_id)
    lines = []
    for need in needs:
        key = (need.stand.warehouse_id, need.stand.sku_id)
        elsewhere = asked.get(key[1], set()) - {key[0]}
        slow = plan_clearance(need, given=given.get(key, 0), moves_elsewhere=bool(elsewhere))
        if slow is not None:
            lines.append(slow)
    return lines
