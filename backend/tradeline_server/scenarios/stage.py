"""Where scenarios are played: a running system with one chain of trade in it, and its people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx2

from tradeline import channels, identity, organizations
from tradeline.kernel import Connection, Database, Permission, Pool, open_pool
from tradeline_graph._ids import from_id, to_id
from tradeline_graph.documents import documents_of
from tradeline_server.bench.system import System
from tradeline_server.errors import CommandError
from tradeline_server.scenarios import queries
from tradeline_server.scenarios.chain import (
    BRAND,
    CURRENCY,
    RETAILER,
    TRADER,
    Chain,
    make_chain,
    put_stock,
)
from tradeline_server.scenarios.figures import Figure, Position, compare, position_of
from tradeline_server.scenarios.people import (
    SECONDS_MAX,
    CashDesk,
    Clerk,
    Consumer,
    Graph,
)
from tradeline_server.scenarios.shop import Shop, let_collect, open_shop, start_campaign
from tradeline_server.wechat import WeChatMerchants, load_merchants, open_merchants
from tradeline_server.wechat.simulator.keys import APPID, BRANCH_MCHIDS, MCHID

LOOK_SECONDS: Final = 0.05
CLERK_MAY: Final = (
    Permission.CATALOG_READ,
    Permission.CONSUMER_ORDER_FULFIL,
    Permission.CONSUMER_ORDER_READ,
    Permission.CONSUMER_ORDER_REFUND,
    Permission.ORDER_CONFIRM,
    Permission.ORDER_PLACE,
    Permission.ORDER_READ,
    Permission.ORDER_RECEIVE,
    Permission.ORDER_SHIP,
    Permission.PAYMENT_RECONCILE,
    Permission.PRICE_READ,
    Permission.RELATIONSHIP_READ,
    Permission.REPLENISHMENT_MANAGE,
    Permission.REPLENISHMENT_READ,
    Permission.STATEMENT_CONFIRM,
    Permission.STATEMENT_READ,
    Permission.STORE_READ,
)
NETWORK_CODE: Final = "scenarios"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`shops` are by who collects, and so are `campaigns`, each of its shop."""

    db: Database
    owner: Pool
    chain: Chain
    shops: Mapping[str, Shop]
    campaigns: Mapping[str, int]
    clerks: Mapping[str, Clerk]
    merchants: Mapping[str, str]
    desk: CashDesk
    wechat: WeChatMerchants
    new_consumer: Callable[[], Consumer]

    async def consumer(self) -> Consumer:
        """Somebody new, logged in."""
        consumer = self.new_consumer()
        await consumer.log_in()
        return consumer

    def store(self, collector: str) -> str:
        return to_id("Store", self.shops[collector].store_id)

    def units(self, **quantities: int) -> dict[str, int]:
        """Quantities by SKU code, as the graph names SKUs."""
        return {to_id("Sku", self.chain.skus[code]): units for code, units in quantities.items()}

    async def stock(self, name: str, **quantities: int) -> None:
        """Let so much of each SKU stand with this organization, and nothing with the others."""
        nothing = dict.fromkeys(self.chain.skus, 0)
        async with self.db.unit_of_work(self.chain.network_id) as conn:
            for other in self.chain.orgs:
                units = nothing | quantities if other == name else nothing
                await put_stock(conn, self.chain, other, units)

    async def wait_for_state(
        self, consumer: Consumer, order_id: str, *states: str
    ) -> dict[str, Any]:
        """The order, once it is in one of these states."""

        async def look() -> dict[str, Any] | None:
            order = await consumer.order(order_id)
            return order if order["state"] in states else None

        return await self.wait_for(f"the order to be {' or '.join(states)}", look)

    async def wait_for(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """What `look` finds in the end. Raises CommandError if it does not."""
        deadline = time.monotonic() + SECONDS_MAX
        while (found := await look()) is None:
            if time.monotonic() > deadline:
                raise CommandError(f"Waited for {what}, which did not come.")
            await asyncio.sleep(LOOK_SECONDS)
        return found

    async def wait_until_posted(self) -> None:
        """Until the books hold all that was decided."""

        async def look() -> bool | None:
            async with self.owner.acquire() as conn:
                return await queries.count_unposted(conn) == 0 or None

        await self.wait_for("the books", look)

    async def positions(
        self, order_ids: Sequence[str], expected: Mapping[str, Position]
    ) -> list[Figure]:
        """Where the documents of these orders have left each party, beside where they should."""
        await self.wait_until_posted()
        async with self.owner.acquire() as conn:
            sums = await queries.sums_of_orders(
                conn,
                self.chain.network_id,
                [from_id("ConsumerOrder", order_id) for order_id in order_ids],
            )
        return [
            figure
            for name in (RETAILER, TRADER, BRAND)
            for figure in compare(name, expected[name], position_of(sums, self.chain.orgs[name]))
        ]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A part of a story to play; what it leaves is told by `play` as figures."""

    name: str
    title: str
    title_zh: str
    play: Callable[[Stage], Awaitable[Sequence[Figure]]]


@asynccontextmanager
async def open_stage(system: System, dsn: str) -> AsyncIterator[Stage]:
    """Make the chain, two shops and everybody's way in, on a migrated and empty database."""
    assert system.wechat is not None, "the scenarios need somebody to pay at"
    url = f"http://{system.host}:{system.port}"
    async with (
        await open_pool(dsn, role=None, max_size=4) as owner,
        httpx2.AsyncClient(trust_env=False, timeout=SECONDS_MAX) as http,
        open_merchants(load_merchants(system.wechat.environment)) as wechat,
    ):
        db = Database(owner)
        merchants = dict(zip((BRAND, RETAILER, TRADER), (MCHID, *BRANCH_MCHIDS), strict=True))
        async with owner.acquire() as platform, platform.transaction():
            network_id = await organizations.create_network(
                platform, code=NETWORK_CODE, name="场景", name_en="Scenarios", currency=CURRENCY
            )
        async with db.unit_of_work(network_id) as conn:
            chain = await make_chain(conn, network_id)
            shops = await _open_shops(conn, chain, merchants)
            campaigns = {
                name: await start_campaign(conn, chain, shop) for name, shop in shops.items()
            }
            secrets_of = {name: await _machine(conn, chain, name) for name in chain.orgs}
        graph, desk = Graph(url, http), CashDesk(system.wechat.url, http)
        documents = documents_of("miniprogram")
        yield Stage(
            db=db,
            owner=owner,
            chain=chain,
            shops=shops,
            campaigns=campaigns,
            clerks={
                name: Clerk(graph, await _token(http, url, made))
                for name, made in secrets_of.items()
            },
            merchants=merchants,
            desk=desk,
            wechat=wechat,
            new_consumer=lambda: Consumer(graph, desk, documents, APPID),
        )


async def _open_shops(
    conn: Connection, chain: Chain, merchants: Mapping[str, str]
) -> dict[str, Shop]:
    """One whose consumers pay the brand, and one that collects itself."""
    program_id = await channels.put_mini_program(
        conn, actor=chain.actor(BRAND), app_id=APPID, name="门店小程序"
    )
    shops: dict[str, Shop] = {}
    for name in (BRAND, RETAILER):
        await let_collect(conn, chain, name, merchants[name])
        shops[name] = await open_shop(conn, chain, f"PAYS-{name.upper()}", name, program_id)
    return shops


async def _machine(conn: Connection, chain: Chain, name: str) -> identity.NewApiClient:
    [made] = await identity.create_api_clients(
        conn,
        actor=chain.actor(name),
        clients=[identity.ApiClientDraft(name="scenarios", permissions=frozenset(CLERK_MAY))],
    )
    return made


async def _token(http: httpx2.AsyncClient, url: str, made: identity.NewApiClient) -> str:
    response = await http.post(
        f"{url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(made.client_id, made.client_secret),
    )
    if response.status_code != 200:
        raise CommandError(f"Signing in failed: {response.text}")
    token: str = response.json()["access_token"]
    return token
