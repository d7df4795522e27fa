"""Orders on an edge: placing, confirming, shipping, receiving, giving back.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.ordering.decisions import RefusedOrder
from tradeline.ordering.errors import (
    BelowMinimum,
    BelowOrderMinimum,
    CreditBlocked,
    NotEnoughCredit,
    NotEnoughStock,
    NotInAssortment,
    NotTrading,
    OutOfStep,
    OutsideTerritory,
    PriceMissing,
    QuantityNotOpen,
    ReasonMissing,
    UnknownPack,
)
from tradeline.ordering.model import (
    LINES_MAX,
    NewOrder,
    NewOrderLine,
    Order,
    OrderEvent,
    OrderLine,
    OrderReturn,
    OrderSide,
    OrderState,
    ReturnLine,
    ReturnState,
    Shipment,
    ShipmentLine,
)
from tradeline.ordering.reports import MonthOfTrade, SkuOfTrade, Trade, TradeReport
from tradeline.ordering.service.checks import find_violations
from tradeline.ordering.service.delivery import (
    decide_return,
    receive_shipment,
    request_return,
    ship_order,
)
from tradeline.ordering.service.placing import place_order, place_orders
from tradeline.ordering.service.reading import (
    events_of_orders,
    lines_of_orders,
    list_orders,
    orders_by_ids,
    returns_by_ids,
    returns_of_orders,
    shipments_by_ids,
    shipments_of_orders,
)
from tradeline.ordering.service.reports import orders_of_documents, report_trade
from tradeline.ordering.service.steps import (
    Confirmation,
    cancel_order,
    confirm_order,
    redate_lines,
    review_order,
)

__all__ = [
    "LINES_MAX",
    "BelowMinimum",
    "BelowOrderMinimum",
    "Confirmation",
    "CreditBlocked",
    "MonthOfTrade",
    "NewOrder",
    "NewOrderLine",
    "NotEnoughCredit",
    "NotEnoughStock",
    "NotInAssortment",
    "NotTrading",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderReturn",
    "OrderSide",
    "OrderState",
    "OutOfStep",
    "OutsideTerritory",
    "PriceMissing",
    "QuantityNotOpen",
    "ReasonMissing",
    "RefusedOrder",
    "ReturnLine",
    "ReturnState",
    "Shipment",
    "ShipmentLine",
    "SkuOfTrade",
    "Trade",
    "TradeReport",
    "UnknownPack",
    "cancel_order",
    "confirm_order",
    "decide_return",
    "events_of_orders",
    "find_violations",
    "lines_of_orders",
    "list_orders",
    "orders_by_ids",
    "orders_of_documents",
    "place_order",
    "place_orders",
    "receive_shipment",
    "redate_lines",
    "report_trade",
    "request_return",
    "returns_by_ids",
    "returns_of_orders",
    "review_order",
    "ship_order",
    "shipments_by_ids",
    "shipments_of_orders",
]
