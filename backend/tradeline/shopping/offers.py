"""What a store offers, and how much of it. Pure; a look, not a promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tradeline.channels import Store
from tradeline.inventory import Stock
from tradeline.shopping.judging import Market
from tradeline.shopping.model import Cart, StoreOffer
from tradeline.shopping.prices import reach_of, retail_price
from tradeline.sourcing import Rules


@dataclass(frozen=True, slots=True)
class FilledCart:
    """A cart as it stands, and what the store offers of what is in it, by SKU: None for what is not
    on sale. What somebody else has put in at the same moment was not looked at, and is absent."""

    cart: Cart
    offers: Mapping[int, StoreOffer | None]


def offers_of(
    market: Market, store_id: int, sku_ids: Iterable[int]
) -> dict[int, StoreOffer | None]:
    """Of some SKUs, what the store sells now; None for what is not for sale."""
    store = market.stores.get(store_id)
    return {
        sku_id: None if store is None else offer_of(market, store, sku_id) for sku_id in sku_ids
    }


def offer_of(market: Market, store: Store, sku_id: int) -> StoreOffer | None:
    """A SKU at the store's price; None while it is not for sale there: nobody lists it, it is off
    the market, has no price, or neither stands in the store nor may be had from its seller."""
    sku, listing = market.skus.get(sku_id), market.listings.get((store.id, sku_id))
    if sku is None or not sku.is_whole or listing is None or not listing.is_listed:
        return None
    price = retail_price(listing, store, sku, market.prices)
    if price is None:
        return None
    reach = reach_of(store, sku, 1, market.prices)
    available = sum(
        _standing(market.stock, market.rules_of(store), store, tier, sku_id)
        for tier in range(reach + 1)
    )
    if not reach and not available:
        return None
    sources = tuple(tier.org_id for tier in store.tiers[: reach + 1])
    return StoreOffer(sku_id, price, available, listing.limit_per_order, sources)


def _standing(stock: Stock, rules: Rules, store: Store, tier: int, sku_id: int) -> int:
    """What of a SKU may be given out of a tier's warehouses: what is kept back stays there."""
    parts = stock.components(sku_id) or {sku_id: 1}
    units = 0
    for place in stock.places(store.tiers[tier].org_id):
        safety = rules.safety(tier, place.warehouse_id)
        units += min(
            max(stock.free(place.warehouse_id, part) - safety, 0) // each
            for part, each in parts.items()
        )
    quota = rules.left_of(tier)
    return units if quota is None else min(units, quota)
