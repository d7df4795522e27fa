"""Goods on the move: shipping, and counting what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tradeline.inventory import (
    HoldShipment,
    MovementReason,
    StockReceipt,
    receive_stock,
    receiving_places,
    ship_holds,
)
from tradeline.kernel import (
    Actor,
    Connection,
    NotFound,
    WrongState,
    raise_any,
    refuse,
    trade_day,
)
from tradeline.ordering.allowed import OrderStep, require_step
from tradeline.ordering.counting import judge_count
from tradeline.ordering.model import (
    Counted,
    Damage,
    Order,
    OrderLine,
    Shipment,
)
from tradeline.ordering.queries import reading, steps
from tradeline.ordering.receiving import Places, judge_place, place_of
from tradeline.ordering.rules import (
    judge_day,
    judge_packages,
    judge_texts,
    nothing_given,
)
from tradeline.ordering.service.steps import (
    exposure_releases,
    lock_for_step,
    store,
    too_many,
    unknown_lines,
)
from tradeline.settlement import (
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
    received in full, and are owed, at once, each line in the warehouse that it was meant for.

    Raises:
        Forbidden: without `order:ship`.
        Rejected: NotFound, WrongState, QuantityNotOpen, or InvalidValue for an empty shipment, a
            day that nobody means, or packages that nobody counts.
    """
    require_step(actor, OrderStep.SHIP)
    problems = judge_texts(codes={"carrier": carrier, "trackingNumber": tracking_number})
    day = (expected_on, trade_day(), ("expectedOn",), "expectedOn")
    raise_any(problems + judge_day(*day) + judge_packages(packages))
    order, lines = await lock_for_step(conn, actor, order_id, OrderStep.SHIP)
    raise_any(judge_day(*day, earliest=order.placed_on))
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
    into: dict[int, int | None] = {}
    if not order.requires_receipt:
        places = await _places(conn, actor, order)
        into = {line.id: place_of(places, line.receiving_warehouse_id) for line in lines}
        shipped, _ = await _count(
            conn, actor, order, shipped, shipment_id, dict(packed), {}, {}, into, ""
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
        await _put_away(conn, actor, order, shipped, shipment_lines, dict(packed), {}, into)
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
    warehouse_id: int | None = None,
    warehouse_ids: Mapping[int, int | None] | None = None,
    note: str = "",
) -> int:
    """Count a shipment: all of it, or what was found of the lines named; the shipment's id.

    What was found is owed from now on, and its hold on the exposure ends; what is short is not
    owed. More than was shipped is owed too, at the line's price. Units that came damaged are not
    among those found: they are written down, neither owed nor put into stock.

    What was found stands in the warehouse that is named for its line (`warehouse_ids`), else in
    the one that is named for all, else in the one that the line was meant for, else in the first.

    Raises:
        Forbidden: without `order:receive`, or for the seller.
        Rejected: NotFound, WrongState if it was counted before, InvalidValue for a count beyond
            twice what was shipped, or damage beyond what was shipped or without a reason;
            WarehouseClosed.
    """
    require_step(actor, OrderStep.RECEIVE)
    raise_any(judge_texts(texts={"note": note}))
    shipment = await _shipment(conn, actor, shipment_id)
    order, lines = await lock_for_step(conn, actor, shipment.order_id, OrderStep.RECEIVE)
    shipment = await _shipment(conn, actor, shipment_id)
    if shipment.received_at is not None:
        raise refuse(WrongState(path=("shipmentId",), subject="shipment", state="received"))
    packed = {line.order_line_id: line.quantity for line in shipment.lines}
    found, damaged, named = dict(found or {}), dict(damaged or {}), dict(warehouse_ids or {})
    shipped = [line for line in lines if line.id in packed]
    raise_any(unknown_lines(list(found | damaged | named), shipped))
    places = await _places(conn, actor, order)
    problems = judge_count(packed, found, damaged)
    problems += judge_place(places, warehouse_id, ("warehouseId",))
    for position, place_id in enumerate(named.values()):
        problems += judge_place(places, place_id, ("lines", position, "warehouseId"))
    raise_any(problems)
    into = {
        line.id: place_of(places, named.get(line.id), warehouse_id, line.receiving_warehouse_id)
        for line in lines
    }
    # Of what came damaged and was not counted besides, the rest is good.
    for line_id, damage in damaged.items():
        found.setdefault(line_id, packed[line_id] - damage.quantity)
    damaged = {line_id: damage for line_id, damage in damaged.items() if damage.quantity}
    counted, receipt = await _count(
        conn, actor, order, lines, shipment.id, packed, found, damaged, into, note
    )
    shipment_lines = {line.order_line_id: line.id for line in shipment.lines}
    await _put_away(conn, actor, order, counted, shipment_lines, packed, found, into)
    await store(conn, actor, order, lines, counted, "receive", note=note, document=receipt)
    return shipment.id


async def _shipment(conn: Connection, actor: Actor, shipment_id: int) -> Shipment:
    found = await reading.fetch_shipments(conn, actor, [shipment_id])
    if not found:
        raise refuse(NotFound(path=("shipmentId",), subject="shipment"))
    return found[0]


async def _places(conn: Connection, actor: Actor, order: Order) -> Places:
    """The buyer's warehouses, none of which is closed meanwhile."""
    found = await receiving_places(
        conn, network_id=actor.network_id, org_ids=[order.buyer_org_id], is_kept=True
    )
    return found[order.buyer_org_id]


async def _count(
    conn: Connection,
    actor: Actor,
    order: Order,
    lines: list[OrderLine],
    shipment_id: int,
    packed: Mapping[int, int],
    found: Mapping[int, int],
    damaged: Mapping[int, Damage],
    into: Mapping[int, int | None],
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
        into,
    )
    owed = sum(result.owed_minor for _, result in counted)
    releases = exposure_releases(order, sum(result.released_minor for _, result in counted))
    if owed:
        due_on = today + timedelta(days=order.payment_terms_days)
        obligation = NewObligation(
            relationship_id=order.relationship_id,
            kind=ObligationKind.GOODS,
            owed_by=Side.BUYER,
            amount_minor=owed,
            document_type="receipt",
            document_id=receipt_id,
            document_number=number,
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
    into: Mapping[int, int | None],
) -> None:
    """Stand what was found in the buyer's warehouses, if it keeps any."""
    units = {line_id: found.get(line_id, shipped) for line_id, shipped in packed.items()}
    receipts = [
        StockReceipt(
            org_id=order.buyer_org_id,
            sku_id=line.sku_id,
            quantity=units[line.id],
            reason=MovementReason.RECEIPT,
            reference_type="shipment_line",
            reference_id=shipment_lines[line.id],
            warehouse_id=into[line.id],
        )
        for line in lines
        if units.get(line.id)
    ]
    await receive_stock(
        conn, network_id=actor.network_id, receipts=receipts, account_id=actor.account_id
    )
