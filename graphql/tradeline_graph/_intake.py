"""Orders that arrive together are placed together: many requests, one unit of work (ADR 0015).

What one caller sees is what `_mutations.perform` would have done for it alone, in order of arrival.
What consumers ask for has doors of its own (`_doors`): a rush on one is not a queue at the other.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

import structlog

from tradeline.kernel import (
    Connection,
    Database,
    Gathering,
    Rejected,
    Stage,
    add_time,
    require_request_id,
)
from tradeline.ordering import LINES_MAX, Order, OrderRequest, RefusedOrder, take_orders
from tradeline_graph._turns import Turns, busy

# What an order costs is its lines and about as much as three of them.
ORDER_WEIGHT = 3
BATCH_WEIGHT_MAX = 512
WAITING_WEIGHT_MAX = 16_000

# Orders that are placed by themselves: others must find a connection to the database, too.
ALONE_AT_ONCE = 6
ALONE_WAITING_MAX = 200

Answer: TypeAlias = Order | int


class Request(Protocol):
    """What comes through a door: it has an id that its sender chose."""

    @property
    def request_id(self) -> str: ...


Asked = TypeVar("Asked", bound=Request)
Made = TypeVar("Made")

log = structlog.get_logger("tradeline.intake")


@dataclass(frozen=True, slots=True)
class _Arrived(Generic[Asked]):
    request: Asked
    at: float
    has_left: Callable[[], bool]


def weight_of(lines: int) -> int:
    """What an order of so many lines costs; of more than an order may have, none is looked at."""
    return ORDER_WEIGHT + (lines if lines <= LINES_MAX else 0)


def stays() -> bool:
    """That of somebody who never leaves."""
    return False


class Intake(ABC, Generic[Asked, Made]):
    """A door that a process's orders of one kind come through, one queue for each network."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._networks: dict[int, Gathering[_Arrived[Asked], Made]] = {}
        self._is_closed = False

    @abstractmethod
    def network_of(self, request: Asked) -> int: ...

    @abstractmethod
    def weigh(self, request: Asked) -> int: ...

    @abstractmethod
    async def take(
        self, conn: Connection, network_id: int, requests: Sequence[Asked]
    ) -> Sequence[Made | Exception]:
        """What comes of each: what it made, or why it is refused."""

    async def place(self, request: Asked, has_left: Callable[[], bool] = stays) -> Made:
        """What it made, or the id of what this request made when it came before. Whoever
        `has_left` when it is their turn is passed over.

        Raises:
            Forbidden, Rejected: as `take` has it; with InvalidValue for a request id that cannot be
                used, with Busy if too many wait already.
        """
        require_request_id(request.request_id)
        network_id = self.network_of(request)
        waiting = self._networks.get(network_id)
        if waiting is None:
            waiting = self._networks[network_id] = Gathering(
                lambda batch: self._answer(network_id, batch),
                weight_max=BATCH_WEIGHT_MAX,
                weigh=lambda arrived: self.weigh(arrived.request),
            )
        if self._is_closed or waiting.weight_waiting >= WAITING_WEIGHT_MAX:
            raise busy(waiting.weight_waiting * waiting.seconds_per_weight)
        return await waiting.add(_Arrived(request, time.perf_counter(), has_left))

    async def close(self) -> None:
        """Take nothing more, and wait until what was taken is answered."""
        self._is_closed = True
        for waiting in self._networks.values():
            await waiting.drained()

    async def _answer(
        self, network_id: int, batch: Sequence[_Arrived[Asked]]
    ) -> Sequence[Made | Exception]:
        now = time.perf_counter()
        for arrived in batch:
            add_time(Stage.WAITING, now - arrived.at)
        gone = [arrived.has_left() for arrived in batch]
        here = [arrived.request for arrived, left in zip(batch, gone, strict=True) if not left]
        answers = iter(await self._answer_all(network_id, here))
        return [busy(0) if left else next(answers) for left in gone]  # which nobody reads

    async def _answer_all(
        self, network_id: int, requests: Sequence[Asked]
    ) -> Sequence[Made | Exception]:
        if not requests:
            return []
        try:
            return await self._take(network_id, requests)
        except Exception:  # a bug of ours, or a lock that broke: who is at fault is alone with it
            if len(requests) == 1:
                raise
            log.exception("orders that failed together go one by one", orders=len(requests))
        return [await self._take_alone(network_id, request) for request in requests]

    async def _take_alone(self, network_id: int, request: Asked) -> Made | Exception:
        try:
            [answer] = await self._take(network_id, [request])
        except Exception as error:
            return error
        return answer

    async def _take(self, network_id: int, requests: Sequence[Asked]) -> Sequence[Made | Exception]:
        """All of them in one unit of work: nobody has an answer before it is committed."""
        async with self._db.unit_of_work(network_id, requests=len(requests)) as conn:
            return await self.take(conn, network_id, requests)


class OrderIntake(Intake[OrderRequest, Answer]):
    """The door for orders on edges; and turns for those that are placed by themselves."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._turns: dict[int, Turns] = {}

    def network_of(self, request: OrderRequest) -> int:
        return request.actor.network_id

    def weigh(self, request: OrderRequest) -> int:
        return weight_of(len(request.order.lines))

    async def take(
        self, conn: Connection, network_id: int, requests: Sequence[OrderRequest]
    ) -> Sequence[Answer | Exception]:
        taken = await take_orders(conn, network_id=network_id, requests=requests)
        return [
            Rejected(found.problems) if isinstance(found, RefusedOrder) else found
            for found in taken
        ]

    @asynccontextmanager
    async def alone(self, network_id: int, has_left: Callable[[], bool]) -> AsyncIterator[None]:
        """A turn for an order that is placed in a unit of work of its own.

        Raises Rejected with Busy, as `place`.
        """
        if self._is_closed:
            raise busy(0)
        if network_id not in self._turns:
            self._turns[network_id] = Turns(at_once=ALONE_AT_ONCE, waiting_max=ALONE_WAITING_MAX)
        async with self._turns[network_id].turn(has_left):
            yield
