"""The stores of the story sell what they may buy, above what it costs them."""

from __future__ import annotations

from decimal import Decimal

from tradeline_server.seed import prices, stores, story
from tradeline_server.seed.goods import select
from tradeline_server.seed.plan import assortments_of

EDGES = {edge.ends: edge for edge in story.EDGES}


def test_every_route_goes_up_edges_of_the_story_by_the_sellers_first_entity() -> None:
    for store in stores.STORES:
        tiers = (store.org, *store.supply)
        edges = [EDGES[seller, buyer] for buyer, seller in zip(tiers, store.supply, strict=False)]
        assert store.collector in tiers
        assert [edge.seller_entity for edge in edges] == [None] * len(edges)


def test_stores_list_some_dozens_of_skus_that_they_may_buy() -> None:
    listed = 0
    for store in stores.STORES:
        edge = EDGES[store.supply[0], store.org]
        offered = {sku.code for found in assortments_of(edge) for sku in select(found.selections)}
        codes = [sku.code for sku, _ in stores.listed_in(store)]
        assert len(codes) == len(set(codes))
        assert set(codes) <= offered
        listed += len(codes)
    assert listed >= 60


def test_no_store_sells_below_what_any_list_asks_of_it() -> None:
    for store in stores.STORES:
        bought = [
            price_list
            for price_list in prices.PRICE_LISTS
            if price_list.seller == store.supply[0]
            and (store.org in price_list.buyers or price_list.level == "base")
        ]
        costs: dict[str, Decimal] = {}
        for price_list in bought:
            for sku, _, price in prices.prices_of(price_list):
                costs[sku.code] = max(price, costs.get(sku.code, Decimal(0)))
        for sku, price in stores.listed_in(store):
            assert sku.code in costs, sku
            assert price is None or price > costs[sku.code] * Decimal("1.2"), sku
        assert store.markup_bp > 0


def test_links_lead_into_stores_to_what_they_list() -> None:
    by_code = {store.code: store for store in stores.STORES}
    for link in stores.LINKS:
        listed = {sku.code for sku, _ in stores.listed_in(by_code[link.store])}
        assert link.sku is None or link.sku in listed


def test_whoever_collects_has_a_merchant_of_its_own() -> None:
    merchants = dict(stores.MERCHANTS)
    assert {store.collector for store in stores.STORES} <= set(merchants)
    assert len(set(merchants.values())) == len(merchants)
