"""Sends an order history through the public graph, each invoice as its own dealer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradeline import identity
from tradeline.kernel import Database, Permission, Pool, open_pool, system_actor
from tradeline_server.doctor import Report, examine
from tradeline_server.errors import CommandError
from tradeline_server.history import documents, queries
from tradeline_server.history.client import Credentials, GraphClient, GraphError, open_transport
from tradeline_server.history.dealing import Dealer, Tally
from tradeline_server.history.importing import SELLER_CODE, Target, find_place
from tradeline_server.history.plan import Step, plan_replay
from tradeline_server.history.reading import History
from tradeline_server.history.suggestions import Suggestion

DEALERS_AT_ONCE = 8
WORKER_SECONDS_MAX = 120.0
CLIENT_NAME = "replay"
PERMISSIONS = frozenset(
    {
        Permission.CATALOG_READ,
        Permission.CREDIT_READ,
        Permission.ORDER_CONFIRM,
        Permission.ORDER_PLACE,
        Permission.ORDER_READ,
        Permission.ORDER_RECEIVE,
        Permission.ORDER_RETURN,
        Permission.ORDER_SHIP,
        Permission.ORGANIZATION_READ,
        Permission.PAYMENT_READ,
        Permission.PAYMENT_RECORD,
        Permission.PRICE_READ,
        Permission.RELATIONSHIP_READ,
        Permission.STATEMENT_CONFIRM,
        Permission.STATEMENT_READ,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """Accepted, refused (by the graph) and skipped (by the import) lines sum to `lines_total`.

    `amount_minor` is what the graph says the accepted lines cost, `file_amount_minor` what the
    file says; both are sales less cancellations. `open_balance_minor` is what is left between the
    wholesaler and its dealers, regardless of sign.
    """

    file: str
    lines_total: int
    lines_accepted: int
    lines_refused: int
    lines_skipped: int
    refused: dict[str, int]
    orders: int
    returns: int
    statements: int
    dealers: int
    currency: str
    amount_minor: int
    file_amount_minor: int
    open_balance_minor: int
    seconds: float
    doctor_violations: int
    violations: list[str]

    @property
    def amounts_agree(self) -> bool:
        return self.amount_minor == self.file_amount_minor

    @property
    def is_sound(self) -> bool:
        return self.amounts_agree and not self.doctor_violations


async def replay_history(
    dsn: str,
    url: str,
    file: str,
    history: History,
    suggestion: Suggestion,
    target: Target,
    advance: Callable[[int], None] = lambda _: None,
) -> ReplayReport:
    """Replay what was imported, and compare. Whatever was replayed before changes nothing.

    Raises CommandError if the file was not imported, or if the graph stops answering.
    """
    began = time.monotonic()
    pool = await open_pool(dsn, role=None, max_size=2)
    try:
        async with pool.acquire() as conn:
            network_id = (await find_place(conn, target, history.digest)).network_id
        if network_id is None:
            raise CommandError("The file was not imported; import it first.")
        plan = plan_replay(suggestion)
        tally = Tally(suggestion.currency)
        async with _credentials(pool, network_id, {SELLER_CODE, *plan}) as credentials:
            dealers = await _send(url, history.digest, plan, credentials, tally, advance)
        await _wait_for_worker(pool, network_id)
        open_balance_minor = await _open_balance(pool, network_id)
        examination = await _examine(pool)
    finally:
        await pool.close()
    total = len(history.originals)
    return ReplayReport(
        file=file,
        lines_total=total,
        lines_accepted=tally.lines_accepted,
        lines_refused=tally.lines_refused,
        lines_skipped=total - len(suggestion.sales) - len(suggestion.cancellations),
        refused=dict(tally.problems.most_common()),
        orders=tally.orders,
        returns=tally.returns,
        statements=tally.statements,
        dealers=dealers,
        currency=suggestion.currency,
        amount_minor=tally.api_minor,
        file_amount_minor=tally.file_minor,
        open_balance_minor=open_balance_minor,
        seconds=round(time.monotonic() - began, 3),
        doctor_violations=examination.violations,
        violations=[finding.message() for finding in examination.findings if finding.count],
    )


async def _send(
    url: str,
    digest: str,
    plan: Mapping[str, Sequence[Step]],
    credentials: Mapping[str, Credentials],
    tally: Tally,
    advance: Callable[[int], None],
) -> int:
    """Several dealers at once, each in the order of the file. How many there were."""
    async with open_transport() as transport:
        seller = GraphClient(url, credentials[SELLER_CODE], transport)
        edges = await _all(seller, documents.RELATIONSHIPS, "relationships")
        relationship_ids = {edge["buyer"]["code"]: edge["id"] for edge in edges}
        skus = await _all(seller, documents.SKUS, "skus")
        sku_ids = {sku["code"]: sku["id"] for sku in skus}
        waiting = iter(plan.items())

        async def work() -> None:
            for code, steps in waiting:
                dealer = Dealer(
                    digest=digest,
                    relationship_id=relationship_ids[code],
                    sku_ids=sku_ids,
                    buyer=GraphClient(url, credentials[code], transport),
                    seller=seller,
                    tally=tally,
                    advance=advance,
                )
                await dealer.replay(steps)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(DEALERS_AT_ONCE):
                    group.create_task(work())
        except* GraphError as failures:
            raise failures.exceptions[0] from None
    return len(plan)


async def _all(client: GraphClient, document: str, field: str) -> list[Mapping[str, Any]]:
    """Every node of a list, page by page."""
    nodes: list[Mapping[str, Any]] = []
    after: str | None = None
    while True:
        page = (await client.execute(document, after=after))[field]
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


@contextlib.asynccontextmanager
async def _credentials(
    pool: Pool, network_id: int, codes: set[str]
) -> AsyncIterator[dict[str, Credentials]]:
    """An API client for each organization, for as long as the block lasts.

    Secrets are told once and kept nowhere, so that clients cannot be used again by a later run.
    """
    db = Database(pool)
    made: list[tuple[int, int]] = []
    credentials: dict[str, Credentials] = {}
    async with db.unit_of_work(network_id) as conn:
        for org_id, code in await queries.fetch_organizations(conn, network_id, sorted(codes)):
            (client,) = await identity.create_api_clients(
                conn,
                actor=system_actor(network_id, org_id),
                clients=[identity.ApiClientDraft(name=CLIENT_NAME, permissions=PERMISSIONS)],
            )
            made.append((org_id, client.id))
            credentials[code] = Credentials(client.client_id, client.client_secret)
    try:
        yield credentials
    finally:
        async with db.unit_of_work(network_id) as conn:
            for org_id, client_id in made:
                await identity.revoke_api_client(
                    conn, actor=system_actor(network_id, org_id), api_client_id=client_id
                )


async def _wait_for_worker(pool: Pool, network_id: int) -> None:
    """Until every debt stands in both books. A server without a worker gets none of the blame."""
    deadline = time.monotonic() + WORKER_SECONDS_MAX
    async with pool.acquire() as conn:
        while await queries.count_unposted(conn, network_id):
            if time.monotonic() > deadline:
                raise CommandError("The worker does not post the journals; is one running?")
            await asyncio.sleep(0.2)


async def _open_balance(pool: Pool, network_id: int) -> int:
    async with pool.acquire() as conn:
        return await queries.sum_open_balances(conn, network_id)


async def _examine(pool: Pool) -> Report:
    async with pool.acquire() as conn:
        return await examine(conn)
