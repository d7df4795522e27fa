"""Confirming many orders as they were placed."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import (
    Actor,
    Connection,
    Forbidden,
    InvalidValue,
    NotFound,
    Problem,
    raise_any,
)
from tradeline.ordering.allowed import OrderStep, is_of_side, judge_state, require_step
from tradeline.ordering.model import ORDERS_AT_ONCE_MAX, Order, state_of
from tradeline.ordering.queries import reading
from tradeline.ordering.service.steps import Taken, store_all


async def confirm_orders(conn: Connection, *, actor: Actor, order_ids: Sequence[int]) -> int:
    """Confirm every line of the orders in full: all of them, or none; how many they are.

    As `confirm_order` without any confirmations for each, with one lock, one read and one write.

    Raises:
        Forbidden: without `order:confirm`, or for the buyer of one of them.
        Rejected: NotFound, WrongState or InvalidValue, for each order at its place in the list.
    """
    require_step(actor, OrderStep.CONFIRM)
    raise_any(_judge_list(order_ids))
    orders = {order.id: order for order in await reading.lock_orders(conn, actor, order_ids)}
    if not all(is_of_side(order, actor.org_id, OrderStep.CONFIRM) for order in orders.values()):
        raise Forbidden
    raise_any(
        [
            problem
            for position, order_id in enumerate(order_ids)
            for problem in _judge_order(position, orders.get(order_id))
        ]
    )
    lines = await reading.fetch_lines(conn, actor, order_ids)
    taken = [
        Taken(
            order=order,
            before=lines[order.id],
            after=lines[order.id],
            state=state_of(lines[order.id]),
        )
        for order in orders.values()
    ]
    await store_all(conn, actor, "confirm", taken)
    return len(taken)


def _judge_list(order_ids: Sequence[int]) -> list[Problem]:
    if not 1 <= len(order_ids) <= ORDERS_AT_ONCE_MAX:
        return [
            InvalidValue(
                path=("orderIds",),
                field="orderIds",
                rule=f"name 1 to {ORDERS_AT_ONCE_MAX} orders",
                rule_zh=f"每次 1 至 {ORDERS_AT_ONCE_MAX} 张订单",
            )
        ]
    return [
        InvalidValue(
            path=("orderIds", position),
            field="orderIds",
            rule="name each order once",
            rule_zh="每张订单只能出现一次",
        )
        for position, order_id in enumerate(order_ids)
        if order_id in order_ids[:position]
    ]


def _judge_order(position: int, order: Order | None) -> list[Problem]:
    path = ("orderIds", position)
    if order is None:
        return [NotFound(path=path, subject="order")]
    return judge_state(order, OrderStep.CONFIRM, path)
