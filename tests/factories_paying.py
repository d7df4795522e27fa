"""A till whose merchant has a simulated WeChat, and the door at which WeChat's notices arrive, as
the server has it: over real HTTP, on a database of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from litestar import Litestar
from litestar.datastructures import State

from tests.factories_payments import APP, Till, a_payment, a_till, merchant_of, stored, to_pay
from tests.factories_wechat import OPENID, SECONDS_MAX, wechat_keys
from tradeline.kernel import Connection, Database, Pool, open_pool
from tradeline.payments import NewPayment, Payment, mark_prepaid
from tradeline_server.faults import FAULTS
from tradeline_server.paying.lanes import Claim
from tradeline_server.paying.notices import take_notice
from tradeline_server.paying.telling import Telling
from tradeline_server.wechat import PaymentRequest, WeChat, WeChatMerchants, open_merchants
from tradeline_server.wechat.simulator import Config, Simulator, running_simulator
from tradeline_server.wechat.simulator.books import Payment as TheirPayment

# WeChat's repetitions come a thousand times faster here.
RETRY_SCALE = 0.001
EMPTY = """
    TRUNCATE payments.payment, payments.notice, payments.refund, payments.sharing, payments.share,
             payments.share_return, payments.bill, payments.bill_line, payments.difference,
             settlement.booking CASCADE
"""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where somebody pays, and what is on both sides of it. `url` is our server's, `wechat_url` the
    simulator's, and `dsn` the owner's way to the database."""

    till: Till
    db: Database
    owner_pool: Pool
    simulator: Simulator
    merchants: WeChatMerchants
    telling: Telling
    url: str
    wechat_url: str
    dsn: str

    @property
    def wechat(self) -> WeChat:
        found = self.merchants.get(self.till.merchant_id)
        assert found is not None
        return found

    async def prepaid(self, new: NewPayment | None = None) -> tuple[Payment, str]:
        """A payment that WeChat knows, and what it calls it."""
        [payment] = await to_pay(self.till, new or a_payment(self.till))
        prepay_id = await self.asked_for(payment)
        async with self.db.unit_of_work(self.till.network_id) as conn:
            await mark_prepaid(
                conn, network_id=self.till.network_id, prepaid=[(payment.id, prepay_id)]
            )
        return await stored(self.till, payment), prepay_id

    async def asked_for(self, payment: Payment) -> str:
        """What WeChat calls a payment, of which we have not noted it yet."""
        return await self.wechat.pay.prepay(
            PaymentRequest(
                out_trade_no=payment.number,
                description="芒果两箱",
                total=payment.amount_minor,
                openid=OPENID,
                is_shareable=payment.is_shareable,
            )
        )

    async def paid(self, new: NewPayment | None = None) -> Payment:
        """As a person does it, and WeChat's notice has come."""
        payment, prepay_id = await self.prepaid(new)
        self.simulator.pay(prepay_id)
        await self.settled()
        return await stored(self.till, payment)

    async def emptied(self, config: Config | None = None) -> None:
        """As if nobody had ever paid; the merchants and their keys stay."""
        config = config or Config()
        config.retry_scale = RETRY_SCALE
        self.simulator.start_over(config)
        await self.owner_pool.execute(EMPTY)

    async def settled(self) -> None:
        async with asyncio.timeout(SECONDS_MAX):
            for each in self.simulator.all:
                await each.notifier.settled()

    async def work(self, claim: Claim[Any], do: Callable[[Any], Awaitable[None]]) -> int:
        """What a lane of the worker's does, of all that is due by now or later today."""
        async with self.owner_pool.acquire() as conn:
            await _hurry(conn)
            due = await claim(conn, limit=100)
        for each in due:
            await do(each)
        return len(due)

    async def count(self, table: str) -> int:
        found: int = await self.owner_pool.fetchval(f"SELECT count(*) FROM {table}")
        return found

    def theirs(self, payment: Payment) -> TheirPayment:
        return self.simulator.books.payment(payment.number)


async def _hurry(conn: Connection) -> None:
    """Nobody in a test waits for seconds that only the clock of the database counts."""
    for table, column in (
        ("payment", "next_poll_at"),
        ("refund", "next_try_at"),
        ("sharing", "next_try_at"),
        ("share_return", "next_try_at"),
    ):
        await conn.execute(
            f"UPDATE payments.{table} SET {column} = now() WHERE {column} IS NOT NULL"
        )


class _Web(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def a_counter(dsn: str) -> AsyncIterator[Counter]:
    """On a clone of the database, to be emptied before each test."""
    async with contextlib.AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(dsn))
        owner_pool = await stack.enter_async_context(await open_pool(dsn, role=None, max_size=3))
        db = Database(pool)
        till = await a_till(owner_pool, db)
        keys = replace(wechat_keys(), mchid=till.merchant_id, appid=APP)
        trader = replace(wechat_keys(), mchid=merchant_of(till, "trader_a"), appid=APP)
        running = await stack.enter_async_context(running_simulator(keys, branches=(trader,)))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        merchants = await stack.enter_async_context(
            open_merchants(
                [
                    each.settings(running.url, f"{url}/wechat/notices/{each.mchid}")
                    for each in (keys, trader)
                ]
            )
        )
        telling = Telling(db)
        state = State({"wechat": merchants, "telling": telling})
        app = Litestar(
            [take_notice],
            state=state,
            openapi_config=None,
            logging_config=None,
            exception_handlers=FAULTS,
        )
        web = _Web(uvicorn.Config(app, log_config=None, access_log=False))
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        try:
            yield Counter(
                till=till,
                db=db,
                owner_pool=owner_pool,
                simulator=running.simulator,
                merchants=merchants,
                telling=telling,
                url=url,
                wechat_url=running.url,
                dsn=dsn,
            )
        finally:
            web.should_exit = True
            await asyncio.wait([serving])


def lapsed(till: Till) -> NewPayment:
    """A payment whose time is over."""
    return replace(a_payment(till), expires_at=datetime.now(UTC) - timedelta(seconds=1))
