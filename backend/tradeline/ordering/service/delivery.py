"""Goods on the move: shipping, counting what came, and giving some of it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tradeline.inventory import (
    HoldShipment,
    MovementReason,
    StockReceipt,
    receive_stock,
    send_back_stock,
    ship_holds,
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
from tradeline.ordering.counting import judge_count
from tradeline.ordering.model import (
    Counted,
    Damage,
    Order,
    OrderLine,
    OrderReturn,
    ReturnState,
    Shipment,
)
from tradeline.ordering.queries import reading, steps
from tradeline.ordering.rules import (
    judge_day,
    judge_packages,
    judge_texts,
    nothing_given,
    reason_missing,
)
from tradeline.ordering.service.steps import (
    exposure_releases,
    lock_for_step,
    store,
    today,
    too_many,
    unknown_lines,
)
from tradeline.settlement import (
    ExposureRelease,
    NewObligation,
    ObligationKind,
    Side,
    owe,
    release_exposure,
)


async def ship_order(
    conn: Connection,
    *,
    actor: Actor,
    order_id: int,
    quantities: Mapping[int, int] | None = None,
    carrier: str = "",
    tracking_number: str = "",
    expected_on: date | None = None,
    packages: int | None = None,
) -> int:
    """Ship all that is open, or so many units of the lines named; the shipment's id.

    When it should arrive, and in how many packages, tells the buyer ahead what to make room for.
    Held stock leaves its warehouse. On an edge without the receiving step, the goods count as
    received in full, and are owed, at once.

    Raises:
        Forbidden: without `order:ship`.
        Rejected: NotFound, WrongState, QuantityNotOpen, or InvalidValue for an empty shipment, a
            day that nobody means, or packages that nobody counts.
    """
    require_step(actor, OrderStep.SHIP)
    problems = judge_texts(codes={"carrier": carrier, "trackingNumber": tracking_number})
    problems += judge_day(expected_on, today(), ("expectedOn",), "expectedOn")
    raise_any(problems + judge_packages(packages))
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.SHIP)
    open_units = {line.id: line.unshipped for line in lines}
    wanted = open_units if quantities is None else dict(quantities)
    raise_any(unknown_lines(list(wanted), lines) + too_many(wanted, open_units, lines))
    packed = [(line_id, units) for line_id, units in wanted.items() if units]
    if not packed:
        raise refuse(nothing_given("lines"))
    shipment_id, number, shipment_lines = await steps.insert_shipment(
        conn, actor, order.id, carrier, tracking_number, packed, expected_on, packages
    )
    shipped = [line.ship(wanted.get(line.id, 0)) for line in lines]
    if not order.requires_receipt:
        shipped, _ = await _count(
            conn, actor, order, shipped, shipment_id, dict(packed), {}, {}, ""
        )
    await ship_holds(
        conn,
        network_id=actor.network_id,
        shipments=[
            HoldShipment(
                reference_type="order_line",
                reference_id=line_id,
                quantity=units,
                movement_type="shipment_line",
                movement_id=shipment_lines[line_id],
            )
            for line_id, units in packed
        ],
        account_id=actor.account_id,
    )
    if not order.requires_receipt:
        await _put_away(conn, actor, order, shipped, shipment_lines, dict(packed), {})
    document = {
        "shipment_id": shipment_id,
        "number": number,
        "carrier": carrier,
        "expected_on": None if expected_on is None else expected_on.isoformat(),
    }
    await store(conn, actor, order, lines, shipped, "ship", note=tracking_number, document=document)
    return shipment_id


async def receive_shipment(
    conn: Connection,
    *,
    actor: Actor,
    shipment_id: int,
    found: Mapping[int, int] | None = None,
    damaged: Mapping[int, Damage] | None = None,
    note: str = "",
) -> int:
    """Count a shipment: all of it, or what was found of the lines named; the shipment's id.

    What was found is owed from now on, and its hold on the exposure ends; what is short is not
    owed. More than was shipped is owed too, at the line's price. Units that came damaged are not
    among those found: they are written down, neither owed nor put into stock.

    Raises:
        Forbidden: without `order:receive`, or for the seller.
        Rejected: NotFound, WrongState if it was counted before, InvalidValue for a count beyond
            twice what was shipped, or damage beyond what was shipped or without a reason.
    """
    require_step(actor, OrderStep.RECEIVE)
    raise_any(judge_texts(texts={"note": note}))
    shipment = await _shipment(conn, actor, shipment_id)
    order, lines = await lock_for_step(conn, actor, shipment.order_id, OrderStep.RECEIVE)
    shipment = await _shipment(conn, actor, shipment_id)
    if shipment.received_at is not None:
        raise refuse(WrongState(path=("shipmentId",), subject="shipment", state="received"))
    packed = {line.order_line_id: line.quantity for line in shipment.lines}
    found, damaged = dict(found or {}), dict(damaged or {})
    shipped = [line for line in lines if line.id in packed]
    raise_any(unknown_lines(list(found), shipped) + unknown_lines(list(damaged), shipped))
    raise_any(judge_count(packed, found, damaged))
    # Of what came damaged and was not counted besides, the rest is good.
    for line_id, damage in damaged.items():
        found.setdefault(line_id, packed[line_id] - damage.quantity)
    damaged = {line_id: damage for line_id, damage in damaged.items() if damage.quantity}
    counted, receipt = await _count(
        conn, actor, order, lines, shipment.id, packed, found, damaged, note
    )
    shipment_lines = {line.order_line_id: line.id for line in shipment.lines}
    await _put_away(conn, actor, order, counted, shipment_lines, packed, found)
    await store(conn, actor, order, lines, counted, "receive", note=note, document=receipt)
    return shipment.id


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
        obligation = _obligation(
            order, "return", "seller", total, order_return.id, order_return.number
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


async def _shipment(conn: Connection, actor: Actor, shipment_id: int) -> Shipment:
    found = await reading.fetch_shipments(conn, actor, [shipment_id])
    if not found:
        raise refuse(NotFound(path=("shipmentId",), subject="shipment"))
    return found[0]


async def _return(conn: Connection, actor: Actor, return_id: int) -> OrderReturn:
    found = await reading.fetch_returns(conn, actor, [return_id])
    if not found:
        raise refuse(NotFound(path=("orderReturnId",), subject="return"))
    return found[0]


async def _count(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: list[OrderLine],
    shipment_id: int,
    packed: Mapping[int, int],
    found: Mapping[int, int],
    damaged: Mapping[int, Damage],
    note: str,
) -> tuple[list[OrderLine], dict[str, Any]]:
    """Write the receipt, make the debt and end the holds; the lines as they are now, the paper."""
    counted = [
        line.count(packed[line.id], found.get(line.id, packed[line.id]))
        if line.id in packed
        else (line, Counted(0, 0))
        for line in lines
    ]
    receipt_id, number, today = await steps.insert_receipt(
        conn,
        actor,
        order.id,
        shipment_id,
        note,
        [
            (line.id, packed[line.id], found.get(line.id, packed[line.id]), result.owed_minor)
            for line, result in counted
            if line.id in packed
        ],
        damaged,
    )
    owed = sum(result.owed_minor for _, result in counted)
    releases = exposure_releases(order, sum(result.released_minor for _, result in counted))
    if owed:
        due_on = today + timedelta(days=order.payment_terms_days)
        obligation = _obligation(
            order,
            "goods",
            "buyer",
            owed,
            receipt_id,
            number,
            due_on=due_on,
            releases=releases[0] if releases else None,
        )
        await owe(conn, network_id=actor.network_id, obligations=[obligation])
    else:
        await release_exposure(conn, network_id=actor.network_id, releases=releases)
    receipt = {
        "receipt_id": receipt_id,
        "number": number,
        "amount_minor": owed,
        "shipment_id": shipment_id,
    }
    if damaged:
        receipt["damaged_quantity"] = sum(damage.quantity for damage in damaged.values())
    return [line for line, _ in counted], receipt


async def _put_away(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    shipment_lines: Mapping[int, int],
    packed: Mapping[int, int],
    found: Mapping[int, int],
) -> None:
    """Stand what was found in the buyer's warehouse, if it keeps one."""
    units = {line_id: found.get(line_id, shipped) for line_id, shipped in packed.items()}
    receipts = [
        StockReceipt(
            org_id=order.buyer_org_id,
            sku_id=line.sku_id,
            quantity=units[line.id],
            reason=MovementReason.RECEIPT,
            reference_type="shipment_line",
            reference_id=shipment_lines[line.id],
        )
        for line in lines
        if units.get(line.id)
    ]
    await receive_stock(
        conn, network_id=actor.network_id, receipts=receipts, account_id=actor.account_id
    )


async def _take_back(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    order_return: OrderReturn,
) -> None:
    """Carry returned goods from the buyer's stock to the seller's, where they keep it here."""
    skus = {line.id: line.sku_id for line in lines}
    await send_back_stock(
        conn,
        network_id=actor.network_id,
        org_id=order.buyer_org_id,
        goods=[
            HoldShipment(
                reference_type="return_line",
                reference_id=line.id,
                quantity=line.quantity,
                movement_type="return_line",
                movement_id=line.id,
            )
            for line in order_return.lines
        ],
        skus=[skus[line.order_line_id] for line in order_return.lines],
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


def _obligation(
    order: Order,
    kind: str,
    owed_by: str,
    minor: int,
    document_id: int,
    number: str,
    *,
    due_on: date | None = None,
    releases: ExposureRelease | None = None,
) -> NewObligation:
    return NewObligation(
        relationship_id=order.relationship_id,
        kind=ObligationKind(kind),
        owed_by=Side(owed_by),
        amount_minor=minor,
        document_type="receipt" if kind == "goods" else "return",
        document_id=document_id,
        document_number=number,
        due_on=due_on,
        releases=releases,
    )
