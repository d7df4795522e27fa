"""Placing orders: load and lock, decide, store, for any number of orders at once."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.inventory import NewHold, store_holds
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Event,
    NotFound,
    Permission,
    Rejected,
    Stage,
    publish,
    record_changes,
    timed,
)
from tradeline.ordering.decisions import (
    PlacedOrder,
    RefusedOrder,
    decide_orders,
)
from tradeline.ordering.model import NewOrder
from tradeline.ordering.queries import placing as queries
from tradeline.ordering.service.loading import load_placement
from tradeline.organizations import Relationship, load_relationships
from tradeline.settlement import NewExposureHold, store_exposure_holds


async def place_order(conn: Connection, *, actor: Actor, order: NewOrder) -> int:
    """Place one order, as the buyer or, as the seller, on the buyer's behalf; its id.

    Raises:
        Forbidden: without `order:place` (buyer) or `order:place_on_behalf` (seller).
        Rejected: with NotFound for an edge that is not the actor's, else as `place_orders`.
    """
    [placed] = await place_orders(conn, network_id=actor.network_id, requests=[(actor, order)])
    if isinstance(placed, RefusedOrder):
        raise Rejected(placed.problems)
    return placed


async def place_orders(
    conn: Connection, *, network_id: int, requests: Sequence[tuple[Actor, NewOrder]]
) -> list[int | RefusedOrder]:
    """Place orders of one network in order of arrival; for each its id, or every reason why not.

    The outcome equals placing them one by one; a refused order harms no other. The exposures and
    stock levels they draw on stay locked until the unit of work ends. Reasons: NotTrading,
    NotInAssortment, UnknownPack, BelowMinimum, OutOfStep, PriceMissing, NotEnoughStock,
    OutsideTerritory, BelowOrderMinimum, CreditBlocked, NotEnoughCredit, InvalidValue.

    Raises:
        Forbidden: if one of the actors lacks the permission for its side.
    """
    with timed(Stage.LOADING):
        edges = await load_relationships(
            conn,
            network_id=network_id,
            ids=sorted({order.relationship_id for _, order in requests}),
        )
    outcome: list[int | RefusedOrder] = [_unknown_edge() for _ in requests]
    known = [
        position
        for position, (actor, order) in enumerate(requests)
        if may_place(actor, edges.get(order.relationship_id))
    ]
    if not known:
        return outcome
    with timed(Stage.LOADING):
        state = await load_placement(
            conn, network_id, [requests[position][1] for position in known], is_locked=True
        )
    with timed(Stage.DECIDING):
        decisions = decide_orders([requests[position][1] for position in known], state)
    accepted = [
        (position, decision)
        for position, decision in zip(known, decisions, strict=True)
        if isinstance(decision, PlacedOrder)
    ]
    for position, decision in zip(known, decisions, strict=True):
        if isinstance(decision, RefusedOrder):
            outcome[position] = decision
    with timed(Stage.STORING):
        ids = await _store(
            conn, network_id, [(requests[position][0], placed) for position, placed in accepted]
        )
    for (position, _), order_id in zip(accepted, ids, strict=True):
        outcome[position] = order_id
    return outcome


def _unknown_edge() -> RefusedOrder:
    return RefusedOrder((NotFound(path=("relationshipId",), subject="relationship"),))


def may_place(actor: Actor, edge: Relationship | None) -> bool:
    """Whether the edge is the actor's. Raises Forbidden if it is, and the permission is lacking."""
    if edge is None or actor.org_id not in (edge.buyer_org_id, edge.seller_org_id):
        return False
    buys = actor.org_id == edge.buyer_org_id
    actor.require(Permission.ORDER_PLACE if buys else Permission.ORDER_PLACE_ON_BEHALF)
    return True


async def _store(
    conn: Connection, network_id: int, accepted: Sequence[tuple[Actor, PlacedOrder]]
) -> list[int]:
    if not accepted:
        return []
    line_count = sum(len(placed.lines) for _, placed in accepted)
    order_ids, line_ids = await queries.take_ids(conn, len(accepted), line_count)
    numbered = [
        (order_id, actor, placed)
        for order_id, (actor, placed) in zip(order_ids, accepted, strict=True)
    ]
    await queries.insert_orders(conn, network_id, numbered, line_ids)
    await store_exposure_holds(
        conn,
        network_id=network_id,
        holds=[
            NewExposureHold(
                relationship_id=placed.relationship.id,
                reference_type="order",
                reference_id=order_id,
                amount_minor=placed.amount_minor,
            )
            for order_id, _, placed in numbered
        ],
    )
    await store_holds(conn, network_id=network_id, holds=_stock_holds(numbered, line_ids))
    for actor, changes in _changes(numbered):
        await record_changes(conn, actor=actor, changes=changes)
    await publish(conn, network_id=network_id, events=_events(numbered))
    return order_ids


def _stock_holds(
    numbered: Sequence[tuple[int, Actor, PlacedOrder]], line_ids: Sequence[int]
) -> list[NewHold]:
    lines = [(placed, line) for _, _, placed in numbered for line in placed.lines]
    return [
        NewHold(
            warehouse_id=allocation.warehouse_id,
            sku_id=line.tradable.sku_id,
            held_for_org_id=placed.relationship.buyer_org_id,
            reference_type="order_line",
            reference_id=line_id,
            quantity=allocation.quantity,
        )
        for line_id, (placed, line) in zip(line_ids, lines, strict=True)
        for allocation in line.allocations
    ]


def _changes(
    numbered: Sequence[tuple[int, Actor, PlacedOrder]],
) -> list[tuple[Actor, list[Change]]]:
    """The audit trail's part, by actor."""
    by_actor: dict[int, tuple[Actor, list[Change]]] = {}
    for order_id, actor, placed in numbered:
        buyer = placed.relationship.buyer_org_id
        change = Change(
            action="order.place",
            subject_type="order",
            subject_id=order_id,
            after={
                "number": queries.number_of(order_id),
                "relationship_id": placed.relationship.id,
                "amount_minor": placed.amount_minor,
                "currency": placed.relationship.currency,
                "lines": len(placed.lines),
            },
            on_behalf_of_org_id=None if actor.org_id == buyer else buyer,
        )
        by_actor.setdefault(id(actor), (actor, []))[1].append(change)
    return list(by_actor.values())


def _events(numbered: Sequence[tuple[int, Actor, PlacedOrder]]) -> list[Event]:
    return [
        Event(
            topic="order.placed",
            key=f"order:{order_id}",
            payload={
                "order_id": order_id,
                "relationship_id": placed.relationship.id,
                "seller_org_id": placed.relationship.seller_org_id,
                "buyer_org_id": placed.relationship.buyer_org_id,
                "state": queries.begins_as(placed).value,
            },
        )
        for order_id, _, placed in numbered
    ]
