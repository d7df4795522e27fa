"""What trade comes to, for whoever is a party."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection, Permission, raise_any
from tradeline.ordering.model import OrderSide
from tradeline.ordering.queries import reports as queries
from tradeline.ordering.reports import TradeReport, judge_months, make_reports, month_starts


async def report_trade(
    conn: Connection,
    *,
    actor: Actor,
    side: OrderSide,
    relationship_id: int | None = None,
    months: int = 12,
) -> list[TradeReport]:
    """What the actor's organization bought, or sold, in the last months, the running one included;
    a report for each currency, and none where there was no trade. Two statements.

    Raises:
        Forbidden: without `order:read`.
        Rejected: InvalidValue for fewer months than 1 or more than 36.
    """
    actor.require(Permission.ORDER_READ)
    raise_any(judge_months(months))
    starts = month_starts(await queries.fetch_now(conn), months)
    trade, skus = await queries.sum_trade(conn, actor, side, relationship_id, starts)
    return make_reports(starts, trade, skus)


async def orders_of_documents(
    conn: Connection, *, actor: Actor, documents: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    """The order of each document, such as ("receipt", 12) or ("return", 3), to which the actor's
    organization is a party. Other kinds of documents have none.

    Raises Forbidden without `order:read`.
    """
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_orders_of_documents(conn, actor, documents)
