"""The bench of consumers who buy: brand, trader, retailer's stores, and WeChat at the cash desk."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tradeline.kernel import Connection
from tradeline_graph._ids import to_id
from tradeline_graph.documents import documents_of
from tradeline_server.bench import shoppers
from tradeline_server.bench.benching import (
    POLL_SECONDS,
    POSTING_SECONDS_MAX,
    SEED,
    WARM_UP_SECONDS_MAX,
    Plan,
    Report,
    looking,
    run_load,
    wait_until_posted,
)
from tradeline_server.bench.queries import checkouts as queries
from tradeline_server.bench.queries import outcome as common
from tradeline_server.bench.reckoning import (
    lost_orders,
    mean,
    oversold_units,
    percentile,
    shares_of_time,
)
from tradeline_server.bench.scene import Progress
from tradeline_server.bench.shoppers import Shopped, ShoppingErrand
from tradeline_server.bench.system import System, own_database, own_folder, running_system
from tradeline_server.bench.watching import Watch, stages_between, watching
from tradeline_server.doctor import examine
from tradeline_server.migrate import migrate
from tradeline_server.scenarios.chain import BRAND, GOODS, REGION
from tradeline_server.scenarios.shop import COUPONS
from tradeline_server.scenarios.stage import Stage, open_stage
from tradeline_server.settings import Settings

PLENTY, SCARCE = (good.code for good in GOODS[:2])
UNITS = 10**9
SCARCE_UNITS = 8
COUPONS_EACH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutReport(Report):
    """Of a bench of consumers. `accepted` are orders paid within the measured time, and the
    percentiles from when one pressed to order until it was known here that it is paid; of each
    step as its caller saw it. `untraced_minor` is money captured for no order."""

    steps: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    with_coupon: int = 0
    untraced_minor: int = 0

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.oversold or self.doctor_violations or self.untraced_minor)


@dataclass(frozen=True, slots=True)
class _Run:
    outcome: Shopped
    watch: Watch
    posted_at: float


async def measure_checkout(settings: Settings, plan: Plan, tell: Progress) -> CheckoutReport:
    """Everything that it starts and makes is gone when it returns, or raises."""
    with own_folder(settings) as folder:
        async with own_database(settings, folder) as database:
            await migrate(database.dsn)
            async with (
                running_system(folder, database.dsn, plan.web_processes, has_wechat=True) as system,
                open_stage(system, database.dsn) as stage,
                looking(database.dsn) as conn,
            ):
                await stage.stock(BRAND, **{PLENTY: UNITS, SCARCE: SCARCE_UNITS})
                run = await _run(conn, plan, stage, system, database.pid, tell)
                tell("Asking the doctor …")
                return await _report(conn, plan, stage, system, run)


async def _run(
    conn: Connection,
    plan: Plan,
    stage: Stage,
    system: System,
    database_pid: int | None,
    tell: Progress,
) -> _Run:
    """The load, and then the time until all is paid, and stands in the books."""
    assert system.wechat is not None, "it was asked for"
    groups: dict[str, list[int]] = {
        "web": list(system.web_pids),
        "worker": [system.worker_pid],
        "database": [] if database_pid is None else [database_pid],
        "wechat": [system.wechat.pid],
        "load": [],
    }
    network_id = stage.chain.network_id
    async with watching(groups) as watch:
        errand = _errand(plan, stage, system)
        tell(
            f"Logging {errand.members:,} members in, warming up for "
            f"{errand.warm_up_seconds:g} s, measuring for {errand.seconds:g} s …"
        )
        outcome = await run_load(shoppers.__name__, errand, groups["load"], Shopped)
        tell("Waiting for what was paid, and for what is posted behind it …")
        await _wait_until_paid(conn, network_id, [number for number, _ in outcome.acknowledged])
        posted_at = await wait_until_posted(conn, network_id)
    return _Run(outcome, watch, posted_at)


def _errand(plan: Plan, stage: Stage, system: System) -> ShoppingErrand:
    assert system.wechat is not None, "it was asked for"
    desk = urlsplit(system.wechat.url)
    assert desk.hostname is not None, "it listens on this machine"
    assert desk.port is not None, "it listens on this machine"
    return ShoppingErrand(
        host=system.host,
        port=system.port,
        desk_host=desk.hostname,
        desk_port=desk.port,
        app_id=system.wechat.app_id,
        documents=documents_of("miniprogram"),
        campaigns={
            stage.store(collector): to_id("CouponCampaign", campaign_id)
            for collector, campaign_id in stage.campaigns.items()
        },
        plenty=to_id("Sku", stage.chain.skus[PLENTY]),
        scarce=to_id("Sku", stage.chain.skus[SCARCE]),
        region=REGION,
        members=max(plan.members, plan.concurrency),
        coupons=min(COUPONS_EACH, COUPONS * 4 // (plan.members + 4)),
        concurrency=plan.concurrency,
        warm_up_seconds=min(WARM_UP_SECONDS_MAX, plan.seconds / 2),
        seconds=plan.seconds,
        run=secrets.token_hex(6),
        seed=SEED,
    )


async def _wait_until_paid(conn: Connection, network_id: int, numbers: list[str]) -> None:
    """Whatever is not paid by then is told as lost."""
    deadline = time.monotonic() + POSTING_SECONDS_MAX
    while await queries.count_unpaid(conn, network_id, numbers):
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(POLL_SECONDS)


async def _report(
    conn: Connection, plan: Plan, stage: Stage, system: System, run: _Run
) -> CheckoutReport:
    outcome = run.outcome
    network_id = stage.chain.network_id
    stored = await queries.fetch_paid(conn, network_id)
    moments = {number: moment.timestamp() for number, (_, moment) in stored.items()}
    counted = [n for n, moment in moments.items() if outcome.began <= moment < outcome.ended]
    waits = [(moments[n] - outcome.pressed[n]) * 1000 for n in counted if n in outcome.pressed]
    lost = lost_orders(outcome.acknowledged, {n: minor for n, (minor, _) in stored.items()})
    oversold = oversold_units(
        await queries.fetch_sold(conn, network_id),
        await common.fetch_brought_in(conn, network_id),
    )
    posting = await common.fetch_posting_lags(conn, network_id, 0)
    examined = await examine(conn)
    cpu = run.watch.cpu_seconds(outcome.began, outcome.ended)
    return CheckoutReport(
        plan=msgspec.to_builtins(plan),
        per_minute=round(len(counted) / plan.seconds * 60),
        p50_ms=percentile(waits, 0.50),
        p95_ms=percentile(waits, 0.95),
        p99_ms=percentile(waits, 0.99),
        mean_ms=mean(waits),
        accepted=len(counted),
        refused=outcome.refused,
        refusals=outcome.refusals,
        errors=outcome.errors,
        faults=outcome.faults,
        shares=shares_of_time(
            stages_between(system.profiles, outcome.began, outcome.ended),
            mean(outcome.latencies_ms),
        ),
        cpu_ms={
            group: round(seconds * 1000 / max(len(counted), 1), 2) for group, seconds in cpu.items()
        },
        peak_rss_mb=round(run.watch.peak_kb / 1024),
        memory_kind=run.watch.memory_kind,
        fsync=await common.show_durability(conn),
        doctor_violations=examined.violations,
        violations=[found.message() for found in examined.findings if found.count],
        lost=len(lost),
        lost_numbers=lost[:5],
        oversold=sum(oversold.values()),
        acknowledged=len(outcome.acknowledged),
        unacknowledged=len(stored.keys() - outcome.pressed.keys()),
        journals=2 * len(posting),
        posting_lag_p99_ms=percentile(posting, 0.99),
        delivery_lag_p99_ms=percentile(await common.fetch_delivery_lags(conn, network_id, 0), 0.99),
        placed_and_posted_per_minute=round(
            len(counted) / max(run.posted_at - outcome.began, plan.seconds) * 60
        ),
        steps={step: _percentiles(taken) for step, taken in outcome.steps.items()},
        with_coupon=outcome.with_coupon,
        untraced_minor=await queries.sum_untraced(conn, network_id),
    )


def _percentiles(taken: list[float]) -> Mapping[str, Any]:
    return {f"p{round(share * 100)}_ms": percentile(taken, share) for share in (0.50, 0.95, 0.99)}
