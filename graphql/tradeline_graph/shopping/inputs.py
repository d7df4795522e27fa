"""What consumers, and those who serve them, ask to be done. A price is never taken from anybody."""

from __future__ import annotations

import decimal
from collections.abc import Sequence

import strawberry

from tradeline import kernel, shopping
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._scalars import MoneyInput, PositiveInt
from tradeline_graph.shopping.enums import ConsumerOrderState, Delivery


@strawberry.input(description="So much of a SKU, in base units; 0 takes it out of the cart.")
class CartLineInput:
    sku_id: strawberry.ID
    quantity: int

    def to_model(self) -> shopping.CartLine:
        return shopping.CartLine(from_id("Sku", self.sku_id), self.quantity)


@strawberry.input(description="A SKU that is not named stays in the cart as it is.")
class CartLinesPutInput:
    request_id: str
    store_id: strawberry.ID
    lines: list[CartLineInput]
    source: str | None = strawberry.field(
        default=None, description="Of the link that led here; without it, the last one stays."
    )


@strawberry.input(description="To be picked up, it needs no address.")
class CheckoutInput:
    cart_id: strawberry.ID
    delivery: Delivery
    address_id: strawberry.ID | None = None
    coupon_id: strawberry.ID | None = None

    def to_model(self) -> shopping.CheckoutRequest:
        return shopping.CheckoutRequest(
            cart_id=from_id("Cart", self.cart_id),
            delivery=self.delivery,
            address_id=from_optional_id("MemberAddress", self.address_id),
            coupon_id=from_optional_id("Coupon", self.coupon_id),
        )


@strawberry.input(
    description="All that is in the cart, at the price of this moment; nothing if that is another "
    "one than was shown."
)
class ConsumerOrderPlaceInput:
    request_id: str
    cart_id: strawberry.ID
    cart_version: int
    delivery: Delivery
    expected_total: decimal.Decimal = strawberry.field(
        description="What was shown. It is compared, never charged."
    )
    address_id: strawberry.ID | None = None
    coupon_id: strawberry.ID | None = None
    note: str = ""
    starts_payment: bool = strawberry.field(
        default=False, description="Answer with the `call` that opens the cash desk as well."
    )

    def to_model(self) -> shopping.NewConsumerOrder:
        return shopping.NewConsumerOrder(
            cart_id=from_id("Cart", self.cart_id),
            cart_version=self.cart_version,
            delivery=self.delivery,
            address_id=from_optional_id("MemberAddress", self.address_id),
            coupon_id=from_optional_id("Coupon", self.coupon_id),
            expected_total=self.expected_total,
            note=self.note,
            starts_payment=self.starts_payment,
        )


@strawberry.input
class ConsumerPaymentStartInput:
    request_id: str
    order_id: strawberry.ID


@strawberry.input
class ConsumerOrderCancelInput:
    request_id: str
    order_id: strawberry.ID
    reason: str = ""


@strawberry.input
class ConsumerOrderReceiveInput:
    request_id: str
    order_id: strawberry.ID


@strawberry.input(description="So many base units of an order's line.")
class ConsumerLineQuantityInput:
    line_id: strawberry.ID
    quantity: PositiveInt


@strawberry.input
class AfterSaleRequestInput:
    request_id: str
    order_id: strawberry.ID
    lines: list[ConsumerLineQuantityInput]
    reason: str


@strawberry.input
class AfterSaleWithdrawInput:
    request_id: str
    after_sale_id: strawberry.ID


@strawberry.input(description="What is left out does not limit.")
class SaleFilterInput:
    states: list[ConsumerOrderState] | None = None
    store_id: strawberry.ID | None = None
    search: str | None = strawberry.field(default=None, description="An order's number.")


@strawberry.input(description="Without `lines`, all that waits in your own stock is shipped.")
class SaleShipInput:
    request_id: str
    sale_id: strawberry.ID
    lines: list[ConsumerLineQuantityInput] | None = None
    carrier: str = ""
    tracking_number: str = ""


@strawberry.input(description="Units of lines that your stock cannot serve after all.")
class SaleResourceInput:
    request_id: str
    sale_id: strawberry.ID
    lines: list[ConsumerLineQuantityInput]
    reason: str


@strawberry.input(description="The code that the consumer shows.")
class SaleHandOverInput:
    request_id: str
    store_id: strawberry.ID
    code: str


@strawberry.input
class SaleCancelInput:
    request_id: str
    sale_id: strawberry.ID
    reason: str


@strawberry.input
class AfterSaleDecideInput:
    request_id: str
    after_sale_id: strawberry.ID
    is_accepted: bool
    at_own_cost: bool = strawberry.field(
        default=False,
        description="As the store, do not wait for whoever the goods came from: they come to you, "
        "and you alone bear what the consumer gets.",
    )
    reason: str = strawberry.field(default="", description="Needed to refuse.")


@strawberry.input(description="Money back for goods that stay with the consumer.")
class SalePriceRefundInput:
    request_id: str
    line_id: strawberry.ID
    amount: MoneyInput
    reason: str


@strawberry.input(description="Money back for a delivery that was not what was paid for.")
class SaleFreightRefundInput:
    request_id: str
    sale_id: strawberry.ID
    amount: MoneyInput
    reason: str


def quantities_of(lines: Sequence[ConsumerLineQuantityInput]) -> dict[int, int]:
    """Units by line. Raises Rejected if a line is named twice: which one would count?"""
    ids = [from_id("ConsumerOrderLine", line.line_id) for line in lines]
    for position, line_id in enumerate(ids):
        if line_id in ids[:position]:
            raise kernel.refuse(
                kernel.InvalidValue(
                    path=("lines", position, "lineId"),
                    field="lineId",
                    rule="name each line once",
                    rule_zh="每行只能出现一次",
                )
            )
    return {line_id: line.quantity for line_id, line in zip(ids, lines, strict=True)}
