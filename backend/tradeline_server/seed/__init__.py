"""The demo network: one story that documentation, tests in the browser and pictures share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from rich.progress import Progress

from tradeline.kernel import Connection, open_pool
from tradeline.settlement import post_journals
from tradeline_server.cli._terminal import console
from tradeline_server.seed import queries
from tradeline_server.seed.acts import Scene
from tradeline_server.seed.plan import plan
from tradeline_server.seed.playing import play
from tradeline_server.seed.replenishing import plan_replenishment
from tradeline_server.seed.seed import make_world
from tradeline_server.seed.selling import sell
from tradeline_server.seed.statements import make_statements
from tradeline_server.seed.story import HISTORY_DAYS, NETWORK_CODE, logins

__all__ = ["count_demo", "ensure_demo", "has_other_networks"]

POSTED_AT_ONCE = 1_000
# Parts of the work that are no scenes, in scenes that take as long.
WEIGHT_OF_WORLD = 60
WEIGHT_OF_BOOKS = 40


async def ensure_demo(dsn: str) -> Sequence[Mapping[str, str]]:
    """Make the demo network unless it is there, whole or not at all; who may sign in to it.

    `dsn` is the owner's; the key of members is taken up, for consumers are sealed with it. Where
    the network exists, this is one statement, and nothing is changed.
    """
    async with _connection(dsn) as conn:
        if await queries.fetch_network_id(conn, NETWORK_CODE) is None:
            await _make(conn)
    return logins()


async def has_other_networks(dsn: str) -> bool:
    """Whether somebody trades in this database already, beside the demo."""
    async with _connection(dsn) as conn:
        return await queries.fetch_other_networks(conn, NETWORK_CODE)


async def count_demo(dsn: str) -> Mapping[str, int]:
    """How much there is in the demo network, by name; nothing where there is no such network."""
    async with _connection(dsn) as conn:
        network_id = await queries.fetch_network_id(conn, NETWORK_CODE)
        return {} if network_id is None else await queries.count_everything(conn, network_id)


async def _make(conn: Connection) -> None:
    """The other one of two that began at the same moment waits, and finds the network made."""
    scenes = plan()
    total = WEIGHT_OF_WORLD + len(scenes) + WEIGHT_OF_BOOKS
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Telling the demo story …", total=total)

        def advance(steps: int = 1) -> None:
            progress.advance(task, steps)

        async with conn.transaction():
            await queries.lock_seeds(conn)
            if await queries.fetch_network_id(conn, NETWORK_CODE) is None:
                await _tell(conn, scenes, advance)


async def _tell(conn: Connection, scenes: list[Scene], advance: Callable[..., None]) -> None:
    now = await queries.fetch_now(conn)
    world = await make_world(conn, now)
    founded_at = now - timedelta(days=HISTORY_DAYS, hours=12)
    await queries.move_foundation(conn, world.network_id, founded_at)
    advance(WEIGHT_OF_WORLD)
    await play(conn, world, scenes, now, advance)
    await sell(conn, world, now)
    await plan_replenishment(conn, world, now)
    await make_statements(conn, world, now)
    while await post_journals(conn, limit=POSTED_AT_ONCE):
        pass
    await queries.move_journals(conn, world.network_id)
    await queries.analyze(conn)
    advance(WEIGHT_OF_BOOKS)


@asynccontextmanager
async def _connection(dsn: str) -> AsyncIterator[Connection]:
    """The owner's, on which every network is seen."""
    pool = await open_pool(dsn, role=None, max_size=1)
    try:
        async with pool.acquire() as conn:
            yield conn
    finally:
        await pool.close()
