"""The worker: what happens behind the requests. One of them works, the others stand by.

Whoever holds the advisory lock works. The lock lives and dies with its connection, on which
claiming and settling run as well: a worker that lost its lock cannot settle anything, and what it
had not settled is delivered again by the next one. Hence handlers are idempotent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from tradeline.identity import forget_past_sign_ins
from tradeline.inventory import expire_holds
from tradeline.kernel import (
    Connection,
    Database,
    Pool,
    StoredEvent,
    claim_events,
    forget_events,
    forget_requests,
    refresh_statistics,
    settle_events,
)
from tradeline.members import forget_past_sessions
from tradeline.payments import forget_notices
from tradeline.replenishment import (
    MOVING,
    count_demand,
    note_expectations,
    tell_moved,
    watch_stock,
    watch_supply,
)
from tradeline.settlement import post_journals
from tradeline.shopping import (
    TOLD_OF,
    complete_orders,
    expire_orders,
    forget_guests,
    make_orders_final,
)
from tradeline.webhooks import due_deliveries, forget_deliveries, note_deliveries
from tradeline_server import queries
from tradeline_server.announcing import Announcement, announce, announcements
from tradeline_server.behind import Behind
from tradeline_server.paying.jobs import Lanes, plan_sharings
from tradeline_server.paying.lanes import Lane
from tradeline_server.paying.outreach import note_what_to_tell
from tradeline_server.planning import Planner
from tradeline_server.webhooks.sending import Sender
from tradeline_server.wechat import NO_MERCHANTS, WeChatMerchants

BATCH = 500
# How long what is published waits at the most for a worker that has nothing to do. Nobody rings for
# it: that would cost whoever trades more than looking costs (ADR 0012).
LOOK_SECONDS = 0.2
POLL_SECONDS = 1.0
FAILURE_PAUSE_SECONDS = 5.0
STATISTICS_SECONDS = 3.0
FORGET_SECONDS = 600.0
BILLS_SECONDS = 60.0
COMPLETION_SECONDS = 30.0
DEMAND_SECONDS = 60.0
STOCK_SECONDS = 300.0
EXPECTATION_SECONDS = 5.0
SUPPLY_SECONDS = 60.0
REASON_LENGTH_MAX = 500

Handler = Callable[[Connection, StoredEvent], Awaitable[None]]


async def tell_whom_it_moves(conn: Connection, event: StoredEvent) -> None:
    """A handler of what happened to orders, by which goods may come later to their buyers."""
    order_id = int(event.payload["order_id"])
    await tell_moved(conn, network_id=event.network_id, order_id=order_id)


# By topic. A handler is given a unit of work of the event's network, and the event, which it may
# see more than once. A topic that nobody has a use for needs no handler: it counts as delivered.
HANDLERS: Mapping[str, Handler] = {
    **dict.fromkeys(TOLD_OF, note_what_to_tell),
    **dict.fromkeys(MOVING, tell_whom_it_moves),
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again: `run` takes a batch and tells how much it came to.

    As long as batches are full it is called again at once, else after `pause_seconds`.
    """

    name: str
    run: Callable[..., Awaitable[int]]
    pause_seconds: float = 0.0


async def run_worker(
    owner_pool: Pool,
    db: Database,
    stop: asyncio.Event,
    handlers: Mapping[str, Handler] = HANDLERS,
    *,
    merchants: WeChatMerchants = NO_MERCHANTS,
) -> None:
    """Work, or stand by, until `stop` is set. A database that goes away is waited for.

    `owner_pool` sees all networks, over two connections; `db` is for the handlers, and for what
    WeChat says when it is asked about payments of `merchants`.
    """
    lanes = Lanes(db, merchants)
    telling = Lane("tell endpoints", due_deliveries, Sender(db).send)
    planner = Planner(db)
    counting = Behind("count demand", owner_pool, count_demand)
    deliver = partial(deliver_events, db=db, handlers=handlers)
    jobs = (
        Job("post journals", post_journals),
        Job("deliver events", deliver),
        *(Job(lane.name, lane.run, LOOK_SECONDS) for lane in lanes.remote),
        *(Job(lane.name, lane.run, BILLS_SECONDS) for lane in lanes.bills),
        Job(telling.name, telling.run, LOOK_SECONDS),
        Job("expire consumers' orders", expire_orders, POLL_SECONDS),
        Job("complete consumers' orders", complete_orders, COMPLETION_SECONDS),
        Job("make consumers' orders final", make_orders_final, COMPLETION_SECONDS),
        Job("plan sharings", partial(plan_sharings, db=db), POLL_SECONDS),
        Job("expire holds", expire_holds, POLL_SECONDS),
        Job("note expectations", note_expectations, EXPECTATION_SECONDS),
        Job("watch supply", watch_supply, SUPPLY_SECONDS),
        Job(counting.name, counting.run, DEMAND_SECONDS),
        Job("watch stock", watch_stock, STOCK_SECONDS),
        Job("plan replenishment", planner.run, DEMAND_SECONDS),
        Job("refresh statistics", refresh_statistics, STATISTICS_SECONDS),
        Job("forget deliveries", forget_deliveries, FORGET_SECONDS),
        Job("forget events", forget_events, FORGET_SECONDS),
        Job("forget notices", forget_notices, FORGET_SECONDS),
        Job("forget requests", forget_requests, FORGET_SECONDS),
        Job("forget past sign-ins", forget_past_sign_ins, FORGET_SECONDS),
        Job("forget past sessions of members", forget_past_sessions, FORGET_SECONDS),
        Job("forget guests", forget_guests, FORGET_SECONDS),
    )
    try:
        while not stop.is_set():
            try:
                async with owner_pool.acquire() as conn:
                    await _serve(conn, jobs, stop)
            except Exception as error:  # whatever it is, the next one may find the database well
                log.warning("the worker has lost the database", reason=str(error))
                await _pause(stop, POLL_SECONDS)
    finally:
        await asyncio.gather(lanes.close(), telling.close(), counting.close())
        await planner.close()


async def deliver_events(
    conn: Connection, *, db: Database, handlers: Mapping[str, Handler], limit: int
) -> int:
    """Deliver the next events, oldest first; how many were looked at.

    Each handler has a unit of work of its own. One that fails is recorded with its reason and
    tried again later; until then the later events of its key wait, and nobody else's. The web
    processes are told what has changed.
    """
    events = await claim_events(conn, limit=limit)
    delivered: list[StoredEvent] = []
    failed: list[tuple[StoredEvent, str]] = []
    held_back: set[tuple[int, str]] = set()
    for event in events:
        key = (event.network_id, event.key)
        if key in held_back:
            continue
        reason = await _hand_over(event, db, handlers.get(event.topic))
        if reason is None:
            delivered.append(event)
        else:
            failed.append((event, reason))
            held_back.add(key)
    if events:
        # One that failed is told of at its first attempt, and not again.
        looked_at = [*delivered, *(event for event, _ in failed)]
        told = await _announcements(conn, [event for event in looked_at if event.attempts == 0])
        async with conn.transaction():
            await settle_events(conn, delivered=delivered, failed=failed)
            await note_deliveries(conn, delivered)
            await announce(conn, told)
    return len(events)


async def _announcements(conn: Connection, events: Sequence[StoredEvent]) -> list[Announcement]:
    """What the web processes are told; nothing that goes wrong with it may hold up the events."""
    try:
        return await announcements(conn, events)
    except Exception:
        if conn.is_closed():
            raise
        log.exception("events are not announced", count=len(events))
        return []


async def _hand_over(event: StoredEvent, db: Database, handler: Handler | None) -> str | None:
    """Why the handler failed; None if it did not."""
    if handler is None:
        return None
    try:
        async with db.unit_of_work(event.network_id) as conn:
            await handler(conn, event)
    except Exception as error:
        log.exception("a handler failed", topic=event.topic, key=event.key, event_id=event.id)
        return f"{type(error).__name__}: {error}"[:REASON_LENGTH_MAX]
    return None


async def _serve(conn: Connection, jobs: Sequence[Job], stop: asyncio.Event) -> None:
    """Take turns at the jobs, a batch each, so that none starves another."""
    clock = asyncio.get_running_loop().time
    due_at = dict.fromkeys((job.name for job in jobs), 0.0)
    leads = False
    while not stop.is_set():
        if not leads and (leads := await queries.try_lock_worker(conn)):
            log.debug("the worker has begun")
        has_more = False
        for job in jobs if leads else ():
            if clock() < due_at[job.name] or stop.is_set():
                continue
            try:
                if await job.run(conn, limit=BATCH) >= BATCH:
                    has_more = True
                else:
                    due_at[job.name] = clock() + job.pause_seconds
            except Exception:
                if conn.is_closed():
                    raise
                log.exception("a job failed", job=job.name)
                due_at[job.name] = clock() + max(job.pause_seconds, FAILURE_PAUSE_SECONDS)
        if not has_more:
            await _pause(stop, LOOK_SECONDS if leads else POLL_SECONDS)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, unless it is time to stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
