"""How the load generator keeps to a rate: what is due does not wait for what was asked before."""

import asyncio
import itertools
import statistics
from typing import Any

import msgspec
import pytest

from tradeline_server.bench.load import Buyers, Dealer, Task, moments

ANSWER_SECONDS = 0.05
ORDER = {"id": "1", "number": "SO1", "state": "to_ship", "amount": {"amount": "1.00"}}


def task(**more: Any) -> Task:
    dealer = Dealer(client_id="dealer", secret="secret", relationship_id="edge")
    values: dict[str, Any] = {
        "kind": "orders",
        "host": "127.0.0.1",
        "port": 1,
        "dealers": [dealer],
        "brand": Dealer(client_id="brand", secret="secret", relationship_id=""),
        "sku_ids": [f"sku{number}" for number in range(30)],
        "case_ids": [f"case{number}" for number in range(30)],
        "scarce": 5,
        "hot": None,
        "lines": 1,
        "region": "CN-ZJ",
        "concurrency": 2,
        "warm_up_seconds": 0.2,
        "seconds": 0.8,
        "run": "run",
        "seed": 4,
    }
    return Task(**{**values, **more})


async def offered_to_a_slow_server(rate: int, concurrency: int) -> Buyers:
    """Every order is answered after ANSWER_SECONDS, on each connection one after the other."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            answer: dict[str, Any] = {"access_token": "token"}
            if b"/graphql" in head:
                await asyncio.sleep(ANSWER_SECONDS)
                answer = {"data": {"orderPlace": {"order": ORDER, "errors": []}}}
            body = msgspec.json.encode(answer)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        buyers = Buyers(task(port=port, rate=rate, concurrency=concurrency))
        await buyers.work()
        return buyers


def test_arrivals_are_the_same_each_time_and_as_many_as_the_rate() -> None:
    a_minute = task(rate=6_000, warm_up_seconds=0, seconds=60)
    due = list(moments(a_minute))

    assert due == list(moments(a_minute)) == sorted(due)
    assert len(due) == pytest.approx(6_000, rel=0.05)
    assert due[-1] < 60
    gaps = [after - before for before, after in itertools.pairwise(due)]
    assert max(gaps) > 4 / 100  # by chance, not by the clock
    assert list(moments(task(rate=None))) == []


async def test_what_is_due_is_sent_whatever_has_not_been_answered() -> None:
    outcome = (await offered_to_a_slow_server(rate=1_200, concurrency=50)).outcome

    assert outcome.errors == 0, outcome.faults
    assert len(outcome.latencies_ms) == len(outcome.late_ms) > 5
    assert statistics.median(outcome.late_ms) < 1_000 * ANSWER_SECONDS
    assert statistics.median(outcome.latencies_ms) < 2_000 * ANSWER_SECONDS


async def test_what_is_sent_late_has_waited_since_it_was_due() -> None:
    """One connection answers twenty orders a second: of forty a second half wait ever longer."""
    outcome = (await offered_to_a_slow_server(rate=2_400, concurrency=1)).outcome

    assert outcome.errors == 0, outcome.faults
    assert outcome.accepted < len(outcome.latencies_ms)  # answered, but after the time was over
    assert max(outcome.late_ms) > 300
    assert max(outcome.latencies_ms) > max(outcome.late_ms)
