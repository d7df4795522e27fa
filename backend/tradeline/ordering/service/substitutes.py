"""Offering other goods for those that were ordered, and taking them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tradeline.inventory import NewHold, store_holds
from tradeline.kernel import (
    Actor,
    Connection,
    InvalidValue,
    Money,
    NotFound,
    Permission,
    Problem,
    WrongState,
    raise_any,
    refuse,
)
from tradeline.ordering.allowed import OrderStep, require_step
from tradeline.ordering.decisions import PlacedLine, judge_lines
from tradeline.ordering.errors import (
    CreditBlocked,
    NotEnoughCredit,
    NotTrading,
)
from tradeline.ordering.model import LINES_MAX, NewOrder, NewOrderLine, Order, OrderLine
from tradeline.ordering.queries import substitutes as queries
from tradeline.ordering.rules import judge_day, judge_texts
from tradeline.ordering.service.loading import load_placement
from tradeline.ordering.service.steps import lock_for_step, release, store, today
from tradeline.ordering.substitutes import Substitute, SubstituteState
from tradeline.organizations import Relationship, load_known_and_trading
from tradeline.settlement import NewExposureHold, store_exposure_holds

SUBSTITUTED = "substituted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubstitute:
    """What a seller offers for `quantity` units of a line: so many packs of another SKU."""

    order_line_id: int
    quantity: int
    replacement: NewOrderLine
    promised_on: date | None = None
    reason: str = ""


async def propose_substitute(
    conn: Connection, *, actor: Actor, order_id: int, substitute: NewSubstitute
) -> int:
    """Offer other goods for units of a line that are not shipped; by the seller. The offer's id.

    They must be such as the edge trades, and cost what they cost there now. Nothing is held, and
    the order stays as it is, until the buyer decides.

    Raises:
        Forbidden: without `order:confirm`.
        Rejected: NotFound, WrongState, NotTrading, InvalidValue (for more units than are open, too;
            those that something was offered for already are not), or what is wrong with the goods,
            as when placing.
    """
    require_step(actor, OrderStep.PROPOSE_SUBSTITUTE)
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.PROPOSE_SUBSTITUTE)
    offered = (await queries.fetch_substitutes_of_orders(conn, actor, [order.id]))[order.id]
    raise_any(_judge(substitute, lines, offered))
    edge = await _trading(conn, actor, order)
    new = NewOrder(relationship_id=edge.id, lines=(substitute.replacement,))
    state = await load_placement(conn, actor.network_id, [new], {edge.id: edge}, is_locked=False)
    [placed] = judge_lines(0, new, edge, state)
    if not isinstance(placed, PlacedLine):
        raise_any([replace(problem, path=problem.path[2:]) for problem in placed])
    assert isinstance(placed, PlacedLine)
    [line] = [line for line in lines if line.id == substitute.order_line_id]
    substitute_id = await queries.insert_substitute(
        conn,
        actor,
        (order.id, line.id),
        substitute.quantity,
        placed,
        substitute.promised_on,
        substitute.reason.strip(),
    )
    offer = f"{placed.tradable.sku_code} × {placed.quantity}"
    document = {"substitute_id": substitute_id, "line_no": line.line_no, "offer": offer}
    await store(
        conn,
        actor,
        order,
        lines,
        lines,
        "propose_substitute",
        state=order.state,
        note=substitute.reason.strip(),
        document=document,
    )
    return substitute_id


async def decide_substitute(
    conn: Connection, *, actor: Actor, substitute_id: int, accepts: bool, reason: str = ""
) -> int:
    """Take what the seller offers in place of what was ordered, or not; by the buyer. Its id.

    Accepted, it becomes a line of the order at the price that was offered, holding stock and
    exposure as if it had been placed; the units that it replaces are refused.

    Raises:
        Forbidden: without `order:place`, or for the seller.
        Rejected: NotFound, WrongState if it was decided or has lapsed, NotTrading,
            NotEnoughCredit, CreditBlocked, or what is wrong with the goods by now.
    """
    require_step(actor, OrderStep.DECIDE_SUBSTITUTE)
    raise_any(judge_texts(texts={"reason": reason}))
    found = await _substitute(conn, actor, substitute_id)
    order, lines = await lock_for_step(conn, actor, found.order_id, OrderStep.DECIDE_SUBSTITUTE)
    found = await _substitute(conn, actor, substitute_id)
    if found.state is not SubstituteState.PROPOSED:
        state = found.state.value
        raise refuse(WrongState(path=("orderSubstituteId",), subject="substitute", state=state))
    if accepts:
        await _accept(conn, actor, order, lines, found, reason.strip())
        return substitute_id
    await queries.refuse_substitute(conn, actor, substitute_id, reason.strip())
    [line] = [line for line in lines if line.id == found.order_line_id]
    document = {"substitute_id": found.id, "line_no": line.line_no, "offer": found.offer}
    await store(
        conn,
        actor,
        order,
        lines,
        lines,
        "refuse_substitute",
        state=order.state,
        note=reason.strip(),
        document=document,
    )
    return substitute_id


async def substitutes_of_orders(
    conn: Connection, *, actor: Actor, order_ids: Sequence[int]
) -> dict[int, list[Substitute]]:
    """What was offered in place of lines of the orders to which the actor's organization is a
    party. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return await queries.fetch_substitutes_of_orders(conn, actor, order_ids)


async def substitutes_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Substitute]:
    """Those of such orders. Raises Forbidden without `order:read`."""
    actor.require(Permission.ORDER_READ)
    return {it.id: it for it in await queries.fetch_substitutes(conn, actor, ids)}


async def _accept(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    found: Substitute,
    reason: str,
) -> None:
    """Lock and judge as placing does, the exposure first and then the stock of both SKUs in one
    statement; then give up what is replaced, and hold what replaces it."""
    edge = await _trading(conn, actor, order)
    [old] = [line for line in lines if line.id == found.order_line_id]
    wanted = NewOrderLine(found.sku_id, found.pack_quantity, found.pack_id)
    both = NewOrder(relationship_id=edge.id, lines=(wanted, NewOrderLine(old.sku_id, 1)))
    state = await load_placement(conn, actor.network_id, [both], {edge.id: edge}, is_locked=True)
    [placed] = judge_lines(0, replace(both, lines=(wanted,)), edge, state)
    shrunk, dropped = old.refuse(found.replaced_quantity, SUBSTITUTED)
    problems: list[Problem] = []
    if not isinstance(placed, PlacedLine):
        problems += [replace(problem, path=("orderSubstituteId",)) for problem in placed]
    if state.exposures[edge.id].is_blocked:
        problems.append(CreditBlocked(path=("orderSubstituteId",)))
    free = state.free_minor[edge.id] + dropped
    if found.amount_minor > free:
        problems.append(
            NotEnoughCredit(
                path=("orderSubstituteId",),
                required=Money(found.amount_minor, order.currency),
                free=Money(max(free, 0), order.currency),
            )
        )
    raise_any(problems)
    assert isinstance(placed, PlacedLine)
    await release(conn, actor, order, [found.replaced_quantity], [(shrunk, dropped)])
    line_no = max(line.line_no for line in lines) + 1
    line_id = await queries.accept_substitute(conn, actor, found.id, line_no, reason)
    await _hold(conn, actor, order, line_id, found, placed)
    document = {
        "substitute_id": found.id,
        "line_no": old.line_no,
        "offer": found.offer,
        "new_line_no": line_no,
    }
    after = [shrunk if line.id == old.id else line for line in lines]
    await store(
        conn,
        actor,
        order,
        lines,
        after,
        "accept_substitute",
        state=order.state,
        note=reason,
        document=document,
    )


async def _hold(
    conn: Connection,
    actor: Actor,
    order: Order,
    line_id: int,
    found: Substitute,
    placed: PlacedLine,
) -> None:
    """Set the exposure and the stock aside that the new line takes; both are locked."""
    hold = NewExposureHold(
        relationship_id=order.relationship_id,
        reference_type="order",
        reference_id=order.id,
        amount_minor=found.amount_minor,
    )
    await store_exposure_holds(conn, network_id=actor.network_id, holds=[hold])
    sku = placed.tradable
    holds = [
        NewHold(
            warehouse_id=allocation.warehouse_id,
            sku_id=part_id,
            held_for_org_id=order.buyer_org_id,
            reference_type="order_line",
            reference_id=line_id,
            quantity=allocation.quantity * each,
            quantity_each=each,
        )
        for allocation in placed.allocations
        for part_id, each in (sku.composition or {sku.sku_id: 1}).items()
    ]
    await store_holds(conn, network_id=actor.network_id, holds=holds)


async def _trading(conn: Connection, actor: Actor, order: Order) -> Relationship:
    """The order's edge. Raises Rejected with NotTrading where it takes no orders now."""
    _, trading = await load_known_and_trading(
        conn, network_id=actor.network_id, ids=[order.relationship_id]
    )
    if order.relationship_id not in trading:
        raise refuse(NotTrading(path=()))
    # What the order froze holds, whatever the edge does by now.
    return replace(trading[order.relationship_id], holds_stock=order.holds_stock)


async def _substitute(conn: Connection, actor: Actor, substitute_id: int) -> Substitute:
    found = await queries.fetch_substitutes(conn, actor, [substitute_id])
    if not found:
        raise refuse(NotFound(path=("orderSubstituteId",), subject="substitute"))
    return found[0]


def _judge(
    substitute: NewSubstitute, lines: Sequence[OrderLine], offered: Sequence[Substitute]
) -> list[Problem]:
    """What is wrong with an offer, whatever the goods."""
    problems = judge_texts(texts={"reason": substitute.reason})
    problems += judge_day(substitute.promised_on, today(), ("promisedOn",), "promisedOn")
    line = next((line for line in lines if line.id == substitute.order_line_id), None)
    if line is None:
        return [*problems, NotFound(path=("orderLineId",), subject="order line")]
    taken = sum(
        other.replaced_quantity
        for other in offered
        if other.order_line_id == line.id and other.state is SubstituteState.PROPOSED
    )
    if not 1 <= substitute.quantity <= line.unshipped - taken:
        problems.append(_too_many(line.line_no, line.unshipped - taken))
    if substitute.replacement.sku_id == line.sku_id:
        problems.append(
            InvalidValue(
                path=("skuId",),
                field="skuId",
                rule="offer another SKU than the one that was ordered",
                rule_zh="请选择与原订单不同的规格",
            )
        )
    if len(lines) >= LINES_MAX:
        problems.append(
            InvalidValue(
                path=("orderLineId",),
                field="orderLineId",
                rule=f"the order has {LINES_MAX} lines, and takes no more",
                rule_zh=f"订单已有 {LINES_MAX} 行，不能再增加",
            )
        )
    return problems


def _too_many(line_no: int, left: int) -> InvalidValue:
    return InvalidValue(
        path=("quantity",),
        field="quantity",
        rule=f"line {line_no} has {left} left for which something else can be offered",
        rule_zh=f"第 {line_no} 行还有 {left} 可提供替代品",
    )
