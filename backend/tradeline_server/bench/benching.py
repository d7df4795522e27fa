"""A bench from beginning to end: scene, server, load, and what is true afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from tradeline.kernel import Connection
from tradeline_graph._ids import to_id
from tradeline_server.bench import load
from tradeline_server.bench.load import Dealer, Errand, Outcome, Task
from tradeline_server.bench.past import make_past
from tradeline_server.bench.queries import outcome as queries
from tradeline_server.bench.reckoning import (
    lost_orders,
    mean,
    oversold_units,
    percentile,
    shares_of_time,
)
from tradeline_server.bench.scene import (
    REGION,
    SCARCE_SKUS,
    Client,
    Progress,
    Scene,
    connect,
    make_scene,
)
from tradeline_server.bench.system import System, own_database, own_folder, running_system
from tradeline_server.bench.watching import Watch, stages_between, watching
from tradeline_server.doctor import examine
from tradeline_server.errors import CommandError
from tradeline_server.migrate import migrate
from tradeline_server.settings import Settings

WARM_UP_SECONDS_MAX = 5.0
POSTING_SECONDS_MAX = 300.0
POLL_SECONDS = 0.05
DEALERS_SIGNED_IN_MAX = 10_000
SEED = 4

UNITS = {"orders": "orders", "catalog": "pages", "checkout": "paid_orders"}

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured. `hot` lets everybody want the same SKU; `past_orders` are there
    before the first one is placed; `members` are the consumers who buy. `rate` orders a minute are
    offered, or as many as are taken."""

    kind: str
    seconds: int
    lines: int = 1
    concurrency: int
    web_processes: int
    skus: int
    relationships: int
    rate: int | None = None
    hot: bool = False
    past_orders: int = 0
    members: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was measured. Of orders `accepted`, `refused` and the percentiles are of the
    measured time, everything else of the whole run; of the catalog an answer is a page of 50
    prices. At a fixed rate latencies count from when an order was due, be it sent later."""

    plan: Mapping[str, Any]
    per_minute: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    mean_ms: float | None
    accepted: int
    refused: int
    refusals: Mapping[str, int]
    errors: int
    faults: list[str]
    shares: Mapping[str, float]
    cpu_ms: Mapping[str, float]
    peak_rss_mb: int
    memory_kind: str
    fsync: str
    doctor_violations: int
    violations: list[str]
    offered_per_minute: int | None = None
    sent_late_p99_ms: float | None = None
    lost: int = 0
    lost_numbers: list[str] = field(default_factory=list)
    oversold: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    journals: int = 0
    posting_lag_p99_ms: float | None = None
    delivery_lag_p99_ms: float | None = None
    placed_and_posted_per_minute: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing was lost, oversold or left wrong."""
        return not (self.lost or self.oversold or self.doctor_violations)

    def as_json(self) -> dict[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(self)
        unit = f"{UNITS[self.plan['kind']]}_per_minute"
        return {"plan": values.pop("plan"), unit: values.pop("per_minute"), **values}


@dataclass(frozen=True, slots=True)
class _Run:
    """One load and what was seen of it."""

    outcome: Outcome
    watch: Watch
    posted_at: float


async def measure(settings: Settings, plan: Plan, tell: Progress) -> Report:
    """Everything that it starts and makes is gone when it returns, or raises."""
    with own_folder(settings) as folder:
        async with own_database(settings, folder) as database:
            await migrate(database.dsn)
            scene = await make_scene(
                database.dsn,
                relationships=plan.relationships,
                skus=plan.skus,
                tell=tell,
            )
            if plan.past_orders:
                await make_past(database.dsn, scene, plan.past_orders, tell)
            async with (
                running_system(folder, database.dsn, plan.web_processes) as system,
                looking(database.dsn) as conn,
            ):
                marks = await queries.fetch_marks(conn, scene.network_id)
                run = await _run(conn, plan, scene, system, database.pid, tell)
                tell("Asking the doctor …")
                return await _report(conn, plan, scene, system, run, marks)


async def _run(
    conn: Connection,
    plan: Plan,
    scene: Scene,
    system: System,
    database_pid: int | None,
    tell: Progress,
) -> _Run:
    """The load, and then the time until everything behind it stands."""
    groups: dict[str, list[int]] = {
        "web": list(system.web_pids),
        "worker": [system.worker_pid],
        "database": [] if database_pid is None else [database_pid],
        "load": [],
    }
    async with watching(groups) as watch:
        task = _task(plan, scene, system)
        tell(
            f"Signing {len(task.dealers):,} dealers in, warming up for "
            f"{task.warm_up_seconds:g} s, measuring for {task.seconds:g} s …"
        )
        outcome = await run_load(load.__name__, task, groups["load"], Outcome)
        tell("Waiting for what is posted behind the orders …")
        posted_at = await wait_until_posted(conn, scene.network_id)
    return _Run(outcome, watch, posted_at)


def _task(plan: Plan, scene: Scene, system: System) -> Task:
    """Of very many dealers so many order, evenly chosen, for each has to sign in before."""
    step = max(1, len(scene.dealers) // DEALERS_SIGNED_IN_MAX)
    return Task(
        kind=plan.kind,
        host=system.host,
        port=system.port,
        dealers=[_dealer(dealer) for dealer in scene.dealers[::step]],
        brand=_dealer(scene.brand),
        sku_ids=[to_id("Sku", sku_id) for sku_id in scene.sku_ids],
        case_ids=[to_id("Pack", pack_id) for pack_id in scene.case_ids],
        scarce=SCARCE_SKUS,
        hot=SCARCE_SKUS if plan.hot else None,
        lines=plan.lines,
        rate=plan.rate,
        region=REGION,
        concurrency=plan.concurrency,
        warm_up_seconds=min(WARM_UP_SECONDS_MAX, plan.seconds / 2),
        seconds=plan.seconds,
        run=secrets.token_hex(6),
        seed=SEED,
    )


def _dealer(client: Client) -> Dealer:
    edge_id = client.relationship_id
    return Dealer(
        client_id=client.client_id,
        secret=client.secret,
        relationship_id="" if edge_id is None else to_id("Relationship", edge_id),
    )


async def run_load(module: str, errand: Errand, pids: list[int], outcome: type[Result]) -> Result:
    """Let that module's process do the errand; its pid is added to `pids`."""
    with tempfile.TemporaryFile() as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module),
            stdin=asyncio.subprocess.PIPE,
            stdout=written,
            start_new_session=True,  # Ctrl-C is for the bench, which then ends this one
        )
        pids.append(process.pid)
        try:
            await process.communicate(msgspec.json.encode(errand))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise CommandError("The load generator failed; the lines above say why.")
        written.seek(0)
        return msgspec.json.decode(written.read(), type=outcome)


async def wait_until_posted(conn: Connection, network_id: int) -> float:
    """When it was so."""
    deadline = time.monotonic() + POSTING_SECONDS_MAX
    while await queries.count_waiting(conn, network_id):
        if time.monotonic() > deadline:
            raise CommandError(f"After {POSTING_SECONDS_MAX:g} s the worker is still behind.")
        await asyncio.sleep(POLL_SECONDS)
    return time.time()


async def _report(
    conn: Connection,
    plan: Plan,
    scene: Scene,
    system: System,
    run: _Run,
    marks: tuple[int, int, int],
) -> Report:
    outcome = run.outcome
    network_id = scene.network_id
    last_order, last_obligation, last_event = marks
    stored = await queries.fetch_orders(conn, network_id, last_order)
    lost = lost_orders(outcome.acknowledged, stored)
    oversold = oversold_units(
        await queries.fetch_sold(conn, network_id), await queries.fetch_brought_in(conn, network_id)
    )
    posting = await queries.fetch_posting_lags(conn, network_id, last_obligation)
    delivery = await queries.fetch_delivery_lags(conn, network_id, last_event)
    examined = await examine(conn)
    latencies = outcome.latencies_ms
    late = outcome.late_ms
    mean_ms = mean(latencies)
    answered = outcome.accepted + outcome.refused
    cpu = run.watch.cpu_seconds(outcome.began, outcome.ended)
    return Report(
        plan=msgspec.to_builtins(plan),
        per_minute=round(outcome.accepted / plan.seconds * 60),
        p50_ms=percentile(latencies, 0.50),
        p95_ms=percentile(latencies, 0.95),
        p99_ms=percentile(latencies, 0.99),
        accepted=outcome.accepted,
        refused=outcome.refused,
        refusals=outcome.refusals,
        errors=outcome.errors,
        faults=outcome.faults,
        mean_ms=mean_ms,
        shares=shares_of_time(
            stages_between(system.profiles, outcome.began, outcome.ended),
            None if mean_ms is None else mean_ms - (mean(late) or 0.0),
        ),
        cpu_ms={
            group: round(seconds * 1000 / max(answered, 1), 2) for group, seconds in cpu.items()
        },
        peak_rss_mb=round(run.watch.peak_kb / 1024),
        memory_kind=run.watch.memory_kind,
        fsync=await queries.show_durability(conn),
        doctor_violations=examined.violations,
        violations=[found.message() for found in examined.findings if found.count],
        offered_per_minute=None if plan.rate is None else round(len(late) / plan.seconds * 60),
        sent_late_p99_ms=percentile(late, 0.99),
        lost=len(lost),
        lost_numbers=lost[:5],
        oversold=sum(oversold.values()),
        acknowledged=len(outcome.acknowledged),
        unacknowledged=len(stored.keys() - {number for number, _ in outcome.acknowledged}),
        journals=2 * len(posting),
        posting_lag_p99_ms=percentile(posting, 0.99),
        delivery_lag_p99_ms=percentile(delivery, 0.99),
        placed_and_posted_per_minute=round(
            outcome.accepted / max(run.posted_at - outcome.began, plan.seconds) * 60
        )
        if plan.kind == "orders"
        else 0,
    )


@contextlib.asynccontextmanager
async def looking(dsn: str) -> AsyncIterator[Connection]:
    conn = await connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()
