"""What a consumer wants in a store, and what it would come to."""

from __future__ import annotations

import decimal
from typing import Annotated, TypeAlias

import strawberry

from tradeline import shopping
from tradeline.kernel import Connection, Locale, Shopper
from tradeline_graph._context import Info
from tradeline_graph._doors import PutCart
from tradeline_graph._ids import to_id
from tradeline_graph._loaders import Loader
from tradeline_graph._problems import InvalidValue, NotFound, to_graph
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.channels import (
    OfferedSku,
    StoreFront,
    load_offered_sku,
    load_store_front,
    offered_skus,
)
from tradeline_graph.marketing import Coupon
from tradeline_graph.members.problems import NotForGuests
from tradeline_graph.shopping.enums import CouponReason
from tradeline_graph.shopping.problems import (
    AboveLimit,
    AddressMissing,
    AmountTooLarge,
    CouponNotUsable,
    NotDelivered,
    NotEnoughToSell,
    NothingToBuy,
    NotOnSale,
    PickupNotOffered,
    StoreClosed,
    TooManyUnpaidOrders,
)

# Why a cart cannot be ordered as it is: looking at a checkout and placing an order say the same.
CheckoutRefusal: TypeAlias = (
    NotFound
    | InvalidValue
    | NotForGuests
    | NotOnSale
    | NotEnoughToSell
    | AboveLimit
    | NothingToBuy
    | StoreClosed
    | AddressMissing
    | NotDelivered
    | PickupNotOffered
    | CouponNotUsable
    | AmountTooLarge
    | TooManyUnpaidOrders
)
CheckoutProblem: TypeAlias = Annotated[CheckoutRefusal, strawberry.union("CheckoutProblem")]


@strawberry.type(
    description="So much of a SKU in a cart, at what it costs and what there is of it now.",
    directives=scoped(Scope.MEMBER),
)
class CartLine:
    sku_id: strawberry.ID
    quantity: int
    line: strawberry.Private[shopping.CartLine]
    store_id: strawberry.Private[int]

    @classmethod
    def of(cls, line: shopping.CartLine, store_id: int) -> CartLine:
        return cls(
            sku_id=to_id("Sku", line.sku_id),
            quantity=line.quantity,
            line=line,
            store_id=store_id,
        )

    @strawberry.field
    async def sku(self, info: Info) -> OfferedSku | None:
        return await load_offered_sku(info, self.line.sku_id)

    @strawberry.field(description="Of a base unit; null while it is not on sale.")
    async def unit_price(self, info: Info) -> decimal.Decimal | None:
        offer = await self._offer(info)
        if offer is None:
            return None
        return shown_price(offer.unit_price.amount)

    @strawberry.field
    async def amount(self, info: Info) -> Money | None:
        offer = await self._offer(info)
        return None if offer is None else Money.of(offer.unit_price.times(self.quantity))

    @strawberry.field(
        description="How much could be ordered now, a look and not a promise; 99 says that many or "
        "more."
    )
    async def available(self, info: Info) -> int:
        offer = await self._offer(info)
        return 0 if offer is None else min(offer.available, shopping.AVAILABLE_TOLD_MAX)

    @strawberry.field(description="The most of it in one order; null for no limit.")
    async def limit_per_order(self, info: Info) -> int | None:
        offer = await self._offer(info)
        return None if offer is None else offer.limit_per_order

    async def _offer(self, info: Info) -> shopping.StoreOffer | None:
        return await load_store_offer(info, self.store_id, self.line.sku_id)


@strawberry.type(
    description="What a consumer wants in a store, in the order in which it was put in.",
    directives=scoped(Scope.MEMBER),
)
class Cart:
    id: strawberry.ID
    version: int = strawberry.field(description="Another one after each change.")
    count: int = strawberry.field(description="Units in all.")
    cart: strawberry.Private[shopping.Cart]

    @classmethod
    def of(cls, cart: shopping.Cart) -> Cart:
        return cls(
            id=to_id("Cart", cart.id),
            version=cart.version,
            count=sum(line.quantity for line in cart.lines),
            cart=cart,
        )

    @strawberry.field
    async def store(self, info: Info) -> StoreFront | None:
        return await load_store_front(info, self.cart.store_id)

    @strawberry.field
    def lines(self) -> list[CartLine]:
        return [CartLine.of(line, self.cart.store_id) for line in self.cart.lines]

    @strawberry.field(description="What the lines that are on sale come to; null if none is.")
    async def amount(self, info: Info) -> Money | None:
        lines = self.cart.lines
        keys = [(self.cart.store_id, line.sku_id) for line in lines]
        offers = await store_offers(info).load_many(keys)
        sums = [
            offer.unit_price.times(line.quantity)
            for line, offer in zip(lines, offers, strict=True)
            if offer is not None
        ]
        return Money.of(sum(sums[1:], sums[0])) if sums else None


async def load_cart(info: Info, cart_id: int | None) -> Cart | None:
    """The cart, if it is the consumer's own."""
    if cart_id is None:
        return None
    found = await info.context.loader("cart", _carts).load(cart_id)
    return None if found is None else Cart.of(found)


def store_offers(info: Info) -> Loader[tuple[int, int], shopping.StoreOffer | None]:
    """SKUs at stores' prices, by (store, SKU); None while they are not on sale there."""
    return info.context.loader("store_offer", _offers)


def keep_put_cart(info: Info, put: PutCart) -> Cart:
    """A cart that was just filled; what its fields ask for need not be looked up."""
    cart = put.filled.cart
    offers = {(cart.store_id, sku_id): offer for sku_id, offer in put.filled.offers.items()}
    store_offers(info).known.update(offers)
    offered_skus(info).known.update(put.skus)
    return Cart.of(cart)


async def load_store_offer(info: Info, store_id: int, sku_id: int) -> shopping.StoreOffer | None:
    """A SKU at the store's price; None while it is not on sale there."""
    return await store_offers(info).load((store_id, sku_id))


async def _carts(conn: Connection, shopper: Shopper, ids: list[int]) -> list[shopping.Cart | None]:
    found = await shopping.carts_by_ids(conn, shopper=shopper, ids=ids)
    return [found.get(cart_id) for cart_id in ids]


async def _offers(
    conn: Connection, shopper: Shopper, keys: list[tuple[int, int]]
) -> list[shopping.StoreOffer | None]:
    found = await shopping.load_offers(conn, network_id=shopper.network_id, pairs=keys)
    return [found.get(key) for key in keys]


@strawberry.type(
    description="A coupon of the consumer's, and whether it goes with what is checked out.",
    directives=scoped(Scope.MEMBER),
)
class CheckoutCoupon:
    coupon: Coupon
    reason: CouponReason | None = strawberry.field(
        description="Why it does not go with this cart; null if it does."
    )

    @classmethod
    def of(cls, choice: shopping.CouponChoice) -> CheckoutCoupon:
        return cls(coupon=Coupon.of(choice.coupon), reason=choice.reason)


@strawberry.type(
    description="A line of what is checked out, at what it costs now.",
    directives=scoped(Scope.MEMBER),
)
class CheckoutLine:
    sku_id: strawberry.ID
    quantity: int
    unit_price: decimal.Decimal | None = strawberry.field(
        description="Of a base unit; null if it is not on sale."
    )
    amount: Money | None
    row_id: strawberry.Private[int]

    @classmethod
    def of(cls, line: shopping.CheckoutLine, currency: str) -> CheckoutLine:
        price = line.unit_price
        return cls(
            sku_id=to_id("Sku", line.sku_id),
            quantity=line.quantity,
            unit_price=None if price is None else shown_price(price.amount),
            amount=None if price is None else Money.of_minor(line.goods_minor, currency),
            row_id=line.sku_id,
        )

    @strawberry.field
    async def sku(self, info: Info) -> OfferedSku | None:
        return await load_offered_sku(info, self.row_id)


@strawberry.type(
    description="What a cart would come to at this moment. Nothing is kept by looking.",
    directives=scoped(Scope.MEMBER),
)
class Checkout:
    cart: Cart
    lines: list[CheckoutLine]
    goods_amount: Money
    coupon_amount: Money = strawberry.field(description="What the coupon takes off.")
    freight_amount: Money
    total: Money = strawberry.field(
        description="What to send as `expectedTotal`; as far as it can be said beside `problems`."
    )
    coupons: list[CheckoutCoupon] = strawberry.field(
        description="The consumer's open ones, those that can be used first."
    )
    problems: list[CheckoutProblem] = strawberry.field(
        description="All that stands in the way of ordering; empty if nothing does."
    )

    @classmethod
    def of(cls, found: shopping.Checkout, locale: Locale) -> Checkout:
        currency = found.currency
        return cls(
            cart=Cart.of(found.cart),
            lines=[CheckoutLine.of(line, currency) for line in found.lines],
            goods_amount=Money.of_minor(found.goods_minor, currency),
            coupon_amount=Money.of_minor(found.coupon_minor, currency),
            freight_amount=Money.of_minor(found.freight_minor, currency),
            total=Money.of_minor(found.total_minor, currency),
            coupons=[CheckoutCoupon.of(choice) for choice in found.coupons],
            problems=to_graph(found.problems, locale),
        )


def shown_price(price: decimal.Decimal) -> decimal.Decimal:
    """Without zeros that say nothing."""
    return price.normalize() if price else decimal.Decimal(0)
