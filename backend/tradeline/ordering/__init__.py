"""Orders on an edge: placing, confirming, shipping, receiving, giving back.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.ordering.allowed import (
    DISPUTES,
    OrderOutline,
    OrderStep,
    allowed_steps,
    side_of,
)
from tradeline.ordering.decisions import RefusedOrder
from tradeline.ordering.disputes import Dispute
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
    OrderFilter,
    OrderLine,
    OrderReturn,
    OrderSide,
    OrderState,
    OrderStateCount,
    ReturnLine,
    ReturnState,
    Shipment,
    ShipmentLine,
)
from tradeline.ordering.reports import MonthOfTrade, SkuOfTrade, Trade, TradeReport
from tradeline.ordering.service.checks import find_violations
from tradeline.ordering.service.confirming import confirm_orders
from tradeline.ordering.service.delivery import (
    decide_return,
    receive_shipment,
    request_return,
    ship_order,
)
from tradeline.ordering.service.disputes import (
    close_dispute,
    disputes_by_ids,
    disputes_of_orders,
    open_dispute,
)
from tradeline.ordering.service.listing import count_orders, list_orders, outlines_of_orders
from tradeline.ordering.service.placing import place_order, place_orders
from tradeline.ordering.service.reading import (
    events_of_orders,
    lines_of_orders,
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
from tradeline.ordering.timeline import EventLine, lines_of_event, word_event

__all__ = [
    "DISPUTES",
    "LINES_MAX",
    "BelowMinimum",
    "BelowOrderMinimum",
    "Confirmation",
    "CreditBlocked",
    "Dispute",
    "EventLine",
    "MonthOfTrade",
    "NewOrder",
    "NewOrderLine",
    "NotEnoughCredit",
    "NotEnoughStock",
    "NotInAssortment",
    "NotTrading",
    "Order",
    "OrderEvent",
    "OrderFilter",
    "OrderLine",
    "OrderOutline",
    "OrderReturn",
    "OrderSide",
    "OrderState",
    "OrderStateCount",
    "OrderStep",
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
    "allowed_steps",
    "cancel_order",
    "close_dispute",
    "confirm_order",
    "confirm_orders",
    "count_orders",
    "decide_return",
    "disputes_by_ids",
    "disputes_of_orders",
    "events_of_orders",
    "find_violations",
    "lines_of_event",
    "lines_of_orders",
    "list_orders",
    "open_dispute",
    "orders_by_ids",
    "orders_of_documents",
    "outlines_of_orders",
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
    "side_of",
    "word_event",
]
