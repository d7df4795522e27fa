"""What consumers buy in the stores of the network, and how the money of each sale is split.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.shopping.agreeing import AfterSaleAnswer, allowed_answers
from tradeline.shopping.allowed import (
    SaleStep,
    member_steps,
)
from tradeline.shopping.allowed import (
    allowed_steps as allowed_sale_steps,
)
from tradeline.shopping.checkouts import Checkout, CheckoutLine, CouponChoice
from tradeline.shopping.decisions import RefusedConsumerOrder
from tradeline.shopping.errors import (
    AboveLimit,
    AddressMissing,
    AmountTooLarge,
    CartChanged,
    CouponNotUsable,
    CouponReason,
    NotDelivered,
    NotEnoughStock,
    NothingToBuy,
    NotOnSale,
    PayerUnknown,
    PaymentOver,
    PickupNotOffered,
    PriceChanged,
    StoreClosed,
    TooManyCartLines,
    TooManyUnpaidOrders,
)
from tradeline.shopping.filling import CartRequest
from tradeline.shopping.model import (
    AVAILABLE_TOLD_MAX,
    CART_LINES_MAX,
    UNPAID_ORDERS_MAX,
    AfterSaleKind,
    AfterSaleState,
    Cart,
    CartLine,
    CheckoutRequest,
    ConsumerOrder,
    ConsumerOrderEvent,
    ConsumerOrderLine,
    ConsumerOrderState,
    Delivery,
    Leg,
    LegLine,
    NewConsumerOrder,
    OrderTier,
    Split,
    SplitPart,
    StoreOffer,
)
from tradeline.shopping.offers import FilledCart
from tradeline.shopping.opening import Recipient, pickup_code_of, recipient_of
from tradeline.shopping.sale_errors import (
    BeyondOwnPart,
    MoreThanWasPaid,
    PickupCodeUnknown,
    ReturnsOver,
    TooManyPickupAttempts,
    UnitsNotOpen,
)
from tradeline.shopping.sales import (
    AfterSale,
    AfterSaleLine,
    ConsumerRefund,
    ConsumerShipment,
    ConsumerShipmentLine,
    RefundCause,
    RefundState,
    Sale,
    SaleFilter,
    SaleLeg,
)
from tradeline.shopping.service.after_sales import (
    decide_after_sale,
    request_after_sale,
    withdraw_after_sale,
)
from tradeline.shopping.service.cancelling import (
    cancel_consumer_order,
    expire_orders,
)
from tradeline.shopping.service.carts import (
    carry_cart,
    cart_of,
    carts_by_ids,
    put_cart_lines,
    put_carts,
    take_back_cart,
)
from tradeline.shopping.service.cashiers import collectable_stores
from tradeline.shopping.service.checkout import check_out, check_outs, load_offers
from tradeline.shopping.service.checks import (
    find_violations,
)
from tradeline.shopping.service.credit import listings_below_cost
from tradeline.shopping.service.forgetting import forget_guests
from tradeline.shopping.service.fulfilling import (
    complete_orders,
    confirm_received,
    count_pickup_attempt,
    hand_over,
    ship_consumer_order,
)
from tradeline.shopping.service.giving import (
    refund_freight,
    refund_price,
)
from tradeline.shopping.service.paying import confirm_payments, start_payment
from tradeline.shopping.service.placing import ConsumerOrderRequest, take_consumer_orders
from tradeline.shopping.service.previewing import preview_sourcing
from tradeline.shopping.service.reading import (
    consumer_orders_by_ids,
    events_of_consumer_orders,
    lines_of_consumer_orders,
    list_consumer_orders,
)
from tradeline.shopping.service.resending import resend_consumer_refund
from tradeline.shopping.service.resourcing import (
    resource_orders,
)
from tradeline.shopping.service.returnable import make_orders_final
from tradeline.shopping.service.sales import (
    after_sales_by_ids,
    after_sales_of_consumer_orders,
    legs_of_sales,
    list_sales,
    money_trails,
    refunds_of_consumer_orders,
    sales_by_ids,
    shipments_of_consumer_orders,
)
from tradeline.shopping.service.settling import (
    settle_consumer_refunds,
)
from tradeline.shopping.service.sharing import (
    sharings_of,
)
from tradeline.shopping.service.tidings import (
    due_messages,
    due_uploads,
    end_messages,
    mark_uploaded,
    note_tidings,
)
from tradeline.shopping.tidings import TOLD_OF, DueMessage, DueUpload, TidingKind
from tradeline.shopping.trail import (
    FlowKind,
    MoneyTrail,
    TrailFlow,
    TrailParty,
    TrailRole,
    refunds_in,
)

__all__ = [
    "AVAILABLE_TOLD_MAX",
    "CART_LINES_MAX",
    "TOLD_OF",
    "UNPAID_ORDERS_MAX",
    "AboveLimit",
    "AddressMissing",
    "AfterSale",
    "AfterSaleAnswer",
    "AfterSaleKind",
    "AfterSaleLine",
    "AfterSaleState",
    "AmountTooLarge",
    "BeyondOwnPart",
    "Cart",
    "CartChanged",
    "CartLine",
    "CartRequest",
    "Checkout",
    "CheckoutLine",
    "CheckoutRequest",
    "ConsumerOrder",
    "ConsumerOrderEvent",
    "ConsumerOrderLine",
    "ConsumerOrderRequest",
    "ConsumerOrderState",
    "ConsumerRefund",
    "ConsumerShipment",
    "ConsumerShipmentLine",
    "CouponChoice",
    "CouponNotUsable",
    "CouponReason",
    "Delivery",
    "DueMessage",
    "DueUpload",
    "FilledCart",
    "FlowKind",
    "Leg",
    "LegLine",
    "MoneyTrail",
    "MoreThanWasPaid",
    "NewConsumerOrder",
    "NotDelivered",
    "NotEnoughStock",
    "NotOnSale",
    "NothingToBuy",
    "OrderTier",
    "PayerUnknown",
    "PaymentOver",
    "PickupCodeUnknown",
    "PickupNotOffered",
    "PriceChanged",
    "Recipient",
    "RefundCause",
    "RefundState",
    "RefusedConsumerOrder",
    "ReturnsOver",
    "Sale",
    "SaleFilter",
    "SaleLeg",
    "SaleStep",
    "Split",
    "SplitPart",
    "StoreClosed",
    "StoreOffer",
    "TidingKind",
    "TooManyCartLines",
    "TooManyPickupAttempts",
    "TooManyUnpaidOrders",
    "TrailFlow",
    "TrailParty",
    "TrailRole",
    "UnitsNotOpen",
    "after_sales_by_ids",
    "after_sales_of_consumer_orders",
    "allowed_answers",
    "allowed_sale_steps",
    "cancel_consumer_order",
    "carry_cart",
    "cart_of",
    "carts_by_ids",
    "check_out",
    "check_outs",
    "collectable_stores",
    "complete_orders",
    "confirm_payments",
    "confirm_received",
    "consumer_orders_by_ids",
    "count_pickup_attempt",
    "decide_after_sale",
    "due_messages",
    "due_uploads",
    "end_messages",
    "events_of_consumer_orders",
    "expire_orders",
    "find_violations",
    "forget_guests",
    "hand_over",
    "legs_of_sales",
    "lines_of_consumer_orders",
    "list_consumer_orders",
    "list_sales",
    "listings_below_cost",
    "load_offers",
    "make_orders_final",
    "mark_uploaded",
    "member_steps",
    "money_trails",
    "note_tidings",
    "pickup_code_of",
    "preview_sourcing",
    "put_cart_lines",
    "put_carts",
    "recipient_of",
    "refund_freight",
    "refund_price",
    "refunds_in",
    "refunds_of_consumer_orders",
    "request_after_sale",
    "resend_consumer_refund",
    "resource_orders",
    "sales_by_ids",
    "settle_consumer_refunds",
    "sharings_of",
    "ship_consumer_order",
    "shipments_of_consumer_orders",
    "start_payment",
    "take_back_cart",
    "take_consumer_orders",
    "withdraw_after_sale",
]
