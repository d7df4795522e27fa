"""Saying that something is wrong with an order, and that it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.kernel import (
    Actor,
    Connection,
    Forbidden,
    NotFound,
    Permission,
    Problem,
    WrongState,
    grouped,
    raise_any,
    refuse,
)
from tradeline.ordering.allowed import OrderStep, require_step
from tradeline.ordering.disputes import Dispute
from tradeline.ordering.model import Order, OrderLine
from tradeline.ordering.queries import disputes as queries
from tradeline.ordering.rules import judge_texts, reason_missing
from tradeline.ordering.service.steps import lock_for_step, store


async def open_dispute(
    conn: Connection,
    *,
    actor: Actor,
    order_id: int,
    order_line_id: int | None = None,
    reason: str,
) -> int:
    """Say what is wrong with an order, or with one of its lines; by either side. The dispute's id.

    It changes neither goods nor money: those follow by a return, an adjustment, a new order.

    Raises:
        Forbidden: without one of the permissions to move goods or to answer for them.
        Rejected: NotFound, InvalidValue without a reason, WrongState while the same party
            disputes the same matter.
    """
    require_step(actor, OrderStep.DISPUTE)
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.DISPUTE)
    problems = _judge_words("reason", reason)
    numbers = {line.id: line.line_no for line in lines}
    if order_line_id is not None and order_line_id not in numbers:
        problems.append(NotFound(path=("orderLineId",), subject="order line"))
    for other in await queries.fetch_disputes_of_orders(conn, actor, [order.id]):
        is_same = (other.opened_by_org_id, other.order_line_id) == (actor.org_id, order_line_id)
        if is_same and other.closed_at is None:
            problems.append(_disputed_already(order_line_id))
    raise_any(problems)
    dispute_id = await queries.insert_dispute(conn, actor, order.id, order_line_id, reason.strip())
    paper = {"dispute_id": dispute_id}
    if order_line_id is not None:
        paper["line_no"] = numbers[order_line_id]
    await _store(conn, actor, order, lines, "dispute", reason.strip(), paper)
    return dispute_id


async def close_dispute(conn: Connection, *, actor: Actor, dispute_id: int, resolution: str) -> int:
    """Say how a matter was settled; by the party that opened it. The dispute's id.

    Raises:
        Forbidden: without one of the permissions to open it, or for the other party.
        Rejected: NotFound, WrongState if it was closed before, InvalidValue without a resolution.
    """
    require_step(actor, OrderStep.CLOSE_DISPUTE)
    dispute = await _dispute(conn, actor, dispute_id)
    order, lines = await lock_for_step(conn, actor, dispute.order_id, OrderStep.CLOSE_DISPUTE)
    dispute = await _dispute(conn, actor, dispute_id)
    if dispute.opened_by_org_id != actor.org_id:
        raise Forbidden
    if dispute.closed_at is not None:
        raise refuse(WrongState(path=("disputeId",), subject="dispute", state="closed"))
    raise_any(_judge_words("resolution", resolution))
    await queries.close_dispute(conn, actor, dispute.id, resolution.strip())
    numbers = {line.id: line.line_no for line in lines}
    paper = {"dispute_id": dispute.id}
    if dispute.order_line_id is not None:
        paper["line_no"] = numbers[dispute.order_line_id]
    await _store(conn, actor, order, lines, "close_dispute", resolution.strip(), paper)
    return dispute.id


async def disputes_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Dispute]:
    actor.require(Permission.ORDER_READ)
    return {found.id: found for found in await queries.fetch_disputes(conn, actor, ids)}


async def disputes_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[Dispute]]:
    """The disputes of each order, first to last."""
    actor.require(Permission.ORDER_READ)
    found = await queries.fetch_disputes_of_orders(conn, actor, order_ids)
    return grouped(order_ids, ((dispute.order_id, dispute) for dispute in found))


async def _dispute(conn: Connection, actor: Actor, dispute_id: int) -> Dispute:
    found = await queries.fetch_disputes(conn, actor, [dispute_id])
    if not found:
        raise refuse(NotFound(path=("disputeId",), subject="dispute"))
    return found[0]


def _disputed_already(order_line_id: int | None) -> WrongState:
    if order_line_id is None:
        return WrongState(path=("orderId",), subject="order", state="disputed")
    return WrongState(path=("orderLineId",), subject="order line", state="disputed")


def _judge_words(field: str, text: str) -> list[Problem]:
    return judge_texts(texts={field: text}) + ([] if text.strip() else [reason_missing(field)])


async def _store(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    step: str,
    note: str,
    paper: dict[str, Any],
) -> None:
    """The order stays in its state: a dispute holds nothing up."""
    await store(
        conn, actor, order, lines, lines, step, state=order.state, note=note, document=paper
    )
