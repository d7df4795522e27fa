"""Everything that judging orders needs: locked, to place them, or only looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradeline.catalog import load_sellable, load_traded
from tradeline.channels import (
    load_freight,
    load_listings,
    stores_by_ids,
)
from tradeline.inventory import Stock, load_stock, lock_stock
from tradeline.kernel import Connection
from tradeline.marketing import CouponTerms, load_coupons, lock_coupons
from tradeline.members import load_sealed_addresses, survivor_ids
from tradeline.pricing import load_sheets
from tradeline.settlement import load_exposures, lock_exposures
from tradeline.shopping.credit import tight_edges
from tradeline.shopping.judging import Market
from tradeline.shopping.model import Cart, NewConsumerOrder
from tradeline.shopping.prices import EdgePrices, retail_price, total_of
from tradeline.shopping.queries.placing import count_unpaid_orders
from tradeline.shopping.service.cashiers import Cashiers, load_cashiers
from tradeline.sourcing import load_rules, lock_rules, rules_owner


async def load_market(
    conn: Connection,
    network_id: int,
    carts: Mapping[int, Cart],
    asked: Sequence[tuple[int, NewConsumerOrder]],
    *,
    is_locked: bool,
) -> tuple[Market, Cashiers]:
    """A fixed number of statements for any number of orders, each by the member who asks for it.

    With `is_locked`, coupons are locked first, then quotas, the edges of what might come to
    nothing or below cost, and stock levels, until the unit of work ends. Without, nothing is
    locked, and nothing may be stored of what was judged on it.
    """
    orders = [(member_id, order) for member_id, order in asked if order.cart_id in carts]
    wanted = {(cart.store_id, line.sku_id) for cart in carts.values() for line in cart.lines}
    store_ids = sorted({cart.store_id for cart in carts.values()})
    market, cashiers = await load_stores(conn, network_id, store_ids, sorted(wanted))
    freight = await load_freight(conn, network_id=network_id, store_ids=store_ids)
    addresses = await load_sealed_addresses(
        conn,
        network_id=network_id,
        wanted=[(id, order.address_id) for id, order in orders if order.address_id is not None],
    )
    coupons = await _load_coupons(conn, network_id, orders, is_locked=is_locked)
    owners = {rules_owner(store) for store in market.stores.values()}
    read_rules = lock_rules if is_locked else load_rules
    rules = await read_rules(conn, network_id=network_id, org_ids=owners)
    market = replace(
        market, carts=carts, freight=freight, addresses=addresses, coupons=coupons, rules=rules
    )
    credit = await _load_credit(conn, network_id, orders, market, is_locked=is_locked)
    stock = await _load_stock(conn, network_id, market, wanted, is_locked=is_locked)
    return replace(market, stock=stock, credit=credit), cashiers


async def count_unpaid(
    conn: Connection, network_id: int, families: Mapping[int, Sequence[int]]
) -> dict[int, int]:
    """How many orders of each of some members wait to be paid, over all whom they have been."""
    everybody = sorted({id for family in families.values() for id in family})
    found = await count_unpaid_orders(conn, network_id, everybody)
    return {id: sum(found.get(one, 0) for one in family) for id, family in families.items()}


async def load_shelves(
    conn: Connection, network_id: int, store_ids: Sequence[int], wanted: Sequence[tuple[int, int]]
) -> Market:
    """What stores offer of the pairs (store, SKU), and how much of it: for looking, not locked."""
    market, _ = await load_stores(conn, network_id, store_ids, wanted)
    owners = {rules_owner(store) for store in market.stores.values()}
    rules = await load_rules(conn, network_id=network_id, org_ids=sorted(owners))
    stock = await _load_stock(conn, network_id, market, set(wanted), is_locked=False)
    return replace(market, stock=stock, rules=rules)


async def load_stores(
    conn: Connection, network_id: int, store_ids: Sequence[int], wanted: Sequence[tuple[int, int]]
) -> tuple[Market, Cashiers]:
    """What stores sell of the pairs (store, SKU), and at which prices: a market without stock."""
    market = await load_listed(conn, network_id, store_ids, wanted)
    stores, skus = market.stores, market.skus
    pairs = sorted(
        {
            (tier.relationship_id, sku_id)
            for store_id, sku_id in wanted
            if store_id in stores and sku_id in skus
            for tier in stores[store_id].tiers
            if tier.relationship_id is not None
        }
    )
    traded = await load_traded(conn, network_id=network_id, pairs=pairs)
    sheets = await load_sheets(conn, network_id=network_id, pairs=sorted(traded))
    cashiers = await load_cashiers(conn, network_id, stores.values())
    collectable = frozenset(id for id, store in stores.items() if cashiers.can_take(store))
    prices = EdgePrices(sheets, frozenset(traded))
    return replace(market, prices=prices, collectable=collectable), cashiers


async def load_listed(
    conn: Connection, network_id: int, store_ids: Sequence[int], wanted: Sequence[tuple[int, int]]
) -> Market:
    """What stores list of the pairs (store, SKU): a market without prices and stock."""
    skus = sorted({sku_id for _, sku_id in wanted})
    return Market(
        carts={},
        stores=await stores_by_ids(conn, network_id=network_id, ids=store_ids),
        listings=await load_listings(conn, network_id=network_id, pairs=wanted),
        skus=await load_sellable(conn, network_id=network_id, sku_ids=skus),
        prices=EdgePrices({}, frozenset()),
        freight={},
        addresses={},
        coupons={},
        stock=Stock(()),
        rules={},
        collectable=frozenset(),
    )


async def _load_coupons(
    conn: Connection,
    network_id: int,
    orders: Sequence[tuple[int, NewConsumerOrder]],
    *,
    is_locked: bool,
) -> dict[tuple[int, int], CouponTerms]:
    """By (member who asks, coupon), where it is theirs or one's who was merged into them."""
    ids = {order.coupon_id for _, order in orders if order.coupon_id is not None}
    read = lock_coupons if is_locked else load_coupons
    found = await read(conn, network_id=network_id, coupon_ids=sorted(ids))
    asking = {
        (member_id, order.coupon_id): found[order.coupon_id]
        for member_id, order in orders
        if order.coupon_id is not None and order.coupon_id in found
    }
    others = {terms.member_id for (id, _), terms in asking.items() if terms.member_id != id}
    survivors = await survivor_ids(conn, network_id, others) if others else {}
    return {
        (id, coupon_id): terms
        for (id, coupon_id), terms in asking.items()
        if survivors.get(terms.member_id, terms.member_id) == id
    }


async def _load_credit(
    conn: Connection,
    network_id: int,
    orders: Sequence[tuple[int, NewConsumerOrder]],
    market: Market,
    *,
    is_locked: bool,
) -> dict[int, int]:
    """What is free on the edges that might have to lend for a sale.

    They are locked before stock is, and so are those of orders that come to nothing: these are paid
    at once, and their debts arise. What costs nothing but its freight is locked too, which does no
    harm.
    """
    tight, gifts = set[int](), set[int]()
    for member_id, order in orders:
        cart = market.carts[order.cart_id]
        store = market.stores[cart.store_id]
        shelf = [
            (sku, price, line.quantity)
            for line in cart.lines
            if (sku := market.skus.get(line.sku_id)) is not None
            and (listing := market.listings.get((store.id, line.sku_id))) is not None
            and (price := retail_price(listing, store, sku, market.prices)) is not None
        ]
        coupon = market.coupons.get((member_id, order.coupon_id or 0))
        tight |= tight_edges(store, shelf, coupon, market.prices)
        goods = total_of([(price, quantity) for _, price, quantity in shelf])
        if goods <= (coupon.value_minor if coupon else 0):
            gifts |= {t.relationship_id for t in store.tiers if t.relationship_id is not None}
    if not tight and not (gifts and is_locked):
        return {}
    read = lock_exposures if is_locked else load_exposures
    edges = sorted(tight | gifts)
    exposures = await read(conn, network_id=network_id, relationship_ids=edges)
    if not tight:
        return {}
    return {
        edge: 0 if it.is_blocked else max(it.free_minor, 0)
        for edge, it in exposures.items()
        if edge in tight
    }


async def _load_stock(
    conn: Connection,
    network_id: int,
    market: Market,
    wanted: set[tuple[int, int]],
    *,
    is_locked: bool,
) -> Stock:
    """What stands with anybody of the routes, of what is for sale."""
    pairs = {
        (tier.org_id, sku_id)
        for store_id, sku_id in wanted
        if store_id in market.stores and sku_id in market.skus
        for tier in market.stores[store_id].tiers
    }
    bundles = {sku.sku_id: sku.composition for sku in market.skus.values() if sku.components}
    read = lock_stock if is_locked else load_stock
    return await read(conn, network_id=network_id, pairs=sorted(pairs), bundles=bundles)
