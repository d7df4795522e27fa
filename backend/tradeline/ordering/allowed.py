"""Who may take which step on an order, and when. Pure: steps and their buttons ask here alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tradeline.kernel import Actor, Forbidden, Permission, Problem, WrongState
from tradeline.ordering.model import Order, OrderSide, OrderState


class OrderStep(StrEnum):
    """Something that a party can do to an order."""

    REVIEW = "review"
    CONFIRM = "confirm"
    REDATE = "redate"
    SHIP = "ship"
    RECEIVE = "receive"
    CANCEL = "cancel"
    RETURN = "return"
    DECIDE_RETURN = "decide_return"
    DISPUTE = "dispute"
    CLOSE_DISPUTE = "close_dispute"
    PROPOSE_SUBSTITUTE = "propose_substitute"
    WITHDRAW_SUBSTITUTE = "withdraw_substitute"
    DECIDE_SUBSTITUTE = "decide_substitute"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """Any one of `permissions` on one of `sides`, while the order is in one of `states`."""

    permissions: tuple[Permission, ...]
    sides: tuple[OrderSide, ...]
    states: tuple[OrderState, ...]


_SELLER = (OrderSide.SELLING,)
_BUYER = (OrderSide.BUYING,)
_MOVED = (OrderState.TO_SHIP, OrderState.TO_RECEIVE, OrderState.CLOSED)
_CHANGEABLE = (OrderState.TO_CONFIRM, OrderState.TO_SHIP)
_UNSHIPPED = (OrderState.IN_REVIEW, OrderState.TO_CONFIRM, OrderState.TO_SHIP)

# Whoever moves the goods, or answers for them, may say that something is wrong with them.
DISPUTES = (
    Permission.ORDER_CONFIRM,
    Permission.ORDER_RECEIVE,
    Permission.ORDER_RETURN,
    Permission.ORDER_SHIP,
)

RULES = {
    OrderStep.REVIEW: StepRule(
        permissions=(Permission.ORDER_REVIEW,), sides=_SELLER, states=(OrderState.IN_REVIEW,)
    ),
    OrderStep.CONFIRM: StepRule(
        permissions=(Permission.ORDER_CONFIRM,), sides=_SELLER, states=(OrderState.TO_CONFIRM,)
    ),
    OrderStep.REDATE: StepRule(
        permissions=(Permission.ORDER_CONFIRM,), sides=_SELLER, states=(OrderState.TO_SHIP,)
    ),
    OrderStep.SHIP: StepRule(
        permissions=(Permission.ORDER_SHIP,), sides=_SELLER, states=(OrderState.TO_SHIP,)
    ),
    OrderStep.RECEIVE: StepRule(
        permissions=(Permission.ORDER_RECEIVE,), sides=_BUYER, states=_MOVED
    ),
    OrderStep.CANCEL: StepRule(
        permissions=(Permission.ORDER_CANCEL,), sides=tuple(OrderSide), states=_UNSHIPPED
    ),
    OrderStep.RETURN: StepRule(permissions=(Permission.ORDER_RETURN,), sides=_BUYER, states=_MOVED),
    OrderStep.DECIDE_RETURN: StepRule(
        permissions=(Permission.ORDER_CONFIRM,), sides=_SELLER, states=_MOVED
    ),
    OrderStep.DISPUTE: StepRule(
        permissions=DISPUTES, sides=tuple(OrderSide), states=tuple(OrderState)
    ),
    OrderStep.CLOSE_DISPUTE: StepRule(
        permissions=DISPUTES, sides=tuple(OrderSide), states=tuple(OrderState)
    ),
    OrderStep.PROPOSE_SUBSTITUTE: StepRule(
        permissions=(Permission.ORDER_CONFIRM,), sides=_SELLER, states=_CHANGEABLE
    ),
    OrderStep.WITHDRAW_SUBSTITUTE: StepRule(
        permissions=(Permission.ORDER_CONFIRM,), sides=_SELLER, states=_CHANGEABLE
    ),
    OrderStep.DECIDE_SUBSTITUTE: StepRule(
        permissions=(Permission.ORDER_PLACE,), sides=_BUYER, states=_CHANGEABLE
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOutline:
    """What the lines and papers of an order come to, for whoever does not look at each.

    Units are base units. Promises are those of lines that are still awaited. `returnable` leaves
    out what is asked back already; `own_disputes` are the asking organization's open ones.
    """

    order_id: int
    line_count: int
    quantity: int
    unshipped: int
    in_transit: int
    received: int
    returnable: int
    promised_from: date | None
    promised_until: date | None
    requested_returns: int
    open_disputes: int
    own_disputes: int
    proposed_substitutes: int


def may_take(actor: Actor, step: OrderStep) -> bool:
    return any(map(actor.may, RULES[step].permissions))


def require_step(actor: Actor, step: OrderStep) -> None:
    """Raise Forbidden unless the actor may take the step on some order at all."""
    if not may_take(actor, step):
        raise Forbidden(*RULES[step].permissions)


def side_of(order: Order, org_id: int) -> OrderSide:
    """On which side of an order one of its two parties stands."""
    return OrderSide.SELLING if org_id == order.seller_org_id else OrderSide.BUYING


def is_of_side(order: Order, org_id: int, step: OrderStep) -> bool:
    """Whether it is that party's to take the step."""
    return side_of(order, org_id) in RULES[step].sides


def judge_state(
    order: Order, step: OrderStep, path: tuple[str | int, ...] = ("orderId",)
) -> list[Problem]:
    """The fault of an order that is in no state for the step."""
    if order.state in RULES[step].states:
        return []
    return [WrongState(path=path, subject="order", state=order.state.value)]


def allowed_steps(actor: Actor, order: Order, outline: OrderOutline) -> list[OrderStep]:
    """What the actor may do to the order as it stands: each of these steps would be taken."""
    subjects = {
        OrderStep.RECEIVE: outline.in_transit,
        OrderStep.RETURN: outline.returnable,
        OrderStep.DECIDE_RETURN: outline.requested_returns,
        # A party disputes the order as a whole, and each line, once at a time.
        OrderStep.DISPUTE: outline.line_count + 1 - outline.own_disputes,
        OrderStep.CLOSE_DISPUTE: outline.own_disputes,
        OrderStep.PROPOSE_SUBSTITUTE: outline.unshipped,
        OrderStep.WITHDRAW_SUBSTITUTE: outline.proposed_substitutes,
        OrderStep.DECIDE_SUBSTITUTE: outline.proposed_substitutes,
    }
    return [
        step
        for step in OrderStep
        if may_take(actor, step)
        and is_of_side(order, actor.org_id, step)
        and not judge_state(order, step)
        and subjects.get(step, 1) > 0
    ]
