"""What takes long is done beside the worker's turns."""

from __future__ import annotations

import asyncio
import time

from tradeline.kernel import Connection, Pool
from tradeline_server.behind import Behind


class Slow:
    """Counts to a batch each time that it is let; `left` full batches, then one that is not."""

    def __init__(self, left: int = 0) -> None:
        self.begun = self.done = 0
        self.left = left
        self.may_end = asyncio.Event()

    async def __call__(self, conn: Connection, *, limit: int) -> int:
        self.begun += 1
        await self.may_end.wait()
        await conn.execute("SELECT 1")
        self.done += 1
        self.left -= 1
        return limit if self.left >= 0 else 0


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0.01)


async def test_the_turns_go_on_and_it_is_begun_once(owner_pool: Pool) -> None:
    work = Slow(left=2)
    behind = Behind("slow", owner_pool, work)
    async with owner_pool.acquire() as conn:
        for _ in range(3):
            assert await behind.run(conn, limit=500) == 0
            await settled()
        assert (work.begun, work.done) == (1, 0)

        work.may_end.set()
        await settled()
        assert work.done == 3, "it goes on while batches are full"
        await behind.run(conn, limit=500)
        await settled()
    assert work.done == 4
    await behind.close()


async def test_one_that_fails_is_begun_again(owner_pool: Pool) -> None:
    begun = 0

    async def broken(conn: Connection, *, limit: int) -> int:
        nonlocal begun
        begun += 1
        raise ValueError("no")

    behind = Behind("broken", owner_pool, broken)
    async with owner_pool.acquire() as conn:
        for _ in range(2):
            await behind.run(conn, limit=500)
            await settled()
    assert begun == 2
    await behind.close()


async def test_a_batch_that_does_not_end_is_broken_off_with_the_worker(owner_pool: Pool) -> None:
    begun = asyncio.Event()

    async def endless(conn: Connection, *, limit: int) -> int:
        async with conn.transaction():
            begun.set()
            await conn.execute("SELECT pg_sleep(60)")
        return limit

    behind = Behind("endless", owner_pool, endless)
    async with owner_pool.acquire() as conn:
        await behind.run(conn, limit=500)
        await asyncio.wait_for(begun.wait(), 5)
    since = time.monotonic()
    await behind.close()
    assert time.monotonic() - since < 20
    await Behind("never begun", owner_pool, endless).close()
