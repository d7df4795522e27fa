"""The load generator, a process of its own: `python -m tradeline_server.bench.load`.

It reads its task from the standard input, signs the dealers in, keeps so many requests under way
for so long, or sends them when they are due, and writes what came of it to the standard output.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
import uvloop

from tradeline_server.bench.wire import ConnectionBroken, Line, head

SIGNING_IN_AT_ONCE = 16
DRAIN_SECONDS_MAX = 60.0
RETRY_SECONDS = 0.2
IDLE_SECONDS = 0.1
FAULTS_TOLD_MAX = 5
SHIPPED_OF_HUNDRED = 1
SCARCE_OF_HUNDRED = 5
ORDERS_PREPARED = 10_000
LINES_PREPARED_MAX = 200_000
UNITS = 12
PAGE = 50
PAGES_WALKED = 4

LATE_SECONDS_MAX = 30.0

# When it was sent, or due, when it was answered, and with what.
Answer = tuple[float, float, bytes]
# Asks on that connection what has been due since then.
Ask = Callable[[Line, float], Awaitable[None]]

# Refusals, which are data, begin with their type.
TOP_LEVEL_ERRORS = b'"errors":[{"message"'

PLACE = (
    "mutation Place($input: OrderPlaceInput!) { orderPlace(input: $input) { "
    "order { id number state amount { amount currency } } "
    "errors { __typename ... on Problem { message path } } } }"
)
SHIP = (
    "mutation Ship($input: OrderShipInput!) { orderShip(input: $input) { "
    "shipment { id } errors { __typename ... on Problem { message path } } } }"
)
BROWSE = (
    "query Browse($first: Int!, $after: String) { offers(first: $first, after: $after) { "
    "edges { node { quantityMinimum quantityStep available "
    "sku { id code name baseUnit } "
    "price { unitPrice currency amount { amount currency } } } } "
    "pageInfo { hasNextPage endCursor } } }"
)


class Dealer(msgspec.Struct, frozen=True):
    client_id: str
    secret: str
    relationship_id: str


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """Where to ask, for how long, and on how many connections. The run's name keeps its request
    ids apart from others'."""

    host: str
    port: int
    concurrency: int
    warm_up_seconds: float
    seconds: float
    run: str
    seed: int


class Task(Errand, frozen=True, kw_only=True):
    """What to do; ids are the graph's. The first `scarce` SKUs run out, and `hot` is the position
    of the one that everybody wants. `rate` orders a minute are due, whatever becomes of those
    before; else each connection asks again once it has its answer."""

    kind: str
    dealers: list[Dealer]
    brand: Dealer
    sku_ids: list[str]
    case_ids: list[str]
    scarce: int
    hot: int | None
    lines: int
    rate: int | None = None
    region: str


class Outcome(msgspec.Struct, kw_only=True):
    """What came of it. Counts and `latencies_ms` are of what was answered between `began` and
    `ended`, seconds since the epoch; `acknowledged` and `faults` are of the whole run.

    `acknowledged` holds number and minor units of each order that a dealer was told it has. At a
    rate, `latencies_ms` and `late_ms` are of all that were due between the two, and count from
    when they were: to their answers, and to when they were sent.
    """

    began: float = 0.0
    ended: float = 0.0
    accepted: int = 0
    refused: int = 0
    errors: int = 0
    shipped: int = 0
    late_ms: list[float] = msgspec.field(default_factory=list)
    latencies_ms: list[float] = msgspec.field(default_factory=list)
    acknowledged: list[tuple[str, int]] = msgspec.field(default_factory=list)
    refusals: dict[str, int] = msgspec.field(default_factory=dict)
    faults: list[str] = msgspec.field(default_factory=list)


async def now() -> float:
    return time.time()


class Crowd:
    """Whoever asks, and the connections on which they do."""

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.outcome = Outcome()

    async def run(self, *asking: Coroutine[Any, Any, None]) -> None:
        """Let them ask until the time is over and what is under way has its answer."""
        begins = time.time() + self.errand.warm_up_seconds
        self.outcome.began, self.outcome.ended = begins, begins + self.errand.seconds
        lasts = self.errand.warm_up_seconds + self.errand.seconds
        await asyncio.wait_for(asyncio.gather(*asking), lasts + DRAIN_SECONDS_MAX)

    def is_over(self) -> bool:
        return time.time() >= self.outcome.ended

    async def keep_asking(
        self, ask: Ask, is_over: Callable[[], bool], turn: Callable[[], Awaitable[float]] = now
    ) -> None:
        """On one connection, one request after another, each at its turn; on a new one when it
        breaks, or was closed for nothing was asked on it."""
        line: Line | None = None
        while not is_over():
            due = await turn()
            try:
                if line is None or line.is_closed:
                    line = await Line.open(self.errand.host, self.errand.port)
                await ask(line, due)
            except (ConnectionBroken, OSError) as error:
                self.fault(str(error))
                line = None
                await asyncio.sleep(RETRY_SECONDS)
        if line is not None:
            line.close()

    async def exchange(self, line: Line, request: bytes, due: float) -> Answer | None:
        """A good answer; anything else is a fault and counts as an error."""
        status, body = await line.ask(request)
        answered = time.time()
        if status != 200 or TOP_LEVEL_ERRORS in body:
            self.fault(f"{status} {body[:300].decode(errors='replace')}")
            return None
        return due, answered, body

    def fault(self, message: str) -> None:
        self.outcome.errors += 1
        if len(self.outcome.faults) < FAULTS_TOLD_MAX:
            self.outcome.faults.append(message)

    def is_counted(self, moment: float) -> bool:
        return self.outcome.began <= moment < self.outcome.ended


class Dealers(Crowd):
    """Dealers with their tokens."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.task = task
        self.tokens: dict[str, str] = {}

    async def sign_in(self) -> None:
        """Every dealer and the brand, as any machine does it."""
        waiting = iter([*self.task.dealers, self.task.brand])

        async def next_ones() -> None:
            line = await Line.open(self.task.host, self.task.port)
            for dealer in waiting:
                self.tokens[dealer.client_id] = await self._token(line, dealer)
            line.close()

        await asyncio.gather(*(next_ones() for _ in range(SIGNING_IN_AT_ONCE)))

    async def _token(self, line: Line, dealer: Dealer) -> str:
        form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": dealer.client_id,
                "client_secret": dealer.secret,
            }
        ).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        start = head("POST /oauth/token", self.task.host, self.task.port, headers)
        status, body = await line.ask(start + b"%d\r\n\r\n" % len(form) + form)
        if status != 200:
            raise ConnectionBroken(f"signing in was answered with {status}: {body[:200]!r}")
        token: str = msgspec.json.decode(body)["access_token"]
        return token

    def head_for(self, client_id: str) -> bytes:
        headers = {
            "Authorization": f"Bearer {self.tokens[client_id]}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        return head("POST /graphql", self.task.host, self.task.port, headers)


def moments(task: Task) -> Iterator[float]:
    """When orders are due, seconds from the beginning: at random, as callers come who know nothing
    of one another, so many a minute on the average. The same task has the same ones."""
    if task.rate is None:
        return
    chance = random.Random(task.seed)
    lasts = task.warm_up_seconds + task.seconds
    moment = chance.expovariate(task.rate / 60)
    while moment < lasts:
        yield moment
        moment += chance.expovariate(task.rate / 60)


class Buyers(Dealers):
    """Dealers who order, and the brand, which ships one order in a hundred at once."""

    async def work(self) -> Outcome:
        await self.sign_in()
        random.seed(self.task.seed)
        self._orders = itertools.cycle(list(self._prepare()))
        self._number = itertools.count()
        self._answers: list[Answer] = []
        self._to_ship: asyncio.Queue[str] = asyncio.Queue()
        self._moments = deque(moments(self.task))
        buyers = (
            self.keep_asking(self._order, self.is_over)
            if self.task.rate is None
            else self.keep_asking(self._order, self._is_late_or_done, self._turn)
            for _ in range(self.task.concurrency)
        )
        await self.run(*buyers, self.keep_asking(self._ship, self._is_all_shipped))
        for _ in self._moments:
            self.fault("An order was due and never sent: the system is far behind the rate.")
        self._tell()
        return self.outcome

    async def _turn(self) -> float:
        """Wait for the next order that is due. It may be so already if no connection was free."""
        due = self.outcome.began - self.task.warm_up_seconds + self._moments.popleft()
        await asyncio.sleep(due - time.time())
        if self.is_counted(due):
            self.outcome.late_ms.append((time.time() - due) * 1000)
        return due

    def _is_late_or_done(self) -> bool:
        return not self._moments or time.time() >= self.outcome.ended + LATE_SECONDS_MAX

    def _prepare(self) -> Iterator[tuple[bytes, bytes]]:
        """Requests without their number, which all have equally many digits."""
        count = max(
            self.task.concurrency, min(ORDERS_PREPARED, LINES_PREPARED_MAX // self.task.lines)
        )
        heads = [
            (dealer.relationship_id, self.head_for(dealer.client_id))
            for dealer in self.task.dealers
        ]
        for number in range(count):
            relationship_id, start = random.choice(heads)
            wants_scarce = number * SCARCE_OF_HUNDRED % 100 < SCARCE_OF_HUNDRED
            order = {
                "relationshipId": relationship_id,
                "lines": [self._line(sku) for sku in self._choose(wants_scarce)],
                "shipToRegion": self.task.region,
            }
            variables = msgspec.json.encode({"input": order}).replace(
                b'{"input":{', b'{"input":{"requestId":"%s-' % self.task.run.encode(), 1
            )
            at = variables.index(b"-") + 1
            before = b'{"query":%s,"variables":%s' % (msgspec.json.encode(PLACE), variables[:at])
            after = b'",' + variables[at:] + b"}"
            length = len(before) + 10 + len(after)
            yield start + b"%d\r\n\r\n" % length + before, after

    def _choose(self, wants_scarce: bool) -> list[int]:
        """Positions of different SKUs, as long as there are enough."""
        plenty = range(self.task.scarce, len(self.task.sku_ids))
        lines = self.task.lines
        chosen = (
            random.sample(plenty, lines)
            if lines <= len(plenty)
            else [random.choice(plenty) for _ in range(lines)]
        )
        if self.task.hot is not None:
            chosen = [self.task.hot, *(sku for sku in chosen if sku != self.task.hot)][:lines]
        elif wants_scarce:
            chosen[-1] = random.randrange(self.task.scarce)
        return chosen

    def _line(self, sku: int) -> dict[str, object]:
        """Every second SKU by the case: as many units."""
        line: dict[str, object] = {"skuId": self.task.sku_ids[sku], "quantity": UNITS}
        if sku % 2:
            line |= {"packId": self.task.case_ids[sku], "quantity": 1}
        return line

    async def _order(self, line: Line, due: float) -> None:
        before, after = next(self._orders)
        number = next(self._number)
        answer = await self.exchange(line, before + b"%010d" % number + after, due)
        if answer is None:
            return
        self._answers.append(answer)
        # The second of a hundred: the first wants what has run out.
        if (number - 1) * SHIPPED_OF_HUNDRED % 100 < SHIPPED_OF_HUNDRED:
            order = msgspec.json.decode(answer[2])["data"]["orderPlace"]["order"]
            if order is not None:
                self._to_ship.put_nowait(order["id"])

    async def _ship(self, line: Line, _due: float) -> None:
        try:
            order_id = await asyncio.wait_for(self._to_ship.get(), IDLE_SECONDS)
        except TimeoutError:
            return
        values = {"requestId": f"{self.task.run}-ship-{order_id}", "orderId": order_id}
        body = msgspec.json.encode({"query": SHIP, "variables": {"input": values}})
        start = self.head_for(self.task.brand.client_id)
        _, answer = await line.ask(start + b"%d\r\n\r\n" % len(body) + body)
        if b'"errors":[]' in answer:
            self.outcome.shipped += 1
        else:
            self.fault(answer[:300].decode(errors="replace"))

    def _is_all_shipped(self) -> bool:
        return self.is_over() and self._to_ship.empty()

    def _tell(self) -> None:
        """Read the answers, now that it costs nobody time."""
        outcome = self.outcome
        refusals: Counter[str] = Counter()
        for sent, answered, body in self._answers:
            payload: dict[str, Any] = msgspec.json.decode(body)["data"]["orderPlace"]
            order = payload["order"]
            counted = self.is_counted(answered)
            timed = counted if self.task.rate is None else self.is_counted(sent)
            if order is None:
                outcome.refused += counted
                for kind in {problem["__typename"] for problem in payload["errors"]}:
                    refusals[kind] += counted
                continue
            minor = int(Decimal(order["amount"]["amount"]) * 100)  # the bench trades in yuan
            outcome.acknowledged.append((order["number"], minor))
            outcome.accepted += counted
            if timed:
                outcome.latencies_ms.append((answered - sent) * 1000)
        outcome.refusals = dict(refusals)


class Readers(Dealers):
    """Dealers who leaf through what they may buy, each from the first page on. A page that is not
    full of prices counts as refused."""

    async def work(self) -> Outcome:
        await self.sign_in()
        random.seed(self.task.seed)
        self._heads = [self.head_for(dealer.client_id) for dealer in self.task.dealers]
        readers = [self.keep_asking(self._leaf, self.is_over) for _ in range(self.task.concurrency)]
        await self.run(*readers)
        return self.outcome

    async def _leaf(self, line: Line, _due: float) -> None:
        start = random.choice(self._heads)
        after: str | None = None
        for _ in range(PAGES_WALKED):
            asked = {"query": BROWSE, "variables": {"first": PAGE, "after": after}}
            body = msgspec.json.encode(asked)
            request = start + b"%d\r\n\r\n" % len(body) + body
            answer = await self.exchange(line, request, time.time())
            if answer is None:
                return
            page = self._read(answer)
            if self.is_over() or not page["hasNextPage"]:
                return
            after = page["endCursor"]

    def _read(self, answer: Answer) -> dict[str, Any]:
        """Count the page; where it ends."""
        sent, answered, body = answer
        offers: dict[str, Any] = msgspec.json.decode(body)["data"]["offers"]
        info: dict[str, Any] = offers["pageInfo"]
        edges = offers["edges"]
        is_full = len(edges) == PAGE or not info["hasNextPage"]
        if self.is_counted(answered):
            if is_full and all(edge["node"]["price"]["amount"] for edge in edges):
                self.outcome.accepted += 1
                self.outcome.latencies_ms.append((answered - sent) * 1000)
            else:
                self.outcome.refused += 1
        return info


CROWDS: dict[str, type[Buyers | Readers]] = {"orders": Buyers, "catalog": Readers}


def main() -> None:
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    outcome = uvloop.run(CROWDS[task.kind](task).work())
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
