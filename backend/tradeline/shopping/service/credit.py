"""What stores list below what they pay themselves: to be told to them, not to be refused."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Actor, Connection, Permission
from tradeline.shopping.prices import cost_of, retail_price
from tradeline.shopping.service.loading import load_stores


async def listings_below_cost(
    conn: Connection, *, actor: Actor, pairs: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Those of the pairs (store, SKU) of the organization's own stores that are sold for less than
    the store's first edge asks for one. They sell as far as the credit there goes.

    Raises Forbidden without `store:read`.
    """
    actor.require(Permission.STORE_READ)
    store_ids = sorted({store_id for store_id, _ in pairs})
    market, _ = await load_stores(conn, actor.network_id, store_ids, pairs)
    found = set()
    for store_id, sku_id in pairs:
        store, sku = market.stores.get(store_id), market.skus.get(sku_id)
        listing = market.listings.get((store_id, sku_id))
        if store is None or store.org_id != actor.org_id or len(store.tiers) == 1:
            continue
        if sku is None or listing is None:
            continue
        price = retail_price(listing, store, sku, market.prices)
        cost = cost_of(store, 1, sku, 1, market.prices)
        if price is not None and cost is not None and price.amount < cost.unit_price:
            found.add((store_id, sku_id))
    return found
