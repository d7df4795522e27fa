"""Scorecards of suppliers, for both sides of an edge, and what planning takes from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.kernel import Actor, Connection, Permission, raise_any, trade_day
from tradeline.replenishment.queries import scorecards as queries
from tradeline.replenishment.scorecards import Figures, LeadTime, Scorecard, judge_asked


async def scorecards(
    conn: Connection,
    *,
    actor: Actor,
    relationship_ids: Sequence[int],
    first: date,
    last: date,
) -> list[Scorecard]:
    """How sellers kept their word on orders placed from `first` to `last`, both included; for each
    of the edges to which the actor is a side, as they were named, that had an order. One statement.

    Raises:
        Forbidden: without `order:read`.
        Rejected: InvalidValue for too many edges or days.
    """
    actor.require(Permission.ORDER_READ)
    raise_any(judge_asked(relationship_ids, first, last))
    today = trade_day()
    rows = await queries.sum_scorecards(conn, actor, relationship_ids, first, last, today)
    totals: dict[int, Figures] = {}
    months: dict[int, list[tuple[str, Figures]]] = {}
    for relationship_id, month, figures in rows:
        if month is None:
            totals[relationship_id] = figures
        else:
            months.setdefault(relationship_id, []).append((month, figures))
    return [
        Scorecard(
            relationship_id=relationship_id,
            total=totals[relationship_id],
            months=tuple(months[relationship_id]),
        )
        for relationship_id in dict.fromkeys(relationship_ids)
        if relationship_id in totals
    ]


async def lead_times(
    conn: Connection, *, network_id: int, relationship_ids: Sequence[int]
) -> dict[tuple[int, int | None], LeadTime]:
    """How long goods took in the last year, by (relationship, SKU), and by (relationship, None) for
    the edge as a whole; nothing for what never came. For modules that have checked the actor.

    Whoever plans by them looks at `deliveries` first: see `DELIVERIES_MIN`.
    """
    if not relationship_ids:
        return {}
    return await queries.fetch_lead_times(conn, network_id, relationship_ids)
