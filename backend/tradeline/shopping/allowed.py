"""Who may take which step on a consumer's order, and when. Pure: steps and buttons ask alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tradeline.kernel import Actor, Forbidden, Permission, Problem, WrongState
from tradeline.shopping.model import ConsumerOrder
from tradeline.shopping.model import ConsumerOrderState as State
from tradeline.shopping.sale_errors import ReturnsOver


class SaleStep(StrEnum):
    """Something that a member or a party can do to an order that was placed."""

    CANCEL = "cancel"
    SHIP = "ship"
    HAND_OVER = "hand_over"
    RECEIVE = "receive"
    REQUEST_AFTER_SALE = "request_after_sale"
    DECIDE_AFTER_SALE = "decide_after_sale"
    REFUND_PRICE = "refund_price"
    REFUND_FREIGHT = "refund_freight"
    RESOURCE = "resource"


class SaleRole(StrEnum):
    """What an organization is in an order; it may be several."""

    STORE = "store"
    SOURCE = "source"
    COLLECTOR = "collector"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRule:
    """For `permission` in one of `roles`, while the order is in one of `states`; None where it is
    the member's alone."""

    permission: Permission | None
    roles: tuple[SaleRole, ...]
    states: tuple[State, ...]


_OPEN = (State.TO_SHIP, State.TO_PICK_UP)
_PAID = (*_OPEN, State.SHIPPED, State.COMPLETED)

RULES = {
    SaleStep.CANCEL: SaleRule(
        permission=Permission.CONSUMER_ORDER_REFUND,
        roles=(SaleRole.STORE,),
        states=(State.TO_PAY, *_OPEN),
    ),
    SaleStep.SHIP: SaleRule(
        permission=Permission.CONSUMER_ORDER_FULFIL,
        roles=(SaleRole.SOURCE,),
        states=(State.TO_SHIP,),
    ),
    SaleStep.HAND_OVER: SaleRule(
        permission=Permission.CONSUMER_ORDER_FULFIL,
        roles=(SaleRole.STORE,),
        states=(State.TO_PICK_UP,),
    ),
    SaleStep.RECEIVE: SaleRule(permission=None, roles=(), states=(State.SHIPPED,)),
    SaleStep.REQUEST_AFTER_SALE: SaleRule(permission=None, roles=(), states=_PAID),
    SaleStep.DECIDE_AFTER_SALE: SaleRule(
        permission=Permission.CONSUMER_ORDER_REFUND,
        roles=(SaleRole.STORE, SaleRole.COLLECTOR, SaleRole.SOURCE),
        states=_PAID,
    ),
    SaleStep.REFUND_PRICE: SaleRule(
        permission=Permission.CONSUMER_ORDER_REFUND, roles=(SaleRole.STORE,), states=_PAID
    ),
    SaleStep.REFUND_FREIGHT: SaleRule(
        permission=Permission.CONSUMER_ORDER_REFUND,
        roles=(SaleRole.STORE, SaleRole.SOURCE),
        states=_PAID,
    ),
    SaleStep.RESOURCE: SaleRule(
        permission=Permission.CONSUMER_ORDER_FULFIL, roles=(SaleRole.SOURCE,), states=_OPEN
    ),
}


def require_step(actor: Actor, step: SaleStep) -> None:
    """Raise Forbidden unless the actor may take the step on some order at all."""
    permission = RULES[step].permission
    if permission is None:
        raise Forbidden
    actor.require(permission)


def roles_of(order: ConsumerOrder, *, org_id: int, is_source: bool) -> set[SaleRole]:
    """What an organization is in an order."""
    roles = set()
    if org_id == order.seller_org_id:
        roles.add(SaleRole.STORE)
    if org_id == order.collector_org_id:
        roles.add(SaleRole.COLLECTOR)
    if is_source:
        roles.add(SaleRole.SOURCE)
    return roles


def require_role(order: ConsumerOrder, step: SaleStep, *, org_id: int, is_source: bool) -> None:
    """Raise Forbidden for a party of the order whose step it is not."""
    if not roles_of(order, org_id=org_id, is_source=is_source) & set(RULES[step].roles):
        raise Forbidden


def judge_state(
    order: ConsumerOrder, step: SaleStep, path: tuple[str | int, ...] = ("orderId",)
) -> list[Problem]:
    """The fault of an order that is in no state for the step."""
    if order.state not in RULES[step].states:
        return [WrongState(path=path, subject="order", state=order.state.value)]
    return [ReturnsOver(path=path)] if _is_too_late(order, step) else []


def allowed_steps(actor: Actor, order: ConsumerOrder, *, is_source: bool) -> list[SaleStep]:
    """What the actor may do to the order as it stands."""
    roles = roles_of(order, org_id=actor.org_id, is_source=is_source)
    return [
        step
        for step, rule in RULES.items()
        if rule.permission is not None
        and actor.may(rule.permission)
        and roles & set(rule.roles)
        and order.state in rule.states
    ]


def member_steps(order: ConsumerOrder) -> list[SaleStep]:
    """What the member may do to the order as it stands."""
    steps = (SaleStep.CANCEL, SaleStep.RECEIVE, SaleStep.REQUEST_AFTER_SALE)
    return [step for step in steps if not judge_state(order, step)]


def _is_too_late(order: ConsumerOrder, step: SaleStep) -> bool:
    return order.is_final and step is SaleStep.REQUEST_AFTER_SALE
