"""Demand: counted from orders behind everything else, and read by those who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tradeline.kernel import (
    Actor,
    Connection,
    InvalidValue,
    Permission,
    Problem,
    raise_any,
)
from tradeline.replenishment.model import (
    DAYS_MAX,
    HISTORY_DAYS,
    DemandBy,
    DemandRow,
    DemandSeries,
    DemandSource,
)
from tradeline.replenishment.queries import counting, demand
from tradeline.replenishment.queries.counting import Mark
from tradeline.replenishment.rules import judge_skus

BEYOND_ALL = 2**62
STEPS_AT_ONCE = 100_000


async def count_demand(conn: Connection, *, limit: int) -> int:
    """Count anew the days of orders to which something has happened; `limit` if there is more.

    For the owner's connection, over all networks. Two runs at once count the same; what is not
    committed yet is read by a later run. A day is counted whole, however little of it is new: so
    many steps are read at once, and then none until the next run.
    """
    has_more = [
        await _count(conn, network_id, source) >= STEPS_AT_ONCE
        for network_id in await counting.fetch_networks(conn)
        for source in DemandSource
    ]
    return limit if any(has_more) else 0


async def _count(conn: Connection, network_id: int, source: DemandSource) -> int:
    """How many steps were read."""
    await counting.move_bound(conn, network_id, source)
    async with conn.transaction():
        mark = await counting.lock_mark(conn, network_id, source)
        if not mark.is_quiet or mark.read_to == mark.bound_id:
            return 0
        steps, last = await counting.read_time_line(conn, network_id, source, mark, STEPS_AT_ONCE)
        if steps:
            await counting.count_days(conn, network_id, source, mark.read_to, last)
        read_to = mark.bound_id if steps < STEPS_AT_ONCE else last
        await counting.move_mark(conn, network_id, source, read_to)
    return steps


async def watch_stock(conn: Connection, *, limit: int) -> int:
    """Note where nothing is free now, and where something is again. Always 0: nothing is left over.

    For the owner's connection, over all networks.
    """
    async with conn.transaction():
        await counting.watch_stock(conn)
    return 0


async def recount_demand(conn: Connection, *, network_id: int) -> None:
    """Forget what was counted of a network and count it anew from the orders that are there, and
    recall from the movements when nothing stood somewhere. For the owner's connection.

    `count_demand` will read the time lines from their beginning once more: what others had not
    committed yet is in them by then.
    """
    async with conn.transaction():
        await counting.forget_counted(conn, network_id)
        await counting.recall_stock_outs(conn, network_id)
        for source in DemandSource:
            mark = Mark(read_to=0, bound_id=BEYOND_ALL, is_quiet=False)
            while True:
                steps, last = await counting.read_time_line(
                    conn, network_id, source, mark, STEPS_AT_ONCE
                )
                if not steps:
                    break
                await counting.count_days(conn, network_id, source, mark.read_to, last)
                mark = mark._replace(read_to=last)


async def load_demand(
    conn: Connection,
    *,
    actor: Actor,
    sku_ids: Sequence[int],
    first: date,
    last: date,
    by: DemandBy = DemandBy.SKU,
    warehouse_id: int | None = None,
) -> list[DemandRow]:
    """What was asked for of some SKUs on the days `first` to `last`, at the end of the chain as far
    as the actor's organization may see it; days without demand are absent. One statement.

    Raises:
        Forbidden: without `replenishment:read`.
        Rejected: InvalidValue for too many SKUs or days.
    """
    actor.require(Permission.REPLENISHMENT_READ)
    raise_any(_judge(sku_ids, first, last))
    return await demand.load_demand(
        conn, actor.network_id, actor.org_id, sku_ids, first, last, by, warehouse_id
    )


async def load_sell_in(
    conn: Connection, *, actor: Actor, sku_ids: Sequence[int], first: date, last: date
) -> list[DemandRow]:
    """What the buyers of the actor's organization ordered of it, as `load_demand`."""
    actor.require(Permission.REPLENISHMENT_READ)
    raise_any(_judge(sku_ids, first, last))
    return await demand.load_sell_in(conn, actor.network_id, actor.org_id, sku_ids, first, last)


async def series_of(
    conn: Connection,
    *,
    network_id: int,
    org_id: int,
    sku_ids: Sequence[int] | None = None,
    warehouse_ids: Sequence[int] | None = None,
    days: int = HISTORY_DAYS,
) -> list[DemandSeries]:
    """What was asked for of an organization's warehouses, up to yesterday; for modules that have
    checked the actor. One statement for all."""
    last = await demand.get_today(conn) - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    return await demand.fetch_series(
        conn,
        network_id,
        org_id,
        first,
        last,
        sku_ids=sku_ids,
        warehouse_ids=warehouse_ids,
    )


def _judge(sku_ids: Sequence[int], first: date, last: date) -> list[Problem]:
    problems = judge_skus(sku_ids)
    if not 0 <= (last - first).days < DAYS_MAX:
        problems.append(
            InvalidValue(
                path=("to",),
                field="to",
                rule=f"end on the first day or later, within {DAYS_MAX} days",
                rule_zh=f"结束日期不得早于开始日期，且不超过 {DAYS_MAX} 天",
            )
        )
    return problems
