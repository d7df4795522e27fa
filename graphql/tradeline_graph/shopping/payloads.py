"""What comes of what a consumer asked to be done: the result, or every reason why not."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import payments
from tradeline_graph._mutations import null_with_errors
from tradeline_graph._ports import WeChatCall
from tradeline_graph._problems import Busy, InvalidValue, NotFound, RequestReused, WrongState
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.members.problems import WeChatUnavailable
from tradeline_graph.shopping.carts import Cart, CheckoutRefusal
from tradeline_graph.shopping.orders import AfterSale, ConsumerOrder
from tradeline_graph.shopping.problems import (
    CartChanged,
    PayerUnknown,
    PaymentOver,
    PriceChanged,
    ReturnsOver,
    StoreClosed,
    TooManyCartLines,
    UnitsNotOpen,
)

CartLinesPutError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | Busy | TooManyCartLines,
    strawberry.union("CartLinesPutError"),
]
ConsumerOrderPlaceError: TypeAlias = Annotated[
    CheckoutRefusal
    | RequestReused
    | Busy
    | CartChanged
    | PriceChanged
    | WeChatUnavailable
    | PaymentOver
    | PayerUnknown,
    strawberry.union("ConsumerOrderPlaceError"),
]
ConsumerPaymentStartError: TypeAlias = Annotated[
    NotFound
    | InvalidValue
    | RequestReused
    | WrongState
    | StoreClosed
    | WeChatUnavailable
    | PaymentOver
    | PayerUnknown,
    strawberry.union("ConsumerPaymentStartError"),
]
ConsumerOrderCancelError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("ConsumerOrderCancelError"),
]
ConsumerOrderReceiveError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("ConsumerOrderReceiveError"),
]
AfterSaleRequestError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState | UnitsNotOpen | ReturnsOver,
    strawberry.union("AfterSaleRequestError"),
]
AfterSaleWithdrawError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused | WrongState,
    strawberry.union("AfterSaleWithdrawError"),
]


@strawberry.type(
    description="What `wx.requestPayment` is called with.", directives=scoped(Scope.VALUE)
)
class WeChatPaymentCall:
    app_id: str
    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str
    pay_sign: str

    @classmethod
    def of(cls, call: WeChatCall) -> WeChatPaymentCall:
        return cls(
            app_id=call.app_id,
            time_stamp=call.time_stamp,
            nonce_str=call.nonce_str,
            package=call.package,
            sign_type=call.sign_type,
            pay_sign=call.pay_sign,
        )


@strawberry.type(description="A payment of the consumer's.", directives=scoped(Scope.MEMBER))
class ConsumerPayment:
    number: str = strawberry.field(description="As the provider's bill names it.")
    amount: Money

    @classmethod
    def of(cls, payment: payments.Payment) -> ConsumerPayment:
        return cls(
            number=payment.number, amount=Money.of_minor(payment.amount_minor, payment.currency)
        )


@strawberry.type(description=null_with_errors("cart"), directives=scoped(Scope.VALUE))
class CartLinesPutPayload:
    cart: Cart | None = None
    errors: list[CartLinesPutError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`order` is null if it was not placed. Where the payment alone could not be "
    "started, the order stands beside the reason, and `consumerPaymentStart` goes on.",
    directives=scoped(Scope.VALUE),
)
class ConsumerOrderPlacePayload:
    order: ConsumerOrder | None = None
    call: WeChatPaymentCall | None = strawberry.field(
        default=None, description="Null without `startsPayment`, and where there is nothing to pay."
    )
    errors: list[ConsumerOrderPlaceError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`call` and `payment` are null if there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class ConsumerPaymentStartPayload:
    call: WeChatPaymentCall | None = None
    payment: ConsumerPayment | None = None
    errors: list[ConsumerPaymentStartError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class ConsumerOrderCancelPayload:
    order: ConsumerOrder | None = None
    errors: list[ConsumerOrderCancelError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("order"), directives=scoped(Scope.VALUE))
class ConsumerOrderReceivePayload:
    order: ConsumerOrder | None = None
    errors: list[ConsumerOrderReceiveError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("afterSale"), directives=scoped(Scope.VALUE))
class AfterSaleRequestPayload:
    after_sale: AfterSale | None = None
    errors: list[AfterSaleRequestError] = strawberry.field(default_factory=list)


@strawberry.type(description=null_with_errors("afterSale"), directives=scoped(Scope.VALUE))
class AfterSaleWithdrawPayload:
    after_sale: AfterSale | None = None
    errors: list[AfterSaleWithdrawError] = strawberry.field(default_factory=list)
