"""The ways in which shopping says no to consumers, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tradeline.kernel import Locale, Money, Problem, Quantity


class CouponReason(StrEnum):
    """Why a coupon does not go with an order."""

    TAKEN = "taken"
    NOT_VALID = "not_valid"
    OTHER_STORE = "other_store"
    BELOW_THRESHOLD = "below_threshold"
    NOT_COVERED = "not_covered"


_COUPON_ZH = {
    CouponReason.TAKEN: "已使用或已被其他订单占用",
    CouponReason.NOT_VALID: "不在有效期内或活动已结束",
    CouponReason.OTHER_STORE: "不适用于该门店",
    CouponReason.BELOW_THRESHOLD: "商品金额未达到使用门槛",
    CouponReason.NOT_COVERED: "门店目前无法承担该优惠",
}
_COUPON_EN = {
    CouponReason.TAKEN: "it was used, or another order holds it",
    CouponReason.NOT_VALID: "it is out of its dates, or its campaign has ended",
    CouponReason.OTHER_STORE: "it is not for this store",
    CouponReason.BELOW_THRESHOLD: "the goods do not come to what it asks for",
    CouponReason.NOT_COVERED: "the store cannot grant it at present",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreClosed(Problem):
    zh: ClassVar[str] = "门店暂停营业，暂不能下单；请稍后再来或选择其他门店。"
    en: ClassVar[str] = "The store takes no orders now; come back later or choose another store."


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToBuy(Problem):
    zh: ClassVar[str] = "购物车是空的；请先添加商品。"
    en: ClassVar[str] = "The cart is empty; put something into it first."


@dataclass(frozen=True, slots=True, kw_only=True)
class CartChanged(Problem):
    """The cart is not the one that was looked at: another window, or an order, changed it."""

    zh: ClassVar[str] = "购物车已更新；请核对后重新提交。"
    en: ClassVar[str] = "The cart has changed meanwhile; look at it again before you order."


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnSale(Problem):
    """The store does not sell the SKU (any more), or has no price for it."""

    zh: ClassVar[str] = "商品 {sku} 已下架；请从购物车中移除。"
    en: ClassVar[str] = "{sku} is not sold here any more; take it out of the cart."

    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboveLimit(Problem):
    """More than the store sells to one order."""

    zh: ClassVar[str] = "商品 {sku} 每单限购 {limit}，当前为 {requested}；请减少数量。"
    en: ClassVar[str] = (
        "{sku} is limited to {limit} in an order; {requested} were asked for. Take fewer."
    )

    sku: str
    limit: Quantity
    requested: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnoughStock(Problem):
    """Less can be had than is asked for, wherever it may come from."""

    zh: ClassVar[str] = "商品 {sku} 库存不足：需要 {requested}，可售 {available}；请减少数量。"
    en: ClassVar[str] = (
        "{requested} of {sku} were asked for, {available} can be had; take fewer or come back."
    )

    sku: str
    requested: Quantity
    available: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMissing(Problem):
    zh: ClassVar[str] = "请选择收货地址。"
    en: ClassVar[str] = "Choose an address to deliver to."


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDelivered(Problem):
    """The store has no freight rule for the region, or does not deliver at all."""

    zh: ClassVar[str] = "门店不配送到该地区（{region}）；请更换地址或选择到店自提。"
    en: ClassVar[str] = (
        "The store does not deliver to this region ({region}); choose another address or pick up."
    )

    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupNotOffered(Problem):
    zh: ClassVar[str] = "该门店不支持到店自提；请选择配送。"
    en: ClassVar[str] = "Nothing can be picked up at this store; choose delivery."


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponNotUsable(Problem):
    zh: ClassVar[str] = "优惠券不可用：{reason}；请更换或不使用优惠券。"
    en: ClassVar[str] = "The coupon cannot be used: {reason}. Choose another or none."

    reason: CouponReason

    def message(self, locale: Locale = Locale.EN) -> str:
        """With the reason in words."""
        if locale is Locale.EN:
            return self.en.format(reason=_COUPON_EN[self.reason])
        return self.zh.format(reason=_COUPON_ZH[self.reason])


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountTooLarge(Problem):
    zh: ClassVar[str] = "订单金额 {amount} 超过单笔上限 {most}；请分成几单。"
    en: ClassVar[str] = "{amount} is more than one order may come to ({most}); order in parts."

    amount: Money
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Problem):
    """The total is not the one that the consumer was shown. Nothing is charged that was not."""

    zh: ClassVar[str] = "订单金额已由 {was} 变为 {now}；请确认后重新提交。"
    en: ClassVar[str] = "The total was {was} and is {now}; agree to it and order again."

    was: Money
    now: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyCartLines(Problem):
    """A cart holds as many SKUs as it may."""

    zh: ClassVar[str] = "购物车最多可放 {most} 种商品；请先移除一些。"
    en: ClassVar[str] = "A cart holds {most} different articles; take some out first."

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyUnpaidOrders(Problem):
    """So many orders of theirs wait to be paid, and keep goods from others meanwhile."""

    zh: ClassVar[str] = "您有 {orders_max} 笔订单待支付；请先支付或取消其中一笔。"
    en: ClassVar[str] = (
        "{orders_max} of your orders wait to be paid; pay for one of them or call it off."
    )

    orders_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOver(Problem):
    """Nothing can be paid for the order any more: it was paid, called off, or left too long."""

    zh: ClassVar[str] = "该订单的支付已结束；请刷新订单后查看。"
    en: ClassVar[str] = "Nothing can be paid for this order any more; look at it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerUnknown(Problem):
    """Whoever pays has never logged in by the mini-program that the money is asked in."""

    zh: ClassVar[str] = "请在该门店的小程序中登录后再支付。"
    en: ClassVar[str] = "Log in by this store's mini-program before you pay."
