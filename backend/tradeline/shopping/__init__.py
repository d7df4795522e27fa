"""What consumers buy in the stores of the network, and how the money of each sale is split.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.shopping.model import (
    CART_LINES_MAX,
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

__all__ = [
    "CART_LINES_MAX",
    "AfterSaleKind",
    "AfterSaleState",
    "Cart",
    "CartLine",
    "CheckoutRequest",
    "ConsumerOrder",
    "ConsumerOrderEvent",
    "ConsumerOrderLine",
    "ConsumerOrderState",
    "Delivery",
    "Leg",
    "LegLine",
    "NewConsumerOrder",
    "OrderTier",
    "Split",
    "SplitPart",
    "StoreOffer",
]
