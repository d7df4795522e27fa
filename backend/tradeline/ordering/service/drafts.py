"""Drafts: kept for their person as they are typed, resolved on reading, placed as one order."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import (
    Actor,
    Connection,
    Forbidden,
    InvalidValue,
    NotFound,
    Page,
    PageRequest,
    Problem,
    Rejected,
    make_page,
    raise_any,
    refuse,
    trade_day,
)
from tradeline.ordering.decisions import RefusedOrder
from tradeline.ordering.drafts import (
    NewDraft,
    OrderDraft,
    ResolvedDraft,
    RowState,
    after_placing,
    judge_rows,
)
from tradeline.ordering.errors import (
    BelowOrderMinimum,
    DraftChanged,
    NothingToOrder,
    NotTrading,
)
from tradeline.ordering.queries import drafts as queries
from tradeline.ordering.rules import judge_day, judge_texts
from tradeline.ordering.service.order_lists import require_placing
from tradeline.ordering.service.placing import may_place, place_orders
from tradeline.ordering.service.resolving import of_row, order_of, resolve
from tradeline.organizations import load_relationships

# A row is found, judged, priced and told in about a millisecond.
RESOLVED_AT_ONCE_MAX = 2000


async def drafts_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, OrderDraft]:
    """Those of the drafts that are the actor's own, for the organization acted for.

    Raises Forbidden without `order:place` or `order:place_on_behalf`.
    """
    require_placing(actor)
    return {draft.id: draft for draft in await queries.fetch_drafts(conn, actor, ids)}


async def draft_of_edge(
    conn: Connection, *, actor: Actor, relationship_id: int
) -> OrderDraft | None:
    """The actor's own draft on an edge; raises Forbidden as `drafts_by_ids`."""
    require_placing(actor)
    return await queries.fetch_draft_of_edge(conn, actor, relationship_id)


async def list_drafts(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[OrderDraft]:
    """The actor's own drafts that hold rows, newest first; the cursor's shape is (int, int).

    Raises Forbidden as `drafts_by_ids`.
    """
    require_placing(actor)
    rows = await queries.list_drafts(conn, actor, page)
    return make_page(rows, page, lambda draft: (_micros(draft), draft.id))


async def resolve_drafts(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, ResolvedDraft]:
    """What the actor's own drafts come to now, each as if it were placed alone. Nothing is locked
    or stored; a constant number of statements.

    Raises:
        Forbidden: as `drafts_by_ids`.
        Rejected: InvalidValue for drafts that hold too many rows to be resolved at once.
    """
    drafts = list((await drafts_by_ids(conn, actor=actor, ids=ids)).values())
    if not drafts:
        return {}
    if sum(len(draft.rows) for draft in drafts) > RESOLVED_AT_ONCE_MAX:
        rule = f"ask for at most {RESOLVED_AT_ONCE_MAX} at once, in fewer drafts"
        rule_zh = f"一次最多查看 {RESOLVED_AT_ONCE_MAX} 行；请分批查看草稿"
        raise refuse(InvalidValue(path=("rows",), field="rows", rule=rule, rule_zh=rule_zh))
    return {found.draft.id: found for found in await resolve(conn, actor, drafts)}


async def save_draft(conn: Connection, *, actor: Actor, draft: NewDraft, version: int) -> int:
    """Keep a draft as it was typed, in place of version `version`; 0 where there is none. Its id.

    Raises:
        Forbidden: without `order:place` (buyer) or `order:place_on_behalf` (seller), or for a
            machine: drafts are people's.
        Rejected: NotFound for an edge that is not the organization's, InvalidValue, DraftChanged.
    """
    require_placing(actor)
    if actor.account_id is None:
        raise Forbidden
    edges = await load_relationships(conn, network_id=actor.network_id, ids=[draft.relationship_id])
    if not may_place(actor, edges.get(draft.relationship_id)):
        raise refuse(NotFound(path=("relationshipId",), subject="relationship"))
    raise_any(
        judge_rows(draft.rows)
        + judge_texts(
            codes={"buyerReference": draft.buyer_reference, "shipToRegion": draft.ship_to_region},
            texts={"note": draft.note, "shipToAddress": draft.ship_to_address},
        )
        + judge_day(draft.requested_on, trade_day(), ("requestedOn",), "requestedOn")
    )
    if version == 0:
        draft_id = await queries.insert_draft(conn, actor, draft)
    else:
        draft_id = await queries.update_draft(conn, actor, draft, version)
    if draft_id is None:
        found = await queries.fetch_draft_of_edge(conn, actor, draft.relationship_id)
        raise refuse(DraftChanged(path=("version",), version=0 if found is None else found.version))
    return draft_id


async def place_draft(
    conn: Connection,
    *,
    actor: Actor,
    draft_id: int,
    version: int,
    keeps_problem_rows: bool = False,
) -> int:
    """Place the ready rows as `place_order` would, and take them off the draft; the order's id.

    With `keeps_problem_rows`, rows with a problem stay in the draft. Without, any problem of a
    row or of the order refuses all of it. Locks the draft, then as `place_orders`: what the rows
    were judged by is what the order is placed on.

    Raises:
        Forbidden: without `order:place` (buyer) or `order:place_on_behalf` (seller).
        Rejected: NotFound, DraftChanged, or every reason why not.
    """
    draft = await _lock(conn, actor, draft_id, version)
    [resolved] = await resolve(conn, actor, [draft], is_locked=True)
    raise_any(_reasons_against(resolved, keeps_problem_rows=keeps_problem_rows))
    order = order_of(resolved)
    [placed] = await place_orders(conn, network_id=actor.network_id, requests=[(actor, order)])
    if isinstance(placed, RefusedOrder):
        heads = [row.position for row in resolved.rows if row.state is RowState.READY]
        raise Rejected([of_row(problem, heads) for problem in placed.problems])
    left = after_placing(draft, resolved.kept_rows)
    await queries.update_draft(conn, actor, left, version)
    return placed


async def discard_draft(conn: Connection, *, actor: Actor, draft_id: int) -> int:
    """Empty a draft, whatever version it is at; its id. Its version rises.

    Raises:
        Forbidden: without `order:place` or `order:place_on_behalf`.
        Rejected: NotFound.
    """
    draft = await _lock(conn, actor, draft_id)
    await queries.update_draft(
        conn, actor, NewDraft(relationship_id=draft.relationship_id), draft.version
    )
    return draft_id


def _reasons_against(resolved: ResolvedDraft, *, keeps_problem_rows: bool) -> list[Problem]:
    """Every reason why a draft cannot be placed. An edge that does not trade is one, not one for
    each row; and rows with a problem may yet bring the order to its minimum."""
    of_order = list(resolved.problems)
    of_rows = [problem for row in resolved.rows for problem in row.problems]
    if keeps_problem_rows or not of_rows or any(isinstance(p, NotTrading) for p in of_order):
        return of_order
    return of_rows + [p for p in of_order if not isinstance(p, BelowOrderMinimum | NothingToOrder)]


async def _lock(
    conn: Connection, actor: Actor, draft_id: int, version: int | None = None
) -> OrderDraft:
    require_placing(actor)
    draft = await queries.lock_draft(conn, actor, draft_id)
    if draft is None:
        raise refuse(NotFound(path=("orderDraftId",), subject="draft"))
    if version is not None and draft.version != version:
        raise refuse(DraftChanged(path=("version",), version=draft.version))
    return draft


def _micros(draft: OrderDraft) -> int:
    """When it was saved, as a cursor can hold it."""
    return round(draft.saved_at.timestamp() * 1_000_000)
