"""Promises of goods, pegged whenever somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tradeline.catalog import load_compositions
from tradeline.kernel import Connection, trade_day
from tradeline.replenishment.promises import UNKNOWN, Goods, Promise, peg, promise_bundle
from tradeline.replenishment.queries import promises as queries


async def promises(
    conn: Connection, *, network_id: int, pairs: Sequence[Goods], today: date | None = None
) -> dict[Goods, Promise]:
    """What each organization can promise of each SKU: pairs (org_id, sku_id), two statements.
    `today` is for those who go on to count by the same day, though midnight passes.

    For modules above and other use cases, which decide how much of it who asks may see.
    """
    if not pairs:
        return {}
    bundles = await load_compositions(
        conn, network_id=network_id, sku_ids=sorted({sku_id for _, sku_id in pairs})
    )
    goods = sorted(
        {
            (org_id, part_id)
            for org_id, sku_id in pairs
            for part_id in bundles.get(sku_id, {sku_id: 1})
        }
    )
    supplies, demands = await queries.fetch_goods(conn, network_id, goods, today or trade_day())
    pegged = {
        key: peg(supplies[key], demands.get(key, ())) if key in supplies else UNKNOWN
        for key in goods
    }
    found: dict[Goods, Promise] = {}
    for org_id, sku_id in pairs:
        parts = bundles.get(sku_id)
        if parts is None:
            found[org_id, sku_id] = pegged[org_id, sku_id]
        else:
            found[org_id, sku_id] = promise_bundle(
                [(pegged[org_id, part_id], each) for part_id, each in parts.items()]
            )
    return found
