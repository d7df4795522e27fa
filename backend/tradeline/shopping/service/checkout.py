"""Looking: what a store offers, and what a cart would come to. Nothing is kept by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tradeline.inventory import load_stock
from tradeline.kernel import Connection, Shopper
from tradeline.marketing import CouponTerms, usable_coupons
from tradeline.members import NotForGuests, family_of
from tradeline.shopping.checkouts import Checkout, CheckoutLine, CouponChoice
from tradeline.shopping.judging import coupon_reason, judge
from tradeline.shopping.model import CheckoutRequest, NewConsumerOrder, StoreOffer
from tradeline.shopping.offers import offer_of
from tradeline.shopping.queries import carts as queries
from tradeline.shopping.service.loading import load_market, load_stores
from tradeline.sourcing import load_rules, rules_owner


async def load_offers(
    conn: Connection, *, network_id: int, store_id: int, sku_ids: Sequence[int]
) -> dict[int, StoreOffer]:
    """What the store sells of some SKUs now, at its price; what is not for sale is absent. What is
    available is looked at, each SKU by itself, and promised to nobody. For modules above."""
    wanted = [(store_id, sku_id) for sku_id in dict.fromkeys(sku_ids)]
    market, _ = await load_stores(conn, network_id, [store_id], wanted)
    store = market.stores.get(store_id)
    if store is None:
        return {}
    bundles = {sku.sku_id: sku.composition for sku in market.skus.values() if sku.components}
    pairs = [(tier.org_id, sku_id) for tier in store.tiers for sku_id in market.skus]
    stock = await load_stock(conn, network_id=network_id, pairs=pairs, bundles=bundles)
    owner = rules_owner(store)
    rules = await load_rules(conn, network_id=network_id, org_ids=[owner])
    market = replace(market, stock=stock, rules=rules)
    offers = {}
    for _, sku_id in wanted:
        offer = offer_of(market, store, sku_id)
        if offer is not None:
            offers[sku_id] = offer
    return offers


async def check_out(
    conn: Connection, *, shopper: Shopper, request: CheckoutRequest
) -> Checkout | None:
    """What is in a cart of the shopper's, and what it would come to now, with everything that
    stands in the way; None for a cart that is not theirs."""
    network_id = shopper.network_id
    carts = await queries.fetch_carts(conn, network_id, [request.cart_id])
    cart = carts.get(request.cart_id)
    if cart is None or cart.member_id != shopper.member_id:
        return None
    order = NewConsumerOrder(
        cart_id=cart.id,
        cart_version=cart.version,
        delivery=request.delivery,
        address_id=request.address_id,
        coupon_id=request.coupon_id,
    )
    asked = [(shopper.member_id, order)]
    market, _ = await load_market(conn, network_id, carts, asked, is_locked=False)
    judged = judge(shopper.member_id, order, cart, market)
    coupons: list[CouponTerms] = []
    if not shopper.is_guest:
        family = await family_of(conn, network_id, shopper.member_id)
        coupons = await usable_coupons(
            conn, network_id=network_id, member_ids=family, store_id=cart.store_id
        )
    choices = [
        CouponChoice(terms, coupon_reason(terms, judged.store, judged.goods_minor))
        for terms in coupons
    ]
    guests = (NotForGuests(),) if shopper.is_guest else ()
    return Checkout(
        cart=cart,
        currency=judged.store.currency,
        lines=tuple(
            CheckoutLine(line.line.sku_id, line.line.quantity, line.unit_price, line.goods_minor)
            for line in judged.lines
        ),
        goods_minor=judged.goods_minor,
        coupon_minor=judged.coupon_minor,
        freight_minor=judged.freight_minor,
        coupons=tuple(sorted(choices, key=lambda choice: choice.reason is not None)),
        problems=(*guests, *judged.problems),
    )
