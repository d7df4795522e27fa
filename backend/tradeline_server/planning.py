"""Forecasts and proposals, made behind everything else: once a day, or when somebody asks.

What is forecast is worked out in a thread of its own, a part at a time, and never within a
transaction: nobody waits for it, and the worker goes on with what people wait for.
"""

from __future__ import annotations

import asyncio

import structlog

from tradeline.kernel import Connection, Database, system_actor
from tradeline.replenishment import (
    claim_due_forecasts,
    forecast_series,
    make_proposals,
    series_of,
    store_forecasts,
)

PART = 500
STOP_SECONDS_MAX = 3.0

log = structlog.get_logger("tradeline.planning")


class Planner:
    """One organization at a time. Whoever is killed at it leaves those of the day before."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._under_way: asyncio.Task[None] | None = None

    async def run(self, conn: Connection, *, limit: int) -> int:
        """As a job of the worker's: begin the next one that is due. Never a full batch."""
        if self._under_way is None or self._under_way.done():
            for network_id, org_id in await claim_due_forecasts(conn, limit=min(limit, 1)):
                self._under_way = asyncio.create_task(self._attempt(network_id, org_id))
        return 0

    async def close(self) -> None:
        """Let end what is under way; what takes longer is made tomorrow, or when asked for."""
        if self._under_way is not None:
            _, late = await asyncio.wait([self._under_way], timeout=STOP_SECONDS_MAX)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _attempt(self, network_id: int, org_id: int) -> None:
        try:
            await plan_for(self._db, network_id, org_id)
        except Exception:
            log.exception("forecasts or proposals failed", network_id=network_id, org_id=org_id)


async def plan_for(db: Database, network_id: int, org_id: int) -> None:
    """Forecast all that an organization is asked for, then propose what has to come."""
    async with db.reading(network_id) as conn:
        series = await series_of(conn, network_id=network_id, org_id=org_id)
    # Midnight may pass before the last part is stored.
    first_day = series[0].next_day if series else None
    for start in range(0, max(len(series), 1), PART):
        made = await asyncio.to_thread(forecast_series, series[start : start + PART])
        is_last = start + PART >= len(series)
        async with db.unit_of_work(network_id) as conn:
            await store_forecasts(
                conn,
                network_id=network_id,
                org_id=org_id,
                made=made,
                first_day=first_day,
                is_all=is_last,
            )
    async with db.unit_of_work(network_id) as conn:
        await make_proposals(conn, actor=system_actor(network_id, org_id))
