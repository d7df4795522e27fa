"""What can be promised of goods, for whatever shows some of it."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline import replenishment
from tradeline.kernel import Actor, Connection, Shopper
from tradeline_graph._context import Info
from tradeline_graph._loaders import Loader


def promises_of(info: Info) -> Loader[tuple[int, int], replenishment.Promise]:
    """By whose goods, and which: (organization, SKU)."""
    return info.context.loader("promise", _promises)


async def load_promise(info: Info, org_id: int, sku_id: int) -> replenishment.Promise:
    """What an organization can promise of a SKU. Who is shown what of it, the field decides."""
    return await promises_of(info).load((org_id, sku_id))


async def _promises(
    conn: Connection, asker: Actor | Shopper, pairs: list[tuple[int, int]]
) -> Sequence[replenishment.Promise]:
    found = await replenishment.promises(conn, network_id=asker.network_id, pairs=pairs)
    return [found[pair] for pair in pairs]
