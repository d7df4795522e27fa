"""Goods that go back: asked for by the buyer, taken back or not by the seller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tradeline.inventory import (
    MovementReason,
    SentBack,
    StockReceipt,
    receive_stock,
    send_back_stock,
)
from tradeline.kernel import (
    Actor,
    Connection,
    NotFound,
    WrongState,
    raise_any,
    refuse,
)
from tradeline.ordering.allowed import OrderStep, require_step
from tradeline.ordering.model import Order, OrderLine, OrderReturn, ReturnState
from tradeline.ordering.queries import reading, steps
from tradeline.ordering.rules import judge_texts, nothing_given, reason_missing
from tradeline.ordering.service.steps import lock_for_step, store, too_many, unknown_lines
from tradeline.settlement import NewObligation, ObligationKind, Side, owe


async def request_return(
    conn: Connection, *, actor: Actor, order_id: int, quantities: Mapping[int, int], reason: str
) -> int:
    """Ask to give back received units; the return's id. Nothing moves until the seller accepts.

    Raises:
        Forbidden: without `order:return`, or for the seller.
        Rejected: NotFound, WrongState, QuantityNotOpen (what is asked back already counts),
            InvalidValue without lines or reason.
    """
    require_step(actor, OrderStep.RETURN)
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.RETURN)
    asked = dict.fromkeys((line.id for line in lines), 0)
    for earlier in await reading.fetch_returns_of_orders(conn, actor, [order.id]):
        if earlier.state is ReturnState.REQUESTED:
            for line in earlier.lines:
                asked[line.order_line_id] += line.quantity
    returnable = {line.id: line.returnable - asked[line.id] for line in lines}
    problems = unknown_lines(list(quantities), lines) + too_many(quantities, returnable, lines)
    problems += judge_texts(texts={"reason": reason})
    wanted = [(line_id, units) for line_id, units in quantities.items() if units]
    if not wanted:
        problems.append(nothing_given("lines"))
    if not reason.strip():
        problems.append(reason_missing("reason"))
    raise_any(problems)
    return_id, number = await steps.insert_return(conn, actor, order.id, reason.strip(), wanted)
    line_numbers = {line.id: line.line_no for line in lines}
    document = {
        "return_id": return_id,
        "number": number,
        "returned": [{"line_no": line_numbers[id], "quantity": units} for id, units in wanted],
    }
    await store(
        conn,
        actor,
        order,
        lines,
        lines,
        "request_return",
        state=order.state,
        note=reason.strip(),
        document=document,
    )
    return return_id


async def decide_return(
    conn: Connection, *, actor: Actor, return_id: int, accepts: bool, reason: str = ""
) -> int:
    """Take goods back, or refuse to; by the seller. The return's id.

    Accepted, the units' share of what was owed is no longer owed, and the goods stand in the
    seller's warehouse again.

    Raises:
        Forbidden: without `order:confirm`, or for the buyer.
        Rejected: NotFound, WrongState if it was decided before, InvalidValue for a refusal
            without a reason.
    """
    require_step(actor, OrderStep.DECIDE_RETURN)
    raise_any(judge_texts(texts={"reason": reason}))
    order_return = await _return(conn, actor, return_id)
    order, lines = await lock_for_step(conn, actor, order_return.order_id, OrderStep.DECIDE_RETURN)
    order_return = await _return(conn, actor, return_id)
    if order_return.state is not ReturnState.REQUESTED:
        state = order_return.state.value
        raise refuse(WrongState(path=("orderReturnId",), subject="return", state=state))
    if accepts:
        await _accept_return(conn, actor, order, lines, order_return, reason)
        return return_id
    if not reason.strip():
        raise refuse(reason_missing("reason"))
    await steps.decide_return(conn, actor, return_id, "refused", reason.strip(), [])
    await store(
        conn,
        actor,
        order,
        lines,
        lines,
        "refuse_return",
        state=order.state,
        note=reason.strip(),
        document={"return_id": return_id, "number": order_return.number},
    )
    return return_id


async def _accept_return(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    order_return: OrderReturn,
    note: str,
) -> None:
    """Give back the units' share of the debt, and carry the goods home."""
    units = {line.order_line_id: line.quantity for line in order_return.lines}
    before = [line for line in lines if line.id in units]
    given = [line.give_back(units[line.id]) for line in before]
    total = sum(minor for _, minor in given)
    shares = [(line.id, minor) for line, minor in given]
    await steps.decide_return(conn, actor, order_return.id, "accepted", None, shares)
    if total:
        obligation = NewObligation(
            relationship_id=order.relationship_id,
            kind=ObligationKind.RETURN,
            owed_by=Side.SELLER,
            amount_minor=total,
            document_type="return",
            document_id=order_return.id,
            document_number=order_return.number,
        )
        await owe(conn, network_id=actor.network_id, obligations=[obligation])
    await _take_back(conn, actor, order, lines, order_return)
    document = {
        "return_id": order_return.id,
        "number": order_return.number,
        "amount_minor": total,
    }
    await store(
        conn,
        actor,
        order,
        before,
        [line for line, _ in given],
        "return",
        state=order.state,
        note=note,
        document=document,
    )


async def _return(conn: Connection, actor: Actor, return_id: int) -> OrderReturn:
    found = await reading.fetch_returns(conn, actor, [return_id])
    if not found:
        raise refuse(NotFound(path=("orderReturnId",), subject="return"))
    return found[0]


async def _take_back(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    order_return: OrderReturn,
) -> None:
    """Carry returned goods from the buyer's stock to the seller's, where they keep it here."""
    skus = {line.id: line.sku_id for line in lines}
    papers = await _papers(conn, actor, order)
    await send_back_stock(
        conn,
        network_id=actor.network_id,
        org_id=order.buyer_org_id,
        goods=[
            SentBack(
                sku_id=skus[line.order_line_id],
                quantity=line.quantity,
                reference_type="return_line",
                reference_id=line.id,
                came_on=tuple(papers[line.order_line_id]),
            )
            for line in order_return.lines
        ],
        account_id=actor.account_id,
    )
    if not order.holds_stock:
        return
    receipts = [
        StockReceipt(
            org_id=order.seller_org_id,
            sku_id=skus[line.order_line_id],
            quantity=line.quantity,
            reason=MovementReason.RETURN,
            reference_type="return_line",
            reference_id=line.id,
        )
        for line in order_return.lines
    ]
    await receive_stock(
        conn, network_id=actor.network_id, receipts=receipts, account_id=actor.account_id
    )


async def _papers(
    conn: Connection, actor: Actor, order: Order
) -> Mapping[int, list[tuple[str, int]]]:
    """The papers on which goods of each line came to the buyer, or went back before."""
    papers: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for shipment in await reading.fetch_shipments_of_orders(conn, actor, [order.id]):
        for packed in shipment.lines:
            papers[packed.order_line_id].append(("shipment_line", packed.id))
    for earlier in await reading.fetch_returns_of_orders(conn, actor, [order.id]):
        for given in earlier.lines:
            papers[given.order_line_id].append(("return_line", given.id))
    return papers
