"""`tradeline payments`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import click
from rich.table import Table

from tradeline.channels import payment_accounts, put_mini_program, put_payment_account
from tradeline.kernel import (
    TRADE_ZONE,
    Actor,
    Connection,
    Database,
    Locale,
    Rejected,
    open_pool,
    system_actor,
    trade_day,
)
from tradeline_server.cli._terminal import console, print_json
from tradeline_server.embedded import database_server
from tradeline_server.errors import CommandError, UsageError
from tradeline_server.logs import configure_logs
from tradeline_server.migrate import require_migrated
from tradeline_server.paying import queries
from tradeline_server.paying.billing import BillMissing, Reconciled, reconcile_day
from tradeline_server.paying.of_this_machine import merchants_here
from tradeline_server.settings import load_settings
from tradeline_server.wechat import WeChatError, open_merchants

Failures = dict[str, str]

MERCHANT = re.compile(r"[0-9]{8,32}")


class Differs(CommandError):
    """What differs has been printed."""


@click.group("payments")
def command() -> None:
    """Look after what consumers pay."""


@command.command("reconcile")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="As WeChat counts days, in China. By default yesterday.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
def reconcile(day: datetime | None, as_json: bool) -> None:
    """Compare a day's bill of each merchant with our books; name each difference.

    The worker does so every morning at ten; to do it again does no harm. Ends with 1 if anything
    is open, or a bill cannot be had.
    """
    configure_logs()
    today = trade_day()
    wanted = day.date() if day else today - timedelta(days=1)
    if wanted > today:
        raise UsageError(f"--day: {wanted} is yet to come; a day has its bill on the next at ten.")
    done, failed = asyncio.run(_reconcile(wanted))
    if as_json:
        print_json(
            {"day": wanted, "merchants": [_as_json(each) for each in done], "failed": failed}
        )
    else:
        _show(done)
    for merchant_id, reason in failed.items():
        console.print(f"{merchant_id}: {reason}", style="red", markup=False)
    count = sum(len(each.differences) for each in done)
    if count or failed:
        raise Differs(f"Open differences: {count}; merchants without a bill: {len(failed)}.")


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def status(as_json: bool) -> None:
    """Tell what is under way at WeChat, since when, and what went wrong last."""
    waiting = asyncio.run(_waiting())
    if as_json:
        print_json({"at": datetime.now(UTC), "waiting": waiting})
        return
    table = Table("what", "state", "how many", "since", "last trouble")
    for row in waiting:
        since = row["oldest_at"].astimezone(TRADE_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        words = (row["what"], row["state"], str(row["count"]), since, row["last_error"] or "")
        table.add_row(*words)
    console.print(table if waiting else "Nothing is under way.")


@command.command("collect")
@click.option("--network", required=True, help="The network's code.")
@click.option("--organization", required=True, help="The code of who collects, or receives shares.")
@click.option("--merchant", required=True, help="Its number at WeChat Pay.")
@click.option("--app", help="The mini-program that its consumers come by, if it is new.")
@click.option("--name", default="小程序", show_default=True, help="How the mini-program is called.")
@click.option(
    "--ratio-max",
    type=click.IntRange(0, 10_000),
    default=3000,
    show_default=True,
    help="How much of a payment may be shared, in ten thousandths, as WeChat allows it.",
)
@click.option(
    "--wait-days",
    type=click.IntRange(0, 30),
    default=0,
    show_default=True,
    help="How long after a payment it is shared: at best when nothing is sent back any more.",
)
@click.option(
    "--fee",
    "fee_bp",
    type=click.IntRange(0, 1_000),
    help="What WeChat takes of a payment, in ten thousandths: bills are checked by it, to the fen.",
)
def collect(
    network: str,
    organization: str,
    merchant: str,
    app: str | None,
    name: str,
    ratio_max: int,
    wait_days: int,
    fee_bp: int | None,
) -> None:
    """Say as which merchant of WeChat's an organization collects.

    Whose keys this machine has, nobody can prove in a request, so it is done here. To say it again
    changes ratio, days and fee, and the merchant as long as nobody has been asked to pay by it.
    """
    if not MERCHANT.fullmatch(merchant):
        raise UsageError(
            f"{merchant} is no merchant's number: WeChat Pay gives 10 digits, such as 1900000109."
        )
    programs = [(app, name)] if app else []
    put = partial(
        put_payment_account,
        merchant_id=merchant,
        sharing_ratio_max_bp=ratio_max,
        sharing_wait_days=wait_days,
        fee_bp=fee_bp,
    )
    asyncio.run(_collect(network, organization, merchant, programs, put))
    console.print(f"{organization} collects as {merchant}.", markup=False)


async def _collect(
    network: str,
    organization: str,
    merchant: str,
    programs: Sequence[tuple[str, str]],
    put: Callable[..., Awaitable[None]],
) -> None:
    async with database_server(load_settings()) as dsn:
        await require_migrated(dsn)
        async with (
            await open_pool(dsn, role=None, max_size=1) as owner_pool,
            await open_pool(dsn, max_size=1) as pool,
        ):
            async with owner_pool.acquire() as owner:
                found = await queries.find_organization(owner, network, organization)
            if found is None:
                raise CommandError(f"There is no organization {organization} in {network}.")
            network_id, org_id = found
            try:
                async with Database(pool).unit_of_work(network_id) as conn:
                    actor = system_actor(network_id, org_id)
                    await _require_replaceable(conn, actor, organization, merchant)
                    for app_id, name in programs:
                        await put_mini_program(conn, actor=actor, app_id=app_id, name=name)
                    await put(conn, actor=actor)
            except Rejected as rejected:
                raise CommandError(rejected.problems[0].message(Locale.EN)) from None


async def _require_replaceable(
    conn: Connection, actor: Actor, organization: str, merchant: str
) -> None:
    """Notices, bills and refunds find whose they are by the merchant of their payment."""
    held = await payment_accounts(conn, network_id=actor.network_id, org_ids=[actor.org_id])
    former = held.get(actor.org_id)
    if former is None or former.merchant_id == merchant:
        return
    if await queries.has_payments(conn, actor.network_id, former.merchant_id):
        raise CommandError(
            f"{organization} collects as {former.merchant_id}, by which consumers have paid: their "
            f"refunds and bills need it. Have another organization collect as {merchant}."
        )


async def _reconcile(day: date) -> tuple[Sequence[Reconciled], Failures]:
    settings = load_settings()
    done: list[Reconciled] = []
    failed: Failures = {}
    async with database_server(settings) as dsn:
        await require_migrated(dsn)
        described = merchants_here(settings)
        if not described:
            raise CommandError("No merchant of WeChat's is set up; infra/running.md tells how.")
        async with await open_pool(dsn, max_size=1) as pool, open_merchants(described) as merchants:
            for merchant_id in merchants:
                try:
                    done.append(await reconcile_day(Database(pool), merchants, merchant_id, day))
                except (BillMissing, WeChatError) as error:
                    failed[merchant_id] = str(error)
    return done, failed


async def _waiting() -> list[dict[str, Any]]:
    async with database_server(load_settings()) as dsn:
        await require_migrated(dsn)
        conn = await asyncpg.connect(dsn)
        try:
            return await queries.count_under_way(conn)
        finally:
            await conn.close()


def _as_json(found: Reconciled) -> dict[str, Any]:
    return {
        "merchant_id": found.merchant_id,
        "lines": found.lines,
        "differences": [
            {
                "kind": each.kind,
                "number": each.number,
                "transaction_id": each.transaction_id,
                "ours_minor": each.ours_minor,
                "theirs_minor": each.theirs_minor,
            }
            for each in found.differences
        ],
    }


def _show(done: Sequence[Reconciled]) -> None:
    table = Table("merchant", "day", "lines", "what differs", "number", "ours", "theirs")
    for each in done:
        row = (each.merchant_id, each.day.isoformat(), str(each.lines))
        if not each.differences:
            table.add_row(*row, "nothing")
        for difference in each.differences:
            sums = (_yuan(difference.ours_minor), _yuan(difference.theirs_minor))
            table.add_row(*row, difference.kind, difference.number, *sums)
    if done:
        console.print(table)


def _yuan(minor: int | None) -> str:
    return "-" if minor is None else f"{minor // 100}.{minor % 100:02d}"
