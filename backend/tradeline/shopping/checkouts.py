"""What somebody who is about to order is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tradeline.kernel import Problem, UnitPrice
from tradeline.marketing import CouponTerms
from tradeline.shopping.errors import CouponReason
from tradeline.shopping.model import Cart


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """A line of a cart at its price; none while it is not for sale."""

    sku_id: int
    quantity: int
    unit_price: UnitPrice | None
    goods_minor: int


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """A coupon of the member's, and why it does not go with the cart, if it does not."""

    coupon: CouponTerms
    reason: CouponReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What a cart comes to at this moment, and all that stands in the way of ordering it."""

    cart: Cart
    currency: str
    lines: tuple[CheckoutLine, ...]
    goods_minor: int
    coupon_minor: int
    freight_minor: int
    coupons: tuple[CouponChoice, ...]
    problems: tuple[Problem, ...]

    @property
    def total_minor(self) -> int:
        return self.goods_minor - self.coupon_minor + self.freight_minor
