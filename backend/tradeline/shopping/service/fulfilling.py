"""Goods on their way to the consumer: shipped, handed over, received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter

from tradeline.inventory import HoldShipment, ship_holds
from tradeline.kernel import (
    Actor,
    Connection,
    Database,
    Shopper,
    by_halves,
    judge_length,
    raise_any,
    refuse,
)
from tradeline.members import lookup_of
from tradeline.shopping.allowed import SaleStep, require_step
from tradeline.shopping.model import LINE_REFERENCE, ConsumerOrderLine, ConsumerOrderState
from tradeline.shopping.queries import locks, steps
from tradeline.shopping.sale_errors import PickupCodeUnknown, TooManyPickupAttempts
from tradeline.shopping.sales import (
    PICKUP_FAILURES_MAX,
    PICKUP_WINDOW,
    OpenSale,
    ship_units,
    state_of,
)
from tradeline.shopping.service.steps import (
    Stepped,
    lock_before_orders,
    lock_sale,
    lock_sales,
    nothing_given,
    reference_for,
    references_for,
    require_turn,
    store,
    too_many,
    unknown_lines,
)

CODE_LENGTH_MAX = 64
SHIPMENT_LINE = "consumer_shipment_line"
PICKUP_CODE = "pickup_code"


async def ship_consumer_order(
    conn: Connection,
    *,
    actor: Actor,
    order_id: int,
    quantities: Mapping[int, int] | None = None,
    carrier: str = "",
    tracking_number: str = "",
) -> int:
    """Ship what comes from the actor's stock: all that is open, or so many units of the lines
    named; returns the shipment's id.

    Raises:
        Forbidden: without `consumer_order:fulfil`, or where none of it is the organization's.
        Rejected: NotFound, also for a line from another's stock; WrongState, UnitsNotOpen,
            InvalidValue for an empty shipment.
    """
    require_step(actor, SaleStep.SHIP)
    raise_any(
        judge_length(carrier, ("carrier",), most=CODE_LENGTH_MAX)
        + judge_length(tracking_number, ("trackingNumber",), most=CODE_LENGTH_MAX)
    )
    reference = await reference_for(conn, actor, order_id)
    await lock_before_orders(conn, actor.network_id, [reference], with_stock=True)
    sale = await lock_sale(conn, actor.network_id, reference)
    require_turn(actor, sale, SaleStep.SHIP)
    own = [line for line in sale.lines if line.source_org_id == actor.org_id]
    open_units = {line.id: line.unshipped for line in own}
    wanted = open_units if quantities is None else dict(quantities)
    raise_any(unknown_lines(list(wanted), own) + too_many(wanted, open_units, own))
    packed = {line_id: units for line_id, units in wanted.items() if units}
    if not packed:
        raise refuse(nothing_given())
    shipments, stepped = await _ship(conn, actor, sale, packed, carrier, tracking_number)
    await store(conn, actor, actor.network_id, "ship", [stepped])
    return shipments[0]


async def count_pickup_attempt(db: Database, *, actor: Actor, store_id: int) -> None:
    """Count one more code that is given to a store, before anybody looks at it: `hand_over` takes
    the count back when the code fits. It is committed by itself, for a refusal would undo it.

    Raises:
        Forbidden: without `consumer_order:fulfil`.
        Rejected: TooManyPickupAttempts.
    """
    require_step(actor, SaleStep.HAND_OVER)
    async with db.unit_of_work(actor.network_id) as conn:
        attempt = await steps.count_pickup_attempt(conn, actor, store_id, PICKUP_WINDOW)
    if attempt is not None and attempt.failures > PICKUP_FAILURES_MAX:
        raise refuse(TooManyPickupAttempts(retry_after_seconds=max(attempt.seconds, 1)))


async def hand_over(conn: Connection, *, actor: Actor, store_id: int, code: str) -> int:
    """Hand the goods of an order to whoever has its pick-up code; returns the order's id.

    Whoever calls it has called `count_pickup_attempt`.

    Raises:
        Forbidden: without `consumer_order:fulfil`.
        Rejected: PickupCodeUnknown, also for a code that was used.
    """
    require_step(actor, SaleStep.HAND_OVER)
    lookup = lookup_of(actor.network_id, PICKUP_CODE, code.strip())
    order_id = await locks.find_order_of_pickup_code(conn, actor.network_id, store_id, lookup)
    found = await references_for(conn, actor, [order_id]) if order_id is not None else []
    if not found:
        raise refuse(PickupCodeUnknown(path=("code",)))
    await lock_before_orders(conn, actor.network_id, found, with_stock=True)
    sale = await lock_sale(conn, actor.network_id, found[0])
    is_store = sale.order.seller_org_id == actor.org_id
    if not is_store or sale.order.state is not ConsumerOrderState.TO_PICK_UP:
        raise refuse(PickupCodeUnknown(path=("code",)))
    packed = {line.id: line.unshipped for line in sale.lines if line.unshipped}
    _, stepped = await _ship(conn, actor, sale, packed, "", "")
    await steps.forgive_pickup_attempt(conn, actor.network_id, store_id)
    await store(conn, actor, actor.network_id, "hand_over", [stepped])
    return sale.order.id


async def confirm_received(conn: Connection, *, shopper: Shopper, order_id: int) -> int:
    """Say that the goods have arrived; returns the order's id.

    Raises Rejected with NotFound, or WrongState before all of them were shipped.
    """
    reference = await reference_for(conn, shopper, order_id)
    sale = await lock_sale(conn, shopper.network_id, reference)
    require_turn(shopper, sale, SaleStep.RECEIVE)
    completed = Stepped(sale=sale, lines=sale.lines, state=ConsumerOrderState.COMPLETED)
    await store(conn, shopper, shopper.network_id, "receive", [completed])
    return order_id


async def complete_orders(conn: Connection, *, limit: int) -> int:
    """Count up to `limit` orders as received that were shipped long enough ago, though nobody has
    said so; how many it looked at. For the owner's connection, over all networks. One that cannot
    be completed keeps no other waiting, and is raised once all others are."""
    due = await locks.find_completed(conn, limit)
    failed: list[Exception] = []
    for network_id, found in groupby(sorted(due), key=itemgetter(0)):
        order_ids = [order_id for _, order_id in found]
        failed += await by_halves(order_ids, partial(_complete, conn, network_id))
    for error in failed:
        raise error
    return len(due)


async def _complete(conn: Connection, network_id: int, order_ids: Sequence[int]) -> None:
    async with conn.transaction():
        locked = await lock_sales(conn, network_id, order_ids)
        stepped = [
            Stepped(sale=sale, lines=sale.lines, state=ConsumerOrderState.COMPLETED)
            for sale in locked.values()
            if sale.order.state is ConsumerOrderState.SHIPPED
        ]
        if stepped:
            await store(conn, None, network_id, "complete", stepped)


async def _ship(
    conn: Connection,
    actor: Actor,
    sale: OpenSale,
    packed: Mapping[int, int],
    carrier: str,
    tracking_number: str,
) -> tuple[Sequence[int], Stepped]:
    """Let units of lines leave the stock that holds them; the shipments, by who sends them."""
    sources = {line.id: line.source_org_id for line in sale.lines}
    numbers, shipment_lines = await steps.insert_shipments(
        conn,
        actor.network_id,
        sale.order.id,
        carrier,
        tracking_number,
        [(sources[line_id], line_id, units) for line_id, units in packed.items()],
    )
    await ship_holds(
        conn,
        network_id=actor.network_id,
        shipments=[
            HoldShipment(
                reference_type=LINE_REFERENCE,
                reference_id=line_id,
                quantity=units,
                movement_type=SHIPMENT_LINE,
                movement_id=shipment_lines[line_id],
            )
            for line_id, units in packed.items()
        ],
        account_id=actor.account_id,
    )
    after = [_shipped(line, packed) for line in sale.lines]
    facts = {"shipment_ids": list(numbers), "numbers": list(numbers.values()), "carrier": carrier}
    state = state_of(sale.order, after)
    stepped = Stepped(sale=sale, lines=after, state=state, note=tracking_number, facts=facts)
    return list(numbers), stepped


def _shipped(line: ConsumerOrderLine, packed: Mapping[int, int]) -> ConsumerOrderLine:
    return ship_units(line, packed.get(line.id, 0))
