"""Looking: what a store offers, and what a cart would come to. Nothing is kept by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradeline.kernel import Connection, Shopper, Stage, timed
from tradeline.marketing import CouponTerms, usable_coupons
from tradeline.members import NotForGuests, families_of
from tradeline.shopping.checkouts import Checkout, CheckoutLine, CouponChoice
from tradeline.shopping.decisions import judge_credit
from tradeline.shopping.judging import Market, coupon_reason, judge, judge_unpaid
from tradeline.shopping.model import Cart, CheckoutRequest, NewConsumerOrder, StoreOffer
from tradeline.shopping.offers import offers_of
from tradeline.shopping.queries import carts as queries
from tradeline.shopping.service.loading import count_unpaid, load_market, load_shelves


async def load_offers(
    conn: Connection, *, network_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], StoreOffer]:
    """What stores sell now, each at its price, by (store, SKU); what is not for sale is absent.
    What is available is looked at, each SKU by itself, and promised to nobody."""
    store_ids = sorted({store_id for store_id, _ in pairs})
    market = await load_shelves(conn, network_id, store_ids, list(dict.fromkeys(pairs)))
    offers = {}
    for store_id in store_ids:
        own = [sku_id for at_id, sku_id in pairs if at_id == store_id]
        for sku_id, offer in offers_of(market, store_id, own).items():
            if offer is not None:
                offers[store_id, sku_id] = offer
    return offers


async def check_out(
    conn: Connection, *, shopper: Shopper, request: CheckoutRequest
) -> Checkout | None:
    """As `check_outs`, of one."""
    network_id = shopper.network_id
    [found] = await check_outs(conn, network_id=network_id, requests=[(shopper, request)])
    return found


async def check_outs(
    conn: Connection, *, network_id: int, requests: Sequence[tuple[Shopper, CheckoutRequest]]
) -> list[Checkout | None]:
    """For each shopper of the network, what is in a cart of theirs, and what it would come to now,
    with everything that stands in the way; None for a cart that is not theirs. A fixed number of
    statements, and nothing is kept."""
    with timed(Stage.LOADING, len(requests)):
        cart_ids = {request.cart_id for _, request in requests}
        found = await queries.fetch_carts(conn, network_id, sorted(cart_ids))
        own = {
            position: (shopper, _order(found[request.cart_id], request))
            for position, (shopper, request) in enumerate(requests)
            if request.cart_id in found and found[request.cart_id].member_id == shopper.member_id
        }
        carts = {order.cart_id: found[order.cart_id] for _, order in own.values()}
        asked = [(shopper.member_id, order) for shopper, order in own.values()]
        members = {shopper.member_id for shopper, _ in own.values() if not shopper.is_guest}
        families = await families_of(conn, network_id, sorted(members))
        unpaid = await count_unpaid(conn, network_id, families)
        market, _ = await load_market(conn, network_id, carts, asked, is_locked=False)
        market = replace(market, unpaid=unpaid)
        coupons = await _coupons(conn, network_id, families, carts)
    with timed(Stage.DECIDING, len(requests)):
        checkouts = {
            position: _looked_at(shopper, order, market, coupons)
            for position, (shopper, order) in own.items()
        }
    return [checkouts.get(position) for position in range(len(requests))]


def _order(cart: Cart, request: CheckoutRequest) -> NewConsumerOrder:
    return NewConsumerOrder(
        cart_id=cart.id,
        cart_version=cart.version,
        delivery=request.delivery,
        address_id=request.address_id,
        coupon_id=request.coupon_id,
    )


async def _coupons(
    conn: Connection,
    network_id: int,
    families: Mapping[int, Sequence[int]],
    carts: Mapping[int, Cart],
) -> dict[tuple[int, int], list[CouponTerms]]:
    """What members may use in the stores of their carts, by (member, store)."""
    return await usable_coupons(
        conn,
        network_id=network_id,
        wanted={
            (cart.member_id, cart.store_id): families[cart.member_id]
            for cart in carts.values()
            if cart.member_id in families
        },
    )


def _looked_at(
    shopper: Shopper,
    order: NewConsumerOrder,
    market: Market,
    coupons: Mapping[tuple[int, int], Sequence[CouponTerms]],
) -> Checkout:
    cart = market.carts[order.cart_id]
    judged = judge(shopper.member_id, order, cart, market)
    choices = [
        CouponChoice(terms, coupon_reason(terms, judged.store, judged.goods_minor))
        for terms in coupons.get((shopper.member_id, cart.store_id), ())
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
        problems=(
            *guests,
            *(judged.problems or judge_credit(shopper, order, judged, market)),
            *judge_unpaid(market.unpaid.get(shopper.member_id, 0), judged),
        ),
    )
