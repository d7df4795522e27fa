"""What every step of an order has in common, and the steps before the goods move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tradeline.inventory import Release, release_holds
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    Forbidden,
    NotFound,
    Problem,
    publish,
    raise_any,
    record_changes,
    refuse,
    trade_day,
)
from tradeline.ordering.allowed import OrderStep, is_of_side, judge_state, require_step, side_of
from tradeline.ordering.errors import QuantityNotOpen, ReasonMissing
from tradeline.ordering.model import Order, OrderLine, OrderState, holder_of, state_of
from tradeline.ordering.queries import reading, steps
from tradeline.ordering.rules import judge_day, judge_texts, nothing_given
from tradeline.ordering.timeline import detail_of
from tradeline.settlement import ExposureRelease, release_exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the seller says of one line: how much, by when, and why not all of it."""

    order_line_id: int
    quantity: int
    promised_on: date | None = None
    reason: str | None = None


async def review_order(
    conn: Connection, *, actor: Actor, order_id: int, approves: bool, reason: str = ""
) -> int:
    """Let an order pass to confirmation, or refuse it whole with a reason; by the seller.

    Raises:
        Forbidden: without `order:review`.
        Rejected: NotFound, WrongState, or ReasonMissing.
    """
    require_step(actor, OrderStep.REVIEW)
    raise_any(judge_texts(texts={"reason": reason}))
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.REVIEW)
    if not approves:
        if not reason.strip():
            raise refuse(ReasonMissing(path=("reason",)))
        refused = [line.refuse(line.unshipped, reason.strip()) for line in lines]
        await release(conn, actor, order, _units(lines, [r for r, _ in refused]), refused)
        after = [line for line, _ in refused]
        await store(conn, actor, order, lines, after, "review", note=reason)
        return order.id
    state = OrderState.TO_CONFIRM if order.requires_confirmation else OrderState.TO_SHIP
    await store(conn, actor, order, lines, lines, "review", state=state, note=reason)
    return order.id


async def confirm_order(
    conn: Connection, *, actor: Actor, order_id: int, confirmations: Sequence[Confirmation] = ()
) -> int:
    """Say of each line how much will come and when; a line that is not named comes in full.

    What is not confirmed is refused with its reason, and its stock and exposure are freed.

    Raises:
        Forbidden: without `order:confirm`.
        Rejected: NotFound for an order or line that is not the seller's, WrongState,
            QuantityNotOpen for more than was ordered, ReasonMissing for less without a reason.
    """
    require_step(actor, OrderStep.CONFIRM)
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.CONFIRM)
    wanted = {
        confirmation.order_line_id: (position, confirmation)
        for position, confirmation in enumerate(confirmations)
    }
    problems = unknown_lines([c.order_line_id for c in confirmations], lines)
    problems += _texts_of_confirmations(order, confirmations)
    confirmed: list[tuple[OrderLine, int]] = []
    for line in lines:
        position, confirmation = wanted.get(line.id, (0, None))
        if confirmation is None:
            confirmed.append((line, 0))
            continue
        problems += _confirmation_problems(position, confirmation, line)
        if not problems:
            dated = replace(line, promised_on=confirmation.promised_on)
            units = line.unshipped - confirmation.quantity
            confirmed.append(dated.refuse(units, confirmation.reason) if units else (dated, 0))
    raise_any(problems)
    after = [line for line, _ in confirmed]
    await release(conn, actor, order, _units(lines, after), confirmed)
    await store(conn, actor, order, lines, after, "confirm")
    return order.id


async def redate_lines(
    conn: Connection, *, actor: Actor, order_id: int, dates: Sequence[tuple[int, date]]
) -> int:
    """Promise other dates for lines, by id, that are not all shipped yet; by the seller.

    Raises:
        Forbidden: without `order:confirm`.
        Rejected: NotFound, WrongState, QuantityNotOpen for a line that is shipped, InvalidValue.
    """
    require_step(actor, OrderStep.REDATE)
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.REDATE)
    by_line = dict(dates)
    problems = unknown_lines([line_id for line_id, _ in dates], lines)
    problems += too_many(
        dict.fromkeys(by_line, 1), {line.id: line.unshipped for line in lines}, lines
    )
    for position, (_, day) in enumerate(dates):
        path = ("lines", position, "promisedOn")
        problems += judge_day(day, trade_day(), path, "promisedOn", earliest=order.placed_on)
    if not dates:
        problems.append(nothing_given("lines"))
    raise_any(problems)
    dated = [replace(line, promised_on=by_line.get(line.id, line.promised_on)) for line in lines]
    await store(conn, actor, order, lines, dated, "redate", state=order.state)
    return order.id


async def cancel_order(
    conn: Connection,
    *,
    actor: Actor,
    order_id: int,
    quantities: Mapping[int, int] | None = None,
    reason: str = "",
) -> int:
    """Cancel what is not shipped: all of it, or so many units of the lines named; by either side.

    Raises:
        Forbidden: without `order:cancel`.
        Rejected: NotFound, WrongState, or QuantityNotOpen for what is shipped already.
    """
    require_step(actor, OrderStep.CANCEL)
    raise_any(judge_texts(texts={"reason": reason}))
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.CANCEL)
    units = {line.id: line.unshipped for line in lines} if quantities is None else quantities
    problems = unknown_lines(list(units), lines)
    problems += too_many(units, {line.id: line.unshipped for line in lines}, lines)
    if not any(units.values()):
        problems.append(nothing_given("lines"))
    raise_any(problems)
    side = side_of(order, actor.org_id)
    cancelled = [line.cancel(units.get(line.id, 0), side) for line in lines]
    after = [line for line, _ in cancelled]
    await release(conn, actor, order, _units(lines, after), cancelled)
    still_waits = order.state is not OrderState.TO_SHIP and any(line.unshipped for line in after)
    state = order.state if still_waits else None
    await store(conn, actor, order, lines, after, "cancel", state=state, note=reason)
    return order.id


async def lock_for_step(
    conn: Connection, actor: Actor, order_id: int, step: OrderStep
) -> tuple[Order, list[OrderLine]]:
    """Lock an order of the actor's for a step that its side may take in the order's state.

    Raises:
        Rejected: NotFound for no party, WrongState for another state.
        Forbidden: for the other party of the edge.
    """
    found = await lock_for_steps(conn, actor, [order_id], step)
    if order_id not in found:
        raise refuse(NotFound(path=("orderId",), subject="order"))
    order = found[order_id]
    raise_any(judge_state(order, step))
    lines = await reading.fetch_lines(conn, actor, [order.id])
    return order, lines[order.id]


async def lock_for_steps(
    conn: Connection, actor: Actor, order_ids: Collection[int], step: OrderStep
) -> dict[int, Order]:
    """Lock those of the orders to which the actor is a party, in one statement, for a step that its
    side may take in some state. Raises Forbidden for the other party of one of them."""
    found = await reading.lock_orders(conn, actor, sorted(set(order_ids)))
    if not all(is_of_side(order, actor.org_id, step) for order in found):
        raise Forbidden
    return {order.id: order for order in found}


def unknown_lines(ids: Sequence[int], lines: Sequence[OrderLine]) -> list[Problem]:
    """A NotFound for each id that is no line of the order, or is named twice."""
    known = {line.id for line in lines}
    return [
        NotFound(path=("lines", position, "orderLineId"), subject="order line")
        for position, line_id in enumerate(ids)
        if line_id not in known or line_id in ids[:position]
    ]


def too_many(
    wanted: Mapping[int, int], open_units: Mapping[int, int], lines: Sequence[OrderLine]
) -> list[Problem]:
    """A QuantityNotOpen for each line of which more is wanted than is open for the step."""
    numbers = {line.id: line.line_no for line in lines}
    return [
        QuantityNotOpen(
            path=("lines", position, "quantity"),
            line_no=numbers[line_id],
            requested=units,
            open=open_units[line_id],
        )
        for position, (line_id, units) in enumerate(wanted.items())
        if line_id in numbers and not 0 <= units <= open_units[line_id]
    ]


def _texts_of_confirmations(order: Order, confirmations: Sequence[Confirmation]) -> list[Problem]:
    """What is wrong with reasons and days; none is promised before the order was placed."""
    problems: list[Problem] = []
    earliest = order.placed_on
    for position, confirmation in enumerate(confirmations):
        path = ("lines", position)
        faults = judge_texts(texts={"reason": confirmation.reason or ""})
        problems += [replace(fault, path=(*path, *fault.path)) for fault in faults]
        day_path = (*path, "promisedOn")
        problems += judge_day(
            confirmation.promised_on, trade_day(), day_path, "promisedOn", earliest=earliest
        )
    return problems


def _confirmation_problems(
    position: int, confirmation: Confirmation, line: OrderLine
) -> list[Problem]:
    path = ("lines", position)
    if not 0 <= confirmation.quantity <= line.unshipped:
        return [
            QuantityNotOpen(
                path=(*path, "quantity"),
                line_no=line.line_no,
                requested=confirmation.quantity,
                open=line.unshipped,
            )
        ]
    if confirmation.quantity < line.unshipped and not (confirmation.reason or "").strip():
        return [ReasonMissing(path=(*path, "reason"))]
    return []


def _units(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> list[int]:
    """How many units of each line are no longer to be shipped."""
    return [old.unshipped - new.unshipped for old, new in zip(before, after, strict=True)]


async def release(
    conn: Connection,
    actor: Actor,
    order: Order,
    units: Sequence[int],
    dropped: Sequence[tuple[OrderLine, int]],
) -> None:
    """Free the exposure, then the stock, of units that will not come."""
    await release_exposure(
        conn,
        network_id=actor.network_id,
        releases=exposure_releases(order, sum(minor for _, minor in dropped)),
    )
    await release_holds(
        conn,
        network_id=actor.network_id,
        releases=[
            Release(reference_type="order_line", reference_id=line.id, quantity=quantity)
            for quantity, (line, _) in zip(units, dropped, strict=True)
            if quantity
        ],
    )


def exposure_releases(order: Order, minor: int) -> list[ExposureRelease]:
    """The part of the order's hold that ends; none for a sum of nothing."""
    if not minor:
        return []
    return [ExposureRelease(reference_type="order", reference_id=order.id, amount_minor=minor)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a step did to one order; `state` is where it stands now."""

    order: Order
    before: Sequence[OrderLine]
    after: Sequence[OrderLine]
    state: OrderState
    note: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


async def store(
    conn: Connection,
    actor: Actor,
    order: Order,
    before: Sequence[OrderLine],
    after: Sequence[OrderLine],
    step: str,
    *,
    state: OrderState | None = None,
    note: str = "",
    document: Mapping[str, Any] | None = None,
) -> None:
    """As `store_all`, for one order; its new state is by default what its lines come to."""
    taken = Taken(
        order=order,
        before=before,
        after=after,
        state=state_of(after) if state is None else state,
        note=note,
        document=document or {},
    )
    await store_all(conn, actor, step, [taken])


async def store_all(conn: Connection, actor: Actor, step: str, taken: Sequence[Taken]) -> None:
    """Write the lines and states of locked orders, and of each the time line, audit and event.

    `document` names the paper of the step, such as a receipt with its number and sum. The audit
    trail and the event say of each line what has changed. An order may be there several times,
    each beginning with the lines that the one before it left.
    """
    changed = {
        now.id: now
        for one in taken
        for was, now in zip(one.before, one.after, strict=True)
        if now != was
    }
    if changed:
        await steps.update_lines(conn, actor, list(changed.values()))
    rows = [
        (
            one.order.id,
            one.state,
            holder_of(one.state, one.order.seller_org_id, one.order.buyer_org_id),
            one.note,
            detail_of(step, one.before, one.after, one.document),
        )
        for one in taken
    ]
    await steps.store_steps(conn, actor, step, rows)
    await record_changes(conn, actor=actor, changes=[_change(step, one) for one in taken])
    await publish(conn, network_id=actor.network_id, events=[_event(step, one) for one in taken])


def _change(step: str, taken: Taken) -> Change:
    old, new = line_changes(taken.before, taken.after)
    return Change(
        action=f"order.{step}",
        subject_type="order",
        subject_id=taken.order.id,
        before={"state": taken.order.state.value, "lines": old},
        after={"state": taken.state.value, "note": taken.note, "lines": new, **taken.document},
    )


def _event(step: str, taken: Taken) -> Event:
    order = taken.order
    _, new = line_changes(taken.before, taken.after)
    return Event(
        topic=PAST[step],
        key=f"order:{order.id}",
        payload={
            "order_id": order.id,
            "seller_org_id": order.seller_org_id,
            "buyer_org_id": order.buyer_org_id,
            "state": taken.state.value,
            "lines": new,
            **taken.document,
        },
    )


def line_changes(
    before: Sequence[OrderLine], after: Sequence[OrderLine]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a step changed, line by line, as it was and as it is; unchanged lines are left out."""
    old, new = [], []
    for was, now in zip(before, after, strict=True):
        names = [name for name in TRACKED if getattr(was, name) != getattr(now, name)]
        if names:
            old.append({"line_no": was.line_no, **{name: getattr(was, name) for name in names}})
            new.append({"line_no": now.line_no, **{name: getattr(now, name) for name in names}})
    return old, new


# What the steps change of a line.
TRACKED = (
    "refused_quantity",
    "cancelled_quantity",
    "cut_quantity",
    "shipped_quantity",
    "counted_quantity",
    "received_quantity",
    "returned_quantity",
    "open_minor",
    "owed_minor",
    "returned_minor",
    "promised_on",
    "refusal_reason",
)

# Each step as a fact.
PAST = {
    "review": "order.reviewed",
    "confirm": "order.confirmed",
    "redate": "order.redated",
    "cancel": "order.cancelled",
    "ship": "order.shipped",
    "receive": "order.received",
    "request_return": "order.return_requested",
    "refuse_return": "order.return_refused",
    "return": "order.returned",
    "dispute": "order.disputed",
    "close_dispute": "order.dispute_closed",
    "move_expected": "order.expected_moved",
    "propose_substitute": "order.substitute_proposed",
    "accept_substitute": "order.substitute_accepted",
    "refuse_substitute": "order.substitute_refused",
    "withdraw_substitute": "order.substitute_withdrawn",
}
