"""A merchant with a simulated WeChat of its own, and the shop that WeChat's notices arrive at."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, post

from tradeline_server.wechat import (
    Fault,
    Forged,
    Notice,
    PaymentRequest,
    WeChat,
    accepted,
    open_wechat,
    rejected,
)
from tradeline_server.wechat.simulator import (
    Config,
    Simulator,
    SimulatorKeys,
    generate_keys,
    running_simulator,
)
from tradeline_server.wechat.simulator.books import Payment

SECONDS_MAX = 10.0
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
NUMBERS = itertools.count(1)


@cache
def wechat_keys() -> SimulatorKeys:
    """Once per run: three RSA keys take a second."""
    return generate_keys()


@dataclass
class Shop:
    """Keeps each notice once, and what was wrong with those that it would not believe."""

    notices: dict[str, Notice] = field(default_factory=dict)
    repeats: int = 0
    faults: list[Fault] = field(default_factory=list)
    wechat: WeChat | None = None

    async def receive(self, request: Request[Any, Any, Any]) -> Response[Any]:
        assert self.wechat is not None
        try:
            notice = await self.wechat.pay.read_notice(request.headers, await request.body())
        except Forged as forged:
            self.faults.append(forged.fault)
            status, body = rejected(forged)
            return Response(body, status_code=status)
        self.repeats += notice.id in self.notices
        self.notices[notice.id] = notice
        status, body = accepted()
        return Response(body, status_code=status)

    @property
    def about(self) -> list[Any]:
        return [notice.about for notice in self.notices.values()]


@dataclass
class Market:
    """Our client, the simulated WeChat, and the shop between them."""

    wechat: WeChat
    simulator: Simulator
    url: str
    shop: Shop

    async def prepaid(self, total: int = 1000, **given: Any) -> tuple[str, str]:
        """Our number and the prepay_id of a payment that waits for its payer."""
        number = given.pop("out_trade_no", None) or f"T{next(NUMBERS):08d}"
        request = PaymentRequest(
            out_trade_no=number, description="芒果两箱", total=total, openid=OPENID, **given
        )
        return number, await self.wechat.pay.prepay(request)

    async def paid(self, total: int = 1000, **given: Any) -> Payment:
        _, prepay_id = await self.prepaid(total, **given)
        return self.simulator.pay(prepay_id, OPENID)

    async def shareable(self, total: int = 10_000) -> Payment:
        """A payment that may be shared by now."""
        payment = await self.paid(total, is_shareable=True)
        self.simulator.advance(61)
        return payment

    async def settled(self) -> None:
        async with asyncio.timeout(SECONDS_MAX):
            await self.simulator.notifier.settled()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS_MAX):
            while not is_so():  # noqa: ASYNC110 - of what has no event
                await asyncio.sleep(0.01)


class _Web(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Site:
    """Two servers that serve for many tests; `shop` is the one of the test that is running."""

    simulator: Simulator
    url: str
    notify_url: str
    shop: Shop = field(default_factory=Shop)

    @contextlib.asynccontextmanager
    async def market(
        self, config: Config | None = None, *, knows_public_key: bool = True
    ) -> AsyncIterator[Market]:
        """WeChat's repetitions come a thousand times faster here: the first after 15 ms."""
        config = config or Config()
        config.retry_scale = 0.001
        self.simulator.start_over(config)
        settings = wechat_keys().settings(
            self.url, self.notify_url, knows_public_key=knows_public_key
        )
        async with open_wechat(settings) as wechat:
            self.shop = Shop(wechat=wechat)
            yield Market(wechat, self.simulator, self.url, self.shop)


@contextlib.asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    sites: list[Site] = []

    @post("/wechat/notices")
    async def receive(request: Request[Any, Any, Any]) -> Response[Any]:
        return await sites[0].shop.receive(request)

    app = Litestar([receive], openapi_config=None, logging_config=None)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        notify_url = f"http://127.0.0.1:{listener.getsockname()[1]}/wechat/notices"
        web = _Web(uvicorn.Config(app, log_config=None, access_log=False))
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        try:
            async with running_simulator(wechat_keys()) as running:
                sites.append(Site(running.simulator, running.url, notify_url))
                yield sites[0]
        finally:
            web.should_exit = True
            await asyncio.wait([serving])
