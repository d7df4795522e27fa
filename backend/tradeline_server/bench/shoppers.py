"""The load generator of consumers, a process of its own: `python -m …bench.shoppers`.

Each has the mini-program open, asks by its documents and pays at WeChat's cash desk, which is the
simulator. It reads its errand and writes what came of it as the other load generator does.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
import uvloop

from tradeline_server.bench.load import IDLE_SECONDS, Crowd, Errand, Outcome
from tradeline_server.bench.wire import Line, head

ARRIVING_AT_ONCE = 8
SCARCE_OF_HUNDRED = 5
BOTTLES_MAX = 3
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class ShoppingErrand(Errand, frozen=True, kw_only=True):
    """What to do; ids are the graph's. `campaigns` are by store. Of the members every fourth
    claims so many `coupons` of the first store's before the time begins."""

    desk_host: str
    desk_port: int
    app_id: str
    documents: dict[str, str]
    campaigns: dict[str, str]
    plenty: str
    scarce: str
    region: str
    members: int
    coupons: int


class Shopped(Outcome, kw_only=True):
    """`steps` are the latencies by step, counted as `latencies_ms` are, which is of all requests
    to the graph. Of each order paid for: when its consumer pressed to order it."""

    steps: dict[str, list[float]] = msgspec.field(default_factory=dict)
    pressed: dict[str, float] = msgspec.field(default_factory=dict)
    with_coupon: int = 0


class Refused(Exception):
    """The graph said no, as data."""


@dataclass(slots=True)
class Member:
    openid: str
    start: bytes
    address_id: str = ""
    coupons: list[str] = field(default_factory=list)


class Shoppers(Crowd):
    """Members who buy one after another; nobody is asked twice at a time."""

    def __init__(self, errand: ShoppingErrand) -> None:
        super().__init__(errand)
        self.shopping = errand
        self.outcome: Shopped = Shopped()
        self._free: deque[Member] = deque()
        self._numbers = itertools.count()
        self._refusals: Counter[str] = Counter()
        self._requests = itertools.count()

    async def work(self) -> Shopped:
        random.seed(self.errand.seed)
        waiting = iter(range(self.shopping.members))
        await asyncio.gather(*(self._arrive(waiting) for _ in range(ARRIVING_AT_ONCE)))
        buyers = []
        for _ in range(self.errand.concurrency):
            desk = await Line.open(self.shopping.desk_host, self.shopping.desk_port)
            buyers.append(self.keep_asking(partial(self._buy, desk), self.is_over))
        await self.run(*buyers)
        self.outcome.refusals = dict(self._refusals)
        return self.outcome

    async def _arrive(self, waiting: Iterator[int]) -> None:
        """Log in over HTTP, with an address, and with coupons or without."""
        errand = self.shopping
        line = await Line.open(errand.host, errand.port)
        desk = await Line.open(errand.desk_host, errand.desk_port)
        for number in waiting:
            member = Member(f"o-{errand.run}-{number:08d}", self._head(None))
            code = (await self._tell(desk, "arrive", openid=member.openid))["login_code"]
            entered = await self._do(line, member, "ShopLogin", appId=errand.app_id, code=code)
            member.start = self._head(entered["session"]["accessToken"])
            saved = await self._do(
                *(line, member, "ShopAddressSave"),
                requestId=self._request_id(),
                recipient="收件人",
                phone="13800138000",
                region=errand.region,
                detail="示例路 2 号",
            )
            member.address_id = saved["address"]["id"]
            [campaign, *_] = errand.campaigns.values()
            for _ in range(0 if number % 4 else errand.coupons):
                claimed = await self._do(
                    *(line, member, "ShopCouponClaim"),
                    requestId=self._request_id(),
                    campaignId=campaign,
                )
                member.coupons.append(claimed["coupon"]["id"])
            self._free.append(member)
        line.close()
        desk.close()

    async def _buy(self, desk: Line, line: Line, _due: float) -> None:
        if not self._free:
            await asyncio.sleep(IDLE_SECONDS)
            return
        member = self._free.popleft()
        try:
            await self._order_and_pay(line, desk, member)
        except Refused:
            self.outcome.refused += self.is_counted(time.time())
        finally:
            self._free.append(member)

    async def _order_and_pay(self, line: Line, desk: Line, member: Member) -> None:
        stores = list(self.shopping.campaigns)
        coupon = member.coupons.pop() if member.coupons else None
        store = stores[0] if coupon else random.choice(stores)
        cart = (
            await self._do(
                *(line, member, "ShopCartPut"),
                step="cart",
                requestId=self._request_id(),
                storeId=store,
                lines=self._lines(),
            )
        )["cart"]
        way = {
            "cartId": cart["id"],
            "delivery": "DELIVERY",
            "addressId": member.address_id,
            "couponId": coupon,
        }
        checkout = await self._do(line, member, "ShopCheckout", step="checkout", **way)
        self._see(checkout["problems"])
        pressed = time.time()
        placed = await self._do(
            *(line, member, "ShopOrderPlace"),
            step="place",
            requestId=self._request_id(),
            cartVersion=cart["version"],
            expectedTotal=checkout["total"]["amount"],
            startsPayment=True,
            **way,
        )
        asked = time.time()
        await self._tell(desk, "pay", call=placed["call"], openid=member.openid)
        self._count("pay", asked)
        order = placed["order"]
        minor = int(Decimal(order["total"]["amount"]) * 100)  # the bench trades in yuan
        self.outcome.acknowledged.append((order["number"], minor))
        self.outcome.pressed[order["number"]] = pressed
        self.outcome.with_coupon += coupon is not None

    def _lines(self) -> list[dict[str, object]]:
        """The whole cart: of the scarce one none, unless it is wanted."""
        wants_scarce = next(self._numbers) * SCARCE_OF_HUNDRED % 100 < SCARCE_OF_HUNDRED
        return [
            {"skuId": self.shopping.plenty, "quantity": random.randint(1, BOTTLES_MAX)},
            {"skuId": self.shopping.scarce, "quantity": int(wants_scarce)},
        ]

    async def _do(
        self, line: Line, member: Member, operation: str, step: str = "", **values: object
    ) -> dict[str, Any]:
        """What the one field answers. Raises Refused."""
        asked = {"query": self.shopping.documents[operation], "variables": {"input": values}}
        body = msgspec.json.encode(asked)
        began = time.time()
        answer = await self.exchange(line, member.start + b"%d\r\n\r\n" % len(body) + body, began)
        if answer is None:
            raise Refused
        if step:
            self.outcome.latencies_ms += self._count(step, began)
        data: dict[str, Any] = msgspec.json.decode(answer[2])["data"]
        [payload] = data.values()
        self._see(payload.get("errors", []))
        found: dict[str, Any] = payload
        return found

    async def _tell(self, desk: Line, control: str, **values: object) -> dict[str, Any]:
        errand = self.shopping
        start = head(f"POST /_simulator/{control}", errand.desk_host, errand.desk_port, JSON)
        body = msgspec.json.encode(values)
        status, answer = await desk.ask(start + b"%d\r\n\r\n" % len(body) + body)
        told: dict[str, Any] = msgspec.json.decode(answer)
        if status != 200:
            self.fault(f"The cash desk refuses {control}: {told}")
            raise Refused
        return told

    def _see(self, problems: list[dict[str, Any]]) -> None:
        for kind in {problem["__typename"] for problem in problems}:
            self._refusals[kind] += self.is_counted(time.time())
        if problems:
            raise Refused

    def _count(self, step: str, began: float) -> list[float]:
        """What it took, if it is of the time that counts."""
        ended = time.time()
        taken = [(ended - began) * 1000] if self.is_counted(ended) else []
        self.outcome.steps.setdefault(step, []).extend(taken)
        return taken

    def _head(self, token: str | None) -> bytes:
        headers = JSON if token is None else JSON | {"Authorization": f"Bearer {token}"}
        return head("POST /graphql", self.errand.host, self.errand.port, headers)

    def _request_id(self) -> str:
        return f"{self.errand.run}-{next(self._requests):010d}"


def main() -> None:
    errand = msgspec.json.decode(sys.stdin.buffer.read(), type=ShoppingErrand)
    outcome = uvloop.run(Shoppers(errand).work())
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
