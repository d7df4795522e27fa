"""The enums of ordering, as the graph shows them."""

import strawberry

from tradeline.ordering import OrderSide, OrderState, OrderStep, ReturnState, SubstituteState

__all__ = ["OrderSide", "OrderState", "OrderStep", "ReturnState", "SubstituteState"]

strawberry.enum(OrderState, description="The step that an order waits for, or how it ended.")
strawberry.enum(OrderSide, description="On which side of its relationship an organization stands.")
strawberry.enum(OrderStep, description="Something that a party can do to an order.")
strawberry.enum(ReturnState, description="What became of a return.")
strawberry.enum(
    SubstituteState,
    description="What became of goods offered in place of others. LAPSED: nobody decided, and the "
    "line has not so many units left, the order is in no state for it, or its last day is over.",
)
