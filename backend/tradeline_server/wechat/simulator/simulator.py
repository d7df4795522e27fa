"""The simulator as a whole: what its HTTP face, its payer's controls and tests act on."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tradeline_server.wechat.signing import is_signed, payment_message
from tradeline_server.wechat.simulator import bills, paying, sharing
from tradeline_server.wechat.simulator.bills import Difference
from tradeline_server.wechat.simulator.books import Books, Config, Payment, Refusal
from tradeline_server.wechat.simulator.keys import SimulatorKeys
from tradeline_server.wechat.simulator.notifying import Mischief, Notifier, Plan
from tradeline_server.wechat.simulator.people import People

TICK_SECONDS = 0.05
FILE_SECONDS = 300
REQUESTS_KEPT = 1000


class Mishap(StrEnum):
    """How an answer goes wrong. The first two do nothing; after the others it has been done."""

    SYSTEM_ERROR = "system-error"
    BUSY = "busy"  # 429
    LOST = "lost"  # a gateway's 502 instead of the answer
    SLOW = "slow"
    UNSIGNED = "unsigned"
    WRONG_KEY = "wrong-key"
    UNKNOWN_SERIAL = "unknown-serial"
    TAMPERED = "tampered"
    OLD = "old"


@dataclass(slots=True)
class Failure:
    """The next `times` answers under `path`."""

    mishap: Mishap
    path: str
    times: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BillFile:
    content: bytes
    until: float


@dataclass(slots=True)
class Simulator:
    """One merchant's side of WeChat, and by `branches` that of further merchants, who have keys,
    books and requests of their own. Time, people and mischief are common to all of them."""

    keys: SimulatorKeys
    config: Config
    branches: tuple[Simulator, ...] = ()
    books: Books = field(init=False)
    people: People = field(init=False)
    notifier: Notifier = field(init=False)
    failures: list[Failure] = field(init=False)
    differences: dict[date, list[Difference]] = field(init=False)
    files: dict[str, BillFile] = field(init=False)
    nonces: dict[str, float] = field(init=False)
    requests: deque[tuple[str, str, int]] = field(init=False)
    calls: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def start_over(self, config: Config | None = None) -> None:
        """As if nothing had ever happened; the keys stay."""
        for each in self.all:
            each.notifier.stop()
        self.config = config or Config(retry_scale=self.config.retry_scale)
        self._begin()

    def _begin(self) -> None:
        self.books = Books(self.config, self.keys.mchid, self.keys.appid)
        self.people = People(self.books, self.keys.app_secret)
        self.notifier = Notifier(self.keys, self.config.retry_scale)
        self.failures, self.differences, self.files, self.nonces = [], {}, {}, {}
        self.requests, self.calls = deque(maxlen=REQUESTS_KEPT), deque()
        for branch in self.branches:
            branch._join(self)

    def _join(self, head: Simulator) -> None:
        books = head.books
        self.config = head.config
        self._begin()
        self.books = Books(
            self.config, self.keys.mchid, self.keys.appid, clock=books.clock, numbers=books.numbers
        )
        head.people.branches.append(self.books)
        self.people, self.failures, self.files = head.people, head.failures, head.files
        self.requests = head.requests
        self.notifier.plans = head.notifier.plans

    @property
    def all(self) -> tuple[Simulator, ...]:
        return (self, *self.branches)

    def merchant(self, mchid: str) -> Simulator:
        """Whoever has that number; the first one, for a number of nobody's."""
        return next((each for each in self.all if each.keys.mchid == mchid), self)

    def whose(self, *, prepay_id: str = "", out_trade_no: str = "") -> Simulator:
        """The merchant of a payment; the first one, for a payment that nobody knows."""
        for each in self.all:
            if prepay_id in each.books.by_prepay_id or out_trade_no in each.books.payments:
                return each
        return self

    def settle(self) -> None:
        """End what is due by now, and tell the merchants of all that has happened."""
        for each in self.all:
            paying.end_refunds(each.books)
            sharing.release_overdue(each.books)
            sharing.end_sharings(each.books)
            while each.books.events:
                each.notifier.notify(each.books.events.popleft())

    def advance(self, seconds: float) -> None:
        self.books.clock.advance(seconds)
        self.settle()

    def pay(self, prepay_id: str, openid: str | None = None) -> Payment:
        """As if somebody paid. Raises Refusal where WeChat would not let them."""
        payment = paying.pay(self.whose(prepay_id=prepay_id).books, prepay_id, openid)
        self.settle()
        return payment

    def pay_as_called(self, call: Mapping[str, str], openid: str | None = None) -> Payment:
        """As `wx.requestPayment` does, with what it was called with: its signature must fit."""
        package = call.get("package", "")
        keys = self.whose(prepay_id=package.removeprefix("prepay_id=")).keys
        message = payment_message(
            keys.appid, call.get("timeStamp", ""), call.get("nonceStr", ""), package
        )
        public = keys.merchant.public_key()
        is_ours = call.get("signType") == "RSA" and package.startswith("prepay_id=")
        if not is_ours or not is_signed(public, message, call.get("paySign", "")):
            raise Refusal(400, "SIGN_ERROR", "支付验证签名失败")
        return self.pay(package.removeprefix("prepay_id="), openid)

    def disturb(self, mischief: Mischief, *, about: str = "", seconds: float = 0.0) -> None:
        self.notifier.plans.append(Plan(mischief, about, seconds))

    def fail(
        self, mishap: Mishap, *, path: str = "/", times: int = 1, seconds: float = 0.0
    ) -> None:
        self.failures.append(Failure(mishap, path, times, seconds))

    def failure_for(self, path: str) -> Failure | None:
        for failure in self.failures:
            if path.startswith(failure.path):
                failure.times -= 1
                if failure.times <= 0:
                    self.failures.remove(failure)
                return failure
        return None

    def bill(self, kind: str, query: Mapping[str, str], base_url: str) -> dict[str, str]:
        """Where a bill can be fetched within five minutes, and the hash of it, unpacked."""
        day = bills.day_of(query)
        differences = self.differences.get(day, ())
        if kind == "trade":
            bill_type = query.get("bill_type", "ALL")
            text = bills.trade_bill(self.books, day, bill_type, differences)
        else:
            text = bills.fund_bill(self.books, day)
        raw = text.encode()
        digest = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
        if any(difference.kind == "corrupt" for difference in differences):
            raw = raw.replace(b"`", b"'", 1)
        token = secrets.token_urlsafe(32)
        self.files[token] = BillFile(raw, time.time() + FILE_SECONDS)
        tar = "&tartype=gzip" if query.get("tar_type") == "GZIP" else ""
        url = f"{base_url}/v3/billdownload/file?token={token}{tar}"
        return {"hash_type": "SHA1", "hash_value": digest, "download_url": url}

    async def ticking(self) -> None:
        """Ends what is due while nobody asks for anything."""
        while True:
            self.settle()
            await asyncio.sleep(TICK_SECONDS)


@contextlib.asynccontextmanager
async def open_simulator(
    keys: SimulatorKeys, config: Config | None = None, branches: Sequence[SimulatorKeys] = ()
) -> AsyncIterator[Simulator]:
    config = config or Config()
    further = tuple(Simulator(each, config) for each in branches)
    simulator = Simulator(keys, config, further)
    ticking = asyncio.create_task(simulator.ticking())
    try:
        yield simulator
    finally:
        ticking.cancel()
        await asyncio.wait([ticking])
        for each in simulator.all:
            each.notifier.stop()
            await each.notifier.settled()
