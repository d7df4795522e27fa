"""How an organization is supplied, and what it may spend: said by itself, for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tradeline.catalog import visible_sku_ids
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    InvalidValue,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    listing,
    make_page,
    raise_any,
    record_changes,
    refuse,
)
from tradeline.replenishment.model import Budget, Term
from tradeline.replenishment.queries import terms as queries
from tradeline.replenishment.rules import judge_terms


async def put_terms(conn: Connection, *, actor: Actor, terms: Sequence[Term]) -> list[int]:
    """Say how the actor's organization is supplied on edges that it buys on, in place of what was
    said of the same edge and SKU; the ids of the terms, in their order.

    Raises:
        Forbidden: without `replenishment:manage`.
        Rejected: InvalidValue; NotFound for an edge on which the organization does not buy, a SKU
            that it does not see, or a pack of another SKU.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    raise_any(judge_terms(terms))
    sku_ids = sorted({term.sku_id for term in terms if term.sku_id is not None})
    pack_ids = [term.pack_id for term in terms if term.pack_id is not None]
    edges = await queries.find_edges_bought_on(
        conn, actor, [term.relationship_id for term in terms]
    )
    seen = await visible_sku_ids(conn, actor=actor, ids=sku_ids) if sku_ids else set()
    packs = await queries.find_packs(conn, actor.network_id, pack_ids) if pack_ids else {}
    problems: list[Problem] = []
    for index, term in enumerate(terms):
        path = ("terms", index)
        if term.relationship_id not in edges:
            problems.append(NotFound(path=(*path, "relationshipId"), subject="relationship"))
        if term.sku_id is not None and term.sku_id not in seen:
            problems.append(NotFound(path=(*path, "skuId"), subject="SKU"))
        if term.pack_id is not None and packs.get(term.pack_id) != term.sku_id:
            problems.append(NotFound(path=(*path, "packId"), subject="pack"))
    raise_any(problems)
    ids = await queries.put_terms(conn, actor, terms)
    await _note(conn, actor, "replenishment.put_terms", listing("terms", list(map(_told, terms))))
    return ids


async def remove_term(conn: Connection, *, actor: Actor, term_id: int) -> int:
    """Take back what was said of an edge, or of a SKU on it; its id.

    Raises:
        Forbidden: without `replenishment:manage`.
        Rejected: NotFound for what is not the organization's.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    if not await queries.remove_term(conn, actor, term_id):
        raise refuse(NotFound(path=("termId",), subject="replenishment term"))
    await _note(conn, actor, "replenishment.remove_term", {"term_id": term_id})
    return term_id


async def list_terms(
    conn: Connection, *, actor: Actor, page: PageRequest, relationship_id: int | None = None
) -> Page[Term]:
    """The terms of the actor's organization; the cursor is (int,).

    Raises Forbidden without `replenishment:read`.
    """
    actor.require(Permission.REPLENISHMENT_READ)
    rows = await queries.list_terms(conn, actor, page, relationship_id)
    return make_page(rows, page, lambda term: (term.id,))


async def terms_said(
    conn: Connection, *, actor: Actor, keys: Sequence[tuple[int, int | None]]
) -> list[Term]:
    """The organization's terms of edges (and SKUs on them), in the order of `keys`, without those
    that there are not. Raises Forbidden without `replenishment:read`."""
    actor.require(Permission.REPLENISHMENT_READ)
    return await queries.fetch_terms_said(conn, actor, keys)


async def put_budget(
    conn: Connection, *, actor: Actor, month: date, currency: str, amount_minor: int | None
) -> int:
    """Say what the actor's organization may order for in the month of a day; None lifts the limit.
    Returns the organization's id.

    Raises:
        Forbidden: without `replenishment:manage`.
        Rejected: InvalidValue for less than nothing.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    begins = month.replace(day=1)
    if amount_minor is None:
        await queries.remove_budget(conn, actor, begins, currency)
    elif amount_minor < 0:
        raise refuse(
            InvalidValue(
                path=("amount",), field="amount", rule="give 0 or more", rule_zh="不得为负"
            )
        )
    else:
        budget = Budget(month=begins, currency=currency, amount_minor=amount_minor)
        await queries.put_budget(conn, actor, budget)
    told = {"month": begins.isoformat(), "currency": currency, "amount_minor": amount_minor}
    await _note(conn, actor, "replenishment.put_budget", told)
    return actor.org_id


async def list_budgets(conn: Connection, *, actor: Actor) -> list[Budget]:
    """The budgets of the actor's organization, the latest months first, a hundred at the most.

    Raises Forbidden without `replenishment:read`.
    """
    actor.require(Permission.REPLENISHMENT_READ)
    return await queries.fetch_budgets(conn, actor)


async def _note(conn: Connection, actor: Actor, action: str, after: dict[str, Any]) -> None:
    change = Change(
        action=action, subject_type="organization", subject_id=actor.org_id, after=after
    )
    await record_changes(conn, actor=actor, changes=[change])


def _told(term: Term) -> dict[str, Any]:
    return {
        "relationship_id": term.relationship_id,
        "sku_id": term.sku_id,
        "lead_time_days": term.lead_time_days,
        "service_level_bp": term.service_level_bp,
        "review_days": term.review_days,
    }
