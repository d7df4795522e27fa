"""The past of a bench's network: orders of the last weeks, all shipped, received and paid."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from tradeline.kernel import Connection
from tradeline.pricing import PriceLevel, PriceRequest, PriceResolution, price_lines
from tradeline_server.bench.queries import history as queries
from tradeline_server.bench.queries import scene as scene_queries
from tradeline_server.bench.scene import SCARCE_SKUS, TIERS, Progress, Scene, connect, pay
from tradeline_server.web_processes import processes_default

LINES = 2
UNITS = 12
BATCH = 10_000
PRICES_AT_ONCE = 1_000

Item = TypeVar("Item")


async def make_past(dsn: str, scene: Scene, orders: int, tell: Progress) -> None:
    """Write so many orders, as many batches at a time as there are cores."""
    async with contextlib.AsyncExitStack() as stack:
        conns = [
            await stack.enter_async_context(_connection(dsn)) for _ in range(processes_default())
        ]
        first = conns[0]
        await queries.create_shared(first)
        skus = await _freeze_prices(first, scene)
        await queries.insert_edges(first, scene.network_id, scene.edge_ids, TIERS)
        last_obligation_id, last_journal_id = await queries.fetch_last_debts(first)
        past = queries.Past(
            network_id=scene.network_id,
            orders=orders,
            lines=LINES,
            edges=len(scene.edge_ids),
            skus=skus,
            last_obligation_id=last_obligation_id,
            last_journal_id=last_journal_id,
        )
        keys = await queries.drop_foreign_keys(first)
        await _write(conns, past, tell)
        async with first.transaction():
            payments = await queries.finish(first, past)
            await pay(first, scene.network_id, payments)
        tell("Checking what refers to what, and telling the database what its tables hold …")
        await queries.drop_shared(first)
        await queries.add_foreign_keys(first, keys)
        by_table: dict[str, list[queries.ForeignKey]] = {}
        for key in keys:
            by_table.setdefault(key.table, []).append(key)

        async def check(conn: Connection, table: str) -> None:
            await scene_queries.tidy_up(conn, table)
            for key in by_table.get(table, ()):
                await queries.check_foreign_key(conn, key)

        await _side_by_side(conns, queries.WRITTEN, check)
        await scene_queries.checkpoint(first)


async def _freeze_prices(conn: Connection, scene: Scene) -> list[int]:
    """What each tier pays for each SKU, as the resolver tells it; of how many SKUs, by tier. A
    contract's prices are one edge's own, so past orders do without its SKUs."""
    frozen = [0] * TIERS
    base_ids = await scene_queries.fetch_packs(conn, scene.network_id, "EA")
    for position, edge_id in enumerate(scene.edge_ids[:TIERS], start=1):
        found: list[tuple[int, PriceResolution]] = []
        for start in range(SCARCE_SKUS, len(scene.sku_ids), PRICES_AT_ONCE):
            part = slice(start, start + PRICES_AT_ONCE)
            requests = [
                PriceRequest(
                    relationship_id=edge_id,
                    sku_id=sku_id,
                    pack_id=base_id,
                    pack_units=1,
                    pack_quantity=UNITS,
                )
                for sku_id, base_id in zip(scene.sku_ids[part], base_ids[part], strict=True)
            ]
            prices = await price_lines(conn, network_id=scene.network_id, requests=requests)
            found += zip(scene.sku_ids[part], prices, strict=True)
        common = [
            (sku_id, price)
            for sku_id, price in found
            if price.price is not None and price.price.level is not PriceLevel.CONTRACT
        ]
        await queries.insert_prices(conn, scene.network_id, position % TIERS, common)
        frozen[position % TIERS] = len(common)
    return frozen


async def _write(conns: Sequence[Connection], past: queries.Past, tell: Progress) -> None:
    batches = [
        range(first, min(first + BATCH, past.orders + 1))
        for first in range(1, past.orders + 1, BATCH)
    ]
    done = 0

    async def write(conn: Connection, numbers: range) -> None:
        nonlocal done
        async with conn.transaction():
            await queries.insert_orders(conn, past, numbers)
        done += len(numbers)
        tell(f"Making history: {done:,} of {past.orders:,} orders")

    await _side_by_side(conns, batches, write)


async def _side_by_side(
    conns: Sequence[Connection],
    items: Sequence[Item],
    do: Callable[[Connection, Item], Awaitable[None]],
) -> None:
    """On each connection one item after another, in their order."""
    waiting = iter(items)

    async def work(conn: Connection) -> None:
        for item in waiting:
            await do(conn, item)

    async with asyncio.TaskGroup() as group:
        for conn in conns:
            group.create_task(work(conn))


@contextlib.asynccontextmanager
async def _connection(dsn: str) -> AsyncIterator[Connection]:
    conn = await connect(dsn)
    try:
        await queries.create_own(conn)
        yield conn
    finally:
        await conn.close()
